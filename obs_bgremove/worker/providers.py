# SPDX-License-Identifier: GPL-2.0-or-later
"""What onnxruntime can run models on: the devices of this machine, and the order they are tried in."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import tempfile
from typing import Callable, NamedTuple

from .. import home


class DeviceProblem(Exception):
    """A model cannot run on a device; the message is the reason, without a full stop."""


class Device(NamedTuple):
    """A kind of device. ``there``: asks the machine whether it has one; raises DeviceProblem if not."""

    name: str
    title: str
    provider: str
    there: Callable[[], None]
    #: Memory of the device, as onnxruntime calls it, for state that stays on it.
    memory: str = "cpu"
    #: Whether "auto" takes it.
    automatic: bool = True


def _library(*names: str) -> ctypes.CDLL:
    reason = None
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError as error:
            reason = error
    raise DeviceProblem(f"{names[0]} cannot be loaded ({reason})")


def _cuda() -> None:
    driver = _library("nvcuda.dll") if sys.platform == "win32" else _library("libcuda.so.1", "libcuda.so")
    count = ctypes.c_int()
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0 or count.value < 1:
        raise DeviceProblem("the NVIDIA driver finds no usable GPU")


def _tensorrt() -> None:
    _cuda()
    if sys.platform == "win32":
        _library("nvinfer_10.dll", "nvinfer.dll")
    else:
        _library("libnvinfer.so.10", "libnvinfer.so")


def _always() -> None:
    pass


#: In the order in which "auto" tries them. TensorRT builds for minutes at the first use of a
#: model, so it is only taken when it was chosen.
DEVICES = (
    Device(
        "tensorrt", "NVIDIA TensorRT", "TensorrtExecutionProvider", _tensorrt, memory="cuda", automatic=False
    ),
    Device("cuda", "NVIDIA CUDA", "CUDAExecutionProvider", _cuda, memory="cuda"),
    Device("directml", "DirectML", "DmlExecutionProvider", _always),
    Device("coreml", "CoreML", "CoreMLExecutionProvider", _always),
    Device("openvino", "OpenVINO", "OpenVINOExecutionProvider", _always),
    Device("cpu", "CPU", "CPUExecutionProvider", _always),
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
    except DeviceProblem as problem:
        return str(problem)
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


def options(device: Device) -> list:
    """Return what an InferenceSession takes as ``providers`` to run on a device."""
    cache = home.directory() / "cache"
    settings: dict = {}
    if device.name == "cuda":
        settings = {"arena_extend_strategy": "kSameAsRequested"}
    elif device.name == "tensorrt":
        (cache / "tensorrt").mkdir(parents=True, exist_ok=True)
        settings = {
            "trt_fp16_enable": True,
            "trt_engine_cache_enable": True,
            "trt_engine_cache_path": str(cache / "tensorrt"),
            "trt_timing_cache_enable": True,
            "trt_timing_cache_path": str(cache / "tensorrt"),
        }
    elif device.name == "coreml":
        settings = {"ModelFormat": "MLProgram", "MLComputeUnits": "ALL"}
    elif device.name == "openvino":
        settings = {"device_type": "AUTO"}
    providers: list = [(device.provider, settings)]
    if device.name == "tensorrt":
        providers.append(("CUDAExecutionProvider", {}))
    if device is not CPU:
        providers.append(CPU.provider)
    return providers


@contextlib.contextmanager
def complaints():
    """Collect what native libraries write to stderr meanwhile; yields a function that returns it as lines.

    onnxruntime tells only there why it left a provider out. It all goes to the log in the end.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)

        def lines() -> list[str]:
            file.seek(0)
            return file.read().decode(errors="replace").splitlines()

        try:
            yield lines
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            for line in lines():
                print(line, file=sys.stderr)
            sys.stderr.flush()
