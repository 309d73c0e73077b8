# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes streams for filters, on a thread of its own, so that the others are served meanwhile."""

from __future__ import annotations

import functools
import hashlib
import queue
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ... import visual_cpp
from ...link.memory import MemoryProblem
from ...link.messages import ONLY, Cannot, Chosen, DeviceInfo, Loading, Ready, RingFailed, RingOpened
from ...translate import in_english, joined, tr
from .. import journal
from ..choice import automatic, catalogue
from ..choice.catalogue import Model, ModelProblem
from ..inference import plugins, providers
from ..inference.providers import CPU, Device, DeviceProblem
from ..reason import reason
from . import fallback
from .builds import Build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ...link.messages import Rung, Tell
    from ..inference.engine import Engine
    from ..inference.stream import Stream
    from .fallback import Request

#: Letters of what identifies a file on a device.
_LOAD = 16


class EngineKey(NamedTuple):
    """What tells an engine from others: also another size of its frames, and a file that was replaced."""

    file: Path
    height: int
    width: int
    size: int
    modified_ns: int
    device: str
    plain: bool


class Now(NamedTuple):
    """What is being loaded now: since when (time.monotonic), what is said about it, and titles."""

    since: float
    message: Loading
    model: str
    device: str

    def progress(self) -> Loading:
        """Return the message, with how long it has taken."""
        note = tr(
            "{model} is being loaded on {device}, for {seconds} s so far.",
            model=self.model,
            device=self.device,
            seconds=f"{time.monotonic() - self.since:.0f}",
        )
        return replace(self.message, note=note)


class Served(NamedTuple):
    """A stream for a request (None: the one it has is just right), sentences about the choice, and whether it
    will stay.
    """

    stream: Stream | None
    note: str
    settled: bool
    rung: Rung


class Lacking(NamedTuple):
    """Why an engine cannot be used now: what is said while it is made, or why it cannot be made."""

    building: str
    failures: list[str]


class Loader:
    """Owns the engines: one for each model and device in use, however many filters use it."""

    def __init__(self, tell: Callable[[Tell], None], made: Callable[[Request, Stream], None]) -> None:
        """``tell`` sends a message to OBS; ``made`` gets each stream when it is warm (on this thread)."""
        self._tell = tell
        self._made = made
        self._queue: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._engines: dict[EngineKey, Engine] = {}
        #: The engine of each stream that is in use.
        self._users: dict[Stream, EngineKey] = {}
        #: Engines that are being built in the background, and those that could not be, with the reason.
        self._builds: dict[EngineKey, Build] = {}
        self._unbuildable: dict[EngineKey, str] = {}
        #: What ended workers before, see ``Loading.load``.
        self._shunned: frozenset[str] = frozenset()
        #: When the loader began with what it does now (time.monotonic); 0 while it waits. Read on any thread.
        self.busy_since = 0.0
        self._now: Now | None = None
        #: Held while progress is told, so that no word about loading comes after the one that ends it.
        self._telling = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)

    def start(self) -> None:
        """Begin with importing onnxruntime."""
        self._thread.start()

    def load(self, request: Request) -> None:
        """Make a stream; ``made`` or a message RingFailed is the answer. From any thread."""
        self._queue.put(functools.partial(self._load, request))

    def reconsider(self, request: Request) -> None:
        """Choose the model of a stream once more, see ``Allow``. From any thread."""
        self._queue.put(functools.partial(self._reconsider, request))

    def cancel(self, number: int) -> None:
        """Do not begin to make a stream that is not wanted any more. From any thread."""
        self._cancelled.add(number)

    def shun(self, loads: tuple[str, ...]) -> None:
        """Do not load these any more. From any thread."""
        self._shunned = frozenset(loads)

    def tell_progress(self) -> None:
        """Let OBS know how long things have taken that take long. From any thread."""
        with self._telling:
            if self._now is not None:
                self._tell(self._now.progress())
            for build in list(self._builds.values()):
                for number in list(build.waiting):
                    self._tell_of(build, number)

    def release(self, stream: Stream) -> None:
        """Note that a stream is closed; its engine is freed with its last stream. From any thread."""
        self._queue.put(functools.partial(self._release, stream))

    # --- the loader's thread -------------------------------------------------------------

    def _run(self) -> None:
        try:
            providers.prepare()
            from ..inference import engine  # noqa: F401 (the first import takes its time)

            devices = tuple(
                DeviceInfo(device.name, providers.described(device)) for device in providers.available()
            )
        except BaseException as error:  # noqa: BLE001 (a broken package may raise anything)
            journal.note_error(error)
            self._tell(Cannot(cannot_import(error)))
            return
        self._tell(Ready(devices))
        while True:
            function = self._queue.get()
            from ..inference.graph import loading

            self.busy_since = time.monotonic()
            with loading():
                function()
                # It may hold the last reference to something on a GPU.
                del function
            self.busy_since = 0.0

    def _load(self, request: Request) -> None:
        if request.number in self._cancelled:
            self._cancelled.discard(request.number)
            return
        try:
            served = self._on_best_device(request, self._known())
        except (ModelProblem, MemoryProblem) as problem:
            self._tell(RingFailed(request.number, str(problem)))
        except Exception as error:  # noqa: BLE001 (whatever it is, it costs this filter only)
            journal.note_error(error)
            sentence = tr(
                "The model {name} cannot be used ({reason}); see the worker's log.",
                name=repr(request.model),
                reason=error,
            )
            self._tell(RingFailed(request.number, sentence))
        else:
            self._serve(request, served)

    def _serve(self, request: Request, served: Served) -> None:
        stream = served.stream
        if stream is None:
            self._tell(Chosen(request.number, served.note, served.rung, served.settled))
            return
        self._made(request, stream)
        model, device = stream.engine.model.name, stream.engine.device.name
        place = stream.slots.memory.place
        self._tell(RingOpened(request.number, model, device, place, served.note, served.settled, served.rung))

    def _reconsider(self, request: Request) -> None:
        """Move a filter to another model, if another one is to be taken now; a failure leaves it as it is."""
        has = self._has(request.number)
        if has is None:
            # It was given back meanwhile, or never came.
            return
        try:
            self._serve(request, self._on_best_device(request, self._known(), has))
        except (ModelProblem, MemoryProblem) as problem:
            self._tell(Chosen(request.number, str(problem)))
        except Exception as error:  # noqa: BLE001 (whatever it is: the filter has a model that works)
            journal.note_error(error)
            sentence = tr("Another model cannot be used ({reason}); see the worker's log.", reason=error)
            self._tell(Chosen(request.number, sentence))

    def _on_best_device(
        self, request: Request, models: dict[str, Model], has: EngineKey | None = None
    ) -> Served:
        """Return a stream on the first device on which the model runs; raise ModelProblem.

        ``has``: the engine that the filter has already; no stream is made if that is the one to take, nor
        while the one to take is prepared on the same device.
        Where the choice of the model is ours, one that cannot be used is passed over.
        """
        self._forget_builds(request.number)
        devices, reasons = fallback.candidates(request)
        passed: list[str] = []
        #: The request as it is after the failures so far.
        now, building = request, ""
        while devices:
            device = devices.pop(0)
            model, chosen, rung = _pick(models, request, device)
            plain = fallback.goes_plainly(now, device)
            key = _key(model, device, plain)
            if key == has:
                return Served(None, joined([building, chosen]), not building, rung)
            lacking = self._lacking(key, request._replace(plain=now.plain), model, device)
            if lacking is not None:
                building = lacking.building or building
                reasons += lacking.failures
                if has is not None and has.device == device.name:
                    return Served(None, joined([*reasons, building, chosen]), not building, rung)
                continue
            try:
                stream = self._make(request.number, model, device, key)
            except ModelProblem as problem:
                if request.model:
                    raise
                models = {**models, model.name: replace(model, problem=str(problem))}
                passed.append(str(problem))
                devices.insert(0, device)
                continue
            except DeviceProblem as problem:
                again = fallback.after(now, device, str(problem))
                if again is None:
                    raise ModelProblem(
                        tr(
                            "The model {name} cannot be used ({reason}).",
                            name=model.name,
                            reason=str(problem),
                        )
                    ) from problem
                if again.failed != now.failed:
                    reasons.append(fallback.failure(device.title, str(problem)))
                else:
                    devices.insert(0, device)
                now = again
                continue
            passed = [one for one in passed if one not in chosen]
            notes = [*fallback.notes(now, device, reasons), building, *passed, chosen]
            return Served(stream, joined([*notes, stream.engine.elsewhere]), not building, rung)
        raise ModelProblem(joined([_nowhere(request.model), *reasons, tr("Choose another model.")]))

    def _lacking(self, key: EngineKey, request: Request, model: Model, device: Device) -> Lacking | None:
        """Return why an engine that takes long to make cannot be used now; None if none is in the way.

        It is made in the background from now on.
        """
        if key in self._unbuildable:
            return Lacking("", [fallback.failure(device.title, self._unbuildable[key])])
        if device.slow_start and key not in self._engines:
            return Lacking(self._build(key, request, model, device).sentence(), [])
        return None

    def _make(self, number: int, model: Model, device: Device, key: EngineKey) -> Stream:
        """Return a warm stream on the engine of that key, which is loaded if it is not there.

        Raises DeviceProblem, ModelProblem and MemoryProblem.
        """
        from ..inference.stream import Stream

        load = _load_of(key)
        text = tr("{model} is being loaded on {device}.", model=model.title, device=device.title)
        message = Loading(number, device.name, text, load)
        self._now = Now(time.monotonic(), message, model.title, device.title)
        self._tell(self._now.message)
        try:
            engine = self._engines.get(key) or _load_engine(model, device, key.plain)
            stream = Stream(number, engine)
        except (MemoryProblem, ModelProblem, DeviceProblem):
            raise
        except Exception as error:
            if device is CPU:
                sentence = tr(
                    "The model {name} fails when it runs ({reason}).", name=model.name, reason=reason(error)
                )
                raise ModelProblem(
                    joined([sentence, model.remedy, tr("Or choose another model.")])
                ) from error
            raise DeviceProblem(plugins.why(device.provider, error)) from error
        finally:
            with self._telling:
                self._now = None
        self._engines[key] = engine
        self._users[stream] = key
        count = sum(used == key for used in self._users.values())
        journal.note(f"{model.name} on {device.name} now serves filters: {count}")
        return stream

    def _release(self, stream: Stream) -> None:
        if not any(stream.number in build.waiting for build in self._builds.values()):
            self._cancelled.discard(stream.number)
        key = self._users.pop(stream)
        stream.free()
        if key not in self._users.values():
            self._engines.pop(key).free()

    def _has(self, number: int) -> EngineKey | None:
        """Return the engine that a filter has at present; None if it has none."""
        has = [key for stream, key in self._users.items() if stream.number == number]
        return has[-1] if has else None

    def _known(self) -> dict[str, Model]:
        """Return the catalogue; what ended workers before cannot be used, as far as that is known."""
        models = catalogue.read()
        if not self._shunned:
            return models
        return {name: self._shunned_or_not(model) for name, model in models.items()}

    def _shunned_or_not(self, model: Model) -> Model:
        if model.problem or _load_of(_key(model, CPU, plain=False)) not in self._shunned:
            return model
        sentence = tr(
            "The worker process ended again and again while it loaded the model {name}. It is not loaded "
            "until OBS is restarted or the file changes.",
            name=model.name,
        )
        return replace(model, problem=joined([sentence, model.remedy, tr("Or choose another model.")]))

    # --- engines that take long ----------------------------------------------------------

    def _build(self, key: EngineKey, request: Request, model: Model, device: Device) -> Build:
        """Have an engine made in the background; the request is served again when it is there."""
        build = self._builds.get(key)
        if build is None:
            build = self._builds[key] = Build(model, device, key.plain)
            build.start(lambda made: self._queue.put(functools.partial(self._built, key, made)))
        build.waiting[request.number] = request
        self._tell_of(build, request.number)
        return build

    def _forget_builds(self, number: int) -> None:
        """Let a filter wait for none: what it waited for before may be ready after what it gets now."""
        for build in self._builds.values():
            build.waiting.pop(number, None)

    def _built(self, key: EngineKey, made: Engine | str) -> None:
        """Move the filters that waited over to the engine, or let them know why there is none."""
        with self._telling:
            build = self._builds.pop(key)
        journal.note(f"{in_english(build.sentence())} Done: {in_english(made)}")
        if isinstance(made, str):
            self._unbuildable[key] = made
        else:
            self._engines[key] = made
        for request in build.waiting.values():
            has = self._has(request.number)
            # A filter that has another model on that device keeps it where this one could not be prepared.
            (self._reconsider if has is not None and has.device == key.device else self._load)(request)
        if key not in self._users.values():
            # Nobody wants it any more; the next time it comes from the cache.
            forgotten = self._engines.pop(key, None)
            if forgotten is not None:
                forgotten.free()

    def _tell_of(self, build: Build, number: int) -> None:
        self._tell(Loading(number, build.device.name, build.sentence()))


def _pick(models: dict[str, Model], request: Request, device: Device) -> tuple[Model, str, Rung]:
    """Return the model to run on a device ("": by what was measured), and a sentence about that choice."""
    name, note, rung = request.model, "", ONLY
    if not name:
        name, note, rung = automatic.choose(models, device.name, request.allowance)
    model = catalogue.choose(models, name)
    return model, note if name else catalogue.passed_over(models, model), rung


def _nowhere(model: str) -> str:
    """Return that a model (empty: the one that Automatic chose) runs on no device, a sentence."""
    if model:
        return tr("The model {name} runs on no device.", name=model)
    return tr("The model that Automatic chose runs on no device; run install.py again.")


def _load_engine(model: Model, device: Device, plain: bool) -> Engine:
    """Load a model on a device; ``plain``: with its plain settings, and in full precision."""
    from ..inference import editions
    from ..inference.engine import Engine
    from ..inference.graph import failed_before

    edition = None if plain else editions.recorded(model, device)
    failed = failed_before(model, device)
    engine = Engine(model, device, plain=plain or bool(failed), file=edition)
    how = f"threads: {engine.setting}, CUDA graphs: {failed or engine.graphs}, float16: {bool(edition)}"
    journal.note(f"{model.name} loaded on {device.name}, {how}")
    return engine


def _key(model: Model, device: Device, plain: bool) -> EngineKey:
    status = model.file.stat()
    return EngineKey(
        model.file, model.height, model.width, status.st_size, status.st_mtime_ns, device.name, plain
    )


def _load_of(key: EngineKey) -> str:
    """Return what identifies a file on a device in messages."""
    return hashlib.sha256(repr(key).encode()).hexdigest()[:_LOAD]


def cannot_import(error: BaseException) -> str:
    """Return the sentence for onnxruntime (or numpy) that cannot be imported."""
    what = str(error).strip().splitlines() or [type(error).__name__]
    sentence = tr(
        "The Python package onnxruntime cannot be loaded ({reason}); run install.py again.", reason=what[0]
    )
    advice = visual_cpp.advice(str(error))
    return joined([sentence, advice]) if advice else sentence
