# SPDX-License-Identifier: GPL-2.0-or-later
"""The network sees the part of the picture with people in it: finer edges, and nobody is missed."""

from __future__ import annotations

import cv2
import numpy
import pytest

from obs_bgremove.private_obs import collection
from tests.obs.stage import filtered, one_scene, open_obs, wait_until_running

WIDTH, HEIGHT, FPS, COUNT = 640, 360, 30, 180
SIDE = 60
#: The first one is always there and moves a little; the other one comes in far away, for half of the clip.
FIRST, OTHER = (480, 60), (40, 260)


def frame(number: int) -> numpy.ndarray:
    """Return one frame: white people in a magenta room."""
    picture = numpy.full((HEIGHT, WIDTH, 3), (255, 0, 255), numpy.uint8)
    people = [(FIRST[0] + number % 10, FIRST[1])]
    if number >= COUNT // 2:
        people.append(OTHER)
    for left, top in people:
        picture[top : top + SIDE, left : left + SIDE] = 255
    return picture


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Return the path of the clip."""
    path = tmp_path_factory.mktemp("clip") / "people.mkv"
    video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"FFV1"), FPS, (WIDTH, HEIGHT))
    for number in range(COUNT):
        video.write(frame(number))
    video.release()
    return path


@pytest.fixture
def alphas(tmp_path, data_home, clip):
    """Return a function that returns the alphas that are shown (uint8 [H, W]) after some seconds."""

    def shown(crop: bool, seconds: float) -> list[numpy.ndarray]:
        settings = {"model": "green", "view": "alpha", "refinement": False, "crop_to_people": crop}
        things = one_scene(collection.clip("Clip", clip, [filtered(settings)]))
        with open_obs(tmp_path / f"obs-{crop}", data_home, things, size=(WIDTH, HEIGHT)) as obs:
            wait_until_running(obs)
            found = [picture[..., 1] for picture in obs.frames(obs.record(seconds))]
            assert obs.stop().code == 0
        return found

    return shown


def fraction(alpha: numpy.ndarray, corner: tuple[int, int], margin: int = 5) -> float:
    """Return how much of a person is shown, within its edges (the first one's move by ten pixels)."""
    left, top = corner
    inside = alpha[top + margin : top + SIDE - margin, left + 10 + margin : left + SIDE - margin]
    return float((inside > 250).mean())


def undecided(alpha: numpy.ndarray) -> int:
    """Return how many pixels are neither person nor room around the first person."""
    left, top = FIRST
    around = alpha[top - 10 : top + SIDE + 10, left - 10 : left + SIDE + 20]
    return int(((around > 12) & (around < 243)).sum())


def test_a_small_person_has_finer_edges_and_nobody_is_missed(alphas):
    without = numpy.median([undecided(alpha) for alpha in alphas(False, 3.0)])
    # Several rounds of the clip: the region closes in, opens for the other one, and closes in again.
    shown = alphas(True, 14.0)
    assert min(fraction(alpha, FIRST) for alpha in shown) == 1.0
    finest = numpy.percentile([undecided(alpha) for alpha in shown], 20)
    print(f"undecided pixels around the edge: {without} without, {finest} with")
    assert finest < 0.6 * without
    other = numpy.array([fraction(alpha, OTHER) for alpha in shown]) > 0.9
    print(f"the other one is shown in {other.mean():.0%} of the frames; he is there in 50 %")
    # He is there for three seconds, and missed until the next overview, half a second at most.
    assert 0.3 < other.mean() <= 0.55
