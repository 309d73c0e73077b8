# SPDX-License-Identifier: GPL-2.0-or-later
"""Textures of the computed graphics card with pixels that are known."""

from __future__ import annotations

import numpy

from obs_bgremove.obs.graphics import DynamicTexture, RenderTarget
from obs_bgremove.obs.structs import FORMAT_R8, FORMAT_RGBA


def uploaded(gpu, planes, color_format=FORMAT_RGBA):
    """Return a render target with pixels in it, uint8 [4, H, W]."""
    target = RenderTarget(color_format)
    with target.drawing(planes.shape[2], planes.shape[1]):
        gpu.texture(target.texture).planes[...] = planes
    return target


def alpha_of(alpha):
    """Return a texture with an alpha, uint8 [H, W]."""
    texture = DynamicTexture(alpha.shape[1], alpha.shape[0], FORMAT_R8)
    texture.fill(numpy.ascontiguousarray(alpha).ctypes.data)
    return texture.texture
