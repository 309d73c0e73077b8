# SPDX-License-Identifier: GPL-2.0-or-later
"""Two graphics cards: WebGPU runs on the one that OBS draws with, unless the user says otherwise."""

from __future__ import annotations

from types import SimpleNamespace

import onnxruntime
import pytest

from obs_bgremove.link import variables
from obs_bgremove.worker.inference import plugins, providers

WEBGPU = next(device for device in providers.DEVICES if device.name == "webgpu")
GPU, PROCESSOR = onnxruntime.OrtHardwareDeviceType.GPU, onnxruntime.OrtHardwareDeviceType.CPU


def card(vendor, name="", discrete=None, kind=GPU):
    """Return a device as onnxruntime describes it: by name under Windows, elsewhere by its maker alone."""
    metadata = {"Description": name} if name else {}
    if discrete is not None:
        metadata["Discrete"] = str(int(discrete))
    device = SimpleNamespace(type=kind, vendor_id=vendor, metadata=metadata)
    return SimpleNamespace(ep_name=WEBGPU.provider, device=device)


INTEL = card(0x8086, "Intel(R) UHD Graphics 770", discrete=False)
NVIDIA = card(0x10DE, "NVIDIA GeForce RTX 3060", discrete=True)
TI = card(0x10DE, "NVIDIA GeForce RTX 3060 Ti", discrete=True)
BIGGER = card(0x10DE, "NVIDIA GeForce RTX 4090", discrete=True)
LINUX_INTEL, LINUX_NVIDIA = card(0x8086, discrete=False), card(0x10DE, discrete=True)
#: Whether it has memory of its own is not known of every card.
LINUX_AMD = card(0x1002)
CPU = card(0x1022, kind=PROCESSOR)


class Options:
    """Stands for onnxruntime.SessionOptions."""

    def add_provider_for_devices(self, devices, settings):
        self.taken, self.settings = devices, settings


@pytest.fixture
def added(monkeypatch):
    """Return a function: what a session is given on a machine whose OBS draws with a card of this name."""

    def add(devices, drawn_with):
        monkeypatch.setenv(variables.CARD, drawn_with)
        monkeypatch.setattr(plugins, "_register", lambda _package: "")
        monkeypatch.setattr(onnxruntime, "get_ep_devices", lambda: devices, raising=False)
        options = Options()
        plugins.add(options, WEBGPU.plugin, WEBGPU.provider, {"preferredLayout": "NCHW"})
        assert options.settings.pop("preferredLayout") == "NCHW"
        return options

    return add


@pytest.mark.parametrize(
    ("devices", "drawn_with", "taken", "preference"),
    [
        ([INTEL, NVIDIA], "NVIDIA GeForce RTX 3060", NVIDIA, "high-performance"),
        ([NVIDIA, INTEL], "Intel(R) UHD Graphics 770", INTEL, "low-power"),
        # What a user may have set.
        ([INTEL, NVIDIA], "nvidia", NVIDIA, "high-performance"),
        ([INTEL, NVIDIA, BIGGER], "rtx 4090", BIGGER, "high-performance"),
        # What OpenGL calls them.
        ([LINUX_NVIDIA, LINUX_INTEL], "Mesa Intel(R) UHD Graphics 770 (ADL-S GT1)", LINUX_INTEL, "low-power"),
        (
            [LINUX_INTEL, LINUX_NVIDIA],
            "NVIDIA GeForce RTX 3060/PCIe/SSE2",
            LINUX_NVIDIA,
            "high-performance",
        ),
        ([LINUX_AMD, LINUX_NVIDIA], "AMD Radeon RX 6600 (radeonsi, navi23)", LINUX_AMD, "low-power"),
        # Two with memory of their own: which comes first is all that can be said.
        ([NVIDIA, BIGGER], "NVIDIA GeForce RTX 4090", BIGGER, None),
        # One name begins with the other.
        ([TI, NVIDIA], "NVIDIA GeForce RTX 3060", NVIDIA, None),
        # Nobody knows: WebGPU takes the stronger one.
        ([INTEL, NVIDIA], "", INTEL, None),
        ([INTEL, NVIDIA], "llvmpipe (LLVM 15.0.6, 256 bits)", INTEL, None),
        ([LINUX_NVIDIA, card(0x10DE)], "NVIDIA GeForce RTX 3060/PCIe/SSE2", LINUX_NVIDIA, None),
        # There is no choice.
        ([INTEL], "NVIDIA GeForce RTX 3060", INTEL, None),
        ([CPU, INTEL], "NVIDIA GeForce RTX 3060", INTEL, None),
        ([CPU], "NVIDIA GeForce RTX 3060", CPU, None),
    ],
)
def test_it_is_the_card_that_obs_draws_with(added, devices, drawn_with, taken, preference):
    options = added(devices, drawn_with)
    assert options.taken == [taken]
    assert options.settings.get("powerPreference") == preference


def test_the_list_of_devices_names_the_card_where_there_are_two(added):
    added([INTEL, NVIDIA], "NVIDIA GeForce RTX 3060")
    assert providers.described(WEBGPU) == "WebGPU: NVIDIA GeForce RTX 3060"
    added([LINUX_INTEL, LINUX_NVIDIA], "NVIDIA GeForce RTX 3060/PCIe/SSE2")
    assert providers.described(WEBGPU) == "WebGPU: NVIDIA"
    added([NVIDIA], "NVIDIA GeForce RTX 3060")
    assert providers.described(WEBGPU) == "WebGPU"
