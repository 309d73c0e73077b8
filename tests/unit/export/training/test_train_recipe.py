# SPDX-License-Identifier: GPL-2.0-or-later
"""Recipes that cannot be right are refused before anything is trained, with a sentence."""

from __future__ import annotations

import pytest

from export.common.errors import ExportError
from export.training import recipe

GOOD = """
network = "fast"
shipped = false
height = 48
width = 64
frames = 3
train = ["a/train"]
test = ["a/val"]
backgrounds = ["rooms"]
"""


def write(folder, text):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_recipe_is_read_by_its_path_and_those_of_the_project_by_name(tmp_path):
    mine = recipe.read(write(tmp_path, GOOD))
    assert (mine.name, mine.frames, mine.rate) == ("mine", 3, 1e-3)
    assert recipe.read(recipe.Path("fast")).network == "fast"


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (GOOD + "speed = 3\n", "unknown entry 'speed'"),
        (GOOD.replace("height = 48\n", ""), "lacks the entries 'height'"),
        (GOOD + "height = \n", "not a TOML file"),
        (GOOD.replace('backgrounds = ["rooms"]', ""), "names no backgrounds"),
        (GOOD.replace("a/val", "a/train"), "tests on 'a/train', which it learns from"),
        (GOOD.replace("frames = 3", 'teacher = "rvm-144x256"'), "names a teacher, which refines clips"),
        (GOOD.replace("height = 48", 'height = "48"'), "height is '48'; it must be a whole number"),
        (GOOD.replace("height = 48", "height = true"), "height is True; it must be a whole number"),
        (GOOD + "epochs = 0\n", "epochs is 0; it must be more than 0"),
        (GOOD + "decay = -1.0\n", "decay is -1.0; it must be 0 or more"),
        (GOOD + "filmed = 0.5\n", "filmed is 0.5; it must be at least 1"),
        (GOOD.replace('["rooms"]', '"rooms"'), "backgrounds is 'rooms'; it must be a list of texts"),
    ],
)
def test_a_wrong_recipe_is_told(tmp_path, text, match):
    with pytest.raises(ExportError, match=match):
        recipe.read(write(tmp_path, text))


def test_a_recipe_that_is_not_there(tmp_path):
    with pytest.raises(ExportError, match=r"cannot be read .* or one of: .*quality"):
        recipe.read(tmp_path / "nothing.toml")
