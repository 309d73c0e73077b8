# SPDX-License-Identifier: GPL-2.0-or-later
"""The worker process: its threads and its main loop.

main       infers, one picture after the other, round robin over the filters
hang-up    ends the process as soon as OBS is gone, also during an inference (see inlet)
loader     loads models and warms them up
heartbeat  tells twice a second that the process is well, and watches the catalogue
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
import time
import traceback
from typing import NoReturn

from ...link.memory import remove_leftovers
from ...link.messages import decode, encode
from ..choice import catalogue
from ..usage import usage
from .inlet import Inlet
from .loader import Loader, Request

_HEARTBEAT = 0.5
#: The catalogue is looked at every so many heartbeats.
_LOOK = 6
#: Exit code when onnxruntime cannot be imported.
CANNOT = 3


class Server:
    """Serves all filters of one OBS until it goes."""

    def __init__(self, source: int, sink: int):
        """``source``, ``sink``: file descriptors of the pipes from and to OBS."""
        self._sink = sink
        self._sink_lock = threading.Lock()
        self._parent = os.getppid()
        self._inlet = Inlet(source, self._end)
        self._made_streams: queue.SimpleQueue = queue.SimpleQueue()
        self._loader = Loader(self._tell, self._made)
        # Of the main thread:
        self._streams: dict[int, object] = {}
        self._requests: dict[int, Request] = {}
        #: When the inference began that runs now; 0 if none does.
        self._busy_since = 0.0
        #: Rings that OBS wants, made or not.
        self._wanted: set[int] = set()

    def run(self) -> NoReturn:
        """Serve. Returns never: the process ends with the pipe from OBS."""
        self._tell_models(catalogue.read())
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        self._loader.start()
        rest = True
        while True:
            # Without a picture to infer, wait until something comes.
            for line in self._inlet.receive(wait=rest):
                self._listen(line)
            while not self._made_streams.empty():
                self._add(*self._made_streams.get())
            served = [self._serve(stream) for stream in list(self._streams.values())]
            rest = not any(served)

    def _serve(self, stream) -> bool:
        self._busy_since = time.monotonic()
        try:
            return stream.serve()
        except Exception as error:
            self._failed(stream, error)
            return True
        finally:
            self._busy_since = 0.0

    # --- main thread ---------------------------------------------------------------------

    def _listen(self, line: bytes) -> None:
        try:
            message = decode(line)
            if message["ask"] == "open":
                avoid = tuple(message.get("avoid", ()))
                self._wanted.add(message["ring"])
                self._loader.load(Request(message["ring"], message["model"], message["device"], avoid))
            elif message["ask"] == "close":
                self._wanted.discard(message["ring"])
                self._loader.cancel(message["ring"])
                self._remove(message["ring"])
            elif message["ask"] == "stop":
                self._end()
        except (ValueError, KeyError, TypeError):
            print(f"not understood: {line!r}", file=sys.stderr)

    def _add(self, request: Request, stream) -> None:
        if request.number not in self._wanted:
            stream.close()
            self._loader.release(stream)
            return
        # It may have another one, which served until this one was ready.
        self._remove(request.number)
        self._streams[request.number] = stream
        self._requests[request.number] = request

    def _remove(self, number: int) -> None:
        stream = self._streams.pop(number, None)
        self._requests.pop(number, None)
        if stream is not None:
            stream.close()
            self._loader.release(stream)

    def _failed(self, stream, error: Exception) -> None:
        """Go on with a filter: on CUDA more plainly, else on the next device; on the CPU there is none."""
        from ..inference.engine import reason
        from ..inference.providers import CPU

        traceback.print_exception(type(error), error, error.__traceback__)
        request = self._requests[stream.number]
        self._remove(stream.number)
        device = stream.engine.device
        if device is CPU:
            name = stream.engine.model.name
            problem = f"The model {name} failed while running ({reason(error)}); choose another model."
            self._tell({"tell": "failed", "ring": stream.number, "problem": problem})
        elif device.name == "cuda" and not request.plain:
            self._loader.load(request._replace(plain=reason(error)))
        else:
            self._loader.load(request._replace(failed=(*request.failed, (device.title, reason(error)))))

    # --- loader's thread -----------------------------------------------------------------

    def _made(self, request: Request, stream) -> None:
        self._made_streams.put((request, stream))
        self._inlet.poke()

    # --- heartbeat's thread --------------------------------------------------------------

    def _beat(self) -> None:
        signature = catalogue.signature()
        beats = 0
        while True:
            began = self._busy_since
            busy = round(time.monotonic() - began, 3) if began else 0.0
            self._tell({"tell": "alive", "busy_s": busy, **usage()})
            if os.getppid() != self._parent:
                self._end()
            beats += 1
            if beats % _LOOK == 0:
                fresh = catalogue.signature()
                if fresh != signature:
                    signature = fresh
                    self._tell_models(catalogue.read())
            time.sleep(_HEARTBEAT)

    # --- any thread ----------------------------------------------------------------------

    def _tell(self, message: dict) -> None:
        line = memoryview(encode(message))
        with self._sink_lock:
            while line:
                try:
                    line = line[os.write(self._sink, line) :]
                except OSError:
                    self._end()
        if message["tell"] == "cannot":
            self._end(CANNOT)

    def _tell_models(self, models: dict) -> None:
        fields = ("name", "title", "summary", "height", "width", "default", "installed", "problem")
        told = [{field: getattr(model, field) for field in fields} for model in models.values()]
        self._tell({"tell": "models", "pid": os.getpid(), "models": told})

    def _end(self, code: int = 0) -> NoReturn:
        # Not sys.exit: another thread may be in the middle of an inference, or of a crash of a GPU
        # driver. What is left of the process, the system cleans up; files of our own we remove.
        try:
            remove_leftovers(os.getpid())
            sys.stderr.flush()
        finally:
            os._exit(code)


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
    # Before there are threads: they inherit it.
    _give_way()
    source, sink = _take_pipes()
    sys.stdout = sys.stderr
    Server(source, sink).run()


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
