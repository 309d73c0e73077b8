# SPDX-License-Identifier: GPL-2.0-or-later
"""OBS' side of a ring: hands frames over and finds alphas. Runs on the graphics thread; never waits."""

from __future__ import annotations

import ctypes
from time import perf_counter_ns
from typing import TYPE_CHECKING, NamedTuple

from .layout import (
    ALPHA_SERIAL,
    AREA,
    BOX,
    CLEARED,
    FRAME_SERIAL,
    FRONT,
    HANDED_OVER_NS,
    INFER_NS,
    OVERVIEW,
    PART,
    SLOT_COUNT,
    TAKEN,
    WRITTEN_NS,
    Box,
    Layout,
)
from .memory import Memory, fence

if TYPE_CHECKING:
    from collections.abc import Callable

_memmove = ctypes.memmove


class Alpha(NamedTuple):
    """An alpha that lies in a slot: uint8 [height, width], contiguous, 255 = person."""

    serial: int
    #: Valid until the next ``hand_over`` of its ring.
    address: int
    #: Nanoseconds the inference took; 0 if the picture was the same as before and none was made.
    infer_ns: int
    #: Nanoseconds from the call of ``hand_over`` until the alpha was there.
    round_trip_ns: int
    #: Where the person is; None if nowhere.
    box: Box | None
    #: How many people were cleared, as not the person in front.
    cleared: int = 0


def _nothing() -> None:
    pass


class Ring:
    """The frames and alphas of one filter, for one model on one device.

    All methods are for one thread, the graphics thread. The memory stays mapped as long as
    the ring is referred to, also after the worker has ended.
    """

    def __init__(self, memory: Memory, model: str, device: str, wake: Callable[[], None]) -> None:
        """Raise LayoutError if the memory is not a ring's."""
        layout = Layout.read(memory.words)
        self.model = model
        self.device = device
        self.height = layout.height
        self.width = layout.width
        self._memory = memory
        self._words = memory.words
        self._wake = wake
        self._dead = False
        self._newest = 0
        #: The serial of the frame in each slot, and how many overviews were handed over. The shared memory
        #: has them, too, but the worker could write there: no address follows from a word of it.
        self._held = [0] * SLOT_COUNT
        self._looked = 0
        self._row = layout.width * 4
        self._frame_size = self._row * layout.height
        # For each slot: index of its first word, address of its frame, address of its alpha.
        self._slots = [
            (
                offset // 8,
                memory.address + offset + layout.frame_offset,
                memory.address + offset + layout.alpha_offset,
            )
            for offset in layout.slot_offsets()
        ]
        self._overview = self._slots.pop(OVERVIEW)

    @property
    def dead(self) -> bool:
        """Whether nobody answers any more: the worker has ended, or the filter has another ring."""
        return self._dead

    @property
    def taken(self) -> int:
        """The serial of the frame that the worker took last (it may be done with it); 0 before the first."""
        return self._words[TAKEN]

    def retire(self) -> None:
        """Make the ring dead. From any thread."""
        self._dead = True
        # The pipe to the worker is closed when no ring refers to it.
        self._wake = _nothing

    def hand_over(
        self, serial: int, address: int, linesize: int, part: int = 0, front: bool = False, area: int = 0
    ) -> bool:
        """Copy a BGRA frame to the worker and wake it.

        ``serial`` grows from call to call, from 1. ``address`` is of ``height`` rows, ``linesize``
        bytes (at least ``width * 4``) apart. Frames that still wait are outdated by this one: the
        worker takes the newest. With another ``part`` (of the picture, packed; 0: all of it) than
        before, recurrent state begins again. With ``front``, only the person in front is wanted.
        ``area``: the part of the picture in which people count, packed as ``part`` is.
        Returns False, and does nothing, if the ring is dead.
        """
        if self._dead:
            return False
        now = perf_counter_ns()
        words = self._words
        newest, taken = self._newest, words[TAKEN]
        oldest, least = 0, serial
        for index, held in enumerate(self._held):
            if held < least and (not held or held not in (newest, taken)):
                oldest, least = index, held
        base, frame, _alpha = self._slots[oldest]
        words[base + FRAME_SERIAL] = 0
        fence()
        self._copy(frame, address, linesize)
        words[base + HANDED_OVER_NS] = now
        words[base + PART] = part
        words[base + FRONT] = front
        words[base + AREA] = area
        fence()
        words[base + FRAME_SERIAL] = serial
        self._held[oldest] = self._newest = serial
        self._wake()
        return True

    def _copy(self, frame: int, address: int, linesize: int) -> None:
        if linesize < self._row:
            raise ValueError(
                f"rows of {linesize} bytes are too short for {self.width} pixels: at least {self._row}"
            )
        if linesize == self._row:
            _memmove(frame, address, self._frame_size)
        else:
            for row in range(self.height):
                _memmove(frame + row * self._row, address + row * linesize, self._row)

    def hand_over_overview(self, address: int, linesize: int) -> bool:
        """Copy a BGRA frame of the whole picture, to be looked at after the next frame.

        Returns False, and does nothing, while the one before waits, or if the ring is dead.
        """
        base, frame, _alpha = self._overview
        words = self._words
        if self._dead or words[base + ALPHA_SERIAL] != self._looked:
            return False
        self._copy(frame, address, linesize)
        fence()
        self._looked += 1
        words[base + FRAME_SERIAL] = self._looked
        return True

    def overview(self) -> tuple[int, Box | None]:
        """Return how many overviews were looked at, and where in the last one a person is."""
        base = self._overview[0]
        count = self._words[base + ALPHA_SERIAL]
        fence()
        return count, self._box(self._words[base + BOX])

    def _box(self, word: int) -> Box | None:
        """Return the box of a word; None if there is none in it, or one that is no part of an alpha."""
        box = Box.unpack(word)
        if box and box.left < box.right <= self.width and box.top < box.bottom <= self.height:
            return box
        return None

    def alphas(self, after: int) -> list[Alpha]:
        """Return the alphas of the frames after serial ``after`` that are there, oldest first."""
        words = self._words
        found = []
        for held, (base, _frame, address) in zip(self._held, self._slots):
            serial = words[base + ALPHA_SERIAL]
            if serial > after and serial == held:
                fence()
                trip = words[base + WRITTEN_NS] - words[base + HANDED_OVER_NS]
                box = self._box(words[base + BOX])
                found.append(Alpha(serial, address, words[base + INFER_NS], trip, box, words[base + CLEARED]))
        if len(found) > 1:
            found.sort(key=lambda alpha: alpha.serial)
        return found
