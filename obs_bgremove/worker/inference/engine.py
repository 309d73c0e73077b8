# SPDX-License-Identifier: GPL-2.0-or-later
"""One model on one device: an onnxruntime session that all filters share."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from ...translate import in_english, joined, tr
from .. import journal
from ..choice import measured
from ..choice.catalogue import Model, ModelProblem
from ..choice.measured import Setting
from ..reason import reason, shortened
from . import plugins, providers, sizes
from .complaints import complaints
from .contract import read_face
from .providers import CPU, Device, DeviceProblem, Way

if TYPE_CHECKING:
    from pathlib import Path

    States = dict[str, onnxruntime.OrtValue]


class Engine:
    """A loaded model. ``height``, ``width``: of its frames; ``states``: dtype and shape by stem.

    ``lock`` is to be held whenever the device is used: not every provider allows two threads at once.
    """

    def __init__(
        self,
        model: Model,
        device: Device,
        alone: bool = True,
        setting: Setting | None = None,
        plain: bool = False,
        file: Path | None = None,
    ) -> None:
        """Load it; raise ModelProblem (the model is at fault) or DeviceProblem (it may run elsewhere).

        ``alone``: no other engine is made meanwhile, so that what is written to stderr is about this one.
        ``setting``: threads on the CPU; None: as recorded on this machine, else one thread.
        ``plain``: only with the plain settings, without CUDA graphs. ``file``: instead of the model's own.
        """
        self.model = model
        self.device = device
        self.lock = device.turn or threading.RLock()
        on_processor = device is CPU and (setting or measured.setting(model))
        self.setting = on_processor or Setting()
        #: What was loaded: the model's own file, or an edition of it.
        self.file = file or model.file
        with self.lock:
            self.session = _load(model, device, self.setting, alone, plain, self.file)
        #: Whether inferences may be captured as CUDA graphs, see graph.
        self.graphs = _has_graphs(self.session, device)
        #: What of the model does not run on the device, a sentence; empty if nothing, or nobody knows.
        self.elsewhere = "" if device is CPU else _elsewhere(self.session, device)
        #: How many of its operators those are; None if onnxruntime cannot tell.
        self.strays = _strays(self.session, device)
        face = read_face(model, self.session)
        self.height, self.width, self.states = face.height, face.width, face.states

    def free(self) -> None:
        """Give the device's memory back, while nobody else uses the device."""
        with self.lock:
            del self.session


def session_options(model: Model, setting: Setting) -> onnxruntime.SessionOptions:
    """Return the options of every session of a model."""
    chosen = onnxruntime.SessionOptions()
    chosen.intra_op_num_threads = setting.threads
    chosen.inter_op_num_threads = 1
    # A thread that spins between two pictures takes a core from OBS.
    chosen.add_session_config_entry("session.intra_op.allow_spinning", str(int(setting.spinning)))
    chosen.add_session_config_entry("session.inter_op.allow_spinning", "0")
    # Recurrent state decays into denormal numbers, which are many times slower.
    chosen.add_session_config_entry("session.set_denormal_as_zero", "1")
    sizes.fix(chosen, model.height, model.width)
    return chosen


def _load(
    model: Model, device: Device, setting: Setting, alone: bool, plain: bool, file: Path
) -> onnxruntime.InferenceSession:
    """Return a session on a device; raise ModelProblem or DeviceProblem."""
    if device is CPU:
        try:
            options = session_options(model, setting)
            return onnxruntime.InferenceSession(str(file), options, providers=[CPU.provider])
        except Exception as error:
            sentence = tr(
                "The model {name} cannot be loaded ({reason}).", name=model.name, reason=reason(error)
            )
            raise ModelProblem(joined([sentence, model.remedy])) from error
    ways = providers.options(device, model, plain)
    for way in ways[:-1]:
        try:
            return _load_on(file, device, session_options(model, setting), way, alone)
        except DeviceProblem as problem:
            journal.note(
                f"{model.name} does not run on {device.name} as {way[0]}: {in_english(str(problem))}"
            )
    return _load_on(file, device, session_options(model, setting), ways[-1], alone)


def _load_on(
    file: Path, device: Device, options: onnxruntime.SessionOptions, way: Way, alone: bool
) -> onnxruntime.InferenceSession:
    """Return a session made in one way; raise DeviceProblem."""
    with complaints() if alone else contextlib.nullcontext(list) as lines:
        try:
            session = _session(file, device, options, way)
        except Exception as error:
            raise DeviceProblem(plugins.why(device.provider, error)) from error
        # onnxruntime goes on without a provider that does not start.
        if session.get_providers()[0] != device.provider:
            reasons = [line for line in lines() if "rror" in line or "ailed" in line]
            raise DeviceProblem(
                shortened(reasons[-1]) if reasons else tr("onnxruntime did not start it; see the log")
            )
    # A provider that starts may still refuse everything.
    counts = _operators(session)
    if counts and not any(provider == device.provider for provider, _operator in counts):
        raise DeviceProblem(tr("it takes none of the model's operators"))
    if _has_graphs(session, device) and any(provider != device.provider for provider, _operator in counts):
        # What the CPU computed when a graph was captured would stay so for ever.
        raise DeviceProblem(tr("a CUDA graph needs all of the model's operators on the GPU"))
    session.disable_fallback()
    return session


def _session(
    file: Path, device: Device, options: onnxruntime.SessionOptions, way: Way
) -> onnxruntime.InferenceSession:
    """Return a session made in one way; raises what onnxruntime raises."""
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    if device.name == "directml":
        options.enable_mem_pattern = False
    if device.plugin:
        plugins.add(options, device.plugin, *way[0])
        return onnxruntime.InferenceSession(str(file), options)
    return onnxruntime.InferenceSession(str(file), options, providers=way)


def _has_graphs(session: onnxruntime.InferenceSession, device: Device) -> bool:
    settings = session.get_provider_options().get(device.provider, {})
    return str(settings.get(providers.GRAPHS, "0")) in ("1", "True")


def _operators(session: onnxruntime.InferenceSession) -> Counter[tuple[str, str]]:
    """Return how often each (provider, operator) is in a loaded graph; nothing if onnxruntime cannot tell."""
    try:
        parts = session.get_provider_graph_assignment_info()
    except Exception:  # noqa: BLE001 (onnxruntime raises types of its own)
        # Too old (before 1.24), or not recorded.
        return Counter()
    return Counter((part.ep_name, node.op_type) for part in parts for node in part.get_nodes())


def _strays(session: onnxruntime.InferenceSession, device: Device) -> int | None:
    counts = _operators(session)
    others = sum(count for (provider, _operator), count in counts.items() if provider != device.provider)
    return others if counts else None


def _elsewhere(session: onnxruntime.InferenceSession, device: Device) -> str:
    counts = _operators(session)
    strays: Counter[str] = Counter()
    for (provider, operator), count in counts.items():
        if provider != device.provider:
            strays[operator] += count
    if not strays:
        return ""
    most = ", ".join(operator for operator, _count in strays.most_common(3))
    return tr(
        "Operators of the model that do not run on {device}: {strays} of {count} ({most}).",
        device=device.title,
        strays=sum(strays.values()),
        count=sum(counts.values()),
        most=most,
    )


class Binding:
    """A slot's frame and alpha bound to a session, with the state buffers of one direction."""

    def __init__(self, engine: Engine, frame: int, alpha: int, states_in: States, states_out: States) -> None:
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


def zeros(engine: Engine) -> States:
    """Return new state buffers, on the engine's device where that can be: OrtValues by stem."""
    return {
        stem: onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros(shape, dtype), engine.device.memory, 0)
        for stem, (dtype, shape) in engine.states.items()
    }


def clear(engine: Engine, states: States) -> None:
    """Set state buffers to zero, where they are."""
    for stem, (dtype, shape) in engine.states.items():
        states[stem].update_inplace(np.zeros(shape, dtype))
