# SPDX-License-Identifier: GPL-2.0-or-later
"""What OBS and the worker say to each other: one JSON object a line; an empty line is a wake-up.

OBS to worker (``ask``):

    open    ring, model, device, avoid   make a ring for a filter ("" or "auto" choose)
    close   ring
    stop

Worker to OBS (``tell``):

    models  pid, models       the catalogue; the first words of a worker, and again when it changes
    ready   devices           onnxruntime is there; rings can be made
    cannot  problem           onnxruntime is not there; the worker ends
    loading ring, device, note
    ring    ring, model, device, place, note, settled
                              again, with another place, when a better device is ready than the one
                              that served meanwhile; "settled" says that this is not to be expected
    failed  ring, problem     there is no such ring, or no more
    alive   busy_s, at_s, cpu_s, memory_mb
                              twice a second; how long the inference that runs now has been running, and
                              what the process has used so far, by a clock of its own
"""

from __future__ import annotations

import json

#: Pipes take this much in one piece on every system (POSIX demands at least 512), so that a
#: message and the wake-ups of another thread are never mixed, without any lock.
LONGEST_TO_WORKER = 512

WAKE_UP = b"\n"


def encode(message: dict) -> bytes:
    """Return a message as a line."""
    return json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"


def decode(line: bytes) -> dict:
    """Return the message of a line; raise ValueError if there is none in it."""
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("not a JSON object")
    return message


class Lines:
    """Cuts a stream of bytes into lines."""

    def __init__(self):
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that ``data`` completes, without their ends; empty ones are left out."""
        *complete, self._rest = (self._rest + data).split(b"\n")
        return [line for line in complete if line.strip()]
