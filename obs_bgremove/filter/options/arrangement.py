# SPDX-License-Identifier: GPL-2.0-or-later
"""Which properties the page shows: those that apply to what is chosen, and those of the folds that are open.

OBS lays a page out in rows, and of its window Filters a page has about eight. OBS has no fold: a button
stands for one, because the check box of a group looks as if it switched its settings off. While something is
wrong, what is wrong and the button that mends it take the place of rows that can wait.
"""

from __future__ import annotations

from ...obs import data, properties
from ...obs.properties import Mark
from ...translate import N, tr
from . import subjects, uses
from .settings import LOOKS, USED, Setting, Settings, described

#: The names of the properties that are no settings: how the filter does, and the button for what is wrong.
STATUS, REMEDY = "status", "remedy"
#: Those that are not always seen.
NUMBERS, REFRESH, NEXT, SUITING = "numbers", "refresh", "next_background", "suiting_background"
#: The folds, with their titles; each is also the setting that keeps it open, and the name of its button.
FOLDS = {"looks": N("Edge and looks"), "advanced": N("Advanced")}
_OPEN, _CLOSED = "▾", "▸"
#: What is in the fold "looks"; in "advanced" is what is said to be advanced, and is not here.
_IN_LOOKS = (
    *("depth_look", "edge_softness", "edge_shift", *LOOKS),
    *("background_fit", "outfit_change", "outfit_shown", "outfit_folder", "background_preset"),
)


def fold_of(setting: Setting) -> str:
    """Return the fold that a setting is in; empty if it is in none."""
    if setting.name in _IN_LOOKS:
        return "looks"
    return "advanced" if setting.about.advanced else ""


def button_label(fold: str, settings: int) -> str:
    """Return what stands on the button of a fold."""
    return f"{_OPEN if fold in unfolded(settings) else _CLOSED}  {tr(FOLDS[fold])}"


def turn(fold: str, page: int, settings: int) -> None:
    """Open a fold on a page that is open, or close it."""
    data.write(settings, {fold: fold not in unfolded(settings)})
    properties.set_label(page, fold, button_label(fold, settings))
    arrange(page, settings)


def arrange(page: int, settings: int) -> bool:
    """Show what applies, and hide the rest; return whether that is something else than before."""
    chosen, opened = Settings.read(settings), unfolded(settings)
    visible = {one.name: _applies(one.name, chosen) for one in described()}
    for one in described():
        visible[one.name] &= fold_of(one) in ("", *opened)
    if chosen.background != "color":
        # It fills the bars beside a picture: that belongs to how the picture fits.
        visible["background_color"] &= "looks" in opened
    wrong = properties.mark(page, STATUS) not in (None, Mark.NORMAL)
    has_next = chosen.background == "preset" or (
        chosen.background in ("image", "video") and bool(chosen.background_path)
    )
    visible |= {
        NEXT: has_next and not wrong and not properties.has(page, subjects.KEY),
        SUITING: chosen.background == "auto",
        subjects.KEY: not wrong,
        uses.KEY: not properties.has(page, REMEDY),
    }
    visible |= dict.fromkeys((NUMBERS, REFRESH), "advanced" in opened)
    changed = [properties.show(page, name, shown) for name, shown in visible.items()]
    return any(changed)


def unfolded(settings: int) -> list[str]:
    """Return the names of the folds that are open."""
    return [fold for fold in FOLDS if data.read(settings, fold, False)]


def _applies(name: str, chosen: Settings) -> bool:
    """Return whether a setting does something with what is chosen."""
    kind = chosen.background
    if name == "background_preset":
        # The list of backgrounds has the presets; Auto shows this one to those whose clothes suit no other.
        return kind == "auto"
    if name == "background_color":
        return kind == "color" or ("background_fit" in USED[kind] and chosen.background_fit == "contain")
    if name == "microphone":
        return chosen.sync == "matched"
    if name in ("tint", "tint_color"):
        return kind not in ("transparent", "color")
    if name == "depth_look":
        return kind == "blur" and not chosen.invert
    if name == "light_wrap":
        return kind != "transparent"
    if name == "light_matching":
        return kind in ("preset", "image", "video", "source", "auto")
    return name in USED[kind] or not any(name in names for names in USED.values())
