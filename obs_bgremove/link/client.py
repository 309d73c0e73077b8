# SPDX-License-Identifier: GPL-2.0-or-later
"""Watches over the one worker process that serves all filters."""

from __future__ import annotations

import itertools
import os
import queue
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from .. import home
from .channel import Channel
from .layout import LayoutError
from .memory import MemoryProblem, open_place, remove_leftovers
from .process import Process, StartProblem, log_file
from .ring import Ring

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds until a worker that ended is started again, by how often it ended in a row.
BACK_OFF = (0.2, 0.5, 1.0, 2.0, 5.0)
#: A worker that ran this long was well: the next end counts as the first.
STABLE_AFTER = 30.0
#: Seconds until we look again for an interpreter, or start a worker whose onnxruntime is not there.
LOOK_AGAIN = 2.0
TRY_AGAIN = 10.0
#: Seconds without a word: allowed while it starts, worth telling, and reason to start another one.
START_UP = 60.0
SILENT = 1.5
GIVEN_UP = 10.0
#: The same while it loads a model: many versions of onnxruntime let no other thread run meanwhile.
LOADING = 300.0
#: Seconds that one inference may take.
HANGING = 15.0
#: Seconds that a worker gets to end by itself.
FAREWELL = 2.0
#: Ends in a row, with a GPU in use, after which the GPU is suspected.
SUSPICIOUS = 3

_PULSE = 0.25
_INSTALL = "Background Removal is not completely installed: {}. Run install.py."


class ModelInfo(NamedTuple):
    """A model of the catalogue. ``problem``: why it cannot be used, a sentence."""

    name: str
    title: str
    summary: str
    height: int
    width: int
    default: bool
    installed: bool
    problem: str | None


class DeviceInfo(NamedTuple):
    """Something that models can run on, on this machine."""

    name: str
    title: str


class Usage(NamedTuple):
    """What the worker process had used at a moment of its own clock: seconds, and megabytes of memory."""

    at_s: float = 0.0
    cpu_s: float = 0.0
    memory_mb: float = 0.0


class Client:
    """Starts, watches and restarts the worker; opens channels to it.

    Nothing here waits, except ``stop``. ``log`` is called with sentences, from threads of the
    client. ``python`` and ``environment`` (variables added to the worker's) override what
    install.py recorded.
    """

    def __init__(
        self,
        log: Callable[[str], None] = print,
        *,
        python: str | None = None,
        environment: dict | None = None,
    ):
        self.models: tuple[ModelInfo, ...] = ()
        self.devices: tuple[DeviceInfo, ...] = ()
        #: The worker's process id, while one runs.
        self.pid: int | None = None
        #: As the worker told last; zeros before its first word.
        self.usage = Usage()
        self._log = log
        self._python = python
        self._environment = dict(environment or {})
        self._thread: threading.Thread | None = None
        self._events: queue.SimpleQueue = queue.SimpleQueue()
        # Of the supervisor's thread:
        self._channels: list[Channel] = []
        self._numbers = itertools.count(1)
        self._trouble = ""
        self._silence = ""
        self._process: Process | None = None
        self._ready = False
        self._cannot = False
        self._started_at = 0.0
        self._heard_at = 0.0
        self._start_at = 0.0
        self._ends_in_row = 0
        self._busy = 0.0
        self._avoid: tuple[str, ...] = ()
        self._used: set[str] = set()
        # Rings whose model is being loaded, or has a better device coming.
        self._loading: set[int] = set()

    @property
    def problem(self) -> str:
        """What is wrong with the worker and what to do, one sentence; empty if nothing is."""
        return self._silence or self._trouble

    def start(self) -> None:
        """Begin to keep a worker running."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._supervise, name="obs_bgremove supervisor", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """End the worker, by force if it has not ended after two seconds. Channels stay and have no ring."""
        if self._thread is not None:
            self._events.put((self._END,))
            self._thread.join()
            self._thread = None

    def open(self) -> Channel:
        """Return a new channel, one for each filter."""
        return Channel(self._channel_changed)

    def _channel_changed(self, channel: Channel) -> None:
        self._events.put((self._look_at, channel))

    # --- everything below runs on the supervisor's thread --------------------------------

    _END = None

    def _supervise(self) -> None:
        self._start_at = 0.0
        self._ends_in_row = 0
        try:
            while self._go_on():
                pass
        finally:
            self._end_process()
            self._trouble = self._silence = ""

    def _go_on(self) -> bool:
        """Do what is due now; False if the client is to end."""
        try:
            if not self._handle_events():
                return False
            if self._process is not None:
                self._watch()
            elif time.monotonic() >= self._start_at:
                self._start_process()
        except Exception as error:
            # Words that we do not know (the project was updated while OBS runs), a system out of threads...
            self._start_at = time.monotonic() + LOOK_AGAIN
            self._tell_trouble(
                f"The worker process cannot be watched over ({type(error).__name__}: {error}); restart OBS."
            )
        return True

    def _handle_events(self) -> bool:
        """Handle what has come, waiting a moment for it; False if the client is to end."""
        began = time.monotonic()
        timeout = _PULSE
        if self._process is None:
            timeout = min(timeout, max(0.0, self._start_at - began))
        try:
            event = self._events.get(timeout=timeout)
            while True:
                function, *arguments = event
                if function is self._END:
                    return False
                function(*arguments)
                event = self._events.get_nowait()
        except queue.Empty:
            pass
        late = time.monotonic() - began - timeout
        if late > 1.0:
            # OBS itself stood still; the worker's words of that time may not have been passed on yet.
            self._heard_at = max(self._heard_at, time.monotonic())
        return True

    # --- the process ---------------------------------------------------------------------

    def _start_process(self) -> None:
        try:
            python = self._interpreter()
            process = Process(python, self._environment, self._heard)
        except StartProblem as problem:
            self._tell_trouble(str(problem))
            self._start_at = time.monotonic() + LOOK_AGAIN
            return
        self._process = process
        self._ready = self._cannot = False
        self._busy = 0.0
        self._used, self._loading = set(), set()
        self.usage = Usage()
        self._started_at = self._heard_at = time.monotonic()
        self.pid = process.pid
        for channel in self._channels:
            self._ask(channel)

    def _interpreter(self) -> str:
        python = self._python or home.read_record().get("python")
        if not python:
            raise StartProblem(_INSTALL.format(f"{home.record_file()} names no interpreter"))
        if not os.path.isfile(python):
            raise StartProblem(_INSTALL.format(f"the interpreter {python} does not exist"))
        return python

    def _watch(self) -> None:
        self._process.send_rest()
        silence = time.monotonic() - self._heard_at
        allowed = START_UP if not self._ready else LOADING if self._loading else GIVEN_UP
        if silence > allowed:
            self._replace(f"did not answer for {silence:.0f} seconds")
        elif self._busy > HANGING:
            self._replace(f"has been busy with one picture for {self._busy:.0f} seconds")
        elif self._ready and silence > SILENT:
            self._silence = (
                f"The worker process does not answer for {silence:.0f} s; "
                f"it is started anew if that lasts {allowed:.0f} s."
            )
        else:
            self._silence = ""
            if self._ready and self._trouble and time.monotonic() - self._started_at > GIVEN_UP:
                self._trouble = ""

    def _replace(self, reason: str) -> None:
        self._process.kill()
        self._ended(self._process, f"The worker process {reason} and is started anew; see {log_file()}.")

    def _ended(self, process: Process, why: str = "") -> None:
        """Note the end of a process and say when the next one starts."""
        if process is not self._process:
            return
        if self._cannot:
            self._forget_process()
            self._start_at = time.monotonic() + TRY_AGAIN
            return
        lived = time.monotonic() - self._started_at
        self._ends_in_row = 1 if lived > STABLE_AFTER else self._ends_in_row + 1
        self._suspect()
        # The reason is there before the rings are gone.
        self._tell_trouble(why or self._obituary())
        self._forget_process()
        self._start_at = time.monotonic() + BACK_OFF[min(self._ends_in_row, len(BACK_OFF)) - 1]

    def _obituary(self) -> str:
        # Its output is closed, so it has ended or is about to.
        code = _collect(self._process)
        how = "it cannot be ended" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"
        times = f", {self._ends_in_row} times in a row" if self._ends_in_row > 1 else ""
        return f"The worker process ended ({how}{times}) and is started anew; see {log_file()}."

    def _forget_process(self) -> None:
        """Let go of the process and its rings, and see to its end."""
        process, self._process = self._process, None
        self.pid = None
        self._silence = ""
        for channel in self._channels:
            self._retire(channel)
            channel.live = channel.pending = channel.asked = None
        process.hang_up()
        _collect(process)
        process.join(FAREWELL)
        remove_leftovers(process.pid)

    def _suspect(self) -> None:
        """After several ends in a row with a GPU in use, do without it until OBS is restarted."""
        gpus = sorted(self._used - {"cpu"} - set(self._avoid))
        if gpus and self._ends_in_row >= SUSPICIOUS:
            self._avoid += tuple(gpus)
            self._log(
                f"The worker process keeps ending while {' and '.join(gpus)} is in use; "
                "that is avoided until OBS is restarted."
            )

    def _end_process(self) -> None:
        if self._process is None:
            return
        self._process.send({"ask": "stop"})
        # A worker that could not be told, or does not listen, is killed after the wait.
        self._forget_process()

    def _tell_trouble(self, sentence: str) -> None:
        if sentence != self._trouble:
            self._log(sentence)
        self._trouble = sentence

    # --- channels ------------------------------------------------------------------------

    def _look_at(self, channel: Channel) -> None:
        if channel.closed:
            self._close(channel)
        else:
            if channel not in self._channels:
                self._channels.append(channel)
            self._ask(channel)

    def _close(self, channel: Channel) -> None:
        if channel not in self._channels:
            return
        self._channels.remove(channel)
        for number in (channel.live, channel.pending):
            self._give_back(number)
        self._retire(channel)
        channel.live = channel.pending = None

    @staticmethod
    def _retire(channel: Channel) -> None:
        ring, channel.ring = channel.ring, None
        if ring is not None:
            ring.retire()

    def _ask(self, channel: Channel) -> None:
        """Ask the worker for the ring that the channel wants, unless it was asked for already."""
        if self._process is None or channel.wanted is None or channel.wanted == channel.asked:
            return
        self._give_back(channel.pending)
        channel.asked = channel.wanted
        channel.pending = next(self._numbers)
        channel.settled = False
        channel.problem = channel.note = ""
        model, device = channel.asked
        message = {"ask": "open", "ring": channel.pending, "model": model, "device": device}
        if self._avoid:
            message["avoid"] = self._avoid
        try:
            self._process.send(message)
        except ValueError:
            channel.pending = None
            channel.problem = "The name of the model or of the device is too long; choose one from the list."

    def _give_back(self, number: int | None) -> None:
        self._loading.discard(number)
        if number is not None and self._process is not None:
            self._process.send({"ask": "close", "ring": number})

    # --- what the worker tells -----------------------------------------------------------

    def _heard(self, process: Process, message: dict | None) -> None:
        # On the reader's thread: only passed on.
        if message is None:
            self._events.put((self._ended, process))
        else:
            self._events.put((self._told, process, message))

    def _told(self, process: Process, message: dict) -> None:
        if process is not self._process:
            return
        self._heard_at = time.monotonic()
        listen = self._LISTENERS.get(message.get("tell"))
        if listen:
            listen(self, message)

    def _told_models(self, message: dict) -> None:
        self.pid = message["pid"]
        self.models = tuple(
            ModelInfo(**{name: entry[name] for name in ModelInfo._fields}) for entry in message["models"]
        )
        if self._ready:
            # The catalogue has changed: what failed before may work now.
            for channel in self._channels:
                if channel.pending is None and channel.problem:
                    channel.asked = None
                    self._ask(channel)

    def _told_ready(self, message: dict) -> None:
        self.devices = tuple(DeviceInfo(entry["name"], entry["title"]) for entry in message["devices"])
        self._ready = True
        if self._ends_in_row < SUSPICIOUS:
            self._trouble = ""
        self._log(
            f"Worker process {self.pid} is ready: {', '.join(device.title for device in self.devices)}."
        )

    def _told_cannot(self, message: dict) -> None:
        self._cannot = True
        self._tell_trouble(message["problem"])

    def _told_loading(self, message: dict) -> None:
        self._used.add(message["device"])
        self._loading.add(message["ring"])
        for channel in self._channels:
            if message["ring"] in (channel.pending, channel.live):
                channel.note = message["note"]

    def _told_ring(self, message: dict) -> None:
        number = message["ring"]
        if message["settled"]:
            self._loading.discard(number)
        try:
            # Opened in any case: that removes its name.
            memory = open_place(message["place"])
            ring = Ring(memory, message["model"], message["device"], self._process.outlet.wake)
        except (MemoryProblem, LayoutError) as problem:
            self._give_back(number)
            self._told_failed({"ring": number, "problem": str(problem)})
            return
        for channel in self._channels:
            if number in (channel.pending, channel.live):
                break
        else:
            self._give_back(number)
            return
        if number == channel.pending:
            self._give_back(channel.live)
            channel.live, channel.pending = number, None
        before, channel.ring = channel.ring, ring
        if before is not None:
            before.retire()
        channel.problem, channel.note = "", message["note"]
        channel.settled = message["settled"]
        self._log(f"{ring.model} runs on {ring.device}. {channel.note}".rstrip())

    def _told_failed(self, message: dict) -> None:
        number, problem = message["ring"], message["problem"]
        self._loading.discard(number)
        for channel in self._channels:
            if number == channel.pending:
                channel.pending = None
            elif number == channel.live:
                channel.live = None
                self._retire(channel)
            else:
                continue
            channel.note = ""
            if channel.problem != problem:
                self._log(problem)
            channel.problem = problem

    def _told_alive(self, message: dict) -> None:
        self._busy = message["busy_s"]
        self.usage = Usage(*(message[name] for name in Usage._fields))

    _LISTENERS = {  # noqa: RUF012
        "models": _told_models,
        "ready": _told_ready,
        "cannot": _told_cannot,
        "loading": _told_loading,
        "ring": _told_ring,
        "failed": _told_failed,
        "alive": _told_alive,
    }


def _collect(process: Process) -> int | None:
    """Return the exit code of a process that is about to end, or is ended now."""
    code = process.wait(FAREWELL)
    if code is None:
        process.kill()
        code = process.wait(FAREWELL)
    return code
