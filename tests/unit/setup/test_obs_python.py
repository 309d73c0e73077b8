# SPDX-License-Identifier: GPL-2.0-or-later
"""Which Python install.py names in OBS' settings. The Pythons are made up; the files are real."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from obs_bgremove import home, scene_files
from obs_bgremove.setup import backups, check, command, obs_python, portable_obs, pythons, scene_collections
from obs_bgremove.setup.errors import SetupError
from obs_bgremove.users_obs import obs_processes, portable, program, registry, users_settings
from tests.unit.setup import test_scene_collections

#: The real one; the fixture has another.
FIND_PROGRAM = program.find_program
OBS_30 = 30 << 24 | 2 << 16 | 3
OBS_32 = 32 << 24 | 2 << 16 | 2


def python(folder, minor, *, library=True):
    """Make what looks like a Python for Windows."""
    folder.mkdir(parents=True)
    (folder / "python.exe").touch()
    if library:
        (folder / f"python3{minor}.dll").touch()
    return folder


@pytest.fixture
def user(tmp_path, monkeypatch):
    """A user of Windows whose OBS 32 was started once; return their folder. They have no Python."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    for name, folder in (("APPDATA", "Roaming"), ("LOCALAPPDATA", "Local"), ("ProgramFiles", "Programs")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    for name in ("ProgramW6432", "SYSTEMDRIVE", "UV_PYTHON_INSTALL_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(home.VARIABLE, str(tmp_path / "data"))
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "none"))
    monkeypatch.setattr(registry, "_winreg", None)
    monkeypatch.setattr(program, "find_program", lambda: None)
    monkeypatch.setattr(users_settings, "find_program", lambda: None)
    monkeypatch.setattr(program, "file_version", lambda _: ())
    monkeypatch.setattr(obs_processes, "running", list)
    monkeypatch.setattr(pythons, "_of_the_launcher", lambda: iter(()))
    monkeypatch.setattr(pythons, "_short_name", str)
    monkeypatch.setattr(pythons, "_runs", lambda folder, _: not (folder / "broken").exists())
    started(tmp_path / "Roaming" / "obs-studio", OBS_32)
    return tmp_path


def started(configuration, version, *, python=""):
    """Make what an OBS leaves that was started once and closed; ``version`` as it counts them."""
    (configuration / "basic" / "scenes").mkdir(parents=True, exist_ok=True)
    text = f"\ufeff[General]\nLastVersion={version}\n"
    users = "Language=de-DE\n" + (f"[Python]\nPath64bit={python}\n" if python else "")
    if version >= 31 << 24:
        (configuration / "global.ini").write_bytes(text.encode())
        (configuration / "user.ini").write_bytes(f"\ufeff[General]\n{users}".encode())
    else:
        (configuration / "global.ini").write_bytes(f"{text}{users}".encode())
    test_scene_collections.write(configuration, "Mine")


def named(configuration, file):
    return users_settings.ini_value(configuration / file, "Python", "Path64bit")


@pytest.mark.parametrize(("version", "file"), [(OBS_32, "user.ini"), (OBS_30, "global.ini")])
def test_it_is_named_where_this_obs_keeps_it_and_a_copy_is_kept(user, capsys, version, file):
    configuration = user / "Roaming" / "obs-studio"
    (configuration / "user.ini").unlink()
    started(configuration, version)
    before = {name: (configuration / name).read_bytes() for name in ("global.ini", file)}
    folder = python(user / "Local" / "Programs" / "Python" / "Python312", 12)
    assert obs_python.ensure() == ""
    assert named(configuration, file) == folder.as_posix()
    text = (configuration / file).read_bytes()
    line = f"[Python]\nPath64bit={folder.as_posix()}\n".encode()
    assert text == before[file] + b"\n" + line
    if file == "user.ini":
        assert (configuration / "global.ini").read_bytes() == before["global.ini"]
    else:
        assert not (configuration / "user.ini").exists()
    (copy,) = backups.directory().rglob("*.ini")
    assert (copy.name, copy.read_bytes()) == (file, before[file])
    assert f"OBS will load Python 3.12 in {folder.as_posix()}" in capsys.readouterr().out
    assert obs_python.ensure() == ""
    assert "OBS loads Python 3.12" in capsys.readouterr().out
    assert len(list(backups.directory().iterdir())) == 1, "nothing was changed"


def test_an_obs_that_was_newer_before_finds_it_also_when_it_is_newer_again(user):
    configuration = user / "Roaming" / "obs-studio"
    started(configuration, OBS_30)
    folder = python(user / "Programs" / "Python312", 12)
    assert obs_python.ensure() == ""
    assert [named(configuration, file) for file in ("user.ini", "global.ini")] == [folder.as_posix()] * 2


def test_the_users_part_may_lie_elsewhere(user):
    configuration = user / "Roaming" / "obs-studio"
    elsewhere = user / "elsewhere" / "obs-studio"
    started(elsewhere, OBS_32)
    text = f"\ufeff[General]\nLastVersion={OBS_32}\n[Locations]\nConfiguration={user.as_posix()}/elsewhere\n"
    (configuration / "global.ini").write_text(text, "utf-8")
    folder = python(user / "Programs" / "Python311", 11)
    assert obs_python.ensure() == ""
    assert named(elsewhere, "user.ini") == folder.as_posix()
    assert named(configuration, "user.ini") == ""


@pytest.mark.parametrize(
    ("version", "expected"),
    [((28, 1, 2), 10), ((29, 0, 2), 10), ((29, 1, 0), 11), ((30, 0, 2), 11), ((30, 1, 0), 12)],
)
def test_each_obs_gets_the_newest_python_that_it_loads(user, version, expected):
    major, minor, patch = version
    configuration = user / "Roaming" / "obs-studio"
    (configuration / "user.ini").unlink()
    started(configuration, major << 24 | minor << 16 | patch)
    for each in (9, 10, 11, 12, 13, 14):
        python(user / "Programs" / f"Python3{each}", each)
    assert obs_python.ensure() == ""
    assert named(configuration, "global.ini") == (user / "Programs" / f"Python3{expected}").as_posix()


def test_a_python_that_the_user_chose_stays(user, capsys):
    configuration = user / "Roaming" / "obs-studio"
    theirs = python(user / "theirs", 10)
    python(user / "Programs" / "Python312", 12)
    started(configuration, OBS_32, python=theirs.as_posix())
    before = (configuration / "user.ini").read_bytes()
    assert obs_python.ensure() == ""
    assert (configuration / "user.ini").read_bytes() == before
    assert "OBS loads Python 3.10" in capsys.readouterr().out


@pytest.mark.parametrize("trouble", ["gone", "too new", "broken", "store", "conda", "letters"])
def test_one_that_obs_cannot_load_is_replaced(user, trouble):
    configuration = user / "Roaming" / "obs-studio"
    places = {"store": "WindowsApps/Python", "letters": "Jörg/Python312"}
    theirs = user / places.get(trouble, "theirs")
    if trouble != "gone":
        python(theirs, 13 if trouble == "too new" else 12)
    for kind, name in (("broken", "broken"), ("conda", "conda-meta")):
        if trouble == kind:
            (theirs / name).touch()
    started(configuration, OBS_32, python=theirs.as_posix())
    good = python(user / "Programs" / "Python311", 11)
    assert obs_python.ensure() == ""
    assert named(configuration, "user.ini") == good.as_posix()


def test_letters_that_obs_does_not_find_are_replaced_by_the_short_name(user, monkeypatch):
    folder = python(user / "Local" / "Jörg O'Brien" / "Python312", 12)
    monkeypatch.setattr(sys, "base_prefix", str(folder))
    monkeypatch.setattr(pythons, "_short_name", lambda _: "C:\\Users\\JRGO~1\\Python312")
    assert pythons.find(pythons.Needs(12)) == pythons.Python("C:/Users/JRGO~1/Python312", 12)
    monkeypatch.setattr(pythons, "_short_name", str)
    assert pythons.find(pythons.Needs(12)) is None


def test_a_path_that_is_too_long_for_obs_is_none(user, monkeypatch):
    assert pythons.inspect(python(user / "short", 12), pythons.Needs(12))
    long = python(user.joinpath(*["a" * 60] * 3), 12)
    monkeypatch.setattr(pythons, "LONGEST_PATH", len(str(long / "python312.dll")) - 1)
    assert pythons.inspect(long, pythons.Needs(12)) is None
    monkeypatch.setattr(pythons, "LONGEST_PATH", len(str(long / "python312.dll")))
    assert pythons.inspect(long, pythons.Needs(12))


@pytest.mark.parametrize(
    "place",
    [
        "Local/Programs/Python/Python312",
        "Local/Python/pythoncore-3.12-64",
        "Programs/Python312",
        "Roaming/uv/python/cpython-3.12.9-windows-x86_64-none",
        "drive/Python312",
        "registered",
        "launched",
        "this very one",
    ],
)
def test_where_pythons_are_found(user, monkeypatch, place):
    monkeypatch.setenv("SYSTEMDRIVE", str(user / "drive"))
    folder = python(user / place, 12)
    if place == "registered":
        keys = {
            r"SOFTWARE\Python": [r"SOFTWARE\Python\Some"],
            r"SOFTWARE\Python\Some": [r"SOFTWARE\Python\Some\3.12"],
        }
        monkeypatch.setattr(registry, "below", lambda path: keys.get(path, []))
        path = r"SOFTWARE\Python\Some\3.12\InstallPath"
        monkeypatch.setattr(registry, "value", lambda asked: str(folder) if asked == path else "")
    if place == "launched":
        monkeypatch.setattr(pythons, "_of_the_launcher", lambda: iter([folder]))
    if place == "this very one":
        monkeypatch.setattr(sys, "base_prefix", str(folder))
    assert pythons.find(pythons.Needs(12)) == pythons.Python(folder.as_posix(), 12)


def test_what_the_launcher_lists(monkeypatch):
    listed = (
        " -V:3.14[-64] *   C:\\Program Files\\Python314\\python.exe\r\n"
        " -V:3.12          D:\\Jörg O'Brien\\Python312\\python.exe\r\n"
        " -3.11-64        C:\\Python311\\pythonw.exe\r\n"
        " -V:3.10          \\\\server\\share\\Python310\\python.exe\r\n"
        "No installed Pythons found!\r\n"
    )
    done = subprocess.CompletedProcess([], 0, listed, "")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    assert [str(folder) for folder in pythons._of_the_launcher()] == [
        "C:\\Program Files\\Python314",
        "D:\\Jörg O'Brien\\Python312",
        "C:\\Python311",
        "\\\\server\\share\\Python310",
    ]


def test_where_there_is_no_launcher_it_lists_none(monkeypatch):
    def gone(*_, **__):
        raise FileNotFoundError(2, "no such file")

    monkeypatch.setattr(subprocess, "run", gone)
    assert list(pythons._of_the_launcher()) == []


@pytest.mark.parametrize(("version", "release"), [(OBS_30, "3.12.10"), (29 << 24, "3.10.11")])
def test_without_any_it_says_what_to_download(user, version, release, monkeypatch):
    configuration = user / "Roaming" / "obs-studio"
    started(configuration, version)
    python(user / "Programs" / "Python314", 14)
    before = (configuration / "global.ini").read_bytes()
    problem = obs_python.ensure()
    assert f"python.org/ftp/python/{release}/python-{release}-amd64.exe" in problem
    assert "run 'p" in problem and "all users" not in problem
    assert (configuration / "global.ini").read_bytes() == before
    monkeypatch.setattr(pythons.Path, "home", lambda: Path("C:/Users/Jörg"))
    assert "for all users" in obs_python.ensure()


def test_without_settings_of_obs_a_missing_python_is_said_all_the_same(user, monkeypatch):
    monkeypatch.setattr(users_settings, "configurations", list)
    assert "3.12.10" in obs_python.ensure()
    python(user / "Programs" / "Python312", 12)
    assert obs_python.ensure() == ""


def test_it_is_refused_while_obs_runs_and_nothing_is_changed(user, monkeypatch):
    configuration = user / "Roaming" / "obs-studio"
    python(user / "Programs" / "Python312", 12)
    before = (configuration / "user.ini").read_bytes()
    monkeypatch.setattr(obs_processes, "running", lambda: [obs_processes.RunningObs(77, None)])
    with pytest.raises(SetupError, match=r"process 77.*close OBS"):
        obs_python.ensure()
    assert (configuration / "user.ini").read_bytes() == before
    # Both steps say the same: it is said once.
    (problem,) = command.prepare_obs()
    assert "close OBS" in problem


def test_a_file_that_cannot_be_written_gets_a_sentence(user, monkeypatch):
    configuration = user / "Roaming" / "obs-studio"
    python(user / "Programs" / "Python312", 12)
    before = (configuration / "user.ini").read_bytes()

    def fail(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(obs_python, "replace_whole", fail)
    with pytest.raises(
        SetupError, match=r"user\.ini cannot be changed \(Permission denied\).*yourself in OBS"
    ):
        obs_python.ensure()
    assert (configuration / "user.ini").read_bytes() == before


@pytest.mark.parametrize("others", [[], ["clock.lua"], ["clock.py"]])
def test_uninstalling_takes_out_what_was_written_and_nothing_else(user, others):
    configuration = user / "Roaming" / "obs-studio"
    python(user / "Programs" / "Python312", 12)
    before = (configuration / "user.ini").read_bytes()
    scripts = [{"path": f"C:/{name}", "settings": {}} for name in others]
    test_scene_collections.write(configuration, "Mine", scripts)
    assert command.prepare_obs() == []
    scene_collections.remove(filters=False)
    obs_python.take_back()
    needed = others == ["clock.py"]
    assert bool(named(configuration, "user.ini")) == needed
    if not needed:
        assert (configuration / "user.ini").read_bytes() == before + b"\n[Python]\n"


@pytest.mark.parametrize("modules", ["null", '{"scripts-tool": null}', '{"scripts-tool": [5, null, {}]}'])
def test_uninstalling_copes_with_collections_that_list_nothing(user, modules):
    configuration = user / "Roaming" / "obs-studio"
    python(user / "Programs" / "Python312", 12)
    assert obs_python.ensure() == ""
    collection = configuration / "basic" / "scenes" / "Mine.json"
    collection.write_text(f'{{"name": "Mine", "sources": [], "modules": {modules}}}')
    obs_python.take_back()
    assert not named(configuration, "user.ini")


def test_uninstalling_leaves_another_python_than_ours(user):
    configuration = user / "Roaming" / "obs-studio"
    python(user / "Programs" / "Python312", 12)
    assert obs_python.ensure() == ""
    started(configuration, OBS_32, python="C:/theirs")
    obs_python.take_back()
    assert named(configuration, "user.ini") == "C:/theirs"


def test_check_says_which_python_obs_loads(user):
    (finding,) = check._pythons_of_obs()
    assert finding.line().startswith("MISSING Python in OBS: none in ") and "3.12.10" in finding.todo
    folder = python(user / "Programs" / "Python312", 12)
    (finding,) = check._pythons_of_obs()
    assert finding.todo.startswith("Close OBS and run")
    obs_python.ensure()
    (finding,) = check._pythons_of_obs()
    assert finding.line() == f"ok      Python in OBS: Python 3.12 in {folder.as_posix()}"


def test_on_linux_obs_has_its_own(user, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    assert obs_python.ensure() == "" and check._pythons_of_obs() == []


def carried(folder, *, marked):
    """Make a portable OBS 32 that was started once."""
    path = portable.program(folder)
    path.parent.mkdir(parents=True)
    path.touch()
    started(portable.configuration(folder), OBS_32)
    if marked:
        (folder / "portable_mode.txt").touch()
    return folder


def test_a_portable_obs_is_found_where_it_is_marked(user):
    python(user / "Programs" / "Python312", 12)
    usual = user / "Roaming" / "obs-studio"
    for place in ("Desktop", "Downloads"):
        for marked in (True, False):
            carried(user / place / f"OBS-{marked}", marked=marked)
    found = [portable.configuration(user / place / "OBS-True") for place in ("Desktop", "Downloads")]
    assert users_settings.configurations() == [usual, *found]
    assert command.prepare_obs() == []
    for configuration in (usual, *found):
        assert named(configuration, "user.ini").endswith("Python312")
        (path,) = scene_collections.files(configuration)
        assert scene_files.lists_script(scene_files.read(path))


def test_a_portable_obs_is_found_on_a_desktop_that_onedrive_keeps(user, monkeypatch):
    folder = carried(user / "OneDrive" / "Bureau" / "OBS", marked=True)
    assert portable.configuration(folder) not in users_settings.configurations()
    known = {"Desktop": str(folder.parent)}
    monkeypatch.setattr(registry, "value", lambda path, name="": known.get(name, ""))
    assert portable.configuration(folder) in users_settings.configurations()


def test_a_portable_obs_that_is_named_is_remembered(user):
    folder = carried(user / "anywhere" / "Jörg's", marked=False)
    assert portable.configuration(folder) not in users_settings.configurations()
    home.write_record({"python": "kept"})
    portable_obs.remember(folder)
    portable_obs.remember(folder)
    assert home.read_record() == {"python": "kept", portable.NAMED: [str(folder)]}
    assert users_settings.configurations()[1:] == [portable.configuration(folder)]


def test_a_portable_obs_may_be_named_as_shells_complete_it(user):
    folder = carried(user / "My OBS", marked=False)
    portable_obs.remember(Path(f'{folder}"'))
    assert home.read_record() == {portable.NAMED: [str(folder)]}


@pytest.mark.parametrize("edition", [r"OBS Studio", r"Uninstall\Steam App 1905180"])
def test_each_edition_of_obs_is_found_where_the_registry_has_it(user, monkeypatch, edition):
    folder = user / "Steam" / "steamapps" / "common" / "OBS Studio"
    carried(folder, marked=False)
    names = {r"OBS Studio": "", r"Uninstall\Steam App 1905180": "InstallLocation"}
    monkeypatch.setattr(
        registry,
        "value",
        lambda path, name="": str(folder) if path.endswith(edition) and name == names[edition] else "",
    )
    monkeypatch.setattr(program.shutil, "which", lambda _: None)
    assert FIND_PROGRAM() == portable.program(folder)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: None, "is not the folder of an OBS"),
        (lambda folder: folder.mkdir(), "is not the folder of an OBS"),
        (lambda folder: carried(folder, marked=True) and _forget(folder), "start it once"),
    ],
)
def test_a_folder_that_is_no_portable_obs_gets_a_sentence(user, make, said):
    make(user / "named")
    with pytest.raises(SetupError, match=said):
        portable_obs.remember(user / "named")
    assert home.read_record() == {}


def _forget(folder):
    portable.configuration(folder).rename(folder / "config" / "gone")


@pytest.mark.parametrize("option", ["--check", "--uninstall"])
def test_a_portable_obs_is_named_when_it_is_installed_alone(user, option, capsys):
    assert command.main([option, "--obs", str(user)]) == 1
    assert "leave it out" in capsys.readouterr().err
    assert not home.directory().exists()


def test_only_windows_has_portable_obs(user, monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "linux")
    assert command.main(["--obs", str(user)]) == 1
    assert "only Windows" in capsys.readouterr().err


@pytest.mark.skipif(
    sys.platform == "win32" and sys.version_info >= (3, 12),
    reason="os.path asks Windows itself there: what it would refuse cannot be made up",
)
def test_folders_of_another_user_that_may_not_be_looked_into_are_passed_over(user, monkeypatch):
    theirs = python(user / "theirs" / "Python312", 12)
    carried(user / "theirs" / "OBS", marked=True)
    ours = python(user / "Programs" / "Python311", 11)
    monkeypatch.setattr(pythons, "_registered", lambda: iter([theirs]))
    monkeypatch.setattr(portable, "named", lambda: [user / "theirs" / "OBS"])
    stat = os.stat

    def denied(path, *arguments, **options):
        if "theirs" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, *arguments, **options)

    monkeypatch.setattr(os, "stat", denied)
    monkeypatch.setattr(shutil, "which", lambda _name: None)  # Windows' own cannot be asked elsewhere
    assert users_settings.configurations() == [user / "Roaming" / "obs-studio"]
    assert pythons.find(pythons.Needs(12)) == pythons.Python(ours.as_posix(), 11)
    assert not portable.is_marked(user / "theirs" / "OBS")
    assert FIND_PROGRAM() is None


def test_two_users_of_one_machine_do_not_touch_each_other(user, monkeypatch):
    python(user / "Programs" / "Python312", 12)

    def become(name):
        monkeypatch.setenv("APPDATA", str(user / name / "Roaming"))
        monkeypatch.setenv(home.VARIABLE, str(user / name / "data"))

    def files(name):
        return {path: path.read_bytes() for path in (user / name).rglob("*") if path.is_file()}

    for name in ("Ann", "Jörg O'Brien"):
        started(user / name / "Roaming" / "obs-studio", OBS_32)
        become(name)
        home.write_record({"python": name})
        assert command.prepare_obs() == []
    theirs = files("Ann")
    assert any(path.name == "user.ini" and b"Python312" in text for path, text in theirs.items())
    assert command.main(["--uninstall", "--yes"]) == 0
    assert files("Ann") == theirs
    become("Ann")
    assert obs_python.named(user / "Ann" / "Roaming" / "obs-studio").endswith("Python312")
    assert home.read_record()["python"] == "Ann"
