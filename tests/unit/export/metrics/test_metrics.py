# SPDX-License-Identifier: GPL-2.0-or-later
"""The metrics, each against cases computed by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from export import metrics
from export.metrics.boundary import contour
from export.metrics.edge import contour_band

HALF = np.repeat([[0.0, 0.0, 1.0, 1.0]], 4, axis=0)  # the right half is person


def test_mad_and_mse():
    alpha = HALF.copy()
    alpha[0, 0], alpha[1, 2] = 0.5, 0.75  # 16 pixels; differences 0.5 and 0.25
    assert metrics.mad(alpha, HALF) == pytest.approx(0.75 / 16 * 1e3)
    assert metrics.mse(alpha, HALF) == pytest.approx((0.25 + 0.0625) / 16 * 1e3)


def test_overlap():
    alpha = HALF.copy()
    alpha[:, 1] = 0.5  # at the threshold: person
    alpha[0, 3] = 0.49
    counted = metrics.overlap(alpha, HALF)
    assert counted == metrics.Overlap(both=7, mask_only=4, truth_only=1, neither=4)
    assert counted.iou == pytest.approx(7 / 12)
    assert counted.miou == pytest.approx((7 / 12 + 4 / 9) / 2)
    assert counted.accuracy == pytest.approx(11 / 16)
    assert counted.precision == pytest.approx(7 / 11)
    assert counted.recall == pytest.approx(7 / 8)
    assert counted.f1 == pytest.approx(2 * 7 / (2 * 7 + 5))


def test_overlap_where_nobody_is():
    nobody = np.zeros((2, 2))
    assert metrics.overlap(nobody, nobody).iou == 1
    assert metrics.overlap(HALF[:2, 1:3], nobody).iou == 0


def test_contour_is_where_right_or_lower_neighbours_differ():
    mask = np.zeros((4, 4), bool)
    mask[1:3, 1:3] = True
    #  . . . .      The pixels left of, above and diagonally before the square's beginning, and the
    #  . # # .      square's own last row and column. Nothing differs beyond the frame.
    #  . # # .
    #  . . . .
    expected = ["###.", "#.#.", "###.", "...."]
    assert ["".join(".#"[value] for value in row) for row in contour(mask).astype(int)] == expected


def test_boundary_f():
    truth = np.zeros((20, 20))
    truth[:, 10:] = 1  # the contour is column 9
    alpha = np.zeros((20, 20))
    alpha[:, 13:] = 1  # column 12
    assert metrics.boundary_f(alpha, truth, tolerance=2) == 0
    assert metrics.boundary_f(alpha, truth, tolerance=3) == 1
    # A contour of rows 0 to 9 only, its end one pixel more: row 9 from column 13 on also has row 10 below.
    half = truth.copy()
    half[10:] = 0
    # Column 9 in rows 0 to 9 and row 9 in columns 9 to 19: 20 pixels, 10 + 1 of them within 1 of column 9.
    assert contour(half >= 0.5).sum() == 20
    precision, recall = 11 / 20, 11 / 20  # of the truth's 20, rows 0 to 10
    assert metrics.boundary_f(half, truth, tolerance=1) == pytest.approx(
        2 * precision * recall / (precision + recall)
    )


def test_boundary_f_where_nobody_is():
    nobody, all_over = np.zeros((8, 8)), np.ones((8, 8))
    assert metrics.boundary_f(nobody, nobody) == 1
    assert metrics.boundary_f(all_over, nobody) == 1  # a contour has neither; IoU sees that it is wrong
    assert metrics.boundary_f(nobody, np.pad(np.ones((4, 4)), 2)) == 0


def test_boundary_f_tolerates_a_share_of_the_diagonal():
    truth, off = np.zeros((360, 640)), np.zeros((360, 640))
    truth[:, 300:] = 1
    off[:, 306:] = 1  # 0.008 of 734 pixels, rounded up, is 6
    assert metrics.boundary_f(off, truth) == 1
    off[:, 306] = 0
    assert metrics.boundary_f(off, truth) == 0


def test_thresholds_by_hand():
    alpha, truth = np.array([[0.25, 0.5, 0.75, 1.0]]), np.array([[0.0, 1.0, 0.0, 1.0]])
    counted = metrics.Thresholds()
    counted.add(alpha, truth)
    levels, precision, recall, f1 = counted.curve()
    at = {level: list(levels).index(level) for level in (0.0, 0.25, 0.5, 0.75)}
    assert [precision[at[level]] for level in at] == pytest.approx([2 / 4, 2 / 4, 2 / 3, 1 / 2])
    assert [recall[at[level]] for level in at] == pytest.approx([1, 1, 1, 1 / 2])
    assert [f1[at[level]] for level in at] == pytest.approx([2 / 3, 2 / 3, 4 / 5, 1 / 2])
    # Just above 0.25 its pixel is no longer in the mask.
    assert precision[at[0.25] + 1] == pytest.approx(2 / 3)
    assert precision[-1] == pytest.approx(1)


def test_thresholds_agree_with_overlap_and_add_up():
    random = np.random.default_rng(0)
    alphas, truths = random.random((2, 3, 9, 9)).astype(np.float32)
    parts = []
    for alpha, truth in zip(alphas, truths):
        parts.append(metrics.Thresholds())
        parts[-1].add(alpha, truth)
    _, precision, recall, f1 = (values[128] for values in metrics.Thresholds.sum(parts).curve())
    whole = metrics.overlap(alphas, truths)
    assert (precision, recall, f1) == pytest.approx((whole.precision, whole.recall, whole.f1))


def test_contour_band():
    truth = np.zeros((1, 41))
    truth[:, 20:] = 1
    # Columns 10 to 19 are 10 to 1 pixels from column 20; columns 20 to 29 are 1 to 10 from column 19.
    assert np.flatnonzero(contour_band(truth)[0]).tolist() == list(range(10, 30))


def test_edge_mad_sees_only_the_band():
    truth = np.zeros((4, 60))
    truth[:, 30:] = 1
    alpha = truth.copy()
    alpha[:, :5] = 1  # far from the contour
    assert metrics.edge_mad(alpha, truth) == 0
    alpha[:, 29] = 0.5  # one of the band's 20 columns
    assert metrics.edge_mad(alpha, truth) == pytest.approx(0.5 / 20 * 1e3)
    assert math.isnan(metrics.edge_mad(alpha, np.ones_like(truth)))


def test_grad_of_a_step():
    """A step's derivative is the summed filter: the response of each column is known."""
    sigma, half = 1.4, 4
    x = np.arange(-half, half + 1)
    gaussian = np.exp(-(x**2) / (2 * sigma**2))
    kernel = np.outer(gaussian, x * gaussian)
    kernel /= np.sqrt((kernel**2).sum())
    across = kernel.sum(axis=0)
    rows, columns, edge = 30, 40, 20
    truth = np.zeros((rows, columns))
    truth[:, edge:] = 1
    # At column c the step covers the kernel's entries from edge - c on.
    responses = [across[max(edge - column + half, 0) :].sum() for column in range(columns)]
    expected = rows * np.square(responses).sum() / 1e3
    assert metrics.grad(np.zeros_like(truth), truth) == pytest.approx(expected, rel=1e-4)
    assert metrics.grad(truth, truth) == 0


def test_conn_of_an_island():
    """An island that only one alpha has is cut off at every level: it counts by its alpha."""
    truth = np.zeros((10, 10))
    truth[:4] = 1
    alpha = truth.copy()
    alpha[8, 2:5] = 0.8
    # Both are whole on the shared region; on the island the degrees are 1 and 1 - 0.8.
    assert metrics.conn(alpha, truth) == pytest.approx(3 * 0.8 / 1e3)


def test_conn_tolerates_small_differences():
    truth = np.zeros((10, 10))
    truth[:4] = 1
    alpha = truth.copy()
    alpha[8, 2:5] = 0.1
    assert metrics.conn(alpha, truth) == 0


def test_conn_keeps_the_largest_region():
    truth = np.zeros((6, 10))
    truth[:, :4], truth[:, 8:] = 1, 1
    # The smaller shared region is cut off in both alphas alike.
    assert metrics.conn(truth, truth) == 0
    alpha = truth.copy()
    alpha[:, 8:] = 0.5  # degrees there: 1 - 1 in the truth, 1 - 0.5 in the alpha
    assert metrics.conn(alpha, truth) == pytest.approx(12 * 0.5 / 1e3)


def test_dtssd():
    before, truth_before = np.zeros((2, 2)), np.zeros((2, 2))
    truth = np.array([[1.0, 0.0], [0.0, 0.0]])
    alpha = np.array([[0.5, 0.0], [0.0, 0.5]])
    # Changes differ by -0.5 and 0.5 in two pixels of four.
    assert metrics.dtssd(alpha, before, truth, truth_before) == pytest.approx(math.sqrt(0.5 / 4) * 1e2)
    # A constant error does not flicker.
    assert metrics.dtssd(truth * 0 + 0.3, before + 0.3, truth_before, truth_before) == pytest.approx(0)


def test_flicker():
    alphas = np.zeros((3, 2, 2))
    alphas[1, 0, 0] = 0.4  # goes there and back: 0.4 twice, over 2 changes of 4 pixels
    assert metrics.flicker(alphas) == pytest.approx(0.8 / 8)
