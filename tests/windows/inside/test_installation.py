# SPDX-License-Identifier: GPL-2.0-or-later
"""install.py for a user of Windows who has OBS: from nothing to the filter, and back to nothing.

Run by Windows' Python; packages come from the network. The user's name, and with it all paths, has a letter
beyond ASCII, a space and an apostrophe. Skipped where OBS is not in the lab.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import winreg
from pathlib import Path

import pytest

from obs_bgremove import home, processor
from obs_bgremove.setup import pythons
from obs_bgremove.users_obs import file_version, obs_processes, portable, program, registry
from tests.unit.libobs_files import ini_values, json_text, libobs  # noqa: F401  (fixture)

OBS = Path(os.environ.get("OBS_BGREMOVE_LAB_OBS", ""))
pytestmark = pytest.mark.skipif(
    "OBS_BGREMOVE_LAB_OBS" not in os.environ, reason=os.environ.get("OBS_BGREMOVE_LAB_REASON", "no OBS here")
)
NAME = "Jörg O'Brien"
VERSION = (32, 2, 2)
#: The newest Python of the lab, which OBS loads too.
PYTHON = Path(os.environ.get("OBS_BGREMOVE_LAB_NEWEST", sys.base_prefix))


@pytest.fixture
def registered():
    """OBS and a Python in the registry, as their installers leave them."""
    keys = {r"SOFTWARE\OBS Studio": str(OBS), r"SOFTWARE\Python\PythonCore\3.12\InstallPath": f"{PYTHON}\\"}
    for path, value in keys.items():
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, path) as key:
            winreg.SetValueEx(key, "", 0, winreg.REG_SZ, value)
    yield
    for path in keys:
        winreg.DeleteKey(winreg.HKEY_CURRENT_USER, path)


def test_what_programs_are_made_for():
    (library,) = Path(sys.base_prefix).glob("python31?.dll")
    for file in (OBS / "bin" / "64bit" / "obs64.exe", library):
        assert processor.of_file(file) == "AMD64" == processor.of_this_python()


def test_who_is_in_the_window_of_a_double_click():
    script = "from obs_bgremove.users_obs import windows_processes as w; print(*w.of_this_console())"
    command = [sys.executable, "-c", script]
    new = subprocess.CREATE_NEW_CONSOLE
    done = subprocess.run(command, capture_output=True, text=True, cwd=home.PROJECT, creationflags=new)
    assert done.stdout.split() == ["python.exe"], done.stderr


class User:
    """A user with folders of their own and OBS' settings in them; the project lies in one of the folders."""

    def __init__(self, folder):
        self.folder = folder
        self.project = folder / "Desktop" / "obs_bgremove-main"
        self.settings = folder / "AppData" / "Roaming" / "obs-studio"
        self.data = folder / "AppData" / "Local" / "obs_bgremove"
        self.collection = self.settings / "basic" / "scenes" / "Ohne_Titel.json"
        for part in ("install.py", "pyproject.toml", "obs_bgremove", "models"):
            source, target = home.PROJECT / part, self.project / part
            self.project.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        self.collection.parent.mkdir(parents=True)
        number = VERSION[0] << 24 | VERSION[1] << 16 | VERSION[2]
        texts = {
            "global.ini": f"[General]\nLastVersion={number}\n",
            "user.ini": "[General]\nLanguage=de-DE\nFirstRun=true\n\n[Basic]\nSceneCollection=Ohne Titel\n",
        }
        for name, text in texts.items():
            (self.settings / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
        self.collection.write_text(json.dumps({"name": "Ohne Titel", "sources": []}), "utf-8")

    def environment(self):
        """The variables of a program that the user starts."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "OBS_BGREMOVE", "PYTEST"))
        }
        appdata = self.folder / "AppData"
        folders = {
            "USERPROFILE": self.folder,
            "APPDATA": appdata / "Roaming",
            "LOCALAPPDATA": appdata / "Local",
        }
        return {**kept, **{name: str(folder) for name, folder in folders.items()}, "PYTHONUTF8": "1"}

    def install(self, *options):
        """Run install.py; return its exit code and all that it printed."""
        command = [sys.executable, str(self.project / "install.py"), *options]
        done = subprocess.run(
            command,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        print(done.stdout)
        return done.returncode, done.stdout

    def files(self):
        """What lies below the user's folder, except the project."""
        paths = (path for path in self.folder.rglob("*") if self.project not in path.parents)
        return {path.relative_to(self.folder).as_posix(): path for path in paths if path.is_file()}


_WORKER = """
from tests.unit import worker_home
from tests.unit.worker_home import Camera, ring
from obs_bgremove import home
with worker_home.client() as client:
    channel = client.open()
    channel.request("fast", "cpu")
    live = ring(channel, client)
    alpha = Camera().alpha(live, 200)[1]
    print("alpha", live.height, live.width, len(bytes(alpha)), home.PROJECT)
"""


@pytest.fixture
def user():
    """A user whose folder has a path as short as on a real machine: that of a test would be too long."""
    place = Path(tempfile.mkdtemp(dir="C:\\"))
    yield User(place / NAME)
    shutil.rmtree(place)


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="this Python of the lab has no pip")
def test_from_nothing_to_the_filter_and_back(user, registered, libobs):  # noqa: F811
    before = {name: path.read_bytes() for name, path in user.files().items()}

    code, said = user.install("--check")
    assert code == 1 and "MISSING Worker" in said and "MISSING Python in OBS" in said
    assert "ok      OBS: 32.2.2 (" in said
    assert user.files().keys() == before.keys(), "looking changes nothing"

    code, said = user.install()
    assert code == 0, said
    assert said.splitlines()[-1] == "Now start OBS, right-click a camera > Filters > + > Background Removal."
    assert f"OBS will load Python 3.12 in {PYTHON.as_posix()}" in said
    assert ini_values(libobs, user.settings / "user.ini", "Python", "Path64bit") == [PYTHON.as_posix()]
    assert ini_values(libobs, user.settings / "user.ini", "Basic", "SceneCollection") == ["Ohne Titel"]
    scripts = json.loads(json_text(libobs, user.collection))["modules"]["scripts-tool"]
    assert [entry["path"] for entry in scripts] == [(user.project / "obs_bgremove/obs_script.py").as_posix()]
    code, said = user.install("--check")
    assert code == 0 and "MISSING" not in said

    code, said = user.install()
    assert code == 0 and "is up to date" in said and "OBS loads Python 3.12" in said

    # The worker that was installed serves the filter's side.
    variables = {**user.environment(), "PYTHONPATH": f"{user.project};{home.PROJECT}"}
    done = subprocess.run([sys.executable, "-c", _WORKER], env=variables, capture_output=True, text=True)
    assert done.stdout.startswith("alpha "), done.stderr
    assert NAME in done.stdout, "the copy ran"

    code, said = user.install("--uninstall", "--yes")
    assert code == 0 and "Uninstalled." in said
    left = {name for name in user.files() if "obs_bgremove/backups/" not in name}
    assert left == before.keys()
    assert json.loads(user.collection.read_text("utf-8"))["modules"]["scripts-tool"] == []
    assert ini_values(libobs, user.settings / "user.ini", "Python", "Path64bit") == [None]
    kept = {path.name for path in (user.data / "backups").rglob("*") if path.is_file()}
    assert kept == {"Ohne_Titel.json", "user.ini"}


def test_obs_and_pythons_are_found_in_the_registry(registered, monkeypatch):
    monkeypatch.delenv("PATH")
    assert program.find_program() == portable.program(OBS)
    assert file_version.file_version(portable.program(OBS)) == VERSION
    assert file_version.file_version(Path(sys.base_prefix) / "python.exe") == ()
    assert list(pythons._registered()) == [PYTHON]
    assert registry.value(r"SOFTWARE\None") == "" and registry.below(r"SOFTWARE\None") == []
    minor = int(PYTHON.name.removeprefix("python3"))
    assert pythons.find(pythons.Needs(12)) == pythons.Python(PYTHON.as_posix(), minor)


def test_a_folder_that_obs_does_not_find_by_its_name_has_a_short_one(tmp_path):
    folder = tmp_path / NAME / "Python"
    folder.mkdir(parents=True)
    name = pythons._for_obs(folder, "python312.dll")
    # Not every disk has short names: then there is none that OBS finds.
    assert name == "" or (name.isascii() and os.path.samefile(name, folder))
    assert pythons._for_obs(tmp_path, "python312.dll") == tmp_path.as_posix()


def test_a_running_obs_is_seen_with_its_configuration(tmp_path):
    for marked in (False, True):
        folder = tmp_path / f"{NAME} {marked}"
        path = portable.program(folder)
        path.parent.mkdir(parents=True)
        shutil.copy(Path(sys.base_prefix) / "python.exe", path)
        if marked:
            (folder / "portable_mode.txt").touch()
        variables = {**os.environ, "PYTHONHOME": sys.base_prefix}
        variables["PATH"] = f"{sys.base_prefix};{variables['PATH']}"
        command = [str(path), "-c", "print('there', flush=True); import time; time.sleep(1000)"]
        running = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE)
        try:
            assert running.stdout.readline().startswith(b"there")
            expected = portable.configuration(folder) if marked else None
            assert obs_processes.RunningObs(running.pid, expected) in obs_processes.running()
        finally:
            running.kill()
            running.communicate()
        assert running.pid not in [one.pid for one in obs_processes.running()]
