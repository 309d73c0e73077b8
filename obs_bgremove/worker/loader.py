# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes streams for filters, on a thread of its own, so that the others are served meanwhile."""

from __future__ import annotations

import queue
import sys
import threading
import traceback
from typing import Callable, NamedTuple

from ..link.memory import MemoryProblem
from . import catalogue, providers
from .catalogue import Model, ModelProblem
from .providers import CPU, Device, DeviceProblem


class Request(NamedTuple):
    """A filter's wish. ``failed``: devices (by name) that it was moved away from, and the reason."""

    number: int
    model: str
    device: str
    avoid: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()


class Loader:
    """Owns the engines: one for each model and device in use, however many filters use it."""

    def __init__(self, tell: Callable[[dict], None], made: Callable[[Request, object], None]):
        """``tell`` sends a message to OBS; ``made`` gets each stream when it is warm (on this thread)."""
        self._tell = tell
        self._made = made
        self._queue: queue.SimpleQueue = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._engines: dict[tuple, object] = {}
        self._users: dict[tuple, int] = {}
        self._keys: dict[int, tuple] = {}
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)

    def start(self) -> None:
        """Begin with importing onnxruntime."""
        self._thread.start()

    def load(self, request: Request) -> None:
        """Make a stream; ``made`` or a message "failed" is the answer. From any thread."""
        self._queue.put((self._load, request))

    def cancel(self, number: int) -> None:
        """Do not begin to make a stream that is not wanted any more. From any thread."""
        self._cancelled.add(number)

    def release(self, number: int) -> None:
        """Note that a stream is closed; its engine is freed with its last stream. From any thread."""
        self._queue.put((self._release, number))

    def _run(self) -> None:
        try:
            providers.prepare()
            from . import engine  # noqa: F401 - the first import takes its time

            devices = [{"name": device.name, "title": device.title} for device in providers.available()]
        except BaseException as error:
            # A broken package may raise anything.
            traceback.print_exc()
            self._tell({"tell": "cannot", "problem": cannot_import(error)})
            return
        self._tell({"tell": "ready", "devices": devices})
        while True:
            function, argument = self._queue.get()
            function(argument)

    def _load(self, request: Request) -> None:
        if request.number in self._cancelled:
            self._cancelled.discard(request.number)
            return
        try:
            model = catalogue.choose(catalogue.read(), request.model)
            stream, device, note = self._on_best_device(request, model)
        except (ModelProblem, MemoryProblem) as problem:
            self._tell({"tell": "failed", "ring": request.number, "problem": str(problem)})
        except Exception as error:
            traceback.print_exc()
            problem = f"The model {request.model!r} cannot be used ({error}); see the worker's log."
            self._tell({"tell": "failed", "ring": request.number, "problem": problem})
        else:
            self._made(request, stream)
            self._tell(
                {
                    "tell": "ring",
                    "ring": request.number,
                    "model": model.name,
                    "device": device.name,
                    "place": stream.slots.memory.place,
                    "note": note,
                }
            )

    def _on_best_device(self, request: Request, model: Model) -> tuple:
        """Return (stream, device, note) on the first device on which the model runs."""
        devices, reasons = providers.order(request.device, request.avoid)
        failed = dict(request.failed)
        reasons += [f"{title} failed: {why}" for title, why in failed.items()]
        for device in devices:
            if device.title in failed:
                continue
            text = f"{model.title} is being loaded on {device.title}."
            if device.name == "tensorrt":
                text += " The first time that takes minutes."
            self._tell({"tell": "loading", "ring": request.number, "device": device.name, "note": text})
            try:
                stream = self._make(request.number, model, device)
            except DeviceProblem as problem:
                reasons.append(f"{device.title} failed: {problem}")
                continue
            note = f"{'; '.join(reasons)}; running on {device.title}." if reasons else ""
            return stream, device, note
        raise ModelProblem(
            f"The model {model.name} runs on no device: {'; '.join(reasons)}; choose another model."
        )

    def _make(self, number: int, model: Model, device: Device):
        from .engine import Engine, reason
        from .stream import Stream

        status = model.file.stat()
        key = (model.file, status.st_size, status.st_mtime_ns, device.name)
        engine = self._engines.get(key)
        if engine is None:
            engine = Engine(model, device)
            print(f"{model.name} loaded on {device.name}, {engine.threads} thread(s)", file=sys.stderr)
        try:
            stream = Stream(number, engine)
        except MemoryProblem:
            raise
        except Exception as error:
            if device is CPU:
                raise ModelProblem(
                    f"The model {model.name} fails when it runs ({reason(error)}); "
                    f"run install.py --model {model.name}, or choose another model."
                ) from error
            raise DeviceProblem(reason(error)) from error
        self._engines[key] = engine
        self._users[key] = self._users.get(key, 0) + 1
        self._keys[number] = key
        print(f"{model.name} on {device.name} now serves filters: {self._users[key]}", file=sys.stderr)
        return stream

    def _release(self, number: int) -> None:
        self._cancelled.discard(number)
        key: tuple | None = self._keys.pop(number, None)
        if key is None:
            return
        self._users[key] -= 1
        if not self._users[key]:
            del self._users[key], self._engines[key]


def cannot_import(error: BaseException) -> str:
    """Return the sentence for onnxruntime (or numpy) that cannot be imported."""
    what = str(error).strip().splitlines() or [type(error).__name__]
    return f"The Python package onnxruntime cannot be loaded ({what[0]}); run install.py again."
