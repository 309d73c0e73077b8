# SPDX-License-Identifier: GPL-2.0-or-later
"""Engines that take long to make: each is made on a thread of its own, while another device serves."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from ...translate import tr
from .. import journal
from ..choice.catalogue import ModelProblem
from ..inference import plugins
from ..inference.providers import DeviceProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..choice.catalogue import Model
    from ..inference.engine import Engine
    from ..inference.providers import Device
    from .fallback import Request


class Build:
    """An engine on its way. ``waiting``: the requests for it, by number."""

    def __init__(self, model: Model, device: Device, plain: bool) -> None:
        """``plain``: with the plain settings of the device."""
        self.model = model
        self.device = device
        self._plain = plain
        self.waiting: dict[int, Request] = {}
        self._began = time.monotonic()

    def start(self, done: Callable[[Engine | str], None]) -> None:
        """Begin; ``done`` gets the engine, or why there is none, on a thread of its own."""
        threading.Thread(target=self._run, args=(done,), name="builder", daemon=True).start()

    def sentence(self) -> str:
        """Return what is said meanwhile."""
        seconds = time.monotonic() - self._began
        return tr(
            self.device.slow_start,
            model=self.model.title,
            device=self.device.title,
            seconds=f"{seconds:.0f}",
        )

    def _run(self, done: Callable[[Engine | str], None]) -> None:
        from ..inference.engine import Engine
        from ..inference.graph import loading
        from ..inference.stream import rehearse

        made: Engine | str
        try:
            with loading():
                made = Engine(self.model, self.device, alone=False, plain=self._plain)
                rehearse(made)
        except (DeviceProblem, ModelProblem) as problem:
            made = str(problem)
        except Exception as error:  # noqa: BLE001 (whatever a provider raises: the filter is served elsewhere)
            journal.note_error(error)
            made = plugins.why(self.device.provider, error)
        done(made)
