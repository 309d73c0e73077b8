# SPDX-License-Identifier: GPL-2.0-or-later
"""The properties page of the filter, built from the settings' own descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...obs import audio, data, properties, registration, sources
from ...obs.properties import Page
from .media_files import PICTURES, VIDEOS
from .settings import AUTO, USED, Setting, Settings, described

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...link.client import Client
    from ..report.status import Status

#: The name of the property that shows the status.
STATUS = "status"
_FILES = f"Pictures and videos ({' '.join(f'*{one}' for one in PICTURES + VIDEOS)});;All files (*)"


def _show_used(page: int, settings: int) -> None:
    kind = str(data.read(settings, "background", ""))
    for name in sorted({name for names in USED.values() for name in names}):
        properties.show(page, name, name in USED.get(kind, ()))


def _refresh(page: int, handle: int) -> None:
    found = registration.find(handle)
    if found:
        found.refresh(page)


# OBS keeps their pointers, for the life of the process.
_background_changed = properties.on_change(_show_used)
_refreshed = properties.on_click(_refresh)


def build(status: Status, settings: Settings, client: Client) -> int:
    """Return a new properties object.

    ``settings`` are those that OBS has; ``client`` knows the models and the devices.
    """
    options = _options(status.source, settings, client)
    described_models = [model for model in client.models if model.installed and model.summary]
    more = {"model": [f"{model.title}: {model.summary}" for model in described_models]}
    page = Page()
    for one in described():
        if not one.about.advanced:
            _add(page, one, options, more)
    page.text(STATUS, status.text, bool(status.problem))
    page.button("refresh", "Refresh the status", _refreshed)
    inner = page.group("advanced", "Advanced")
    for one in described():
        if one.about.advanced:
            _add(inner, one, options, more)
    return page.handle


def _options(own_name: str, settings: Settings, client: Client) -> dict[str, list[tuple[str, str]]]:
    """Return (value, label) of the choices that are known only now, by the name of the setting."""
    names = [name for name in sources.video_source_names() if name != own_name]
    models = [(model.name, model.title) for model in client.models if model.installed]
    devices = [(device.name, device.title) for device in client.devices]
    options = {
        "background_source": [("", "(choose)"), *((name, name) for name in names)],
        "microphone": [("", "(none)"), *((name, name) for name in audio.names())],
        "model": [(AUTO, "Automatic"), *models],
        "device": [(AUTO, "Automatic"), *devices],
    }
    # What was chosen stays in its list, also while it is not there: else OBS would choose the first.
    for name, offered in options.items():
        chosen = str(getattr(settings, name))
        if chosen and chosen not in dict(offered):
            offered.append((chosen, f"{chosen} (not available)"))
    return options


def _add(
    page: Page,
    setting: Setting,
    options: Mapping[str, Iterable[tuple[str, str]]],
    more: Mapping[str, Iterable[str]],
) -> None:
    """Add the property that chooses a setting; ``more`` are lines that follow its help text."""
    name, about = setting.name, setting.about
    if name == "background_path":
        made = page.path(name, about.label, _FILES)
    elif name in options:
        made = page.choice(name, about.label, options[name])
    elif about.choices:
        made = page.choice(name, about.label, about.choices.items())
    elif about.limits:
        made = page.slider(name, about.label, *about.limits, about.unit)
    elif isinstance(setting.default, bool):
        made = page.switch(name, about.label)
    else:
        made = page.color(name, about.label)
    properties.explain(made, "\n".join([about.help, *more.get(name, ())]))
    if name == "background":
        properties.watch(made, _background_changed)
