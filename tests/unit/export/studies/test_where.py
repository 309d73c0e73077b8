# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the error lies, on hand-made alphas."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from export import metrics
from export.studies.where import parts


def test_the_parts_are_those_of_the_mean_absolute_difference():
    truth = np.zeros((10, 100), np.float32)
    truth[:, 50:] = 1
    alpha = truth.copy()
    alpha[:, 40] = 1  # ten pixels from the nearest one of the person
    alpha[:, 39] = 0.5
    alpha[:, 62] = 0
    assert parts(alpha, truth) == pytest.approx((10, 10, 5))
    assert sum(parts(alpha, truth)) == pytest.approx(metrics.mad(alpha, truth))


def test_where_there_is_nobody_all_is_outside():
    assert parts(np.full((4, 8), 0.25, np.float32), np.zeros((4, 8), np.float32)) == (0, 0, 250)
