# SPDX-License-Identifier: GPL-2.0-or-later
"""What a button on the page can do about a problem: it sets settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...translate import N
from .settings import AUTO, Settings
from .uses import USES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...obs.data import Value


_AREA = ("area_left", "area_right", "area_top", "area_bottom")


class Remedy(NamedTuple):
    """``label`` stands on the button."""

    label: str
    values: Mapping[str, Value]


REMEDIES: Mapping[str, Remedy] = {
    "automatic": Remedy(N("Use the model and the device Automatic"), {"model": AUTO, "device": AUTO}),
    "preset": Remedy(N("Show the preset instead"), {"background": "preset"}),
    "no_microphone": Remedy(N("Delay no microphone"), {"microphone": ""}),
    "whole_picture": Remedy(N("Use the whole picture"), {name: getattr(Settings, name) for name in _AREA}),
    "lighter": Remedy(N('Set it up for "Low power"'), USES["low_power"].values),
}
