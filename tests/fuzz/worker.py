# SPDX-License-Identifier: GPL-2.0-or-later
"""A real worker process that is sent anything: it goes on, and gives an alpha in the end."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from obs_bgremove import home
from obs_bgremove.link import messages
from obs_bgremove.link.messages import MessageProblem, Stop, decode_ask
from tests.fuzz.messages import ASKS, line
from tests.unit import worker_home, worker_models
from tests.unit.worker_home import Camera, plain, ring, until

if TYPE_CHECKING:
    from random import Random


def run(random: Random, count: int) -> Counter:
    """Take inputs: a line each, between pictures."""
    seen: Counter = Counter()
    with tempfile.TemporaryDirectory() as folder:
        os.environ[home.VARIABLE] = folder
        home.write_record({"python": __import__("sys").executable})
        worker_home.add_model(Path(folder), "green", worker_models.green(), default=True)
        with worker_home.client() as client:
            channel, camera = client.open(), Camera()
            channel.request("green", "cpu")
            live, pid = ring(channel, client), client.pid
            for number in range(count):
                _send(client, line(random, ASKS), seen)
                if number % 100 == 0:
                    value = number % 251
                    assert camera.alpha(live, value)[1] == plain(live, value)
                    seen["alphas"] += 1
            assert client.pid == pid, "the worker was replaced"
    return seen


def _send(client, data: bytes, seen: Counter) -> None:
    """Write a line into the worker's pipe, unless it really is the message to end or is about our ring."""
    try:
        message = decode_ask(data)
        if isinstance(message, Stop) or getattr(message, "ring", 0) == 1:
            return
        seen["messages"] += 1
    except MessageProblem:
        seen["nonsense"] += 1
    rest = data[: messages.LONGEST_TO_WORKER] + b"\n"
    outlet = client._supervisor.run.process.outlet

    def sent() -> bool:
        nonlocal rest
        rest = outlet.send(rest)
        return not rest

    until(sent, "room in the pipe")
