# SPDX-License-Identifier: GPL-2.0-or-later
"""The graph contract, and ONNX graphs: building them, folding nodes, running a model."""
