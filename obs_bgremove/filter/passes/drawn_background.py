# SPDX-License-Identifier: GPL-2.0-or-later
"""What ``composite`` draws behind the person in one frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .geometry import WHOLE, Region

if TYPE_CHECKING:
    from .techniques import CompositeTechnique


class Look(NamedTuple):
    """What else is done to the person and to the background. Textures are handles, colours linear."""

    #: How much brighter the person is, and the factors of the light (``Exposure.draw``).
    gain: int | None = None
    #: The alpha of the person with an outline around it, and the outline's colour.
    outline: int | None = None
    outline_color: tuple[float, float, float] = (0.0, 0.0, 0.0)
    #: ON_IMAGE: the colour that the background takes on, and how much of it, 0 to 1.
    tint_color: tuple[float, float, float] = (0.0, 0.0, 0.0)
    tint: float = 0.0


class DrawnBackground(NamedTuple):
    """A technique of composite.effect, and the values that it needs. Textures are handles."""

    technique: CompositeTechnique
    #: ON_IMAGE: the background. SHOW_COMPARISON: the network's alpha.
    texture: int | None = None
    #: ON_COLOR: the colour, linear.
    color: tuple[float, float, float, float] | None = None
    #: ON_IMAGE: whether the background is in HDR (linear, white is 1).
    hdr: bool = False
    #: SHOW_ALPHA: the part of the picture in which people are kept.
    area: Region = WHOLE
    #: How much light comes around the person's edge, 0 to 1.
    wrap: float = 0.0
    #: The background and the alpha, blurred (``Light.shine``).
    shine: int | None = None
    #: What the person's light is multiplied with (``Light.factors``).
    factors: int | None = None
    look: Look | None = None
