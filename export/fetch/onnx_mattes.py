# SPDX-License-Identifier: GPL-2.0-or-later
"""What ISNet answers as it was published, in onnxruntime: that is its own runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

if TYPE_CHECKING:
    from ..common.arrays import Bytes, Floats


def mattes(network: bytes, frames: Bytes) -> tuple[Floats, str]:
    """Return the mattes (float [T, H, W] in 0..1) of frames (uint8 [T, H, W, 4] BGRA), and the runtime."""
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    (entry,) = session.get_inputs()
    output = session.get_outputs()[0].name
    found = []
    for frame in frames:
        picture = (frame[..., [2, 1, 0]].astype(np.float32) - 128) / 256
        (matte,) = session.run([output], {entry.name: picture.transpose(2, 0, 1)[None]})
        found.append(matte.reshape(matte.shape[-2:]))
    return np.stack(found), f"onnxruntime {onnxruntime.__version__}"
