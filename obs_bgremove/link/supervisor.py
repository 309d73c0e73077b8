# SPDX-License-Identifier: GPL-2.0-or-later
"""Keeps a worker process running: starts it, hears it, watches it, replaces it."""

from __future__ import annotations

import functools
import queue
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ..translate import in_english, joined, tr, trn
from . import patience, revision
from .memory import remove_leftovers
from .messages import (
    Alive,
    Cannot,
    Chosen,
    DeviceInfo,
    Loading,
    ModelInfo,
    Models,
    Outfit,
    Ready,
    RingFailed,
    RingOpened,
    Stop,
    Tell,
)
from .process import Process, StartProblem, log_file
from .requests import Requests
from .restarts import Restarts
from .run import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from .channel import Channel

    Heard = Callable[[Process, Tell | None], None]

_PULSE = 0.25


class Usage(NamedTuple):
    """What the worker process had used at a moment of its own clock: seconds, and megabytes of memory."""

    at_s: float = 0.0
    cpu_s: float = 0.0
    memory_mb: float = 0.0
    #: How many processors of the machine rested; -1: nobody knows.
    idle: float = -1.0


@dataclass
class Status:
    """What any thread may read: each value is set whole, by the supervisor's thread."""

    models: tuple[ModelInfo, ...] = ()
    devices: tuple[DeviceInfo, ...] = ()
    pid: int | None = None
    usage: Usage = field(default_factory=Usage)
    #: Why there is no worker, or was none lately; and that the one there is does not answer. Sentences.
    trouble: str = ""
    silence: str = ""


class Supervisor:
    """One worker process after the other, on the thread that calls ``supervise``.

    ``post``, ``end`` and ``hear`` may be called from any thread, and ``status`` may be read there.
    """

    def __init__(self, log: Callable[[str], None], start: Callable[[Heard], Process]) -> None:
        """``start``: starts a process that passes on what it says; it may raise StartProblem."""
        self.status = Status()
        self.requests = Requests(log)
        self.restarts = Restarts()
        self.run: Run | None = None
        #: When the next process is started (time.monotonic), while none runs.
        self.start_at = 0.0
        self._log = log
        self._start = start
        self._events: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()

    # --- any thread ----------------------------------------------------------------------

    def post(self, event: Callable[[], None]) -> None:
        """Have something done on the supervisor's thread."""
        self._events.put(event)

    def end(self) -> None:
        """Let ``supervise`` return."""
        self._events.put(None)

    def changed(self, channel: Channel) -> None:
        """Have a channel looked at."""
        self.post(functools.partial(self.requests.look_at, channel))

    def hear(self, process: Process, message: Tell | None) -> None:
        """Take what a process says; None: it has closed its output."""
        if message is None:
            self.post(functools.partial(self.ended, process))
        else:
            self.post(functools.partial(self.on_message, process, message))

    # --- the supervisor's thread ---------------------------------------------------------

    def supervise(self) -> None:
        """Keep a worker running until ``end`` is called."""
        self.start_at = 0.0
        self.restarts.begin()
        try:
            while self._go_on():
                pass
        finally:
            self._end_process()
            self.status.trouble = self.status.silence = ""

    def _go_on(self) -> bool:
        """Do what is due now; False if the supervisor is to end."""
        try:
            if not self._handle_events():
                return False
            if self.run is not None:
                self.watch(self.run)
            elif time.monotonic() >= self.start_at:
                self._start_process()
        except Exception as error:  # noqa: BLE001 (whatever it is, the worker has to be watched further on)
            # A system out of threads, a project that was updated while OBS runs...
            self.start_at = time.monotonic() + patience.LOOK_AGAIN
            self._report(
                tr(
                    "The worker process cannot be watched over ({reason}); restart OBS.",
                    reason=f"{type(error).__name__}: {error}",
                )
            )
        return True

    def _handle_events(self) -> bool:
        """Handle what has come, waiting a moment for it; False if the supervisor is to end."""
        began = time.monotonic()
        timeout = _PULSE
        if self.run is None:
            timeout = min(timeout, max(0.0, self.start_at - began))
        try:
            event = self._events.get(timeout=timeout)
            while event is not None:
                event()
                event = self._events.get_nowait()
            return False
        except queue.Empty:
            pass
        late = time.monotonic() - began - timeout
        if late > 1.0 and self.run is not None:
            # OBS itself stood still.
            self.run.excuse(late)
        return True

    def _start_process(self) -> None:
        try:
            process = self._start(self.hear)
        except StartProblem as problem:
            self._report(str(problem))
            self.start_at = time.monotonic() + patience.LOOK_AGAIN
            return
        self.run = Run(process, self.restarts.start_up(), self.restarts.load())
        self.status.usage = Usage()
        self.status.pid = process.pid
        self.requests.connect(process, self.restarts.avoid, self.restarts.shunned())

    def watch(self, run: Run) -> None:
        """Look after the process: what it has not been sent yet, its silence, its health."""
        run.process.send_rest()
        self.requests.let_go()
        self.requests.retry_in_time()
        loading = self.requests.loading
        fault = run.fault(loading)
        if fault:
            self._replace(run, fault)
            return
        self.status.silence = run.warning(loading)
        if not self.status.silence and run.ready and run.lived() > patience.GIVEN_UP:
            self.status.trouble = ""

    def _replace(self, run: Run, fault: str) -> None:
        log = log_file()
        if not run.ready:
            self.restarts.late()
            seconds = f"{self.restarts.start_up():.0f}"
            again = tr(
                "It is started again, with {seconds} s to be ready; see {log}.", seconds=seconds, log=log
            )
        elif run.stuck():
            self.restarts.stuck(self.requests.loads())
            seconds = f"{self.restarts.load():.0f}"
            again = tr(
                "It is started again, with {seconds} s for each model; see {log}.", seconds=seconds, log=log
            )
        else:
            again = tr("It is started again; see {log}.", log=log)
        run.process.kill()
        self.ended(run.process, joined([fault, again]))

    def ended(self, process: Process, why: str = "") -> None:
        """Note the end of a process and say when the next one starts. ``why``: sentences, if it was ours."""
        run = self.run
        if run is None or process is not run.process:
            return
        if run.cannot:
            self._forget_process(run)
            self.start_at = time.monotonic() + patience.TRY_AGAIN
            return
        suspected = self.restarts.ended(run.lived(), run.used)
        self.restarts.ended_while_loading(self.requests.loads("cpu"))
        if suspected:
            self._log(
                f"The worker process keeps ending while {' and '.join(suspected)} is in use; "
                "that is avoided until OBS is restarted."
            )
        # The reason is there before the rings are gone.
        self._report(why or self._obituary(process))
        self._forget_process(run)
        self.start_at = time.monotonic() + self.restarts.pause()

    def _obituary(self, process: Process) -> str:
        # Its output is closed, so it has ended or is about to.
        code = _collect(process)
        if code == revision.OTHER:
            return tr("The filter was updated while OBS runs. Restart OBS.")
        how = (
            tr("it cannot be ended")
            if code is None
            else tr("signal {number}", number=-code)
            if code < 0
            else tr("exit code {number}", number=code)
        )
        in_row = self.restarts.ends_in_row
        if in_row > 1:
            return trn(
                "The worker process ended {number} time in a row ({how}) and is started again; see {log}.",
                "The worker process ended {number} times in a row ({how}) and is started again; see {log}.",
                in_row,
                how=how,
                log=log_file(),
            )
        return tr(
            "The worker process ended ({how}) and is started again; see {log}.", how=how, log=log_file()
        )

    def _forget_process(self, run: Run) -> None:
        """Let go of the process and its rings, and see to its end."""
        self.run = None
        pid = self.status.pid or run.process.pid
        self.status.pid = None
        self.status.silence = ""
        self.requests.disconnect()
        run.process.hang_up()
        _collect(run.process)
        run.process.join(patience.FAREWELL)
        remove_leftovers(pid)

    def _end_process(self) -> None:
        if self.run is None:
            return
        self.run.process.send(Stop())
        # A worker that did not get that, or does not listen, is killed after the wait.
        self._forget_process(self.run)

    def _report(self, sentence: str) -> None:
        if sentence != self.status.trouble:
            self._log(in_english(sentence))
        self.status.trouble = sentence

    # --- what the worker says ------------------------------------------------------------

    def on_message(self, process: Process, message: Tell) -> None:
        """Take a message of a process; one of an earlier process says nothing any more."""
        run = self.run
        if run is None or process is not run.process:
            return
        run.heard_at = time.monotonic()
        if isinstance(message, Alive):
            run.busy_s, run.loading_s = message.busy_s, message.loading_s
            self.status.usage = Usage(message.at_s, message.cpu_s, message.memory_mb, message.idle)
        elif isinstance(message, Models):
            self._on_models(run, message)
        elif isinstance(message, Ready):
            self._on_ready(run, message)
        elif isinstance(message, Cannot):
            run.cannot = True
            self._report(message.problem)
        elif isinstance(message, Loading):
            run.used.add(message.device)
            self.requests.on_loading(message)
        elif isinstance(message, RingOpened):
            self.restarts.loaded(self.requests.load_of(message.ring))
            self.requests.on_opened(message)
        elif isinstance(message, (Chosen, Outfit)):
            self.requests.on_said(message)
        elif isinstance(message, RingFailed):
            self.restarts.loaded(self.requests.load_of(message.ring))
            self.requests.on_failed(message)

    def _on_models(self, run: Run, message: Models) -> None:
        self.status.pid = message.pid
        self.status.models = message.models
        if run.ready:
            self.requests.retry_failed()

    def _on_ready(self, run: Run, message: Ready) -> None:
        self.status.devices = message.devices
        run.ready = True
        self.restarts.ready()
        if self.restarts.ends_in_row < patience.SUSPICIOUS:
            self.status.trouble = ""
        titles = ", ".join(device.title for device in message.devices)
        self._log(f"Worker process {self.status.pid} is ready: {titles}.")


def _collect(process: Process) -> int | None:
    """Return the exit code of a process that is about to end, or is ended now."""
    code = process.wait(patience.FAREWELL)
    if code is None:
        process.kill()
        code = process.wait(patience.FAREWELL)
    return code
