# SPDX-License-Identifier: GPL-2.0-or-later
"""The filters' way to the worker: one process that serves all of them, kept running in the background."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from . import own_thread
from .channel import Channel
from .process import Process, interpreter
from .supervisor import Supervisor, Usage

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping

    from .messages import DeviceInfo, ModelInfo, Tell

__all__ = ["Client", "Usage"]


class Client:
    """Starts, watches and restarts the worker; opens channels to it.

    Nothing here waits, except ``stop``. ``log`` is called with sentences, from threads of the
    client. ``python`` and ``environment`` (variables added to the worker's, also later, for the next one)
    override what install.py recorded.
    """

    def __init__(
        self,
        log: Callable[[str], None] = print,
        *,
        python: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.environment = dict(environment or {})
        start = functools.partial(_start, python, self.environment)
        self._supervisor = Supervisor(log, start)
        self._thread: threading.Thread | None = None

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """The catalogue, the default model first; empty until the worker has said what there is."""
        return self._supervisor.status.models

    @property
    def devices(self) -> tuple[DeviceInfo, ...]:
        """What models can run on here; empty until the worker is ready."""
        return self._supervisor.status.devices

    @property
    def pid(self) -> int | None:
        """The worker's process id, while one runs."""
        return self._supervisor.status.pid

    @property
    def usage(self) -> Usage:
        """What the worker said last about what it uses; zeros before its first message."""
        return self._supervisor.status.usage

    @property
    def problem(self) -> str:
        """What is wrong with the worker and what to do, one sentence; empty if nothing is."""
        return self._supervisor.status.silence or self._supervisor.status.trouble

    def start(self) -> None:
        """Begin to keep a worker running."""
        if self._thread is None:
            self._thread = own_thread.start("obs_bgremove supervisor", self._supervisor.supervise)

    def stop(self) -> None:
        """End the worker, by force if it has not ended after two seconds. Channels stay and have no ring."""
        if self._thread is not None:
            self._supervisor.end()
            self._thread.join()
            self._thread = None

    def open(self) -> Channel:
        """Return a new channel, one for each filter."""
        return Channel(self._supervisor.changed)


def _start(
    python: str | None, environment: Mapping[str, str], heard: Callable[[Process, Tell | None], None]
) -> Process:
    """Start a worker process; raise StartProblem."""
    return Process(interpreter(python), environment, heard)
