# SPDX-License-Identifier: GPL-2.0-or-later
"""What the worker's heartbeat says of a picture and a load that take long. Time is made up."""

from types import SimpleNamespace

import pytest

from obs_bgremove.link import patience
from obs_bgremove.worker.serve import server as server_module
from obs_bgremove.worker.serve.server import Server


class Over(Exception):
    """The test has seen enough."""


def said_after(monkeypatch, *pauses):
    """Return what is said (seconds of the picture, of the load) by the heartbeats after pauses in seconds.

    Picture and load begin 10 s before the first one, and do not end.
    """
    now, said, left = [1000.0], [], list(pauses)

    def sleep(_seconds):
        if not left:
            raise Over
        now[0] += left.pop(0)

    time = SimpleNamespace(monotonic=lambda: now[0], sleep=sleep, process_time=lambda: 0.0)
    monkeypatch.setattr(server_module, "time", time)
    monkeypatch.setattr(server_module.catalogue, "signature", lambda: ())
    server = Server.__new__(Server)
    server._busy_since = now[0] - 10
    server._loader = SimpleNamespace(busy_since=now[0] - 10, tell_progress=lambda: None)
    server._parent = server_module._parent()
    server._tell = lambda alive: said.append((alive.busy_s, alive.loading_s))
    with pytest.raises(Over):
        server._beat()
    return said


def test_a_picture_and_a_load_that_hang_are_told(monkeypatch):
    beats = [server_module._HEARTBEAT] * 4
    assert said_after(monkeypatch, *beats) == [(10 + beat / 2, 10 + beat / 2) for beat in range(5)]


def test_the_time_in_which_the_machine_slept_is_not_theirs(monkeypatch):
    an_hour = 3600.0
    said = said_after(monkeypatch, 0.5, an_hour, 0.5, 0.5)
    assert said[:2] == [(10.0, 10.0), (10.5, 10.5)]
    assert max(busy for busy, _ in said[2:]) < patience.HANGING
    assert max(loading for _, loading in said[2:]) < patience.LOADING
    # From then on it is watched as before.
    assert said[3][0] > said[2][0]
