# SPDX-License-Identifier: GPL-2.0-or-later
"""From a frame, its alpha and the settings to what ``composite`` draws."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from .passes.cut import Cut
from .passes.drawing import linear_color
from .passes.drawn_background import DrawnBackground, Look
from .passes.geometry import Size
from .passes.techniques import CompositeTechnique

if TYPE_CHECKING:
    from ..obs.graphics import DynamicTexture
    from .backgrounds.background import Background
    from .frames.exchange import Shown
    from .frames.pictures import Picture
    from .options.settings import Settings
    from .passes.passes import Passes

#: The techniques for the views other than the result.
_VIEWS = {
    "alpha": CompositeTechnique.SHOW_ALPHA,
    "foreground": CompositeTechnique.SHOW_FOREGROUND,
    "comparison": CompositeTechnique.SHOW_COMPARISON,
    "memory": CompositeTechnique.SHOW_MEMORY,
}


class Composed(NamedTuple):
    """What ``composite`` draws, once or several times in one OBS frame."""

    background: DrawnBackground
    cut: Cut


def compose(
    passes: Passes,
    settings: Settings,
    background: Background,
    shown: Shown,
    size: Size,
    seconds: float,
) -> Composed:
    """Draw all passes but the last one (inside ``Replacing``).

    Without an alpha the background covers everything. ``size`` is the size of the source, ``seconds`` the
    time since the last call.
    """
    picture, alpha_of = shown.picture, shown.alpha_of
    cut = Cut(picture.frame.texture, size, picture.hdr.texture if picture.has_hdr else None)
    network_alpha = None
    if alpha_of and alpha_of.alpha:
        network_alpha = alpha_of.alpha.texture
        key = "cut", cut, alpha_of.seen, alpha_of.small.texture, network_alpha, settings
        cut = passes.replays.draw(key, partial(_cut_out, passes, settings, cut, alpha_of, alpha_of.alpha))
        cut = _with_plate(passes, settings, cut, alpha_of, alpha_of.alpha)
        if settings.edge_shift or settings.edge_softness:
            cut = passes.replays.draw(("edge", cut, settings), partial(_with_edge, passes, settings, cut))
    if settings.view in _VIEWS:
        drawn = DrawnBackground(_VIEWS[settings.view], network_alpha, area=settings.area)
        return Composed(drawn, cut)
    # The person already is in the light of the room, and so of the blurred one.
    matching = 0.0 if settings.background == "blur" else settings.light_matching / 100
    drawn = background.draw(passes, cut)
    drawn = passes.light.falling(drawn, cut, settings.light_wrap / 100, matching, seconds)
    return Composed(drawn._replace(look=_look(passes, settings, cut, drawn.factors, seconds)), cut)


def _look(passes: Passes, settings: Settings, cut: Cut, factors: int | None, seconds: float) -> Look | None:
    """Return what else is done to the person and to the background; None if that is nothing."""
    if not (settings.brighten or settings.outline or settings.tint):
        return None
    gain = outline = None
    if settings.brighten and cut.colors:
        gain = passes.exposure.draw(cut.colors.texture, factors, settings.brighten / 100, seconds)
    if settings.outline and cut.alpha:
        key = "outline", cut, settings.outline
        outline = passes.replays.draw(key, lambda: passes.outline.draw(cut, settings.outline, 0.0).alpha)
    tint_color = linear_color(settings.tint_color)
    return Look(gain, outline, linear_color(settings.outline_color), tint_color, settings.tint / 100)


def _cut_out(
    passes: Passes, settings: Settings, cut: Cut, alpha_of: Picture, network_alpha: DynamicTexture
) -> Cut:
    """Return the cut with the alpha, and with the colours around its edge if they are needed."""
    alpha = passes.limits.draw(network_alpha, alpha_of.seen, settings.area, settings.invert)
    cut = cut._replace(
        alpha=alpha,
        alpha_size=Size(network_alpha.width, network_alpha.height),
        seen=alpha_of.seen,
        refine=settings.refinement,
        clean=settings.color_cleaning,
    )
    lighted = settings.light_wrap or settings.light_matching or settings.brighten
    if cut.refine or cut.clean or lighted:
        cut = cut._replace(colors=passes.colors.draw(alpha_of.small, alpha))
    return cut


def _with_plate(
    passes: Passes, settings: Settings, cut: Cut, alpha_of: Picture, network_alpha: DynamicTexture
) -> Cut:
    """Return the cut with the plate of the room after the frame that the alpha is of."""
    # Inverted, people are what is hidden.
    if not settings.remember_room or settings.invert or not (cut.refine or cut.clean):
        passes.plate.forget()
        return cut
    frame = alpha_of.frame
    own = cut._replace(frame=frame.texture, size=Size(frame.width, frame.height), alpha=network_alpha.texture)
    network = Size(network_alpha.width, network_alpha.height)
    return cut._replace(plate=passes.plate.draw(own, network, (frame.texture, alpha_of.alphas)))


def _with_edge(passes: Passes, settings: Settings, cut: Cut) -> Cut:
    return passes.edge.draw(cut, settings.edge_shift, settings.edge_softness)
