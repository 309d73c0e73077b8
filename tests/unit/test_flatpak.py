# SPDX-License-Identifier: GPL-2.0-or-later
"""An OBS in a Flatpak: what its description says, and a worker that runs outside of it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from obs_bgremove import flatpak, home
from obs_bgremove.link import memory, process
from tests.unit import worker_home
from tests.unit.worker_home import Camera, plain, ring, until

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Flatpak is for Linux")

INFO = """[Application]
name=com.obsproject.Studio
runtime=runtime/org.freedesktop.Platform/x86_64/25.08

[Context]
shared=network;ipc;
filesystems=xdg-run/pipewire-0;host;

[Session Bus Policy]
{policy}org.freedesktop.Notifications=talk
"""

#: Stands for flatpak-spawn: another environment, the caller's pipes, some signals passed on.
SPAWN = """#!{python}
import os, signal, subprocess, sys
folder, variables, command = None, {{"PATH": os.environ["PATH"], "LOGIN": "outside"}}, None
for number, word in enumerate(sys.argv[1:], 1):
    if word.startswith("--directory="):
        folder = word.partition("=")[2]
    elif word.startswith("--env="):
        name, _, value = word.partition("=")[2].partition("=")
        variables[name] = value
    elif not word.startswith("--"):
        command = sys.argv[number:]
        break
assert "--host" in sys.argv and "--watch-bus" in sys.argv
child = subprocess.Popen(command, cwd=folder, env=variables, start_new_session=True)
for passed in (signal.SIGTERM, signal.SIGCONT, signal.SIGINT):
    signal.signal(passed, lambda number, _: child.send_signal(number))
os.close(0), os.close(1)
code = child.wait()
sys.exit(code if code >= 0 else 128 - code)
"""


def described(tmp_path, policy="org.freedesktop.Flatpak=talk\n"):
    info = tmp_path / ".flatpak-info"
    info.write_text(INFO.format(policy=policy), encoding="utf-8")
    return flatpak.read(info)


@linux
def test_the_description_of_a_sandbox(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1000")
    found = described(tmp_path)
    shared = Path("/run/user/1000/app/com.obsproject.Studio")
    assert found == flatpak.Sandbox("com.obsproject.Studio", may_start=True, shared=shared)
    assert found.problem() == ""


@linux
def test_a_sandbox_that_may_not_start_programs_says_what_to_do(tmp_path):
    problem = described(tmp_path, policy="").problem()
    assert "flatpak override --user --talk-name=org.freedesktop.Flatpak com.obsproject.Studio" in problem


@pytest.mark.parametrize("text", ["", "no sections", "[Instance]\nname=x\n", "\0\udcff"])
def test_no_sandbox(tmp_path, text):
    assert flatpak.read(tmp_path / "missing") is None
    info = tmp_path / ".flatpak-info"
    info.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert flatpak.read(info) is None


@pytest.fixture
def inside(tmp_path, monkeypatch):
    """Put this process, as far as our code sees, into a sandbox whose flatpak-spawn is ours."""
    shared = tmp_path / "shared"
    shared.mkdir()
    sandbox = flatpak.Sandbox("com.obsproject.Studio", may_start=True, shared=shared)
    monkeypatch.setattr(flatpak, "sandbox", lambda: sandbox)
    programs = tmp_path / "bin"
    programs.mkdir()
    spawn = programs / "flatpak-spawn"
    spawn.write_text(SPAWN.format(python=sys.executable), encoding="utf-8")
    spawn.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_DATA_HOME", "/inside")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/inside")
    return sandbox


@linux
def test_the_data_directory_is_the_one_outside(inside, monkeypatch):
    monkeypatch.delenv("HOST_XDG_DATA_HOME", raising=False)
    assert home.usual() == Path.home() / ".local" / "share" / "obs_bgremove"
    monkeypatch.setenv("HOST_XDG_DATA_HOME", "/data")
    assert home.usual() == Path("/data/obs_bgremove")


@linux
def test_memory_lies_where_both_sides_see_it(inside):
    made = memory.create(4096)
    assert Path(made.place.path).parent == inside.shared
    opened = memory.open_place(made.place)
    made.words[1] = 7
    assert opened.words[1] == 7
    assert not list(inside.shared.iterdir())


@linux
def test_the_worker_runs_outside_and_is_back_when_it_is_killed_or_hangs(directory, inside, monkeypatch):
    monkeypatch.setattr("obs_bgremove.link.patience.GIVEN_UP", 2.0)
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        camera = Camera()
        for value, number in ((1, signal.SIGKILL), (2, signal.SIGSTOP), (3, None)):
            live = ring(channel, client)
            assert camera.alpha(live, value)[1] == plain(live, value)
            assert not list(inside.shared.iterdir()), "nothing is left to remove"
            worker = psutil.Process(client.pid)
            assert worker.environ()["LOGIN"] == "outside"
            assert "LD_LIBRARY_PATH" not in worker.environ()
            assert Path(worker.cwd()) == home.PROJECT
            if number:
                os.kill(worker.pid, number)
                until(lambda ring=live: ring.dead, "the end of the ring")
                until(lambda pid=worker.pid: client.pid not in (None, pid), "another worker")
                until(lambda one=worker: not one.is_running(), "the end of the worker before")
    until(lambda: not worker.is_running(), "the end of the worker")


@linux
def test_a_forbidden_start_is_a_sentence(inside, monkeypatch):
    closed = flatpak.Sandbox(inside.app, may_start=False, shared=inside.shared)
    monkeypatch.setattr(flatpak, "sandbox", lambda: closed)
    with pytest.raises(process.StartProblem, match="flatpak override"):
        process.Process(sys.executable, {}, lambda *_: None)
