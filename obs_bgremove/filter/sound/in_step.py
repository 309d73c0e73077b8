# SPDX-License-Identifier: GPL-2.0-or-later
"""Keeps one filter's microphone in step with its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...translate import tr
from ..report.problems import NOTHING, Problem
from .steady import SteadyDelay

if TYPE_CHECKING:
    from .microphones import Microphones


class InStep:
    """Asks for the delay of the microphone that is chosen in one filter's settings."""

    def __init__(self, microphones: Microphones) -> None:
        self._microphones = microphones
        self._steady = SteadyDelay()
        self._was_missing = False
        self.problem = NOTHING

    @property
    def seconds(self) -> float | None:
        """The delay that the sound follows; None if there is none yet."""
        return self._steady.seconds

    def look(self, name: str, works: bool, seconds: float | None, now: float) -> None:
        """Ask for what is wanted now (the caretaker's thread).

        ``name``: of the microphone, empty for none; ``works``: whether the filter is on its source and
        switched on; ``seconds``: the picture's delay, None if there is no picture at present.
        """
        self._steady.look(seconds, now)
        delay = self._steady.seconds
        wanted = bool(name) and works
        if wanted:
            self._microphones.want(self, name, None if delay is None else round(delay * 1e9))
        else:
            self._microphones.forget(self)
        missing = wanted and delay is not None and name not in self._microphones.names
        text = tr('The microphone "{name}" is not there: choose another one, or none, to delay.', name=name)
        # The names are those of the look before: one that has just got another name is not among them.
        self.problem = Problem(text, "no_microphone") if missing and self._was_missing else NOTHING
        self._was_missing = missing

    def end(self) -> None:
        """The filter is going (any thread)."""
        self._microphones.forget(self)
