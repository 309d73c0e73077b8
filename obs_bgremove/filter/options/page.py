# SPDX-License-Identifier: GPL-2.0-or-later
"""The properties page of the filter, built from the settings' own descriptions.

At the top: how it runs, in a word and a colour, and a button where one mends what is wrong. Then what people
choose, and in a fold the rest, with the numbers.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from ...obs import audio, data, properties, registration, sources
from ...obs.properties import Mark, Page
from ...translate import N, tr
from ..report import sentences
from ..report.status import HIDDEN, PAUSED, RUNNING, Status
from . import subjects, uses
from .media_files import PICTURES, VIDEOS
from .remedies import REMEDIES
from .settings import AUTO, LOOKS, USED, WHOM, Setting, Settings, described

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from ...link.client import Client

#: The names of the properties that are no settings.
STATUS, NUMBERS, REMEDY, REFRESH, NEXT = "status", "numbers", "remedy", "refresh", "next_background"
SUITING = "suiting_background"
#: The folds, with their titles; each is also the setting that keeps it open.
FOLDS = {"looks": N("Looks"), "whom_to_keep": N("Whom to keep"), "advanced": N("Advanced")}
#: Of the settings of a fold other than "Advanced": which one.
_IN_FOLDS = {**dict.fromkeys(LOOKS, "looks"), **dict.fromkeys(WHOM, "whom_to_keep")}
#: A colour that is read on OBS' dark themes and on its light ones.
_GREEN = "#2fa04f"


def _show_used(page: int, settings: int) -> bool:
    kind = str(data.read(settings, "background", ""))
    for name in sorted({name for names in USED.values() for name in names}):
        properties.show(page, name, name in USED.get(kind, ()))
    path = data.read(settings, "background_path", "")
    properties.show(page, NEXT, kind == "preset" or (kind in ("image", "video") and bool(path)))
    properties.show(page, SUITING, kind == "auto")
    return True


def _choose_use(page: int, settings: int) -> bool:
    uses.choose(settings)
    subjects.show(settings, properties.values(page, subjects.KEY))
    return True


def _choose_subject(page: int, settings: int) -> bool:
    chosen = subjects.choose(settings, properties.values(page, subjects.KEY))
    return uses.show(settings) or chosen


def _value_changes(page: int, settings: int) -> bool:
    shows_another = subjects.show(settings, properties.values(page, subjects.KEY))
    return uses.show(settings) or shows_another


def fold_of(setting: Setting) -> str:
    """Return the fold that a setting is in; empty if it is in none."""
    return _IN_FOLDS.get(setting.name, "advanced") if setting.about.advanced else ""


def unfolded(settings: int) -> list[str]:
    """Return the folds that are open, by an OBS settings object."""
    return [fold for fold in FOLDS if data.read(settings, fold, False)]


def _fold(page: int, settings: int) -> bool:
    _unfold(page, unfolded(settings))
    return True


def _unfold(page: int, opened: Container[str]) -> None:
    for name in (NUMBERS, REFRESH):
        properties.show(page, name, "advanced" in opened)
    properties.show(page, subjects.KEY, "whom_to_keep" in opened)
    for one in described():
        if one.about.advanced:
            properties.show(page, one.name, fold_of(one) in opened)


def _pressed(button: str) -> Callable[[int, int], None]:
    def press(page: int, handle: int) -> None:
        found = registration.find(handle)
        if found:
            found.press(button, page)

    return press


# OBS keeps their pointers, for the life of the process.
_background_changed = properties.on_change(_show_used)
_use_chosen = properties.on_change(_choose_use)
_subject_chosen = properties.on_change(_choose_subject)
_value_changed = properties.on_change(_value_changes)
_folded = properties.on_change(_fold)
_clicked = {name: properties.on_click(_pressed(name)) for name in (REFRESH, REMEDY, NEXT, SUITING)}


def build(status: Status, settings: Settings, client: Client, opened: Container[str]) -> int:
    """Return a new properties object.

    ``settings`` are those that OBS has; ``client`` knows the models and the devices; ``opened`` are the folds
    that are open.
    """
    options = _options(status.source, settings, client)
    described_models = [model for model in client.models if model.installed and model.summary]
    more = {"model": [f"{model.title}: {model.summary}" for model in described_models]}
    page = Page()
    page.text(STATUS, _headline(status), _mark(status))
    if status.remedy:
        page.button(REMEDY, tr(REMEDIES[status.remedy].label), _clicked[REMEDY])
    _add_uses(page)
    inner = {fold: Page() for fold in FOLDS}
    _add_subjects(inner["whom_to_keep"], client)
    inner["advanced"].text(NUMBERS, _numbers(status))
    inner["advanced"].button(REFRESH, tr("Refresh the numbers"), _clicked[REFRESH])
    for one in described():
        fold = fold_of(one)
        if one.name == "machine_share":
            _add_fold(page, "looks", inner)
            _add_fold(page, "whom_to_keep", inner)
        _add(inner[fold] if fold else page, one, options, more)
        if one.name == "outfit_folder":
            page.button(SUITING, tr("Show what suits my clothes"), _clicked[SUITING])
        if one.name == "background_color":
            page.button(NEXT, tr("Next background"), _clicked[NEXT])
    _add_fold(page, "advanced", inner)
    _unfold(page.handle, opened)
    return page.handle


def _add_fold(page: Page, fold: str, inner: Mapping[str, Page]) -> None:
    properties.watch(page.group(fold, tr(FOLDS[fold]), inner[fold]), _folded)


def show_status(page: int, status: Status) -> None:
    """Show a status on a page that is open."""
    properties.set_text(page, STATUS, _headline(status), _mark(status))
    properties.set_text(page, NUMBERS, _numbers(status))


def _headline(status: Status) -> str:
    """Return the status at a glance, as HTML."""
    word = html.escape(sentences.word(status))
    if _mark(status) is Mark.NORMAL and status.condition == RUNNING:
        word = f'<span style="color:{_GREEN}">{word}</span>'
    # (The sign is in every font that Qt falls back to.)
    state = tr("{word}.", word=word)
    return f"<b>● {state}</b> {html.escape(' '.join(sentences.headline(status)))}"


def _numbers(status: Status) -> str:
    return " ".join(sentences.numbers(status)) or tr("No numbers yet.")


def _mark(status: Status) -> Mark:
    if status.condition == HIDDEN:
        return Mark.ERROR
    return Mark.NORMAL if status.condition in (RUNNING, PAUSED) and not status.remedy else Mark.WARNING


def _files() -> str:
    """Return the kinds of files that can be chosen, as Qt wants them."""
    kinds = " ".join(f"*{one}" for one in PICTURES + VIDEOS)
    return tr("Pictures and videos ({kinds});;All files (*)", kinds=kinds)


def _add_uses(page: Page) -> None:
    made = page.choice(
        uses.KEY,
        tr("Set up for"),
        [*((name, tr(use.label)) for name, use in uses.USES.items()), ("", tr("Your own settings"))],
    )
    lines = (tr("{name}: {help}", name=tr(use.label), help=tr(use.help)) for use in uses.USES.values())
    properties.explain(made, "\n".join([tr("Sets several settings at once, in Advanced and here."), *lines]))
    properties.watch(made, _use_chosen)


def _add_subjects(page: Page, client: Client) -> None:
    offered = subjects.offered(client.models)
    if not offered:
        return
    made = page.choice(subjects.KEY, tr("Subject"), offered)
    properties.explain(made, tr("What is kept. Each of these is a model of its own; see Model, in Advanced."))
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
    if name == "outfit_folder":
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
    if name in ("background", "background_path"):
        properties.watch(made, _background_changed)
    elif name in uses.NAMES:
        properties.watch(made, _value_changed)
