# SPDX-License-Identifier: GPL-2.0-or-later
"""Graphs of any size, and the cards that say one."""

import numpy as np
import pytest

from export.common.errors import ExportError
from export.graph import contract, sized
from export.graph.runner import Runner
from export.shelf.card import SHELF, shelf_cards
from export.shelf.locate import locate
from tests.unit import worker_models


@pytest.fixture
def model(tmp_path):
    """A model of any size without a card."""
    path = tmp_path / "usual" / "model.onnx"
    path.parent.mkdir()
    path.write_bytes(worker_models.of_any_size().SerializeToString())
    return path


def card(folder, size, more=""):
    folder.mkdir(exist_ok=True)
    height, width = size
    (folder / "card.toml").write_text(f'title = "x"\n{more}\n[input]\nheight = {height}\nwidth = {width}\n')


def test_it_keeps_the_contract(model):
    assert contract.violations(contract.load(model)) == []
    assert contract.violations(worker_models.dynamic()) != []


def test_the_card_says_the_size_and_a_caller_another(model, tmp_path):
    with pytest.raises(ExportError, match="frames of any size"):
        Runner(model)
    card(model.parent, (24, 32))
    card(tmp_path / "larger", (48, 80), 'weights = "usual"')
    larger = locate(str(tmp_path / "larger"))
    for path, size, expected in ((model, None, (24, 32)), (model, (8, 6), (8, 6)), (larger, None, (48, 80))):
        runner = Runner(path, size=size)
        assert (runner.height, runner.width) == expected
        frame = np.full((*expected, 4), 9, np.uint8)
        runner.alpha(frame)
        assert np.array_equal(runner.alpha(frame), frame[..., 1])


def test_fixed_is_a_copy():
    model = worker_models.of_any_size()
    sides = {entry.name: [side.dim_value for side in entry.type.tensor_type.shape.dim]
             for entry in sized.fixed(model, (48, 80)).graph.input}  # fmt: skip
    assert sides == {"frame": [48, 80, 4], "state_half": [1, 1, 24, 40]}
    assert sized.is_open(model)


def test_the_editions_on_the_shelf_are_what_they_say():
    editions = [card for card in shelf_cards() if "weights" in card.path.read_text(encoding="utf-8")
                and not (card.path.parent / "model.onnx").is_file() and not card.fetch]  # fmt: skip
    assert editions
    for card in editions:
        runner = Runner(SHELF / card.name / "model.onnx")
        assert (runner.height, runner.width) == (card.height, card.width)
        assert f"{card.height}x{card.width}" in card.name
