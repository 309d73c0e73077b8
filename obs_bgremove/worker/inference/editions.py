# SPDX-License-Identifier: GPL-2.0-or-later
"""Models in half precision (float16) for CUDA, as the measuring made them: see measure/precision.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..choice import measured
from . import providers

if TYPE_CHECKING:
    from pathlib import Path

    from ..choice.catalogue import Model
    from .providers import Device


def place(model: Model) -> Path:
    """Return where a model's edition for this very GPU, driver and onnxruntime lies; raise OSError."""
    return providers.cache("float16", model) / "model.onnx"


def recorded(model: Model, device: Device) -> Path | None:
    """Return the edition to take for a model; None if it runs as it is."""
    if device.name != "cuda" or not measured.float16(model, device.name):
        return None
    try:
        edition = place(model)
    except OSError:
        # A full disk, a home that cannot be written: it runs without.
        return None
    return edition if edition.is_file() else None
