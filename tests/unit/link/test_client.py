# SPDX-License-Identifier: GPL-2.0-or-later
"""The client with a real worker process: pictures, models, devices, and what can go wrong in peace."""

import ctypes
import os
import re
import shutil
import sys

import pytest

from obs_bgremove import home
from obs_bgremove.link import patience
from obs_bgremove.link.client import Client
from tests.unit import worker_home, worker_models
from tests.unit.worker_home import Camera, add_model, plain, ring, until


def test_alphas_come_back_and_everything_is_told(directory):
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        live = ring(channel, client)
        assert (live.model, live.device) == ("green", "cpu")
        assert (live.height, live.width) == (worker_models.HEIGHT, worker_models.WIDTH)
        alpha, data = Camera().alpha(live, 200)
        assert data == plain(live, 200)
        assert 0 < alpha.infer_ns < alpha.round_trip_ns
        model = next(model for model in client.models if model.name == "green")
        assert model.title == "Test green"
        assert (model.height, model.width) == (24, 32)
        assert model.default and model.installed and model.problem is None
        assert "cpu" in [device.name for device in client.devices]
        assert (client.problem, channel.problem, channel.note) == ("", "", "")


def test_nothing_chosen_means_the_default_model(directory):
    add_model(directory, "another", worker_models.inverted())
    with worker_home.client() as client:
        channel = client.open()
        channel.request("", "auto")
        assert ring(channel, client).model == "green"


def test_each_alpha_belongs_to_its_frame_also_in_a_hurry(directory):
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        live = ring(channel, client)
        camera, seen, alphas = Camera(), 0, 0

        def hurry():
            """Hand frames over without waiting for any alpha, and look at those that have come."""
            nonlocal seen, alphas
            for _ in range(100):
                camera.hand_over(live, (camera.serial + 1) * 7 % 256)
                for alpha in live.alphas(seen):
                    seen, alphas = alpha.serial, alphas + 1
                    data = ctypes.string_at(alpha.address, live.width * live.height)
                    assert data == plain(live, alpha.serial * 7 % 256)
            return alphas >= 200

        until(hurry, lambda: f"200 alphas; there were {alphas} of {camera.serial} frames")
        assert camera.serial > alphas


def test_two_channels_share_the_process_and_the_model(directory):
    add_model(directory, "counter", worker_models.counter())
    with worker_home.client() as client:
        first, second = client.open(), client.open()
        first.request("counter", "cpu")
        second.request("counter", "cpu")
        rings = ring(first, client), ring(second, client)
        cameras = Camera(), Camera()
        counted = [cameras[0].alpha(rings[0], value)[1][0] for value in (10, 20, 30)]
        # Each filter has a recurrent state of its own.
        counted += [cameras[1].alpha(rings[1], value)[1][0] for value in (10, 20)]
        assert counted == [0, 1, 2, 0, 1]
        log = (directory / "logs" / "worker.log").read_text()
        assert log.count("loaded") == 1
        assert "filters: 2" in log
        first.close()
        until(lambda: rings[0].dead, "the first ring's end")
        assert cameras[1].alpha(rings[1], 30)[1][0] == 2


def test_filters_that_always_have_a_picture_waiting_get_equal_shares(directory):
    add_model(directory, "looping", worker_models.looping(1500))
    with worker_home.client() as client:
        channels = [client.open() for _ in range(3)]
        for channel, model in zip(channels, ("looping", "looping", "green")):
            channel.request(model, "cpu")
        rings = [ring(channel, client) for channel in channels]
        cameras = [Camera() for _ in rings]
        seen, counts = [0, 0, 0], [0, 0, 0]

        def hurry():
            """Keep a new picture waiting at each ring, and count the alphas."""
            for index, (camera, live) in enumerate(zip(cameras, rings)):
                for alpha in live.alphas(seen[index]):
                    seen[index], counts[index] = alpha.serial, counts[index] + 1
                if live.taken >= camera.serial:
                    camera.hand_over(live, 5 + camera.serial % 5)
            return sum(counts) >= 60

        until(hurry, lambda: f"60 alphas; there were {counts}")
        # In turn: none of the slow ones gets a second picture before the others got theirs.
        assert abs(counts[0] - counts[1]) <= 3
        # The quick one never waits longer than for the other two, however many pictures they have.
        assert counts[2] >= min(counts[:2]) - 3


def test_without_pictures_nothing_is_computed(directory):
    add_model(directory, "counter", worker_models.counter())
    with worker_home.client() as client:
        channel = client.open()
        channel.request("counter", "cpu")
        live, camera = ring(channel, client), Camera()
        assert camera.alpha(live, 1)[1][0] == 0
        # Some beats of its heart later the worker has run no inference: the model would have counted it.
        heard = client.usage.at_s
        until(lambda: client.usage.at_s > heard + 1.0, "two words of the worker")
        assert camera.alpha(live, 2)[1][0] == 1


def test_the_same_picture_is_not_inferred_twice(directory):
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        live, camera = ring(channel, client), Camera()
        alphas = [camera.alpha(live, value) for value in (9, 9, 9, 8)]
        assert [alpha.infer_ns > 0 for alpha, _ in alphas] == [True, False, False, True]
        assert [data[0] for _, data in alphas] == [9, 9, 9, 8]


def test_a_recurrent_model_settles_on_a_still_picture_then_rests(directory):
    add_model(directory, "counter", worker_models.counter(), settle_frames=3)
    with worker_home.client() as client:
        channel = client.open()
        channel.request("counter", "cpu")
        live, camera = ring(channel, client), Camera()
        counted = [camera.alpha(live, value)[1][0] for value in (1, 1, 1, 1, 1, 1, 1, 2, 2)]
        # The second of the same pictures is one of a slow camera: it is not inferred again.
        assert counted == [0, 0, 1, 2, 3, 3, 3, 4, 4]


def test_a_recurrent_model_infers_each_picture_of_a_slow_camera_once(directory):
    add_model(directory, "counter", worker_models.counter(), settle_frames=3)
    with worker_home.client() as client:
        channel = client.open()
        channel.request("counter", "cpu")
        live, camera = ring(channel, client), Camera()
        # As OBS at 60 frames per second sees a camera of 30.
        counted = [camera.alpha(live, value)[1][0] for value in (1, 1, 2, 2, 3, 3, 4, 4)]
        assert counted == [0, 0, 1, 1, 2, 2, 3, 3]


def test_another_model_takes_over_without_a_gap(directory):
    add_model(directory, "inverted", worker_models.inverted())
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        old, camera = ring(channel, client), Camera()
        channel.request("inverted", "cpu")
        alphas = 0
        while True:
            live = channel.ring
            assert live is not None
            if live is not old:
                break
            serial = camera.hand_over(old, camera.serial % 256)
            # Answered, or overtaken by the new ring.
            until(lambda s=serial: old.alphas(s - 1) or channel.ring is not old, "an alpha of the old ring")
            alphas += 1
        assert live.model == "inverted"
        # Frames that were under way are shown, too.
        assert camera.alpha(old, 66)[1] == plain(old, 66)
        until(lambda: old.dead, "the end of the old ring")
        assert camera.alpha(live, 55)[1] == plain(live, 200)


def test_a_model_that_fails_leaves_the_old_one_working(directory):
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        old, camera = ring(channel, client), Camera()
        channel.request("nonsense", "cpu")
        problem = until(lambda: channel.problem, "a problem")
        assert 'no model named "nonsense"' in problem and "choose one from the list" in problem
        assert channel.ring is old
        assert camera.alpha(old, 33)[1] == plain(old, 33)
        channel.request("green", "cpu")
        until(lambda: not channel.problem and channel.ring is not old, "a ring for the old choice")


GREEN = worker_models.green().SerializeToString()


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (None, "is not installed. Put it there again"),
        (b"", "is empty"),
        (GREEN[: len(GREEN) // 2], "is cut short"),
        (GREEN[:-2], "is cut short"),
        (b"<!DOCTYPE html><html>not found</html>", "is not an ONNX model"),
        (bytes(1000), "is not an ONNX model"),
        (b"version https://git-lfs.github.com/spec/v1\n", "only a Git LFS pointer"),
        (worker_models.without_alpha(), "has no output named 'alpha'"),
        (worker_models.of_floats(), "'frame' is tensor.float. .* not tensor.uint8."),
        (worker_models.dynamic(), "no number is known for rows, columns"),
        (worker_models.forgetful(), "'state_count' has no output 'next_state_count'"),
    ],
    ids=[
        "missing", "empty", "half", "end-missing", "html", "zeros", "lfs",
        "no-alpha", "floats", "dynamic", "forgetful",
    ],
)  # fmt: skip
def test_a_broken_model_is_a_sentence_and_comes_back_when_mended(directory, model, words):
    add_model(directory, "broken", model)
    with worker_home.client() as client:
        good, channel = client.open(), client.open()
        good.request("green", "cpu")
        channel.request("broken", "cpu")
        problem = until(lambda: channel.problem, "a problem")
        assert re.search(words, problem), problem
        assert channel.ring is None
        assert client.problem == ""
        live = ring(good, client)
        assert Camera().alpha(live, 3)[1] == plain(live, 3)
        add_model(directory, "broken", worker_models.inverted())
        live = ring(channel, client)
        assert channel.problem == ""
        assert Camera().alpha(live, 3)[1] == plain(live, 252)


def test_an_inference_that_fails_ends_only_its_own_filter(directory):
    add_model(directory, "picky", worker_models.picky())
    with worker_home.client() as client:
        good, channel = client.open(), client.open()
        good.request("green", "cpu")
        channel.request("picky", "cpu")
        live, camera = ring(channel, client), Camera()
        assert camera.alpha(live, 9)[1] == plain(live, 9)
        camera.hand_over(live, 10)
        problem = until(lambda: channel.problem, "a problem")
        assert "picky failed while running" in problem and "choose another model" in problem
        assert channel.ring is None
        live = ring(good, client)
        assert Camera().alpha(live, 3)[1] == plain(live, 3)


def test_a_device_that_is_not_there_is_named_and_replaced(directory):
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "nonsense")
        assert ring(channel, client).device == "cpu"
        assert 'no device named "nonsense"' in channel.note
        assert channel.note.endswith("It runs on CPU.")


def test_a_name_that_is_too_long_is_a_sentence(directory):
    with worker_home.client() as client:
        channel = client.open()
        channel.request("x" * 5000, "cpu")
        assert "too long" in until(lambda: channel.problem, "a problem")


def test_a_card_that_cannot_be_read_is_a_sentence(directory):
    (add_model(directory, "carded", worker_models.green()) / "card.toml").write_text("title = ")
    with worker_home.client() as client:
        models = until(lambda: {model.name: model for model in client.models}, "the models")
        assert "card of the model carded cannot be read" in models["carded"].problem
        assert models["green"].problem is None


def test_nothing_installed_is_a_sentence_and_ends_with_the_installation(directory, monkeypatch):
    monkeypatch.setattr(patience, "LOOK_AGAIN", 0.1)
    home.record_file().unlink()
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        problem = until(lambda: client.problem, "a problem")
        assert "not completely installed" in problem and "Run install.py" in problem
        home.write_record({"python": str(directory / "gone" / "python")})
        until(lambda: "does not exist" in client.problem, "the sentence about the interpreter")
        assert "Run install.py" in client.problem
        home.write_record({"python": sys.executable})
        ring(channel, client)
        assert client.problem == ""


def test_an_interpreter_that_cannot_be_started_is_a_sentence(directory):
    file = directory / "python"
    file.write_text("not a program")
    with worker_home.client(python=str(file)) as client:
        problem = until(lambda: client.problem, "a problem")
        assert "cannot be started" in problem and "run install.py" in problem


def test_onnxruntime_that_cannot_be_imported_is_a_sentence(directory, monkeypatch):
    stub = directory / "stub" / "onnxruntime"
    stub.mkdir(parents=True)
    (stub / "__init__.py").write_text("raise ImportError('libfoo.so.1: cannot open shared object file')")
    path = os.pathsep.join([str(stub.parent), str(home.PROJECT)])
    monkeypatch.setattr(patience, "TRY_AGAIN", 0.2)
    with worker_home.client(environment={"PYTHONPATH": path}) as client:
        channel = client.open()
        channel.request("green", "cpu")
        problem = until(lambda: client.problem, "a problem")
        assert "onnxruntime cannot be loaded (libfoo.so.1" in problem and "run install.py" in problem
        assert [model for model in client.models if model.name == "green"]
        assert channel.ring is None
        # Tried again, and the sentence stays meanwhile; mended, it works without a restart.
        first = client.pid
        until(lambda: client.pid not in (first, None), "another try")
        assert client.problem == problem
        shutil.rmtree(stub)
        ring(channel, client)
        assert client.problem == ""


def test_what_the_host_says_about_its_python_does_not_reach_the_worker(directory, monkeypatch):
    monkeypatch.setenv("PYTHONHOME", str(directory / "nowhere"))
    monkeypatch.setenv("PYTHONPATH", str(directory / "nowhere"))
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        ring(channel, client)


def test_what_a_library_prints_does_not_disturb(directory):
    stub = directory / "stub"
    stub.mkdir()
    (stub / "sitecustomize.py").write_text(
        "import os, threading, time\n"
        "def chatter():\n"
        "    while True:\n"
        "        time.sleep(0.01); os.write(1, b'hello {\\n'); print('from Python')\n"
        "threading.Timer(0.3, chatter).start()\n"
    )
    path = os.pathsep.join([str(stub), str(home.PROJECT)])
    with worker_home.client(environment={"PYTHONPATH": path}) as client:
        channel = client.open()
        channel.request("green", "cpu")
        live, camera = ring(channel, client), Camera()
        log = directory / "logs" / "worker.log"
        until(lambda: "hello {" in log.read_text(), "the chatter")
        assert camera.alpha(live, 3)[1] == plain(live, 3)
        assert client.problem == ""


def test_a_client_can_be_stopped_and_started_again(directory):
    client = Client(log=lambda _: None)
    client.stop()
    client.start()
    channel = client.open()
    channel.request("green", "cpu")
    old = ring(channel, client)
    client.stop()
    assert channel.ring is None and old.dead and client.pid is None
    client.stop()
    client.start()
    try:
        fresh = ring(channel, client)
        assert fresh is not old
        assert Camera().alpha(fresh, 3)[1] == plain(fresh, 3)
    finally:
        client.stop()


def test_a_large_log_is_put_aside(directory):
    log = directory / "logs" / "worker.log"
    log.parent.mkdir()
    log.write_bytes(b"x" * (2 << 20))
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        ring(channel, client)
    assert log.stat().st_size < 1 << 20
    assert (log.parent / "worker.old.log").stat().st_size == 2 << 20
