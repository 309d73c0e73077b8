# SPDX-License-Identifier: GPL-2.0-or-later
"""Operators whose inputs are all constants, evaluated at conversion: the source graph's shape arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...common.arrays import Numbers
    from .reader import Node

_TYPES = {"DT_FLOAT": np.float32, "DT_INT32": np.int32, "DT_BOOL": np.bool_}

#: (the node, its inputs, each a constant) -> its value.
Evaluation: TypeAlias = "Callable[..., Numbers]"


def selection(node: Node, begin: Numbers, end: Numbers, strides: Numbers) -> tuple[int | slice, ...]:
    """Return StridedSlice's operands and masks as an index of numpy."""
    masks = [node.integer(f"{name}_mask", 0) for name in ("begin", "end", "shrink_axis")]
    index: list[int | slice] = []
    for axis, bounds in enumerate(zip(begin, end, strides)):
        first, last, step = (int(bound) for bound in bounds)
        open_start, open_end, single = (mask >> axis & 1 for mask in masks)
        index.append(
            first if single else slice(None if open_start else first, None if open_end else last, step)
        )
    return tuple(index)


EVALUATE: dict[str, Evaluation] = {
    "Add": lambda _, left, right: left + right,
    "AddV2": lambda _, left, right: left + right,
    "Sub": lambda _, left, right: left - right,
    "Mul": lambda _, left, right: left * right,
    "FloorMod": lambda _, left, right: np.mod(left, right),
    "Equal": lambda _, left, right: np.equal(left, right),
    "Cast": lambda node, value: np.asarray(value).astype(_TYPES[node.text("DstT")]),
    "Identity": lambda _, value: value,
    "Pack": lambda node, *values: np.stack(values, node.integer("axis", 0)),
    "ConcatV2": lambda _, *values: np.concatenate(values[:-1], int(values[-1])),
    "Squeeze": lambda _, value: np.squeeze(value),
    "StridedSlice": lambda node, value, *bounds: np.asarray(value)[selection(node, *bounds)],
}
