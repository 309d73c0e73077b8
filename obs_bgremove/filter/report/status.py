# SPDX-License-Identifier: GPL-2.0-or-later
"""What a filter shows to the streamer: how it runs, or what is wrong and what to do."""

from __future__ import annotations

from dataclasses import dataclass

#: The person is shown and nothing is wrong; the first alpha is awaited; nothing but the background is shown,
#: and something is wrong; something is wrong, the person is shown (or the source is nowhere); the source is
#: shown nowhere.
CONDITIONS = RUNNING, STARTING, HIDDEN, PROBLEM, PAUSED = (
    "running",
    "starting",
    "hidden",
    "problem",
    "paused",
)


@dataclass(frozen=True)
class Status:
    """A filter at one moment. ``problem`` is empty, or a sentence that says what to do."""

    source: str
    filter: str
    model: str
    device: str
    alphas_per_second: float
    milliseconds_per_alpha: float
    delay_frames: int
    delay_milliseconds: float
    #: What the filter costs OBS' graphics thread per frame: processor time, and wall clock
    #: (which includes waiting for the GPU); medians and 99th percentiles.
    graphics_cpu_milliseconds: float
    graphics_cpu_milliseconds_p99: float
    graphics_milliseconds: float
    graphics_milliseconds_p99: float
    state: str
    problem: str
    note: str
    worker_pid: int
    #: Pictures per second for which the model is too slow; 0 if each gets its own alpha.
    pictures_without_alpha: float = 0.0
    #: Frames per second that OBS drew of this source, and those that it should have drawn besides; 0 if few.
    frames_per_second: float = 0.0
    frames_not_drawn: float = 0.0
    #: Alphas that have come since the filter was made: it grows while all is well.
    alphas: int = 0
    #: What is shown, if that is not simply everybody: sentences.
    kept: str = ""
    #: The name of the microphone that is delayed with the picture; empty if there is none.
    microphone: str = ""

    #: What the person seems to wear and what is shown for it: a sentence, if the background is Auto.
    outfit: str = ""
    #: What can be done about the problem, or about what is slow: a key of ``options.remedies``; or empty.
    remedy: str = ""
    #: The first of the sentences in ``problem``: what the remedy is for.
    first_problem: str = ""

    #: ``state``: an alpha is shown; the first alpha has not come yet; the room is hidden because no alpha
    #: comes; the source is shown nowhere.
    RUNNING, STARTING, HIDDEN, IDLE = "running", "starting", "hidden", "idle"

    @property
    def condition(self) -> str:
        """The status in one of the words of ``CONDITIONS``."""
        if self.state == self.IDLE:
            return PROBLEM if self.problem else PAUSED
        if self.state == self.RUNNING:
            return PROBLEM if self.problem else RUNNING
        return HIDDEN if self.problem or self.state == self.HIDDEN else STARTING
