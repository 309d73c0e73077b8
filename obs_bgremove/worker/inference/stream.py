# SPDX-License-Identifier: GPL-2.0-or-later
"""One filter's frames and alphas on one engine, and its recurrent state."""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING

import numpy as np

from ...link.layout import ALL, OVERVIEW, Box
from ..people.area import pixels_of
from ..people.front import Front
from .box import bounding_box
from .doubt import Doubt
from .engine import Engine, clear, zeros
from .graph import bind
from .slots import Slots

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .engine import States

#: After a pause this long (ns; and longer than some inferences) the recurrent state is of
#: another time, and starts again.
_PAUSE_NS = 2_000_000_000
_PAUSE_INFERENCES = 4
_WARM_UP = 3


class _Inferences:
    """The slots for frames bound to an engine, and the state that goes from one frame to the next."""

    def __init__(self, engine: Engine, slots: list[tuple[int, int]]) -> None:
        """``slots``: addresses of frame and alpha of each."""
        self._engine = engine
        turns = (0, 1) if engine.states else (0,)
        with engine.lock:
            # Two sets of state buffers: an inference reads the one and writes the other.
            self._states = [zeros(engine), zeros(engine)] if engine.states else [{}, {}]
            self._bindings = [
                bind(engine, slots, self._states[turn], self._states[1 - turn]) for turn in turns
            ]
        self._turn = 0

    @property
    def states(self) -> list[States]:
        """The buffers of the state, by stem."""
        return self._states

    def warm_up(self) -> None:
        """Run the model a few times: the first inferences take many times as long as the others."""
        for _ in range(_WARM_UP):
            for bindings in self._bindings:
                with self._engine.lock:
                    bindings[0].run()

    def forget(self) -> None:
        """Begin with an empty state."""
        with self._engine.lock:
            for states in self._states:
                clear(self._engine, states)
        self._turn = 0

    def run(self, slot: int) -> int:
        """Infer a slot's alpha; return nanoseconds."""
        with self._engine.lock:
            began = perf_counter_ns()
            self._bindings[self._turn][slot].run()
            took = perf_counter_ns() - began
        self._turn = (self._turn + 1) % len(self._bindings)
        return took


def rehearse(engine: Engine) -> None:
    """Run a model a few times on an empty picture, so that what its device prepares at the first is ready."""
    frame = np.zeros((engine.height, engine.width, 4), np.uint8)
    alpha = np.zeros((engine.height, engine.width), np.uint8)
    inferences = _Inferences(engine, [(frame.ctypes.data, alpha.ctypes.data)])
    inferences.warm_up()
    with engine.lock:
        del inferences


class _Overview:
    """The slot for overviews bound to an engine. Each overview is seen without memory of others."""

    def __init__(self, engine: Engine, slot: tuple[int, int], alpha: NDArray[np.uint8]) -> None:
        """``alpha``: that of the slot, uint8 [H, W]."""
        self._engine = engine
        self._alpha = alpha
        with engine.lock:
            (self._binding,) = bind(engine, [slot], zeros(engine), zeros(engine))
        #: Where the person is in the overview looked at last; None if nowhere.
        self.box: Box | None = None

    def look(self, front: Front | None) -> None:
        """Find the person in the overview that lies in the slot; with ``front``, one who may be in front."""
        with self._engine.lock:
            self._binding.run()
        if front:
            front.hide_small(self._alpha)
        self.box = bounding_box(self._alpha)


class Stream:
    """A ring from the worker's side. Made and warmed up on one thread, served on another."""

    def __init__(self, number: int, engine: Engine) -> None:
        """Make its shared memory (raise MemoryProblem) and run the model a few times."""
        self.number = number
        self.engine = engine
        self.slots = Slots(engine.height, engine.width)
        try:
            slots = list(zip(self.slots.frames, self.slots.alphas))
            shape = engine.height, engine.width
            self._alphas = [self._array(address, *shape) for address in self.slots.alphas]
            self._inferences = _Inferences(engine, slots[:OVERVIEW])
            self._overview = _Overview(engine, slots[OVERVIEW], self._alphas[OVERVIEW])
            #: How often the picture has been the same in a row.
            self._still = 0
            self._part = ALL
            #: In which part of the picture people count.
            self._area = ALL
            #: Follows the person in front; None while everybody is wanted.
            self._front: Front | None = None
            #: Where the person is in the alpha before, and how many were cleared from it.
            self._found: tuple[Box | None, int] = None, 0
            self._handed_over_ns = 0
            self._infer_ns = 0
            self._warm_up()
            #: Compares the device with the CPU, now and when its alphas give reason to.
            self._doubt = Doubt(engine, self._inferences.states)
        except BaseException:
            self.slots.close()
            self.free()
            raise

    def _array(self, address: int, rows: int, columns: int) -> NDArray[np.uint8]:
        """Return what lies at an address of the shared memory as uint8 [rows, columns]."""
        offset = address - self.slots.memory.address
        return np.frombuffer(self.slots.memory.mapped, np.uint8, rows * columns, offset).reshape(
            rows, columns
        )

    def _warm_up(self) -> None:
        self._inferences.warm_up()
        self._reset()

    def _reset(self) -> None:
        self._inferences.forget()
        self._still = 0

    def serve(self) -> bool:
        """Infer the newest frame, if one waits; False if none does, or if the device is not free now."""
        # Where another model is prepared on the same device, the other filters do not wait for that, too.
        if not self.engine.lock.acquire(blocking=self.engine.device.turn is None):
            return False
        try:
            return self._serve()
        finally:
            self.engine.lock.release()

    def _serve(self) -> bool:
        taken = self.slots.take()
        if taken is None:
            return False
        slot, same = taken
        self._forget_after_pause()
        if self.slots.part() != self._part:
            self._part = self.slots.part()
            self._reset()
        wanted = self.slots.front(), self.slots.area()
        if wanted != (bool(self._front), self._area):
            front, self._area = wanted
            self._front = Front(self.engine.height, self.engine.width, self._area) if front else None
            # The alpha before is of other people.
            same = False
        if self._rests(same):
            self.slots.give(0, *self._found)
        else:
            self._infer(slot)
        if self.slots.overview_waits():
            self._look_over()
        return True

    def seen(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return copies of the frame that was served last, uint8 [H, W, 4] BGRA, and of its alpha.

        Beyond the area the alpha is 0.
        """
        slot, height, width = self.slots.slot, self.engine.height, self.engine.width
        frame = self._array(self.slots.frames[slot], height, 4 * width).copy()
        alpha, inside = np.zeros((height, width), np.uint8), pixels_of(self._area, self._part, height, width)
        alpha[inside] = self._alphas[slot][inside]
        return frame.reshape(height, width, 4), alpha

    def _infer(self, slot: int) -> None:
        alpha = self._alphas[slot]
        self._infer_ns = self._inferences.run(slot)
        box, cleared = bounding_box(alpha), 0
        if not self._doubt.look(alpha, box):
            self._reset()
            self._infer_ns = self._inferences.run(slot)
            box = bounding_box(alpha)
        if self._front:
            # By the pictures' own times: those of the answers are uneven where the worker is late.
            cleared = self._front.keep(alpha, self._part, self._handed_over_ns / 1e9)
            box = bounding_box(alpha)
        self._found = box, cleared
        self.slots.give(self._infer_ns, box, cleared)

    def _look_over(self) -> None:
        if not self.slots.same_overview():
            self._overview.look(self._front)
        self.slots.answer_overview(self._overview.box)

    def _rests(self, same: bool) -> bool:
        """Whether the alpha before can be repeated: the picture stands still, and so does the state.

        A picture that is there a second time is one of a camera that is slower than OBS, and is not worth
        another inference. One that is there more often stands still: the state settles on it first.
        """
        self._still = self._still + 1 if same else 0
        settle = self.engine.model.settle_frames if self.engine.states else 0
        return same and (self._still == 1 or self._still > settle + 1)

    def _forget_after_pause(self) -> None:
        before, self._handed_over_ns = self._handed_over_ns, self.slots.handed_over_ns()
        pause = self._handed_over_ns - before
        if before and pause > max(_PAUSE_NS, _PAUSE_INFERENCES * self._infer_ns):
            self._reset()
            if self._front:
                self._front.forget()

    def close(self) -> None:
        """Give the shared memory back."""
        self.slots.close()

    def free(self) -> None:
        """Give the device's memory back, while nobody else uses the device. It serves no more then."""
        with self.engine.lock:
            for name in ("_doubt", "_overview", "_inferences"):
                self.__dict__.pop(name, None)
