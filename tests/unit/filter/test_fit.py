# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a background lies in the picture."""

import pytest
from obs_bgremove.filter.backgrounds.fit import place


@pytest.mark.parametrize(
    ("fit", "expected"),
    [
        ("cover", (0, -50, 2, 2)),
        ("contain", (50, 0, 1, 1)),
        ("stretch", (0, 0, 2, 1)),
    ],
)
def test_a_square_in_a_wide_picture(fit, expected):
    assert place(100, 100, 200, 100, fit) == expected


@pytest.mark.parametrize("fit", ["cover", "contain", "stretch"])
def test_the_same_proportions_fill_exactly(fit):
    assert place(320, 180, 640, 360, fit) == (0, 0, 2, 2)
