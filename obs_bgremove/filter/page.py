# SPDX-License-Identifier: GPL-2.0-or-later
"""The properties page of the filter, built from the settings' own descriptions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from ..obs import data, properties, sources
from ..obs.properties import Page
from .files import PICTURES, VIDEOS
from .settings import AUTO, USED, Settings

_FILES = f"Pictures and videos ({' '.join(f'*{one}' for one in PICTURES + VIDEOS)});;All files (*)"


def _show_used(page: int, settings: int) -> None:
    kind = data.read(settings, "background", "")
    for name in sorted({name for names in USED.values() for name in names}):
        properties.show(page, name, name in USED.get(kind, ()))


_background_changed = properties.on_change(_show_used)


def build(
    status: str,
    warning: bool,
    models: Iterable[tuple[str, str]],
    devices: Iterable[tuple[str, str]],
    parent: str,
) -> int:
    """Return a new properties object.

    ``models`` and ``devices`` are (value, label); ``parent`` is the name of the filtered
    source, which is not offered as its own background.
    """
    page = Page()
    for one in fields(Settings):
        if not one.metadata.get("advanced"):
            _add(page, one, models, devices, parent)
    page.text("status", status, warning)
    page.button("refresh", "Refresh the status", properties.reload_page)
    inner = page.group("advanced", "Advanced")
    for one in fields(Settings):
        if one.metadata.get("advanced"):
            _add(inner, one, models, devices, parent)
    return page.handle


def _add(page, one, models, devices, parent):
    """Add what one field of the settings is chosen with."""
    name, about = one.name, one.metadata
    if name == "background_path":
        made = page.path(name, about["label"], _FILES)
    elif name == "background_source":
        names = [other for other in sources.video_source_names() if other != parent]
        made = page.choice(name, about["label"], [("", "(choose)"), *((other, other) for other in names)])
    elif name == "model":
        made = page.choice(name, about["label"], [(AUTO, "Automatic"), *models])
    elif name == "device":
        made = page.choice(name, about["label"], [(AUTO, "Automatic"), *devices])
    elif "choices" in about:
        made = page.choice(name, about["label"], about["choices"].items())
    elif "range" in about:
        made = page.slider(name, about["label"], *about["range"], about["unit"])
    elif isinstance(one.default, bool):
        made = page.switch(name, about["label"])
    else:
        made = page.color(name, about["label"])
    properties.explain(made, about["help"])
    if name == "background":
        properties.watch(made, _background_changed)
