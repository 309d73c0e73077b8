# SPDX-License-Identifier: GPL-2.0-or-later
"""Every background and view under Direct3D 11, compared with OpenGL's; every technique is drawn.

Run by Windows' Python; skipped where OBS is not in the lab. The compiler of Direct3D's shaders is
Microsoft's. With $OBS_BGREMOVE_LAB_PICTURES the pictures are written there as PNGs, to be looked at.
"""

import itertools
import json
import os
import subprocess
import sys
from enum import Enum
from pathlib import Path

import cv2
import numpy
import pytest

from obs_bgremove.filter.passes import techniques
from tests.unit import worker_home, worker_models
from tests.unit.worker_home import add_model
from tests.windows.inside.gallery import LOOKS
from tests.windows.inside.libobs import HEIGHT, WIDTH

pytestmark = pytest.mark.skipif(
    "OBS_BGREMOVE_LAB_OBS" not in os.environ, reason=os.environ.get("OBS_BGREMOVE_LAB_REASON", "no OBS here")
)
#: Largest difference of a value of 0 to 255 between the renderers.
ROUNDING = 2


def camera():
    """A picture of a person for the tests' model, whose alpha is green: soft at the edge, with texture."""
    rows, columns = numpy.mgrid[0:HEIGHT, 0:WIDTH].astype(numpy.float32)
    inside = 1 - numpy.hypot((columns - 320) / 130, (rows - 190) / 150)
    green = numpy.clip(inside * 6 + 0.5, 0, 1)
    picture = numpy.zeros((HEIGHT, WIDTH, 3), numpy.float32)
    picture[..., 0] = 120 + 100 * numpy.sin(columns / 37) * numpy.cos(rows / 23)
    picture[..., 1] = 255 * green
    picture[..., 2] = 120 + 100 * numpy.cos(columns / 19 + rows / 41)
    return picture.round().astype(numpy.uint8)


def background():
    """A picture of four smooth colours, none of them magenta."""
    corners = numpy.array([[[40, 200, 90], [220, 160, 30]], [[20, 90, 230], [160, 220, 240]]], numpy.uint8)
    return cv2.resize(corners, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_LINEAR)


@pytest.fixture(scope="module")
def galleries(tmp_path_factory):
    """Return for each renderer its pictures, uint8 [H, W, 4] by look, and the names of techniques it drew."""
    place = tmp_path_factory.mktemp("gallery")
    picture, behind, video = (str(place / name) for name in ("camera.png", "behind.png", "still.avi"))
    cv2.imwrite(picture, camera())
    cv2.imwrite(behind, background())
    writer = cv2.VideoWriter(video, cv2.VideoWriter_fourcc(*"MJPG"), 30, (WIDTH // 2, HEIGHT // 2))
    for _ in range(30):
        writer.write(background())
    writer.release()
    shown = {}
    with pytest.MonkeyPatch.context() as patch:
        home = worker_home.make(place / "home", patch, python=os.environ["OBS_BGREMOVE_LAB_VENV"])
        add_model(home, "green", worker_models.green(180, 320), default=True)
        for renderer in ("libobs-opengl", "libobs-d3d11"):
            folder = place / renderer
            folder.mkdir()
            command = [sys.executable, "-m", "tests.windows.inside.gallery"]
            done = subprocess.run(
                [*command, renderer, picture, behind, video, str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            assert done.returncode == 0, done.stdout.decode(errors="replace")
            shown[renderer] = {name: read(folder / f"{name}.bgra") for name in LOOKS}
            shown[renderer]["techniques"] = set(json.loads((folder / "techniques.json").read_text()))
    keep(shown)
    return shown["libobs-opengl"], shown["libobs-d3d11"]


def read(path):
    return numpy.frombuffer(path.read_bytes(), numpy.uint8).reshape(HEIGHT, WIDTH, 4)


def keep(shown):
    """Write the pictures where they can be looked at."""
    place = os.environ.get("OBS_BGREMOVE_LAB_PICTURES")
    for renderer, looks in shown.items() if place else ():
        for name, picture in looks.items():
            if name != "techniques":
                cv2.imwrite(str(Path(place) / f"{renderer}-{name}.png"), picture[..., :3])


@pytest.mark.parametrize("look", LOOKS)
def test_direct3d_shows_what_opengl_shows(galleries, look):
    opengl, direct3d = (gallery[look].astype(int) for gallery in galleries)
    difference = numpy.abs(opengl - direct3d)
    most, many = int(difference.max()), float((difference > ROUNDING).mean())
    assert most <= ROUNDING, f"{many:.3%} of the values differ, by up to {most}"
    assert opengl[..., :3].std() > 8, "a picture with something on it"


def test_the_looks_are_different(galleries):
    for one, other in itertools.combinations(LOOKS, 2):
        first, second = (galleries[1][look][..., :3].astype(int) for look in (one, other))
        most = int(numpy.abs(first - second).max())
        # Nothing lies below the scene: that is black, as the view's background is.
        same = (one, other) == ("transparent", "view-foreground")
        assert (most > ROUNDING) != same, (one, other)


@pytest.mark.parametrize("renderer", [0, 1], ids=["opengl", "direct3d"])
def test_every_technique_is_drawn(galleries, renderer):
    kinds = [kind for kind in vars(techniques).values() if isinstance(kind, type) and issubclass(kind, Enum)]
    wanted = {f"{kind.__name__}.{one.name}" for kind in kinds if kind is not Enum for one in kind}
    assert wanted - galleries[renderer]["techniques"] == set()
