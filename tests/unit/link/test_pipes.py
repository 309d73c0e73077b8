# SPDX-License-Identifier: GPL-2.0-or-later
"""The pipes between OBS and the worker, each end of them by itself."""

import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from obs_bgremove import home
from obs_bgremove.link.messages import Lines, decode, encode
from obs_bgremove.link.process import Outlet, Process
from obs_bgremove.worker.serve.inlet import _ReadInlet
from tests.unit import worker_home
from tests.unit.worker_home import until


@pytest.fixture
def pipe():
    """A pipe: the number of the end to read, and the file to write; both are closed in the end."""
    source, sink = os.pipe()
    file = os.fdopen(sink, "wb", buffering=0)
    yield source, file
    file.close()
    os.close(source)


def test_what_a_full_pipe_does_not_take_is_sent_later(pipe):
    source, file = pipe
    process = Process.__new__(Process)
    process.outlet, process._unsent = Outlet(file), []
    os.set_blocking(source, False)
    for number in range(100_000):
        process.send({"ask": "close", "ring": number})
        if len(process._unsent) == 3:
            break
    lines, come = Lines(), []
    while len(come) <= number:
        come += lines.feed(os.read(source, 1 << 20))
        process.send_rest()
    assert [decode(line)["ring"] for line in come] == list(range(number + 1))
    assert process._unsent == []


def test_a_line_that_is_no_message_costs_nothing_but_itself(pipe):
    source, file = pipe
    process, heard = Process.__new__(Process), []
    process._popen = SimpleNamespace(stdout=os.fdopen(os.dup(source), "rb", buffering=0))
    process._heard = lambda _process, message: heard.append(message)
    file.write(encode({"tell": "first"}) + b"Segmentation fau\xff\n[1]\n" + encode({"tell": "second"}))
    file.close()
    process._read()
    assert heard == [{"tell": "first"}, {"tell": "second"}, None]


def test_a_thread_reads_where_pipes_cannot_be_polled(pipe):
    source, file = pipe
    gone = threading.Event()

    def end():
        gone.set()
        # It never returns: the real one ends the process.
        threading.Event().wait()

    inlet = _ReadInlet(source, end)
    for data, count in ((b"first\nsecond\nthi", 1), (b"rd\n", 2)):
        file.write(data)
        until(lambda count=count: inlet._arrived.qsize() == count, "what was written")
    assert inlet.receive(wait=False) == [b"first", b"second", b"third"]
    assert inlet.receive(wait=False) == []
    poked = threading.Thread(target=inlet.receive, args=(True,), daemon=True)
    poked.start()
    inlet.poke()
    poked.join(worker_home.DEADLINE)
    assert not poked.is_alive()
    woken = threading.Thread(target=inlet.receive, args=(True,), daemon=True)
    woken.start()
    file.write(b"\n")
    woken.join(worker_home.DEADLINE)
    assert not woken.is_alive()
    assert not gone.is_set()
    file.close()
    assert gone.wait(worker_home.DEADLINE)


def test_libraries_find_no_pipe_where_standard_input_and_output_are():
    """On Windows, who asks about a pipe that is being read waits for its next byte."""
    code = (
        "import os, sys\n"
        "from obs_bgremove.worker.serve import server\n"
        "class Server:\n"
        "    def __init__(self, source, sink):\n"
        "        self.source, self.sink = source, sink\n"
        "    def run(self):\n"
        "        assert os.read(0, 100) == b'' and os.path.samestat(os.fstat(1), os.fstat(2))\n"
        "        print('printed')\n"
        "        os.write(self.sink, os.read(self.source, 100) + b'answered')\n"
        "server.Server = Server\n"
        "server.serve()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=b"asked, ", capture_output=True, cwd=home.PROJECT, check=False
    )
    assert (done.stdout, done.stderr.strip()) == (b"asked, answered", b"printed")
