# SPDX-License-Identifier: GPL-2.0-or-later
"""The background that suits the clothes, and how the next one is faded in."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from ...files import as_path
from ..passes.techniques import CompositeTechnique
from .background import Background

if TYPE_CHECKING:
    from ..options.settings import Settings
    from ..passes.cut import Cut
    from ..passes.drawn_background import DrawnBackground
    from ..passes.geometry import Size
    from ..passes.passes import Passes


class Suited(Background):
    """A preset or a picture that is faded in over the one before it, if that was of this kind, too."""

    #: How long the fade takes, and how long it waits at most for a picture that is being decoded (seconds).
    SECONDS, PATIENCE = 0.5, 3.0

    def __init__(self, inner: Background, folder: str = "") -> None:
        """``inner``: what is to be seen; its picture covers everything.

        ``folder``: where a picture was looked for and not found, if one was.
        """
        self._inner = inner
        self._folder = folder
        self._there = _is_folder(folder)
        # Of the graphics thread:
        self._follows = False
        self._made_at = self._began = 0.0
        self._kept: Size | None = None
        #: The picture drawn last, and its size.
        self._drawn: tuple[int, Size] | None = None

    def missing(self) -> bool:
        """Return whether the folder has come since a picture was looked for, as on a drive."""
        before, self._there = self._there, _is_folder(self._folder)
        return self._there and not before

    def follow(self, before: Background) -> None:
        """See Background."""
        if isinstance(before, Suited):
            self._drawn = before._drawn
            self._follows = before._drawn is not None

    def draw(self, passes: Passes, cut: Cut) -> DrawnBackground:
        """Draw it, mixed with the one before while it is faded in."""
        if self._follows and self._keep(passes, cut):
            share = self._share()
            if share < 1.0:
                shown = self._inner.draw(passes, cut)
                assert shown.texture is not None, "a picture covers everything"
                mixed = shown._replace(texture=passes.fade.mix(shown.texture, share, cut.size))
                self._begin()
                return mixed
            self._follows = False
        shown = self._inner.draw(passes, cut)
        if shown.technique == CompositeTechnique.ON_IMAGE and shown.texture is not None:
            self._drawn = shown.texture, cut.size
        return shown

    def _keep(self, passes: Passes, cut: Cut) -> bool:
        """Keep the picture that goes, once; whether it can be mixed into the one that comes."""
        if self._kept is None and self._drawn is not None:
            texture, self._kept = self._drawn
            if self._kept == cut.size:
                passes.fade.keep(texture, cut.size)
            self._made_at = time.monotonic()
        # The source has got another size meanwhile: what was kept does not fit any more.
        return self._kept == cut.size

    def _share(self) -> float:
        return min(1.0, (time.monotonic() - self._began) / self.SECONDS) if self._began else 0.0

    def _begin(self) -> None:
        """Count from now, if it has not begun yet: what is drawn for the first time may take long."""
        now = time.monotonic()
        if not self._began and (self._inner.ready() or now - self._made_at > self.PATIENCE):
            self._began = now

    def set_showing(self, showing: bool) -> None:
        """See Background."""
        self._inner.set_showing(showing)

    def adjust(self, settings: Settings) -> None:
        """See Background."""
        self._inner.adjust(settings)

    def problem(self, parent: int) -> str:
        """See Background."""
        return self._inner.problem(parent)

    def release(self) -> None:
        """See Background."""
        self._inner.release()


def _is_folder(path: str) -> bool:
    # Path.is_dir raises where it must not look.
    return bool(path) and os.path.isdir(as_path(path))  # noqa: PTH112
