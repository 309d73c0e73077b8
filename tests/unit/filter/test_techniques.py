# SPDX-License-Identifier: GPL-2.0-or-later
"""The enumerations of techniques, and those in the .effect files."""

from __future__ import annotations

import re

import pytest

from obs_bgremove.filter.options.settings import PRESETS
from obs_bgremove.filter.passes import techniques
from obs_bgremove.filter.passes.shaders import SHADERS
from tests.unit.filter.effects import INCLUDED

FILES = sorted(path for path in SHADERS.glob("*.effect") if path.name not in INCLUDED)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_has_the_techniques_of_its_enumeration(path):
    name = {"presets": "Preset"}.get(path.stem, path.stem.title())
    enumeration = getattr(techniques, f"{name}Technique")
    found = re.findall(r"^TECHNIQUE\((\w+),", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(found) == sorted(one.value.decode() for one in enumeration)


def test_every_preset_of_the_settings_has_a_technique():
    assert [name.upper() for name in PRESETS] == list(techniques.PresetTechnique.__members__)
