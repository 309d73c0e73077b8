# SPDX-License-Identifier: GPL-2.0-or-later
"""Where everything lies in a ring's shared memory. Both sides use this table and check it.

The memory is a header followed by slots; a slot is its words, one frame and one alpha::

    header  | slot 0: words, frame, alpha | slot 1 ... | slot 2 ... | slot 3 ... | overview

Header and slot words are native unsigned 64-bit integers at multiples of 8, so that each of
them is read and written at once. Each word has a single writer. Words of different writers
lie on different cache lines. Serials start at 1; 0 means none.

How a frame travels:

1. OBS sets the slot's FRAME_SERIAL to 0, writes the frame and HANDED_OVER_NS, then FRAME_SERIAL.
2. The worker writes that serial to the header's TAKEN, infers straight from the slot, and
   looks whether the slot still carries the serial. If not, the frame was overwritten
   meanwhile (torn): the result is dropped.
3. The worker writes INFER_NS and WRITTEN_NS, then ALPHA_SERIAL. An alpha is there when
   ALPHA_SERIAL equals FRAME_SERIAL.

OBS writes neither to the slot that carries TAKEN nor to the one with the newest frame, so with
four slots two are always free. TAKEN is protected until the worker takes another frame: the
worker compares the next frame with it.

The last slot is for overviews: a frame of the whole picture now and then, while the others are of
a part of it. Of its alpha only BOX is looked at. It belongs to the worker while its two serials
differ, and to OBS otherwise.
"""

from __future__ import annotations

from typing import NamedTuple

from ..translate import N, tr

#: What is said of memory that is not as it has to be.
UNUSABLE = N("The worker's shared memory cannot be used ({reason}); restart OBS.")
#: "OBSBGRMV" in memory order on every system that OBS runs on.
MAGIC = int.from_bytes(b"OBSBGRMV", "little")
#: Raised with every change of this file that makes the two sides misunderstand each other.
VERSION = 3
#: Slots for frames; the one for overviews comes after them.
SLOT_COUNT = 4
OVERVIEW = SLOT_COUNT
ALIGNMENT = 64
_WORD = 8

# Words of the header, as indices. The worker writes the first line once, before OBS sees the
# memory; TAKEN, on a line of its own, whenever it takes a frame.
_DESCRIPTION = (
    "magic", "version", "header_size", "slot_count", "slot_size",
    "height", "width", "frame_offset", "alpha_offset", "total_size",
)  # fmt: skip
TAKEN = 16
_HEADER_SIZE = 192

# Words of a slot, as indices from its start. The first line is written by OBS...
FRAME_SERIAL = 0
HANDED_OVER_NS = 1
#: Which part of the picture the frame shows (a ``Part``); 0: all of it.
PART = 2
#: 1: everybody but the person in front is to be cleared from the alpha; 0: nobody is.
FRONT = 3
#: In which part of the picture people count (a ``Part``); 0: in all of it.
AREA = 4
# ... the second one by the worker. Times are of time.perf_counter_ns, which counts alike in
# all processes of a machine.
ALPHA_SERIAL = 8
INFER_NS = 9
WRITTEN_NS = 10
#: The bounding box of what is at least half person: left, top, right, bottom (the last two
#: beyond it) in pixels of the alpha, 16 bits each from the lowest on; 0 if there is none.
BOX = 11
#: How many people were cleared from the alpha.
CLEARED = 12
_SLOT_WORDS_SIZE = 128

#: No model takes larger pictures; a larger number in a header is a damaged header.
_LARGEST_SIDE = 16384


class LayoutError(Exception):
    """The shared memory is not what this version understands; the message is a sentence for the user."""


class Box(NamedTuple):
    """A rectangle in pixels; ``right`` and ``bottom`` are beyond it."""

    left: int
    top: int
    right: int
    bottom: int

    def pack(self) -> int:
        """Return it as a word."""
        return self.left | self.top << 16 | self.right << 32 | self.bottom << 48

    @classmethod
    def unpack(cls, word: int) -> Box | None:
        """Return the box of a word; None if there is none in it."""
        if not word:
            return None
        return cls(word & 0xFFFF, word >> 16 & 0xFFFF, word >> 32 & 0xFFFF, word >> 48 & 0xFFFF)


class Part(NamedTuple):
    """A part of a picture. The whole one is 1 x 1, with its origin at the top left."""

    x: float
    y: float
    width: float
    height: float

    def pack(self) -> int:
        """Return it as a word: 16 bits each from the lowest on, in 32768ths of the picture."""
        x, y, width, height = (round(number * 32768) for number in self)
        return x | y << 16 | width << 32 | height << 48

    @classmethod
    def unpack(cls, word: int) -> Part:
        """Return the part of a word; all of the picture if it is of no part."""
        part = cls(*((word >> shift & 0xFFFF) / 32768 for shift in (0, 16, 32, 48)))
        return part if part.width and part.height else ALL


ALL = Part(0.0, 0.0, 1.0, 1.0)


def _aligned(size: int) -> int:
    return (size + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT


class Layout(NamedTuple):
    """The layout for frames uint8 [height, width, 4] and alphas uint8 [height, width]."""

    height: int
    width: int

    @property
    def frame_offset(self) -> int:
        """Bytes from the start of a slot to its frame."""
        return _SLOT_WORDS_SIZE

    @property
    def alpha_offset(self) -> int:
        """Bytes from the start of a slot to its alpha."""
        return self.frame_offset + _aligned(self.height * self.width * 4)

    @property
    def slot_size(self) -> int:
        """Bytes of a slot."""
        return self.alpha_offset + _aligned(self.height * self.width)

    @property
    def size(self) -> int:
        """Bytes of the whole memory."""
        return _HEADER_SIZE + (SLOT_COUNT + 1) * self.slot_size

    def slot_offsets(self) -> list[int]:
        """Return the bytes from the start of the memory to each slot."""
        return [_HEADER_SIZE + index * self.slot_size for index in range(SLOT_COUNT + 1)]

    def slot_words(self) -> list[int]:
        """Return the index of the first word of each slot."""
        return [offset // _WORD for offset in self.slot_offsets()]

    def _description(self) -> tuple[int, ...]:
        return (
            MAGIC, VERSION, _HEADER_SIZE, SLOT_COUNT, self.slot_size,
            self.height, self.width, self.frame_offset, self.alpha_offset, self.size,
        )  # fmt: skip

    def write(self, words: memoryview) -> None:
        """Write the header into fresh (zeroed) memory."""
        for index, value in enumerate(self._description()):
            words[index] = value

    @classmethod
    def read(cls, words: memoryview) -> Layout:
        """Read and check the header; raise LayoutError if it is not exactly what we would have written."""
        if len(words) * _WORD < _HEADER_SIZE:
            raise _refused("it is too small to hold a header")
        if words[0] != MAGIC:
            raise _refused("it does not hold frames")
        if words[1] != VERSION:
            raise LayoutError(
                tr(
                    "The worker speaks version {theirs} of the frame protocol, this filter version {ours}; "
                    "restart OBS, and if that does not help run install.py again.",
                    theirs=words[1],
                    ours=VERSION,
                )
            )
        found = dict(zip(_DESCRIPTION, words[: len(_DESCRIPTION)]))
        height, width = found["height"], found["width"]
        if not (0 < height <= _LARGEST_SIDE and 0 < width <= _LARGEST_SIDE):
            raise _refused(f"it claims frames of {width}x{height}")
        layout = cls(height, width)
        for name, right in zip(_DESCRIPTION, layout._description()):
            if found[name] != right:
                raise _refused(f"it is damaged: {name} is {found[name]}, not {right}")
        if len(words) * _WORD < layout.size:
            raise _refused(f"it is cut short: {len(words) * _WORD} of {layout.size} bytes")
        return layout


def _refused(reason: str) -> LayoutError:
    return LayoutError(tr(UNUSABLE, reason=reason))
