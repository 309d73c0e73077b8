# SPDX-License-Identifier: GPL-2.0-or-later
"""A stream's recurrent state, with made-up times of its pictures."""

import ctypes

import numpy as np
import pytest

from obs_bgremove.link.layout import Part
from obs_bgremove.link.memory import open_place
from obs_bgremove.link.ring import Ring
from obs_bgremove.worker.choice import catalogue
from obs_bgremove.worker.inference import stream
from obs_bgremove.worker.inference.engine import Engine
from obs_bgremove.worker.inference.providers import CPU
from obs_bgremove.worker.inference.slots import Slots
from tests.unit import worker_home, worker_models

SECOND = 1_000_000_000


class Filter:
    """A stream of the model that counts, and OBS' side of its ring. ``now``: when a picture comes."""

    def __init__(self, made):
        self.stream = made
        self.now = SECOND
        self.area = 0
        self.front = False
        self._camera = worker_home.Camera()
        self._ring = Ring(open_place(made.slots.memory.place), "counter", "cpu", lambda: None)

    def count(self, after):
        """Hand a picture over so many nanoseconds after the one before; return what is in its alpha."""
        self.now += after
        serial = self._camera.hand_over(self._ring, self._camera.serial, None, 0, self.front, self.area)
        assert self.stream.serve()
        (alpha,) = self._ring.alphas(serial - 1)
        (value,) = set(ctypes.string_at(alpha.address, self._ring.width * self._ring.height))
        return value


@pytest.fixture
def served(tmp_path, monkeypatch):
    directory = worker_home.make(tmp_path, monkeypatch)
    worker_home.add_model(directory, "counter", worker_models.counter(), default=True)
    made = Filter(stream.Stream(1, Engine(catalogue.read()["counter"], CPU)))
    monkeypatch.setattr(Slots, "handed_over_ns", lambda self: made.now)
    yield made
    made.stream.close()


def test_after_a_pause_the_recurrent_state_begins_anew(served):
    assert [served.count(after) for after in (0, SECOND, SECOND)] == [0, 1, 2]
    assert [served.count(after) for after in (3600 * SECOND, SECOND)] == [0, 1]


def test_what_a_slow_model_takes_is_no_pause(served, monkeypatch):
    monkeypatch.setattr(stream, "_PAUSE_NS", 1)
    counted = []
    for inferences in (0, 1, 3, 5):
        served.stream._infer_ns = SECOND
        counted.append(served.count(inferences * SECOND))
    assert counted == [0, 1, 2, 0]


def test_who_looks_at_clothes_sees_nobody_beyond_the_area(served):
    served.area = Part(0.5, 0.0, 0.5, 1.0).pack()
    assert [served.count(after) for after in (0, SECOND)] == [0, 1]
    _frame, alpha = served.stream.seen()
    left, right = np.hsplit(alpha, 2)
    assert (left == 0).all() and (right == 1).all()


def test_who_is_in_front_is_judged_by_the_times_of_the_pictures(served, monkeypatch):
    times = []
    monkeypatch.setattr(stream.Front, "keep", lambda _self, _alpha, _part, now: times.append(now) or 0)
    served.front = True
    for after in (0, SECOND, SECOND // 4):
        served.count(after)
    assert times == [1.0, 2.0, 2.25]
