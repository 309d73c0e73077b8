# SPDX-License-Identifier: GPL-2.0-or-later
"""The filter in Windows' libobs, on both renderers: the room is not seen, also when the worker was killed.

Run by Windows' Python; skipped where OBS is not in the lab.
"""

import json
import os
import subprocess
import sys

import cv2
import numpy
import psutil
import pytest

from tests.unit import worker_home, worker_models
from tests.unit.worker_home import add_model, until
from tests.windows.inside.libobs import GREEN, HEIGHT, RED, WIDTH, near

pytestmark = pytest.mark.skipif(
    "OBS_BGREMOVE_LAB_OBS" not in os.environ, reason=os.environ.get("OBS_BGREMOVE_LAB_REASON", "no OBS here")
)
BLUE = (255, 0, 0)


@pytest.mark.parametrize("renderer", ["libobs-d3d11", "libobs-opengl"])
def test_the_room_is_not_seen(renderer, tmp_path, monkeypatch):
    home = worker_home.make(tmp_path / "home", monkeypatch, python=os.environ["OBS_BGREMOVE_LAB_VENV"])
    # Its person is what is green.
    add_model(home, "green", worker_models.green(), default=True)
    picture = numpy.zeros((HEIGHT, WIDTH, 3), numpy.uint8)
    picture[:, : WIDTH // 2], picture[:, WIDTH // 2 :] = GREEN, RED
    paths = [str(tmp_path / name) for name in ("left.png", "right.png")]
    for path, shown in zip(paths, (picture, picture[:, ::-1]), strict=True):
        cv2.imwrite(path, shown)

    result = tmp_path / "result.json"
    command = [sys.executable, "-m", "tests.windows.inside.libobs", renderer, *paths, str(result)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0 and result.exists(), done.stdout.decode(errors="replace")
    seen = json.loads(result.read_text())
    print("seconds to the person, and after the worker was killed:", seen["first_s"], seen["back_s"])

    for moment, colours in (("plain", (GREEN, RED)), ("filtered", (GREEN, BLUE)), ("again", (BLUE, GREEN))):
        assert all(map(near, seen[moment], colours)), seen
    assert not seen["room"], seen
    before, after = map(set, seen["workers"])
    assert before and after and not before & after
    until(lambda: not any(map(psutil.pid_exists, after)), "the end of the worker")
