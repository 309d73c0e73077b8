# SPDX-License-Identifier: GPL-2.0-or-later
"""From the source to the worker: draws it, shrinks it, and reads it back one frame later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...obs.graphics import Effect, RenderTarget, StagingSurface, blending
from ...obs.sources import draw_target
from ...obs.structs import FORMAT_BGRA, SPACE_709_EXTENDED
from ..passes.drawing import AS_IN_SCENE
from ..passes.shrink import shrink

if TYPE_CHECKING:
    from .framing import Framing
    from .pictures import Picture


class Capture:
    """One filter's way to the worker.

    The staging surface is mapped in the OBS frame after it was filled, never in the same
    one: the GPU has finished by then, so nothing stalls.
    """

    def __init__(self, shrink_effect: Effect):
        self._effect = shrink_effect
        self._staging: StagingSurface | None = None
        #: What was staged: serial and part.
        self._staged: tuple[int, int] | None = None
        self._overview = RenderTarget(FORMAT_BGRA)
        self._overview_staging: StagingSurface | None = None
        self._overview_staged = False

    def draw(self, picture: Picture, target: int, parent: int, width: int, height: int, hdr: bool) -> None:
        """Draw the filter's target into a picture; with its light beyond white too if ``hdr``."""
        with picture.frame.drawing(width, height), blending(*AS_IN_SCENE):
            draw_target(target, parent)
        picture.has_hdr = hdr
        if hdr:
            with picture.hdr.drawing(width, height, SPACE_709_EXTENDED), blending(*AS_IN_SCENE):
                draw_target(target, parent)

    def stage(self, picture: Picture, serial: int, width: int, height: int, framing: Framing) -> None:
        """Begin to read the part of a picture that is wanted back at the model's input size."""
        self._staging = _fitting(self._staging, width, height)
        picture.seen = framing.region
        frame = picture.frame.texture, (picture.frame.width, picture.frame.height)
        shrink(self._effect, *frame, picture.small, width, height, picture.seen)
        self._staging.stage(picture.small.texture)
        self._staged = serial, framing.part
        if framing.overview_due():
            self._overview_staging = _fitting(self._overview_staging, width, height)
            shrink(self._effect, *frame, self._overview, width, height)
            self._overview_staging.stage(self._overview.texture)
            self._overview_staged = True

    def hand_over(self, ring) -> int | None:
        """Copy what was staged in an earlier frame to the worker; return its serial, if there was any."""
        staged, overview = self._staged, self._overview_staged
        self.forget()
        if staged is None or (self._staging.width, self._staging.height) != (ring.width, ring.height):
            return None
        if overview:
            # Before the frame: that is what wakes the worker.
            with self._overview_staging.mapped() as (address, linesize):
                ring.hand_over_overview(address, linesize)
        serial, part = staged
        with self._staging.mapped() as (address, linesize):
            return serial if ring.hand_over(serial, address, linesize, part) else None

    def forget(self) -> None:
        """Drop what was staged and not handed over: it is old."""
        self._staged, self._overview_staged = None, False

    def free(self) -> None:
        """Free the GPU objects."""
        self._overview.free()
        for staging in (self._staging, self._overview_staging):
            if staging:
                staging.free()


def _fitting(staging: StagingSurface | None, width: int, height: int) -> StagingSurface:
    """Return a staging surface of that size: the given one, or a new one in its place."""
    if staging and (staging.width, staging.height) == (width, height):
        return staging
    if staging:
        staging.free()
    return StagingSurface(width, height, FORMAT_BGRA)
