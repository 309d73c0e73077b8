# SPDX-License-Identifier: GPL-2.0-or-later
"""What ``tests.recorded`` makes of recordings: which picture is shown, what is wrong, when it changes."""

from __future__ import annotations

import cv2
import numpy
import pytest

from export.studies import front as study
from tests.bench.viewer import linear
from tests.recorded import clothes, front, subjects
from tests.recorded.played import shown, which, write
from tests.recorded.strip import LINE, PICTURE, strip

SIZE = 90, 160


@pytest.fixture(scope="module")
def pictures():
    """Return pictures of the same thing that differ by their noise alone."""
    noise = numpy.random.default_rng(1)
    return [noise.normal(120, 2, (*SIZE, 3)).round().astype(numpy.uint8) for _ in range(150)]


def recorded(picture, alpha):
    """Return what OBS records of a picture with an alpha, before black and before white."""
    light, alpha = linear(picture), alpha[..., None]
    both = numpy.hstack([alpha * light, alpha * light + 1 - alpha])
    encoded = numpy.where(both <= 0.0031308, 12.92 * both, 1.055 * both ** (1 / 2.4) - 0.055)
    return (encoded * 255).round().astype(numpy.uint8)


PERSON, NOBODY = numpy.zeros(SIZE, numpy.float32), numpy.zeros(SIZE, numpy.float32)
PERSON[20:, 40:80] = 1
PERSON[10:20, 50:70] = 0.5


def test_each_picture_that_is_shown_is_found_once_with_its_alpha(pictures):
    numbers = [7, 8, 8, 9, 12, 13]
    found = list(shown([recorded(pictures[number], PERSON) for number in numbers], pictures))
    assert [one.number for one in found] == [7, 8, 9, 12, 13]
    assert all(numpy.abs(one.alpha - PERSON).max() < 0.02 for one in found)
    assert (found[0].before_white[:, -1] == 255).all()


def test_while_nobody_is_shown_one_picture_follows_the_other(pictures):
    alphas = [PERSON, NOBODY, NOBODY, NOBODY, PERSON]
    frames = [recorded(pictures[60 + number], alpha) for number, alpha in enumerate(alphas)]
    assert [one.number for one in shown(frames, pictures)] == [60, 61, 62, 63, 64]
    # Some were the same frame again.
    late = [*frames[:2], frames[2], frames[2], *frames[2:]]
    assert [one.number for one in shown(late, pictures)][-1] == 64


def test_what_is_no_picture_of_the_clip_ends_it(pictures):
    other = numpy.full_like(pictures[0], 60)
    frames = [recorded(one, PERSON) for one in (other, pictures[0], pictures[1], other, pictures[2])]
    assert [one.number for one in shown(frames, pictures)] == [0, 1]
    assert which(recorded(pictures[-1], NOBODY)[:, :160], NOBODY, pictures, len(pictures) - 1) is None


def test_a_clip_is_written_without_losses(pictures, tmp_path):
    read = subjects.cv2.VideoCapture(str(write(tmp_path / "clip.avi", pictures[:3])))
    for picture in pictures[:3]:
        assert (read.read()[1] == picture).all()


@pytest.fixture
def scene(monkeypatch):
    """Return a short scene with two people: the one behind leaves; and its drawn cast."""
    monkeypatch.setattr(study, "PICTURE", SIZE)
    person = numpy.zeros((100, 60, 4), numpy.uint8)
    person[35:] = person[:35, 18:42] = 255
    people = {name: study.Person([person] * 2) for name in ("front", "other")}
    return next(one for one in study.scenes() if one.name == "another leaves"), people


def test_wrong_pixels_of_a_scene_are_counted_by_the_event(scene):
    scene, people = scene
    played = front.made(scene, people)
    count = scene.seconds * study.FPS
    lead, end = round(front.LEAD * study.FPS), round((front.LEAD + scene.seconds) * study.FPS)
    # As the filter should; but nobody is shown in the last half second, and when the scene is over.
    alphas = [kept.astype(numpy.float32) for kept in played.kept]
    alphas[end - 15 :] = [NOBODY] * len(alphas[end - 15 :])
    frames = (recorded(one, alpha) for one, alpha in zip(played.pictures, alphas))
    moments = front.judged(frames, played)
    assert len(moments) == count and moments[0].now == 0
    ((name, event, until, soon, most),) = front.rows(scene, moments)
    assert (name, event, float(until), float(soon)) == ("another leaves", "has left", 0, 0)
    assert float(most) == pytest.approx(100 * played.kept[lead].mean(), abs=0.01)
    # A column for each second, of three pictures and a line.
    assert front.sheet(moments).shape == (LINE + 3 * PICTURE[1], 8 * PICTURE[0], 3)


def test_a_strip_keeps_the_proportions_and_has_room_for_its_captions():
    upright = numpy.full((300, 100, 3), 255, numpy.uint8)
    made = strip(
        [[upright, upright]], ["short", "so long that it has to be in more than one line of the two"]
    )
    assert made.shape == (2 * LINE + PICTURE[1], 2 * PICTURE[0], 3)
    white = (made[2 * LINE :, : PICTURE[0]] == 255).all(axis=2)
    assert white.any(axis=1).sum() == PICTURE[1] and white.any(axis=0).sum() == PICTURE[1] // 3


def test_a_background_that_is_faded_has_several_columns():
    shades = [10, 10, 11, 30, 60, 90, 90, 90]
    frames = [numpy.full((*SIZE, 3), shade, numpy.uint8) for shade in shades]
    assert clothes.changes(frames) == [0, 3, 4, 5, 7]
    notes = [clothes.Note(0.0, 0, "not clear yet"), clothes.Note(0.4, 1, "known")]
    assert clothes.sheet(frames, notes, frames[:2]).shape[1] == 5 * PICTURE[0]
    assert [clothes._at(notes, second).said for second in (0.0, 0.3, 0.4, 9.0)] == [
        "not clear yet", "not clear yet", "known", "known"
    ]  # fmt: skip


def test_a_subject_that_is_slow_has_the_picture_nearest_to_each_second(pictures):
    found = [subjects.Shown(number, PERSON, pictures[number]) for number in (1, 29, 40, 100)]
    made = subjects.sheet(pictures, {"People": found})
    column = made[-PICTURE[1] :, PICTURE[0] : 2 * PICTURE[0]]
    expected = cv2.resize(pictures[29], PICTURE, interpolation=cv2.INTER_AREA)
    assert made.shape[1] == 5 * PICTURE[0] and (column == expected).all()


def test_people_and_what_installed_models_keep_beside_them_are_offered(monkeypatch):
    class Model:
        def __init__(self, name, subject="", installed=True, problem=None):
            self.name, self.subject, self.installed, self.problem = name, subject, installed, problem

    known = [
        Model("fast"),
        Model("pets", "Pets"),
        Model("cats", "Cats", installed=False),
        Model("dogs", "Dogs", problem="broken"),
    ]
    monkeypatch.setattr(subjects.catalogue, "read", lambda: {one.name: one for one in known})
    assert subjects.subjects("quality") == {"People": "quality", "Pets": "pets"}
