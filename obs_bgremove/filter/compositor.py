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
    from .passes.geometry import Region
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
        wanted = _Wanted.of(settings)
        key = "cut", cut, alpha_of.seen, alpha_of.frame.texture, alpha_of.small.texture, network_alpha, wanted
        cut, own = passes.replays.draw(key, partial(_cut_out, passes, wanted, cut, alpha_of, alpha_of.alpha))
        cut = _with_plate(passes, settings, cut, own, alpha_of)
        cut = _with_samples(passes, cut, alpha_of)
        shift, softness = settings.edge_shift, settings.edge_softness
        if shift or softness:
            draw = partial(passes.edge.draw, cut, shift, softness)
            cut = passes.replays.draw(("edge", cut, shift, softness), draw)
    if settings.view in _VIEWS:
        drawn = DrawnBackground(_VIEWS[settings.view], network_alpha, area=settings.area)
        return Composed(drawn, cut)
    # Inverted, people are what is blurred.
    if settings.background == "blur" and settings.depth_look and cut.alpha and not settings.invert:
        cut = cut._replace(near=passes.nearness.draw(cut, seconds))
    # The person already is in the light of the room, and so of the blurred one.
    matching = 0.0 if settings.background == "blur" else settings.light_matching / 100
    drawn = background.draw(passes, cut)
    drawn = passes.light.falling(drawn, cut, settings.light_wrap / 100, matching, seconds)
    look = _look(passes, settings, cut, drawn.factors, seconds)
    return Composed(drawn._replace(look=look) if look else drawn, cut)


def _look(passes: Passes, settings: Settings, cut: Cut, factors: int | None, seconds: float) -> Look | None:
    """Return what else is done to the person and to the background; None if that is nothing."""
    if not (settings.brighten or settings.outline or settings.tint):
        return None
    gain = outline = None
    if settings.brighten and cut.colors:
        gain = passes.exposure.draw(cut.colors.means, factors, settings.brighten / 100, seconds)
    if settings.outline and cut.alpha:
        key = "outline", cut, settings.outline
        outline = passes.replays.draw(key, lambda: passes.outline.draw(cut, settings.outline, 0.0).alpha)
    tint_color = linear_color(settings.tint_color)
    return Look(gain, outline, linear_color(settings.outline_color), tint_color, settings.tint / 100)


class _Wanted(NamedTuple):
    """The settings that decide how the person is cut out."""

    area: Region
    invert: bool
    refine: bool
    clean: bool
    #: Whether the colours around the edge are needed for something else, too.
    colors: bool

    @classmethod
    def of(cls, settings: Settings) -> _Wanted:
        """Return those of a filter."""
        lighted = bool(settings.light_wrap or settings.light_matching or settings.brighten)
        return cls(settings.area, settings.invert, settings.refinement, settings.color_cleaning, lighted)


def _cut_out(
    passes: Passes, wanted: _Wanted, cut: Cut, alpha_of: Picture, network_alpha: DynamicTexture
) -> tuple[Cut, Cut]:
    """Return the cut with the alpha, and with the colours around its edge if they are needed.

    The second one is what the network saw: the frame that the alpha is of, with all of that.
    """
    alpha = passes.limits.draw(network_alpha, alpha_of.seen, wanted.area, wanted.invert)
    cut = cut._replace(
        alpha=alpha,
        alpha_size=Size(network_alpha.width, network_alpha.height),
        seen=alpha_of.seen,
        refine=wanted.refine,
        clean=wanted.clean,
    )
    if cut.refine or cut.clean or wanted.colors:
        cut = cut._replace(colors=passes.colors.draw(alpha_of.small, alpha))
    frame = alpha_of.frame
    size = Size(frame.width, frame.height)
    return cut, cut._replace(frame=frame.texture, size=size, alpha=network_alpha.texture)


def _with_plate(passes: Passes, settings: Settings, cut: Cut, own: Cut, alpha_of: Picture) -> Cut:
    """Return the cut with the plate of the room after the frame that the alpha is of."""
    # Inverted, people are what is hidden.
    if not settings.remember_room or settings.invert or not (cut.refine or cut.clean):
        passes.plate.forget()
        return cut
    return cut._replace(plate=passes.plate.draw(own, (own.frame, alpha_of.alphas)))


def _with_samples(passes: Passes, cut: Cut, alpha_of: Picture) -> Cut:
    """Return the cut with the colours that explain its edge best."""
    if not (cut.refine or cut.clean):
        return cut
    key = "samples", cut.colors, cut.alpha, cut.seen, cut.plate, alpha_of.small.texture
    return cut._replace(colors=passes.replays.draw(key, partial(passes.samples.draw, cut, alpha_of.small)))
