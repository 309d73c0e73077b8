# SPDX-License-Identifier: GPL-2.0-or-later
"""What a picture's way through shared memory costs beside the bare inference of the model.

Bare is ``session.run`` with a picture in numpy memory, with the session's options as the worker
has them. The round trip is measured through a real worker process, from the call of
``hand_over`` until the alpha is in shared memory. The two take turns, with a new picture and the
same rest before each, so that a busy or slow moment of the machine meets both.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import numpy as np

from ..link.client import Client
from . import catalogue, providers
from .engine import Engine, zeros

#: Between two pictures, as between two frames of a camera.
_REST = 1 / 60
_LOAD_TIMEOUT = 600.0
_ALPHA_TIMEOUT = 60.0
_WARM_UP = 5
_LOOK = 0.001


def bench(names: list[str], device: str, seconds: float, target: str | None) -> int:
    """Print a line for each model; return the exit code."""
    models = catalogue.read()
    unknown = [name for name in names if name not in models]
    chosen = [models[name] for name in names if name in models]
    if not names:
        chosen = [model for model in models.values() if model.installed]
    for name in unknown:
        print(f"There is no model named {name!r}; there are: {', '.join(models)}.", file=sys.stderr)
    if unknown or not chosen:
        if not chosen and not unknown:
            print("No model is installed; run install.py.", file=sys.stderr)
        return 1
    providers.prepare()
    client = Client(log=lambda _sentence: None, python=sys.executable)
    client.start()
    channel = client.open()
    rows, failed = [], False
    print("model                 device    bare ms   round trip ms  difference ms  ratio  pictures")
    try:
        for model in chosen:
            try:
                row = _compare(client, channel, model, device, seconds)
            except (catalogue.ModelProblem, providers.DeviceProblem) as problem:
                print(f"{model.name:20}  {problem}")
                failed = True
                continue
            rows.append(row)
            print(
                f"{row['model']:20}  {row['device']:8} {row['bare_ms']:8.3f} {row['round_trip_ms']:15.3f}"
                f" {row['difference_ms']:14.3f} {row['ratio']:6.3f} {row['pictures']:9}"
            )
    finally:
        client.stop()
    if target:
        with open(target, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=2)
            file.write("\n")
    return 1 if failed else 0


def _compare(client: Client, channel, model: catalogue.Model, device: str, seconds: float) -> dict:
    ring = _ring(client, channel, model, device)
    bare = _Bare(Engine(model, {known.name: known for known in providers.DEVICES}[ring.device]))
    generator = np.random.default_rng(1)
    # Camera-like: large areas, and noise that makes each picture a new one.
    coarse = generator.integers(0, 256, (ring.height // 8 + 1, ring.width // 8 + 1, 4), np.uint8)
    picture = np.ascontiguousarray(np.kron(coarse, np.ones((8, 8, 1), np.uint8))[: ring.height, : ring.width])
    bare_ns: list[int] = []
    trips_ns: list[int] = []
    infer_ns: list[int] = []
    end = time.monotonic() + seconds
    serial = 0
    while time.monotonic() < end or serial < 3 * _WARM_UP:
        serial += 1
        picture[:8] = generator.integers(0, 256, (8, ring.width, 4), np.uint8)
        for turn in range(2):
            time.sleep(_REST)
            # Who goes first alternates, too.
            if (turn + serial) % 2:
                bare_ns.append(bare.run(picture))
            else:
                alpha = _round_trip(ring, serial, picture, 0.8e-9 * trips_ns[-1] if trips_ns else 0.0)
                trips_ns.append(alpha.round_trip_ns)
                infer_ns.append(alpha.infer_ns)
    bare_ms, trip_ms, infer_ms = (
        statistics.median(values[_WARM_UP:]) / 1e6 for values in (bare_ns, trips_ns, infer_ns)
    )
    return {
        "model": model.name,
        "device": ring.device,
        "bare_ms": bare_ms,
        "round_trip_ms": trip_ms,
        "inference_in_worker_ms": infer_ms,
        "difference_ms": trip_ms - bare_ms,
        "ratio": trip_ms / bare_ms,
        "pictures": len(trips_ns) - _WARM_UP,
        "threads": bare.engine.threads,
    }


def _ring(client: Client, channel, model: catalogue.Model, device: str):
    channel.request(model.name, device)
    end = time.monotonic() + _LOAD_TIMEOUT
    while time.monotonic() < end:
        problem = channel.problem or client.problem
        if problem:
            raise catalogue.ModelProblem(problem)
        if channel.ring is not None and channel.ring.model == model.name:
            if channel.note:
                print(channel.note, file=sys.stderr)
            return channel.ring
        time.sleep(0.05)
    raise catalogue.ModelProblem(f"The worker did not load it within {_LOAD_TIMEOUT:.0f} s.")


class _Bare:
    """``session.run`` and nothing else; the state is fed back as numpy arrays."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self._state = {f"state_{stem}": value.numpy() for stem, value in zeros(engine).items()}
        self._names = ["alpha", *(f"next_{name}" for name in self._state)]

    def run(self, picture) -> int:
        """Return nanoseconds."""
        feed = {"frame": picture, **self._state}
        began = time.perf_counter_ns()
        _alpha, *state = self.engine.session.run(self._names, feed)
        took = time.perf_counter_ns() - began
        self._state = dict(zip(self._state, state))
        return took


def _round_trip(ring, serial: int, picture, expected: float):
    """Return the alpha; it is not looked for before ``expected`` seconds."""
    end = time.monotonic() + _ALPHA_TIMEOUT
    if not ring.hand_over(serial, picture.ctypes.data, picture.strides[0]):
        raise catalogue.ModelProblem("The worker process ended; see its log.")
    time.sleep(expected)
    while time.monotonic() < end:
        found = ring.alphas(serial - 1)
        if found:
            return found[-1]
        # Rarely: the worker needs the processor, and its stamp, not our look, ends the round trip.
        time.sleep(_LOOK)
    raise catalogue.ModelProblem(f"No alpha came within {_ALPHA_TIMEOUT:.0f} s.")
