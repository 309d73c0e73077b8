# SPDX-License-Identifier: GPL-2.0-or-later
"""The filter's passes on a computed graphics card, against answers that are known."""

from __future__ import annotations

import itertools

import cv2
import numpy
import pytest

from obs_bgremove.cutout import software_gpu
from obs_bgremove.cutout.software_gpu import SoftwareGpu
from obs_bgremove.filter.passes.composite import composite
from obs_bgremove.filter.passes.cut import Cut
from obs_bgremove.filter.passes.drawn_background import DrawnBackground
from obs_bgremove.filter.passes.geometry import Size
from obs_bgremove.filter.passes.passes import Passes
from obs_bgremove.filter.passes.preset import draw_preset
from obs_bgremove.filter.passes.shaders import Shaders
from obs_bgremove.filter.passes.shrink import shrink
from obs_bgremove.filter.passes.techniques import WITH_EDGE, CompositeTechnique, PresetTechnique
from obs_bgremove.obs.functions import lib
from obs_bgremove.obs.graphics import RenderTarget, Replacing
from obs_bgremove.obs.structs import FORMAT_BGRA, FORMAT_RGBA
from tests.unit.cutout.textures_of import alpha_of, uploaded

SIZE = Size(64, 36)


def noise(seed=1, size=SIZE):
    """Return an opaque picture of random bytes, uint8 [4, H, W]."""
    planes = numpy.random.default_rng(seed).integers(0, 256, (4, size.height, size.width), numpy.uint8)
    planes[3] = 255
    return planes


def test_libobs_is_what_it_was_afterwards():
    before = dict(vars(lib))
    with SoftwareGpu().installed():
        assert lib.gs_get_linear_srgb() is False
    assert vars(lib) == before


def test_a_picture_is_shrunk_by_means(gpu):
    planes = noise()
    frame, small = uploaded(gpu, planes), RenderTarget(FORMAT_BGRA)
    with Replacing():
        shrink(Shaders().shrink, frame.texture, SIZE, small, Size(16, 9))
    wanted = planes.reshape(4, 9, 4, 16, 4).mean(axis=(2, 4))
    # Each of three roundings takes ties upwards.
    assert numpy.abs(gpu.texture(small.texture).planes - wanted).max() <= 1.5


def test_grown_edges_move_by_pixels(gpu):
    alpha = numpy.zeros((SIZE.height, SIZE.width), numpy.uint8)
    alpha[:, :20] = 255
    passes = Passes(Shaders())
    for shift, last in ((4.0, 23), (-4.0, 15)):
        with Replacing():
            cut = passes.edge.draw(
                Cut(uploaded(gpu, noise()).texture, SIZE, alpha=alpha_of(alpha)), shift, 0.0
            )
        row = gpu.texture(cut.alpha).planes[0, 18]
        assert abs(int(numpy.flatnonzero(row > 127).max()) - last) <= 1


def drawn(gpu, passes, background, cut):
    """Return the finished picture: uint8 [4, H, W], not premultiplied."""
    composite(passes, background, cut)
    return gpu.texture(passes.encoded.texture).planes.copy()


def test_a_person_stands_on_a_colour_and_alone(gpu):
    passes, planes = Passes(Shaders()), noise()
    alpha = numpy.zeros((SIZE.height, SIZE.width), numpy.uint8)
    alpha[:, 30:] = 255
    cut = Cut(uploaded(gpu, planes).texture, SIZE, alpha=alpha_of(alpha))
    on_color = DrawnBackground(CompositeTechnique.ON_COLOR, color=(1.0, 0.0, 0.0, 1.0))
    made = drawn(gpu, passes, on_color, cut)
    assert (made[:, :, 30:] == planes[:, :, 30:]).all()
    assert (made[:, :, :30] == numpy.array([255, 0, 0, 255])[:, None, None]).all()
    alone = drawn(gpu, passes, DrawnBackground(CompositeTechnique.ALONE), cut)
    assert (alone[:, :, 30:] == planes[:, :, 30:]).all()
    # Nothing of the room stays where it cannot be seen.
    assert (alone[:, :, :30] == 0).all()


def test_what_only_cleans_shows_what_refining_by_nothing_shows(gpu, monkeypatch):
    passes, size = Passes(Shaders()), Size(96, 54)
    frame, small = uploaded(gpu, noise(2, size)), uploaded(gpu, noise(3, Size(32, 18)), FORMAT_BGRA)
    alpha = alpha_of(cv2.GaussianBlur(noise(4, Size(32, 18))[0], (0, 0), 1.5))
    with Replacing():
        colors = passes.colors.draw(small, alpha)
    cut = Cut(frame.texture, size, alpha=alpha, colors=colors, clean=True)
    backgrounds = [
        DrawnBackground(CompositeTechnique.ALONE),
        DrawnBackground(CompositeTechnique.ON_COLOR, color=(0.2, 0.4, 0.6, 1.0)),
        DrawnBackground(CompositeTechnique.ON_IMAGE, uploaded(gpu, noise(5, size)).texture),
    ]
    cleaned = [drawn(gpu, passes, background, cut) for background in backgrounds]
    monkeypatch.setattr("obs_bgremove.filter.passes.composite.WITH_CLEANING", WITH_EDGE)
    for one, background in zip(cleaned, backgrounds):
        assert (one == drawn(gpu, passes, background, cut)).all()
    assert (cleaned[0] != drawn(gpu, passes, backgrounds[0], cut._replace(clean=False))).any()


@pytest.mark.parametrize(("refine", "clean"), list(itertools.product((True, False), repeat=2)))
def test_the_edge_is_computed_only_where_it_makes_a_difference(gpu, monkeypatch, refine, clean):
    passes, size = Passes(Shaders()), Size(96, 54)
    frame = uploaded(gpu, noise(2, size))
    small = uploaded(gpu, noise(3, Size(32, 18)), FORMAT_BGRA)
    alpha = cv2.GaussianBlur(numpy.float32(noise(4, Size(32, 18))[0] > 128), (0, 0), 1.5)
    alpha = alpha_of((numpy.clip(alpha * 3 - 1, 0, 1) * 255).astype(numpy.uint8))
    with Replacing():
        colors = passes.colors.draw(small, alpha)
    cut = Cut(frame.texture, size, alpha=alpha, colors=colors, refine=refine, clean=clean)
    backgrounds = [
        DrawnBackground(CompositeTechnique.ALONE),
        DrawnBackground(CompositeTechnique.ON_COLOR, color=(0.2, 0.4, 0.6, 1.0)),
        DrawnBackground(CompositeTechnique.ON_IMAGE, uploaded(gpu, noise(5, size)).texture),
    ]
    quick = [drawn(gpu, passes, background, cut) for background in backgrounds]
    monkeypatch.setattr(software_gpu, "_PLAIN", {})
    for one, background in zip(quick, backgrounds):
        difference = numpy.abs(one.astype(int) - drawn(gpu, passes, background, cut))
        # The colour of what is transparent is nobody's.
        assert (difference * (one[3] > 0)).max() <= 1


@pytest.mark.parametrize("preset", PresetTechnique, ids=lambda preset: preset.name)
def test_every_preset_is_an_opaque_picture(gpu, preset):
    shaders, target = Shaders(), RenderTarget(FORMAT_RGBA)
    with Replacing():
        draw_preset(shaders.presets, preset, target, Size(160, 90))
    planes = gpu.texture(target.texture).planes
    assert (planes[3] == 255).all() and planes[:3].std() > 3
