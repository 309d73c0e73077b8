# SPDX-License-Identifier: GPL-2.0-or-later
"""From the source to the worker: draws it, shrinks it, and reads it back one frame later."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...obs.gpu_objects import GpuObjects
from ...obs.graphics import StagingSurface
from ...obs.sources import draw_target
from ...obs.structs import FORMAT_BGRA, SPACE_709_EXTENDED
from ..passes.drawing import AS_IN_SCENE
from ..passes.geometry import WHOLE, Region, Size
from ..passes.shrink import shrink

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...link.ring import Ring
    from ...obs.graphics import Effect, RenderTarget
    from ...obs.replays import Replays
    from .framing import Framing
    from .pairing import Frame
    from .pictures import Picture


class Target(NamedTuple):
    """What the filter draws in one OBS frame."""

    #: Returns the handle of the filter's target, None if it has none. It is called right before drawing: OBS
    #: may remove a filter at any moment, and some filters crash when they are drawn after that.
    now: Callable[[], int | None]
    #: The handle of the filtered source.
    parent: int
    size: Size


class _Staged(NamedTuple):
    """What is being read back: the frame's serial, and the number of its region."""

    surface: StagingSurface
    serial: int
    part: int


class Capture:
    """One filter's way to the worker.

    The staging surface is mapped in the OBS frame after it was filled, never in the same
    one: the GPU has finished by then, so nothing stalls.
    """

    def __init__(self, shrink_effect: Effect, replays: Replays) -> None:
        self._effect = shrink_effect
        self._replays = replays
        self._gpu = GpuObjects()
        self._overview = self._gpu.target(FORMAT_BGRA)
        self._staging: StagingSurface | None = None
        self._overview_staging: StagingSurface | None = None
        self._staged: _Staged | None = None
        self._overview_staged: StagingSurface | None = None

    def draw(self, picture: Picture, target: Target, hdr: bool) -> None:
        """Draw the filter's target into a picture; if ``hdr``, in HDR too."""
        with picture.frame.drawing(*target.size), AS_IN_SCENE:
            _draw(target)
        picture.has_hdr = hdr
        if hdr:
            with picture.hdr.drawing(*target.size, SPACE_709_EXTENDED), AS_IN_SCENE:
                _draw(target)

    def stage(self, frame: Frame[Picture], size: Size, framing: Framing) -> None:
        """Begin to read the region of a frame back at the model's input size (inside ``Replacing``)."""
        picture = frame.picture
        self._staging = _fitting(self._staging, size)
        picture.seen = framing.region
        self._shrink(picture.frame, picture.small, size, picture.seen)
        self._staging.stage(picture.small.texture)
        self._staged = _Staged(self._staging, frame.serial, framing.part)
        if framing.overview_due():
            self._overview_staging = _fitting(self._overview_staging, size)
            self._shrink(picture.frame, self._overview, size, WHOLE)
            self._overview_staging.stage(self._overview.texture)
            self._overview_staged = self._overview_staging

    def _shrink(self, frame: RenderTarget, into: RenderTarget, size: Size, seen: Region) -> None:
        def draw() -> None:
            shrink(self._effect, frame.texture, Size(frame.width, frame.height), into, size, seen)

        # Of another size the frame would have another texture.
        self._replays.draw(("shrink", frame.texture, into.handle, size, seen), draw)

    def hand_over(self, ring: Ring, front: bool, area: int) -> int | None:
        """Copy what was staged in an earlier frame to the worker; return its serial.

        ``front``: whether only the person in front is wanted; ``area``: where people count (a packed
        ``Part``). Returns None if nothing was staged, or if it could not be handed over.
        """
        staged, overview = self._staged, self._overview_staged
        self.forget()
        if staged is None or (staged.surface.width, staged.surface.height) != (ring.width, ring.height):
            return None
        if overview:
            # Before the frame: that is what wakes the worker.
            with overview as (address, linesize):
                ring.hand_over_overview(address, linesize)
        with staged.surface as (address, linesize):
            done = ring.hand_over(staged.serial, address, linesize, staged.part, front, area)
        return staged.serial if done else None

    def forget(self) -> None:
        """Drop what was staged and not handed over: it is old."""
        self._staged = self._overview_staged = None

    def free(self) -> None:
        """Free the GPU objects."""
        self._gpu.free()
        for staging in (self._staging, self._overview_staging):
            if staging:
                staging.free()


def _draw(target: Target) -> None:
    handle = target.now()
    if handle:
        draw_target(handle, target.parent)


def _fitting(staging: StagingSurface | None, size: Size) -> StagingSurface:
    """Return a staging surface of that size: the given one, or a new one in its place."""
    if staging and staging.handle and (staging.width, staging.height) == size:
        return staging
    if staging:
        staging.free()
    return StagingSurface(*size, FORMAT_BGRA)
