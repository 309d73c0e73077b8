# SPDX-License-Identifier: GPL-2.0-or-later
"""TensorFlow Lite networks as ONNX nodes.

Covers what MediaPipe's person segmentation networks are made of; anything else is refused by name.
"""

from .convert import convert

__all__ = ["convert"]
