# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes streams for filters, on a thread of its own, so that the others are served meanwhile."""

from __future__ import annotations

import queue
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, NamedTuple

from ...link.memory import MemoryProblem
from ..choice import automatic, catalogue
from ..choice.catalogue import Model, ModelProblem
from ..inference import providers
from ..inference.providers import CPU, Device, DeviceProblem

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds between two words about an engine that is being built.
_PROGRESS = 5.0


class Request(NamedTuple):
    """A filter's wish. ``failed``: devices (by title) that it was moved away from, and the reason.

    ``plain``: why it goes without CUDA graphs and half precision; empty if it need not.
    """

    number: int
    model: str
    device: str
    avoid: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    plain: str = ""


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
        #: Engines that are being built in the background, and those that could not be, with the reason.
        self._builds: dict[tuple, _Build] = {}
        self._unbuildable: dict[tuple, str] = {}
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

    def release(self, stream) -> None:
        """Note that a stream is closed; its engine is freed with its last stream. From any thread."""
        self._queue.put((self._release, stream))

    def _run(self) -> None:
        try:
            providers.prepare()
            from ..inference import engine  # noqa: F401 - the first import takes its time

            devices = [{"name": device.name, "title": device.title} for device in providers.available()]
        except BaseException as error:
            # A broken package may raise anything.
            traceback.print_exc()
            self._tell({"tell": "cannot", "problem": cannot_import(error)})
            return
        self._tell({"tell": "ready", "devices": devices})
        while True:
            try:
                function, argument = self._queue.get(timeout=_PROGRESS if self._builds else None)
            except queue.Empty:
                self._tell_progress()
            else:
                from ..inference.graph import loading

                with loading():
                    function(argument)
                    # It may hold the last reference to something on a GPU.
                    del function, argument

    def _load(self, request: Request) -> None:
        if request.number in self._cancelled:
            self._cancelled.discard(request.number)
            return
        try:
            stream, note, settled = self._on_best_device(request, catalogue.read())
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
                    "model": stream.engine.model.name,
                    "device": stream.engine.device.name,
                    "place": stream.slots.memory.place,
                    "note": note,
                    "settled": settled,
                }
            )

    def _on_best_device(self, request: Request, models: dict[str, Model]) -> tuple:
        """Return (stream, note, whether it will stay) on the first device on which the model runs."""
        devices, reasons = providers.order(request.device, request.avoid)
        failed = dict(request.failed)
        reasons += [f"{title} failed: {why}" for title, why in failed.items()]
        building = ""
        for device in devices:
            if device.title in failed:
                continue
            name, chosen = request.model, ""
            if not name:
                name, chosen = automatic.choose(models, device.name)
            model = catalogue.choose(models, name)
            if not name:
                chosen = catalogue.passed_over(models, model)
            plain = bool(request.plain) and device.name == "cuda"
            key = _key(model, device, plain)
            if key in self._unbuildable:
                reasons.append(f"{device.title} failed: {self._unbuildable[key]}")
                continue
            if device.slow_start and key not in self._engines:
                self._build(key, request, model, device)
                building = self._builds[key].sentence()
                continue
            text = f"{model.title} is being loaded on {device.title}."
            self._tell({"tell": "loading", "ring": request.number, "device": device.name, "note": text})
            try:
                stream = self._make(request.number, model, device, key, plain)
            except DeviceProblem as problem:
                if device.name == "cuda" and not plain:
                    return self._on_best_device(request._replace(plain=str(problem)), models)
                reasons.append(f"{device.title} failed: {problem}")
                continue
            notes = [f"{'; '.join(reasons)}; running on {device.title}."] if reasons else []
            if plain:
                notes.append(
                    f"{device.title} runs without CUDA graphs and half precision, "
                    f"because it failed: {request.plain}."
                )
            notes += [note for note in (building, chosen, stream.engine.elsewhere) if note]
            return stream, " ".join(notes), not building
        raise ModelProblem(
            f"The model {request.model or 'chosen automatically'} runs on no device: {'; '.join(reasons)}; "
            "choose another model."
        )

    def _make(self, number: int, model: Model, device: Device, key: tuple, plain: bool):
        from ..inference.engine import Engine, reason
        from ..inference.graph import failed_before
        from ..inference.stream import Stream
        from ..measure import precision

        engine = self._engines.get(key)
        if engine is None:
            edition = None if plain else precision.recorded(model, device)
            failed = failed_before(model, device)
            engine = Engine(model, device, graphs=not plain and not failed, file=edition)
            how = (
                f"threads: {engine.setting}, CUDA graphs: {failed or engine.graphs}, float16: {bool(edition)}"
            )
            print(f"{model.name} loaded on {device.name}, {how}", file=sys.stderr)
        try:
            stream = Stream(number, engine)
        except MemoryProblem:
            raise
        except Exception as error:
            if device is CPU:
                raise ModelProblem(
                    f"The model {model.name} fails when it runs ({reason(error)}); "
                    f"{model.remedy}, or choose another model."
                ) from error
            raise DeviceProblem(reason(error)) from error
        stream.key = key
        self._engines[key] = engine
        self._users[key] = self._users.get(key, 0) + 1
        print(f"{model.name} on {device.name} now serves filters: {self._users[key]}", file=sys.stderr)
        return stream

    def _release(self, stream) -> None:
        if not any(stream.number in build.waiting for build in self._builds.values()):
            self._cancelled.discard(stream.number)
        key = stream.key
        self._users[key] -= 1
        if not self._users[key]:
            del self._users[key], self._engines[key]

    # --- engines that take minutes -------------------------------------------------------

    def _build(self, key: tuple, request: Request, model: Model, device: Device) -> None:
        """Begin to make an engine on a thread of its own; the request is served again when it is there."""
        build = self._builds.get(key)
        if build is None:
            build = self._builds[key] = _Build(model, device)
            threading.Thread(target=self._run_build, args=(key, build), name="builder", daemon=True).start()
        build.waiting[request.number] = request
        self._tell_of(build, request.number)

    def _run_build(self, key: tuple, build: _Build) -> None:
        from ..inference.engine import Engine
        from ..inference.graph import loading

        try:
            with loading():
                made = Engine(build.model, build.device, alone=False)
        except (DeviceProblem, ModelProblem) as problem:
            made = str(problem)
        except Exception as error:
            traceback.print_exc()
            made = str(error)
        self._queue.put((self._built, (key, made)))

    def _built(self, argument: tuple) -> None:
        """Move the filters that waited over to the engine, or tell them why there is none."""
        key, made = argument
        build = self._builds.pop(key)
        print(f"{build.sentence()} Done: {made}", file=sys.stderr)
        if isinstance(made, str):
            self._unbuildable[key] = made
        else:
            self._engines[key] = made
        for request in build.waiting.values():
            self._load(request)
        if key not in self._users:
            # Nobody wants it any more; the next time it comes from the cache.
            self._engines.pop(key, None)

    def _tell_progress(self) -> None:
        for build in self._builds.values():
            for number in build.waiting:
                self._tell_of(build, number)

    def _tell_of(self, build: _Build, number: int) -> None:
        note = build.sentence()
        self._tell({"tell": "loading", "ring": number, "device": build.device.name, "note": note})


class _Build:
    """An engine on its way. ``waiting``: the requests for it, by number."""

    def __init__(self, model: Model, device: Device):
        self.model = model
        self.device = device
        self.waiting: dict[int, Request] = {}
        self._began = time.monotonic()

    def sentence(self) -> str:
        """Return what is told meanwhile."""
        seconds = time.monotonic() - self._began
        return (
            f"{self.model.title} is being built for {self.device.title}, for {seconds:.0f} s so far; "
            "the first time that takes minutes, and another device serves meanwhile."
        )


def _key(model: Model, device: Device, plain: bool) -> tuple:
    """Return what tells an engine from others: also a file that was replaced."""
    status = model.file.stat()
    return model.file, status.st_size, status.st_mtime_ns, device.name, plain


def cannot_import(error: BaseException) -> str:
    """Return the sentence for onnxruntime (or numpy) that cannot be imported."""
    what = str(error).strip().splitlines() or [type(error).__name__]
    return f"The Python package onnxruntime cannot be loaded ({what[0]}); run install.py again."
