# SPDX-License-Identifier: GPL-2.0-or-later
"""The settings of a filter: one dataclass with their keys, defaults, ranges and help texts.

The names of the fields are the keys that OBS saves and that people drive through
obs-websocket, so they are public and stay.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from ..obs import data

AUTO = "auto"

#: The kinds of background, with their labels.
BACKGROUNDS = {
    "transparent": "Transparent (what lies below in the scene)",
    "blur": "Blur",
    "color": "Colour",
    "preset": "Preset",
    "image": "Image",
    "video": "Video",
    "source": "Another source or scene",
}
#: The backgrounds that are drawn by a shader, each by its technique in shaders/presets.effect.
PRESETS = {
    "studio": "Studio",
    "bright_studio": "Bright studio",
    "window_light": "Window light",
    "neon": "Neon",
    "city_lights": "City lights",
    "golden_lights": "Golden lights",
    "aurora": "Aurora",
    "hills": "Hills",
}
#: Which other settings a kind of background depends on.
USED = {
    "transparent": (),
    "blur": ("blur",),
    "color": ("background_color",),
    "preset": ("background_preset",),
    "image": ("background_path", "background_fit", "background_color"),
    "video": ("background_path", "background_fit", "background_color"),
    "source": ("background_source", "background_fit", "background_color"),
}
FITS = {
    "cover": "Cover (fill the picture, cut what sticks out)",
    "contain": "Contain (all of it, bars in the background colour)",
    "stretch": "Stretch",
}
VIEWS = {
    "result": "Result",
    "alpha": "Alpha (white is the person)",
    "foreground": "Foreground (the person on black)",
    "comparison": "Comparison (the network's alpha | the refined one)",
}
SYNCS = {
    "matched": "Matched (each picture is cut with its own alpha)",
    "lowest_latency": "Lowest latency (the newest alpha at once)",
}


def _setting(default: Any, label: str, help_text: str, **more: Any) -> Any:
    return field(default=default, metadata={"label": label, "help": help_text, **more})


@dataclass(frozen=True)
class Settings:
    """What the user chose. Values outside their range or choices are replaced (see ``read``)."""

    background: str = _setting(
        "transparent",
        "Background",
        "What is shown where the room was. The hotkey 'Next background' (Settings > Hotkeys, below the name "
        "of the source) shows the next preset, or the next picture or video of the folder.",
        choices=BACKGROUNDS,
    )
    background_preset: str = _setting(
        "studio",
        "Preset",
        "A background that is drawn for you, in the size of your picture.",
        choices=PRESETS,
    )
    background_path: str = _setting(
        "", "File", "The picture (also animated) or the video to show; a video loops, muted."
    )
    background_source: str = _setting("", "Source", "The source or scene of this collection to show.")
    background_fit: str = _setting("cover", "Fit", "How the background fills the picture.", choices=FITS)
    background_color: int = _setting(
        0xFF302820,
        "Background colour",
        "The colour itself, what shows beside and through a background that does not cover the picture, "
        "and what stands in for a missing picture or source.",
    )
    blur: float = _setting(
        40.0,
        "Blur strength",
        "At 100 % a point of light becomes a disc a fifth as wide as the picture is high.",
        range=(1.0, 100.0, 1.0),
        unit=" %",
    )
    edge_softness: float = _setting(
        0.0,
        "Edge softness",
        "Widens the soft edge by this many pixels of the source.",
        range=(0.0, 20.0, 0.1),
        unit=" px",
    )
    edge_shift: float = _setting(
        0.0,
        "Edge shift",
        "Moves the edge outwards (more room, nothing cut) or, below zero, inwards, in pixels of the source.",
        range=(-20.0, 20.0, 0.1),
        unit=" px",
    )
    refinement: bool = _setting(
        True,
        "Refine the edge",
        "Finds the edge in the full picture where the network left it undecided.",
        advanced=True,
    )
    color_cleaning: bool = _setting(
        True,
        "Clean the edge's colour",
        "Takes the old room's colour out of hair and soft edges.",
        advanced=True,
    )
    light_wrap: float = _setting(
        0.0,
        "Light wrap",
        "Lets the new background shine around the person's edge, as light does.",
        range=(0.0, 100.0, 1.0),
        unit=" %",
        advanced=True,
    )
    light_matching: float = _setting(
        0.0,
        "Light matching",
        "Slowly brings the person's brightness and tint nearer to those of the picture behind.",
        range=(0.0, 100.0, 1.0),
        unit=" %",
        advanced=True,
    )
    model: str = _setting(
        AUTO, "Model", "The network that finds the person. Models are folders: you can add your own."
    )
    device: str = _setting(
        AUTO, "Device", "Where the model runs. If it cannot run there, the status says why."
    )
    crop_to_people: bool = _setting(
        True,
        "Look closer at people",
        "Shows the network only the part of the picture with people in it, so that it sees them larger. "
        "Every 15th time it looks at the whole picture for somebody who comes in elsewhere.",
        advanced=True,
    )
    sync: str = _setting(
        "matched",
        "Sync",
        "Matched delays the picture by the few frames that the alpha takes; the status shows by how much "
        "(enter it as your microphone's sync offset). Lowest latency shows the picture at once; "
        "the cut-out then trails behind a moving person.",
        choices=SYNCS,
        advanced=True,
    )
    view: str = _setting("result", "View", "See what the filter sees.", choices=VIEWS, advanced=True)

    @classmethod
    def read(cls, settings: int) -> Settings:
        """Return the settings in an OBS settings object.

        A value that is not among a setting's choices becomes the default, a number outside
        its range the nearest end of it: settings also arrive from scripts and old files.
        """
        with data.copied(settings) as copy:
            cls.write_defaults(copy)
            values = {one.name: data.read(copy, one.name, one.default) for one in fields(cls)}
        for one in fields(cls):
            value = values[one.name]
            if "choices" in one.metadata and value not in one.metadata["choices"]:
                values[one.name] = one.default
            if "range" in one.metadata:
                low, high, _step = one.metadata["range"]
                values[one.name] = min(max(value, low), high)
        return cls(**values)

    @classmethod
    def write_defaults(cls, settings: int) -> None:
        """Write the defaults into an OBS settings object."""
        for one in fields(cls):
            data.write_default(settings, one.name, one.default)
