# SPDX-License-Identifier: GPL-2.0-or-later
"""What is kept of a held thing, with a model whose answer is known: it keeps what is green."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from export.graph.runner import Runner
from export.studies import held
from tests.obs.networks import write_green_is_person

SIZE = (144, 256)


def person():
    mask = np.zeros(SIZE, bool)
    mask[30:, 80:140] = True
    return mask


@pytest.fixture
def sets(tmp_path):
    """Return a folder with a set of one photograph: a green person in a blue room."""
    for kind in ("images", "masks"):
        (tmp_path / "set" / kind).mkdir(parents=True)
    picture = np.full((*SIZE, 3), (200, 0, 0), np.uint8)
    picture[person()] = (0, 220, 0)
    cv2.imwrite(str(tmp_path / "set" / "images" / "one.png"), picture)
    cv2.imwrite(str(tmp_path / "set" / "masks" / "one.png"), person() * np.uint8(255))
    return tmp_path / "set"


@pytest.mark.parametrize(("color", "share"), [((0, 220, 0), 100), ((0, 0, 220), 0)])
def test_a_green_thing_is_kept_everywhere_and_a_red_one_nowhere(tmp_path, sets, color, share):
    things = tmp_path / "things"
    things.mkdir()
    cv2.imwrite(str(things / "thing.png"), np.full((60, 60, 4), (*color, 255), np.uint8))
    runner = Runner(write_green_is_person(tmp_path / "green", *SIZE) / "model.onnx")
    sheet = []
    shares = held.measure(runner, sets, things, 0.3, 5, sheet)
    assert shares == pytest.approx([share, share, share, 100], abs=2)
    assert len(sheet) == 1


def test_a_thing_lies_over_the_contour_and_another_far_from_it():
    mask, random = person(), np.random.default_rng(1)
    for _ in range(20):
        at, away = held.places(mask, 20, random)
        assert mask[at[1], at[0]] and not mask[at[1], at[0] - 2 : at[0] + 3].all()
        assert 30 + 0.35 * 113 < at[1] < 30 + 0.75 * 113
        assert not mask[away[1] - 10 : away[1] + 10, away[0] - 10 : away[0] + 10].any()


def test_a_thing_that_reaches_beyond_the_picture_is_cut():
    made = held.put(np.zeros((*SIZE, 3), np.uint8), np.full((40, 40, 4), 255, np.uint8), 5, 140)
    assert made.thing.sum() == 24 * 25 and (made.picture[made.thing] == 255).all()


def test_without_things_it_says_so(tmp_path, sets, capsys):
    (tmp_path / "none").mkdir()
    model = write_green_is_person(tmp_path / "green", *SIZE) / "model.onnx"
    command = ["--model", str(model), "--images", str(sets), "--things", str(tmp_path / "none")]
    assert held.main(command) == 1
    assert "There are no cut-outs" in capsys.readouterr().err
