# SPDX-License-Identifier: GPL-2.0-or-later
"""What OBS says about itself at its end: exit code, leaked allocations, the profiler's times."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_LEAKS = re.compile(r"Number of memory leaks: (\d+)")
#: OBS puts a no-break space between number and unit; ``\s`` is that too.
_TIMING = re.compile(
    r"(?P<name>[^\s┣┃┗|:][^:\n]*?): min=[\d.e+-]+\sms, median=(?P<median>[\d.e+-]+)\sms, max=[\d.e+-]+\sms, "
    r"99th percentile=(?P<p99>[\d.e+-]+)\sms"
)
#: "obs_graphics_thread(33.3333 ms)": the expected interval is no part of the name.
_INTERVAL = re.compile(r"\([\d.]+\sms\)$")


class Timing(NamedTuple):
    """Median and 99th percentile of one call of the profiler, in milliseconds."""

    median_ms: float
    p99_ms: float


@dataclass(frozen=True)
class ExitReport:
    """How a run of OBS ended.

    ``code`` is the exit code (negative: the signal that ended it), ``leaks`` the number of leaked allocations
    (None if OBS did not come to say so), ``profiler`` the times per call name, ``lagged`` and ``skipped`` the
    frames that were rendered or encoded too late (None if OBS did not answer any more when it was stopped).
    """

    code: int
    leaks: int | None
    profiler: dict[str, Timing] = field(repr=False)
    lagged: int | None
    skipped: int | None
    log: str = field(repr=False)

    @property
    def cleared(self) -> bool:
        """Whether OBS could clear its scenes. Without our script, OBS 32 sometimes cannot, and crashes."""
        return "Not all sources were cleared" not in self.log


def parse(code: int, log: str, lagged: int | None = None, skipped: int | None = None) -> ExitReport:
    """Return the report of a run from OBS' log text."""
    leaks = _LEAKS.findall(log)
    profiler: dict[str, Timing] = {}
    for match in _TIMING.finditer(log):
        # The same name may occur deeper in the tree: its outermost place counts.
        name = _INTERVAL.sub("", match["name"].strip())
        profiler.setdefault(name, Timing(float(match["median"]), float(match["p99"])))
    return ExitReport(code, int(leaks[-1]) if leaks else None, profiler, lagged, skipped, log)
