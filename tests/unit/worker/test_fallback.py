# SPDX-License-Identifier: GPL-2.0-or-later
"""What is tried after a failure."""

import pytest

from obs_bgremove.worker.inference import providers
from obs_bgremove.worker.inference.providers import CPU
from obs_bgremove.worker.serve import fallback
from obs_bgremove.worker.serve.fallback import Request
from tests.unit.devices import COREML, CUDA

REQUEST = Request(1, "green", "auto")


@pytest.fixture(autouse=True)
def order(monkeypatch):
    monkeypatch.setattr(providers, "order", lambda wanted, avoid=(): ([CUDA, COREML, CPU], []))


def test_every_way_is_tried_once_and_ends_on_the_cpu():
    request, tried = REQUEST, []
    while request is not None:
        devices, _reasons = fallback.candidates(request)
        device = devices[0]
        tried.append((device.name, fallback.goes_plainly(request, device)))
        request = fallback.after(request, device, f"reason {len(tried)}")
    assert tried == [("cuda", False), ("cuda", True), ("coreml", False), ("cpu", False)]


def test_what_failed_is_named_with_its_reason():
    request = REQUEST._replace(failed=(("NVIDIA CUDA", "it broke"),))
    devices, reasons = fallback.candidates(request)
    assert devices == [COREML, CPU]
    assert fallback.notes(request, COREML, reasons) == [
        "NVIDIA CUDA failed: it broke.",
        "It runs on CoreML.",
    ]


def test_plain_cuda_says_why():
    request = fallback.after(REQUEST, CUDA, "no capture here")
    assert fallback.notes(request, CUDA, []) == [
        "NVIDIA CUDA runs without CUDA graphs and half precision, because it failed: no capture here."
    ]
    assert fallback.notes(request, CPU, []) == []
