# SPDX-License-Identifier: GPL-2.0-or-later
"""The properties page of the filter, built from the settings' own descriptions."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from ..obs import data, properties, registration
from ..obs.properties import Page
from .backgrounds.media_files import PICTURES, VIDEOS
from .settings import USED, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STATUS = "status"
_FILES = f"Pictures and videos ({' '.join(f'*{one}' for one in PICTURES + VIDEOS)});;All files (*)"


def _show_used(page: int, settings: int) -> None:
    kind = data.read(settings, "background", "")
    for name in sorted({name for names in USED.values() for name in names}):
        properties.show(page, name, name in USED.get(kind, ()))


def _refresh(page: int, handle: int) -> None:
    found = registration.find(handle)
    if found:
        found.tell(page)


_background_changed = properties.on_change(_show_used)
_refreshed = properties.on_click(_refresh)


def build(
    status: str,
    warning: bool,
    options: Mapping[str, Iterable[tuple[str, str]]],
    more: Mapping[str, Iterable[str]],
) -> int:
    """Return a new properties object.

    ``options``: (value, label) of what the settings of these names are chosen from, ``more``: lines that
    follow their help texts, where that is known only now.
    """
    page = Page()
    for one in fields(Settings):
        if not one.metadata.get("advanced"):
            _add(page, one, options, more)
    page.text(STATUS, status, warning)
    page.button("refresh", "Refresh the status", _refreshed)
    inner = page.group("advanced", "Advanced")
    for one in fields(Settings):
        if one.metadata.get("advanced"):
            _add(inner, one, options, more)
    return page.handle


def _add(page, one, options, more):
    """Add what one field of the settings is chosen with."""
    name, about = one.name, one.metadata
    if name == "background_path":
        made = page.path(name, about["label"], _FILES)
    elif name in options:
        made = page.choice(name, about["label"], options[name])
    elif "choices" in about:
        made = page.choice(name, about["label"], about["choices"].items())
    elif "range" in about:
        made = page.slider(name, about["label"], *about["range"], about["unit"])
    elif isinstance(one.default, bool):
        made = page.switch(name, about["label"])
    else:
        made = page.color(name, about["label"])
    properties.explain(made, "\n".join([about["help"], *more.get(name, ())]))
    if name == "background":
        properties.watch(made, _background_changed)
