# SPDX-License-Identifier: GPL-2.0-or-later
"""The life of the worker process on Windows: killed, left by its launcher, not listening, orphaned.

Run by Windows' Python. The worker is started as OBS starts it there: by the ``python.exe`` of a virtual
environment, a launcher whose child is the worker.
"""

import os
import subprocess
import sys
import time

import psutil
import pytest

from obs_bgremove.link.process import Outlet
from tests.unit import worker_home, worker_models
from tests.unit.worker_home import Camera, add_model, plain, ring, until

#: ``python.exe`` of the virtual environment.
LAUNCHER = os.environ.get("OBS_BGREMOVE_LAB_VENV", "")


@pytest.fixture
def directory(tmp_path, monkeypatch):
    made = worker_home.make(tmp_path, monkeypatch, python=LAUNCHER)
    add_model(made, "green", worker_models.green(), default=True)
    return made


@pytest.fixture
def client(directory):
    with worker_home.client() as made:
        yield made


@pytest.fixture
def channel(client):
    made = client.open()
    made.request("green", "cpu")
    return made


def launcher_of(client):
    """The process that was started, whose child is the worker."""
    launcher = psutil.Process(client.pid).parent()
    assert launcher.exe().lower() == LAUNCHER.lower()
    return launcher


def ended(pid):
    return not psutil.pid_exists(pid)


def test_it_starts_and_answers(client, channel):
    live = ring(channel, client)
    camera = Camera()
    for value in (10, 200):
        assert camera.alpha(live, value)[1] == plain(live, value)
    assert not client.problem and not channel.problem
    assert launcher_of(client).pid != client.pid
    assert until(lambda: client.usage.memory_mb, "its use of memory") > 1


def test_killed_it_is_back_with_pictures(client, channel):
    first, pid = ring(channel, client), client.pid
    launcher = launcher_of(client)
    psutil.Process(pid).kill()
    until(lambda: first.dead, "the end of the ring")
    second = until(lambda: channel.ring not in (None, first) and channel.ring, "another ring")
    assert client.pid != pid
    until(lambda: ended(pid) and ended(launcher.pid), "the end of the worker and of its launcher")
    assert Camera().alpha(second, 77)[1] == plain(second, 77)
    until(lambda: not client.problem, "no problem")


def test_when_its_launcher_is_killed_the_worker_ends_and_another_comes(client, channel):
    first, pid = ring(channel, client), client.pid
    launcher_of(client).kill()
    second = until(lambda: channel.ring not in (None, first) and channel.ring, "another ring")
    assert client.pid != pid
    until(lambda: ended(pid), "the end of the worker")
    assert Camera().alpha(second, 78)[1] == plain(second, 78)


def test_stopped_it_leaves_no_process(client, channel):
    ring(channel, client)
    pid, launcher = client.pid, launcher_of(client).pid
    client.stop()
    until(lambda: ended(pid) and ended(launcher), "the end of the worker and of its launcher")
    assert channel.ring is None


def test_a_full_pipe_takes_whole_lines_and_never_waits():
    import ctypes
    import msvcrt

    source, sink = os.pipe()
    outlet = Outlet(os.fdopen(sink, "wb", buffering=0))
    line = b'{"ask":"close","ring":12345}\n'
    sent = 0
    # What is still to be sent: nothing, until the pipe is full.
    while not outlet.send(line):
        sent += 1
        assert sent < 1_000_000, "the pipe never gets full"
    outlet.wake()
    held = ctypes.c_ulong()
    handle = ctypes.c_void_p(msvcrt.get_osfhandle(source))
    assert ctypes.windll.kernel32.PeekNamedPipe(handle, None, 0, None, ctypes.byref(held), None)
    text = os.read(source, held.value)
    assert text.replace(b"\n\n", b"\n").count(line) == sent
    assert not text.replace(line, b"").strip()
    os.close(source)
    # A pipe that nobody reads any more is no error either.
    assert outlet.send(line) == line


def test_suspended_it_is_told_and_goes_on_when_resumed(client, channel):
    live, camera, pid = ring(channel, client), Camera(), client.pid
    worker = psutil.Process(pid)
    worker.suspend()
    try:
        problem = until(lambda: client.problem, "a problem")
        assert "does not answer" in problem
        serial = camera.hand_over(live, 5)
    finally:
        worker.resume()
    until(lambda: live.alphas(serial - 1), "the alpha")
    until(lambda: not client.problem, "no problem")
    assert client.pid == pid


#: Prints the worker's number, and for each line that it reads the number again and whether the ring is dead.
_PARENT = """
import sys
from obs_bgremove.link import patience
from tests.unit import worker_home
patience.GIVEN_UP = 2.0
with worker_home.client() as client:
    channel = client.open()
    channel.request("green", "cpu")
    live, camera = worker_home.ring(channel, client), worker_home.Camera()
    print(client.pid, flush=True)
    for line in sys.stdin:
        camera.alpha(live, 3)
        print(client.pid, live.dead, flush=True)
"""


@pytest.fixture
def parent(directory):
    """A process with a worker, in OBS' place, and the numbers of the worker and its launcher."""
    started = subprocess.Popen(
        [sys.executable, "-c", _PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pid = int(started.stdout.readline())
    launcher = psutil.Process(pid).parent()
    assert launcher.ppid() == started.pid
    # The launcher has to be waiting for its child, which cannot be seen.
    time.sleep(0.2)
    yield started, pid, launcher.pid
    started.kill()
    started.communicate()


def test_when_its_parent_is_killed_no_process_is_left(parent):
    obs, pid, launcher = parent
    obs.kill()
    obs.wait()
    until(lambda: ended(pid) and ended(launcher), "the end of the worker and of its launcher")


def test_a_parent_that_was_suspended_does_not_blame_the_worker(parent):
    obs, pid, _ = parent
    psutil.Process(obs.pid).suspend()
    # Longer than the parent lets a worker be silent: the time itself is what is tried.
    time.sleep(4)
    assert not ended(pid)
    psutil.Process(obs.pid).resume()
    obs.stdin.write("\n")
    obs.stdin.flush()
    assert obs.stdout.readline().split() == [str(pid), "False"]


def test_when_its_parent_is_killed_while_suspended_no_process_is_left(parent):
    obs, pid, launcher = parent
    psutil.Process(obs.pid).suspend()
    obs.kill()
    obs.wait()
    until(lambda: ended(pid) and ended(launcher), "the end of the worker and of its launcher")
