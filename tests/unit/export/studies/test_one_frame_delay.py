# SPDX-License-Identifier: GPL-2.0-or-later
"""What waiting for one frame more could mend, on hand-made alphas."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from export.studies.one_frame_delay import mended


def over_time(*values):
    return np.array(values, np.float32)[:, None, None]


@pytest.mark.parametrize(
    ("alphas", "expected"),
    [
        ((1, 0.2, 0.95), (1, 0.975, 0.95)),  # a hole for one frame
        ((0, 0.7, 0, 0), (0, 0, 0, 0)),  # a speck for one frame
        ((0, 0.5, 1), (0, 0.5, 1)),  # something passes
        ((0, 0, 1, 1), (0, 0, 1, 1)),  # somebody came
        ((0.5, 0.55, 0.5), (0.5, 0.55, 0.5)),  # hardly a change
        ((1, 0), (1, 0)),  # the last one has no neighbour to come
    ],
)
def test_only_what_flickers_for_a_frame_is_mended(alphas, expected):
    np.testing.assert_allclose(mended(over_time(*alphas)), over_time(*expected), atol=1e-6)
