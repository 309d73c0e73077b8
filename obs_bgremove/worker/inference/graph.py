# SPDX-License-Identifier: GPL-2.0-or-later
"""CUDA graphs: all kernels of an inference launched at once, as they were recorded ("captured") before.

onnxruntime captures when a session that has ``enable_cuda_graph`` runs with a new ``gpu_graph_id``
(https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html#using-cuda-graphs-preview);
-1 is a run without. What that asks of us:

- Frame, alpha and states lie at the same addresses of the GPU's memory each time.
- The graph belongs to the thread that captured it: the one that serves, not the loader's.
- A capture that fails may take the process with it, also later: it is tried once for each model, GPU, driver
  and onnxruntime (``failed_before``). Where that cannot be recorded, it is not tried at all.
- While it is captured no other thread of the process may allocate or copy on the GPU, or both fail:
  what loads says so (``loading``), and until it is done there are runs without a graph.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import threading
from typing import TYPE_CHECKING, Protocol

import numpy as np
import onnxruntime

from ...files import replace_whole
from .. import journal
from ..reason import reason
from . import providers
from .engine import Binding, Engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ..choice.catalogue import Model
    from .engine import States
    from .providers import Device


#: How far the alpha of a graph may be from that without, in 255ths: kernels may sum in another order.
_TOLERANCE = 4
_WITHOUT = "-1"

_gate = threading.Lock()
_loading = 0
_numbers = itertools.count(1)


def failed_before(model: Model, device: Device) -> str:
    """Return why a model on this very GPU goes without graphs, half a sentence; empty if nothing is known."""
    if device.name != "cuda":
        return ""
    try:
        return _Record(model).read()
    except OSError:
        return ""


class _Record:
    """The file that says why a model goes without graphs; there is none where nothing has failed."""

    def __init__(self, model: Model) -> None:
        """Raise OSError if there is no place for it."""
        self._file = providers.cache("graphs", model) / "failed.txt"

    def read(self) -> str:
        """Return what is recorded, half a sentence; raise OSError if nothing is."""
        return self._file.read_text(encoding="utf-8", errors="replace") or "the record of it is empty"

    def write(self, why: str) -> None:
        """Record a reason; raise OSError if that cannot be done."""
        replace_whole(self._file, why)

    def clear(self) -> None:
        """Forget it. A file that stays costs graphs only; another worker may have removed it."""
        with contextlib.suppress(OSError):
            self._file.unlink()


class Bound(Protocol):
    """A slot of the shared memory, bound to a session."""

    def run(self) -> None:
        """Infer the slot's alpha from its frame."""


class GraphProblem(Exception):
    """A graph cannot be captured, or is wrong; the model may run without. A reason, without a full stop."""


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Keep graphs from being captured meanwhile. Waits for one that is, some milliseconds."""
    global _loading
    with _gate:
        _loading += 1
    try:
        yield
    finally:
        with _gate:
            _loading -= 1


def bind(
    engine: Engine, slots: list[tuple[int, int]], states_in: States, states_out: States
) -> Sequence[Bound]:
    """Return something with ``run`` for each slot (address of its frame, of its alpha).

    ``states_in``, ``states_out``: OrtValues by stem.
    """
    if not engine.graphs:
        return [Binding(engine, frame, alpha, states_in, states_out) for frame, alpha in slots]
    launch = _Launch(engine, states_in, states_out)
    return [_GraphBinding(launch, frame, alpha) for frame, alpha in slots]


class _GraphBinding:
    """A slot of the shared memory, and the graph that it shares with others."""

    def __init__(self, launch: _Launch, frame: int, alpha: int) -> None:
        self._launch = launch
        height, width = launch.size
        self._frame = _array(frame, (height, width, 4))
        self._alpha = _array(alpha, (height, width))

    def run(self) -> None:
        """Infer the slot's alpha from its frame; raise GraphProblem."""
        self._launch.run(self._frame, self._alpha)


class _Launch:
    """An inference on buffers on the GPU, captured when it may be."""

    def __init__(self, engine: Engine, states_in: States, states_out: States) -> None:
        self.size = (engine.height, engine.width)
        self._session = engine.session
        try:
            self._record: _Record | None = _Record(engine.model)
        except OSError:
            # A full disk, a home that cannot be written.
            self._record = None
        self._owner = threading.get_ident()
        self._captured = False
        self._without, self._with = _options(_WITHOUT), _options(str(next(_numbers)))
        memory = engine.device.memory
        make = onnxruntime.OrtValue.ortvalue_from_shape_and_type
        self._frame = make([*self.size, 4], np.uint8, memory, 0)
        self._alpha = make([*self.size], np.uint8, memory, 0)
        self._binding = engine.session.io_binding()
        self._binding.bind_ortvalue_input("frame", self._frame)
        self._binding.bind_ortvalue_output("alpha", self._alpha)
        for stem in engine.states:
            self._binding.bind_ortvalue_input(f"state_{stem}", states_in[stem])
            self._binding.bind_ortvalue_output(f"next_state_{stem}", states_out[stem])

    def run(self, frame: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> None:
        """Infer ``alpha`` (uint8 [H, W], written to) from ``frame`` (uint8 [H, W, 4])."""
        self._frame.update_inplace(frame)
        self._session.run_with_iobinding(self._binding, self._with if self._captured else self._without)
        alpha[...] = self._alpha.numpy()
        # The thread that makes it only warms it up.
        if self._record and not self._captured and threading.get_ident() != self._owner:
            self._capture(self._record, alpha)

    def _capture(self, record: _Record, alpha: NDArray[np.uint8]) -> None:
        """Capture, unless something loads. The same states are read, so the alpha must be the same."""
        with _gate:
            if _loading:
                return
            try:
                record.write("the worker ended while it captured one")
            except OSError as error:
                journal.note(f"no CUDA graph is captured, because that cannot be recorded: {reason(error)}")
                self._record = None
                return
            try:
                self._session.run_with_iobinding(self._binding, self._with)
                difference = np.abs(self._alpha.numpy().astype(np.int16) - alpha).max()
                if difference > _TOLERANCE:
                    raise GraphProblem(f"its alpha is off by {difference} of 255")
            except Exception as error:
                # If that fails, the reason before stays.
                with contextlib.suppress(OSError):
                    record.write(reason(error))
                raise GraphProblem(reason(error)) from error
            record.clear()
        self._captured = True


def _options(number: str) -> onnxruntime.RunOptions:
    options = onnxruntime.RunOptions()
    options.add_run_config_entry("gpu_graph_id", number)
    return options


def _array(address: int, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return the bytes at an address; the caller keeps that memory."""
    size = int(np.prod(shape))
    memory = (ctypes.c_uint8 * size).from_address(address)
    return np.frombuffer(memoryview(memory), np.uint8).reshape(shape)
