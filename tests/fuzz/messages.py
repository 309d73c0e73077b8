# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines of the pipes: what each side makes of them."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from obs_bgremove.link.client import Client
from obs_bgremove.link.messages import (
    Alive,
    Cannot,
    CloseRing,
    DeviceInfo,
    Lines,
    Loading,
    MessageProblem,
    ModelInfo,
    Models,
    OpenRing,
    Place,
    Ready,
    RingFailed,
    RingOpened,
    Shun,
    Stop,
    decode_ask,
    decode_tell,
    encode,
)
from obs_bgremove.link.run import Run
from obs_bgremove.worker.serve.server import Server
from tests.fuzz.bytes_ import VALUES, mutated

if TYPE_CHECKING:
    from random import Random

_MODEL = ModelInfo("green", "Green", "For tests.", 24, 32, True, False, None)
ASKS = [
    OpenRing(1, "green", "auto"),
    OpenRing(2, "", "cuda", ("cuda",)),
    CloseRing(1),
    Shun(("a" * 16,)),
    Stop(),
]
TELLS = [
    Models(7, (_MODEL,)),
    Ready((DeviceInfo("cpu", "CPU"),)),
    Cannot("onnxruntime is not there."),
    Loading(1, "cpu", "Green is being loaded.", "0123"),
    RingOpened(1, "green", "cpu", Place(4096, "/dev/shm/obs_bgremove-x", remove=True), "", True),
    RingFailed(1, "It is empty."),
    Alive(0.0, 1.5, 2.5, 3.5),
]

#: Values of the type that a field has.
_LIKE = {
    bool: ("true", "false"),
    int: ("0", "1", "2", "-1", "9223372036854775807", "-9223372036854775808"),
    float: ("0", "1e308", "-1", "600", "0.001", "1" + "0" * 300),
    str: ('""', '"cpu"', '"cuda"', '"green"', '"\\u0000"', '"%s%n"', '"\\udfff"', '"' + "y" * 3000 + '"'),
}


def line(random: Random, messages: list, places: tuple[str, ...] = ()) -> bytes:
    """Return a line: a message with other values or other bytes, or no message at all."""
    kind = random.random()
    if kind < 0.1:
        return random.randbytes(random.randrange(200)).replace(b"\n", b"")
    whole = encode(random.choice(messages)).rstrip()
    if kind < 0.5:
        return mutated(random, whole).replace(b"\n", b"")
    fields = json.loads(whole)
    names = sorted(set(fields) - {"ask", "tell"} if random.random() < 0.9 else fields)
    parts = {name: json.dumps(value) for name, value in fields.items()}
    for name in random.sample(names, min(random.randint(1, 2), len(names))):
        parts[name] = _value(random, places, fields[name])
    inner = ",".join(f"{json.dumps(name)}:{text}" for name, text in parts.items())
    return f"{{{inner}}}".encode("utf-8", "replace")


def _value(random: Random, places: tuple[str, ...], like: object) -> str:
    if random.random() < 0.6 and not isinstance(like, (dict, list)):
        return random.choice(_LIKE[type(like)])
    if places and random.random() < 0.3:
        size = random.choice((-8, 0, 8, 4096, 4097, 2**40))
        remove = random.choice((True, False))
        return json.dumps({"size": size, "path": random.choice(places), "tag": "", "remove": remove})
    return random.choice(VALUES)


def run(random: Random, count: int) -> Counter:
    """Take inputs: a line for OBS and a line for the worker each."""
    seen: Counter = Counter()
    with tempfile.TemporaryDirectory() as folder:
        diary = Path(folder) / "diary"
        diary.write_bytes(b"mine" * 2048)
        places = (
            str(diary),
            "/dev/zero",
            "/proc/self/mem",
            f"/proc/{os.getpid()}/fd/0",
            folder,
            "",
            "\0",
            "a" * 9999,
        )
        obs, worker = _Obs(), _Worker()
        for number in range(count):
            obs.take(line(random, TELLS, places), seen)
            worker.take(line(random, ASKS), seen)
            if number % 50 == 0:
                _cut(random, seen)
        assert diary.read_bytes() == b"mine" * 2048, "a file was changed that is none of ours"
    return seen


class _Obs:
    """OBS' side: a supervisor that hears a worker; no process is there."""

    def __init__(self) -> None:
        self._client = Client(log=lambda sentence: sentence.encode("utf-8", "strict"))
        self._supervisor = self._client._supervisor
        self._channel = self._client.open()

    def take(self, data: bytes, seen: Counter) -> None:
        try:
            message = decode_tell(data)
        except MessageProblem:
            seen["refused by OBS"] += 1
            return
        seen["taken by OBS"] += 1
        supervisor = self._supervisor
        if supervisor.run is None or supervisor.run.cannot:
            outlet = SimpleNamespace(wake=lambda: None)
            process = SimpleNamespace(send=lambda message: None, outlet=outlet, pid=-1, kill=lambda: None)
            process.send_rest = process.hang_up = lambda: None
            process.wait, process.join = (lambda timeout: 1), (lambda timeout: None)
            supervisor.run = Run(process, 60.0)
            supervisor.requests.connect(process)
            self._channel.request("green", "cpu")
            supervisor.requests.look_at(self._channel)
            self._channel.pending = 1
        process = supervisor.run.process
        supervisor.on_message(process, message)
        if supervisor.run is not None:
            supervisor.watch(supervisor.run)
        assert isinstance(self._client.problem, str)


class _Worker:
    """The worker's side: a server that listens; nothing is loaded."""

    def __init__(self) -> None:
        self._server = server = Server.__new__(Server)
        server._wanted, server._streams, server._requests, server._leaving = {}, {}, {}, {}
        nothing = lambda *arguments: None  # noqa: E731
        server._loader = SimpleNamespace(
            load=nothing, cancel=nothing, release=nothing, shun=nothing, reconsider=nothing
        )
        server._watcher = SimpleNamespace(watch=nothing, forget=nothing)

    def take(self, data: bytes, seen: Counter) -> None:
        try:
            message = decode_ask(data)
        except MessageProblem:
            seen["refused by the worker"] += 1
            return
        seen["taken by the worker"] += 1
        if not isinstance(message, Stop):
            self._server._listen(data)


def _cut(random: Random, seen: Counter) -> None:
    """Cut a stream of bytes at random places: the lines must be the same."""
    data = random.randbytes(300).replace(b"\r", b"\n")
    lines, found, at = Lines(), [], 0
    while at < len(data):
        size = random.randint(1, 40)
        found += lines.feed(data[at : at + size])
        at += size
    assert found == [one for one in data.split(b"\n")[:-1] if one.strip()], "lines differ by how they are cut"
    seen["streams cut"] += 1
