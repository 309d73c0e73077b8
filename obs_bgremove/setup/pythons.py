# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds the Pythons of this machine that OBS can load into its own process, on Windows and macOS.

OBS loads a library out of the folder that its settings name: ``python312.dll`` on Windows, and on macOS
``Python.framework/Versions/3.12/lib/libpython3.12.dylib``. Of several it takes the newest that it knows.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import processor
from ..files import users_folder
from ..translate import joined, tr
from ..users_obs import registry
from ..users_obs.output import output
from . import interpreter, virtual_env

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Longest path of a file, in characters, that OBS opens on Windows.
LONGEST_PATH = 259
#: The last releases of python.org that have an installer.
_LAST = {10: "3.10.11", 11: "3.11.9", 12: "3.12.10"}


@dataclass(frozen=True)
class Python:
    """A Python that OBS can load: the folder as OBS' settings name it, and the 12 of 3.12."""

    folder: str
    minor: int

    def __str__(self) -> str:
        return tr("Python {version} in {folder}", version=f"3.{self.minor}", folder=self.folder)


@dataclass(frozen=True)
class Needs:
    """What an OBS loads: up to the 12 of 3.12, made for the processor that OBS is made for.

    ``processor`` as in :mod:`..processor`, "" where that is not known.
    """

    newest: int
    processor: str = ""


def newest_minor(obs: tuple[int, ...]) -> int:
    """Return the 12 of 3.12, the newest Python that a version of OBS loads (empty: unknown, a new one)."""
    if not obs or obs >= (30, 1):
        return 12
    return 11 if obs >= (29, 1) else 10


def find(needs: Needs) -> Python | None:
    """Return a Python that an OBS loads, the newest there is; None if there is none."""
    found = [python for folder in _folders() if (python := inspect(folder, needs))]
    return max(found, key=lambda python: python.minor, default=None)


def inspect(folder: Path, needs: Needs) -> Python | None:
    """Return the Python that OBS loads from a folder; None if it loads none from there, or one that fails."""
    known = range(needs.newest, interpreter.OLDEST[1] - 1, -1)
    # Another user's folders may not be looked into: to os.path they do not exist, and Path would raise.
    minor = next((one for one in known if os.path.isfile(_library(folder, one))), 0)  # noqa: PTH113
    if not minor or "WindowsApps" in str(folder) or (folder / "conda-meta").exists():
        # OBS does not see what the Store's writes, and Anaconda's finds its libraries only when activated.
        return None
    library = _library(folder, minor)
    if needs.processor and processor.of_file(library) not in (needs.processor, ""):
        return None
    name = _for_obs(folder, library.name)
    return Python(name, minor) if name and _runs(folder, minor) else None


def how_to_get(needs: Needs) -> str:
    """Return what a person does to get a Python that OBS loads, in sentences."""
    release = _LAST[needs.newest]
    windows = sys.platform == "win32"
    # There is none for ARM64 before 3.11.
    kind = "arm64" if needs.processor == "ARM64" and needs.newest > 10 else "amd64"
    file = f"python-{release}-{kind}.exe" if windows else f"python-{release}-macos11.pkg"
    address = f"https://www.python.org/ftp/python/{release}/{file}"
    how = tr("Download {address} and start it.", address=address)
    if windows and not str(users_folder()).isascii():
        # Its usual place is below the user's folder.
        letters = tr(
            'In it choose "Customize installation" and "Install Python for all users": your user name has '
            "letters that OBS does not find in the name of a folder."
        )
        return joined([how, letters])
    return how


def _library(folder: Path, minor: int) -> Path:
    if sys.platform == "win32":
        return folder / f"python3{minor}.dll"
    return folder / f"Python.framework/Versions/3.{minor}/lib/libpython3.{minor}.dylib"


def _program(folder: Path, minor: int) -> Path:
    if sys.platform == "win32":
        return folder / "python.exe"
    return folder / f"Python.framework/Versions/3.{minor}/bin/python3.{minor}"


def _runs(folder: Path, minor: int) -> bool:
    """Return whether the Python has what the filter needs; also whether it is a 64-bit one."""
    script = (
        "import ctypes, json, struct, sys; print(json.dumps([sys.version_info[1], struct.calcsize('P')]))"
    )
    done = virtual_env.run([str(_program(folder, minor)), "-I", "-c", script])
    try:
        return bool(json.loads(done.stdout) == [minor, 8])
    except ValueError:
        return False


def _for_obs(folder: Path, library: str) -> str:
    """Return a folder as OBS' settings may name it; "" if OBS would not find the library there.

    On Windows OBS takes the UTF-8 of its settings for a name in the letters of the system's language: a
    folder with other letters than ASCII's is named by its short name, if it has one.
    """
    name = str(folder)
    if sys.platform != "win32":
        return name
    if not name.isascii():
        name = _short_name(folder)
    if not name.isascii() or len(name) + 1 + len(library) > LONGEST_PATH:
        return ""
    return name.replace("\\", "/")


def _short_name(folder: Path) -> str:
    """Return the name of a folder in 8.3 letters (``C:\\Users\\JRGEN~1``); as it is where there is none."""
    import ctypes

    if sys.platform != "win32":
        return str(folder)
    name = ctypes.create_unicode_buffer(32768)
    length = ctypes.windll.kernel32.GetShortPathNameW(ctypes.c_wchar_p(str(folder)), name, len(name))
    return name.value if length else str(folder)


def _folders() -> list[Path]:
    """Return the folders in which there may be a Python, each once; that of this very Python first."""
    found = _on_windows() if sys.platform == "win32" else _on_macos()
    unique: dict[str, Path] = {}
    for folder in found:
        unique.setdefault(os.path.normcase(folder), folder)
    return list(unique.values())


def _on_macos() -> Iterator[Path]:
    yield Path("/Library/Frameworks")
    for place in (Path("/opt/homebrew/opt"), Path("/usr/local/opt")):
        yield from sorted(place.glob("python@3.*/Frameworks"))


def _on_windows() -> Iterator[Path]:
    yield Path(sys.base_prefix)
    yield from _of_the_launcher()
    yield from _registered()
    for variable, patterns in (
        ("LOCALAPPDATA", ("Programs/Python/Python3*", "Python/pythoncore-3.*")),
        ("ProgramFiles", ("Python3*",)),
        ("APPDATA", ("uv/python/cpython-3.*",)),
        ("UV_PYTHON_INSTALL_DIR", ("cpython-3.*",)),
        ("SYSTEMDRIVE", ("/Python3*",)),
    ):
        place = os.environ.get(variable)
        for pattern in patterns if place else ():
            yield from sorted(Path(f"{place}/").glob(pattern.lstrip("/")))


def _of_the_launcher() -> Iterator[Path]:
    """Yield what ``py`` lists, in lines such as `` -V:3.12 *   C:\\Python312\\python.exe``."""
    for line in output(["py", "-0p"]).splitlines():
        found = re.search(r"\s(\S:\\.*|\\\\.*)\\python[^\\]*\.exe\s*$", line)
        if found:
            yield Path(found.group(1))


def _registered() -> Iterator[Path]:
    """Yield the folders of Pythons in the registry (PEP 514), of every company."""
    for company in registry.below(r"SOFTWARE\Python"):
        for tag in registry.below(company):
            folder = registry.value(f"{tag}\\InstallPath")
            if folder:
                yield Path(folder)
