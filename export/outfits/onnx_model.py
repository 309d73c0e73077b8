# SPDX-License-Identifier: GPL-2.0-or-later
"""From torch to ONNX: a network that sees one portrait."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import onnx
import torch

from ..common.errors import ExportError
from ..graph import outfit_contract
from ..graph.nodes import IR_VERSION, OPSET

if TYPE_CHECKING:
    from torch import nn


def export(network: nn.Module, size: int, output: str) -> bytes:
    """Return ``network``, which takes a portrait (uint8 [size, size, 4]), as a serialised model.

    With the output ``shares`` it must keep the contract; raises ExportError if it does not.
    """
    content = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter's announcements of its successor
        torch.onnx.export(
            network,
            (torch.zeros(size, size, 4, dtype=torch.uint8),),
            content,
            input_names=["frame"],
            output_names=[output],
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load_from_string(content.getvalue())
    model.ir_version, model.graph.name = IR_VERSION, "outfit"
    model.producer_name, model.producer_version = "obs_bgremove", ""
    wrong = outfit_contract.violations(model) if output == "shares" else []
    if wrong:
        raise ExportError(f"The exported network breaks its contract: {' '.join(wrong)}")
    serialised: bytes = model.SerializeToString()
    return serialised
