# SPDX-License-Identifier: GPL-2.0-or-later
"""TensorFlow's padding in numbers, as ONNX wants it."""

from __future__ import annotations


def same(size: int, kernel: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """Return the pixels before and after an axis that TensorFlow's SAME padding adds to it.

    ONNX' ``auto_pad`` would do for a square input too, but providers differ in supporting it.
    """
    total = max((-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def transposed(size: int, kernel: int, stride: int, wanted: int, centred: bool) -> tuple[int, int, int]:
    """Return (crop before, crop after, extra after) that make a transposed convolution ``wanted`` long.

    ``centred`` is TensorFlow's SAME; otherwise (VALID) all is cropped after.
    """
    surplus = (size - 1) * stride + kernel - wanted
    crop = max(surplus, 0)
    before = crop // 2 if centred else 0
    return before, crop - before, max(-surplus, 0)
