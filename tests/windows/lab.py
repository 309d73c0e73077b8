# SPDX-License-Identifier: GPL-2.0-or-later
"""The Windows lab: Windows' Python and Windows' OBS under Wine, built in a cache outside the repository.

A part is built when it is first needed, and again when the code that builds it has changed.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from obs_bgremove import home
from tests.labs.debian import CannotBuild, Debian, Release, missing
from tests.labs.network import CERTIFICATES, hosts_network
from tests.labs.parts import Parts

from . import windows_obs, windows_python

if TYPE_CHECKING:
    import subprocess

#: Debian 13 has Wine 10. Wine 8 (Debian 12) passes pipes on only as standard output. The standard library of
#: Debian 12's Python 3.11 is what the Python for Windows gets.
DEBIAN = Release(
    "trixie",
    (
        *("wine", "wine64", "xvfb", "xauth", "gcc-mingw-w64-x86-64-win32"),
        *("libgl1", "libegl1", "libgl1-mesa-dri", "libvulkan1", "mesa-vulkan-drivers"),
    ),
    older="bookworm",
)
#: winedbg.exe would wait for ever at the first crash; mscoree and mshtml would ask to be installed.
OVERRIDES = "mscoree,mshtml,winedbg.exe="
WINE = {"WINEPREFIX": "/lab/prefix", "WINEDEBUG": "-all", "WINEDLLOVERRIDES": OVERRIDES}

#: Where a program in the lab sees this repository.
REPOSITORY, REPOSITORY_IN_WINE = "/repository", "Z:\\repository"


def _texts(*names: str) -> str:
    return "".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in names)


#: What each part depends on: when this text changes, the part is built again.
_DEBIAN = repr((DEBIAN.name, DEBIAN.older, DEBIAN.packages))
_WHEELS = _texts("packages.txt")
_PYTHON = (
    _DEBIAN
    + _WHEELS
    + _texts("windows_python.py", "npm.py", "pe.py", "python.c", "launcher.c", "python.manifest")
)
_OBS = _DEBIAN + _WHEELS + _texts("windows_obs.py", "npm.py", "pe.py")


class Lab:
    """Builds the lab's parts and runs programs in it. Its methods raise CannotBuild with the reason."""

    def __init__(self, place: Path) -> None:
        self._parts = Parts(place)
        self._downloads = place / "downloads"
        self.debian = Debian(place / "root", DEBIAN, WINE)

    def build_python(self) -> None:
        """Build what ``python`` needs: some 5 minutes and 4 GB the first time."""
        reason = missing()
        if reason:
            raise CannotBuild(f"The Windows lab cannot be built. {reason}")
        self._downloads.mkdir(parents=True, exist_ok=True)
        self._parts.build("debian", _DEBIAN, self.debian.make)
        self._parts.build("wheels", _WHEELS, self._download)
        self._parts.build("python", _PYTHON, self._python)

    def build_obs(self) -> None:
        """Build what a program needs that calls OBS' libraries."""
        self.build_python()
        self._parts.build("obs", _OBS, self._obs)

    def python(
        self,
        *arguments: str,
        timeout: float,
        environment: dict[str, str] | None = None,
        version: windows_python.Version = windows_python.VERSIONS[0],
    ) -> subprocess.CompletedProcess[str]:
        """Run Windows' Python with ``arguments`` in a directory of its own, with the repository on its path.

        The process has a display. Its exit code and output come back; after ``timeout`` seconds the exit code
        is 124. No process of it goes on.
        """
        values = {"PYTHONPATH": REPOSITORY_IN_WINE, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
        quoted = " ".join("'" + argument.replace("'", "'\\''") + "'" for argument in arguments)
        # "cat": Wine wants a pipe. Its exit code is the program's (pipefail).
        script = f"set -o pipefail; cd /lab; xvfb-run -a wine {version.folder}/python.exe {quoted} | cat"
        bound = {REPOSITORY: home.PROJECT}
        certificates = Path(hosts_network()[0].get("PIP_CERT", CERTIFICATES))
        if certificates.is_file():
            # pip finds none of its own in Wine.
            bound[str(certificates)] = certificates
            values["PIP_CERT"] = "Z:" + str(certificates).replace("/", "\\")
        return self.debian.run(
            script, timeout=timeout, bound=bound, environment={**values, **(environment or {})}
        )

    def _download(self) -> None:
        shutil.rmtree(self._downloads, ignore_errors=True)
        self._downloads.mkdir()
        windows_python.download(self._downloads)

    def _python(self) -> None:
        windows_python.PYODIDE.download(self._downloads)
        windows_python.make_prefix(self.debian)
        for version in windows_python.VERSIONS:
            windows_python.make(self.debian, self._downloads, version)

    def _obs(self) -> None:
        windows_obs.NOOBS.download(self._downloads)
        windows_obs.make(self.debian, self._downloads)
