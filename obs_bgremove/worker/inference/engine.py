# SPDX-License-Identifier: GPL-2.0-or-later
"""One model on one device: an onnxruntime session that all filters share."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from ..choice.catalogue import Model, ModelProblem
from ..measure import threads
from ..measure.threads import Setting
from . import providers
from .providers import CPU, Device, DeviceProblem

if TYPE_CHECKING:
    from pathlib import Path

_FLOATS = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


class Engine:
    """A loaded model. ``height``, ``width``: of its frames; ``states``: dtype and shape by stem.

    ``lock`` is to be held during an inference: not every provider allows two at once.
    """

    def __init__(
        self,
        model: Model,
        device: Device,
        alone: bool = True,
        setting: Setting | None = None,
        graphs: bool = True,
        file: Path | None = None,
    ):
        """Load it; raise ModelProblem (the model is at fault) or DeviceProblem (it may run elsewhere).

        ``alone``: no other engine is made meanwhile, so that what is written to stderr is about this one.
        ``setting``: threads on the CPU; None: as recorded on this machine, else one thread.
        ``graphs``: whether CUDA graphs may be used. ``file``: instead of the model's own.
        """
        self.model = model
        self.device = device
        self.lock = threading.Lock()
        on_processor = device is CPU and (setting or threads.recorded(model))
        self.setting = on_processor or Setting()
        #: What was loaded: the model's own file, or an edition of it.
        self.file = file or model.file
        self.session = _load(model, device, self.setting, alone, graphs, self.file)
        #: Whether inferences may be captured as CUDA graphs, see graph.
        self.graphs = _has_graphs(self.session, device)
        #: What of the model does not run on the device, a sentence; empty if nothing, or nobody knows.
        self.elsewhere = "" if device is CPU else _elsewhere(self.session, device)
        self.height, self.width, self.states = _contract(model, self.session)


def session_options(setting: Setting):
    """Return the options of every session of ours."""
    chosen = onnxruntime.SessionOptions()
    chosen.intra_op_num_threads = setting.threads
    chosen.inter_op_num_threads = 1
    # A thread that spins between two pictures takes a core from OBS.
    chosen.add_session_config_entry("session.intra_op.allow_spinning", str(int(setting.spinning)))
    chosen.add_session_config_entry("session.inter_op.allow_spinning", "0")
    # Recurrent state decays into denormal numbers, which are many times slower.
    chosen.add_session_config_entry("session.set_denormal_as_zero", "1")
    return chosen


def _load(model: Model, device: Device, setting: Setting, alone: bool, graphs: bool, file: Path):
    options = session_options(setting)
    if device.name == "directml":
        options.enable_mem_pattern = False
    if device is CPU:
        try:
            return onnxruntime.InferenceSession(str(file), options, providers=[CPU.provider])
        except Exception as error:
            raise ModelProblem(
                f"The model {model.name} cannot be loaded ({_first_line(error)}); {model.remedy}."
            ) from error
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    ways = providers.options(device, model, graphs)
    for way in ways[:-1]:
        try:
            return _load_on(file, device, options, way, alone)
        except DeviceProblem as problem:
            print(f"{model.name} does not run on {device.name} as {way[0]}: {problem}", file=sys.stderr)
    return _load_on(file, device, options, ways[-1], alone)


def _load_on(file: Path, device: Device, options, way: list, alone: bool):
    with providers.complaints() if alone else contextlib.nullcontext(list) as lines:
        try:
            session = onnxruntime.InferenceSession(str(file), options, providers=way)
        except Exception as error:
            raise DeviceProblem(_first_line(error)) from error
        # onnxruntime goes on without a provider that does not start.
        if session.get_providers()[0] != device.provider:
            reasons = [line for line in lines() if "rror" in line or "ailed" in line]
            raise DeviceProblem(
                _shortened(reasons[-1]) if reasons else "onnxruntime did not start it; see the log"
            )
    # A provider that starts may still refuse everything.
    counts = _operators(session)
    if counts and not any(provider == device.provider for provider, _operator in counts):
        raise DeviceProblem("it takes none of the model's operators")
    if _has_graphs(session, device) and any(provider != device.provider for provider, _operator in counts):
        # What the CPU reckoned when a graph was captured would stay so for ever.
        raise DeviceProblem("a CUDA graph needs all of the model's operators on the GPU")
    session.disable_fallback()
    return session


def _has_graphs(session, device: Device) -> bool:
    settings = session.get_provider_options().get(device.provider, {})
    return str(settings.get(providers.GRAPHS, "0")) in ("1", "True")


def _operators(session) -> Counter:
    """Return how often each (provider, operator) is in a loaded graph; nothing if onnxruntime cannot tell."""
    try:
        parts = session.get_provider_graph_assignment_info()
    except Exception:
        # Too old (before 1.24), or not recorded.
        return Counter()
    return Counter((part.ep_name, node.op_type) for part in parts for node in part.get_nodes())


def _elsewhere(session, device: Device) -> str:
    counts = _operators(session)
    strays = Counter()
    for (provider, operator), count in counts.items():
        if provider != device.provider:
            strays[operator] += count
    if not strays:
        return ""
    most = ", ".join(operator for operator, _count in strays.most_common(3))
    return (
        f"{sum(strays.values())} of the model's {sum(counts.values())} operators do not run on "
        f"{device.title} ({most})."
    )


def _contract(model: Model, session) -> tuple[int, int, dict]:
    """Return height, width and states of a session; raise ModelProblem if the graph contract is violated."""
    inputs = {entry.name: entry for entry in session.get_inputs()}
    outputs = {entry.name: entry for entry in session.get_outputs()}

    def check(right: bool, what: str) -> None:
        if not right:
            raise ModelProblem(
                f"The model {model.name} cannot be used: {what}; {model.remedy}, or export it again."
            )

    def told(entry) -> str:
        return f"{entry.type} {entry.shape}"

    for entries, name, rank in ((inputs, "frame", 3), (outputs, "alpha", 2)):
        check(name in entries, f"it has no {'input' if rank == 3 else 'output'} named {name!r}")
        entry = entries[name]
        right = entry.type == "tensor(uint8)" and len(entry.shape) == rank and _static(entry.shape)
        check(right, f"{name!r} is {told(entry)}, not tensor(uint8) with {rank} fixed sizes")
    frame, alpha = inputs["frame"].shape, outputs["alpha"].shape
    check(frame[2] == 4, f"'frame' has {frame[2]} channels, not 4 (B, G, R, A)")
    check(frame[:2] == alpha, f"'frame' is {frame[0]}x{frame[1]} but 'alpha' {alpha[0]}x{alpha[1]}")
    states = {}
    for name, entry in inputs.items():
        if name == "frame":
            continue
        check(name.startswith("state_"), f"it has an unknown input {name!r}")
        check(
            entry.type in _FLOATS and _static(entry.shape),
            f"{name!r} is {told(entry)}, not float of fixed sizes",
        )
        fed = outputs.get(f"next_{name}")
        check(fed is not None, f"{name!r} has no output 'next_{name}'")
        check(
            (fed.type, fed.shape) == (entry.type, entry.shape),
            f"'next_{name}' is {told(fed)}, not {told(entry)}",
        )
        states[name[len("state_") :]] = (_FLOATS[entry.type], tuple(entry.shape))
    return frame[0], frame[1], states


def _static(shape) -> bool:
    return all(isinstance(side, int) and side > 0 for side in shape)


def _first_line(error: BaseException) -> str:
    return _shortened((str(error).strip() or type(error).__name__).splitlines()[0])


def _shortened(line: str, length: int = 300) -> str:
    line = line.strip().rstrip(".")
    return line if len(line) <= length else line[: length - 3] + "..."


def reason(error: BaseException) -> str:
    """Return an error of onnxruntime as half a sentence."""
    return _first_line(error)


class Binding:
    """A slot's frame and alpha bound to a session, with the state buffers of one direction."""

    def __init__(self, engine: Engine, frame: int, alpha: int, states_in: dict, states_out: dict):
        """``frame``, ``alpha``: addresses; ``states_in``, ``states_out``: OrtValues by stem."""
        self._engine = engine
        self._size = (engine.height, engine.width)
        self._frame = frame
        self._binding = engine.session.io_binding()
        self._bind_frame()
        self._binding.bind_output("alpha", "cpu", 0, np.uint8, self._size, alpha)
        for stem in engine.states:
            self._binding.bind_ortvalue_input(f"state_{stem}", states_in[stem])
            self._binding.bind_ortvalue_output(f"next_state_{stem}", states_out[stem])
        self._options: onnxruntime.RunOptions | None = None

    def _bind_frame(self) -> None:
        self._binding.bind_input("frame", "cpu", 0, np.uint8, (*self._size, 4), self._frame)

    def run(self) -> None:
        """Infer the slot's alpha from its frame."""
        if self._engine.device is not CPU:
            # A frame is copied to another device's memory at the moment in which it is bound.
            self._bind_frame()
        self._engine.session.run_with_iobinding(self._binding, self._options)


def zeros(engine: Engine) -> dict:
    """Return new state buffers, on the engine's device where that can be: OrtValues by stem."""
    return {
        stem: onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros(shape, dtype), engine.device.memory, 0)
        for stem, (dtype, shape) in engine.states.items()
    }


def clear(engine: Engine, states: dict) -> None:
    """Set state buffers to zero, where they are."""
    for stem, (dtype, shape) in engine.states.items():
        states[stem].update_inplace(np.zeros(shape, dtype))
