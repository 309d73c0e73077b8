# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures a model on a device: a round trip beside onnxruntime alone, and what the worker uses."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import numpy as np

from ..inference import drawn_person, editions
from ..inference.engine import Engine
from ..inference.providers import CPU, DEVICES
from .bare import Bare
from .live import Live

if TYPE_CHECKING:
    from ...link.ring import Alpha
    from ..choice.catalogue import Model
    from ..inference.providers import Device

    Figures = dict[str, str | int | float | bool]

#: Between two pictures, as between two frames of a camera.
_REST = 1 / 60
_WARM_UP = 5


def measure(model: Model, device: str, seconds: float, brief: bool = False) -> Figures:
    """Return the figures of a model on a device, fields of measured.Speed; takes about ``seconds``.

    ``brief``: only those that "Automatic" goes by, and what comes with them. Raises ModelProblem.
    """
    live = Live(model, device)
    try:
        figures, trips = _compare(live, model, device, seconds * 0.4)
        if brief:
            # What else runs just now, on a machine that was not measured for long, decides less so.
            figures["round_trip_ms"] = trips[len(trips) // 4]
            figures["cpu_percent_60fps"] = live.cpu_percent(60, seconds * 0.15)
            return figures
        figures["alphas_per_second"] = live.alphas_per_second(seconds * 0.1)
        for rate in (30, 60):
            figures[f"cpu_percent_{rate}fps"] = live.cpu_percent(rate, seconds * 0.15)
        figures["cpu_percent_still"] = live.cpu_percent(30, seconds * 0.1, still=True)
        figures["cpu_percent_hidden"] = live.cpu_percent(0, seconds * 0.1)
        figures["memory_mb"] = live.client.usage.memory_mb
        figures["first_alpha_ms"] = live.first_alpha_ms
        return figures
    finally:
        live.close()


def _compare(live: Live, model: Model, device: str, seconds: float) -> tuple[Figures, list[float]]:
    """Return the figures, and all round trips in milliseconds, the shortest first.

    ``session.run`` and the round trip take turns, so that a busy or slow moment meets both.

    Bare is ``session.run`` with a picture in numpy memory, with the session's options as the
    worker has them. The round trip lasts from the call of ``hand_over`` until the alpha is in
    shared memory. A new picture and the same rest come before each.
    """
    on = {known.name: known for known in DEVICES}[device]
    # What lies in numpy arrays moves, which a CUDA graph does not bear.
    bare = Bare(Engine(model, on, plain=on.name == "cuda", file=editions.recorded(model, on)))
    bare_ns: list[int] = []
    alphas: list[Alpha] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(bare_ns) < 3 * _WARM_UP:
        live.pictures.renew()
        for turn in range(2):
            time.sleep(_REST)
            # Who goes first alternates, too.
            if (turn + len(bare_ns) + len(alphas)) % 4 in (0, 3):
                bare_ns.append(bare.run(live.pictures.array))
            else:
                alphas.append(live.round_trip(0.8e-9 * alphas[-1].round_trip_ns if alphas else 0.0))
    trips = sorted(alpha.round_trip_ns / 1e6 for alpha in alphas[_WARM_UP:])
    bare_ms = statistics.median(bare_ns[_WARM_UP:]) / 1e6
    figures: Figures = {
        "model": model.name,
        "size": model.file.stat().st_size,
        "provider": device,
        "threads": bare.engine.setting.threads,
        "spinning": bare.engine.setting.spinning,
        "float16": bare.engine.file != model.file,
        "pictures": len(trips),
        "bare_ms": bare_ms,
        "round_trip_ms": statistics.median(trips),
        "round_trip_p99_ms": trips[min(len(trips) - 1, len(trips) * 99 // 100)],
        "inference_in_worker_ms": statistics.median(alpha.infer_ns for alpha in alphas[_WARM_UP:]) / 1e6,
        "ratio": statistics.median(trips) / bare_ms,
        **_beside_the_cpu(model, on),
    }
    return figures, trips


def _beside_the_cpu(model: Model, on: Device) -> Figures:
    """Return what of a model does not run on a device, and how far its alpha is from that of the CPU."""
    if on is CPU:
        return {}
    tried, right = Bare(Engine(model, on, plain=on.name == "cuda")), Bare(Engine(model, CPU))
    picture = next(drawn_person.pictures(right.engine.height, right.engine.width))
    for one in (tried, right):
        one.run(picture)
    off = int(np.abs(tried.alpha.astype(np.int16) - right.alpha).max())
    strays = tried.engine.strays
    return {"alpha_off": off, **({} if strays is None else {"operators_elsewhere": strays})}
