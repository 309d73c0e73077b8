# SPDX-License-Identifier: GPL-2.0-or-later
"""GPU objects that are freed together: all that one part of a filter draws with."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol, TypeVar

from .graphics import RenderTarget

if TYPE_CHECKING:
    from collections.abc import Iterator


class Freeable(Protocol):
    """An owner of ``graphics``."""

    def free(self) -> None:
        """Free the GPU object; a second time does nothing."""


Owner = TypeVar("Owner", bound=Freeable)


class GpuObjects:
    """Collects owners of GPU objects while they are made, and frees them.

    Making one may fail, for example because the GPU's memory is full. ``made_together`` then frees those that
    were made before it.
    """

    def __init__(self) -> None:
        self._owners: list[Freeable] = []

    def keep(self, owner: Owner) -> Owner:
        """Take an owner along; return it."""
        self._owners.append(owner)
        return owner

    def target(self, color_format: int) -> RenderTarget:
        """Return a new render target."""
        return self.keep(RenderTarget(color_format))

    def free(self) -> None:
        """Free all of them; a second time does nothing."""
        for owner in self._owners:
            owner.free()
        self._owners.clear()

    @contextlib.contextmanager
    def made_together(self) -> Iterator[None]:
        """Free what was made if something fails inside the ``with``."""
        try:
            yield
        except BaseException:
            self.free()
            raise
