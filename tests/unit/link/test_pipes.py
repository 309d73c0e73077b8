# SPDX-License-Identifier: GPL-2.0-or-later
"""The pipes between OBS and the worker, each end of them by itself."""

import contextlib
import os
import subprocess
import sys
import threading

import pytest

from obs_bgremove import home
from obs_bgremove.link.messages import Cannot, CloseRing, Lines, MessageProblem, decode_ask, encode
from obs_bgremove.link.outlet import Outlet
from obs_bgremove.link.process import Process
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


def understood(lines):
    """Return the messages of lines as the worker takes them: what is none is dropped."""
    messages = []
    for line in lines:
        with contextlib.suppress(MessageProblem):
            messages.append(decode_ask(line))
    return messages


def test_what_a_full_pipe_does_not_take_is_sent_later(pipe):
    source, file = pipe
    process = Process.__new__(Process)
    process.outlet, process._unsent = Outlet(file), []
    for number in range(100_000):
        process.send(CloseRing(number))
        if len(process._unsent) == 3:
            break
    lines, come = Lines(), []
    while len(come) <= number:
        come += understood(lines.feed(os.read(source, 1 << 20)))
        process.send_rest()
    assert [message.ring for message in come] == list(range(number + 1))
    assert process._unsent == []


class Narrow:
    """A pipe as Windows has it: where there is no room for all of a write, it takes a part.

    ``room``: bytes that are left in it; each part goes to the real pipe.
    """

    def __init__(self, file, room):
        self._file, self.room = file, room

    def write(self, data):
        taken = data[: self.room]
        self.room -= len(taken)
        return self._file.write(taken) if taken else 0

    def fileno(self):
        return self._file.fileno()

    def close(self):
        pass


@pytest.mark.parametrize("woken", [False, True], ids=["alone", "with wake-ups in between"])
def test_a_line_of_which_a_full_pipe_takes_a_part_begins_again(pipe, woken):
    source, file = pipe
    line = encode(CloseRing(7))
    for room in range(2 * len(line) + 2):
        process = Process.__new__(Process)
        narrow = Narrow(file, room)
        process.outlet, process._unsent = Outlet(narrow), []
        process.send(CloseRing(7))
        process.send(CloseRing(8))
        while process._unsent:
            # The worker reads, more or less of what it could.
            narrow.room += 1 if narrow.room % 2 else len(line) + 1
            if woken:
                process.outlet.wake()
            process.send_rest()
        narrow.room = 1
        process.outlet.wake()
        come = understood(Lines().feed(os.read(source, 1 << 16)))
        assert come == [CloseRing(7), CloseRing(8)], f"room for {room} bytes"


def test_a_line_that_is_no_message_costs_nothing_but_itself(pipe):
    source, file = pipe
    process, heard = Process.__new__(Process), []
    process._output = os.fdopen(os.dup(source), "rb", buffering=0)
    process._heard = lambda _process, message: heard.append(message)
    first, second = Cannot("first"), Cannot("second")
    nonsense = (
        b'Segmentation fau\xff\n[1]\n{"tell":"cannot"}\n{"tell":"cannot","problem":1}\n{"tell":"song"}\n'
    )
    content = encode(first) + nonsense + b"[" * 20_000 + b"\n" + encode(second)
    # More than a pipe holds on some systems: it is read while it is written.
    writer = threading.Thread(target=lambda: (file.write(content), file.close()))
    writer.start()
    process._read()
    writer.join()
    assert heard == [first, second, None]


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
