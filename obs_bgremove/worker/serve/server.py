# SPDX-License-Identifier: GPL-2.0-or-later
"""The worker process: its threads and its main loop.

main       infers, one picture after the other, round robin over the filters
hang-up    ends the process as soon as OBS is gone, also during an inference (see inlet)
loader     loads models and warms them up
watcher    looks at what people wear, where a filter wants to know
heartbeat  sends twice a second that the process is well, and watches the catalogue

A thread that ends by an error ends the process, so that OBS starts another one: a worker without one of its
threads would look alive for ever.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
import time
from typing import TYPE_CHECKING, NoReturn

from ...link import revision
from ...link.memory import remove_leftovers
from ...link.messages import (
    Alive,
    Allow,
    Cannot,
    MessageProblem,
    ModelInfo,
    Models,
    OpenRing,
    RingFailed,
    Shun,
    Stop,
    Watch,
    decode_ask,
    encode,
)
from ...translate import tr
from .. import journal
from ..choice import catalogue
from ..inference import plugins
from ..memory_use import memory_mb
from ..outfits.watcher import Watcher
from ..processors import Idle
from ..reason import reason
from . import fallback
from .fallback import Request
from .inlet import Inlet
from .loader import Loader

if TYPE_CHECKING:
    from ...link.messages import Tell
    from ..choice.catalogue import Model
    from ..inference.stream import Stream

_HEARTBEAT = 0.5
#: Seconds for which a stream that was replaced is still served: OBS shows the frames in it, too.
_FAREWELL = 1.0
#: The catalogue is looked at with every sixth heartbeat.
_LOOK = 6
#: Exit codes when onnxruntime cannot be imported, and when a thread ended by an error.
CANNOT, BROKEN = 3, 4
#: The loader's progress is sent with every tenth heartbeat.
_PROGRESS = 10
#: Seconds from one heartbeat to the next that mean that the machine slept, or that the process was stopped.
_ASLEEP = 5.0


class Server:
    """Serves all filters of one OBS until it goes."""

    def __init__(self, source: int, sink: int) -> None:
        """``source``, ``sink``: file descriptors of the pipes from and to OBS."""
        self._sink = sink
        self._sink_lock = threading.Lock()
        self._parent = _parent()
        self._inlet = Inlet(source, self._end)
        self._made_streams: queue.SimpleQueue[tuple[Request, Stream]] = queue.SimpleQueue()
        self._loader = Loader(self._tell, self._made)
        self._watcher = Watcher(self._tell)
        # Of the main thread:
        self._streams: dict[int, Stream] = {}
        self._requests: dict[int, Request] = {}
        #: When the picture or the message came that is served now; 0 while nothing is.
        self._busy_since = 0.0
        #: Rings that OBS wants, made or not, as they were asked for.
        self._wanted: dict[int, Request] = {}
        #: Streams that were replaced, and when they are to be closed (time.monotonic).
        self._leaving: dict[Stream, float] = {}

    def run(self) -> NoReturn:
        """Serve. Returns never: the process ends with the pipe from OBS."""
        self._tell_models(catalogue.read())
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        self._loader.start()
        rest = True
        while True:
            # Without a picture to infer, wait until something comes.
            lines = self._inlet.receive(wait=rest)
            for line in lines:
                self._busy_since = time.monotonic()
                self._listen(line)
            while not self._made_streams.empty():
                self._busy_since = time.monotonic()
                self._add(*self._made_streams.get())
            served = [self._serve(stream) for stream in [*self._leaving, *self._streams.values()]]
            self._let_go()
            self._busy_since = 0.0
            rest = not any(served)

    def _serve(self, stream: Stream) -> bool:
        """Infer a picture of a filter, if one waits; whether one did."""
        self._busy_since = time.monotonic()
        try:
            served = stream.serve()
            if served:
                self._watcher.offer(stream.number, stream.seen)
            return served
        except Exception as error:  # noqa: BLE001 (whatever a provider raises: the filter goes on elsewhere)
            self._failed(stream, error)
            return True

    # --- main thread ---------------------------------------------------------------------

    def _listen(self, line: bytes) -> None:
        try:
            message = decode_ask(line)
        except MessageProblem as problem:
            journal.note(f"not understood ({problem}): {line!r}")
            return
        if isinstance(message, Stop):
            self._end()
        elif isinstance(message, OpenRing):
            wanted = Request(
                message.ring, message.model, message.device, message.avoid, allowance=message.allowance
            )
            self._wanted[message.ring] = wanted
            self._loader.load(wanted)
        elif isinstance(message, Allow):
            self._allow(message)
        elif isinstance(message, Watch):
            (self._watcher.watch if message.wanted else self._watcher.forget)(message.ring)
        elif isinstance(message, Shun):
            self._loader.shun(message.loads)
        else:
            self._wanted.pop(message.ring, None)
            self._loader.cancel(message.ring)
            self._watcher.forget(message.ring)
            self._remove(message.ring)

    def _allow(self, message: Allow) -> None:
        wanted = self._requests.get(message.ring) or self._wanted.get(message.ring)
        if wanted is not None:
            wanted = wanted._replace(allowance=message.allowance)
            for known in (self._requests, self._wanted):
                if message.ring in known:
                    known[message.ring] = wanted
            self._loader.reconsider(wanted)

    def _add(self, request: Request, stream: Stream) -> None:
        if request.number not in self._wanted:
            stream.close()
            self._loader.release(stream)
            return
        # It may have another one, which served until this one was ready, and has frames to answer.
        before = self._streams.pop(request.number, None)
        if before is not None:
            self._leaving[before] = time.monotonic() + _FAREWELL
        self._streams[request.number] = stream
        self._requests[request.number] = request

    def _remove(self, number: int) -> None:
        stream = self._streams.pop(number, None)
        self._requests.pop(number, None)
        if stream is not None:
            stream.close()
            self._loader.release(stream)

    def _let_go(self) -> None:
        """Close the streams that were replaced some time ago."""
        now = time.monotonic()
        for stream in [stream for stream, until in self._leaving.items() if until <= now]:
            del self._leaving[stream]
            stream.close()
            self._loader.release(stream)

    def _failed(self, stream: Stream, error: Exception) -> None:
        """Go on with a filter as fallback has it, or let OBS know that there is nothing left to try."""
        journal.note_error(error)
        if any(one is stream for one in self._leaving):
            self._leaving[stream] = 0.0
            return
        request = self._requests[stream.number]
        self._remove(stream.number)
        device = stream.engine.device
        again = fallback.after(request, device, plugins.why(device.provider, error))
        if again is None:
            name = stream.engine.model.name
            problem = tr(
                "The model {name} failed while running ({reason}); choose another model.",
                name=name,
                reason=reason(error),
            )
            self._tell(RingFailed(stream.number, problem))
        else:
            self._loader.load(again)

    # --- loader's thread -----------------------------------------------------------------

    def _made(self, request: Request, stream: Stream) -> None:
        self._made_streams.put((request, stream))
        self._inlet.poke()

    # --- heartbeat's thread --------------------------------------------------------------

    def _beat(self) -> None:
        signature = catalogue.signature()
        beats, idle = 0, Idle()
        beat_at, awake_since = time.monotonic(), 0.0
        while True:
            # Windows' clock goes on while the machine sleeps. A picture that was under way is not to blame.
            before, beat_at = beat_at, time.monotonic()
            if beat_at - before > _ASLEEP:
                awake_since = beat_at
            busy_s, loading_s = (
                _since(began, awake_since) for began in (self._busy_since, self._loader.busy_since)
            )
            self._tell(_alive(busy_s, loading_s, idle.read()))
            if _parent() != self._parent:
                self._end()
            beats += 1
            if beats % _PROGRESS == 0:
                self._loader.tell_progress()
            if beats % _LOOK == 0:
                fresh = catalogue.signature()
                if fresh != signature:
                    signature = fresh
                    self._tell_models(catalogue.read())
            time.sleep(_HEARTBEAT)

    # --- any thread ----------------------------------------------------------------------

    def _tell(self, message: Tell) -> None:
        line = memoryview(encode(message))
        with self._sink_lock:
            while line:
                try:
                    line = line[os.write(self._sink, line) :]
                except OSError:
                    self._end()
        if isinstance(message, Cannot):
            self._end(CANNOT)

    def _tell_models(self, models: dict[str, Model]) -> None:
        self._tell(Models(os.getpid(), tuple(_information(model) for model in models.values())))

    def _end(self, code: int = 0) -> NoReturn:
        # Not sys.exit: another thread may be in the middle of an inference, or of a crash of a GPU
        # driver. What is left of the process, the system cleans up; files of our own we remove.
        try:
            remove_leftovers(os.getpid())
            journal.flush()
        finally:
            os._exit(code)


def _parent() -> int:
    """Return the process that started this one, another one as soon as that has ended; 0 on Windows.

    Windows knows only who it was, for ever. There the end of the pipe, which the inlet waits for, is how the
    worker learns of OBS' end; elsewhere that is so, too, unless another process has inherited the pipe.
    """
    return 0 if sys.platform == "win32" else os.getppid()


def _since(began: float, awake_since: float) -> float:
    """Return the seconds since a time of time.monotonic, or since the machine is awake; 0 if it is 0."""
    return round(time.monotonic() - max(began, awake_since), 3) if began else 0.0


def _alive(busy_s: float, loading_s: float, idle: float) -> Alive:
    used = round(time.process_time(), 4), round(memory_mb(), 1)
    return Alive(busy_s, round(time.monotonic(), 4), *used, loading_s, idle)


def _information(model: Model) -> ModelInfo:
    return ModelInfo(
        model.name,
        model.title,
        model.summary,
        model.height,
        model.width,
        model.default,
        model.installed,
        model.problem,
        model.subject,
    )


def _give_way() -> None:
    """Let OBS' graphics thread go on when it wakes us.

    Where processors are scarce, Linux otherwise gives the processor of the thread that wakes to the
    one that is woken: handing a frame over then costs the graphics thread a whole inference now and
    then. A batch process gets as much time as any other, only not at once.
    """
    if hasattr(os, "SCHED_BATCH"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def serve() -> NoReturn:
    """Serve OBS on the pipes that the process was started with as stdin and stdout."""
    if not revision.agreed():
        sys.exit(revision.OTHER)
    # Before there are threads: they inherit it.
    _give_way()
    source, sink = _take_pipes()
    sys.stdout = sys.stderr
    threading.excepthook = lambda what: _break_off(what.exc_value)
    try:
        Server(source, sink).run()
    except BaseException as error:  # noqa: BLE001 (nothing is left that could go on)
        _break_off(error)


def _break_off(error: BaseException | None) -> NoReturn:
    """End the process because one of its threads has ended by an error."""
    try:
        if error is not None:
            journal.note_error(error)
        remove_leftovers(os.getpid())
    finally:
        os._exit(BROKEN)


def _take_pipes() -> tuple[int, int]:
    """Move the pipes from and to OBS to descriptors of their own and return those.

    Descriptor 0 becomes the null device. Windows answers no question about a pipe while a thread reads it,
    and libraries ask about standard input while they are loaded (OpenBLAS in numpy): they would wait for
    ever. Descriptor 1 becomes stderr: a library that prints must not garble what we tell OBS.
    """
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return source, sink
