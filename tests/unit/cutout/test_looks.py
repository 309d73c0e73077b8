# SPDX-License-Identifier: GPL-2.0-or-later
"""Brighten me, the outline and the tint, on the computed graphics card, against answers that are known."""

from __future__ import annotations

import numpy
import pytest

from obs_bgremove.cutout.textures import decoded, encoded
from obs_bgremove.filter.backgrounds.own import Color
from obs_bgremove.filter.compositor import compose
from obs_bgremove.filter.frames.exchange import Shown
from obs_bgremove.filter.frames.pictures import Picture
from obs_bgremove.filter.options.settings import Settings
from obs_bgremove.filter.passes.composite import composite
from obs_bgremove.filter.passes.cut import Cut
from obs_bgremove.filter.passes.drawn_background import DrawnBackground
from obs_bgremove.filter.passes.geometry import WHOLE, Size
from obs_bgremove.filter.passes.passes import Passes
from obs_bgremove.filter.passes.shaders import Shaders
from obs_bgremove.filter.passes.techniques import CompositeTechnique
from obs_bgremove.obs.graphics import RenderTarget, Replacing
from obs_bgremove.obs.structs import FORMAT_RGBA, FORMAT_RGBA32F

SIZE = Size(160, 90)
RED, WHITE = 0xFF0000FF, 0xFFFFFFFF
#: The person: from the left border to the middle, and down to the lower border.
ROWS, COLUMNS = slice(30, 90), slice(0, 80)
AGES = 1e6


class Stage:
    """A person of one shade before a room, as the filter draws them."""

    def __init__(self, gpu):
        self.gpu = gpu
        self.passes = Passes(Shaders())
        self.picture = Picture()

    def show(self, settings, shade=60, seconds=AGES, alpha=None, background=None):
        """Return the finished picture, uint8 [H, W, 4] RGBA, not premultiplied."""
        planes = numpy.full((4, SIZE.height, SIZE.width), 200, numpy.uint8)
        planes[:3, ROWS, COLUMNS] = shade
        planes[3] = 255
        if alpha is None:
            alpha = numpy.zeros((SIZE.height, SIZE.width), numpy.uint8)
            alpha[ROWS, COLUMNS] = 255
        for target in (self.picture.frame, self.picture.small):
            with target.drawing(*SIZE):
                self.gpu.texture(target.texture).planes[...] = planes
        self.picture.upload_alpha(alpha.ctypes.data, *SIZE)
        with Replacing():
            shown = Shown(self.picture, self.picture, 0)
            made = compose(self.passes, settings, background or Color(settings), shown, SIZE, seconds)
        composite(self.passes, *made)
        return self.gpu.texture(self.passes.encoded.texture).planes.transpose(1, 2, 0).copy()


@pytest.fixture
def stage(gpu):
    return Stage(gpu)


def settings(**more):
    return Settings(background="color", background_color=0xFF000000, refinement=False, **more)


def level(picture):
    """Return the shade in the middle of the person."""
    return picture[60, 40, :3].mean()


def brighter(shade, gain):
    """Return a grey shade that dark colours of which are multiplied with a gain."""
    light = decoded(numpy.float32([shade / 255]))
    return float(encoded(gain * light / (1 + (gain - 1) * light))[0]) * 255


def light(shade):
    return float(decoded(numpy.float32([shade / 255]))[0])


@pytest.mark.parametrize("shade", [20, 60, 110])
def test_a_dim_person_is_brightened_by_what_is_missing(stage, shade):
    gain = min((1 - light(shade)) / (3 * light(shade)), 4.0)
    assert gain > 1 and (gain == 4 or abs(brighter(shade, gain) - 137) < 1), "a quarter of white, encoded"
    # Colours around are kept in bytes, as square roots of their light.
    assert abs(level(stage.show(settings(brighten=100.0), shade)) - brighter(shade, gain)) <= 2
    half = level(stage.show(settings(brighten=50.0), shade))
    assert abs(half - brighter(shade, gain**0.5)) <= 2


def test_whoever_is_well_lit_stays_as_they_are(stage):
    for shade in (150, 255):
        assert level(stage.show(settings(brighten=100.0), shade)) == shade


def test_no_shade_is_cut_off_at_white(stage):
    stage.show(settings(brighten=100.0), 30)
    shades = [
        level(stage.show(settings(brighten=100.0), shade, seconds=0.0)) for shade in (100, 180, 240, 255)
    ]
    assert shades == sorted(set(shades)) and shades[-1] == 255


def test_the_light_is_followed_slowly_and_never_jumps(stage):
    wanted = settings(brighten=100.0)
    steady = level(stage.show(wanted, 110))
    dim = [level(stage.show(wanted, 40, seconds=1 / 30)) for _ in range(300)]
    # The person themselves is darker at once; the gain takes its time, and reaches its end.
    steps = numpy.diff(dim)
    assert steps.max() <= 2 and steps.min() >= 0
    assert abs(dim[0] - brighter(40, (1 - light(110)) / (3 * light(110)))) <= 3
    assert abs(dim[-1] - brighter(40, 4.0)) <= 3
    assert steady > dim[-1] > dim[0] + 15


def test_nothing_changes_while_nobody_is_there(stage):
    wanted = settings(brighten=100.0)
    before = level(stage.show(wanted, 40))
    empty = numpy.zeros((SIZE.height, SIZE.width), numpy.uint8)
    for _ in range(5):
        stage.show(wanted, 255, alpha=empty)
    assert level(stage.show(wanted, 40, seconds=0.0)) == before


def test_black_clothes_do_not_make_a_lit_face_brighter(stage):
    """Half of the person is black, half is lit as a face should be."""
    shades = numpy.full((60, 80), 2)
    shades[:30] = 140
    shown = stage.show(settings(brighten=100.0), shades)
    assert abs(int(shown[40, 40, 0]) - 140) <= 3


def test_an_outline_is_as_wide_as_it_says_and_nowhere_else(stage):
    shown = stage.show(settings(outline=6.0, outline_color=RED))
    assert (shown[60, 80:85, :3] == (255, 0, 0)).all()
    assert (shown[60, 88:, :3] == 0).all()
    assert (shown[24:29, 40, 0] == 255).all() and (shown[:22, :, :3] == 0).all()
    assert (shown[35:, :75, :3] == 60).all(), "the person is as before"


def test_there_is_no_outline_where_the_frame_ends(stage):
    shown = stage.show(settings(outline=8.0, outline_color=RED))
    assert (shown[34:, 0, :3] == 60).all() and (shown[89, :76, :3] == 60).all()
    # It runs to the border where the person's edge does.
    assert tuple(shown[89, 83, :3]) == (255, 0, 0) and tuple(shown[26, 0, :3]) == (255, 0, 0)


def test_an_outline_is_kept_where_nothing_is_behind(stage):
    shown = stage.show(
        settings(outline=6.0, outline_color=RED),
        background=type("Nothing", (Color,), {"draw": lambda *_: DrawnBackground(CompositeTechnique.ALONE)})(
            settings()
        ),
    )
    assert tuple(shown[60, 83]) == (255, 0, 0, 255)
    assert not shown[60, 90:].any() and tuple(shown[60, 40]) == (60, 60, 60, 255)


def test_a_faint_alpha_has_no_outline(stage):
    alpha = numpy.zeros((SIZE.height, SIZE.width), numpy.uint8)
    alpha[ROWS, COLUMNS] = 255
    alpha[10:16, 120:130] = 60
    shown = stage.show(settings(outline=6.0, outline_color=RED), alpha=alpha)
    assert shown[:20, 100:, 1].max() < 130, "nothing but the faint room itself"
    assert (shown[5:9, 110:140, :3] == 0).all()


def test_an_outline_begins_as_smoothly_as_the_alpha(stage):
    """Steps of a byte would be three times as high in it, and each renderer would round them as it likes."""
    alpha = RenderTarget(FORMAT_RGBA32F)
    levels = numpy.linspace(0.33, 0.34, SIZE.height, dtype=numpy.float32)
    with alpha.drawing(*SIZE):
        stage.gpu.texture(alpha.texture).planes[...] = levels[:, None]
    cut = Cut(alpha.texture, SIZE, alpha=alpha.texture, covered=WHOLE)
    with Replacing():
        grown = stage.passes.outline.draw(cut, 1.0, 0.0).alpha
    # The largest within a pixel is that of the next row.
    column = stage.gpu.texture(grown).planes[0, : SIZE.height, 80]
    assert numpy.abs(column[:-1] - levels[1:]).max() < 0.0001


def test_a_tint_leaves_the_person_alone(stage):
    target = RenderTarget(FORMAT_RGBA)
    with target.drawing(*SIZE):
        planes = stage.gpu.texture(target.texture).planes
        planes[...] = numpy.uint8([50, 200, 100, 255])[:, None, None]
    image = DrawnBackground(CompositeTechnique.ON_IMAGE, target.texture)
    behind = type("Behind", (Color,), {"draw": lambda *_: image})(settings())
    grey = stage.show(settings(tint=100.0, tint_color=WHITE), background=behind)
    red, green, blue = (light(shade) for shade in (50, 200, 100))
    expected = float(encoded(numpy.float32([0.2126 * red + 0.7152 * green + 0.0722 * blue]))[0]) * 255
    assert numpy.abs(grey[10, 10, :3] - expected).max() <= 1
    assert tuple(grey[60, 40, :3]) == (60, 60, 60)
    reddish = stage.show(settings(tint=100.0, tint_color=RED), background=behind)[10, 10]
    assert abs(reddish[0] - expected) <= 1 and reddish[1] == reddish[2] == 0
    plain = stage.show(settings(), background=behind)[10, 10]
    assert tuple(plain[:3]) == (50, 200, 100)
