# SPDX-License-Identifier: GPL-2.0-or-later
"""What the operators' translations share: the network, the graph, and the values so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...common.errors import ExportError

if TYPE_CHECKING:
    from ...common.arrays import Numbers
    from ...graph.nodes import Graph
    from .reader import Network


class Walk:
    """A conversion on its way: ``values`` and ``constants`` are those known so far, by tensor.

    Four-dimensional tensors are [N, H, W, C] in the network and [N, C, H, W] in the graph.
    """

    def __init__(self, network: Network, graph: Graph) -> None:
        self.network, self.graph = network, graph
        self.values: dict[int, str] = {}
        self.constants: dict[int, Numbers] = {}

    def constant(self, tensor: int) -> Numbers | None:
        """Return the value of a constant tensor, or None."""
        return self.constants[tensor] if tensor in self.constants else self.network.constant(tensor)

    def weights(self, tensor: int) -> Numbers:
        """Return the value of a tensor that must be constant; raise ExportError if it is not."""
        array = self.constant(tensor)
        if array is None:
            raise ExportError(
                f"The network computes its tensor {tensor} at run time where only constants are covered."
            )
        return array

    def value(self, tensor: int) -> str:
        """Return the name in the graph of a tensor that is an operand."""
        if tensor not in self.values:
            array = self.constant(tensor)
            if array is None:
                raise ExportError(
                    f"The network's tensor {tensor} is read before it is computed; the file is damaged."
                )
            if array.ndim == 4:
                array = array.transpose(0, 3, 1, 2)
            elif array.ndim == 1 and array.size > 1:
                array = array.reshape(-1, 1, 1)
            self.values[tensor] = self.graph.constant(array)
        return self.values[tensor]
