# SPDX-License-Identifier: GPL-2.0-or-later
"""A graphics card in software, for tests of WebGPU: Mesa's lavapipe, or the SwiftShader of a Chromium.

``VK_ICD_FILENAMES`` may name another one: the JSON file of a Vulkan driver.
"""

from __future__ import annotations

import functools
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from obs_bgremove import home
from tests.unit import worker_models

_ALLOWED = "ORT_WEBGPU_EP_ALLOW_SOFTWARE_ADAPTER"
#: The newer name and the older one.
_DRIVERS = ("VK_DRIVER_FILES", "VK_ICD_FILENAMES")
_PLACES = (
    "/usr/share/vulkan/icd.d/lvp_icd.json",
    f"/usr/share/vulkan/icd.d/lvp_icd.{platform.machine()}.json",
    "/usr/lib/chromium/vk_swiftshader_icd.json",
)
#: Says nothing if a model runs on WebGPU here, else why not.
_PROBE = """
import sys
from obs_bgremove.worker.inference import plugins, providers
device = next(one for one in providers.DEVICES if one.name == "webgpu")
why = plugins.problem(device.plugin, device.provider)
if not why:
    import numpy, onnxruntime
    options = onnxruntime.SessionOptions()
    try:
        plugins.add(options, device.plugin, device.provider, {})
        session = onnxruntime.InferenceSession(sys.stdin.buffer.read(), options)
        session.run(["alpha"], {"frame": numpy.zeros((24, 32, 4), numpy.uint8)})
    except Exception as error:
        why = plugins.why(device.provider, error)
print(why)
"""


def variables(driver: str) -> dict[str, str]:
    """Return the environment variables that let a process use a driver (its JSON file) and no other."""
    return {_ALLOWED: "1", **dict.fromkeys(_DRIVERS, driver)}


@functools.cache
def _found() -> tuple[str, str]:
    """Return the driver to take, and why there is none: one of both is empty."""
    named = next((os.environ[name] for name in _DRIVERS if os.environ.get(name)), "")
    why = "no software Vulkan is installed (on Debian 13, Ubuntu 24.04 and newer: mesa-vulkan-drivers)"
    for place in (named, *_PLACES):
        if not place or not Path(place).is_file():
            continue
        said = run(_PROBE, {**variables(place)}, worker_models.green().SerializeToString())
        if not said.strip():
            return place, ""
        why = f"{place}: {said.strip().splitlines()[-1]}"
    return "", f"WebGPU cannot be tried: {why}"


def run(script: str, extra: dict[str, str], given: bytes = b"", limit: float = 900.0) -> str:
    """Run a Python script in a process of its own; return what it printed, or how it ended."""
    environment = {**os.environ, **extra, "PYTHONPATH": str(home.PROJECT)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=given,
        capture_output=True,
        env=environment,
        cwd=home.PROJECT,
        timeout=limit,
        check=False,
    )
    if done.returncode:
        return f"code {done.returncode}: {done.stderr.decode(errors='replace').strip()[-2000:]}"
    return done.stdout.decode()


@pytest.fixture
def software_vulkan(monkeypatch) -> dict[str, str]:
    """Let the processes of a test use a graphics card in software; return the variables for that."""
    driver, why = _found()
    if why:
        pytest.skip(why)
    chosen = variables(driver)
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    return chosen
