# SPDX-License-Identifier: GPL-2.0-or-later
"""The settings that a name stands for: of a background, or of what the filter is set up for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ...files import as_path
from ...obs import sources
from ...translate import tr
from .media_files import PICTURES, VIDEOS
from .settings import BACKGROUNDS, PRESETS
from .uses import USES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...obs.data import Value

#: The kinds of background that need nothing else.
_PLAIN = {name: BACKGROUNDS[name] for name in ("transparent", "blur", "color")}


def choices() -> dict[str, Mapping[str, str]]:
    """Return what can be named, each with its title: backgrounds, and what the filter can be set up for.

    The titles are English, to be translated.
    """
    return {
        "backgrounds": {**_PLAIN, **PRESETS},
        "uses": {name: use.label for name, use in USES.items()},
    }


def background(name: str) -> dict[str, Value]:
    """Return the settings for a background.

    ``name``: one of ``choices``, by name or title (in English or the language of OBS); the path of a picture
    or a video; or the name of a source or scene. Raises ValueError, with a sentence, if it is none of them.
    """
    plain, preset = _found(name, _PLAIN), _found(name, PRESETS)
    if plain:
        return {"background": plain}
    if preset:
        return {"background": "preset", "background_preset": preset}
    for kind, suffixes in (("image", PICTURES), ("video", VIDEOS)):
        # Path.is_file raises for a name that is too long, and where a drive has gone.
        if name.lower().endswith(suffixes) and os.path.isfile(as_path(name)):  # noqa: PTH113
            return {"background": kind, "background_path": name}
    if name in sources.video_source_names():
        return {"background": "source", "background_source": name}
    raise ValueError(
        tr(
            'There is no background "{name}". Use {known}, the path of a picture or a video, or the name of '
            "a source or scene.",
            name=name,
            known=", ".join({**_PLAIN, **PRESETS}),
        )
    )


def use(name: str) -> Mapping[str, Value]:
    """Return the settings for a use, by name or title; ValueError, with a sentence, if there is none."""
    found = _found(name, choices()["uses"])
    if not found:
        raise ValueError(
            tr('It cannot be set up for "{name}". Use {known}.', name=name, known=", ".join(USES))
        )
    return USES[found].values


def _found(wanted: str, among: Mapping[str, str]) -> str:
    folded = wanted.casefold()
    return next(
        (name for name, title in among.items() if folded in (name, title.casefold(), tr(title).casefold())),
        "",
    )
