# SPDX-License-Identifier: GPL-2.0-or-later
"""A worker process of its own with one filter's ring on it, to be measured as a filter uses it."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from ...link.client import Client, Usage
from ..choice.catalogue import Model, ModelProblem

if TYPE_CHECKING:
    from ...link.ring import Alpha, Ring

#: Some devices prepare a model for long at its first use.
_LOAD_TIMEOUT = 1800.0
_ALPHA_TIMEOUT = 60.0
_LOOK = 0.001


class Pictures:
    """Camera-like: large areas, and noise that makes each picture a new one."""

    def __init__(self, height: int, width: int) -> None:
        self._generator = np.random.default_rng(1)
        coarse = self._generator.integers(0, 256, (height // 8 + 1, width // 8 + 1, 4), np.uint8)
        big = np.kron(coarse, np.ones((8, 8, 1), np.uint8))
        #: uint8 [H, W, 4].
        self.array = np.ascontiguousarray(big[:height, :width])

    def renew(self) -> None:
        """Make it another picture."""
        rows = self.array[:8]
        rows[...] = self._generator.integers(0, 256, rows.shape, np.uint8)


class Live:
    """A worker process with one filter's ring on it, from its start to the first alpha."""

    def __init__(self, model: Model, device: str) -> None:
        """Raise ModelProblem, also if the model runs on another device than the one asked for."""
        began = time.monotonic()
        self.client = Client(log=lambda _sentence: None, python=sys.executable)
        self._channel = self.client.open()
        self._channel.request(model.name, device)
        self.client.start()
        try:
            self.ring = self._wait_for_ring(model, device)
            self.pictures = Pictures(self.ring.height, self.ring.width)
            self._serial = 0
            self.round_trip()
        except BaseException:
            self.close()
            raise
        #: From the start of the process, in milliseconds.
        self.first_alpha_ms = (time.monotonic() - began) * 1e3

    def close(self) -> None:
        """End the worker."""
        self.client.stop()

    def _wait_for_ring(self, model: Model, device: str) -> Ring:
        end = time.monotonic() + _LOAD_TIMEOUT
        while time.monotonic() < end:
            problem = self._channel.problem or self.client.problem
            if problem:
                raise ModelProblem(problem)
            ring = self._channel.ring
            if ring is not None and self._channel.settled:
                if ring.device != device:
                    raise ModelProblem(self._channel.note)
                return ring
            time.sleep(0.002)
        raise ModelProblem(f"The worker did not load {model.name} within {_LOAD_TIMEOUT:.0f} s.")

    def hand_over(self) -> None:
        """Hand over the picture as it is now."""
        array = self.pictures.array
        self._serial += 1
        if not self.ring.hand_over(self._serial, array.ctypes.data, array.strides[0]):
            raise ModelProblem(f"The worker process ended. {self.client.problem}".rstrip())

    def round_trip(self, expected: float = 0.0) -> Alpha:
        """Hand a picture over and return its alpha; it is not looked for before ``expected`` seconds."""
        self.hand_over()
        end = time.monotonic() + _ALPHA_TIMEOUT
        # Not looked at before it can be there: the worker needs the processor.
        time.sleep(expected)
        while time.monotonic() < end:
            found = self.ring.alphas(self._serial - 1)
            if found:
                return found[-1]
            # Rarely: the worker needs the processor, and its stamp, not our look, ends the round trip.
            time.sleep(_LOOK)
        raise ModelProblem(f"No alpha came within {_ALPHA_TIMEOUT:.0f} s.")

    def alphas_per_second(self, seconds: float) -> float:
        """Keep a picture waiting all the time, and count."""
        count, seen, began = 0, self._serial, time.monotonic()
        waiting = 0
        while time.monotonic() - began < seconds or not count:
            if self.ring.taken >= waiting:
                self.pictures.renew()
                self.hand_over()
                waiting = self._serial
            for alpha in self.ring.alphas(seen):
                seen, count = alpha.serial, count + 1
            time.sleep(0.0001)
        return count / (time.monotonic() - began)

    def cpu_percent(self, rate: int, seconds: float, still: bool = False) -> float:
        """Hand over ``rate`` pictures a second; return the worker's share of one processor.

        With ``still`` it is the same picture again and again; with a rate of 0 there is none.
        """
        self._frames(rate, 0.2, still)
        if still:
            self._wait_for_rest(rate)
        before = self._next_usage(rate, still)
        self._frames(rate, seconds, still)
        after = self._next_usage(rate, still)
        return (after.cpu_s - before.cpu_s) / (after.at_s - before.at_s) * 100

    def _wait_for_rest(self, rate: int) -> None:
        """Go on until the picture is not inferred again: a recurrent model settles on it first."""
        end = time.monotonic() + _ALPHA_TIMEOUT
        while time.monotonic() < end:
            self._frames(rate, 2 / rate, still=True)
            found = self.ring.alphas(0)
            if found and not found[-1].infer_ns:
                return

    def _next_usage(self, rate: int, still: bool) -> Usage:
        """Go on until the worker says what it has used, and return that."""
        known = self.client.usage.at_s
        end = time.monotonic() + _ALPHA_TIMEOUT
        while self.client.usage.at_s == known and time.monotonic() < end:
            self._frames(rate, 0.05, still)
        return self.client.usage

    def _frames(self, rate: int, seconds: float, still: bool) -> None:
        if not rate:
            # So long is measured what a worker takes that has nothing to do.
            time.sleep(seconds)
            return
        due = time.monotonic()
        end = due + seconds
        while due < end:
            if not still:
                self.pictures.renew()
            self.hand_over()
            due += 1 / rate
            time.sleep(max(0.0, due - time.monotonic()))
