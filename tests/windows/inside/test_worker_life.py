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


_PARENT = """
import os, time
from tests.unit import worker_home
with worker_home.client() as client:
    channel = client.open()
    channel.request("green", "cpu")
    worker_home.ring(channel, client)
    print(client.pid, flush=True)
    time.sleep(1000)
"""


def test_when_its_parent_is_killed_no_process_is_left(directory):
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    pid = int(parent.stdout.readline())
    launcher = psutil.Process(pid).parent()
    assert launcher.ppid() == parent.pid
    # The launcher has to be waiting for its child, which cannot be seen.
    time.sleep(0.2)
    parent.kill()
    parent.wait()
    until(lambda: ended(pid) and ended(launcher.pid), "the end of the worker and of its launcher")
