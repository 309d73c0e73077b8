# SPDX-License-Identifier: GPL-2.0-or-later
"""Operators whose inputs are all constants, evaluated at conversion: the source graph's shape arithmetic."""

from __future__ import annotations

import numpy as np

_TYPES = {"DT_FLOAT": np.float32, "DT_INT32": np.int32, "DT_BOOL": np.bool_}


def selection(node, begin, end, strides) -> tuple:
    """Return StridedSlice's operands and masks as an index of numpy."""
    masks = [node.attribute(f"{name}_mask", 0) for name in ("begin", "end", "shrink_axis")]
    index = []
    for axis, bounds in enumerate(zip(begin, end, strides)):
        first, last, step = (int(bound) for bound in bounds)
        open_start, open_end, single = (mask >> axis & 1 for mask in masks)
        index.append(
            first if single else slice(None if open_start else first, None if open_end else last, step)
        )
    return tuple(index)


EVALUATE = {
    "Add": lambda node, left, right: left + right,
    "AddV2": lambda node, left, right: left + right,
    "Sub": lambda node, left, right: left - right,
    "Mul": lambda node, left, right: left * right,
    "FloorMod": lambda node, left, right: np.mod(left, right),
    "Equal": lambda node, left, right: np.equal(left, right),
    "Cast": lambda node, value: np.asarray(value).astype(_TYPES[node.attribute("DstT")]),
    "Identity": lambda node, value: value,
    "Pack": lambda node, *values: np.stack(values, node.attribute("axis", 0)),
    "ConcatV2": lambda node, *values: np.concatenate(values[:-1], int(values[-1])),
    "Squeeze": lambda node, value: np.squeeze(value),
    "StridedSlice": lambda node, value, *bounds: np.asarray(value)[selection(node, *bounds)],
}
