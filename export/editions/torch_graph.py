# SPDX-License-Identifier: GPL-2.0-or-later
"""From a trained torch network to a model under the graph contract, compared number by number."""

from __future__ import annotations

import copy
import io
import warnings
from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
from torch import nn

from ..common.errors import ExportError
from ..graph import contract, probe, sized
from ..graph.fold import fold_padding
from ..graph.nodes import IR_VERSION, OPSET
from ..graph.runner import Runner

if TYPE_CHECKING:
    from ..common.arrays import Bytes
    from ..networks.network import Network

#: Largest difference between torch and the exported model, in steps of 1/255 (rounding is 0.5 of it).
TOLERANCE = 1.0
#: The same of a state: a recurrence enlarges rounding. Of values from -1 to 1 a single one may be 0.002 off
#: after four frames, where the mean is 0.00003 off.
STATE_TOLERANCE = 1e-2
#: Frames of the comparison: the memory is used from the second on.
FRAMES = 4


class Contract(nn.Module):
    """A network under the graph contract: (frame, *states) -> (alpha, *next states)."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).eval()
        reader = self.network.reads_picture()
        self.folded = reader is not None
        if reader is not None:
            # The order of planes and the scale become part of the convolution: they cost nothing.
            reader.weight = nn.Parameter(reader.weight.detach().flip(1) / 255)

    def forward(self, frame: torch.Tensor, *states: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """[H, W, 4] uint8 -> [H, W] uint8; the states as :class:`Network` has them."""
        # Providers for graphics cards move floats alone, no bytes: the cast comes first, and last.
        planes = frame.float().unsqueeze(0).permute(0, 3, 1, 2)
        picture = planes[:, :3] if self.folded else planes[:, [2, 1, 0]] * (1 / 255)
        logits, states = self.network(picture, states)
        # The cast truncates; half a step more makes it round.
        shown = torch.sigmoid(logits).reshape(frame.shape[0], frame.shape[1])
        return ((shown * 255 + 0.5).to(torch.uint8), *states)


def export(network: Network, height: int, width: int, name: str) -> bytes:
    """Return ``network`` as a serialised model of frames of ``height`` x ``width``.

    If the network allows it, it is a model of any size, compared with torch at this one and at another.
    Raises ExportError if it breaks the contract, or if its answers differ from torch's.
    """
    if height % network.multiple or width % network.multiple:
        raise ExportError(
            f"{name} needs a height and width that are multiples of {network.multiple}, not {height}x{width}."
        )
    network = copy.deepcopy(network).cpu().eval()
    whole = Contract(network).eval()
    states = network.zeros(1, height, width)
    named = [f"state_{stem}" for stem in network.memory]
    content = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter's announcements of its successor
        torch.onnx.export(
            whole,
            (torch.zeros(height, width, 4, dtype=torch.uint8), *states),
            content,
            input_names=["frame", *named],
            output_names=["alpha", *(f"next_{state}" for state in named)],
            opset_version=OPSET,
            dynamic_axes=sized.axes({stem: span for stem, (_channels, span) in network.memory.items()})
            if network.any_size
            else None,
            dynamo=False,
        )
    model = fold_padding(onnx.load_from_string(content.getvalue()))
    _name_sides(model)
    model.ir_version, model.graph.name = IR_VERSION, name
    model.producer_name, model.producer_version = "obs_bgremove", ""
    wrong = contract.violations(model)
    if wrong:
        raise ExportError(f"The exported {name} breaks the graph contract: {' '.join(wrong)}")
    serialised: bytes = model.SerializeToString()
    compare(network, serialised, probe.frames(height, width, FRAMES))
    if network.any_size:
        step = network.multiple
        compare(network, serialised, probe.frames(height + 2 * step, width + step, FRAMES))
    return serialised


def _name_sides(model: onnx.ModelProto) -> None:
    """Give each next state, in place, the sides of its state: the exporter has names of its own for some."""
    inputs = {entry.name: entry for entry in model.graph.input}
    for output in model.graph.output:
        state = inputs.get(output.name.removeprefix("next_"))
        if state is not None:
            output.type.CopyFrom(state.type)


@torch.no_grad()
def compare(network: Network, model: bytes, frames: Bytes) -> float:
    """Return the largest difference, in steps of 1/255, between torch and ``model`` over ``frames``.

    frames: uint8 [T, H, W, 4] BGRA. Raises ExportError if it is more than TOLERANCE, or if the memory is
    further off than STATE_TOLERANCE.
    """
    height, width = frames.shape[1:3]
    runner, largest, largest_state = Runner(model, size=(height, width)), 0.0, 0.0
    states = network.zeros(1, height, width)
    for frame in frames:
        rgb = np.ascontiguousarray(frame[..., 2::-1].transpose(2, 0, 1))[None]
        logits, states = network(torch.from_numpy(rgb).float() / 255, states)
        expected = torch.sigmoid(logits)[0, 0].double().numpy() * 255
        largest = max(largest, float(np.abs(runner.alpha(frame) - expected).max()))
        for stem, state in zip(network.memory, states):
            off = np.abs(runner.states[f"state_{stem}"] - state.numpy())
            largest_state = max(largest_state, float(off.max()))
    if not (largest <= TOLERANCE and largest_state <= STATE_TOLERANCE):
        raise ExportError(
            f"The exported model differs from torch by {largest:.2f} of 255 in its alpha and by "
            f"{largest_state:.1e} in its memory, over the {TOLERANCE} and {STATE_TOLERANCE} allowed; it was "
            "not written. Please report it with the versions of torch and onnxruntime."
        )
    return largest
