# SPDX-License-Identifier: GPL-2.0-or-later
"""The kinds of background: what the person is drawn on.

Pictures, videos and other sources are OBS' own sources: OBS decodes, animates and loops them.
A background is drawn on the graphics thread; all that may take time (making and releasing it, asking
what is wrong) is done on another one.
"""

from __future__ import annotations

import os
import time
from ctypes import byref
from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.graphics import BaseEffect, blending, linear_light, vec4
from ...obs.sources import NamedSource, PrivateSource, contains
from ...obs.structs import EFFECT_SOLID, MEDIA_STATE_ERROR
from ..passes.composite import Ground
from ..passes.drawing import AS_IN_SCENE, REPLACE
from ..passes.preset import draw_preset
from ..settings import USED, Settings
from .fit import place

if TYPE_CHECKING:
    from ..passes import Passes
    from ..passes.cut import Cut

#: The settings that a background takes over as it is. Made anew, a video would start again, and a picture
#: would be decoded again for each shade while a colour is dragged.
ADJUSTED = ("background_fit", "background_color")

#: The filtered sources whose pictures are being made at this moment, innermost last (graphics context
#: entered). Drawn once more inside that, OBS would draw them bare: the room would be the background.
being_drawn: list[int] = []


def make(settings: Settings) -> Background:
    """Return the background that the settings ask for."""
    kind = settings.background
    if kind == "blur":
        return Blurred(settings)
    if kind == "color":
        return Color(settings)
    if kind == "preset":
        return Preset(settings)
    if kind == "image":
        return Picture(settings)
    if kind == "video":
        return Video(settings)
    if kind == "source":
        return OtherSource(settings)
    return Background()


def key(settings: Settings) -> tuple:
    """Return what decides whether a background has to be made anew."""
    used = [name for name in USED[settings.background] if name not in ADJUSTED]
    return (settings.background, *(getattr(settings, name) for name in used))


class Background:
    """The transparent background, and the base of the others."""

    def ground(self, passes: Passes, cut: Cut, width: int, height: int) -> Ground:
        """Return what the person of this cut is drawn on."""
        return Ground(b"Alone")

    def set_showing(self, showing: bool) -> None:
        """Tell whether anyone sees it: hidden, a video rests."""

    def adjust(self, settings: Settings) -> None:
        """Take over changes of what is ``ADJUSTED``, while it may be drawn."""

    def missing(self) -> bool:
        """Tell whether making it anew may help: its source was not there, but may be by now."""
        return False

    def problem(self, parent: int) -> str:
        """Return a sentence for the user if it cannot be shown, else an empty one."""
        return ""

    def release(self) -> None:
        """Give everything back."""


class Blurred(Background):
    """The room, blurred."""

    def __init__(self, settings: Settings):
        self._strength = settings.blur / 100

    def ground(self, passes, cut, width, height):
        # Without an alpha the person is in the blur too, and it is as strong as can be.
        strength = self._strength if cut.alpha else 1.0
        return Ground(b"OnImage", passes.blur.draw(cut, width, height, strength), hdr=bool(cut.hdr))


class Color(Background):
    """One colour."""

    def __init__(self, settings: Settings):
        self.adjust(settings)

    def adjust(self, settings):
        value = settings.background_color
        bgr = [(value >> shift & 255) / 255 for shift in (0, 8, 16)]
        self._encoded = vec4(*bgr, 1.0)
        self._ground = Ground(b"OnColor", color=vec4(*(_linear(one) for one in bgr), 1.0))

    def ground(self, passes, cut, width, height):
        return self._ground

    def fill(self, width: int, height: int) -> None:
        """Fill the current render target."""
        effect = BaseEffect(EFFECT_SOLID)
        with blending(*REPLACE), linear_light(False):
            lib.gs_effect_set_vec4(effect["color"], byref(self._encoded))
            effect.draw(b"Solid", width, height)


class Preset(Background):
    """A background that a shader draws, once for each size of the picture."""

    def __init__(self, settings: Settings):
        self._preset = settings.background_preset
        self._drawn: tuple[int, int] | None = None

    def ground(self, passes, cut, width, height):
        # Nothing else draws into that target while this is the filter's background.
        if self._drawn != (width, height):
            draw_preset(passes.shaders.presets, self._preset, passes.ground, width, height)
            self._drawn = width, height
        return Ground(b"OnImage", passes.ground.texture)


def _linear(value: float) -> float:
    """Decode an sRGB-encoded value (IEC 61966-2-1)."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


class _OfSource(Color):
    """A source of OBS' over the background colour, which stands in while the source has no picture."""

    source: PrivateSource | NamedSource

    def __init__(self, settings: Settings):
        super().__init__(settings)
        self._showing = False

    def adjust(self, settings):
        super().adjust(settings)
        self._fit = settings.background_fit

    def ground(self, passes, cut, width, height):
        # Into a texture of its own: what sticks out of the picture has to be cut off.
        with passes.ground.drawing(width, height):
            self._draw(width, height)
        return Ground(b"OnImage", passes.ground.texture)

    def _draw(self, width: int, height: int) -> None:
        with self.source.held() as source:
            own_width = lib.obs_source_get_width(source) if source and self._may_draw(source) else 0
            own_height = lib.obs_source_get_height(source) if own_width else 0
            self.fill(width, height)
            if not own_height:
                return
            x, y, scale_x, scale_y = place(own_width, own_height, width, height, self._fit)
            lib.gs_matrix_push()
            lib.gs_matrix_translate3f(x, y, 0.0)
            lib.gs_matrix_scale3f(scale_x, scale_y, 1.0)
            with blending(*AS_IN_SCENE):
                lib.obs_source_video_render(source)
            lib.gs_matrix_pop()

    def _may_draw(self, source: int) -> bool:
        return True

    def set_showing(self, showing):
        if showing != self._showing:
            with self.source.held() as source:
                if source:
                    (lib.obs_source_inc_showing if showing else lib.obs_source_dec_showing)(source)
            self._showing = showing

    def release(self):
        self.set_showing(False)
        self.source.release()

    def _has_picture(self) -> bool:
        with self.source.held() as source:
            return bool(source and lib.obs_source_get_width(source))


class Picture(_OfSource):
    """A picture file, animated if it is."""

    def __init__(self, settings):
        super().__init__(settings)
        self._path = settings.background_path
        self.source = PrivateSource("image_source", "obs_bgremove background", {"file": self._path})

    def problem(self, parent):
        missing = _missing(self._path, "picture")
        if missing or self._has_picture():
            return missing
        return f"The background {self._path} is not a picture that OBS can read. Choose a PNG or JPEG file."


class Video(_OfSource):
    """A video file, in a loop, muted."""

    #: A video that has no picture after so many seconds is reported.
    PATIENCE = 3.0

    def __init__(self, settings):
        super().__init__(settings)
        self._path = settings.background_path
        self._since = time.monotonic()
        options = {
            "local_file": self._path,
            "is_local_file": True,
            "looping": True,
            "restart_on_activate": False,
            "clear_on_media_end": False,
        }
        self.source = PrivateSource("ffmpeg_source", "obs_bgremove background", options)

    def problem(self, parent):
        missing = _missing(self._path, "video")
        if missing or self._has_picture():
            return missing
        with self.source.held() as source:
            failed = lib.obs_source_media_get_state(source) == MEDIA_STATE_ERROR
        if failed or time.monotonic() - self._since > self.PATIENCE:
            return f"The background {self._path} is not a video that OBS can play. Choose another file."
        return ""


class OtherSource(_OfSource):
    """A source or scene of the user's."""

    def __init__(self, settings):
        super().__init__(settings)
        self._name = settings.background_source
        self.source = NamedSource(self._name)

    def _may_draw(self, source):
        # Asked in every frame: scenes change, and other filters' backgrounds are not in OBS' tree.
        return not any(contains(source, one) for one in being_drawn)

    def missing(self):
        with self.source.held() as source:
            return bool(self._name) and not source

    def problem(self, parent):
        if not self._name:
            return "No source is chosen as the background. Choose one."
        with self.source.held() as source:
            if not source:
                return f"The background source “{self._name}” does not exist. Choose another one."
            if contains(source, parent):
                return f"The background source “{self._name}” shows this source itself. Choose another one."
            if not lib.obs_source_get_width(source):
                return f"The background source “{self._name}” has no picture at the moment."
        return ""


def _missing(path: str, what: str) -> str:
    if not path:
        return f"No {what} is chosen as the background. Choose a file."
    if not os.path.isfile(path):
        return f"The background {what} {path} does not exist. Choose another file."
    return ""
