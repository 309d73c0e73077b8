# SPDX-License-Identifier: GPL-2.0-or-later
"""The life of the worker process: killed, stopped, hanging, orphaned."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from obs_bgremove import home
from obs_bgremove.link import memory, patience
from obs_bgremove.link.messages import Chosen, Loading
from tests.unit import worker_home, worker_models
from tests.unit.worker_home import Camera, add_model, plain, ring, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


@pytest.fixture
def directory(directory):
    # A first pixel of 255 keeps it busy for hours, 0 not at all.
    add_model(directory, "looping", worker_models.looping(1_000_000_000))
    return directory


def gone(pid):
    """Whether a process has ended (and, if it is ours, was collected)."""
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def works(live, camera, value):
    return camera.alpha(live, value)[1] == plain(live, value)


def test_killed_it_is_back_with_pictures(directory):
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        camera = Camera()
        for value in (1, 2):
            live = ring(channel, client)
            assert works(live, camera, value)
            pid = client.pid
            os.kill(pid, signal.SIGKILL)
            until(lambda ring=live: ring.dead, "the end of the ring")
            assert channel.ring is not live
            assert not live.hand_over(1000, 0, live.width * 4)
            until(lambda pid=pid: client.pid not in (None, pid), "another process")
            assert gone(pid)
        assert works(ring(channel, client), camera, 3)
        until(lambda: not client.problem, "no problem")
        told = [sentence for sentence in client.sentences if "ended (signal 9)" in sentence]
        assert told and "worker.log" in told[0]


def test_killed_while_pictures_are_handed_over_nothing_breaks(directory):
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        camera = Camera()
        live = ring(channel, client)
        os.kill(client.pid, signal.SIGKILL)
        value = 0
        while not live.dead:
            # The worker is gone and the ring may not know yet.
            value = (value + 1) % 256
            camera.serial += 1
            picture = worker_home.Picture(live, value)
            live.hand_over(camera.serial, picture.address, live.width * 4)
        assert works(ring(channel, client), camera, 3)


def test_stopped_it_is_told_and_goes_on_when_continued(directory):
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        camera = Camera()
        live = ring(channel, client)
        pid = client.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            problem = until(lambda: client.problem, "a problem")
            assert "does not answer" in problem
            assert channel.ring is live
            serial = camera.hand_over(live, 5)
        finally:
            os.kill(pid, signal.SIGCONT)
        until(lambda: live.alphas(serial - 1), "the alpha")
        until(lambda: not client.problem, "no problem")
        assert client.pid == pid
        assert works(live, camera, 6)


def test_stopped_for_long_it_is_replaced(directory, monkeypatch):
    monkeypatch.setattr(patience, "GIVEN_UP", 3.0)
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        live = ring(channel, client)
        pid = client.pid
        os.kill(pid, signal.SIGSTOP)
        until(lambda: live.dead, "the end of the ring")
        assert any("did not answer" in sentence for sentence in client.sentences)
        assert works(ring(channel, client), Camera(), 3)
        assert client.pid != pid
        until(lambda: gone(pid), "the end of the stopped process")


def test_silent_while_it_loads_it_is_let_be(directory, monkeypatch):
    """Many versions of onnxruntime let no other thread run while they load, so that no word is said."""
    monkeypatch.setattr(patience, "GIVEN_UP", 2.0)
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        ring(channel, client)
        pid = client.pid
        # As if it had just been told: the worker itself loads too quickly to be stopped meanwhile.
        supervisor = client._supervisor
        process = supervisor.run.process
        supervisor.hear(process, Loading(channel.live, "cpu", ""))
        os.kill(pid, signal.SIGSTOP)
        try:
            until(lambda: "started again if that lasts 300 s" in client.problem, "a problem")
            # The time itself is what is tested: it is longer than another silence may be.
            time.sleep(3)
        finally:
            os.kill(pid, signal.SIGCONT)
        until(lambda: not client.problem, "no problem")
        assert client.pid == pid
        supervisor.hear(process, Chosen(channel.live, ""))
        os.kill(pid, signal.SIGSTOP)
        until(lambda: client.pid != pid, "the end of the process")


def test_alive_but_never_ready_it_is_replaced_and_the_next_gets_longer(directory, monkeypatch):
    monkeypatch.setattr(patience, "START_UP", 2.0)
    monkeypatch.setattr(patience, "BACK_OFF", (0.0,))
    # It hangs in the import of onnxruntime, on the loader's thread; its heart goes on.
    stub = directory / "stub" / "onnxruntime"
    stub.mkdir(parents=True)
    (stub / "__init__.py").write_text("import time; time.sleep(1000)")
    path = os.pathsep.join([str(stub.parent), str(home.PROJECT)])
    with worker_home.client(environment={"PYTHONPATH": path}) as client:
        channel = client.open()
        channel.request("green", "cpu")
        until(lambda: client.usage.at_s, "its first heartbeat")
        first = client.pid
        problem = until(lambda: client.problem, "a problem")
        assert "still not ready after 2 s." in problem and "with 4 s to be ready" in problem
        assert "worker.log" in problem
        until(lambda: gone(first), "the end of the process")
        until(lambda: "not ready after 4 s." in client.problem, "the end of the next one")
        assert channel.ring is None
        shutil.rmtree(stub)
        monkeypatch.setattr(patience, "START_UP", 60.0)
        ring(channel, client)
        assert client.problem == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")
def test_a_log_that_cannot_be_written_stops_nothing(directory):
    add_model(directory, "picky", worker_models.picky())
    log = directory / "logs" / "worker.log"
    log.parent.mkdir()
    log.symlink_to("/dev/full")
    with worker_home.client() as client:
        channel, camera = client.open(), Camera()
        pid = None
        for model in ("green", "picky", "green", "nonsense", "green"):
            before = channel.ring
            channel.request(model, "cpu")
            if model == "nonsense":
                until(lambda: "no model named" in channel.problem, "a problem")
                continue
            # Not the ring of the model before, which stays until the next one is ready.
            until(lambda before=before: channel.ring not in (None, before), "another ring")
            live = ring(channel, client, model)
            assert camera.alpha(live, 9)[1] == plain(live, 9)
            if model == "picky":
                camera.hand_over(live, 10)
                until(lambda: "failed while running" in channel.problem, "a problem")
            pid = pid or client.pid
        client._supervisor.run.process.outlet.send(b"nonsense\n")
        assert works(live, camera, 8)
        assert client.pid == pid and log.is_symlink()


def test_hanging_in_a_picture_it_is_replaced(directory, monkeypatch):
    monkeypatch.setattr(patience, "HANGING", 1.0)
    with worker_home.client() as client:
        channel = client.open()
        channel.request("looping", "cpu")
        live, camera = ring(channel, client), Camera()
        assert works(live, camera, 0)
        camera.hand_over(live, 7, corner=255)
        until(lambda: live.dead, "the end of the ring")
        assert any("busy with one picture" in sentence for sentence in client.sentences)
        assert works(ring(channel, client), camera, 0)


def test_an_end_in_a_row_waits_longer_and_longer(directory, monkeypatch):
    monkeypatch.setattr(patience, "BACK_OFF", (0.0, 0.1, 3600.0))
    stub = directory / "stub" / "onnxruntime"
    stub.mkdir(parents=True)
    (stub / "__init__.py").write_text("import os; os._exit(7)")
    path = os.pathsep.join([str(stub.parent), str(home.PROJECT)])
    with worker_home.client(environment={"PYTHONPATH": path}) as client:
        until(lambda: client._supervisor.start_at > time.monotonic() + 3000, "a long wait")
        assert client._supervisor.restarts.ends_in_row == 3
        assert client.pid is None
        assert "exit code 7" in client.problem


def test_it_is_in_a_session_of_its_own(directory):
    with worker_home.client() as client:
        until(lambda: client.devices, "the devices")
        assert os.getsid(client.pid) != os.getsid(0)


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="Linux only")
def test_it_never_takes_the_processor_from_the_thread_that_wakes_it(directory):
    with worker_home.client() as client:
        until(lambda: client.devices, "the devices")
        threads = psutil.Process(client.pid).threads()
        assert {os.sched_getscheduler(thread.id) for thread in threads} == {os.SCHED_BATCH}


def test_stop_ends_it_also_when_it_is_busy_or_stopped(directory):
    for trouble in ("busy", "stopped"):
        with worker_home.client() as client:
            channel = client.open()
            channel.request("looping", "cpu")
            live, camera = ring(channel, client), Camera()
            pid = client.pid
            if trouble == "busy":
                camera.hand_over(live, 7, corner=255)
            else:
                os.kill(pid, signal.SIGSTOP)
        assert gone(pid)
        assert channel.ring is None


OBS = """
import sys, time
from obs_bgremove.link.client import Client
from tests.unit import worker_home
client = Client(log=lambda sentence: None)
client.start()
channel = client.open()
channel.request("looping", "cpu")
live, camera = worker_home.ring(channel, client), worker_home.Camera()
if sys.argv[1] == "busy":
    camera.hand_over(live, 7, corner=255)
print(client.pid, flush=True)
while True:
    time.sleep(1)
"""


@pytest.mark.parametrize("doing", ["idle", "busy"])
def test_killed_obs_leaves_no_process_and_no_memory(directory, doing):
    environment = {**os.environ, "PYTHONPATH": str(home.PROJECT)}
    obs = subprocess.Popen([sys.executable, "-c", OBS, doing], stdout=subprocess.PIPE, env=environment)
    with obs:
        worker = psutil.Process(int(obs.stdout.readline()))
        if doing == "busy":
            spent = sum(worker.cpu_times()[:2])
            until(lambda: sum(worker.cpu_times()[:2]) > spent + 0.2, "the worker to be busy")
        # As of a shared memory that OBS has not opened yet.
        leftover = Path(memory._folders()[0]) / f"obs_bgremove-{worker.pid}-x"
        leftover.touch()
        obs.kill()
    until(lambda: not worker.is_running(), "the end of the worker")
    assert shared_files(worker.pid) == []


def test_obs_killed_while_the_worker_starts_leaves_no_process(directory):
    stub = directory / "stub"
    stub.mkdir()
    (stub / "sitecustomize.py").write_text(
        "import os, pathlib, time\n"
        f"pathlib.Path({str(directory / 'started')!r}).write_text(str(os.getpid()))\n"
        "time.sleep(5)\n"
    )
    path = os.pathsep.join([str(stub), str(home.PROJECT)])
    script = (
        "import time; from obs_bgremove.link.client import Client\n"
        f"client = Client(environment={{'PYTHONPATH': {path!r}}})\n"
        "client.start(); time.sleep(1000)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(home.PROJECT)}
    with subprocess.Popen([sys.executable, "-c", script], env=environment) as obs:
        started = directory / "started"
        pid = int(until(lambda: started.is_file() and started.read_text(), "the start of the worker"))
        obs.kill()
    until(lambda: gone(pid), "the end of the worker")


def test_memory_without_memfd_leaves_nothing_either(directory):
    stub = directory / "stub"
    stub.mkdir()
    (stub / "sitecustomize.py").write_text("import os\nif hasattr(os, 'memfd_create'): del os.memfd_create\n")
    path = os.pathsep.join([str(stub), str(home.PROJECT)])
    with worker_home.client(environment={"PYTHONPATH": path}) as client:
        channel = client.open()
        channel.request("green", "cpu")
        live = ring(channel, client)
        assert not live._memory.place.path.startswith("/proc/")
        assert shared_files(client.pid) == []
        assert works(live, Camera(), 3)


def shared_files(pid):
    """Return the files of a worker's shared memory."""
    return [path for folder in memory._folders() for path in Path(folder).glob(f"obs_bgremove-{pid}-*")]


def test_a_late_supervisor_does_not_blame_the_worker(directory):
    """OBS itself stood still for longer than a worker may be silent."""
    script = (
        "import sys\n"
        "from obs_bgremove.link import patience\n"
        "from tests.unit import worker_home\n"
        "patience.GIVEN_UP = 2.0\n"
        "with worker_home.client() as client:\n"
        "    channel = client.open(); channel.request('green', 'cpu')\n"
        "    live, camera = worker_home.ring(channel, client), worker_home.Camera()\n"
        "    print(client.pid, flush=True)\n"
        "    sys.stdin.readline()\n"
        "    camera.alpha(live, 3)\n"
        "    print(client.pid, live.dead, flush=True)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(home.PROJECT)}
    obs = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    with obs:
        pid = obs.stdout.readline().strip()
        obs.send_signal(signal.SIGSTOP)
        until(lambda: psutil.Process(obs.pid).status() == psutil.STATUS_STOPPED, "OBS to stand still")
        # The time itself is what is tested: it is longer than a worker may be silent.
        time.sleep(4)
        obs.send_signal(signal.SIGCONT)
        obs.stdin.write("\n")
        obs.stdin.flush()
        assert obs.stdout.readline().split() == [pid, "False"]


def test_a_fault_of_our_own_does_not_end_the_watch(directory):
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        live = ring(channel, client)
        client._supervisor.post(lambda: {}["tell"])
        until(lambda: "KeyError" in client.problem, "the problem is told")
        os.kill(client.pid, signal.SIGKILL)
        until(lambda: live.dead, "the end of the ring")
        assert works(ring(channel, client), Camera(), 3)
