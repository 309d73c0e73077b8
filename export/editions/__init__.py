# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes editions of a network: ONNX and TensorFlow Lite from torch, float16 and int8 from ONNX."""
