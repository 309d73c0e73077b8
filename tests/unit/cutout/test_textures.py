# SPDX-License-Identifier: GPL-2.0-or-later
"""Textures are read and written as GPUs do it."""

from __future__ import annotations

import numpy
import pytest

from obs_bgremove.cutout.textures import Sampled, Texture, decoded, encoded, premultiply
from obs_bgremove.obs.structs import FORMAT_R8, FORMAT_RGBA, FORMAT_RGBA16F


def place(x, y):
    """Return one place as a shader has it."""
    return numpy.array([[x], [y]], numpy.float32)


@pytest.fixture
def two_by_two():
    """Return a texture of four reds: 0, 100 above 200, 60."""
    texture = Texture(2, 2, FORMAT_RGBA)
    texture.planes[0] = [[0, 100], [200, 60]]
    texture.planes[3] = 255
    return texture


@pytest.mark.parametrize(
    ("x", "y", "red"),
    [(0.25, 0.25, 0), (0.75, 0.25, 100), (0.5, 0.25, 50), (0.5, 0.5, 90), (0.0, 0.75, 200), (9.0, -9.0, 100)],
)
def test_linear_between_texels_and_clamped_beyond_them(two_by_two, x, y, red):
    (value,) = Sampled(two_by_two, decode=False).at(place(x, y), (0,), "linear")
    assert value * 255 == pytest.approx(red, abs=0.01)


def test_the_nearest_texel(two_by_two):
    (value,) = Sampled(two_by_two, decode=False).at(place(0.6, 0.6), (0,), "point")
    assert value * 255 == pytest.approx(60)


def test_colours_are_decoded_before_they_are_mixed_and_alpha_is_not(two_by_two):
    red, alpha = Sampled(two_by_two, decode=True).at(place(0.5, 0.25), (0, 3), "linear")
    assert red == pytest.approx(decoded(numpy.array([100 / 255], numpy.float32)) / 2)
    assert alpha == 1


def test_components_that_a_texture_lacks_are_black_and_opaque():
    texture = Texture(1, 1, FORMAT_R8)
    texture.planes[...] = 255
    assert Sampled(texture, decode=True).at(place(0.5, 0.5), range(4), "linear").ravel().tolist() == [
        1,
        0,
        0,
        1,
    ]


def test_a_texture_at_its_own_size_is_read_as_it_is():
    texture = Texture(37, 5, FORMAT_RGBA)
    texture.planes[...] = numpy.random.default_rng(1).integers(0, 256, texture.planes.shape)
    down, across = numpy.mgrid[0:5, 0:37].astype(numpy.float32) + 0.5
    places = numpy.stack([across.ravel() / 37, down.ravel() / 5]).astype(numpy.float32)
    values = Sampled(texture, decode=False).at(places, range(4), "linear")
    assert (numpy.rint(values * 255) == texture.planes.reshape(4, -1)).all()
    # Rows the other way round: the same texels, which do not follow each other any more.
    values = Sampled(texture, decode=False).at(places[:, ::-1], range(4), "linear")
    assert (numpy.rint(values * 255) == texture.planes.reshape(4, -1)[:, ::-1]).all()


def test_what_is_written_is_rounded_limited_and_encoded():
    texture = Texture(4, 1, FORMAT_RGBA)
    row = numpy.array([0.5, 2.0, -1.0, numpy.nan], numpy.float32)
    texture.write(0, numpy.stack([row] * 4), encode=True)
    assert texture.planes[0, 0].tolist() == [188, 255, 0, 0]
    assert texture.planes[3, 0].tolist() == [128, 255, 0, 0]


def test_half_floats_go_beyond_white():
    texture = Texture(1, 1, FORMAT_RGBA16F)
    texture.write(0, numpy.full((4, 1), 3.0, numpy.float32), encode=True)
    assert (texture.planes == 3.0).all()


def test_every_byte_survives_decoding_and_encoding():
    values = numpy.arange(256, dtype=numpy.float32)[None].repeat(4, 0) / 255
    texture = Texture(256, 1, FORMAT_RGBA)
    texture.write(0, decoded(values), encode=True)
    assert (texture.planes[0, 0] == numpy.arange(256)).all()
    assert numpy.allclose(encoded(decoded(values)), values, atol=1e-5)


def test_half_transparent_white_has_half_the_light():
    planes = numpy.array([255, 255, 255, 128], numpy.uint8).reshape(4, 1, 1)
    premultiply(planes)
    assert planes.ravel().tolist() == [188, 188, 188, 128]
