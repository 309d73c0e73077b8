# SPDX-License-Identifier: GPL-2.0-or-later
"""The techniques of the .effect files, one enumeration for each file.

A member is the bytes that OBS is given. "Edge", "Clean", "Light" and "Look" in composite.effect are variants
of a technique: see ``WITH_EDGE``, ``WITH_CLEANING``, ``WITH_LIGHT`` and ``WITH_LOOK``.
"""

from __future__ import annotations

from enum import Enum


class ShrinkTechnique(bytes, Enum):
    """shrink.effect."""

    DRAW = b"Draw"


class ColorsTechnique(bytes, Enum):
    """colors.effect."""

    GATHER = b"Gather"
    MEAN = b"Mean"


class SamplesTechnique(bytes, Enum):
    """samples.effect."""

    SIDES = b"Sides"


class EdgeTechnique(bytes, Enum):
    """edge.effect."""

    LIMIT = b"Limit"
    PLACE = b"Place"
    KNOWN_IN_ROWS = b"KnownInRows"
    KNOWN_IN_STRIPS = b"KnownInStrips"
    PACK = b"Pack"
    PACK_REFINED = b"PackRefined"
    UNPACK = b"Unpack"
    GROW = b"Grow"
    SHRINK = b"Shrink"
    SOFTEN = b"Soften"
    SOFTEN_STRIPS = b"SoftenStrips"


class PlateTechnique(bytes, Enum):
    """plate.effect."""

    SURVEY = b"Survey"
    COMPARE = b"Compare"
    REMEMBER = b"Remember"


class BlurTechnique(bytes, Enum):
    """blur.effect."""

    WEIGH = b"Weigh"
    NEAR = b"Near"
    DISC = b"Disc"
    DISC_DEPTH = b"DiscDepth"
    FILL = b"Fill"
    FILL_DEPTH = b"FillDepth"


class LightTechnique(bytes, Enum):
    """light.effect."""

    FACTORS = b"Factors"
    SHINE = b"Shine"


class ExposureTechnique(bytes, Enum):
    """exposure.effect."""

    EXPOSE = b"Expose"
    JOIN = b"Join"


class FadeTechnique(bytes, Enum):
    """fade.effect."""

    MIX = b"Mix"


class PresetTechnique(bytes, Enum):
    """presets.effect. The names are those of ``settings.PRESETS`` in capitals."""

    STUDIO = b"Studio"
    BRIGHT_STUDIO = b"BrightStudio"
    WINDOW_LIGHT = b"WindowLight"
    NEON = b"Neon"
    CITY_LIGHTS = b"CityLights"
    GOLDEN_LIGHTS = b"GoldenLights"
    AURORA = b"Aurora"
    HILLS = b"Hills"
    BEACH = b"Beach"
    OFFICE = b"Office"
    SPORTS_GROUND = b"SportsGround"


class CompositeTechnique(bytes, Enum):
    """composite.effect."""

    #: The person alone, transparent around it.
    ALONE = b"Alone"
    ALONE_EDGE = b"AloneEdge"
    ALONE_CLEAN = b"AloneClean"
    ALONE_LOOK = b"AloneLook"
    ON_COLOR = b"OnColor"
    ON_COLOR_EDGE = b"OnColorEdge"
    ON_COLOR_CLEAN = b"OnColorClean"
    ON_COLOR_LIGHT = b"OnColorLight"
    ON_COLOR_LOOK = b"OnColorLook"
    ON_IMAGE = b"OnImage"
    ON_IMAGE_EDGE = b"OnImageEdge"
    ON_IMAGE_CLEAN = b"OnImageClean"
    ON_IMAGE_LIGHT = b"OnImageLight"
    ON_IMAGE_LOOK = b"OnImageLook"
    #: On a room that is the frame itself close to the person. It always refines and cleans as the cut asks.
    ON_DEPTH = b"OnDepth"
    ON_DEPTH_LIGHT = b"OnDepthLight"
    ON_DEPTH_LOOK = b"OnDepthLook"
    SHOW_ALPHA = b"ShowAlpha"
    SHOW_FOREGROUND = b"ShowForeground"
    SHOW_COMPARISON = b"ShowComparison"
    SHOW_MEMORY = b"ShowMemory"
    #: For a target that wants sRGB-encoded values.
    PREMULTIPLY = b"Premultiply"


#: Those that show a texture beside the person that is decoded.
ON_TEXTURE = CompositeTechnique.ON_IMAGE, CompositeTechnique.ON_DEPTH
#: The variant that refines the alpha and cleans the colours at the edge. The views (SHOW_...) always do.
WITH_EDGE = {
    CompositeTechnique.ALONE: CompositeTechnique.ALONE_EDGE,
    CompositeTechnique.ON_COLOR: CompositeTechnique.ON_COLOR_EDGE,
    CompositeTechnique.ON_IMAGE: CompositeTechnique.ON_IMAGE_EDGE,
}
#: The variant that only cleans the colours.
WITH_CLEANING = {
    CompositeTechnique.ALONE: CompositeTechnique.ALONE_CLEAN,
    CompositeTechnique.ON_COLOR: CompositeTechnique.ON_COLOR_CLEAN,
    CompositeTechnique.ON_IMAGE: CompositeTechnique.ON_IMAGE_CLEAN,
}
#: The variant that does both, and puts the background's light on the person.
WITH_LIGHT = {
    CompositeTechnique.ON_COLOR: CompositeTechnique.ON_COLOR_LIGHT,
    CompositeTechnique.ON_IMAGE: CompositeTechnique.ON_IMAGE_LIGHT,
    CompositeTechnique.ON_DEPTH: CompositeTechnique.ON_DEPTH_LIGHT,
}
#: The variant that does all of that, and what a ``Look`` asks for.
WITH_LOOK = {
    CompositeTechnique.ALONE: CompositeTechnique.ALONE_LOOK,
    CompositeTechnique.ON_COLOR: CompositeTechnique.ON_COLOR_LOOK,
    CompositeTechnique.ON_IMAGE: CompositeTechnique.ON_IMAGE_LOOK,
    CompositeTechnique.ON_DEPTH: CompositeTechnique.ON_DEPTH_LOOK,
}
