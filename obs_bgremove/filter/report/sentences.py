# SPDX-License-Identifier: GPL-2.0-or-later
"""A status in sentences: those that are read at a glance, and the numbers behind them."""

from __future__ import annotations

import html
import unicodedata
from typing import TYPE_CHECKING

from ...translate import N, joined, tr, trn
from .status import HIDDEN, PAUSED, PROBLEM, RUNNING, STARTING, Status

if TYPE_CHECKING:
    from collections.abc import Iterable


#: Columns of the longest sentence that the page shows whole at its top, and of the beginning of longer ones.
LONGEST, BEGINNING = 150, 125
#: Columns of the longest word that is left out rather than cut. Chinese and Japanese have few spaces.
_LONG_WORD = 25
#: Each condition in a word.
WORDS = {
    RUNNING: N("Running"),
    STARTING: N("Starting"),
    HIDDEN: N("Hidden"),
    PROBLEM: N("Problem"),
    PAUSED: N("Paused"),
}


def word(status: Status) -> str:
    """Return the condition in a word."""
    return tr(WORDS[status.condition])


def headline(status: Status) -> list[str]:
    """Return what is wrong and what to do, and what is shown."""
    return _those([status.problem, *_slowness(status), *_state(status)])


def glance(status: Status, room: int) -> tuple[list[str], list[str]]:
    """Return what stands at the top of the page, and the sentences for which there is no room there.

    ``room``: columns; a letter of Chinese, Japanese and Korean takes two. The first sentence is what matters
    most. It is cut if it does not fit. Others follow while they fit.
    """
    # More than one thing may be wrong: the others are shown when the first one is mended.
    first = status.first_problem or status.problem
    others = status.problem if status.problem != first else ""
    wrong, state = _those([first, *_slowness(status)]), _those(_state(status))
    # Beside what is wrong, the delay would look as if it were part of that.
    shown, left, used = list[str](), [one for one in state if wrong and one == _delay(status)], 0
    for sentence in _those([*wrong, *(one for one in state if one not in left), others]):
        used += columns(sentence) + 1
        (shown if used <= room or not shown else left).append(sentence)
    if shown and columns(shown[0]) > max(room, LONGEST):
        left.insert(0, shown[0])
        shown = [tr("{beginning}… (the rest: Advanced)", beginning=_beginning(shown[0]))]
    return shown, left


def _beginning(sentence: str) -> str:
    """Return the beginning of a long sentence: whole words, where these are not as long as a sentence."""
    fits = next(sentence[:end] for end in range(len(sentence), 0, -1) if columns(sentence[:end]) <= BEGINNING)
    words, _space, rest = fits.rpartition(" ")
    return words if columns(rest) <= _LONG_WORD else fits


def columns(sentence: str) -> int:
    """Return how wide a sentence is; a letter of Chinese, Japanese and Korean takes two columns."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in sentence)


def numbers(status: Status) -> list[str]:
    """Return the numbers, and why this model runs on this device."""
    inference = tr(
        "{model} on {device}: {rate} alphas per second, {milliseconds} ms each.",
        model=status.model,
        device=status.device,
        rate=f"{status.alphas_per_second:.0f}",
        milliseconds=f"{status.milliseconds_per_alpha:.1f}",
    )
    return _those([inference if status.state == Status.RUNNING else "", status.note])


def text(status: Status) -> str:
    """Return all of it."""
    return joined([tr("{word}.", word=word(status)), *headline(status), *numbers(status)])


def line(status: Status) -> str:
    """Return the status at a glance with the name of its source, as HTML."""
    state = html.escape(tr("{word}.", word=word(status)))
    return f"<b>{html.escape(status.source)}: {state}</b> {html.escape(' '.join(headline(status)))}"


def _those(sentences: Iterable[str]) -> list[str]:
    return [one for one in sentences if one]


def _state(status: Status) -> list[str]:
    if status.state == Status.RUNNING:
        return [status.kept, status.outfit, _delay(status)]
    if status.state == Status.HIDDEN:
        return [tr("The room stays hidden until there is an alpha again.")]
    if status.state == Status.IDLE:
        return [tr("The source is not shown anywhere, so nothing is computed.")]
    return [] if status.problem else [tr("The room stays hidden until the first alpha is there.")]


def _delay(status: Status) -> str:
    milliseconds = round(status.delay_milliseconds)
    if not status.delay_frames:
        return tr("The picture is not delayed; the cut-out trails behind movement.")
    if status.microphone:
        return tr("Picture and microphone are delayed by {milliseconds} ms.", milliseconds=milliseconds)
    return tr("Picture delayed by {milliseconds} ms: choose your microphone.", milliseconds=milliseconds)


def _slowness(status: Status) -> list[str]:
    """Return what cannot keep up, and what to do."""
    slow: list[str] = []
    if status.state != Status.RUNNING:
        return slow
    if status.frames_not_drawn:
        drawn, wanted = status.frames_per_second, status.frames_per_second + status.frames_not_drawn
        slow.append(
            tr(
                "OBS draws only {drawn} of {wanted} frames per second: close other programs, or choose a "
                "lower resolution or frame rate in OBS' settings (Video).",
                drawn=f"{drawn:.0f}",
                wanted=f"{wanted:.0f}",
            )
        )
    missing = round(status.pictures_without_alpha)
    if missing and status.delay_frames:
        slow.append(
            trn(
                "The model is too slow: {number} picture per second is left out. Close other programs, or "
                "choose a faster model.",
                "The model is too slow: {number} pictures per second are left out. Close other programs, or "
                "choose a faster model.",
                missing,
            )
        )
    elif missing:
        slow.append(
            trn(
                "The model is too slow: {number} picture per second gets an older alpha. Close other "
                "programs, or choose a faster model.",
                "The model is too slow: {number} pictures per second get an older alpha. Close other "
                "programs, or choose a faster model.",
                missing,
            )
        )
    return slow
