# SPDX-License-Identifier: GPL-2.0-or-later
"""What onnxruntime can run models on: the devices of this machine, and the order they are tried in."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

from ... import home
from . import nvidia

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

    ``settings``: those of the provider, which are tried one after the other.
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
    #: Whether it prepares a model for minutes: that is done in the background then.
    slow_start: bool = False


#: The setting of CUDA that lets it launch a whole inference at once, see graph.
GRAPHS = "enable_cuda_graph"
#: In the order in which "auto" tries them. TensorRT is only taken when it was chosen: it builds for
#: minutes at the first use of a model.
DEVICES = (
    Device(
        "tensorrt",
        "NVIDIA TensorRT",
        "TensorrtExecutionProvider",
        nvidia.tensorrt,
        ({"trt_fp16_enable": True, "trt_engine_cache_enable": True, "trt_timing_cache_enable": True},),
        memory="cuda",
        automatic=False,
        slow_start=True,
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
    ),
    Device("directml", "DirectML", "DmlExecutionProvider"),
    Device(
        "coreml",
        "CoreML",
        "CoreMLExecutionProvider",
        settings=({"ModelFormat": "MLProgram", "MLComputeUnits": "ALL"},),
    ),
    # Not "AUTO": with that, it takes none of the operators, and does not say so.
    Device(
        "openvino",
        "OpenVINO",
        "OpenVINOExecutionProvider",
        settings=({"device_type": "GPU"}, {"device_type": "CPU", "num_of_threads": "1"}),
    ),
    Device("cpu", "CPU", "CPUExecutionProvider"),
)
CPU = DEVICES[-1]


def prepare() -> None:
    """Make the GPU libraries that came as Python packages loadable. Call it once, before any session."""
    import onnxruntime

    preload = getattr(onnxruntime, "preload_dlls", None)
    if preload and "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        with contextlib.suppress(Exception):
            preload()
    silent = getattr(onnxruntime, "disable_telemetry_events", None)
    if silent:
        silent()


def available() -> list[Device]:
    """Return the devices that are there and that this onnxruntime knows, as ``DEVICES``."""
    return [device for device in DEVICES if not _absence(device)]


def _absence(device: Device) -> str:
    """Return why a device cannot be used; empty if it can."""
    import onnxruntime

    if device.provider not in onnxruntime.get_available_providers():
        return f"the installed onnxruntime was built without {device.title}; run install.py to change that"
    try:
        device.there()
    except nvidia.Missing as missing:
        return str(missing)
    return ""


def order(wanted: str, avoid: tuple[str, ...] = ()) -> tuple[list[Device], list[str]]:
    """Return the devices to try for a request, best first and the CPU last, and why others are not.

    The reasons are about devices that were asked for by name, or that ``avoid`` takes away.
    """
    known = {device.name: device for device in DEVICES}
    if wanted in ("", "auto"):
        candidates = [device for device in DEVICES if device.automatic]
    elif wanted in known:
        candidates = [known[wanted], CPU] if wanted != "tensorrt" else [known[wanted], known["cuda"], CPU]
    else:
        return [CPU], [f"There is no device named {wanted!r}"]
    chosen, reasons = [], []
    for device in candidates:
        absence = _absence(device)
        if absence:
            if device.name == wanted:
                reasons.append(f"{device.title} cannot be used: {absence}")
        elif device.name in avoid and device is not CPU:
            reasons.append(f"{device.title} is avoided, because the worker process kept ending with it")
        elif device not in chosen:
            chosen.append(device)
    return chosen, reasons


def options(device: Device, model: Model, graphs: bool = True) -> list[Way]:
    """Return ways to run a model on a device, to try in turn: each what a session takes as ``providers``.

    ``graphs``: whether CUDA graphs may be among them. Raises DeviceProblem where nothing can be kept.
    """
    more: dict[str, object] = {}
    if device.name == "tensorrt":
        try:
            folder = str(cache("tensorrt", model))
        except OSError as error:
            raise DeviceProblem(
                f"what it prepares cannot be kept ({error.strerror or error}: {home.directory()})"
            ) from None
        more = {"trt_engine_cache_path": folder, "trt_timing_cache_path": folder}
    # What one does not take, the next may.
    others = [other.provider for other in DEVICES if other.name == "cuda" and device.name == "tensorrt"]
    if device is not CPU:
        others.append(CPU.provider)
    return [
        [(device.provider, {**settings, **more}), *others]
        for settings in device.settings
        if graphs or GRAPHS not in settings
    ]


def cache(kind: str, model: Model) -> Path:
    """Make the folder for what is made of a model for this very GPU, driver and software, and return it.

    Raises OSError.
    """
    import onnxruntime

    made_for = hashlib.sha256(repr((*nvidia.identity(), onnxruntime.__version__)).encode())
    with model.file.open("rb") as file:
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
