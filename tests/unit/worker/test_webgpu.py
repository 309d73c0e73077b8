# SPDX-License-Identifier: GPL-2.0-or-later
"""WebGPU with real workers on a graphics card in software: alphas, memory, failures, several filters."""

import ctypes
import json
import platform
import sys

import pytest

from obs_bgremove.worker.choice import catalogue
from tests.unit import software_vulkan as software
from tests.unit import stand_in, worker_home, worker_models
from tests.unit.software_vulkan import software_vulkan  # noqa: F401  (fixture)
from tests.unit.worker_home import Camera, add_model, plain, ring, until

MODELS = [model.name for model in catalogue.read().values() if model.installed and not model.problem]
#: Prints how far the alphas of a few pictures are apart, and what does not run on the device.
COMPARED = """
import itertools, json, sys
import numpy
from obs_bgremove.worker.choice import catalogue
from obs_bgremove.worker.inference import providers
from obs_bgremove.worker.inference.drawn_person import pictures
from obs_bgremove.worker.inference.engine import Engine
from obs_bgremove.worker.measure.bare import Bare
model = catalogue.read()[sys.stdin.read()]
device = next(one for one in providers.DEVICES if one.name == "webgpu")
right = Bare(Engine(model, providers.CPU))
seen = list(itertools.islice(pictures(right.engine.height, right.engine.width), 2))
wanted = [(right.run(picture), right.alpha)[1].astype(int) for picture in seen]
# As a worker does it: with the plain settings where the others give nonsense.
for plain in (False, True):
    tried = Bare(Engine(model, device, plain=plain))
    got = [(tried.run(picture), tried.alpha)[1] for picture in seen]
    if numpy.abs(wanted[0] - got[0]).mean() < 12:
        break
off = [int(numpy.abs(one - other).max()) for one, other in zip(wanted, got)]
print(json.dumps({"off": off, "elsewhere": tried.engine.elsewhere}))
"""


@pytest.mark.parametrize("name", MODELS)
def test_each_model_runs_on_the_card_whole_and_its_alphas_are_those_of_the_cpu(software_vulkan, name):  # noqa: F811
    said = software.run(COMPARED, software_vulkan, name.encode())
    assert said.startswith("{"), said
    found = json.loads(said)
    assert max(found["off"]) <= 1
    assert found["elsewhere"] == ""


@pytest.fixture
def counting(directory):
    """The data directory with two models that run on WebGPU: "counter" counts pictures in its memory."""
    add_model(directory, "counter", worker_models.counter(), settle_frames=3)
    add_model(directory, "inverted", worker_models.inverted())
    return directory


def on_webgpu(channel, client):
    """Wait until a channel is served by WebGPU; return its ring."""

    def there():
        live = ring(channel, client)
        assert channel.settled is False or live.device == "webgpu", channel.note
        return live if channel.settled else None

    return until(there, lambda: f"WebGPU; {channel.note!r}")


def test_another_device_serves_until_it_is_ready_and_the_memory_stays_there(software_vulkan, counting):  # noqa: F811
    with worker_home.client() as client:
        channel = client.open()
        channel.request("counter", "webgpu")
        first = ring(channel, client)
        if first.device == "cpu":
            assert "is being prepared for WebGPU" in channel.note
        live, camera = on_webgpu(channel, client), Camera()
        for number in range(20):
            _alpha, values = camera.alpha(live, number)
            assert values == plain(live, number)


def test_memory_does_not_grow(software_vulkan, counting):  # noqa: F811
    with worker_home.client() as client:
        channel = client.open()
        channel.request("counter", "webgpu")
        live, camera = on_webgpu(channel, client), Camera()

        def after(pictures):
            for _ in range(pictures):
                camera.alpha(live, camera.serial % 200)
            seen = client.usage.at_s
            until(lambda: client.usage.at_s > seen, "a heartbeat")
            return client.usage.memory_mb

        begun = after(400)
        # A buffer of a picture that stayed each time would be 6 MB.
        assert after(2000) - begun < 3


def test_two_filters_and_a_third_that_comes_are_served_at_once(software_vulkan, counting):  # noqa: F811
    with worker_home.client() as client:
        channels = [client.open() for _ in range(3)]
        for channel in channels[:2]:
            channel.request("inverted", "webgpu")
        rings = [on_webgpu(channel, client) for channel in channels[:2]]
        assert rings[0] is not rings[1]
        cameras = [Camera(), Camera()]
        channels[2].request("counter", "webgpu")
        rounds = 0
        while rounds < 60 or not channels[2].settled:
            rounds += 1
            for live, camera in zip(rings, cameras):
                value = rounds % 200
                assert camera.alpha(live, value)[1] == plain(live, 255 - value)
        live = on_webgpu(channels[2], client)
        camera = Camera()
        assert camera.alpha(live, 50)[1] == plain(live, 0)
        # Those that go give their memory back while the last is served.
        for channel in channels[:2]:
            channel.close()
        assert [camera.alpha(live, number)[1][0] for number in range(1, 9)] == list(range(1, 9))
        assert client._supervisor.restarts.ends_in_row == 0


@pytest.mark.skipif(sys.platform != "linux", reason="is about Vulkan's loader")
def test_without_a_driver_the_cpu_serves_and_one_sentence_says_why(
    software_vulkan,  # noqa: F811
    counting,
    monkeypatch,
):
    for name, value in software.variables("/nonexistent").items():
        monkeypatch.setenv(name, value)
    with worker_home.client() as client:
        channel = client.open()
        channel.request("inverted", "webgpu")
        until(lambda: channel.settled, lambda: channel.note)
        assert channel.ring.device == "cpu"
        assert channel.note.startswith(
            "WebGPU failed: no graphics driver here offers Vulkan as it needs it; "
        )
        assert channel.note.endswith(". It runs on CPU.")


#: Lets the driver answer "device lost" to all that is submitted, as soon as a file is there.
LOSE = """
import ctypes as c, os, threading, time
P, U = c.c_void_p, c.c_uint32
class Queue(c.Structure):
    _fields_ = [("kind", U), ("next", P), ("flags", U), ("family", U), ("count", U), ("priorities", P)]
class Device(c.Structure):
    _fields_ = [("kind", U), ("next", P), ("flags", U), ("queues", U), ("queue", P), ("layers", U),
                ("layer", P), ("extensions", U), ("extension", P), ("features", P)]
def lose():
    import json, pathlib
    named = pathlib.Path(os.environ["VK_DRIVER_FILES"])
    library = json.loads(named.read_text())["ICD"]["library_path"]
    # As Vulkan's loader does it: a name alone is looked for where libraries are.
    driver = c.CDLL(str(named.parent / library) if "/" in library else library)
    find = driver.vk_icdGetInstanceProcAddr
    find.restype, find.argtypes = P, [P, c.c_char_p]
    def call(name, *arguments):
        assert c.CFUNCTYPE(c.c_int, *[P] * len(arguments))(find(instance, name))(*arguments) == 0
    instance, card, device = P(), P(), P()
    call(b"vkCreateInstance", (c.c_uint64 * 8)(1), None, c.byref(instance))
    call(b"vkEnumeratePhysicalDevices", instance, c.byref(U(1)), c.byref(card))
    first = c.c_float(1)
    queue = Queue(2, None, 0, 0, 1, c.addressof(first))
    made = Device(3, None, 0, 1, c.addressof(queue))
    call(b"vkCreateDevice", card, c.byref(made), None, c.byref(device))
    find_of_device = c.CFUNCTYPE(P, P, c.c_char_p)(find(instance, b"vkGetDeviceProcAddr"))
    submit = find_of_device(device, b"vkQueueSubmit")
    system = c.CDLL(None)
    page = P(submit & ~4095)
    assert system.mprotect(page, 8192, 7) == 0
    # mov eax, VK_ERROR_DEVICE_LOST; ret
    c.memmove(submit, b"\\xb8\\xfc\\xff\\xff\\xff\\xc3", 6)
    assert system.mprotect(page, 8192, 5) == 0
def wait():
    while not os.path.exists(os.environ["LOSE_WHEN"]):
        time.sleep(0.01)
    lose()
    os.remove(os.environ["LOSE_WHEN"])
if "LOSE_WHEN" in os.environ:
    threading.Thread(target=wait, daemon=True).start()
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="writes instructions of this processor")
def test_a_card_that_is_lost_costs_no_filter_an_alpha_that_is_wrong(software_vulkan, counting, monkeypatch):  # noqa: F811
    when = counting / "lose"
    monkeypatch.setenv("LOSE_WHEN", str(when))
    with worker_home.client(environment=stand_in.environment(counting, LOSE)) as client:
        channels, camera = [client.open(), client.open()], Camera()
        for channel in channels:
            channel.request("inverted", "webgpu")
        rings = [on_webgpu(channel, client) for channel in channels]
        when.touch()
        until(lambda: not when.exists(), "the loss")
        for channel, lost in zip(channels, rings):
            while channel.ring is lost or channel.ring is None:
                live, value = ring(channel, client), camera.serial % 200
                serial = camera.hand_over(live, value) if not live.dead else 0
                came = until(
                    lambda live=live, serial=serial, channel=channel: (
                        live.alphas(serial - 1) or (channel.ring is not live and "moved")
                    ),
                    "an alpha, or another ring",
                )
                if came != "moved":
                    values = ctypes.string_at(came[-1].address, live.width * live.height)
                    assert values == plain(live, 255 - value)
            live = ring(channel, client)
            until(lambda channel=channel: channel.settled, "the last choice")
            assert live.device == "cpu"
            assert camera.alpha(live, 7)[1] == plain(live, 248)
            assert "the graphics card was lost" in channel.note and channel.note.endswith("It runs on CPU.")
        # It is the same worker, which says so to the next filter, too.
        assert client._supervisor.restarts.ends_in_row == 0
        channels.append(client.open())
        channels[-1].request("inverted", "webgpu")
        until(lambda: channels[-1].settled, "the third")
        assert channels[-1].note.startswith("WebGPU cannot be used: the graphics card was lost, ")
        assert channels[-1].note.endswith("; restart OBS to use it again. It runs on CPU.")


#: Every alpha of WebGPU is "person" until its plain settings are used.
WRONG_AT_FIRST = """
import ctypes
from obs_bgremove.worker.inference import engine, providers
plain = {}
real_load, real_init, real_run = engine._load, engine.Binding.__init__, engine.Binding.run
def load(model, device, setting, alone, way, file):
    plain[device.name] = way
    return real_load(model, device, setting, alone, way, file)
def init(binding, made, frame, alpha, *states):
    binding.at = alpha
    real_init(binding, made, frame, alpha, *states)
def run(binding):
    real_run(binding)
    if binding._engine.device.name == "webgpu" and not plain["webgpu"]:
        ctypes.memset(binding.at, 255, 24 * 32)
engine._load, engine.Binding.__init__, engine.Binding.run = load, init, run
"""


def test_alphas_that_are_wrong_are_right_with_the_plain_settings(software_vulkan, counting):  # noqa: F811
    with worker_home.client(environment=stand_in.environment(counting, WRONG_AT_FIRST)) as client:
        channel = client.open()
        channel.request("inverted", "webgpu")
        live = on_webgpu(channel, client)
        assert Camera().alpha(live, 5)[1] == plain(live, 250)
        assert channel.note.startswith("WebGPU runs with another order of the numbers in memory, because")


BENCH = """
import sys
from obs_bgremove.worker.measure.bench import bench
sys.exit(bench(["inverted"], "all", 2.0, sys.stdin.read(), record=False))
"""


def test_the_bench_has_a_row_of_webgpu_beside_that_of_the_cpu(software_vulkan, counting):  # noqa: F811
    target = counting / "figures.json"
    table = software.run(BENCH, software_vulkan, str(target).encode())
    assert target.is_file(), table
    rows = {row["provider"]: row for row in json.loads(target.read_text())}
    assert set(rows) == {"webgpu", "cpu"}, table
    webgpu, cpu = rows["webgpu"], rows["cpu"]
    assert webgpu["alpha_off"] <= 1 and webgpu["round_trip_ms"] > 0
    # Our tiny model picks a plane of the bytes, which the card does not.
    assert 0 < webgpu["operators_elsewhere"] < 9
    assert cpu["operators_elsewhere"] is None
