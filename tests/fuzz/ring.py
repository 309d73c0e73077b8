# SPDX-License-Identifier: GPL-2.0-or-later
"""The shared memory: headers, and words that change under both sides while they use it."""

from __future__ import annotations

import ctypes
from collections import Counter
from typing import TYPE_CHECKING

from obs_bgremove.filter.frames.framing import Framing
from obs_bgremove.filter.passes.geometry import WHOLE
from obs_bgremove.link import memory
from obs_bgremove.link.layout import BOX, Box, Layout, LayoutError
from obs_bgremove.link.ring import Ring
from obs_bgremove.worker.inference.box import bounding_box  # noqa: F401  (numpy is there)
from obs_bgremove.worker.inference.slots import Slots
from tests.fuzz.bytes_ import word

if TYPE_CHECKING:
    from random import Random

HEIGHT, WIDTH = 6, 10
#: Inputs for one ring.
_LIFE = 200


def run(random: Random, count: int) -> Counter:
    """Take inputs: a word or more that the other side must not write, and then one step of each side."""
    seen: Counter = Counter()
    for start in range(0, count, _LIFE):
        pair = _Pair(random, seen)
        try:
            for _ in range(min(_LIFE, count - start)):
                pair.step()
        finally:
            pair.slots.close()
    return seen


class _Pair:
    """Both sides of a ring."""

    def __init__(self, random: Random, seen: Counter):
        self.random, self.seen = random, seen
        self.slots = Slots(HEIGHT, WIDTH)
        self.layout = self.slots.layout
        opened = memory.open_place(self.slots.memory.place)
        self.ring = Ring(opened, "model", "cpu", lambda: None)
        self.words = self.slots.memory.words
        self.first, self.last = opened.address, opened.address + self.layout.size
        self.header = self.words[:10].tolist()
        self.picture = ctypes.create_string_buffer(random.randbytes(HEIGHT * WIDTH * 4))
        self.framing = Framing()
        self.serial = 0

    def step(self) -> None:
        """Take one input."""
        self.disturb()
        self.obs()
        self.worker()
        if self.random.random() < 0.1:
            self.read_header()
        assert self.words[:10].tolist() == self.header, "a side wrote into the header"

    def disturb(self) -> None:
        """Write what the other side must not write: any word of a slot, TAKEN, and boxes."""
        bases = self.layout.slot_words()
        for _ in range(self.random.choice((1, 1, 2, 12))):
            place = self.random.choice((16, *(base + self.random.randrange(16) for base in bases)))
            self.words[place] = self.random.choice((word(self.random), self.serial, self.serial - 1)) % 2**64
        for base in bases:
            right, bottom = self.random.randint(2, 5), self.random.randint(2, 4)
            if self.random.random() < 0.01:
                right, bottom = self.random.randrange(65536), self.random.randrange(65536)
            self.words[base + BOX] = Box(
                self.random.randrange(2), self.random.randrange(2), right, bottom
            ).pack()

    def obs(self) -> None:
        """Do what OBS does in a frame."""
        self.serial += 1
        address = ctypes.addressof(self.picture)
        assert self.ring.hand_over(self.serial, address, WIDTH * 4, word(self.random))
        self.seen["overviews"] += self.ring.hand_over_overview(address, WIDTH * 4)
        for alpha in self.ring.alphas(self.serial - 5):
            self.seen["alphas"] += 1
            assert self.first <= alpha.address <= self.last - HEIGHT * WIDTH, "an alpha beyond the memory"
            ctypes.string_at(alpha.address, HEIGHT * WIDTH)
            self.look(alpha.box)
        self.look(self.ring.overview()[1])

    def look(self, box) -> None:
        """Choose the next region by a box."""
        self.framing.overview(box, WIDTH, HEIGHT)
        self.framing.found(box, self.framing.region, WIDTH, HEIGHT)
        region = self.framing.region
        inside = 0 <= region.x < region.right <= 1 + 1e-9 and 0 <= region.y < region.bottom <= 1 + 1e-9
        assert inside, f"a region beyond the picture: {region}"
        self.seen["regions"] += region != WHOLE

    def worker(self) -> None:
        """Do what the worker does with a frame."""
        taken = self.slots.take()
        if taken is None:
            return
        self.seen["frames taken"] += 1
        self.slots.handed_over_ns()
        self.slots.part()
        if self.random.random() < 0.3:
            self.disturb()
        self.seen["torn"] += not self.slots.give(word(self.random) % 2**63)
        if self.slots.overview_waits():
            self.slots.same_overview()
            self.slots.answer_overview(None)

    def read_header(self) -> None:
        """Read a header in which words differ."""
        copy = memoryview(bytearray(self.words.cast("B"))).cast("Q")
        for _ in range(self.random.randint(1, 3)):
            copy[self.random.randrange(10)] = word(self.random)
        cut = self.random.choice((len(copy), self.random.randrange(len(copy))))
        try:
            found = Layout.read(copy[:cut])
        except LayoutError:
            self.seen["headers refused"] += 1
        else:
            # Frames of other sides may need as many bytes.
            assert found.size <= cut * 8, "a layout beyond the memory"
            self.seen["headers taken"] += 1
