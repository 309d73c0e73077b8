# SPDX-License-Identifier: GPL-2.0-or-later
"""From a trained torch network to a TensorFlow Lite file, compared with the ONNX model on real pictures.

The file keeps the graph contract: its signature takes ``frame`` and ``state_*`` and answers
``alpha`` and ``next_state_*``, with the types and shapes of the ONNX model.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from torch import nn

from ..common.errors import ExportError
from ..common.progress import say
from ..graph.runner import Runner, Stateful
from . import photographs, torch_graph
from .torch_graph import STATE_TOLERANCE

if TYPE_CHECKING:
    from ..common.arrays import Bytes, Numbers
    from ..networks.network import Network

#: Largest difference of the alpha from that of the ONNX model, in steps of 1/255 (both round).
TOLERANCE = 1
#: Frames of each picture, each moved a little: the memory is used from the second on.
FRAMES = 4


class Remembers(Protocol):
    """A model that is run frame by frame, as Runner and LiteRunner do."""

    @property
    def states(self) -> dict[str, Numbers]:
        """The memory after the last frame."""
        ...

    def reset(self) -> None:
        """Forget all frames."""

    def alpha(self, frame: Bytes) -> Bytes:
        """Return the alpha [H, W] of a frame [H, W, 4] BGRA."""
        ...


class _Named(nn.Module):
    """The contract with its inputs and outputs by name, which is how the converter names the signature's."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.contract, self.stems = torch_graph.Contract(network), list(network.memory)

    def forward(self, frame: torch.Tensor, **states: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return ``alpha`` and ``next_state_*`` of ``frame`` and ``state_*``, as the contract has them."""
        alpha, *following = self.contract(frame, *(states[f"state_{stem}"] for stem in self.stems))
        return {"alpha": alpha, **{f"next_state_{stem}": value for stem, value in zip(self.stems, following)}}


class LiteRunner(Stateful):
    """A TensorFlow Lite file that keeps the graph contract, on one thread."""

    def __init__(self, content: bytes) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._interpreter = Interpreter(model_content=content, num_threads=1)
        self._run = self._interpreter.get_signature_runner()
        shapes = {name: entry["shape"] for name, entry in self._run.get_input_details().items()}
        height, width = (int(size) for size in shapes.pop("frame")[:2])
        super().__init__(height, width, {name: np.zeros(shape, np.float32) for name, shape in shapes.items()})

    def alpha(self, frame: Bytes) -> Bytes:
        """Return the alpha (uint8 [H, W]) of one ``frame`` (uint8 [H, W, 4] BGRA)."""
        start = time.perf_counter()
        answer = self._run(frame=frame, **self._states)
        self.seconds = time.perf_counter() - start
        self._states = {name: answer[f"next_{name}"] for name in self._zeros}
        alpha: Bytes = answer["alpha"]
        return alpha


def export(network: Network, height: int, width: int, name: str, pictures: Path | None = None) -> bytes:
    """Return ``network`` as a TensorFlow Lite file for frames of ``height`` x ``width``.

    ``pictures``: a folder of photographs to compare on, besides those that scikit-image ships. Raises
    ExportError if its answers differ from the ONNX model's.
    """
    import litert_torch

    shown = photographs.frames(height, width, pictures)
    model = torch_graph.export(network, height, width, name)
    states = dict(zip((f"state_{stem}" for stem in network.memory), network.zeros(1, height, width)))
    feeds = {"frame": torch.zeros(height, width, 4, dtype=torch.uint8), **states}
    with torch.no_grad():
        converted = litert_torch.convert(_Named(network).eval(), sample_kwargs=feeds)
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "model.tflite"
        converted.export(str(path))
        content = path.read_bytes()
    off, off_state = compare(Runner(model), LiteRunner(content), shown)
    say(
        f"TensorFlow Lite and ONNX differ by at most {off} of 255 (alpha) and {off_state:.1e} (memory) "
        f"on {FRAMES} frames of each of {len(shown)} pictures."
    )
    return content


def compare(model: Remembers, lite: Remembers, pictures: list[Bytes]) -> tuple[int, float]:
    """Return the largest difference of the alphas, in steps of 1/255, and of the states.

    ``model`` and ``lite`` run frames (as Runner does); ``pictures``: uint8 [H, W, 4] BGRA each. Raises
    ExportError if a difference is over the tolerance.
    """
    largest, largest_state = 0, 0.0
    for picture in pictures:
        model.reset()
        lite.reset()
        for number in range(FRAMES):
            frame = np.ascontiguousarray(np.roll(picture, 3 * number, axis=1))
            alphas = [runner.alpha(frame).astype(int) for runner in (model, lite)]
            largest = max(largest, int(np.abs(alphas[0] - alphas[1]).max()))
            for name, value in model.states.items():
                largest_state = max(largest_state, float(np.abs(value - lite.states[name]).max()))
    if not (largest <= TOLERANCE and largest_state <= STATE_TOLERANCE):
        raise ExportError(
            f"The TensorFlow Lite file differs from the ONNX model by {largest} of 255 in its alpha and "
            f"{largest_state:.1e} in its memory, over the {TOLERANCE} and {STATE_TOLERANCE} allowed; it was "
            "not written. Please report it with the versions of litert-torch and ai-edge-litert."
        )
    return largest, largest_state
