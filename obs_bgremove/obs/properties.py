# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds a properties page: what OBS shows when a filter is selected."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from . import log
from .functions import lib
from .structs import (
    COMBO_LIST,
    COMBO_STRING,
    INFO_ERROR,
    INFO_NORMAL,
    INFO_WARNING,
    PATH_DIRECTORY,
    PATH_FILE,
    TEXT_INFO,
    ButtonClicked,
    PropertyModified,
)
from .utf8 import utf8

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Mark(enum.IntEnum):
    """How a text stands out: OBS' themes have a colour for each."""

    NORMAL, WARNING, ERROR = INFO_NORMAL, INFO_WARNING, INFO_ERROR


class Page:
    """A properties object in the making; ``handle`` is what OBS takes (and frees)."""

    def __init__(self, handle: int = 0) -> None:
        """``handle``: of one that somebody else has made; 0: it is made here."""
        self.handle: int = handle or lib.obs_properties_create()

    def choice(self, name: str, label: str, options: Iterable[tuple[str, str]]) -> int:
        """Add a list of (value, label) to choose one from; the setting is a string."""
        made: int = lib.obs_properties_add_list(
            self.handle, name.encode(), utf8(label), COMBO_LIST, COMBO_STRING
        )
        for value, text in options:
            lib.obs_property_list_add_string(made, utf8(text), utf8(value))
        return made

    def path(self, name: str, label: str, file_filter: str) -> int:
        """Add a file to choose; ``file_filter`` is Qt's ("Pictures (*.png *.jpg)")."""
        made: int = lib.obs_properties_add_path(
            self.handle, name.encode(), utf8(label), PATH_FILE, file_filter.encode(), None
        )
        return made

    def folder(self, name: str, label: str) -> int:
        """Add a folder to choose."""
        made: int = lib.obs_properties_add_path(
            self.handle, name.encode(), utf8(label), PATH_DIRECTORY, None, None
        )
        return made

    def slider(self, name: str, label: str, low: float, high: float, step: float, suffix: str) -> int:
        """Add a slider; the setting is a float."""
        made: int = lib.obs_properties_add_float_slider(
            self.handle, name.encode(), utf8(label), low, high, step
        )
        lib.obs_property_float_set_suffix(made, suffix.encode())
        return made

    def switch(self, name: str, label: str) -> int:
        """Add a check box; the setting is a bool."""
        made: int = lib.obs_properties_add_bool(self.handle, name.encode(), utf8(label))
        return made

    def color(self, name: str, label: str) -> int:
        """Add a colour; the setting is an int 0xAABBGGRR."""
        made: int = lib.obs_properties_add_color(self.handle, name.encode(), utf8(label))
        return made

    def text(self, name: str, text: str, mark: Mark = Mark.NORMAL, label: str = "") -> int:
        """Add a text to read, after its label if there is one; Qt shows both as HTML if they look it."""
        made: int = lib.obs_properties_add_text(self.handle, name.encode(), b"", TEXT_INFO)
        _write(made, text, mark, label)
        return made

    def button(self, name: str, label: str, clicked: object) -> int:
        """Add a button; ``clicked`` is made by ``on_click``."""
        made: int = lib.obs_properties_add_button(self.handle, name.encode(), utf8(label), clicked)
        return made


def set_text(page: int, name: str, text: str, mark: Mark = Mark.NORMAL, label: str = "") -> None:
    """Change a ``Page.text`` on a page that is open."""
    _write(lib.obs_properties_get(page, name.encode()), text, mark, label)


def _write(made: int, text: str, mark: Mark, label: str) -> None:
    # OBS shows the description as the text, unless there is a long one: then that is the text.
    lib.obs_property_set_description(made, utf8(label or text))
    lib.obs_property_set_long_description(made, utf8(text) if label else None)
    lib.obs_property_text_set_info_type(made, mark)


def mark(page: int, name: str) -> Mark | None:
    """Return how a ``Page.text`` stands out; None if there is no such property."""
    found = lib.obs_properties_get(page, name.encode())
    return Mark(lib.obs_property_text_info_type(found)) if found else None


def has(page: int, name: str) -> bool:
    """Return whether there is a property of that name, visible or not."""
    return bool(lib.obs_properties_get(page, name.encode()))


def values(page: int, name: str) -> list[str]:
    """Return the values of a ``Page.choice``; none if there is no such property."""
    found = lib.obs_properties_get(page, name.encode())
    count = lib.obs_property_list_item_count(found) if found else 0
    return [lib.obs_property_list_item_string(found, index).decode() for index in range(count)]


def set_label(page: int, name: str, text: str) -> None:
    """Change what stands on a button, or before another property, of a page that is open."""
    lib.obs_property_set_description(lib.obs_properties_get(page, name.encode()), utf8(text))


def explain(made: int, text: str) -> None:
    """Set the text that appears while the mouse rests on a property."""
    lib.obs_property_set_long_description(made, utf8(text))


def show(page: int, name: str, visible: bool) -> bool:
    """Show or hide the property of that name; return whether it is there and was the other way."""
    found = lib.obs_properties_get(page, name.encode())
    if not found or bool(lib.obs_property_visible(found)) == visible:
        return False
    lib.obs_property_set_visible(found, visible)
    return True


def on_change(changed: Callable[[int, int], bool]) -> object:
    """Return a callback for ``watch``: ``changed(page, settings)``; if True, OBS lays the page out again.

    OBS keeps the pointer, so the caller keeps the object: one for the life of the process.
    """

    return PropertyModified(_guarded(changed))


def watch(made: int, callback: object) -> None:
    """Call back when the user changes the property, and when the page opens."""
    lib.obs_property_set_modified_callback(made, callback)


def on_click(clicked: Callable[[int, int], None]) -> object:
    """Return a callback for a button: ``clicked(page, filter)``, with the handle that the filter was created
    with; OBS lays the page out again after it.

    OBS keeps the pointer, so the caller keeps the object: one for the life of the process.
    """

    def then_laid_out_again(page: int, handle: int) -> bool:
        clicked(page, handle)
        return True

    return ButtonClicked(_guarded(then_laid_out_again))


def _guarded(action: Callable[[int, int], bool]) -> Callable[[int, int, int], bool]:
    def called(page: int, _property: int, other: int) -> bool:
        try:
            return action(page, other)
        except Exception:  # noqa: BLE001 - an exception must not cross C
            log.exception("properties")
        return False

    return called
