# SPDX-License-Identifier: GPL-2.0-or-later
"""The compiled effects. All filters share them."""

from __future__ import annotations

from pathlib import Path

from ...obs.device_loss import DeviceLoss
from ...obs.gpu_objects import GpuObjects
from ...obs.graphics import DynamicTexture, Effect, entered
from ...obs.library import ObsError
from ...obs.structs import FORMAT_R8

SHADERS = Path(__file__).parent.parent / "shaders"


class Shaders:
    """The compiled effects, a texture that stands for none, and how often what was drawn was lost."""

    def __init__(self) -> None:
        self._gpu = GpuObjects()
        with self._gpu.made_together():
            self.shrink = self._compiled("shrink")
            self.colors = self._compiled("colors")
            self.samples = self._compiled("samples")
            self.edge = self._compiled("edge")
            self.plate = self._compiled("plate")
            self.blur = self._compiled("blur")
            self.light = self._compiled("light")
            self.composite = self._compiled("composite")
            self.presets = self._compiled("presets")
            self.fade = self._compiled("fade")
            self.exposure = self._compiled("exposure")
            # Bound where a pass has no use for a texture. Never a texture that the same pass uses:
            # in OpenGL whether one is decoded as sRGB belongs to the texture, so the last call wins.
            self.nothing = self._gpu.keep(DynamicTexture(1, 1, FORMAT_R8))
            self.losses = self._gpu.keep(DeviceLoss())

    def _compiled(self, name: str) -> Effect:
        return self._gpu.keep(Effect(SHADERS / f"{name}.effect"))

    def free(self) -> None:
        """Free the GPU objects."""
        self._gpu.free()


class ShaderCache:
    """Compiles the effects when they are first asked for."""

    def __init__(self) -> None:
        self._compiled: Shaders | None = None
        self._problem = ""

    def compiled(self) -> Shaders:
        """Return the compiled effects (graphics context entered). Raises ObsError if one does not compile."""
        if self._problem:
            # Not compiled again in every frame. An exception that was kept would grow with each raise.
            raise ObsError(self._problem)
        if self._compiled is None:
            try:
                self._compiled = Shaders()
            except ObsError as error:
                self._problem = str(error)
                raise
        return self._compiled

    def free(self) -> None:
        """Free the GPU objects (graphics context not entered)."""
        if self._compiled:
            with entered():
                self._compiled.free()
            self._compiled = None
