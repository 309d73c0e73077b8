# SPDX-License-Identifier: GPL-2.0-or-later
"""The worker's side of a ring: takes the newest frame, gives alphas back. See link/layout.py."""

from __future__ import annotations

import ctypes
import sys
from time import perf_counter_ns

from ...link.layout import (
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
    Part,
)
from ...link.memory import Memory, create, fence

_c = ctypes.CDLL("msvcrt" if sys.platform == "win32" else None)
_memcmp = _c.memcmp
_memcmp.restype = ctypes.c_int
_memcmp.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)


class Slots:
    """One ring's slots: 0 to SLOT_COUNT - 1 for frames, then OVERVIEW. All methods are for one thread."""

    def __init__(self, height: int, width: int) -> None:
        """Make the shared memory; raise MemoryProblem."""
        self.layout = layout = Layout(height, width)
        self.memory: Memory = create(layout.size)
        layout.write(self.memory.words)
        self._words = self.memory.words
        self._bases = layout.slot_words()
        self._frame_size = height * width * 4
        self._alpha_size = height * width
        offsets = layout.slot_offsets()
        #: Addresses of the slots' frames and alphas.
        self.frames = [self.memory.address + offset + layout.frame_offset for offset in offsets]
        self.alphas = [self.memory.address + offset + layout.alpha_offset for offset in offsets]
        self._taken = 0
        self._overview_before = ctypes.create_string_buffer(0)
        #: The slot of the frame that was taken last; -1 before the first.
        self._slot = -1

    def take(self) -> tuple[int, bool] | None:
        """Take the newest frame that is newer than the one taken last.

        Returns its slot and whether its picture is the one taken before, whose alpha is there
        to be repeated; None if no frame waits.
        """
        words, bases = self._words, self._bases
        serial, slot = self._taken, -1
        for index in range(SLOT_COUNT):
            held = words[bases[index] + FRAME_SERIAL]
            if held > serial:
                serial, slot = held, index
        if slot < 0:
            return None
        fence()
        before = self._slot
        # TAKEN still protects the frame before while we look at it.
        same = (
            before >= 0
            and words[bases[before] + ALPHA_SERIAL] == self._taken == words[bases[before] + FRAME_SERIAL]
            and _memcmp(self.frames[slot], self.frames[before], self._frame_size) == 0
        )
        if same:
            # Now, because from the next line on OBS may write into the slot before.
            ctypes.memmove(self.alphas[slot], self.alphas[before], self._alpha_size)
            fence()
        words[TAKEN] = serial
        self._taken, self._slot = serial, slot
        return slot, same

    @property
    def slot(self) -> int:
        """The slot of the frame taken last; -1 before the first."""
        return self._slot

    def handed_over_ns(self) -> int:
        """Return when the frame taken last was handed over (time.perf_counter_ns)."""
        return self._words[self._bases[self._slot] + HANDED_OVER_NS]

    def part(self) -> Part:
        """Return which part of the picture the frame taken last shows."""
        return Part.unpack(self._words[self._bases[self._slot] + PART])

    def front(self) -> bool:
        """Whether only the person in front is wanted of the frame taken last."""
        return bool(self._words[self._bases[self._slot] + FRONT])

    def area(self) -> Part:
        """Return in which part of the picture people count, by the frame taken last."""
        return Part.unpack(self._words[self._bases[self._slot] + AREA])

    def give(self, infer_ns: int, box: Box | None = None, cleared: int = 0) -> bool:
        """Give OBS the alpha that lies in the slot taken last; False if its frame was torn.

        ``box``: where in it the person is; ``cleared``: how many people were cleared from it.
        """
        words, base = self._words, self._bases[self._slot]
        fence()
        if words[base + FRAME_SERIAL] != self._taken:
            return False
        words[base + INFER_NS] = infer_ns
        words[base + WRITTEN_NS] = perf_counter_ns()
        words[base + BOX] = box.pack() if box else 0
        words[base + CLEARED] = cleared
        fence()
        words[base + ALPHA_SERIAL] = self._taken
        return True

    def overview_waits(self) -> bool:
        """Whether OBS wants to know where in the whole picture a person is."""
        words, base = self._words, self._bases[OVERVIEW]
        return words[base + FRAME_SERIAL] != words[base + ALPHA_SERIAL]

    def same_overview(self) -> bool:
        """Whether the overview is the one before, whose answer still holds. Ask once for each."""
        fence()
        frame = self.frames[OVERVIEW]
        if len(self._overview_before) != self._frame_size:
            self._overview_before = ctypes.create_string_buffer(self._frame_size)
        elif _memcmp(frame, self._overview_before, self._frame_size) == 0:
            return True
        ctypes.memmove(self._overview_before, frame, self._frame_size)
        return False

    def answer_overview(self, box: Box | None) -> None:
        """Tell OBS where in the overview a person is."""
        words, base = self._words, self._bases[OVERVIEW]
        words[base + BOX] = box.pack() if box else 0
        fence()
        words[base + ALPHA_SERIAL] = words[base + FRAME_SERIAL]

    def close(self) -> None:
        """Remove the memory's name; it is unmapped with the last reference."""
        self.memory.close()
