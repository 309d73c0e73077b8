# SPDX-License-Identifier: GPL-2.0-or-later
"""A status in sentences: those that are read at a glance, and the numbers behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .status import HIDDEN, PAUSED, PROBLEM, RUNNING, STARTING, Status

if TYPE_CHECKING:
    from collections.abc import Iterable


#: Each condition in a word.
WORDS = {
    RUNNING: "Running",
    STARTING: "Starting",
    HIDDEN: "Hidden",
    PROBLEM: "Problem",
    PAUSED: "Paused",
}


def headline(status: Status) -> list[str]:
    """Return what stands at the top of the page: what is wrong and what to do, or what is shown."""
    return _those([status.problem, *_state(status), *_slowness(status)])


def numbers(status: Status) -> list[str]:
    """Return the numbers, and why this model runs on this device."""
    inference = (
        f"{status.model} on {status.device}: {status.alphas_per_second:.0f} alphas per second, "
        f"{status.milliseconds_per_alpha:.1f} ms each."
    )
    return _those([inference if status.state == Status.RUNNING else "", status.note])


def text(status: Status) -> str:
    """Return all of it, as it stands in the log."""
    return " ".join([f"{WORDS[status.condition]}.", *headline(status), *numbers(status)])


def _those(sentences: Iterable[str]) -> list[str]:
    return [one for one in sentences if one]


def _state(status: Status) -> list[str]:
    if status.state == Status.RUNNING:
        return [status.kept, _delay(status)]
    if status.state == Status.HIDDEN:
        return ["The room stays hidden until there is an alpha again."]
    if status.state == Status.IDLE:
        return ["The source is not shown anywhere, so nothing is computed."]
    return [] if status.problem else ["The room stays hidden until the first alpha is there."]


def _delay(status: Status) -> str:
    milliseconds, microphone = round(status.delay_milliseconds), status.microphone
    if not status.delay_frames:
        return "The picture is not delayed; the cut-out trails behind movement."
    if microphone:
        return f'The picture is delayed by {milliseconds} ms, and so is the microphone "{microphone}".'
    return f"The picture is delayed by {milliseconds} ms: choose your microphone below, to delay it, too."


def _slowness(status: Status) -> list[str]:
    """Return what cannot keep up, and what to do."""
    slow: list[str] = []
    if status.state != Status.RUNNING:
        return slow
    if status.frames_not_drawn:
        drawn, wanted = status.frames_per_second, status.frames_per_second + status.frames_not_drawn
        slow.append(
            f"OBS draws only {drawn:.0f} of {wanted:.0f} frames per second: close other programs, or choose "
            "a lower resolution or frame rate in OBS' settings (Video)."
        )
    missing = status.pictures_without_alpha
    if missing and status.delay_frames:
        slow.append(
            f"The model is too slow: {missing:.0f} pictures per second are left out. Choose a faster model, "
            "or Automatic."
        )
    elif missing:
        slow.append(
            f"The model is too slow: {missing:.0f} pictures per second get an older alpha. Choose a faster "
            "model, or Automatic."
        )
    return slow
