# SPDX-License-Identifier: GPL-2.0-or-later
"""The settings of a filter: one dataclass with their keys, defaults, ranges and help texts.

The names of the fields are the keys that OBS saves and that people drive through
obs-websocket, so they are public and stay.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ...obs import data
from ..passes.geometry import Region

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    "auto": "Auto (suits your clothes)",
}
#: The backgrounds that a shader draws; see ``passes.techniques.PresetTechnique``.
PRESETS = {
    "studio": "Studio",
    "bright_studio": "Bright studio",
    "window_light": "Window light",
    "neon": "Neon",
    "city_lights": "City lights",
    "golden_lights": "Golden lights",
    "aurora": "Aurora",
    "hills": "Hills",
    "beach": "Beach",
    "office": "Office",
    "sports_ground": "Sports ground",
}
#: The clothes that have a background of their own, with the label of that.
OUTFITS = {
    "beachwear": "Beach",
    "workwear": "Office",
    "sportswear": "Sports",
}
#: The settings that each kind of background uses.
USED: dict[str, tuple[str, ...]] = {
    "transparent": (),
    "blur": ("blur", "depth_look"),
    "color": ("background_color",),
    "preset": ("background_preset",),
    "image": ("background_path", "background_fit", "background_color"),
    "video": ("background_path", "background_fit", "background_color"),
    "source": ("background_source", "background_fit", "background_color"),
    "auto": (
        *("outfit_change", "outfit_shown", "outfit_folder"),
        *("background_preset", "background_fit", "background_color"),
    ),
}
OUTFIT_CHANGES = {
    "suggest": "Only suggested (a button shows it)",
    "follow": "Changed by itself",
    "keep": "Kept as it is",
}
FITS = {
    "cover": "Cover (what sticks out is cut)",
    "contain": "Contain (all of it, with bars)",
    "stretch": "Stretch",
}
VIEWS = {
    "result": "Result",
    "alpha": "Alpha (red: outside of the area)",
    "foreground": "Foreground (on black)",
    "comparison": "Comparison (network | refined)",
    "memory": "Memory (white: known)",
}
KEEPS = {
    "everyone": "Everyone",
    "front": "The person in front",
}
SYNCS = {
    "matched": "Matched",
    "lowest_latency": "Lowest latency",
}


#: The settings of how person and background look.
LOOKS = (
    *("brighten", "outline", "outline_color", "tint", "tint_color"),
    *("light_wrap", "light_matching"),
)
#: What each means is decided by the worker (worker/choice/automatic.py).
SHARES = {
    "little": "Little (games and encoding come first)",
    "normal": "Normal",
    "much": "Much (the picture comes first)",
}


class Range(NamedTuple):
    """The values that a number can have."""

    low: float
    high: float
    step: float


class About(NamedTuple):
    """How a setting is described and chosen on the properties page."""

    label: str
    help: str
    #: The values, with their labels. Empty if they are known only at run time, or are no list.
    choices: Mapping[str, str]
    limits: Range | None
    unit: str
    #: Whether it stands in the group "Advanced".
    advanced: bool


V = TypeVar("V", str, int, float, bool)


def _setting(
    default: V,
    label: str,
    help_text: str,
    *,
    choices: Mapping[str, str] | None = None,
    limits: Range | None = None,
    unit: str = "",
    advanced: bool = False,
) -> V:
    about = About(label, help_text, choices or {}, limits, unit, advanced)
    made: V = field(default=default, metadata={"about": about})
    return made


def _area(default: float, side: str) -> float:
    return _setting(
        default,
        f"Only inside this area: {side}",
        "Where the area ends in which people are kept, in percent of the picture from its left or its top; "
        "all beyond it is room: a poster, a mirror, a shelf.",
        limits=Range(0.0, 100.0, 0.5),
        unit=" %",
        advanced=True,
    )


@dataclass(frozen=True)
class Settings:
    """What the user chose. ``read`` replaces values that are outside of their range or choices."""

    background: str = _setting(
        "transparent",
        "Background",
        "What is shown where the room was.",
        choices=BACKGROUNDS,
    )
    background_preset: str = _setting(
        "studio",
        "Preset",
        "A background that is drawn for you, in the size of your picture.",
        choices=PRESETS,
    )
    outfit_change: str = _setting(
        "suggest",
        "When my clothes change",
        "A small network looks every few seconds at what you wear: beachwear, workwear, sportswear or "
        "something else.",
        choices=OUTFIT_CHANGES,
    )
    outfit_shown: str = _setting(
        "",
        "Shown",
        "The background that is shown until your clothes change or you choose another one.",
        choices={"": "The preset", **OUTFITS},
    )
    outfit_folder: str = _setting(
        "",
        "My pictures",
        "A folder with pictures of your own: in folders called beach, office and sports, or with such a word "
        "in their names.",
    )
    background_path: str = _setting(
        "", "File", "The picture (also animated) or the video to show; a video loops, muted."
    )
    background_source: str = _setting("", "Source", "The source or scene of this collection to show.")
    background_fit: str = _setting("cover", "Fit", "How the background fills the picture.", choices=FITS)
    background_color: int = _setting(
        0xFF302820,
        "Background colour",
        "The colour of the background.",
    )
    blur: float = _setting(
        40.0,
        "Blur strength",
        "At 100 % a point of light becomes a disc, a fifth as wide as the picture is high.",
        limits=Range(1.0, 100.0, 1.0),
        unit=" %",
    )
    depth_look: bool = _setting(
        False,
        "Depth look",
        "The blur grows with the distance from you; what is near you stays recognisable, so it does not "
        "protect your privacy.",
        advanced=True,
    )
    keep: str = _setting(
        "everyone",
        "Whom to keep",
        "The person in front: somebody who walks behind is room; whoever comes as near and stays for two "
        "seconds is kept, too.",
        choices=KEEPS,
    )
    microphone: str = _setting(
        "",
        "Microphone to delay",
        "Delays this microphone by as much as the picture, so that lips and voice stay together.",
    )
    edge_softness: float = _setting(
        0.0,
        "Edge softness",
        "Widens the soft edge by this many pixels of the source.",
        limits=Range(0.0, 20.0, 0.1),
        unit=" px",
    )
    edge_shift: float = _setting(
        0.0,
        "Edge shift",
        "Moves the edge by this many pixels of the source: above zero outwards (nothing of the person is "
        "cut, more of the room shows), below zero inwards.",
        limits=Range(-20.0, 20.0, 0.1),
        unit=" px",
    )
    brighten: float = _setting(
        0.0,
        "Brighten me",
        "Makes you brighter where the light on you is dim, by up to two stops.",
        limits=Range(0.0, 100.0, 1.0),
        unit=" %",
        advanced=True,
    )
    outline: float = _setting(
        0.0,
        "Outline",
        "The width of a line around you, in pixels of the source, as around a sticker.",
        limits=Range(0.0, 20.0, 0.5),
        unit=" px",
        advanced=True,
    )
    outline_color: int = _setting(
        0xFFFFFFFF, "Colour of the outline", "Of the line around you.", advanced=True
    )
    tint: float = _setting(
        0.0,
        "Tint of the background",
        "Brings the background nearer to shades of one colour; with white it becomes black and white.",
        limits=Range(0.0, 100.0, 1.0),
        unit=" %",
        advanced=True,
    )
    tint_color: int = _setting(
        0xFFFFC890, "Colour of the tint", "The background becomes shades of it.", advanced=True
    )
    light_wrap: float = _setting(
        0.0,
        "Light wrap",
        "Lets the new background shine around the person's edge, as light does.",
        limits=Range(0.0, 100.0, 1.0),
        unit=" %",
        advanced=True,
    )
    light_matching: float = _setting(
        0.0,
        "Light matching",
        "Slowly brings the person's brightness and tint nearer to those of the picture behind.",
        limits=Range(0.0, 100.0, 1.0),
        unit=" %",
        advanced=True,
    )
    machine_share: str = _setting(
        "normal",
        "What Automatic may take",
        "Little is a twentieth of all processors or a tenth of the graphics card's time, Normal a tenth or a "
        "quarter, Much a quarter or half.",
        choices=SHARES,
        advanced=True,
    )
    model: str = _setting(
        AUTO,
        "Model",
        "The network that finds the person; you can add your own.",
        advanced=True,
    )
    device: str = _setting(
        AUTO,
        "Device",
        "Where the model runs; if it cannot run there, the numbers above say why.",
        advanced=True,
    )
    sync: str = _setting(
        "matched",
        "Sync",
        "Matched delays the picture by the few frames that the alpha takes; with Lowest latency, the cut-out "
        "trails behind a moving person.",
        choices=SYNCS,
        advanced=True,
    )
    refinement: bool = _setting(
        True,
        "Refine the edge",
        "Finds the edge in the full-size picture where the network is not sure.",
        advanced=True,
    )
    color_cleaning: bool = _setting(
        True,
        "Clean the edge's colour",
        "Takes the old room's colour out of hair and soft edges.",
        advanced=True,
    )
    remember_room: bool = _setting(
        True,
        "Remember the room",
        "Cuts hair more exactly: while the camera stands still, the graphics card remembers what the room "
        "looks like behind you, and nothing of it is saved.",
        advanced=True,
    )
    crop_to_people: bool = _setting(
        True,
        "Look closer at people",
        "Shows the network only the part of the picture with people in it, so that it sees them larger.",
        advanced=True,
    )
    invert: bool = _setting(
        False,
        "Invert",
        "Shows the room and hides the people in it; somebody whom the network does not find is shown.",
        advanced=True,
    )
    area_left: float = _area(0.0, "left")
    area_right: float = _area(100.0, "right")
    area_top: float = _area(0.0, "top")
    area_bottom: float = _area(100.0, "bottom")
    room_guard: bool = _setting(
        True,
        "Room guard",
        "Keeps a filter of OBS above this one that hides the source where this filter does not run (Safe "
        "Mode, a deleted folder).",
        advanced=True,
    )
    view: str = _setting("result", "View", "See what the filter sees.", choices=VIEWS, advanced=True)

    @functools.cached_property
    def area(self) -> Region:
        """The part of the picture in which people are kept; nothing if its sides do not enclose any."""
        width = max(self.area_right - self.area_left, 0.0)
        height = max(self.area_bottom - self.area_top, 0.0)
        return Region(self.area_left / 100, self.area_top / 100, width / 100, height / 100)

    @classmethod
    def read(cls, settings: int) -> Settings:
        """Return the settings in an OBS settings object.

        A value that is not among a setting's choices becomes the default, a number outside
        its range the nearest end of it: settings also arrive from scripts and old files.
        """
        with data.copied(settings) as copy:
            cls.write_defaults(copy)
            # The type of each value is that of its default.
            values: dict[str, Any] = {one.name: data.read(copy, one.name, one.default) for one in described()}
        for one in described():
            value = values[one.name]
            if one.about.choices and value not in one.about.choices:
                values[one.name] = one.default
            if one.about.limits:
                values[one.name] = min(max(value, one.about.limits.low), one.about.limits.high)
        return cls(**values)

    @classmethod
    def write_defaults(cls, settings: int) -> None:
        """Write the defaults into an OBS settings object."""
        for one in described():
            data.write_default(settings, one.name, one.default)


class Setting(NamedTuple):
    """A field of ``Settings``."""

    name: str
    default: data.Value
    about: About


def described() -> list[Setting]:
    """Return all settings, in the order of the properties page."""
    defaults = Settings()
    return [Setting(one.name, getattr(defaults, one.name), one.metadata["about"]) for one in fields(Settings)]
