# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a background lies in the picture."""

import pytest

from obs_bgremove.filter.backgrounds.fit import place
from obs_bgremove.filter.passes.geometry import Size


@pytest.mark.parametrize(
    ("fit", "expected"),
    [
        ("cover", (0, -50, 2, 2)),
        ("contain", (50, 0, 1, 1)),
        ("stretch", (0, 0, 2, 1)),
    ],
)
def test_a_square_in_a_wide_picture(fit, expected):
    assert place(Size(100, 100), Size(200, 100), fit) == expected


@pytest.mark.parametrize("fit", ["cover", "contain", "stretch"])
def test_the_same_proportions_fill_exactly(fit):
    assert place(Size(320, 180), Size(640, 360), fit) == (0, 0, 2, 2)
