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
from tests.windows.inside.libobs import HEIGHT, WIDTH, near

pytestmark = pytest.mark.skipif(
    "OBS_BGREMOVE_LAB_OBS" not in os.environ, reason=os.environ.get("OBS_BGREMOVE_LAB_REASON", "no OBS here")
)
GREEN, RED, BLUE = (0, 255, 0), (0, 0, 255), (255, 0, 0)


@pytest.mark.parametrize("renderer", ["libobs-d3d11", "libobs-opengl"])
def test_the_room_is_not_seen(renderer, tmp_path, monkeypatch):
    home = worker_home.make(tmp_path / "home", monkeypatch, python=os.environ["OBS_BGREMOVE_LAB_VENV"])
    # Its person is what is green.
    add_model(home, "green", worker_models.green(), default=True)
    picture = numpy.zeros((HEIGHT, WIDTH, 3), numpy.uint8)
    picture[:, : WIDTH // 2], picture[:, WIDTH // 2 :] = GREEN, RED
    cv2.imwrite(str(tmp_path / "picture.png"), picture)

    result = tmp_path / "result.json"
    command = [
        sys.executable,
        "-m",
        "tests.windows.inside.libobs",
        renderer,
        str(tmp_path / "picture.png"),
        result,
    ]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0 and result.exists(), done.stdout.decode(errors="replace")
    seen = json.loads(result.read_text())

    left, right = seen["plain"]
    assert near(left, GREEN) and near(right, RED)
    for moment in ("filtered", "again"):
        left, right = seen[moment]
        assert near(left, GREEN) and near(right, BLUE), seen
    assert not seen["room"], seen
    assert seen["workers"] and seen["workers_again"] and not set(seen["workers"]) & set(seen["workers_again"])
    until(lambda: not any(map(psutil.pid_exists, seen["workers_again"])), "the end of the worker")
