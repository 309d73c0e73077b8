# SPDX-License-Identifier: GPL-2.0-or-later
"""Which onnxruntime suits this machine, why, and how much has to be downloaded for it."""

from __future__ import annotations

import ctypes
import platform
import re
import subprocess
import sys
from dataclasses import dataclass

#: "openvino" is only taken when it is asked for: quicker on processors, but larger.
FLAVOURS = ("cpu", "cuda", "cuda12", "directml", "openvino")

#: The package of each flavour; they share one import name, so only one may be installed at a time.
#: "cuda12" is an older version of that of "cuda".
PACKAGES = {
    "cpu": "onnxruntime",
    "cuda": "onnxruntime-gpu",
    "cuda12": "onnxruntime-gpu",
    "directml": "onnxruntime-directml",
    "openvino": "onnxruntime-openvino",
}

#: About what pip downloads, and the free space to ask for, in megabytes.
DOWNLOAD = {"cpu": 50, "cuda": 2000, "cuda12": 2000, "directml": 60, "openvino": 130}
ON_DISK = {"cpu": 400, "cuda": 5000, "cuda12": 5000, "directml": 450, "openvino": 650}

#: CUDA 12 needs at least this NVIDIA driver.
OLDEST_DRIVER = 525
#: CUDA 13 needs at least this one, and a card of this compute capability (Turing) or a later one.
CUDA13_DRIVER, CUDA13_CAPABILITY = 580, 7.5


@dataclass(frozen=True)
class Choice:
    """One of ``FLAVOURS`` and the reason for it, as part of a sentence."""

    flavour: str
    why: str

    @property
    def package(self) -> str:
        """Name of the package."""
        return PACKAGES[self.flavour]

    def sentence(self) -> str:
        """Return what is printed before the download."""
        size = DOWNLOAD[self.flavour]
        amount = f"{size / 1000:g} GB" if size >= 1000 else f"{size} MB"
        return f"Installing {self.package}: {self.why}. Download: about {amount}."


@dataclass(frozen=True)
class Machine:
    """What decides the choice. ``nvidia`` is the name of an NVIDIA GPU, "" if none; ``driver`` its
    driver's major version and ``capability`` the lowest compute capability of all, 0 if unknown."""

    system: str
    processor: str
    nvidia: str = ""
    driver: int = 0
    directml: bool = False
    capability: float = 0


def this_machine() -> Machine:
    """Look at this machine."""
    name, driver, capability = _nvidia_smi()
    if not name and _cuda_driver_loads():
        name = "NVIDIA GPU"
    return Machine(
        sys.platform,
        platform.machine().lower(),
        name,
        driver,
        sys.platform == "win32" and _loads("d3d12.dll"),
        capability,
    )


def choose(machine: Machine, wanted: str = "auto") -> Choice:
    """Return the flavour for a machine; ``wanted`` other than "auto" is taken as it is."""
    if wanted != "auto":
        return Choice(wanted, "that is what was asked for")
    if machine.system == "darwin":
        return Choice("cpu", "on macOS it brings CoreML along")
    usual = machine.processor in ("x86_64", "amd64")
    if not usual:
        return Choice("cpu", f"packages for GPUs are not made for {machine.processor} processors")
    if machine.nvidia and machine.driver and machine.driver < OLDEST_DRIVER:
        why = (
            f"the driver of the {machine.nvidia} is {machine.driver}, CUDA 12 needs {OLDEST_DRIVER} or newer"
        )
        return Choice("directml" if machine.directml else "cpu", why)
    if machine.nvidia and (
        # An unknown driver may be an old one; CUDA 12 runs on new ones too.
        machine.driver < CUDA13_DRIVER or 0 < machine.capability < CUDA13_CAPABILITY
    ):
        newer = f"CUDA 13 is for drivers from {CUDA13_DRIVER} and cards from Turing on"
        return Choice("cuda12", f"there is an {machine.nvidia}, and {newer}")
    if machine.nvidia:
        return Choice("cuda", f"there is an {machine.nvidia}")
    if machine.directml:
        return Choice("directml", "Windows drives its GPUs by DirectML, and there is no NVIDIA one")
    return Choice("cpu", "there is no NVIDIA GPU here")


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
