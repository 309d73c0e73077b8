# SPDX-License-Identifier: GPL-2.0-or-later
"""One filter's frames and alphas on one engine, and its recurrent state."""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING

import numpy as np

from ...link.layout import OVERVIEW, Box
from .box import bounding_box
from .engine import Engine, clear, zeros
from .graph import bind
from .slots import Slots

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: After a pause this long (ns; and longer than some inferences) the recurrent state is of
#: another time, and starts again.
_PAUSE_NS = 2_000_000_000
_PAUSE_INFERENCES = 4
_WARM_UP = 3


class Stream:
    """A ring from the worker's side. Made and warmed up on one thread, served on another."""

    def __init__(self, number: int, engine: Engine) -> None:
        """Make its shared memory (raise MemoryProblem) and run the model a few times."""
        self.number = number
        self.engine = engine
        self.slots = Slots(engine.height, engine.width)
        try:
            self._recurrent = bool(engine.states)
            self._settle = engine.model.settle_frames if self._recurrent else 0
            # Two sets of state buffers: an inference reads the one and writes the other.
            self._states = [zeros(engine), zeros(engine)] if self._recurrent else [{}, {}]
            turns = (0, 1) if self._recurrent else (0,)
            slots = list(zip(self.slots.frames, self.slots.alphas))
            self._alphas = [self._array(address) for address in self.slots.alphas]
            self._bindings = [
                bind(engine, slots[:OVERVIEW], self._states[turn], self._states[1 - turn]) for turn in turns
            ]
            # Each overview is seen without memory of others.
            fresh = (zeros(engine), zeros(engine)) if self._recurrent else ({}, {})
            (self._overview,) = bind(engine, slots[OVERVIEW:], *fresh)
            self._turn = 0
            self._still = 0
            self._part = 0
            self._box: Box | None = None
            self._overview_box: Box | None = None
            self._handed_over_ns = 0
            self._infer_ns = 0
            self._warm_up()
        except BaseException:
            self.slots.close()
            raise

    def _array(self, address: int) -> NDArray[np.uint8]:
        """Return the alpha at an address of the shared memory as uint8 [H, W]."""
        shape = self.engine.height, self.engine.width
        offset = address - self.slots.memory.address
        return np.frombuffer(self.slots.memory.mapped, np.uint8, shape[0] * shape[1], offset).reshape(shape)

    def _warm_up(self) -> None:
        for _ in range(_WARM_UP):
            for bindings in self._bindings:
                with self.engine.lock:
                    bindings[0].run()
        self._reset()

    def _reset(self) -> None:
        for states in self._states:
            clear(self.engine, states)
        self._turn = 0
        self._still = 0

    def serve(self) -> bool:
        """Infer the newest frame, if one waits; False if none does."""
        taken = self.slots.take()
        if taken is None:
            return False
        slot, same = taken
        if self._recurrent:
            self._forget_after_pause()
        if self.slots.part() != self._part:
            self._part = self.slots.part()
            self._reset()
        if self._rests(same):
            self.slots.give(0, self._box)
        else:
            self._infer(slot)
        if self.slots.overview_waits():
            self._look_over()
        return True

    def _infer(self, slot: int) -> None:
        binding = self._bindings[self._turn][slot]
        with self.engine.lock:
            began = perf_counter_ns()
            binding.run()
            self._infer_ns = perf_counter_ns() - began
        self._box = bounding_box(self._alphas[slot])
        self.slots.give(self._infer_ns, self._box)
        if self._recurrent:
            self._turn = 1 - self._turn

    def _look_over(self) -> None:
        if not self.slots.same_overview():
            with self.engine.lock:
                self._overview.run()
            self._overview_box = bounding_box(self._alphas[OVERVIEW])
        self.slots.answer_overview(self._overview_box)

    def _rests(self, same: bool) -> bool:
        """Whether the alpha before can be repeated: the picture stands still, and so does the state."""
        self._still = self._still + 1 if same else 0
        return same and self._still > self._settle

    def _forget_after_pause(self) -> None:
        before, self._handed_over_ns = self._handed_over_ns, self.slots.handed_over_ns()
        pause = self._handed_over_ns - before
        if before and pause > max(_PAUSE_NS, _PAUSE_INFERENCES * self._infer_ns):
            self._reset()

    def close(self) -> None:
        """Give the shared memory back."""
        self.slots.close()
