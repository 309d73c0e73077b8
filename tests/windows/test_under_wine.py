# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests run by Windows' Python under Wine: the unit tests of what runs on users' machines, the worker's life.

One test here for each folder of tests there. It prints their output, which ``-rA`` shows.
"""

import pytest

from obs_bgremove import home
from tests.labs.debian import CannotBuild
from tests.windows import windows_obs, windows_python
from tests.windows.lab import OVERRIDES, REPOSITORY_IN_WINE

#: Seconds for a folder, and for one test. They only end what hangs.
FOLDER_LIMIT, TEST_LIMIT = 6000, 1800
#: The tests that are only for Windows.
INSIDE = "tests/windows/inside"
GALLERY = r"tests\windows\inside\test_gallery.py"


def obs_or_reason(lab):
    """Return the variables that say where Windows' OBS is, or why it is not there."""
    try:
        lab.build_obs()
    except CannotBuild as error:
        return {"OBS_BGREMOVE_LAB_REASON": str(error)}
    overrides = f"{OVERRIDES};{windows_obs.OVERRIDE}"
    return {"OBS_BGREMOVE_LAB_OBS": windows_obs.OBS_IN_WINE, "WINEDLLOVERRIDES": overrides}


@pytest.mark.parametrize(
    "folder",
    [INSIDE, *(f"tests/unit/{room}" for room in ("filter", "link", "setup", "users_obs", "worker"))],
)
@pytest.mark.parametrize("version", windows_python.VERSIONS, ids=lambda version: version.name)
def test_passes_on_windows(lab, version, folder):
    path = f"{REPOSITORY_IN_WINE}/{folder}".replace("/", "\\")
    options = ["-v", "-ra", "--tb=short", "--durations=15", "--rootdir", REPOSITORY_IN_WINE]
    options += ["-p", "no:cacheprovider"]
    options += [f"--timeout={TEST_LIMIT}", "--timeout-method=thread"]
    if version != windows_python.VERSIONS[0]:
        # What a renderer draws is the same with each Python, and takes longest.
        options += [f"--ignore={REPOSITORY_IN_WINE}\\{GALLERY}"]
    newest = "Z:" + windows_python.VERSIONS[-1].folder.replace("/", "\\")
    launcher = "Z:" + version.venv_python.replace("/", "\\")
    environment = {
        "OBS_BGREMOVE_LAB_VENV": launcher,
        "OBS_BGREMOVE_LAB_NEWEST": newest,
        home.VARIABLE: "Z:\\lab\\home",
        **obs_or_reason(lab),
    }
    done = lab.python(
        "-m", "pytest", *options, path, timeout=FOLDER_LIMIT, environment=environment, version=version
    )
    print(done.stdout)
    assert done.returncode == 0, "see the output of pytest under Wine"
