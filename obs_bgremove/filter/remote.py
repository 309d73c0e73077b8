# SPDX-License-Identifier: GPL-2.0-or-later
"""Control from outside, through obs-websocket: the vendor "obs_bgremove", its requests and its event.

Requests that do something take ``source`` and ``filter``, names that choose among the filters; without them
all are meant. The answer has ``filters``, a list with the ``source`` and ``filter`` of each that did it, and
``error``, a sentence that is empty if all is well.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from .. import scene_files
from ..obs import data
from ..obs.vendor import Vendor
from ..translate import tr
from .options import by_name
from .report import sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .filter import BackgroundFilter
    from .report.status import Status

    Do = Callable[[BackgroundFilter], object]


class Remote:
    """Answers requests (on threads of obs-websocket) until it is closed."""

    def __init__(self, living: Callable[[], Sequence[BackgroundFilter]]) -> None:
        """``living`` returns the filters that exist."""
        self._living = living
        self._vendor = Vendor(scene_files.FILTER)
        self._vendor.answer("get_status", self._get_status)
        self._vendor.answer("get_names", _get_names)
        self._vendor.answer("next_background", self._next_background)
        self._vendor.answer("set_background", self._setting(by_name.background))
        self._vendor.answer("set_up_for", self._setting(by_name.use))

    def announce(self, status: Status) -> None:
        """Send the event ``state_changed`` to all who listen (any thread)."""
        self._vendor.emit("state_changed", values(status))

    def close(self) -> None:
        """Answer no more."""
        self._vendor.close()

    def _get_status(self, _asked: int, response: int) -> None:
        statuses = [one.status() for one in self._living()]
        data.write_list(response, "filters", [values(status) for status in statuses if status])

    def _next_background(self, asked: int, response: int) -> None:
        self._each(asked, response, lambda one: one.next_background())

    def _setting(self, values_of: Callable[[str], Mapping[str, data.Value]]) -> Callable[[int, int], None]:
        """Return what answers a request with ``name``; ``values_of`` raises ValueError for an unknown one."""

        def answer(asked: int, response: int) -> None:
            try:
                changed = values_of(_name(asked, "name"))
            except ValueError as error:
                data.write(response, {"error": str(error)})
            else:
                self._each(asked, response, lambda one: one.change(changed))

        return answer

    def _each(self, asked: int, response: int, do: Do) -> None:
        """Do something with each filter that is meant."""
        wanted = {key: _name(asked, key) for key in ("source", "filter")}
        done: list[Mapping[str, data.Value]] = []
        for one in self._living():
            status = one.status()
            names = {"source": status.source, "filter": status.filter} if status else {}
            if status and all(not name or names[key] == name for key, name in wanted.items()):
                do(one)
                done.append(names)
        data.write_list(response, "filters", done)
        data.write(response, {"error": "" if done else _none(wanted)})


def values(status: Status) -> dict[str, data.Value]:
    """Return a status as obs-websocket delivers it, a flat object."""
    return {**asdict(status), "condition": status.condition, "text": sentences.text(status)}


def _name(asked: int, key: str) -> str:
    """Return a name in a request; empty if there is none.

    OBS reads what is no text as an empty one, which stands for all filters. So it is made text here: a number
    may be a name, and nothing is called like a list.
    """
    found = (data.read_json(asked) or {}).get(key)
    # Of null obs-websocket makes an empty object.
    return "" if found in (None, {}) else str(found)


def _get_names(_asked: int, response: int) -> None:
    for key, choices in by_name.choices().items():
        items = [{"name": name, "title": tr(title)} for name, title in choices.items()]
        data.write_list(response, key, items)


def _none(wanted: Mapping[str, data.Value]) -> str:
    if not any(wanted.values()):
        return tr("There is no Background Removal.")
    if not wanted["filter"]:
        return tr('There is no Background Removal on a source "{source}".', **wanted)
    if not wanted["source"]:
        return tr('There is no Background Removal called "{filter}".', **wanted)
    return tr('There is no Background Removal called "{filter}" on a source "{source}".', **wanted)
