# SPDX-License-Identifier: GPL-2.0-or-later
"""Which onnxruntime suits this machine, why, and how much has to be downloaded for it."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from dataclasses import dataclass

from .. import processor
from ..translate import joined, tr
from . import cards

#: "tensorrt", "directml" and "openvino" are only taken when they are asked for ("directml" also in need).
FLAVOURS = ("cpu", "webgpu", "cuda", "cuda12", "tensorrt", "tensorrt12", "directml", "openvino")

#: The onnxruntime of each flavour; they share one import name, so only one may be installed at a time.
#: "cuda12" is an older version of that of "cuda".
PACKAGES = {
    "cpu": "onnxruntime",
    "webgpu": "onnxruntime",
    "cuda": "onnxruntime-gpu",
    "cuda12": "onnxruntime-gpu",
    "tensorrt": "onnxruntime",
    "tensorrt12": "onnxruntime",
    "directml": "onnxruntime-directml",
    "openvino": "onnxruntime",
}
#: What comes beside it, for graphics cards.
PLUGINS = {
    "webgpu": "onnxruntime-ep-webgpu",
    "tensorrt": "onnxruntime-ep-nv-tensorrt-rtx-cu13",
    "tensorrt12": "onnxruntime-ep-nv-tensorrt-rtx-cu12",
    "openvino": "onnxruntime-ep-openvino",
}

#: About what pip downloads, and the free space to ask for, in megabytes.
DOWNLOAD = {
    "cpu": 50,
    "webgpu": 65,
    "cuda": 2000,
    "cuda12": 2000,
    "tensorrt": 200,
    "tensorrt12": 220,
    "directml": 60,
    "openvino": 125,
}
ON_DISK = {
    "cpu": 400,
    "webgpu": 450,
    "cuda": 5000,
    "cuda12": 5000,
    "tensorrt": 800,
    "tensorrt12": 800,
    "directml": 450,
    "openvino": 650,
}

#: CUDA 12 needs at least this NVIDIA driver (525.60 on Linux, 528.33 on Windows), and its onnxruntime this
#: compute capability (Pascal). (Linux: no kernels for older ones; Windows: some, without half precision.)
OLDEST_DRIVER, OLDEST_DRIVER_OF_WINDOWS, OLDEST_CAPABILITY = 525, 528, 6.0
#: CUDA 13 needs at least this one, and a card of this compute capability (Turing) or a later one.
CUDA13_DRIVER, CUDA13_CAPABILITY = 580, 7.5
#: The package for WebGPU needs at least this Python.
WEBGPU_PYTHON = (3, 11)
#: Processors that packages for CUDA and DirectML are made for.
_USUAL = ("x86_64", "amd64")


def amount(megabytes: float) -> str:
    """Return a number of megabytes as people read it."""
    return f"{megabytes / 1000:.3g} GB" if megabytes >= 1000 else f"{megabytes:.0f} MB"


@dataclass(frozen=True)
class Choice:
    """One of ``FLAVOURS`` and the reason for it, in sentences."""

    flavour: str
    why: str

    @property
    def package(self) -> str:
        """Name of the package that makes the difference."""
        return PLUGINS.get(self.flavour, PACKAGES[self.flavour])

    def sentence(self) -> str:
        """Return what is printed before the download."""
        what = tr("Installing {package}.", package=self.package)
        size = tr("Download: about {amount}.", amount=amount(DOWNLOAD[self.flavour]))
        return joined([what, self.why, size])


@dataclass(frozen=True)
class Machine:
    """What decides the choice. ``nvidia`` is the name of an NVIDIA GPU, "" if none; ``driver`` its
    driver's major version and ``capability`` the lowest compute capability of all, 0 if unknown.
    ``card``: a graphics card of any maker, "" if none; ``vulkan``: whether Linux has Vulkan's loader."""

    system: str
    processor: str
    nvidia: str = ""
    driver: int = 0
    directml: bool = False
    capability: float = 0
    card: str = ""
    vulkan: bool = True
    python: tuple[int, int] = WEBGPU_PYTHON

    @property
    def oldest_driver(self) -> int:
        """Major version of the oldest driver that runs CUDA 12 here."""
        return OLDEST_DRIVER_OF_WINDOWS if self.system == "win32" else OLDEST_DRIVER


def this_machine() -> Machine:
    """Look at this machine."""
    name, driver, capability = _nvidia_smi()
    if not name and _cuda_driver_loads():
        name = "NVIDIA GPU"
    return Machine(
        sys.platform,
        processor.of_this_python().lower(),
        name,
        driver,
        sys.platform == "win32" and _loads("d3d12.dll"),
        capability,
        next(iter(cards.cards()), name),
        cards.vulkan_loads(),
        sys.version_info[:2],
    )


def choose(machine: Machine, wanted: str = "auto") -> Choice:
    """Return the flavour for a machine; ``wanted`` other than "auto" is taken as it is.

    Only "tensorrt" becomes "tensorrt12" where the driver needs that.
    """
    if wanted == "tensorrt" and 0 < machine.driver < CUDA13_DRIVER:
        why = tr("That of CUDA 13 is for drivers from {driver} on.", driver=CUDA13_DRIVER)
        return Choice("tensorrt12", why)
    if wanted != "auto":
        return Choice(wanted, tr("That is what was asked for."))
    return _for_nvidia(machine) or without_cuda(machine)


def _for_nvidia(machine: Machine) -> Choice | None:
    """Return the flavour of CUDA for a machine; None if it is not for that."""
    if not machine.nvidia or machine.system == "darwin" or machine.processor not in _USUAL:
        return None
    if 0 < machine.driver < machine.oldest_driver or 0 < machine.capability < OLDEST_CAPABILITY:
        return None
    if machine.driver < CUDA13_DRIVER or 0 < machine.capability < CUDA13_CAPABILITY:
        # An unknown driver may be an old one; CUDA 12 runs on new ones too.
        newer = tr("CUDA 13 is for drivers from {driver} and cards from Turing on.", driver=CUDA13_DRIVER)
        return Choice("cuda12", joined([_there_is(machine.nvidia), newer]))
    return Choice("cuda", _there_is(machine.nvidia))


def without_cuda(machine: Machine) -> Choice:
    """Return the flavour for a machine whatever CUDA could do there: WebGPU if something speaks for it."""
    if not (machine.card or machine.nvidia):
        if machine.system == "darwin":
            return Choice(
                "cpu", tr("There is no graphics card here that WebGPU can use; CoreML comes along.")
            )
        return Choice("cpu", tr("There is no graphics card here."))
    card = machine.card or machine.nvidia
    why = [_there_is(card)]
    if machine.nvidia and machine.processor in _USUAL and 0 < machine.driver < machine.oldest_driver:
        why.append(
            tr(
                "Its driver {driver} is too old for CUDA ({needed} or newer).",
                driver=machine.driver,
                needed=machine.oldest_driver,
            )
        )
    flavour = "webgpu"
    if machine.system == "linux" and not machine.vulkan:
        flavour = "cpu"
        why.append(
            tr(
                "There is no Vulkan loader: install it (on Debian and Ubuntu: libvulkan1 and "
                "mesa-vulkan-drivers) and run this again to use the card."
            )
        )
    elif machine.python < WEBGPU_PYTHON:
        flavour = "directml" if machine.directml and machine.processor in _USUAL else "cpu"
        needed = ".".join(map(str, WEBGPU_PYTHON))
        why.append(tr("WebGPU's package needs Python {version} or newer.", version=needed))
    return Choice(flavour, joined(why))


def _there_is(card: str) -> str:
    return tr("The graphics card is: {card}.", card=card)


def _nvidia_smi() -> tuple[str, int, float]:
    """Return the first GPU's name, its driver's major version and the lowest compute capability of all."""
    # Old drivers refuse the question for the capability, and with it the others.
    for query in ("name,driver_version,compute_cap", "name,driver_version"):
        try:
            done = subprocess.run(
                ["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader"],
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return "", 0, 0
        if done.returncode == 0:
            return parse_nvidia_smi(done.stdout)
    return "", 0, 0


def parse_nvidia_smi(output: str) -> tuple[str, int, float]:
    """Return name, driver and capability from lines as ``NVIDIA GeForce RTX 3060, 550.54, 8.6``.

    The last may be missing. ("", 0, 0) if there is no GPU.
    """
    match = re.match(r"\s*([^,\n]+),\s*(\d+)\.", output)
    capabilities = [float(found) for found in re.findall(r",[^,\n]+,\s*(\d+\.\d+)\s*$", output, re.MULTILINE)]
    return (match[1].strip(), int(match[2]), min(capabilities, default=0)) if match else ("", 0, 0)


def _cuda_driver_loads() -> bool:
    """Ask the driver itself, which is there even where nvidia-smi is not on the path."""
    library = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        cuda = ctypes.CDLL(library)
        count = ctypes.c_int()
        return cuda.cuInit(0) == 0 and cuda.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
    except (OSError, AttributeError):
        return False


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
