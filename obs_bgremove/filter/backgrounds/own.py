# SPDX-License-Identifier: GPL-2.0-or-later
"""The backgrounds that our own passes draw: the blurred room, a colour, a preset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...obs.graphics import vec4
from ..passes.drawing import linear_color
from ..passes.drawn_background import DrawnBackground
from ..passes.preset import draw_preset
from ..passes.techniques import CompositeTechnique, PresetTechnique
from .background import Background

if TYPE_CHECKING:
    from ..options.settings import Settings
    from ..passes.cut import Cut
    from ..passes.geometry import Size
    from ..passes.passes import Passes


class Blurred(Background):
    """The room, blurred."""

    def __init__(self, settings: Settings) -> None:
        self._strength = settings.blur / 100

    def draw(self, passes: Passes, cut: Cut) -> DrawnBackground:
        """Blur the room of the cut."""
        # Without an alpha the person is blurred too, at full strength.
        strength = self._strength if cut.alpha else 1.0
        blurred = passes.blur.draw(cut, strength)
        technique = CompositeTechnique.ON_DEPTH if cut.near else CompositeTechnique.ON_IMAGE
        return DrawnBackground(technique, blurred, hdr=bool(cut.hdr))


class Color(Background):
    """One colour."""

    def __init__(self, settings: Settings) -> None:
        self.adjust(settings)

    def adjust(self, settings: Settings) -> None:
        """Take over the colour."""
        value = settings.background_color
        blue, green, red = ((value >> shift & 255) / 255 for shift in (16, 8, 0))
        #: As a render target that is not linear takes it.
        self._encoded = vec4(red, green, blue, 1.0)
        color = (*linear_color(value), 1.0)
        self._drawn = DrawnBackground(CompositeTechnique.ON_COLOR, color=color)

    def draw(self, passes: Passes, cut: Cut) -> DrawnBackground:  # noqa: ARG002 - other kinds use them
        """Return the colour: ``composite`` fills the picture."""
        return self._drawn


class Preset(Background):
    """A background that a shader draws, once for each size of the picture, and again when that was lost."""

    def __init__(self, settings: Settings) -> None:
        self._technique = PresetTechnique[settings.background_preset.upper()]
        #: What was drawn: its size, and how often the graphics card had been reset.
        self._drawn: tuple[Size, int] | None = None

    def draw(self, passes: Passes, cut: Cut) -> DrawnBackground:
        """Draw the preset, if it is not there at this size."""
        # Nothing else draws into that target while this is the filter's background.
        wanted = cut.size, passes.shaders.losses.count
        if self._drawn != wanted:
            draw_preset(passes.shaders.presets, self._technique, passes.background, cut.size)
            self._drawn = wanted
        return DrawnBackground(CompositeTechnique.ON_IMAGE, passes.background.texture)
