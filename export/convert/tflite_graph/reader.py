# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a .tflite file: its tensors, constants, and operators with their options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
import tflite

from ...common.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...common.arrays import Numbers


class Options(Protocol):
    """Options of an operator, as the package tflite reads them."""

    def Init(self, content: bytes, position: int) -> None:
        """Read them."""


T = TypeVar("T", bound=Options)

_TYPES = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.FLOAT16: np.float16,
    tflite.TensorType.INT32: np.int32,
}
_OPERATORS = {
    number: name for name, number in vars(tflite.BuiltinOperator).items() if isinstance(number, int)
}


@dataclass(frozen=True)
class Operator:
    """One operator: its name (a custom operator's own), and the numbers of its tensors."""

    name: str
    inputs: list[int]
    output: int
    raw: tflite.Operator

    def options(self, kind: Callable[[], T]) -> T:
        """Return the operator's options, read as ``kind`` (such as ``tflite.Conv2DOptions``)."""
        table, options = self.raw.BuiltinOptions(), kind()
        options.Init(table.Bytes, table.Pos)
        return options

    def custom_options(self) -> bytes:
        """Return the bytes that a custom operator's options are."""
        content: bytes = self.raw.CustomOptionsAsNumpy().tobytes()
        return content


class Network:
    """The first subgraph of a .tflite file; tensors are known by their numbers."""

    def __init__(self, content: bytes) -> None:
        if content[4:8] != b"TFL3":
            raise ExportError("This is not a TensorFlow Lite file; check which file the card names.")
        self._model = tflite.Model.GetRootAsModel(content, 0)
        self._graph = self._model.Subgraphs(0)
        self.inputs = [int(number) for number in self._graph.InputsAsNumpy()]
        self.outputs = [int(number) for number in self._graph.OutputsAsNumpy()]

    def shape(self, tensor: int) -> list[int]:
        """Return a tensor's shape; four-dimensional ones are [N, H, W, C]."""
        entry = self._graph.Tensors(tensor)
        return [int(size) for size in entry.ShapeAsNumpy()] if entry.ShapeLength() else []

    def constant(self, tensor: int) -> Numbers | None:
        """Return a constant's value (float16 widened to float32), or None if it is computed at run time."""
        entry = self._graph.Tensors(tensor)
        buffer = self._model.Buffers(entry.Buffer())
        if not buffer.DataLength():
            return None
        if entry.Type() not in _TYPES:
            raise ExportError(
                "The network's weights are quantised to integers; only float networks are converted."
            )
        value: Numbers = np.frombuffer(buffer.DataAsNumpy().tobytes(), _TYPES[entry.Type()]).reshape(
            self.shape(tensor)
        )
        return value.astype(np.float32) if value.dtype == np.float16 else value

    def operators(self) -> Iterator[Operator]:
        """Yield the operators in the order in which they run."""
        for number in range(self._graph.OperatorsLength()):
            raw = self._graph.Operators(number)
            code = self._model.OperatorCodes(raw.OpcodeIndex())
            name = _OPERATORS[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
            if name == "CUSTOM":
                name = code.CustomCode().decode()
            yield Operator(name, [int(tensor) for tensor in raw.InputsAsNumpy()], int(raw.Outputs(0)), raw)
