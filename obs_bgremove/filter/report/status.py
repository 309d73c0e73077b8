# SPDX-License-Identifier: GPL-2.0-or-later
"""What a filter shows to the streamer: how it runs, or what is wrong and what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass


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

    #: ``state``: an alpha is shown; the first alpha has not come yet; the room is hidden because no alpha
    #: comes; the source is shown nowhere.
    RUNNING, STARTING, HIDDEN, IDLE = "running", "starting", "hidden", "idle"

    @property
    def text(self) -> str:
        """The status in sentences."""
        parts = [self.problem]
        if self.state == self.RUNNING:
            parts += self._running()
        elif self.state == self.HIDDEN:
            parts.append("The room stays hidden until there is an alpha again.")
        elif self.state == self.IDLE:
            parts.append("The source is not shown anywhere, so nothing is computed.")
        elif not self.problem:
            parts.append("Starting. The room stays hidden until the first alpha is there.")
        parts.append(self.note)
        return " ".join(part for part in parts if part)

    def _running(self) -> list[str]:
        parts = [
            self.kept,
            f"{self.model} on {self.device}: {self.alphas_per_second:.0f} alphas per second, "
            f"{self.milliseconds_per_alpha:.1f} ms each.",
        ]
        if self.delay_frames:
            delay = f"The picture is delayed by {self.delay_milliseconds:.1f} ms ({self.delay_frames} frames)"
            parts.append(
                f'{delay}, and so is the microphone "{self.microphone}".'
                if self.microphone
                else f'{delay}: choose your microphone under "Microphone to delay".'
            )
        else:
            parts.append("The picture is not delayed; the cut-out trails behind movement.")
        if self.frames_not_drawn:
            wanted = self.frames_per_second + self.frames_not_drawn
            parts.append(
                f"OBS draws only {self.frames_per_second:.0f} of {wanted:.0f} frames per second: close other "
                "programs, or choose a lower resolution or frame rate in OBS' settings (Video)."
            )
        if self.pictures_without_alpha:
            parts.append(
                f"The model is too slow: {self.pictures_without_alpha:.0f} pictures per second "
                f"{'are left out' if self.delay_frames else 'get an older alpha'}. Choose a faster model, "
                "or Automatic."
            )
        return parts

    def values(self) -> dict[str, str | int | float]:
        """Return everything as a flat dict, as obs-websocket delivers it."""
        return {**asdict(self), "text": self.text}
