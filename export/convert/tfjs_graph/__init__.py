# SPDX-License-Identifier: GPL-2.0-or-later
"""TensorFlow.js graph models as ONNX nodes, with every shape fixed.

Covers what Robust Video Matting's network is made of; anything else is refused by name.
"""

from .convert import convert

__all__ = ["convert"]
