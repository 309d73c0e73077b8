# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the edge is moved only what is not known beforehand is computed; the picture is the same."""

from __future__ import annotations

import cv2
import numpy
import pytest

from obs_bgremove.filter.passes.cut import Cut
from obs_bgremove.filter.passes.edge import Edge
from obs_bgremove.filter.passes.geometry import WHOLE, Region, Size
from obs_bgremove.filter.passes.passes import Passes
from obs_bgremove.filter.passes.shaders import Shaders
from obs_bgremove.obs.graphics import Replacing
from obs_bgremove.obs.structs import FORMAT_BGRA
from tests.unit.cutout.textures_of import alpha_of, uploaded

SIZE, NETWORK = Size(480, 270), Size(64, 36)
PART = Region(0.25, 0.125, 0.5, 0.625)


def noise(size, seed):
    """Return an opaque picture of soft spots, uint8 [4, H, W]."""
    planes = numpy.random.default_rng(seed).random((size.height, size.width, 4), numpy.float32)
    planes = cv2.normalize(cv2.GaussianBlur(planes, (0, 0), size.width / 40), None, 0, 255, cv2.NORM_MINMAX)
    planes[..., 3] = 255
    return planes.astype(numpy.uint8).transpose(2, 0, 1)


def a_person():
    """Return an alpha with soft edges that touch two borders, with a speck, a hole and a thin line."""
    alpha = numpy.zeros((NETWORK.height, NETWORK.width), numpy.uint8)
    cv2.circle(alpha, (30, 14), 8, 255, -1)
    cv2.rectangle(alpha, (20, 24), (63, 35), 255, -1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), 1.0)
    alpha[4, 50], alpha[29, 40] = 200, 90
    alpha[3:9, 5] = 255
    return alpha


def a_block():
    """Return an alpha: a block in the middle."""
    alpha = numpy.zeros((NETWORK.height, NETWORK.width), numpy.uint8)
    alpha[12:24, 20:44] = 255
    return alpha


def cut_of(gpu, passes, alpha, refine, seen=WHOLE):
    """Return a cut of ``SIZE`` with an alpha, uint8 [H, W]."""
    texture = alpha_of(alpha)
    small = uploaded(gpu, noise(NETWORK, 2), FORMAT_BGRA)
    return Cut(
        uploaded(gpu, noise(SIZE, 1)).texture,
        SIZE,
        alpha=texture,
        alpha_size=NETWORK,
        seen=seen,
        colors=passes.colors.draw(small, texture),
        refine=refine,
    )


def placed(gpu, cut):
    """Return the alpha of a cut in the frame, float32 [H, W]: it covers whole pixels."""
    alpha = gpu.texture(cut.alpha).planes[0]
    left, top = round(cut.covers.x * SIZE.width), round(cut.covers.y * SIZE.height)
    frame = numpy.zeros((SIZE.height, SIZE.width), numpy.float32)
    there = frame[top : top + alpha.shape[0], left : left + alpha.shape[1]]
    there[...] = alpha[: there.shape[0], : there.shape[1]]
    return frame


def moved(gpu, edge, cut, *how):
    """Return an alpha as it is drawn, int [H, W]."""
    return gpu.texture(edge.draw(cut, *how).alpha).planes[0].astype(int)


@pytest.mark.parametrize("seen", [WHOLE, PART], ids=["whole", "part"])
@pytest.mark.parametrize("refine", [True, False])
@pytest.mark.parametrize(
    "how", [(3.0, 0.0), (-3.0, 0.0), (17.5, 0.0), (-0.4, 0.0), (0.0, 2.0), (0.0, 8.0), (2.0, 3.0)], ids=str
)
def test_what_is_known_is_what_would_be_computed(gpu, monkeypatch, seen, refine, how):
    passes = Passes(Shaders())
    with Replacing():
        cut = cut_of(gpu, passes, a_person(), refine, seen)
        quick = moved(gpu, passes.edge, cut, *how)
        unknown = uploaded(gpu, numpy.full((4, 1, 1), 128, numpy.uint8)).texture
        monkeypatch.setattr(Edge, "_known", lambda *_: unknown)
        whole = moved(gpu, passes.edge, cut, *how)
    assert 0 < whole.mean() < 255
    assert numpy.abs(quick - whole).max() <= 1


def test_most_is_known(gpu):
    passes = Passes(Shaders())
    with Replacing():
        cut = cut_of(gpu, passes, a_block(), refine=True)
        passes.edge.draw(cut, 3.0, 0.0)
    values = gpu.texture(passes.edge._known_values.texture).planes
    assert numpy.isin(values, (0, 255)).mean() > 0.6


def test_an_edge_that_was_moved_is_moved_again_where_it_is(gpu):
    """It covers more than the network saw. An outline moves it again."""
    passes = Passes(Shaders())
    with Replacing():
        cut = passes.edge.draw(cut_of(gpu, passes, a_block(), False, PART), 3.0, 0.0)
        once, twice = placed(gpu, cut), placed(gpu, passes.outline.draw(cut, 6.0, 0.0))
    once, twice = (numpy.argwhere(alpha > alpha.max() / 2) for alpha in (once, twice))
    assert once.min(axis=0) - twice.min(axis=0) == pytest.approx(6, abs=1)
    assert twice.max(axis=0) - once.max(axis=0) == pytest.approx(6, abs=1)


@pytest.mark.parametrize("how", [(6.0, 0.0), (-2.0, 0.0), (0.0, 1.2), (3.0, 1.2)], ids=str)
def test_a_part_is_enough(gpu, how):
    """Where the alpha is 0, beyond what the network saw and the edge may reach, nothing is computed."""
    part, block = Region(0.25, 0.25, 0.5, 0.5), a_block()
    whole = numpy.zeros((2 * NETWORK.height, 2 * NETWORK.width), numpy.uint8)
    whole[18:54, 32:96] = block
    passes = Passes(Shaders())
    with Replacing():
        small = cut_of(gpu, passes, block, False, part)
        large = small._replace(alpha=alpha_of(whole), alpha_size=Size(128, 72), seen=WHOLE)
        cut = passes.edge.draw(small, *how)
        found = placed(gpu, cut)
        other = passes.edge.draw(large, *how)
        expected = placed(gpu, other)
    assert cut.covers.width < 0.6 and cut.covers.height < 0.7 and other.covers.width == 1
    assert expected.max() == 255 and numpy.abs(found - expected).max() <= 1


@pytest.mark.parametrize(("softness", "smaller"), [(1.2, 1), (3.0, 2), (8.0, 5)])
def test_a_softened_edge_is_a_gaussian(gpu, softness, smaller):
    """The size of the frame is a multiple of the pixels of the softened alpha."""
    passes = Passes(Shaders())
    with Replacing():
        cut = cut_of(gpu, passes, a_block(), False)
        hard = placed(gpu, passes.edge.draw(cut, 0.01, 0.0))
        found = moved(gpu, passes.edge, cut, 0.0, softness)
    width, height = SIZE.width // smaller, SIZE.height // smaller
    expected = cv2.GaussianBlur(hard, (0, 0), softness, borderType=cv2.BORDER_REPLICATE)
    expected = cv2.resize(expected, (width, height), interpolation=cv2.INTER_AREA)
    assert found.shape[1] == width and found.shape[0] >= height
    assert numpy.abs(found[:height] - expected).max() < 4
