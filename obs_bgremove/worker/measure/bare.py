# SPDX-License-Identifier: GPL-2.0-or-later
"""A model in onnxruntime and nothing of ours around it: what the worker is compared with.

``python -m obs_bgremove.worker.measure.bare FILE HEIGHT WIDTH PROVIDER`` prints the memory that takes, as
JSON.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from ..inference import sizes
from ..memory_use import memory_mb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..inference.engine import Engine


class Bare:
    """``session.run`` with pictures in numpy memory; the state is fed back as numpy arrays."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        #: Of the picture before: uint8 [H, W]; empty before the first.
        self.alpha: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)
        self._state = {
            f"state_{stem}": np.zeros(shape, dtype) for stem, (dtype, shape) in engine.states.items()
        }
        self._names = ["alpha", *(f"next_{name}" for name in self._state)]

    def run(self, picture: NDArray[np.uint8]) -> int:
        """Infer a picture (uint8 [H, W, 4]); return nanoseconds."""
        feed = {"frame": picture, **self._state}
        began = time.perf_counter_ns()
        self.alpha, *state = self.engine.session.run(self._names, feed)
        took = time.perf_counter_ns() - began
        self._state = dict(zip(self._state, state))
        return took


def main(file: str, height: str, width: str, provider: str) -> None:
    """Print what a process takes with onnxruntime imported, and with the model run, in megabytes."""
    imported = memory_mb()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    sizes.fix(options, int(height), int(width))
    session = onnxruntime.InferenceSession(file, options, providers=[provider])
    kinds = {"tensor(uint8)": np.uint8, "tensor(float)": np.float32, "tensor(float16)": np.float16}
    feed = {entry.name: np.zeros(entry.shape, kinds[entry.type]) for entry in session.get_inputs()}
    for _ in range(3):
        session.run(None, feed)
    print(json.dumps({"onnxruntime_mb": round(imported, 1), "bare_mb": round(memory_mb(), 1)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
