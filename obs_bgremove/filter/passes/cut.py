# SPDX-License-Identifier: GPL-2.0-or-later
"""A picture and what cuts the person out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...obs.functions import lib
from .drawing import flag, set_seen, set_vec4
from .geometry import WHOLE, Region, Size

if TYPE_CHECKING:
    from ...obs.graphics import Effect


class EdgeColors(NamedTuple):
    """The colours of person and room at each pixel of the seen part (``Colors.draw``, ``Samples.draw``)."""

    #: The texture: the person's in its left half, the room's in its right half.
    texture: int
    #: Half a texel, as a part of the width of one half.
    inset: float
    #: The texture of the means, which ``texture`` is before ``Samples.draw``.
    means: int
    #: The width of a pixel of the network, as a part of its picture.
    pixel: float


class Cut(NamedTuple):
    """Textures (handles) of one moment and the size at which they are shown, passed from pass to pass."""

    #: The frame at full size: RGBA, sRGB-encoded, premultiplied.
    frame: int
    #: The size of the filtered source in this OBS frame. A delayed frame may have been drawn in another one.
    size: Size
    #: The same in HDR: linear, Rec. 709 primaries, white is 1; None if it is not an HDR frame.
    hdr: int | None = None
    #: Its alpha, of any size; None while there is none: then there is no person to show.
    alpha: int | None = None
    #: The size of the alpha; None if it is that of the frame.
    alpha_size: Size | None = None
    #: The part of the frame that the network saw. The colours are of that part, and so is the
    #: alpha unless another part is ``covered`` by it. Beyond it the alpha is 0.
    seen: Region = WHOLE
    covered: Region | None = None
    #: The colours of person and room; None if nobody asks for them.
    colors: EdgeColors | None = None
    #: The plate of the empty room (``Plate.draw``); None if none is gathered.
    plate: int | None = None
    #: Whether the alpha is the network's, to be refined against the frame.
    refine: bool = False
    #: Whether the room's colour is to be taken out of the person's.
    clean: bool = False
    #: The nearness to the person (``Nearness.draw``); None if the room is blurred evenly.
    near: int | None = None

    @property
    def covers(self) -> Region:
        """The part of the frame that the alpha covers."""
        return self.covered or self.seen


def set_alpha(effect: Effect, cut: Cut, nothing: int) -> None:
    """Set the alpha, and as the seen part the one that it covers; ``nothing`` is ``Shaders.nothing``."""
    lib.gs_effect_set_texture(effect["alpha"], cut.alpha or nothing)
    set_seen(effect, cut.covers)


def set_edge(effect: Effect, cut: Cut, nothing: int) -> None:
    """Set the uniforms of edge_colors.effect; ``nothing`` is ``Shaders.nothing``."""
    texture, inset, _, pixel = cut.colors or (nothing, 0.0, nothing, 0.0)
    lib.gs_effect_set_texture(effect["colors"], texture)
    lib.gs_effect_set_texture(effect["plate"], cut.plate or nothing)
    set_vec4(effect["remembered"], flag(cut.plate), 0.0)
    set_seen(effect, cut.seen)
    # How many pixels of the source are as wide as one of the network; from 2.5 on its edge is too wide.
    larger = min(max(cut.size.width * cut.seen.width * pixel - 1.5, 0.0), 1.0)
    set_vec4(effect["options"], flag(cut.alpha), inset, (1.0 + larger) * cut.refine, flag(cut.clean))
