# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a model under the graph contract on the CPU, frame by frame."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from obs_bgremove.worker.inference import sizes

from ..common.errors import ExportError
from . import sized

if TYPE_CHECKING:
    from pathlib import Path

    from ..common.arrays import Bytes, Numbers

#: What onnxruntime calls a state's type -> numpy's.
TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


def session(
    model: Path | bytes, threads: int = 1, size: sized.Size | None = None
) -> onnxruntime.InferenceSession:
    """Return a session on the CPU of a model (path or bytes); raise ExportError if it cannot be loaded.

    ``size``: height and width of the frames of a graph of any size.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    if size:
        sizes.fix(options, *size)
    content = model if isinstance(model, bytes) else str(model)
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - onnxruntime's errors share no class
        which = "the model" if isinstance(model, bytes) else model
        raise ExportError(f"onnxruntime cannot load {which}: {str(error).splitlines()[0]}") from None


class Stateful:
    """The frame size and the recurrent memory of a model that is run frame by frame.

    ``zeros``: name of a state -> its value before the first frame.
    """

    def __init__(self, height: int, width: int, zeros: dict[str, Numbers]) -> None:
        self.height, self.width = height, width
        self._zeros = zeros
        #: Seconds that the last call of ``alpha`` spent in the model.
        self.seconds = 0.0
        self.reset()

    @property
    def recurrent(self) -> bool:
        """Whether the model has a memory."""
        return bool(self._zeros)

    @property
    def states(self) -> dict[str, Numbers]:
        """The memory after the last frame: name of the input -> its value."""
        return dict(self._states)

    def reset(self) -> None:
        """Forget all frames."""
        self._states = dict(self._zeros)


class Runner(Stateful):
    """A model in onnxruntime; ``model`` is a path or the bytes of a model.

    One thread by default: figures of different machines and models are to be compared. ``size``: height and
    width of the frames of a graph of any size; the card beside the model says it where it is left out. Raises
    ExportError if onnxruntime cannot load it.
    """

    def __init__(self, model: Path | bytes, threads: int = 1, size: sized.Size | None = None) -> None:
        file, usual = (model, None) if isinstance(model, bytes) else sized.source(model)
        self._session = session(file, threads, size or usual)
        inputs = {entry.name: entry for entry in self._session.get_inputs()}
        frame = inputs.pop("frame")
        if not all(isinstance(side, int) for entry in (frame, *inputs.values()) for side in entry.shape):
            raise ExportError(
                "The graph takes frames of any size; write [input] height and width into the card beside it."
            )
        zeros = {name: np.zeros(entry.shape, TYPES[entry.type]) for name, entry in inputs.items()}
        super().__init__(frame.shape[0], frame.shape[1], zeros)
        self._outputs = ["alpha", *(f"next_{name}" for name in zeros)]

    def alpha(self, frame: Bytes) -> Bytes:
        """Return the alpha (uint8 [H, W]) of one ``frame`` (uint8 [H, W, 4] BGRA)."""
        start = time.perf_counter()
        alpha: Bytes
        alpha, *states = self._session.run(self._outputs, {"frame": frame, **self._states})
        self.seconds = time.perf_counter() - start
        self._states = dict(zip(self._zeros, states))
        return alpha
