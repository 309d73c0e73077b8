# SPDX-License-Identifier: GPL-2.0-or-later
"""What the soak has seen, in figures and sentences."""

from __future__ import annotations

import statistics
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy

from tests.obs.numbered import FPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from obs_bgremove.private_obs.exit_report import ExitReport

#: Alphas are to return within this many seconds.
PROMISED = 3.0
#: Minutes after which growth is more than noise.
LONG = 20


class Memory(NamedTuple):
    """What OBS has allocated: ``mb``, MB that malloc has given out; libobs' allocations; Python's blocks.

    What is resident says less: malloc keeps what was freed, above all after sources of another size and while
    a busy machine lets frames wait. Where the system does not count, ``mb`` is what is resident.
    """

    mb: float
    allocations: int
    blocks: int


#: Growth that is no more than noise: what is kept at a time depends on the steps before.
NOISE = Memory(40, 1000, 30_000)


class Moment(NamedTuple):
    """One step: what was done, how long until alphas came again, pixels of the room; and memory afterwards.

    ``back_frames``: in frames that OBS drew, as time passes on a machine that is busy with other things;
    ``obs_mb`` and ``worker_mb`` are resident; ``workers``: their process ids; ``files`` and ``threads``: how
    many OBS has.
    """

    at_s: float
    step: str
    back_s: float
    back_frames: int
    room: int
    obs_mb: float
    used: Memory
    worker_mb: float
    workers: tuple[int, ...]
    files: int
    threads: int

    def shown(self) -> list[str]:
        """Return what is printed of a step."""
        seen = self.at_s, self.step, self.back_s, self.back_frames, self.room
        shown = *seen, self.obs_mb, *self.used, self.worker_mb
        return [f"{one:.1f}" if isinstance(one, float) else str(one) for one in shown]


class Run(NamedTuple):
    """A whole soak.

    ``frames`` were looked at, ``people`` of them showed a person, ``bad`` the room; ``drawn``: those that OBS
    drew, where it is late it repeats them; ``left``: pixels of the room after the last step; ``report``: how
    OBS ended.
    """

    moments: list[Moment]
    frames: int
    people: int
    bad: int
    drawn: int
    left: int
    report: ExitReport

    @property
    def room(self) -> int:
        """Pixels of the room in all frames."""
        return sum(one.room for one in self.moments) + self.left


def slope(moments: list[Moment], value: Callable[[Moment], float]) -> float:
    """Return by how much a value of theirs grew an hour (least squares); 0 for less than three moments."""
    if len(moments) < 3:
        return 0.0
    at = [one.at_s / 3600 for one in moments]
    return float(numpy.polyfit(at, [value(one) for one in moments], 1)[0])


def longest_life(moments: list[Moment]) -> list[Moment]:
    """Return the moments of the worker that lived for the longest time."""
    lives: dict[tuple[int, ...], list[Moment]] = {}
    for one in moments:
        lives.setdefault(one.workers, []).append(one)
    return max(lives.values(), key=lambda life: life[-1].at_s - life[0].at_s)


def summary(run: Run) -> list[str]:
    """Return what was seen, in lines."""
    moments = run.moments
    first, last = moments[0], moments[-1]
    half, life = _second_half(moments), longest_life(moments)
    minutes = (life[-1].at_s - life[0].at_s) / 60
    backs, frames = [one.back_s for one in moments], [one.back_frames for one in moments]
    counts = Counter(one.step for one in moments).most_common()
    steps = ", ".join(f"{name} {count}" for name, count in counts)
    return [
        f"{len(moments)} steps in {last.at_s / 60:.1f} minutes: {steps}.",
        f"{run.room} pixels of the room in {run.bad} of {run.frames} frames; {run.people} show a person, "
        f"{run.drawn} were drawn, the others repeated.",
        f"Alphas again after {statistics.median(backs):.2f} s (median), {max(backs):.1f} s (longest); "
        f"over {PROMISED:g} s: {sum(one > PROMISED for one in backs)} times. In frames that OBS drew: "
        f"{statistics.median(frames):.0f}, {max(frames)}; over {PROMISED * FPS:.0f}: "
        f"{sum(one > PROMISED * FPS for one in frames)} times.",
        f"OBS has allocated {first.used.mb:.0f} MB after the first step, {last.used.mb:.0f} MB after the "
        f"last, {slope(half, lambda one: one.used.mb):+.0f} MB an hour in the second half. "
        f"Allocations of libobs: {first.used.allocations}, {last.used.allocations}; "
        f"of Python: {first.used.blocks}, {last.used.blocks}.",
        f"Resident: {first.obs_mb:.0f} and {last.obs_mb:.0f} MB, "
        f"{slope(half, lambda one: one.obs_mb):+.0f} MB an hour in the second half; "
        f"{first.files} and {last.files} files, {first.threads} and {last.threads} threads.",
        f"The worker that lived longest, {minutes:.1f} minutes: {life[0].worker_mb:.0f} MB at first, "
        f"{life[-1].worker_mb:.0f} MB at last, "
        f"{slope(_second_half(life), lambda one: one.worker_mb):+.0f} MB an hour in the second half.",
        f"OBS ended with code {run.report.code} and {run.report.leaks} leaked allocations.",
    ]


def _second_half(moments: list[Moment]) -> list[Moment]:
    """Return the moments of the second half of the time."""
    middle = (moments[0].at_s + moments[-1].at_s) / 2
    return [one for one in moments if one.at_s >= middle]


def faults(run: Run) -> list[str]:
    """Return what is wrong, a sentence each."""
    found = []
    if run.room:
        found.append(f"{run.room} pixels of the room were shown.")
    if not run.people:
        found.append("No frame shows a person.")
    if run.report.code or run.report.leaks:
        found.append(f"OBS ended with code {run.report.code} and {run.report.leaks} leaked allocations.")
    if "Traceback" in run.report.log:
        found.append(run.report.log[run.report.log.index("Traceback") :][:2000])
    if any(len(one.workers) > 1 for one in run.moments):
        found.append("There were several workers at once.")
    return found + growth(run.moments)


def growth(moments: list[Moment]) -> list[str]:
    """Return what of OBS' memory grew in the last third of the time, a sentence each."""
    end = moments[-1].at_s
    if end <= LONG * 60:
        return []

    def least(begin: float, until: float) -> Memory:
        # What is kept at a time depends on the steps before; the least is what stays.
        kept = [one.used for one in moments if begin <= one.at_s <= until]
        return Memory(*(min(values) for values in zip(*kept)))

    before, after = least(end / 3, end * 2 / 3), least(end * 2 / 3, end)
    units = "MB", "allocations of libobs", "blocks of Python"
    return [
        f"OBS has {now - then:.0f} {unit} more than in the second third."
        for then, now, noise, unit in zip(before, after, NOISE, units)
        if now - then > noise
    ]
