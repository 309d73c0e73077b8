# SPDX-License-Identifier: GPL-2.0-or-later
"""From the source to the worker: draws it, shrinks it, and reads it back one frame later."""

from __future__ import annotations

from ..obs.graphics import Effect, StagingSurface, blending
from ..obs.sources import draw_target
from ..obs.structs import FORMAT_BGRA, SPACE_709_EXTENDED
from .passes.drawing import AS_IN_SCENE
from .passes.shrink import shrink
from .pictures import Picture


class Capture:
    """One filter's way to the worker.

    The staging surface is mapped in the OBS frame after it was filled, never in the same
    one: the GPU has finished by then, so nothing stalls.
    """

    def __init__(self, shrink_effect: Effect):
        self._effect = shrink_effect
        self._staging: StagingSurface | None = None
        self._staged: int | None = None

    def draw(self, picture: Picture, target: int, parent: int, width: int, height: int, hdr: bool) -> None:
        """Draw the filter's target into a picture; with its light beyond white too if ``hdr``."""
        with picture.frame.drawing(width, height), blending(*AS_IN_SCENE):
            draw_target(target, parent)
        picture.has_hdr = hdr
        if hdr:
            with picture.hdr.drawing(width, height, SPACE_709_EXTENDED), blending(*AS_IN_SCENE):
                draw_target(target, parent)

    def stage(self, picture: Picture, serial: int, width: int, height: int) -> None:
        """Begin to read a picture back at the model's input size."""
        if self._staging is None or (self._staging.width, self._staging.height) != (width, height):
            self.free()
            self._staging = StagingSurface(width, height, FORMAT_BGRA)
        frame = picture.frame
        shrink(self._effect, frame.texture, (frame.width, frame.height), picture.small, width, height)
        self._staging.stage(picture.small.texture)
        self._staged = serial

    def hand_over(self, ring) -> int | None:
        """Copy what was staged in an earlier frame to the worker; return its serial, if there was any."""
        serial, self._staged = self._staged, None
        if serial is None or (self._staging.width, self._staging.height) != (ring.width, ring.height):
            return None
        with self._staging.mapped() as (address, linesize):
            return serial if ring.hand_over(serial, address, linesize) else None

    def forget(self) -> None:
        """Drop what was staged and not handed over: it is old."""
        self._staged = None

    def free(self) -> None:
        """Free the GPU objects."""
        if self._staging:
            self._staging.free()
            self._staging = None
