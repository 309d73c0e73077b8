# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of a lab: nothing is built below programs that run in it."""

from __future__ import annotations

import sys
import threading

import pytest

from tests.labs.parts import Parts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="labs are built on Linux")


def test_a_part_is_built_once_by_each_recipe(tmp_path):
    built = []
    for recipe in ("first", "first", "second"):
        Parts(tmp_path).build("part", recipe, lambda recipe=recipe: built.append(recipe))
    assert built == ["first", "second"]


def test_a_part_that_failed_is_built_again(tmp_path):
    def fail():
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        Parts(tmp_path).build("part", "recipe", fail)
    built = []
    Parts(tmp_path).build("part", "recipe", lambda: built.append(1))
    assert built == [1]


def test_another_recipe_waits_until_nothing_runs_any_more(tmp_path):
    running, other, built = Parts(tmp_path), Parts(tmp_path), []
    running.build("part", "first", lambda: built.append("first"))
    arguments = ("part", "second", lambda: built.append("second"))
    waiting = threading.Thread(target=other.build, args=arguments, daemon=True)
    waiting.start()
    waiting.join(0.5)
    assert built == ["first"]
    del running
    waiting.join(60)
    assert built == ["first", "second"]
