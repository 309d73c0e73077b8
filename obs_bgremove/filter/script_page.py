# SPDX-License-Identifier: GPL-2.0-or-later
"""What OBS shows of our script under Tools > Scripts: what it is, how each filter does, and two buttons.

OBS lays such a page out again only when one of its buttons was pressed. So what a check of the installation
finds is shown by a second press, and each press brings the lines about the filters up to date.
"""

from __future__ import annotations

import contextlib
import html
from typing import TYPE_CHECKING

from .. import __version__, home
from ..link.errand import Errand, show_folder
from ..link.process import StartProblem, interpreter
from ..obs import properties
from ..obs.properties import Page
from ..translate import tr
from .report import sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .filter import BackgroundFilter

#: The names of the properties.
FILTERS, CHECK, FOUND, LOGS = "filters", "check", "found", "logs"


def description() -> str:
    """Return what OBS shows above the page, as HTML."""
    what = tr("Takes the room away behind a person, live, without a green screen.")
    return f"<b>Background Removal {__version__}</b><p>{html.escape(what)}</p><p>{html.escape(_how())}</p>"


def _how() -> str:
    return tr("Right-click a camera > Filters > + > Background Removal.")


class ScriptPage:
    """Of OBS' UI thread. There may be several pages at once, all alike."""

    def __init__(self, living: Callable[[], Sequence[BackgroundFilter]]) -> None:
        """``living`` returns the filters that exist."""
        self._living = living
        self._check: Errand | None = None
        # OBS keeps their pointers, for the life of the process.
        self._clicked = {
            CHECK: properties.on_click(self._press_check),
            LOGS: properties.on_click(self._press_logs),
        }

    def fill(self, handle: int) -> None:
        """Put everything into an empty properties object."""
        page = Page(handle)
        page.text(FILTERS, "")
        page.button(CHECK, "", self._clicked[CHECK])
        page.text(FOUND, "")
        page.button(LOGS, tr("Open the folder with the log of the worker"), self._clicked[LOGS])
        self._show(handle, "")

    def end(self) -> None:
        """Leave no program behind."""
        if self._check is not None:
            self._check.end()
            self._check = None

    def _show(self, page: int, found: str) -> None:
        statuses = [one.status() for one in self._living()]
        lines = [sentences.line(status) for status in statuses if status]
        properties.set_text(page, FILTERS, "<br>".join(lines) or html.escape(_how()))
        label = tr("Show what the check finds") if self._check else tr("Check the installation")
        properties.set_label(page, CHECK, label)
        properties.set_text(page, FOUND, html.escape(found).replace("\n", "<br>"))
        properties.show(page, FOUND, bool(found))

    def _press_check(self, page: int, _handle: int) -> None:
        if self._check is None:
            self._check = Errand(_check)
        found = self._check.printed
        if found is None:
            self._show(page, tr("The installation is being checked. Press the button again in some seconds."))
            return
        self._check = None
        self._show(page, found)

    def _press_logs(self, page: int, _handle: int) -> None:
        folder = home.log_directory()
        # Where the system cannot show it, the text says where it is.
        with contextlib.suppress(StartProblem, OSError):
            show_folder(folder)
        self._show(page, tr("The log of the worker is in {folder}.", folder=folder))


def _check() -> list[str]:
    return [interpreter(), str(home.PROJECT / "install.py"), "--check"]
