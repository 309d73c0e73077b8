# SPDX-License-Identifier: GPL-2.0-or-later
"""The drawing passes, all on OBS' GPU context.

Every pass owns its render targets and uses them again in each frame; nothing is allocated
per frame unless a size changes.
"""

from __future__ import annotations

from ...obs.graphics import DynamicTexture, Effect, RenderTarget
from ...obs.structs import FORMAT_R8, FORMAT_RGBA
from .blur import Blur
from .colors import Colors
from .drawing import SHADERS
from .edge import Edge
from .light import Light


class Shaders:
    """The compiled effects, shared by all filters."""

    def __init__(self):
        self.shrink = Effect(SHADERS / "shrink.effect")
        self.colors = Effect(SHADERS / "colors.effect")
        self.edge = Effect(SHADERS / "edge.effect")
        self.blur = Effect(SHADERS / "blur.effect")
        self.light = Effect(SHADERS / "light.effect")
        self.composite = Effect(SHADERS / "composite.effect")
        self.presets = Effect(SHADERS / "presets.effect")
        # Bound where a pass has no use for a texture. Never a texture that the same pass uses:
        # in OpenGL whether one is decoded as sRGB belongs to the texture, so the last call wins.
        self.nothing = DynamicTexture(1, 1, FORMAT_R8)

    def free(self) -> None:
        """Free the GPU objects."""
        effects = (
            self.shrink,
            self.colors,
            self.edge,
            self.blur,
            self.light,
            self.composite,
            self.presets,
        )
        for one in (*effects, self.nothing):
            one.free()


class Passes:
    """The passes of one filter, and the targets for its background and for an encoded picture."""

    def __init__(self, shaders: Shaders):
        self.shaders = shaders
        self.colors = Colors(shaders.colors)
        self.edge = Edge(shaders)
        self.blur = Blur(shaders)
        self.light = Light(shaders)
        self.ground = RenderTarget(FORMAT_RGBA)
        self.encoded = RenderTarget(FORMAT_RGBA)

    def free(self) -> None:
        """Free the GPU objects (the shaders are shared)."""
        for one in (self.colors, self.edge, self.blur, self.light, self.ground, self.encoded):
            one.free()
