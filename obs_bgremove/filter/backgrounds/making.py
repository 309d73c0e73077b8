# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the background that the settings ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..options.outfits import SUITS, picture_for
from ..options.settings import USED, Settings
from .background import Background
from .of_source import OtherSource, PictureFile, VideoFile
from .own import Blurred, Color, Preset
from .suited import Suited

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: The settings that change nothing of what is shown: what is done when clothes change.
_IDLE = ("outfit_change",)
#: The settings that a background takes over while it is shown. If it were made again for them, a video would
#: start from its beginning, and a picture would be decoded for each shade while a colour is dragged.
ADJUSTED = ("background_fit", "background_color")


def _suited(settings: Settings) -> Background:
    """Return what suits the clothes that the settings name: the user's own picture, or what is drawn."""
    outfit = settings.outfit_shown
    path = picture_for(outfit, settings.outfit_folder)
    if path:
        return Suited(PictureFile(replace(settings, background_path=path)))
    preset = SUITS[outfit].preset if outfit else settings.background_preset
    return Suited(Preset(replace(settings, background_preset=preset)), outfit and settings.outfit_folder)


_KINDS: dict[str, Callable[[Settings], Background]] = {
    "blur": Blurred,
    "color": Color,
    "preset": Preset,
    "image": PictureFile,
    "video": VideoFile,
    "auto": _suited,
}


def make(settings: Settings, being_drawn: Sequence[int]) -> Background:
    """Return a new background; ``being_drawn``: see ``Shared.being_drawn``."""
    if settings.background == "source":
        return OtherSource(settings, being_drawn)
    if settings.background in _KINDS:
        return _KINDS[settings.background](settings)
    return Background()


def key(settings: Settings) -> tuple[object, ...]:
    """Return the settings for which a background has to be made again."""
    used = [name for name in USED[settings.background] if name not in (*ADJUSTED, *_IDLE)]
    return (settings.background, *(getattr(settings, name) for name in used))
