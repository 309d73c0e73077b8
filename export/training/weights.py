# SPDX-License-Identifier: GPL-2.0-or-later
"""The trainable weights of a model that we trained, read from its graph.

Our exports keep the names of torch's modules, as ``network.stem.weight`` or in a node's name. Three things
are undone: the picture's scale and order of planes in the first convolution, zeros that fill up channels, and
normalisations that are folded into the convolution before them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from obs_bgremove.files import replace_whole

from .. import networks
from ..common.errors import ExportError
from ..common.progress import say
from ..editions import torch_graph
from ..graph import probe
from ..networks.layers import ConvGRU, Joined
from ..shelf.card import SHELF, named_card

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ..networks.network import Network

#: What a folder of the shelf calls them.
FILE = "weights.safetensors"
#: The number of frames that the statistics of a normalisation are computed from.
FRAMES = 8


def write(name: str, shelf: Path = SHELF) -> Path:
    """Write ``shelf``/NAME/weights.safetensors for NAME/model.onnx; return its path.

    The model must be of the architecture of that name, with its usual options. Raises ExportError if it is
    not, or if torch with these weights answers otherwise than the model (see :mod:`..editions.torch_graph`).
    """
    card = named_card(name, shelf)
    try:
        content = (shelf / name / "model.onnx").read_bytes()
    except OSError:
        raise ExportError(f"{name} is not of our own training: {shelf / name} has no model.onnx.") from None
    network = networks.build(name)
    read(content, network)
    frames = probe.frames(card.height, card.width, FRAMES)
    measure_normalisations(network, frames)
    torch_graph.compare(network, content, frames[: torch_graph.FRAMES])
    recipe = {"name": name, "network": name, "height": card.height, "width": card.width, "shipped": True,
              "train": [], "test": []}  # fmt: skip
    path = shelf / name / FILE
    # A tensor in another order of memory is refused.
    values = {key: value.contiguous() for key, value in network.state_dict().items()}
    replace_whole(path, save(values, {"recipe": json.dumps(recipe)}))
    say(f"{path}: {path.stat().st_size / 1e6:.1f} MB, answers as the model does.")
    return path


def load(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Return the weights in ``path`` (name -> tensor), and the entries of the recipe they go with.

    Raises OSError if the file is not there, ValueError if it is not one that :func:`write` made.
    """
    try:
        with safe_open(path, "pt") as file:
            recipe = json.loads((file.metadata() or {})["recipe"])
            return {name: file.get_tensor(name) for name in file.keys()}, recipe  # noqa: SIM118  (no dict)
    except (SafetensorError, KeyError) as error:
        raise ValueError(f"no weights with their recipe: {error}") from None


def read(content: bytes, network: Network) -> None:  # noqa: C901 - a case for each way of exporting
    """Copy the weights in the serialised model ``content`` into ``network``, of the architecture it is of.

    Of a normalisation (it is folded) the statistics are lost: it becomes one that changes nothing but adds
    what its convolution has no bias for. Raises ExportError if the model lacks a part, or has it in another
    shape.
    """
    graph = onnx.load_from_string(content).graph
    constants = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}
    convolutions = {_module(node.name): node for node in graph.node if node.op_type == "Conv"}
    first = network.reads_picture()

    def found(module: str, kind: int) -> NDArray[np.float32]:
        """The constant of one convolution: 1 its weights, 2 its bias."""
        node = convolutions.get(module)
        if node is None or len(node.input) <= kind or node.input[kind] not in constants:
            raise ExportError(f"The model has no convolution {module!r}: it is another network.")
        values: NDArray[np.float32] = constants[node.input[kind]]
        return values

    modules, filled = dict(network.named_modules()), set[str]()

    def fill(name: str, values: NDArray[np.float32]) -> None:
        own = network.get_parameter(name)
        if own.shape != values.shape:
            raise ExportError(f"The model's {name} is {values.shape}, not {tuple(own.shape)}.")
        with torch.no_grad():
            own.copy_(torch.from_numpy(np.array(values)))
        filled.add(name)

    for name, module in modules.items():
        if isinstance(module, nn.Conv2d) and f"network.{name}.weight" in constants:
            weight = constants[f"network.{name}.weight"]
            # BGR in 0..255 there, RGB in 0..1 here.
            fill(f"{name}.weight", weight[:, ::-1] * np.float32(255) if module is first else weight)
            fill(f"{name}.bias", constants[f"network.{name}.bias"])
        elif isinstance(module, Joined):
            fill(f"{name}.weight", found(name, 1)[:, : module.in_channels])
            fill(f"{name}.bias", constants[f"network.{name}.bias"])
        elif isinstance(module, ConvGRU) and f"network.{name}.reset.weight" not in constants:
            # Both gates are one convolution.
            for kind, part in enumerate(("weight", "bias"), 1):
                for gate, values in zip(("reset", "update"), np.split(found(name, kind), 2)):
                    fill(f"{name}.{gate}.{part}", values)
        elif isinstance(module, nn.BatchNorm2d):
            before = _before(name)
            fill(f"{before}.weight", found(before, 1))
            fill(f"{name}.weight", np.ones(module.num_features, np.float32))
            fill(f"{name}.bias", found(before, 2))
            module.running_mean.zero_()
            module.running_var.fill_(1 - module.eps)
    left = [name for name, _ in network.named_parameters() if name not in filled]
    if left:
        raise ExportError(f"The model has no {left[0]!r}: it is another network.")


@torch.no_grad()
def measure_normalisations(network: Network, frames: NDArray[np.uint8]) -> None:
    """Give the normalisations of ``network`` statistics again; what it answers stays the same.

    They are those of ``frames``, uint8 [T, H, W, 4] BGRA. Without, a first step of training, which goes by
    those of its batch, would be by another network.
    """

    def renew(module: nn.BatchNorm2d, inputs: tuple[torch.Tensor]) -> None:
        (x,) = inputs
        mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
        # The same line through other points: factor * x + shift.
        factor = module.weight / (module.running_var + module.eps).sqrt()
        shift = module.bias - factor * module.running_mean
        module.running_mean.copy_(mean)
        module.running_var.copy_(variance)
        module.weight.copy_(factor * (variance + module.eps).sqrt())
        module.bias.copy_(shift + factor * mean)

    network.eval()
    hooks = [
        module.register_forward_pre_hook(renew)
        for module in network.modules()
        if isinstance(module, nn.BatchNorm2d)
    ]
    rgb = np.ascontiguousarray(frames[..., 2::-1].transpose(0, 3, 1, 2))
    network(torch.from_numpy(rgb).float() / 255, network.zeros(len(frames), *frames.shape[1:3]))
    for hook in hooks:
        hook.remove()


def _module(node: str) -> str:
    """Return the module of a node called /network/decode_2/decode_2.0/Conv: decode_2.0."""
    name = ""
    for part in node.strip("/").split("/")[1:-1]:
        name = part if not name or part.startswith(f"{name}.") else f"{name}.{part}"
    return name


def _before(normalisation: str) -> str:
    """Return the convolution before a normalisation, as ``layers.convolution`` puts them: 0 before 1."""
    sequence, _, number = normalisation.rpartition(".")
    return f"{sequence}.{int(number) - 1}"
