# SPDX-License-Identifier: GPL-2.0-or-later
"""What the command line asks for, as the filter's settings and one of its backgrounds."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..filter.backgrounds.making import make
from ..filter.options.outfits import SUITS, picture_for
from ..filter.options.settings import LOOKS, PRESETS, Settings, described
from ..translate import tr
from .picture_behind import PictureBehind
from .problem import CutoutProblem

if TYPE_CHECKING:
    from ..filter.backgrounds.background import Background
    from .software_gpu import SoftwareGpu

#: Colours that have a name, 0xRRGGBB.
COLORS = {
    "black": 0x000000,
    "white": 0xFFFFFF,
    "grey": 0x808080,
    "red": 0xFF0000,
    "green": 0x00FF00,
    "blue": 0x0000FF,
}
#: The settings of the filter that mean something without OBS.
SETTINGS = (
    *("blur", "depth_look", "background_fit", "background_color", "edge_softness", "edge_shift"),
    *("refinement", "color_cleaning", "remember_room", *LOOKS, "crop_to_people", "view"),
    *("invert", "area_left", "area_right", "area_top", "area_bottom"),
    *("background_preset", "outfit_folder"),
)
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def settings_for(background: str, changes: list[str]) -> Settings:
    """Return the settings for a background and for changes, each "key=value"; raise CutoutProblem."""
    settings = Settings()
    for change in changes:
        key, _, text = change.partition("=")
        settings = replace(settings, **{key: _value(key, text)})
    if background in ("transparent", "blur", "auto"):
        return replace(settings, background=background)
    if background in PRESETS:
        return replace(settings, background="preset", background_preset=background)
    color = _color(background)
    if color is not None:
        return replace(settings, background="color", background_color=color)
    if Path(background).is_file():
        return replace(settings, background="image", background_path=background)
    raise CutoutProblem(
        tr(
            'There is no background "{name}": it can be a file, a colour as #20a0ff, or one of {names}.',
            name=background,
            names=", ".join(["transparent", "blur", "auto", *PRESETS, *COLORS]),
        )
    )


def background_for(settings: Settings, gpu: SoftwareGpu) -> Background:
    """Return the background of settings; raise CutoutProblem."""
    if settings.background == "auto":
        path, preset = picture_for(settings.outfit_shown, settings.outfit_folder), _preset(settings)
        settings = replace(settings, background="image" if path else "preset", background_path=path)
        settings = replace(settings, background_preset=preset)
    return PictureBehind(settings, gpu) if settings.background == "image" else make(settings, ())


def suited_by(settings: Settings) -> str:
    """Return the name of what suits the clothes that settings name: a picture's path, or a preset's label."""
    return picture_for(settings.outfit_shown, settings.outfit_folder) or tr(PRESETS[_preset(settings)])


def _preset(settings: Settings) -> str:
    suits = SUITS.get(settings.outfit_shown)
    return suits.preset if suits else settings.background_preset


def _color(text: str) -> int | None:
    """Return a colour as OBS keeps it, 0xAABBGGRR; None if the text is none."""
    hexadecimal = re.fullmatch(r"#([0-9a-fA-F]{6})", text)
    value = int(hexadecimal[1], 16) if hexadecimal else COLORS.get(text)
    if value is None:
        return None
    return 0xFF000000 | (value & 0xFF) << 16 | value & 0xFF00 | value >> 16


def _value(key: str, text: str) -> Any:  # noqa: ANN401 (of the type of the setting)
    setting = next((one for one in described() if one.name == key and key in SETTINGS), None)
    if setting is None:
        raise CutoutProblem(
            tr('There is no setting "{key}" here; there are: {keys}.', key=key, keys=", ".join(SETTINGS))
        )
    about, default = setting.about, setting.default
    value: str | int | float | bool | None
    if isinstance(default, bool):
        value = _TRUTHS.get(text.lower())
        wrong = tr('The setting {key} is yes or no; it cannot be "{text}".', key=key, text=text)
    elif key == "outfit_folder":
        value = text if Path(text).is_dir() else None
        wrong = tr('The setting {key} is a folder; it cannot be "{text}".', key=key, text=text)
    elif isinstance(default, str):
        value, names = text if text in about.choices else None, ", ".join(about.choices)
        wrong = tr(
            'The setting {key} is one of {names}; it cannot be "{text}".', key=key, names=names, text=text
        )
    elif about.limits:
        low, high, _step = about.limits
        value = _number(text)
        value = value if value is not None and low <= value <= high else None
        wrong = tr(
            'The setting {key} is a number from {low} to {high}; it cannot be "{text}".',
            key=key,
            low=f"{low:g}",
            high=f"{high:g}",
            text=text,
        )
    else:
        value = _color(text)
        wrong = tr('The setting {key} is a colour as #20a0ff; it cannot be "{text}".', key=key, text=text)
    if value is None:
        raise CutoutProblem(wrong)
    return value


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
