# SPDX-License-Identifier: GPL-2.0-or-later
"""Execution providers that come as Python packages of their own, beside onnxruntime.

Each package brings a library that is registered with onnxruntime, which then knows devices for it
(https://onnxruntime.ai/docs/execution-providers/plugin-ep-libraries/). Which plugins there are, and what each
is for, is in ``providers.DEVICES``.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import importlib.util
import sys
from typing import TYPE_CHECKING

from ...translate import N, tr
from ..reason import reason
from . import which_card

if TYPE_CHECKING:
    import onnxruntime

#: What onnxruntime and the plugins say, and what that means, half a sentence.
_LOST = "is lost"
_MEANINGS = {
    _LOST: N("the graphics card was lost, as it is when its driver is reset or updated"),
    "below the minimum": N("the installed onnxruntime is too old for it; run install.py"),
}
_NO_ADAPTER = "Failed to get a WebGPU adapter"
_NO_DRIVER = {
    "win32": N("no graphics driver here offers Direct3D 12; install the newest one of the card's maker"),
    "linux": N(
        "no graphics driver here offers Vulkan as it needs it; install the Vulkan loader and drivers of your "
        "system (on Debian and Ubuntu: libvulkan1 and mesa-vulkan-drivers), or newer ones"
    ),
    "": N("there is no graphics card that it can use"),
}

#: The setting of providers that look for a card of a kind, whichever they are given.
_PREFERS = {"WebGpuExecutionProvider": "powerPreference"}

#: Devices that were lost, and why: this process cannot use them any more.
_lost: dict[str, str] = {}


def problem(package: str, provider: str) -> str:
    """Return why the provider of a package cannot be used, half a sentence; empty if it can."""
    if provider in _lost:
        return _lost[provider]
    missing = _register(package)
    if missing:
        return missing
    return "" if _devices(provider) else tr("onnxruntime finds no graphics card for it")


@functools.cache
def _register(package: str) -> str:
    """Register the library of a package, once in a process; return why that cannot be done, or ""."""
    import onnxruntime

    name = package.replace("_", "-")
    if importlib.util.find_spec(package) is None:
        return tr("the package {name} is not installed; run install.py to change that", name=name)
    if not hasattr(onnxruntime, "register_execution_provider_library"):
        return tr("the installed onnxruntime is too old for {name}; run install.py", name=name)
    try:
        library = importlib.import_module(package).get_library_path()
        onnxruntime.register_execution_provider_library(package, library)
    except Exception as error:  # noqa: BLE001 (a broken package, or one of another version, may raise anything)
        return why("", error)
    return ""


def card(provider: str) -> str:
    """Return the name of the graphics card that a provider gets, of several; "" if nobody chose."""
    found = which_card.of_obs(_cards(provider))
    return which_card.name(found) if found else ""


def version(package: str) -> str:
    """Return the versions of what brings a package, which may go by a longer name; "" if nothing does."""
    names = importlib.metadata.packages_distributions().get(package, [])
    return " ".join(f"{name} {importlib.metadata.version(name)}" for name in sorted(set(names)))


def _devices(provider: str) -> list[onnxruntime.OrtEpDevice]:
    """Return what onnxruntime can run a provider on."""
    import onnxruntime

    return [one for one in onnxruntime.get_ep_devices() if one.ep_name == provider]


def _cards(provider: str) -> list[onnxruntime.OrtEpDevice]:
    """Return the graphics cards among that."""
    import onnxruntime

    return [one for one in _devices(provider) if one.device.type == onnxruntime.OrtHardwareDeviceType.GPU]


def add(
    options: onnxruntime.SessionOptions, package: str, provider: str, settings: dict[str, object]
) -> None:
    """Let a session run on a provider; the CPU takes what that cannot do. Raises what onnxruntime raises."""
    _register(package)
    cards = _cards(provider)
    found = which_card.of_obs(cards)
    taken = [found] if found else (cards or _devices(provider))[:1]
    named = {key: str(it) for key, it in settings.items()}
    preference = which_card.preference(found, cards) if found else ""
    if preference and provider in _PREFERS:
        named[_PREFERS[provider]] = preference
    options.add_provider_for_devices(taken, named)


def why(provider: str, error: BaseException) -> str:
    """Return why a provider failed, half a sentence, in plain words where they are known.

    A device that was lost is not offered any more: a new session of this process would not get it back.
    """
    said = str(error)
    if _NO_ADAPTER in said:
        return tr(_NO_DRIVER.get(sys.platform, _NO_DRIVER[""]))
    if _LOST in said:
        _lost[provider] = tr(
            "the graphics card was lost, as it is when its driver is reset or updated; restart OBS to use it "
            "again"
        )
    return next((tr(meant) for word, meant in _MEANINGS.items() if word in said), reason(error))
