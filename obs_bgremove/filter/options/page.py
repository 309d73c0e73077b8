# SPDX-License-Identifier: GPL-2.0-or-later
"""The properties page of the filter, built from the settings' own descriptions.

From the top: how it runs, in a word and a colour, and a button where one mends what is wrong; the background
and a fold with the edge and the looks; whom to keep, the microphone, how much of the machine; and a fold with
the rest and the numbers.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from ...obs import audio, properties, registration, sources
from ...obs.properties import Mark, Page
from ...translate import tr
from ..report import sentences
from ..report.status import HIDDEN, PAUSED, RUNNING, Status
from . import background_list, subjects, uses
from .arrangement import (
    FOLDS,
    NEXT,
    NUMBERS,
    REFRESH,
    REMEDY,
    STATUS,
    SUITING,
    arrange,
    button_label,
    fold_of,
)
from .media_files import PICTURES, VIDEOS
from .remedies import REMEDIES
from .settings import AUTO, Setting, Settings, described

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from ...link.client import Client

#: Columns that the sentences at the top may take: one line where nothing is wrong, three where something is.
_ROOM, _ROOM_OF_PROBLEMS = 56, 150
#: Colours that are read on OBS' dark themes and on its light ones.
_COLORS = {Mark.NORMAL: "#2fa04f", Mark.WARNING: "#d98600", Mark.ERROR: "#e0433a"}
#: What is too long for a line, most often a path; it may be broken after these, by a space without width.
_LONG, _BREAKS, _BREAK = re.compile(r"\S{24,}"), re.compile(r"(?<=[/\\_.-])(?=\w)"), "\u200b"
#: The settings on which it depends what applies; a change of the others lays nothing out again.
_DECIDES = ("background_path", "background_fit", *uses.NAMES)


def _choose_use(page: int, settings: int) -> bool:
    uses.choose(settings)
    _value_changes(page, settings)
    # It has set what other controls show.
    return True


def _choose_subject(page: int, settings: int) -> bool:
    chosen = subjects.choose(settings, properties.values(page, subjects.KEY))
    return _value_changes(page, settings) or chosen


def _choose_background(page: int, settings: int) -> bool:
    background_list.choose(settings)
    return _value_changes(page, settings)


def _value_changes(page: int, settings: int) -> bool:
    """Show what is true now; return whether the page showed something else."""
    changed = [show_lists(settings, properties.values(page, subjects.KEY)), arrange(page, settings)]
    return any(changed)


def show_lists(settings: int, names: Container[str]) -> bool:
    """Have the lists that stand for settings show what is true; return whether one showed something else.

    ``names``: the values of the list of subjects.
    """
    changed = [background_list.show(settings), uses.show(settings), subjects.show(settings, names)]
    return any(changed)


def _pressed(button: str) -> Callable[[int, int], None]:
    def press(page: int, handle: int) -> None:
        found = registration.find(handle)
        if found:
            found.press(button, page)

    return press


# OBS keeps their pointers, for the life of the process.
_background_chosen = properties.on_change(_choose_background)
_use_chosen = properties.on_change(_choose_use)
_subject_chosen = properties.on_change(_choose_subject)
_value_changed = properties.on_change(_value_changes)
_clicked = {name: properties.on_click(_pressed(name)) for name in (REFRESH, REMEDY, NEXT, SUITING, *FOLDS)}


def build(status: Status, values: int, client: Client) -> int:
    """Return a new properties object.

    ``values`` is the settings object of the filter in OBS; ``client`` knows the models and the devices.
    """
    options = _options(status.source, Settings.read(values), client)
    described_models = [model for model in client.models if model.installed and model.summary]
    more = {"model": [f"{model.title}: {model.summary}" for model in described_models]}
    page = Page()
    page.text(STATUS, _headline(status), _mark(status), _word(status))
    if status.remedy:
        page.button(REMEDY, tr(REMEDIES[status.remedy].label), _clicked[REMEDY])
    by_fold = {fold: [one for one in described() if fold_of(one) == fold] for fold in ("", *FOLDS)}

    def add(settings: Iterable[Setting]) -> None:
        for one in settings:
            if one.name == "keep":
                # The edge and the looks belong to the background, which stands above.
                page.button("looks", button_label("looks", values), _clicked["looks"])
                add(by_fold["looks"])
            _add(page, one, options, more)
            _add_beside(page, one.name, client)

    add(by_fold[""])
    page.button("advanced", button_label("advanced", values), _clicked["advanced"])
    page.text(NUMBERS, _numbers(status))
    page.button(REFRESH, tr("Refresh the numbers"), _clicked[REFRESH])
    add(by_fold["advanced"])
    arrange(page.handle, values)
    return page.handle


def _add_beside(page: Page, name: str, client: Client) -> None:
    """Add what stands after the property of a setting."""
    if name == "background":
        page.button(SUITING, tr("Show what suits my clothes"), _clicked[SUITING])
    elif name == "background_path":
        page.button(NEXT, tr("Next background"), _clicked[NEXT])
    elif name == "keep":
        _add_subjects(page, client)
    elif name == "microphone":
        _add_uses(page)


def show_status(page: int, status: Status) -> None:
    """Show a status on a page that is open."""
    properties.set_text(page, STATUS, _headline(status), _mark(status), _word(status))
    properties.set_text(page, NUMBERS, _numbers(status))


def _word(status: Status) -> str:
    """Return the condition in a word and its colour, as HTML."""
    mark = _mark(status)
    plain = mark is Mark.NORMAL and status.condition != RUNNING
    color = "" if plain else f' style="color:{_COLORS[mark]}"'
    # (The sign is in every font that Qt falls back to.)
    return f"<b{color}>● {html.escape(sentences.word(status))}</b>"


def _glance(status: Status) -> tuple[list[str], list[str]]:
    """Return the sentences that are read at a glance, and those for which there is no room at the top."""
    return sentences.glance(status, _ROOM if _mark(status) is Mark.NORMAL else _ROOM_OF_PROBLEMS)


def _headline(status: Status) -> str:
    """Return the status at a glance, as HTML, in which long paths can be broken."""
    shown = " ".join(_glance(status)[0])
    breakable = _LONG.sub(lambda long: _BREAKS.sub(_BREAK, long[0]), shown)
    mark = _mark(status)
    # (OBS 29 writes what is wrong in bold letters, which are wider, and in a red that is dim on dark themes.)
    color = "" if mark is Mark.NORMAL else f";color:{_COLORS[mark]}"
    return f'<html><span style="font-weight:normal{color}">{html.escape(breakable)}</span></html>'


def _numbers(status: Status) -> str:
    return " ".join([*_glance(status)[1], *sentences.numbers(status)]) or tr("No numbers yet.")


def _mark(status: Status) -> Mark:
    if status.condition == HIDDEN:
        return Mark.ERROR
    return Mark.NORMAL if status.condition in (RUNNING, PAUSED) and not status.remedy else Mark.WARNING


def _files() -> str:
    """Return the kinds of files that can be chosen, as Qt wants them."""
    kinds = " ".join(f"*{one}" for one in PICTURES + VIDEOS)
    return tr("Pictures and videos ({kinds});;All files (*)", kinds=kinds)


def _add_uses(page: Page) -> None:
    entries = [*((name, tr(use.entry)) for name, use in uses.USES.items()), ("", tr("Your own settings"))]
    made = page.choice(uses.KEY, tr("How much of the machine"), entries)
    properties.explain(made, tr("Sets several settings at once, in Advanced and here."))
    properties.watch(made, _use_chosen)


def _add_subjects(page: Page, client: Client) -> None:
    offered = subjects.offered(client.models)
    if not offered:
        return
    made = page.choice(subjects.KEY, tr("Subject"), offered)
    properties.explain(made, tr("What is kept: each of these is a model of its own."))
    properties.watch(made, _subject_chosen)


def _options(own_name: str, settings: Settings, client: Client) -> dict[str, list[tuple[str, str]]]:
    """Return (value, label) of the choices that are known only now, by the name of the setting."""
    names = [name for name in sources.video_source_names() if name != own_name]
    models = [(model.name, model.title) for model in client.models if model.installed]
    devices = [(device.name, device.title) for device in client.devices]
    options = {
        "background_source": [("", tr("(choose)")), *((name, name) for name in names)],
        "microphone": [("", tr("(none)")), *((name, name) for name in audio.names())],
        "model": [(AUTO, tr("Automatic")), *models],
        "device": [(AUTO, tr("Automatic")), *devices],
    }
    # What was chosen stays in its list, also while it is not there: else OBS would choose the first.
    for name, offered in options.items():
        chosen = str(getattr(settings, name))
        if chosen and chosen not in dict(offered):
            offered.append((chosen, tr("{name} (not available)", name=chosen)))
    return options


def _add(
    page: Page,
    setting: Setting,
    options: Mapping[str, Iterable[tuple[str, str]]],
    more: Mapping[str, Iterable[str]],
) -> None:
    """Add the property that chooses a setting; ``more`` are lines that follow its help text."""
    name, about = setting.name, setting.about
    label = tr(about.label)
    if name == "background":
        name = background_list.KEY
        made = page.choice(name, label, background_list.offered())
    elif name == "outfit_folder":
        made = page.folder(name, label)
    elif name == "background_path":
        made = page.path(name, label, _files())
    elif name in options:
        made = page.choice(name, label, options[name])
    elif about.choices:
        made = page.choice(name, label, ((value, tr(title)) for value, title in about.choices.items()))
    elif about.limits:
        made = page.slider(name, label, *about.limits, about.unit)
    elif isinstance(setting.default, bool):
        made = page.switch(name, label)
    else:
        made = page.color(name, label)
    properties.explain(made, "\n".join([tr(about.help), *more.get(name, ())]))
    if name == background_list.KEY:
        properties.watch(made, _background_chosen)
    elif name in _DECIDES:
        properties.watch(made, _value_changed)
