# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenes in which it is known who is to be kept."""

from __future__ import annotations

import numpy as np
import pytest

from export.studies import front


@pytest.fixture(scope="module")
def people():
    """Return a drawn cast: each a rectangle with a head."""
    person = np.zeros((100, 60, 4), np.uint8)
    person[35:] = person[:35, 18:42] = 255
    return {
        name: front.Person([person] * 2) for name in ("front", "front2", "other", "child", "small", "face")
    }


def test_the_answer_of_a_scene_is_who_is_to_be_kept_without_what_is_before_them(people):
    (scene,) = [one for one in front.scenes() if one.name == "crosses behind"]
    frames = list(front.play(scene, people, (90, 160)))
    assert len(frames) == scene.seconds * front.FPS
    for _now, picture, everybody, kept in (frames[0], frames[120]):
        assert picture.shape == (90, 160, 3)
        assert (kept <= everybody + 1e-6).all()
    assert (frames[0][2] == frames[0][3]).all(), "nobody else is there yet"
    assert (frames[100][2] > frames[100][3] + 0.5).any()


def test_wrong_pixels_are_counted(people):
    (scene,) = [one for one in front.scenes() if one.name == "another leaves"]
    frames, _pictures = front.measure(scene, people, None)
    (row,) = front.rows(scene, frames)
    assert row[:2] == ["another leaves", "has left"]
    assert float(row[3]) == 0 and float(row[4]) == 0
    assert max(one.everyone for one in frames) > 0.03, "keeping everyone shows the other one"
