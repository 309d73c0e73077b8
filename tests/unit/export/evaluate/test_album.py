# SPDX-License-Identifier: GPL-2.0-or-later
"""What lies beside a report: contact sheets of the worst, and curves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from export import metrics
from export.evaluate import album, sheet
from export.evaluate.measure import Measured
from export.evaluate.report import Figures
from export.evaluate.worst import Sample, worst

pytest.importorskip("matplotlib", reason="curves need the dependency group 'evaluate'")


def sample(badness=1.0, picture=100, alpha=0.0, truth=1.0, size=(90, 160)):
    planes = np.full((*size, 3), picture, np.uint8)
    return Sample(f"bad {badness}", badness, planes, np.full(size, alpha), np.full(size, truth))


def test_the_worst_come_first():
    samples = [sample(badness) for badness in (0.2, 0.9, 0.1, 0.5)]
    assert [entry.badness for entry in worst(samples, 3)] == [0.9, 0.5, 0.2]


def test_a_sheet_has_a_row_for_each_and_its_cells_in_order():
    drawn = sheet.draw([sample(picture=100), sample(picture=50, alpha=1.0, truth=0.0)])
    row = sheet.LINE + sheet.CELL_HEIGHT
    assert drawn.shape == (sheet.LINE + 2 * row, 4 * sheet.CELL_WIDTH, 3)

    def middle(number, column):
        y = sheet.LINE + number * row + sheet.LINE + sheet.CELL_HEIGHT // 2
        return drawn[y, column * sheet.CELL_WIDTH + sheet.CELL_WIDTH // 2].tolist()

    assert [middle(0, column) for column in range(3)] == [[100] * 3, [0] * 3, [255] * 3]
    assert [middle(1, column) for column in range(3)] == [[50] * 3, [255] * 3, [0] * 3]
    blue, _, red = middle(0, 3)
    assert blue > red  # a person who was lost
    blue, _, red = middle(1, 3)
    assert red > blue  # room that was taken for a person


def test_difference_is_dark_where_both_agree():
    shown = sheet.difference(sample(picture=200, alpha=0.5, truth=0.5))
    assert (shown == 70).all()  # 0.35 of the picture


def test_a_tall_picture_keeps_its_shape():
    cell = sheet.fitted(np.full((300, 100, 3), 255, np.uint8))
    white = (cell == 255).all(axis=2)
    assert cell.shape == (sheet.CELL_HEIGHT, sheet.CELL_WIDTH, 3)
    assert (white.any(axis=1).sum(), white.any(axis=0).sum()) == (sheet.CELL_HEIGHT, sheet.CELL_HEIGHT // 3)


def test_the_album_names_what_it_wrote(tmp_path):
    measured = Measured({"mad": 1.0}, metrics.Thresholds(), [1.0, 2.0], [sample()])
    measured.thresholds.add(np.array([[0.2, 0.9]]), np.array([[0.0, 1.0]]))
    figures = [Figures(name, 90, 160, 1.0, {"clip": measured}, {"set": measured}) for name in ("a", "b")]
    folder = tmp_path / "report"
    folder.mkdir()
    shown = album.write(figures, folder)
    assert sorted(shown.values()) == sorted(f"report/{path.name}" for path in folder.iterdir())
    assert {path.name for path in folder.iterdir()} == {
        "clips-mad.png", "clips-thresholds.png", "set-thresholds.png",
        *(f"{label}-worst-{name}.png" for label in ("clips", "set") for name in ("a", "b")),
    }  # fmt: skip
    for path in folder.iterdir():
        assert min(cv2.imread(str(path)).shape[:2]) > 200
