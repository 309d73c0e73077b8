# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices: which are tried, and what is said when one does not work. No GPU is needed."""

import os

import onnxruntime
import pytest

from obs_bgremove.worker import catalogue, nvidia, providers
from obs_bgremove.worker.engine import Engine
from obs_bgremove.worker.loader import Loader, Request
from obs_bgremove.worker.providers import CPU, DEVICES, DeviceProblem

from . import worker_home, worker_models

CUDA = next(device for device in DEVICES if device.name == "cuda")


@pytest.fixture
def directory(tmp_path, monkeypatch):
    made = worker_home.make(tmp_path, monkeypatch)
    worker_home.add_model(made, "green", worker_models.green(), default=True)
    return made


@pytest.fixture
def pretended_gpu(monkeypatch):
    """onnxruntime and the machine claim to have CUDA; a session with it then runs on the CPU alone."""
    there = [*onnxruntime.get_available_providers(), CUDA.provider]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: there)
    pretended = [device._replace(there=lambda: None) if device is CUDA else device for device in DEVICES]
    monkeypatch.setattr(providers, "DEVICES", tuple(pretended))
    return pretended


def names(chosen):
    return [device.name for device in chosen[0]]


def test_the_cpu_is_always_the_last_resort():
    for wanted in ("", "auto", "cuda", "tensorrt", "directml", "coreml", "openvino", "cpu", "nonsense"):
        assert names(providers.order(wanted))[-1] == "cpu"


def test_a_device_asked_for_that_is_not_there_has_a_reason():
    _devices, reasons = providers.order(
        "coreml" if "CoreML" not in str(providers.available()) else "directml"
    )
    assert "cannot be used: the installed onnxruntime was built without" in reasons[0]


def test_auto_gives_no_reasons_for_what_is_not_there():
    assert providers.order("auto")[1] == []


def test_auto_takes_the_gpu_first_and_never_tensorrt(pretended_gpu):
    assert names(providers.order("auto"))[0] == "cuda"
    assert "tensorrt" not in names(providers.order("auto"))


def test_an_avoided_gpu_has_a_reason(pretended_gpu):
    devices, reasons = providers.order("auto", avoid=("cuda",))
    assert devices == [CPU]
    assert "kept ending" in reasons[0]


def test_a_gpu_without_a_driver_is_not_offered(monkeypatch):
    def no_driver():
        raise nvidia.Missing("the driver is not there")

    there = [*onnxruntime.get_available_providers(), CUDA.provider]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: there)
    broken = [device._replace(there=no_driver) if device is CUDA else device for device in DEVICES]
    monkeypatch.setattr(providers, "DEVICES", tuple(broken))
    assert "cuda" not in [device.name for device in providers.available()]
    assert providers.order("cuda")[1] == ["NVIDIA CUDA cannot be used: the driver is not there"]


def test_a_session_that_silently_runs_on_the_cpu_is_noticed(directory, pretended_gpu):
    with pytest.raises(DeviceProblem):
        Engine(catalogue.read()["green"], CUDA)


def test_a_gpu_that_fails_is_replaced_and_named(directory, pretended_gpu):
    told, made = [], []
    loader = Loader(told.append, lambda request, stream: made.append(stream))
    loader._load(Request(1, "green", "auto"))
    (stream,) = made
    stream.close()
    ring = told[-1]
    assert (ring["tell"], ring["device"]) == ("ring", "cpu")
    assert ring["note"].startswith("NVIDIA CUDA failed: ")
    assert ring["note"].endswith("running on CPU.")


def test_a_device_that_failed_while_running_is_not_tried_again(directory, pretended_gpu):
    told, made = [], []
    loader = Loader(told.append, lambda request, stream: made.append(stream))
    loader._load(Request(1, "green", "auto", failed=(("NVIDIA CUDA", "out of memory"),)))
    made[0].close()
    assert told[-1]["note"] == "NVIDIA CUDA failed: out of memory; running on CPU."


def test_complaints_are_collected_and_passed_on(capfd):
    with providers.complaints() as lines:
        os.write(2, b"Failed to load the driver\n")
        collected = lines()
    assert collected == ["Failed to load the driver"]
    assert "Failed to load the driver" in capfd.readouterr().err


def test_an_engine_is_freed_with_its_last_stream(directory):
    made = []
    loader = Loader(lambda message: None, lambda request, stream: made.append(stream))
    loader._load(Request(1, "green", "cpu"))
    loader._load(Request(2, "green", "cpu"))
    assert made[0].engine is made[1].engine
    assert len(loader._engines) == 1
    loader._release(made[0])
    assert len(loader._engines) == 1
    loader._release(made[1])
    assert loader._engines == {}
    for stream in made:
        stream.close()


def test_a_cancelled_request_is_not_loaded(directory):
    told, made = [], []
    loader = Loader(told.append, lambda request, stream: made.append(stream))
    loader.cancel(1)
    loader._load(Request(1, "green", "cpu"))
    assert (told, made) == ([], [])
