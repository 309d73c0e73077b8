# SPDX-License-Identifier: GPL-2.0-or-later
"""How one filter is doing: its measures, its problems, and the line about them in the log of OBS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import home
from ..obs import log, sources
from ..scene_files import SCRIPT
from ..translate import N, in_english, joined, tr
from .effort.counters import Counters
from .effort.effort import Seen
from .frames.stall import Stall
from .options.remedies import REMEDIES
from .options.settings import AUTO
from .report import kept
from .report.meters import DelayMeter, Meter, Stopwatch
from .report.problems import Problem
from .report.sentences import text
from .report.status import Status

if TYPE_CHECKING:
    from ..link.channel import Channel
    from .frames.exchange import Exchange
    from .lifetime import Lifetime
    from .options.settings import Settings
    from .shared import Shared

#: See ``Shared.copies_listed``.
_UNLISTED = N(
    "This scene collection does not list the filter's script. It is added when OBS closes; to add it now: "
    "Tools > Scripts > + > {script}."
)
#: A filter that was not drawn for this many OBS frames starts again: the frames that it has are old.
FORGET_AFTER = 15


@dataclass(eq=False)
class LastFrame:
    """The frame that was drawn last. Written on the graphics thread.

    Those of two filters are often alike, so each equals only itself.
    """

    #: The OBS frame in which it was drawn.
    number: int = -FORGET_AFTER - 1
    #: Whether the person is shown, cut out with an alpha.
    has_alpha: bool = False
    #: Why it could not be drawn, a sentence; empty if it was.
    problem: str = ""


class Health:
    """Filled on the graphics thread and on the one that looks after the filters, read on any."""

    def __init__(self, source: int, shared: Shared, channel: Channel, lifetime: Lifetime) -> None:
        """``source`` is the filter's handle in OBS."""
        self._source = source
        self._shared = shared
        self._channel = channel
        self._lifetime = lifetime
        self.stall = Stall()
        self.meter = Meter()
        self.stopwatch = Stopwatch()
        self.delay = DelayMeter()
        self.counters = Counters()
        self.last = LastFrame()
        shared.last_frames.append(self.last)
        #: What is wrong with the background and the microphone; replaced as a whole.
        self.beside: list[Problem] = []
        #: What the person seems to wear and what is shown for it, a sentence; empty unless it is Auto.
        self.outfit = ""
        self._known = ("", "")
        self._logged: tuple[str, str, str] | None = None

    @property
    def idle(self) -> bool:
        """Whether the source is shown nowhere."""
        return self._shared.clock.number - self.last.number > FORGET_AFTER

    def seen(self) -> Seen:
        """Return what "Automatic" goes by."""
        shared, ring = self._shared, self._channel.ring
        canvas_rate = 1 / shared.frame_seconds()
        new = self.meter.new_pictures()
        drawn = [one.number for one in list(shared.last_frames)]
        trouble = self.counters.trouble() or ("late" if self.meter.missing() else "")
        return Seen(
            ring=ring,
            model=ring.model if ring else "",
            rung=self._channel.rung,
            trouble=trouble,
            rate=None if new is None else new * canvas_rate,
            canvas_rate=canvas_rate,
            # In the newest frame: those of a scene that has just been left are not drawn any more.
            filters=drawn.count(max(drawn, default=0)),
            idle=shared.client.usage.idle,
        )

    def forget(self) -> None:
        """The filter is going."""
        self._shared.last_frames.remove(self.last)

    def delay_seconds(self) -> float | None:
        """Return by how much the picture is delayed; None if no person is shown at present."""
        frames = self.delay.frames
        return (
            None
            if frames is None or self._state() != Status.RUNNING
            else frames * self._shared.frame_seconds()
        )

    def status(self, settings: Settings, exchange: Exchange) -> Status:
        """Return the status (only while the filter exists); ``exchange`` has its frames."""
        ring, cleared = exchange.ring, exchange.cleared
        with self._lifetime.parent() as parent:
            source = sources.name_of(parent)
        rate, milliseconds = self.meter.read()
        seconds = self._shared.frame_seconds()
        state = self._state()
        delay = self.delay.frames or 0
        problems = self._problems(state, source, settings)
        silent = any(one.remedy == "no_microphone" for one in problems)
        missing, late = self.meter.missing(), self.meter.late(1 / seconds)
        return Status(
            source=source,
            filter=sources.name_of(self._source),
            model=ring.model if ring else settings.model,
            device=ring.device if ring else settings.device,
            alphas_per_second=rate,
            milliseconds_per_alpha=milliseconds,
            delay_frames=delay,
            delay_milliseconds=delay * seconds * 1000,
            **self.stopwatch.read()._asdict(),
            state=state,
            problem=joined(one.text for one in problems),
            first_problem=problems[0].text if problems else "",
            remedy=self._remedy(problems, settings, slow=bool(missing or late)),
            note=self._channel.note,
            worker_pid=self._shared.client.pid or 0,
            pictures_without_alpha=missing,
            frames_per_second=self.meter.frames_per_second(),
            frames_not_drawn=late,
            alphas=self.meter.total,
            microphone="" if silent else settings.microphone,
            outfit=self.outfit,
            kept=kept.sentences(settings, cleared),
        )

    def _state(self) -> str:
        if self.idle:
            return Status.IDLE
        if self.last.has_alpha:
            return Status.RUNNING
        return Status.HIDDEN if self.stall.began and self.stall.over() else Status.STARTING

    def _problems(self, state: str, source: str, settings: Settings) -> list[Problem]:
        """Return what is wrong; what matters most comes first."""
        chosen = (settings.model, settings.device) != (AUTO, AUTO)
        problems = [
            Problem(self._shared.client.problem),
            Problem(self._channel.problem, "automatic" if chosen else ""),
            Problem(kept.empty_area(settings), "whole_picture"),
            *self.beside,
            Problem(self.last.problem),
        ]
        if state == Status.HIDDEN and not any(one.text for one in problems):
            seconds = self.stall.seconds
            problems.append(
                Problem(
                    tr(
                        "The worker has sent no alpha for {seconds} s. Restart OBS if that lasts; the log "
                        "is in {folder}.",
                        seconds=f"{seconds:.0f}",
                        folder=home.log_directory(),
                    )
                )
            )
        # While OBS changes the scene collection, the filters of the old one have no source any more.
        if source and not self._shared.copies_listed:
            problems.append(Problem(tr(_UNLISTED, script=SCRIPT)))
        return [one for one in problems if one.text]

    @staticmethod
    def _remedy(problems: list[Problem], settings: Settings, slow: bool) -> str:
        # The button belongs to the sentence that is shown.
        if problems:
            return problems[0].remedy
        lighter = REMEDIES["lighter"].values.items()
        return "lighter" if slow and any(getattr(settings, name) != value for name, value in lighter) else ""

    def changes(self, status: Status) -> bool:
        """Return whether condition or problem differ from those at the last look; log what differs."""
        self._log_changes(status)
        # Numbers in a sentence change every second; it is still the same sentence.
        known = (status.condition, _without_numbers(status.problem))
        changed, self._known = known != self._known, known
        return changed

    def _log_changes(self, status: Status) -> None:
        logged = (status.state, _without_numbers(status.problem), f"{status.note} {status.outfit}")
        if logged == self._logged or status.state == Status.IDLE:
            return
        self._logged = logged
        (log.warning if status.problem else log.info)(f"{status.source}: {in_english(text(status))}")


def _without_numbers(text: str) -> str:
    return re.sub(r"\d+", "", text)
