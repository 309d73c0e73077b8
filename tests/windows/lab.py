# SPDX-License-Identifier: GPL-2.0-or-later
"""The Windows lab: Windows' Python and Windows' OBS under Wine, built in a cache outside the repository.

A part is built when it is first needed, and again when the code that builds it has changed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from obs_bgremove import home

from . import windows_obs, windows_python
from .debian import PACKAGES, PYTHON_RELEASE, RELEASE, CannotBuild, Debian, missing

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

#: Environment variable that names the lab's folder.
VARIABLE = "OBS_BGREMOVE_LAB"
#: Where a program in the lab sees this repository.
REPOSITORY, REPOSITORY_IN_WINE = "/repository", "Z:\\repository"


def _texts(*names: str) -> str:
    return "".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in names)


#: What each part depends on: when this text changes, the part is built again.
_DEBIAN = repr((RELEASE, PYTHON_RELEASE, PACKAGES))
_WHEELS = _texts("packages.txt")
_PYTHON = (
    _DEBIAN
    + _WHEELS
    + _texts("windows_python.py", "npm.py", "pe.py", "python.c", "launcher.c", "python.manifest")
)
_OBS = _DEBIAN + _WHEELS + _texts("windows_obs.py", "npm.py", "pe.py")


def folder() -> Path:
    """The lab's folder: what ``$OBS_BGREMOVE_LAB`` names, else one in the user's cache."""
    named = os.environ.get(VARIABLE)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (Path(named) if named else cache / "obs_bgremove" / "windows").resolve()


def _certificates() -> Path | None:
    """Return this machine's file of certificates; None if there is none."""
    usual = ssl.get_default_verify_paths()
    names = (
        os.environ.get("PIP_CERT"),
        usual.cafile,
        usual.openssl_cafile,
        "/etc/ssl/certs/ca-certificates.crt",
    )
    return next((Path(name).absolute() for name in names if name and Path(name).is_file()), None)


class Lab:
    """Builds the lab's parts and runs programs in it. Its methods raise CannotBuild with the reason."""

    def __init__(self, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        self._place = place
        #: Held by all that run programs in the lab: nobody builds meanwhile. Who builds is alone.
        self._lock = (place / "lock").open("w")
        self._downloads = place / "downloads"
        self.debian = Debian(place / "root")

    def build_python(self) -> None:
        """Build what ``python`` needs: some 5 minutes and 4 GB the first time."""
        reason = missing()
        if reason:
            raise CannotBuild(reason)
        wheels, python = ("wheels", _WHEELS, self._download), ("python", _PYTHON, self._python)
        self._build(("debian", _DEBIAN, self.debian.make), wheels, python)

    def build_obs(self) -> None:
        """Build what a program needs that calls OBS' libraries."""
        self.build_python()
        self._build(("obs", _OBS, self._obs))

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
        certificates = _certificates()
        if certificates:
            # pip finds none of its own in Wine.
            bound["/certificates"] = certificates.parent
            values["PIP_CERT"] = f"Z:\\certificates\\{certificates.name}"
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

    def _build(self, *parts: tuple[str, str, Callable[[], None]]) -> None:
        """Build the parts that were not built by the same recipe: name, recipe, and what builds it.

        Waits while another process builds, or runs programs in the lab and something has to be built.
        """
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        # The lock is let go for a moment when it becomes another one.
        while not all(self._is_built(part, recipe) for part, recipe, _ in parts):
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            for part, recipe, build in parts:
                if not self._is_built(part, recipe):
                    self._stamp(part).unlink(missing_ok=True)
                    build()
                    self._stamp(part).write_text(_digest(recipe))
            fcntl.flock(self._lock, fcntl.LOCK_SH)

    def _is_built(self, part: str, recipe: str) -> bool:
        return self._stamp(part).is_file() and self._stamp(part).read_text() == _digest(recipe)

    def _stamp(self, part: str) -> Path:
        return self._place / f"{part}.built"


def _digest(recipe: str) -> str:
    return hashlib.sha256(recipe.encode()).hexdigest()
