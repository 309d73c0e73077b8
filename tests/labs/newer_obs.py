# SPDX-License-Identifier: GPL-2.0-or-later
"""All tests in a newer OBS, with the Python that it loads: ``python3 -m tests --obs 30``, ``--obs 32``.

Each runs in a Debian in a folder, which has that OBS.
"""

from __future__ import annotations

import contextlib
import shlex
import shutil
from typing import TYPE_CHECKING

from obs_bgremove import home
from obs_bgremove.setup import apt
from obs_bgremove.setup.errors import SetupError, say

from .debian import CannotBuild, Debian, Release, missing
from .network import hosts_network
from .parts import Parts, folder

if TYPE_CHECKING:
    from collections.abc import Sequence

_PACKAGES = (
    *("obs-studio", "obs-plugins", "xvfb", "libgl1-mesa-dri", "mesa-vulkan-drivers", "ffmpeg", "xdotool"),
    *("python3", "python3-venv", "git", "procps"),
)
#: The Debian that has each OBS; its Python is 3.13, and 3.14.
RELEASES = {"30": Release("trixie", _PACKAGES), "32": Release("forky", _PACKAGES)}
#: Seconds for all tests. It only ends what hangs.
LIMIT = 4 * 3600
#: Where the tests in the root keep their environment. They see the repository read-only.
_HOME = "/lab/home"
_ENVIRONMENT = {
    home.VARIABLE: _HOME,
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTEST_ADDOPTS": "-p no:cacheprovider",
    "RUFF_CACHE_DIR": "/tmp/ruff",
    "MYPY_CACHE_DIR": "/tmp/mypy",
}


def run(version: str, arguments: Sequence[str]) -> int:
    """Run the tests in OBS ``version``, a key of RELEASES; return the exit code of pytest.

    ``arguments`` are options of ``python3 -m tests``.
    Where it cannot be built, say why and return 0: the tests are skipped.
    """
    place = folder(f"obs{version}")
    debian = Debian(place / "root", RELEASES[version])
    try:
        _build(version, debian, Parts(place))
    except CannotBuild as error:
        say(f"The tests in OBS {version} are skipped. {error}")
        return 0
    kept = place / "home"
    kept.mkdir(exist_ok=True)
    variables, files = hosts_network()
    project = str(home.PROJECT)
    tests = shlex.join(["python3", "-m", "tests", *arguments])
    done = debian.run(
        f"cd {shlex.quote(project)} && {tests}",
        LIMIT,
        bound={**files, project: home.PROJECT},
        shared={_HOME: kept},
        environment={**variables, **_ENVIRONMENT},
        shown=True,
    )
    if done.returncode == 124:
        say(f"The tests in OBS {version} did not end within {LIMIT / 3600:g} hours.")
    return done.returncode


def _build(version: str, debian: Debian, parts: Parts) -> None:
    """Make the root, and check that it has that OBS; CannotBuild with the reason."""
    if apt.available() and shutil.which("debootstrap") is None:
        with contextlib.suppress(SetupError):  # "missing" says that it lacks
            apt.install("debootstrap")
    reason = missing()
    if reason:
        raise CannotBuild(reason)
    release = debian.release
    say(f"OBS {version} runs in a Debian in {debian.path}. Making it takes a few minutes, once.")
    parts.build("root", repr(release), debian.make)
    found = debian.run("obs --version", timeout=60).stdout.strip()
    if f" {version}." not in found:
        raise CannotBuild(f"Debian {release.name} has another OBS ({found or 'none'}).")
