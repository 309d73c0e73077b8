# SPDX-License-Identifier: GPL-2.0-or-later
"""What onnxruntime can run models on: the devices of this machine, and the order they are tried in."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from ... import home
from ...translate import N, tr
from ..choice import model_file
from . import nvidia, plugins

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..choice.catalogue import Model

#: What a session takes as ``providers``: names, some with settings.
Way = list[Any]


class DeviceProblem(Exception):
    """A model cannot run on a device; the message is the reason, without a full stop."""


class Device(NamedTuple):
    """A kind of device. ``there``: asks the machine whether it has one; raises nvidia.Missing if not.

    ``settings``: those of the provider, which are tried one after the other; the last are the plain ones.
    """

    name: str
    title: str
    provider: str
    there: Callable[[], object] = lambda: None
    settings: tuple[dict[str, object], ...] = ({},)
    #: Memory of the device, as onnxruntime calls it, for state that stays on it.
    memory: str = "cpu"
    #: Whether "auto" takes it.
    automatic: bool = True
    #: What is said while it prepares a model at the first use, which is done in the background; empty if it
    #: does not.
    slow_start: str = ""
    #: The Python package that brings the provider as a plugin; empty if it is a part of onnxruntime.
    plugin: str = ""
    #: What is said when it runs with its plain settings, which are tried before it is given up.
    plainly: str = ""
    #: Held by whoever uses it, where all its sessions share one state that only one thread may touch.
    turn: threading.RLock | None = None


#: The setting of CUDA that lets it launch a whole inference at once, see graph.
GRAPHS = "enable_cuda_graph"
#: In the order in which "auto" tries them. How each was chosen: see README.md of obs_bgremove, "GPUs".
DEVICES = (
    # It builds at the first use of a model, and no such card has run it yet: only when it was chosen.
    Device(
        "tensorrt",
        "NVIDIA TensorRT",
        "NvTensorRTRTXExecutionProvider",
        automatic=False,
        slow_start=N(
            "{model} is being prepared for {device}, for {seconds} s so far; the first time that takes up to "
            "a minute, and another device serves meanwhile."
        ),
        plugin="onnxruntime_ep_nv_tensorrt_rtx",
    ),
    Device(
        "cuda",
        "NVIDIA CUDA",
        "CUDAExecutionProvider",
        nvidia.cuda,
        # With graphs a session is only made if all operators run on the GPU.
        (
            {"arena_extend_strategy": "kSameAsRequested", GRAPHS: True},
            {"arena_extend_strategy": "kSameAsRequested"},
        ),
        memory="cuda",
        plainly=N("{device} runs without CUDA graphs and half precision, because it failed: {reason}."),
    ),
    # Its sessions share one queue of the graphics card, which two threads at once bring down.
    Device(
        "webgpu",
        "WebGPU",
        "WebGpuExecutionProvider",
        # Its convolutions with channels last are wrong for some models, those with channels first are slower.
        settings=({}, {"preferredLayout": "NCHW"}),
        memory="webgpu",
        plainly=N("{device} runs with another order of the numbers in memory, because it failed: {reason}."),
        slow_start=N(
            "{model} is being prepared for {device}, for {seconds} s so far; the first time that takes some "
            "seconds, and another device serves meanwhile."
        ),
        plugin="onnxruntime_ep_webgpu",
        turn=threading.RLock(),
    ),
    Device("directml", "DirectML", "DmlExecutionProvider"),
    Device(
        "coreml",
        "CoreML",
        "CoreMLExecutionProvider",
        settings=({"ModelFormat": "MLProgram", "MLComputeUnits": "ALL"},),
    ),
    Device("openvino", "OpenVINO", "OpenVINOExecutionProvider", plugin="onnxruntime_ep_openvino"),
    Device("cpu", "CPU", "CPUExecutionProvider"),
)
CPU = DEVICES[-1]


def prepare() -> None:
    """Make the GPU libraries that came as Python packages loadable. Call it once, before any session."""
    import onnxruntime

    preload = getattr(onnxruntime, "preload_dlls", None)
    if preload and "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        # What cannot be had is said when a session is made.
        with contextlib.suppress(OSError):
            nvidia.make_libraries_findable()
        with contextlib.suppress(Exception):
            preload()
    silent = getattr(onnxruntime, "disable_telemetry_events", None)
    if silent:
        silent()


def available() -> list[Device]:
    """Return the devices that are there and that this onnxruntime knows, as ``DEVICES``."""
    return [device for device in DEVICES if not _absence(device)]


def described(device: Device) -> str:
    """Return the title of a device that is there, with the graphics card's name if there are several."""
    card = plugins.card(device.provider) if device.plugin else ""
    return f"{device.title}: {card}" if card else device.title


def _absence(device: Device) -> str:
    """Return why a device cannot be used; empty if it can."""
    import onnxruntime

    if device.plugin:
        return plugins.problem(device.plugin, device.provider)
    if device.provider not in onnxruntime.get_available_providers():
        return tr(
            "the installed onnxruntime was built without {device}; run install.py to change that",
            device=device.title,
        )
    try:
        device.there()
    except nvidia.Missing as missing:
        return str(missing)
    return ""


def order(wanted: str, avoid: tuple[str, ...] = ()) -> tuple[list[Device], list[str]]:
    """Return the devices to try for a request, best first and the CPU last, and why others are not.

    The reasons are sentences about devices that were asked for by name, or that ``avoid`` takes away.
    """
    known = {device.name: device for device in DEVICES}
    if wanted in ("", "auto"):
        candidates = [device for device in DEVICES if device.automatic]
    elif wanted in known:
        candidates = [known[wanted], CPU]
    else:
        return [CPU], [tr('There is no device named "{name}".', name=wanted)]
    chosen, reasons = [], []
    for device in candidates:
        absence = _absence(device)
        if absence:
            if device.name == wanted:
                reasons.append(tr("{device} cannot be used: {reason}.", device=device.title, reason=absence))
        elif device.name in avoid and device is not CPU:
            reasons.append(
                tr(
                    "{device} is avoided, because the worker process kept ending with it.",
                    device=device.title,
                )
            )
        elif device not in chosen:
            chosen.append(device)
    return chosen, reasons


def options(device: Device, model: Model, plain: bool = False) -> list[Way]:
    """Return ways to run a model on a device, to try in turn: each what a session takes as ``providers``.

    ``plain``: only the last one. Raises DeviceProblem where nothing can be kept.
    """
    more: dict[str, object] = {}
    if device.name == "tensorrt":
        try:
            more = {"nv_runtime_cache_path": str(cache("tensorrt", model, plugins.version(device.plugin)))}
        except OSError as error:
            raise DeviceProblem(
                tr(
                    "what it prepares cannot be kept ({reason}: {folder})",
                    reason=error.strerror or error,
                    folder=home.directory(),
                )
            ) from None
    # What one does not take, the next may.
    others = [] if device is CPU else [CPU.provider]
    return [
        [(device.provider, {**settings, **more}), *others]
        for settings in device.settings[-1 if plain else 0 :]
    ]


def cache(kind: str, model: Model, maker: str = "") -> Path:
    """Make the folder for what is made of a model for this very GPU, driver and software, and return it.

    ``maker``: the version of what makes it, beside onnxruntime. Raises OSError.
    """
    import onnxruntime

    size = model.height, model.width
    made_for = hashlib.sha256(repr((*nvidia.identity(), onnxruntime.__version__, maker, *size)).encode())
    for part in (model.file, *model_file.parts(model.file)):
        with part.open("rb") as file:
            while piece := file.read(1 << 20):
                made_for.update(piece)
    ours = home.make_own(home.directory() / "cache")
    parent = home.directory() / "cache" / kind / model.name
    folder = parent / made_for.hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    for old in parent.iterdir() if ours else ():
        # Of another driver, or another version of the model: they take up to some hundred megabytes.
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
    return folder
