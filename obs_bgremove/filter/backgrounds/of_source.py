# SPDX-License-Identifier: GPL-2.0-or-later
"""The backgrounds that are sources of OBS: picture and video files, and the user's own sources and scenes.

OBS decodes, animates and loops them.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from ...files import as_path
from ...obs.functions import lib
from ...obs.graphics import can_be_texture
from ...obs.sources import NamedSource, PrivateSource, contains
from ...obs.structs import MEDIA_STATE_ERROR
from ...translate import N, tr
from ..passes.drawing import AS_IN_SCENE
from ..passes.drawn_background import DrawnBackground
from ..passes.geometry import Size
from ..passes.techniques import CompositeTechnique
from .fit import place
from .own import Color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..options.settings import Settings
    from ..passes.cut import Cut
    from ..passes.passes import Passes


class SourceBackground(Color):
    """A source over the background colour, which is seen alone while the source has no picture."""

    def __init__(self, settings: Settings, source: PrivateSource | NamedSource) -> None:
        super().__init__(settings)
        self.source = source
        self._showing = False

    def adjust(self, settings: Settings) -> None:
        """Take over the colour and the fit."""
        super().adjust(settings)
        self._fit = settings.background_fit

    def draw(self, passes: Passes, cut: Cut) -> DrawnBackground:
        """Draw the source."""
        # Into a texture of its own: what sticks out of the picture has to be cut off.
        with passes.background.drawing(*cut.size, color=self._encoded):
            self._draw_source(cut.size)
        return DrawnBackground(CompositeTechnique.ON_IMAGE, passes.background.texture)

    def _draw_source(self, size: Size) -> None:
        with self.source.held() as source:
            own_width = lib.obs_source_get_width(source) if source and self._may_draw(source) else 0
            own_height = lib.obs_source_get_height(source) if own_width else 0
            if not own_height:
                return
            x, y, scale_x, scale_y = place(Size(own_width, own_height), size, self._fit)
            lib.gs_matrix_push()
            lib.gs_matrix_translate3f(x, y, 0.0)
            lib.gs_matrix_scale3f(scale_x, scale_y, 1.0)
            with AS_IN_SCENE:
                lib.obs_source_video_render(source)
            lib.gs_matrix_pop()

    def _may_draw(self, source: int) -> bool:  # noqa: ARG002 - OtherSource uses it
        return True

    def set_showing(self, showing: bool) -> None:
        """Let OBS run the source only while anyone sees it.

        Then it is "active": a media source with OBS' defaults plays only while it is. That alone brings no
        sound: OBS mixes what hangs on its output channels.
        """
        if showing != self._showing:
            with self.source.held() as source:
                if source:
                    (lib.obs_source_inc_active if showing else lib.obs_source_dec_active)(source)
            self._showing = showing

    def release(self) -> None:
        """Give the source back."""
        self.set_showing(False)
        self.source.release()

    def ready(self) -> bool:
        """Return whether OBS has decoded it."""
        return all(self._size())

    def _size(self) -> Size:
        """Return the size of its picture; zeros while it has none."""
        with self.source.held() as source:
            if not source:
                return Size(0, 0)
            return Size(lib.obs_source_get_width(source), lib.obs_source_get_height(source))


class PictureFile(SourceBackground):
    """A picture file, animated if it is."""

    def __init__(self, settings: Settings) -> None:
        self._path = settings.background_path
        #: The size that was tried, and whether the graphics card can draw it.
        self._tried: tuple[Size, bool] | None = None
        options = {"file": self._path}
        super().__init__(settings, PrivateSource("image_source", "obs_bgremove background", options))

    def problem(self, parent: int) -> str:  # noqa: ARG002 - OtherSource uses it
        """Return what is wrong with the file."""
        missing = _missing(self._path, "picture")
        if missing:
            return missing
        size = self._size()
        if not all(size):
            return tr(
                "The background {path} is not a picture that OBS can read. Choose a PNG or JPEG file.",
                path=self._path,
            )
        if not self._can_be_drawn(size):
            return tr(
                "The background {path} is larger than the graphics card can draw ({width} x {height} "
                "pixels). Choose a smaller picture.",
                path=self._path,
                width=size.width,
                height=size.height,
            )
        return ""

    def _can_be_drawn(self, size: Size) -> bool:
        """Return whether it can be a texture: where it cannot, OBS draws nothing."""
        if self._tried is None or self._tried[0] != size:
            self._tried = size, can_be_texture(*size)
        return self._tried[1]


class VideoFile(SourceBackground):
    """A video file, in a loop, muted."""

    #: A video that has no picture after this many seconds is reported.
    PATIENCE = 3.0

    def __init__(self, settings: Settings) -> None:
        self._path = settings.background_path
        self._since = time.monotonic()
        self._there = os.path.isfile(as_path(self._path))  # noqa: PTH113 (as in _missing)
        options: dict[str, str | bool] = {
            "local_file": self._path,
            "is_local_file": True,
            "looping": True,
            "restart_on_activate": False,
            "clear_on_media_end": False,
        }
        super().__init__(settings, PrivateSource("ffmpeg_source", "obs_bgremove background", options))

    def missing(self) -> bool:
        """Return whether the file has come since it was looked for, as on a drive: OBS tries it only once."""
        before, self._there = self._there, os.path.isfile(as_path(self._path))  # noqa: PTH113
        return self._there and not before

    def problem(self, parent: int) -> str:  # noqa: ARG002 - OtherSource uses it
        """Return what is wrong with the file."""
        missing = _missing(self._path, "video")
        if missing or all(self._size()):
            return missing
        with self.source.held() as source:
            failed = lib.obs_source_media_get_state(source) == MEDIA_STATE_ERROR
        if failed or time.monotonic() - self._since > self.PATIENCE:
            return tr(
                "The background {path} is not a video that OBS can play. Choose another file.",
                path=self._path,
            )
        return ""


class OtherSource(SourceBackground):
    """A source or scene of the user's."""

    def __init__(self, settings: Settings, being_drawn: Sequence[int]) -> None:
        """``being_drawn``: see ``Shared.being_drawn``."""
        self._name = settings.background_source
        self._being_drawn = being_drawn
        super().__init__(settings, NamedSource(self._name))

    def _may_draw(self, source: int) -> bool:
        # Asked in every frame: scenes change, and other filters' backgrounds are not in OBS' tree.
        return not any(contains(source, one) for one in self._being_drawn)

    def missing(self) -> bool:
        """Return whether there was no source of that name, or it was deleted."""
        with self.source.held() as source:
            return bool(self._name) and not source

    def problem(self, parent: int) -> str:
        """Return why the source is not shown."""
        if not self._name:
            return tr("No source is chosen as the background. Choose one.")
        with self.source.held() as source:
            if not source:
                return tr(
                    "The background source “{name}” does not exist. Choose another one.", name=self._name
                )
            if contains(source, parent):
                return tr(
                    "The background source “{name}” shows this source itself. Choose another one.",
                    name=self._name,
                )
            if not lib.obs_source_get_width(source):
                return tr("The background source “{name}” has no picture at the moment.", name=self._name)
        return ""


def _missing(path: str, what: str) -> str:
    """``what``: "picture" or "video"."""
    nothing, gone = _MISSING[what]
    if not path:
        return tr(nothing)
    # Path.is_file raises where the folder must not be read.
    return "" if os.path.isfile(as_path(path)) else tr(gone, path=path)  # noqa: PTH113


_MISSING = {
    "picture": (
        N("No picture is chosen as the background. Choose a file."),
        N("The background picture {path} does not exist. Choose another file."),
    ),
    "video": (
        N("No video is chosen as the background. Choose a file."),
        N("The background video {path} does not exist. Choose another file."),
    ),
}
