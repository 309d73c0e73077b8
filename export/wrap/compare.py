# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares a wrapped network with the network itself; numpy computes here what the wrapping's nodes do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import onnxruntime

from ..common.errors import ExportError
from . import shapes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..common.arrays import Bytes, Floats
    from .reading import Reading

#: Largest difference in steps of 1/255, of which rounding alone is 0.5.
TOLERANCE = 1.0


def answers(network: bytes, reading: Reading, frames: Bytes) -> list[Floats]:
    """Return the alphas (float [H, W] in 0..255) that ``network`` gives of ``frames``, uint8 [T, H, W, 4]."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    (entry,) = session.get_inputs()
    output = reading.output or session.get_outputs()[0].name
    height, width = frames.shape[1:3]
    first = entry.shape[1] == 3
    kind = np.float16 if entry.type == "tensor(float16)" else np.float32
    found = []
    for frame in frames:
        picture = frame[..., [2, 1, 0] if reading.order == "rgb" else [0, 1, 2]]
        picture = (picture * reading.scale - np.array(reading.mean)) / np.array(reading.std)
        feed = picture.transpose(2, 0, 1) if first else picture
        (mask,) = session.run([output], {entry.name: feed[None].astype(kind)})
        rows, columns, channels, last = shapes.of_mask(list(mask.shape), height, width)
        mask = mask.astype(np.float64)
        planes = mask[0].transpose(2, 0, 1) if last else mask.reshape(channels, rows, columns)
        person = _person(planes, reading)
        person = cv2.resize(person, (width, height), interpolation=cv2.INTER_LINEAR)
        found.append(np.clip(person, 0, 1) * 255)
    return found


def require_equal(alphas: Sequence[Bytes], expected: Sequence[Bytes | Floats]) -> None:
    """Raise ExportError if ``alphas`` (uint8 [H, W]) are more than TOLERANCE from those ``expected``."""
    if any(np.isnan(other).any() for other in expected):
        raise ExportError(
            "The network answers what is no number (NaN), so it cannot be used. Check --scale, --mean and "
            "--std, and whether it was exported in half precision."
        )
    off = max(float(np.abs(alpha - other).max()) for alpha, other in zip(alphas, expected))
    if not off <= TOLERANCE:
        raise ExportError(
            f"The wrapped network answers differently from the network itself (by {off:.1f} of 255, "
            f"over the {TOLERANCE} allowed), so it was not "
            "installed. Export it with another opset, or please report it."
        )


def _person(planes: Floats, reading: Reading) -> Floats:
    """Return the person's share of each pixel from the answer [C, H, W]."""
    if len(planes) == 1:
        only: Floats = planes[0]
        return 1 / (1 + np.exp(-only)) if reading.logits else only
    if reading.logits:
        planes = np.exp(planes - planes.max(0))
        planes = planes / planes.sum(0)
    person: Floats = planes[[-1] if reading.channels is None else list(reading.channels)].sum(0)
    return person
