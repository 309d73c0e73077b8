# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices: which are tried, and what is said when one does not work. No GPU is needed."""

import os
import threading
from collections import Counter

import onnxruntime
import pytest

from obs_bgremove.link.messages import Loading, RingOpened
from obs_bgremove.worker.choice import catalogue
from obs_bgremove.worker.choice.measured import Setting
from obs_bgremove.worker.inference import engine as engine_module
from obs_bgremove.worker.inference import nvidia, providers
from obs_bgremove.worker.inference.complaints import complaints
from obs_bgremove.worker.inference.engine import Engine
from obs_bgremove.worker.inference.providers import CPU, DEVICES, DeviceProblem
from obs_bgremove.worker.serve.fallback import Request
from obs_bgremove.worker.serve.loader import Loader
from tests.unit import worker_home, worker_models
from tests.unit.devices import CUDA


@pytest.fixture
def pretended_gpu(monkeypatch):
    """onnxruntime and the machine claim to have CUDA; a session with it then runs on the CPU alone."""
    there = [*onnxruntime.get_available_providers(), CUDA.provider]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: there)
    others = (CUDA.name, "tensorrt", CPU.name)
    pretended = [device for device in DEVICES if device.name in others]
    pretended[pretended.index(CUDA)] = CUDA._replace(there=lambda: None)
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
    assert providers.order("cuda")[1] == ["NVIDIA CUDA cannot be used: the driver is not there."]


@pytest.mark.parametrize("system", ["win32", "linux"])
def test_windows_finds_all_libraries_of_nvidias_packages(monkeypatch, tmp_path, system):
    # The folders of CUDA 12, of CUDA 13 and of cuDNN, and a library that onnxruntime does not load itself.
    files = (
        "cublas/bin/cublas64_12.dll",
        "cu13/bin/x86_64/cudart64_13.dll",
        "cudnn/bin/cudnn_of_tomorrow.dll",
    )
    for file in (*files, "cu13/include/crt/host.h"):
        (tmp_path / "nvidia" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "nvidia" / file).touch()
    there = [*onnxruntime.get_available_providers(), CUDA.provider]
    added, preloaded = [], []
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: there)
    monkeypatch.setattr(
        onnxruntime, "preload_dlls", lambda: preloaded.append(os.environ["PATH"]), raising=False
    )
    monkeypatch.setattr(nvidia.sys, "platform", system)
    monkeypatch.setattr(nvidia.os, "add_dll_directory", added.append, raising=False)
    monkeypatch.setattr(nvidia.sysconfig, "get_path", {"purelib": str(tmp_path)}.get)
    monkeypatch.setenv("PATH", "before")
    providers.prepare()
    folders = (
        sorted({str((tmp_path / "nvidia" / file).parent) for file in files}) if system == "win32" else []
    )
    assert added == folders
    assert preloaded == [os.pathsep.join([*folders, "before"])]


def test_a_session_that_silently_runs_on_the_cpu_is_noticed(directory, pretended_gpu):
    with pytest.raises(DeviceProblem, match=r"did not start it|[Ee]rror|[Ff]ailed"):
        Engine(catalogue.read()["green"], CUDA)


def test_a_gpu_that_fails_is_replaced_and_named(directory, pretended_gpu):
    told, made = [], []
    loader = Loader(told.append, lambda request, stream: made.append(stream))
    loader._load(Request(1, "green", "auto"))
    (stream,) = made
    stream.close()
    ring = told[-1]
    assert (type(ring), ring.device) == (RingOpened, "cpu")
    assert ring.note.startswith("NVIDIA CUDA failed: ")
    assert ring.note.endswith("It runs on CPU.")


def test_a_device_that_failed_while_running_is_not_tried_again(directory, pretended_gpu):
    told, made = [], []
    loader = Loader(told.append, lambda request, stream: made.append(stream))
    loader._load(Request(1, "green", "auto", failed=(("NVIDIA CUDA", "out of memory"),)))
    made[0].close()
    assert told[-1].note == "NVIDIA CUDA failed: out of memory. It runs on CPU."


def test_complaints_are_collected_and_passed_on(capfd):
    with complaints() as lines:
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


@pytest.fixture
def pretended_tensorrt(monkeypatch):
    """A device that is slow to start: the CPU by another name. Its engines come when ``go`` is set."""
    tensorrt = next(device for device in DEVICES if device.slow_start)
    pretended = tensorrt._replace(provider=CPU.provider, there=lambda: None, memory="cpu", plugin="")
    monkeypatch.setattr(providers, "DEVICES", (pretended, CPU))
    monkeypatch.setattr(providers, "order", lambda wanted, avoid=(): ([pretended, CPU], []))
    monkeypatch.setattr(providers, "options", lambda device, model, plain: [[CPU.provider]])
    return pretended


def test_another_device_serves_while_an_engine_is_built(directory, pretended_tensorrt, monkeypatch):
    go = threading.Event()
    real = engine_module._load

    def slow(model, device, setting, alone, plain, file):
        if device is pretended_tensorrt:
            assert go.wait(worker_home.DEADLINE)
        return real(model, device, setting, alone, plain, file)

    monkeypatch.setattr(engine_module, "_load", slow)
    told, made = [], []
    loader = Loader(told.append, lambda request, stream: made.append(stream))
    loader._load(Request(1, "green", "tensorrt"))
    assert (told[-1].device, told[-1].settled) == ("cpu", False)
    assert "is being prepared for NVIDIA TensorRT" in told[-1].note
    loader.tell_progress()
    assert (type(told[-1]), told[-1].ring) == (Loading, 1)
    go.set()
    loader._queue.get(timeout=worker_home.DEADLINE)()
    assert (told[-1].device, told[-1].settled, told[-1].note) == ("tensorrt", True, "")
    assert [stream.engine.device.name for stream in made] == ["cpu", "tensorrt"]
    for stream in made:
        stream.close()
        loader._release(stream)
    assert loader._engines == {}


def test_an_engine_that_cannot_be_built_is_told_and_not_tried_again(
    directory, pretended_tensorrt, monkeypatch
):
    real = engine_module._load

    def fails(model, device, setting, alone, plain, file):
        if device is pretended_tensorrt:
            raise DeviceProblem("no kernel image")
        return real(model, device, setting, alone, plain, file)

    monkeypatch.setattr(engine_module, "_load", fails)
    told, made = [], []
    loader = Loader(told.append, lambda request, stream: made.append(stream))
    loader._load(Request(1, "green", "tensorrt"))
    loader._queue.get(timeout=worker_home.DEADLINE)()
    assert told[-1].note == "NVIDIA TensorRT failed: no kernel image. It runs on CPU."
    assert told[-1].settled
    loader._load(Request(2, "green", "tensorrt"))
    assert not loader._builds
    for stream in made:
        stream.close()


def test_a_filter_that_goes_while_an_engine_is_built_is_not_served_again(
    directory, pretended_tensorrt, monkeypatch
):
    told, made = [], []
    loader = Loader(told.append, lambda request, stream: made.append(stream))
    loader._load(Request(1, "green", "tensorrt"))
    loader.cancel(1)
    made[0].close()
    loader._release(made[0])
    loader._queue.get(timeout=worker_home.DEADLINE)()
    assert len(made) == 1
    assert (loader._engines, loader._cancelled) == ({}, set())


def test_an_engine_is_kept_for_this_very_gpu_driver_and_model(directory, monkeypatch):
    tensorrt = next(device for device in DEVICES if device.slow_start)
    model = catalogue.read()["green"]

    def folder(*identity):
        monkeypatch.setattr(nvidia, "identity", lambda: identity)
        ((_provider, settings), cpu) = providers.options(tensorrt, model)[0]
        assert cpu == CPU.provider
        return settings["nv_runtime_cache_path"]

    first = folder("RTX 3060", "550.1")
    assert folder("RTX 3060", "550.1") == first
    assert os.path.isdir(first)
    others = {folder(*other) for other in (("RTX 4090", "550.1"), ("RTX 3060", "560.2"))}
    model.file.write_bytes(worker_models.inverted().SerializeToString())
    others.add(folder("RTX 3060", "550.1"))
    assert len(others | {first}) == 4
    # Engines for what is no more are not kept.
    assert not os.path.isdir(first)


def test_each_way_of_a_device_is_tried(directory, monkeypatch):
    """The first one names a provider that does not exist here, as OpenVINO's GPU often does not."""
    device = CUDA._replace(provider=CPU.provider)
    monkeypatch.setattr(
        providers,
        "options",
        lambda device, model, plain: [[(CPU.provider, {"no": object()})], [CPU.provider]],
    )
    assert Engine(catalogue.read()["green"], device).session.get_providers()[0] == CPU.provider


def test_operators_elsewhere_are_counted(directory, monkeypatch):
    counts = Counter({("CUDAExecutionProvider", "Conv"): 10, (CPU.provider, "Resize"): 2})
    monkeypatch.setattr(engine_module, "_operators", lambda session: counts)
    assert engine_module._elsewhere(None, CUDA) == (
        "Operators of the model that do not run on NVIDIA CUDA: 2 of 12 (Resize)."
    )
    monkeypatch.setattr(engine_module, "_operators", lambda session: Counter())
    assert engine_module._elsewhere(None, CUDA) == ""


def test_a_provider_that_takes_no_operator_has_failed(directory, monkeypatch):
    """It is listed as running; all the work is done by the CPU."""
    device = CUDA._replace(provider=CPU.provider)
    monkeypatch.setattr(providers, "options", lambda device, model, plain: [[CPU.provider]])
    monkeypatch.setattr(
        engine_module, "_operators", lambda session: Counter({("SomeOtherProvider", "Conv"): 3})
    )
    with pytest.raises(DeviceProblem, match="none of the model's operators"):
        Engine(catalogue.read()["green"], device)


def test_where_operators_run_is_found_out(directory):
    options = engine_module.session_options(catalogue.read()["green"], Setting())
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    file = str(catalogue.read()["green"].file)
    session = onnxruntime.InferenceSession(file, options, providers=[CPU.provider])
    if not hasattr(session, "get_provider_graph_assignment_info"):
        pytest.skip("this onnxruntime cannot tell (1.24 and newer can)")
    assert {provider for provider, _operator in engine_module._operators(session)} == {CPU.provider}


def test_a_filter_is_served_only_by_a_model_that_has_run(directory, monkeypatch):
    """The first inference of a session takes many times as long as the others."""
    events = []
    real = engine_module.Binding.run

    def run(binding):
        events.append("run")
        real(binding)

    monkeypatch.setattr(engine_module.Binding, "run", run)
    loader = Loader(
        lambda message: events.append(type(message).__name__), lambda request, stream: events.append(stream)
    )
    loader._load(Request(1, "green", "cpu"))
    stream = next(event for event in events if not isinstance(event, str))
    stream.close()
    told = [event if isinstance(event, str) else "made" for event in events]
    assert told[0] == "Loading" and told[-2:] == ["made", "RingOpened"]
    assert told[1:-2] and set(told[1:-2]) == {"run"}
