# SPDX-License-Identifier: GPL-2.0-or-later
"""People who hold things: what is at the body belongs to the alpha, and moves with the person."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

for package in ("torch", "albumentations"):
    pytest.importorskip(package, reason="needs torch: python3 -m tests --training")

from export.common.errors import ExportError  # noqa: E402
from export.data import holding, moving  # noqa: E402
from export.data.sequence import Clips, Shape  # noqa: E402
from export.data.stills import find, pictures  # noqa: E402
from export.training import recipe  # noqa: E402

GREEN = (0, 255, 0)


@pytest.fixture
def data(tmp_path):
    """A set of one red person before blue, whose alpha is unsure outside, with a green disc to hold."""
    for name in ("images", "masks", "weights"):
        (tmp_path / "people" / name).mkdir(parents=True)
    mask = np.zeros((120, 100), np.uint8)
    mask[20:, 30:70] = 255
    picture = np.where(mask[..., None] > 0, np.uint8((0, 0, 200)), np.uint8((200, 0, 0)))
    for name, values in (("images", picture), ("masks", mask), ("weights", mask // 2 + 100)):
        cv2.imwrite(str(tmp_path / "people" / name / "0.png"), values)
    (tmp_path / "rooms").mkdir()
    cv2.imwrite(str(tmp_path / "rooms" / "0.png"), np.full((90, 160, 3), (200, 0, 0), np.uint8))
    (tmp_path / "things").mkdir()
    disc = np.zeros((40, 40, 4), np.uint8)
    cv2.circle(disc, (20, 20), 18, (*GREEN, 255), -1)
    cv2.imwrite(str(tmp_path / "things" / "0.png"), disc)
    return tmp_path


def green(picture):
    return (picture[..., 1] > 100) & (picture[..., 0] < 60) & (picture[..., 2] < 60)


def test_what_is_held_is_at_the_person_and_in_the_alpha(data):
    still = find([data / "people"])[0]
    person = still.read()[1] > 0.5
    thing = moving.thing(data / "things" / "0.png", 200)
    reached = cv2.dilate(person.astype(np.uint8), np.ones((61, 61), np.uint8)) > 0
    beside = 0
    for seed in range(30):
        picture, alpha, weight = holding.Holding(still, thing, seed).read()
        assert picture.dtype == np.uint8 and picture.shape == (120, 100, 3)
        assert alpha.dtype == weight.dtype == np.float32 and alpha.shape == weight.shape == (120, 100)
        held = green(picture)
        assert held.any() and reached[held].all()
        assert alpha[held].min() > 0.5 and weight[held].max() == 1.0
        # Nothing of the person is lost, and nothing else is theirs.
        assert alpha[person].min() > 0.98
        assert not (alpha > 0.5)[~person & ~(cv2.dilate(held.astype(np.uint8), np.ones((5, 5))) > 0)].any()
        beside += bool((held & ~person).any())
    assert beside > 10
    again = [holding.Holding(still, thing, 3).read()[0] for _ in range(2)]
    assert np.array_equal(*again)


def test_fingers_are_before_what_is_held_and_never_beside_the_person(data, monkeypatch):
    still = find([data / "people"])[0]
    person = still.read()[1] > 0.5
    thing = moving.thing(data / "things" / "0.png", 200)
    seen = []
    for share in (0.0, 1.0):
        monkeypatch.setattr(holding, "COVERED", share)
        seen.append([green(holding.Holding(still, thing, seed).read()[0]) for seed in range(20)])
    bare, covered = np.array(seen[0]), np.array(seen[1])
    assert covered.sum() < bare.sum() and not (bare ^ covered)[:, ~person].any()


def test_where_nobody_is_nothing_is_held(data):
    cv2.imwrite(str(data / "people" / "masks" / "0.png"), np.zeros((120, 100), np.uint8))
    still = find([data / "people"])[0]
    thing = moving.thing(data / "things" / "0.png", 200)
    for kept, was in zip(holding.Holding(still, thing, 1).read(), still.read()):
        assert np.array_equal(kept, was)


def test_a_drawn_thing_has_round_corners_and_all_kinds_of_faces():
    picture = np.full((60, 80, 3), (250, 10, 10), np.uint8)
    printed = 0
    for seed in range(20):
        thing = holding.drawn(picture, np.random.default_rng(seed))
        assert thing.dtype == np.float32 and thing.shape[2] == 4
        assert thing.min() >= 0 and thing.max() <= 1
        assert thing[80, thing.shape[1] // 2, 3] == 1 and thing[0, 0, 3] == 0
        middle = thing[80, thing.shape[1] // 2]
        printed += middle[0] > 0.5 and middle[1] < 0.1
    assert 4 < printed < 20


@pytest.mark.parametrize("busy", [0.0, 1.0])
def test_clips_show_things_that_are_held_and_keep_them(data, busy):
    moves = moving.find([data / "things"], [])
    arguments = {"shape": Shape(3, 96, 128), "count": 30, "seed": 1, "moves": moves, "busy": busy}
    people, rooms = find([data / "people"]), pictures([data / "rooms"])
    shares = []
    for held in (0.0, 1.0):
        clips = Clips(people, rooms, held=held, **arguments)
        kept = [clips[number] for number in range(len(clips))]
        seen = [alpha[green(picture)].mean() for picture, alpha, _ in kept if green(picture).any()]
        shares.append(np.mean(seen) if seen else 0.0)
    # Busy clips have such things in the room, too.
    assert shares[1] > (0.9 if busy == 0 else shares[0] + 0.1)


@pytest.mark.parametrize(
    ("text", "says"), [("held = 1.5", "held is 1.5"), ("held = 0.5\nframes = 1", "held")]
)
def test_a_share_that_makes_no_sense_is_said(tmp_path, text, says):
    lines = [
        line
        for line in (recipe.RECIPES / "quality-held.toml").read_text(encoding="utf-8").splitlines()
        if not line.startswith(("held", "frames", "busy", "teacher", "filmed"))
    ]
    frames = "" if "frames" in text else "\nframes = 6"
    (tmp_path / "mine.toml").write_text("\n".join(lines) + f"\n{text}{frames}\n", encoding="utf-8")
    with pytest.raises(ExportError, match=says):
        recipe.read(tmp_path / "mine.toml")
