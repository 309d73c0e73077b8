# SPDX-License-Identifier: GPL-2.0-or-later
"""A real Flatpak, with the permissions of OBS' own, made of this machine's Python: OBS alone is not in it.

Sandbox, ``flatpak-spawn`` and the service that starts programs outside are Flatpak's.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

APP, RUNTIME = "com.obsproject.Studio", "org.example.Platform"
SPAWN = Path("/usr/libexec/flatpak-xdg-utils/flatpak-spawn")
PYTHON = Path("/usr/bin/python3")
_TOOLS = ("flatpak", "dbus-run-session", "bwrap")
_METADATA = """[Application]
name={app}
runtime={runtime}/{machine}/1
sdk={runtime}/{machine}/1
command=python3

[Context]
shared=network;ipc;
filesystems=host;xdg-run/pipewire-0;

[Session Bus Policy]
org.freedesktop.Flatpak=talk
"""


def runtime_directory() -> Path:
    """Return the user's folder in memory: inside of a sandbox it always has this path."""
    return Path(f"/run/user/{os.getuid()}")


def missing() -> str:
    """Return why there can be none here; empty if there can."""
    if not sys.platform.startswith("linux"):
        return "Flatpak is for Linux"
    lacking = [name for name in _TOOLS if not shutil.which(name)]
    lacking += [str(path) for path in (SPAWN, PYTHON) if not path.exists()]
    if lacking:
        packages = "apt install flatpak flatpak-xdg-utils dbus python3"
        return f"a Flatpak needs {', '.join(lacking)} (Debian, Ubuntu: {packages})"
    if os.getuid() and not runtime_directory().is_dir():
        return f"a Flatpak needs {runtime_directory()}, which logging in makes"
    return ""


class Flatpak:
    """An application that is installed for a user of its own, in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._environment = {
            **os.environ,
            "HOME": str(folder / "home"),
            "XDG_RUNTIME_DIR": str(runtime_directory()),
        }
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "DBUS_SESSION_BUS_ADDRESS"):
            self._environment.pop(name, None)
        (folder / "home").mkdir()
        runtime_directory().mkdir(mode=0o700, parents=True, exist_ok=True)
        repository, machine = folder / "repository", platform.machine()
        runtime, app = folder / "runtime", folder / "app"
        _write_runtime(runtime / "usr")
        name = f"{RUNTIME}/{machine}/1"
        (runtime / "metadata").write_text(f"[Runtime]\nname={RUNTIME}\nruntime={name}\nsdk={name}\n")
        (runtime / "files").mkdir()
        (app / "files").mkdir(parents=True)
        (app / "export").mkdir()
        (app / "metadata").write_text(_METADATA.format(app=APP, runtime=RUNTIME, machine=machine))
        self._do("build-export", "--runtime", "--disable-sandbox", repository, runtime, "1")
        self._do("build-export", "--disable-sandbox", repository, app, "1")
        self._do("--user", "remote-add", "--no-gpg-verify", "made", repository)
        self._do("--user", "install", "-y", "--noninteractive", "made", f"{APP}//1")

    def _do(self, *arguments: str | Path) -> None:
        command = ["flatpak", *map(str, arguments)]
        done = subprocess.run(
            ["dbus-run-session", "--", *command],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"

    def python(self, script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a script in the sandbox's Python; the folder of the application is seen inside."""
        given = [f"--env={name}={value}" for name, value in environment.items()]
        run = ["flatpak", "--user", "run", f"--filesystem={self.folder}", *given, APP, "-c", script]
        return subprocess.run(
            ["dbus-run-session", "--", *run],
            env=self._environment, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip


def _write_runtime(usr: Path) -> None:
    """Copy Python, what starts programs outside, and the libraries of both."""
    programs = [PYTHON.resolve(), SPAWN, Path("/sbin/ldconfig"), Path("/bin/sh")]
    version = subprocess.run(
        [PYTHON, "-c", "import sys; print('python%d.%d' % sys.version_info[:2])"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    library = Path("/usr/lib") / version
    ignored = shutil.ignore_patterns("test", "__pycache__", "idlelib", "config-*", "dist-packages")
    shutil.copytree(library, usr / "lib" / version, ignore=ignored)
    (usr / "bin").mkdir()
    for program in programs:
        shutil.copy(program, usr / "bin" / program.name)
    (usr / "bin" / "python3").symlink_to(PYTHON.resolve().name)
    (usr / "sbin").symlink_to("bin")
    (usr / "etc").mkdir()
    for binary in (*programs, *library.glob("lib-dynload/*.so")):
        for path in _libraries(binary):
            # /lib and /lib64 are links into /usr, in the sandbox, too.
            inside = usr / path.relative_to("/usr" if path.is_relative_to("/usr") else "/")
            if not inside.exists():
                inside.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, inside)


def _libraries(binary: Path) -> list[Path]:
    found = subprocess.run(["ldd", binary], capture_output=True, text=True, check=False).stdout
    return [Path(word) for line in found.splitlines() for word in line.split() if word.startswith("/")]
