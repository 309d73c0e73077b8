# SPDX-License-Identifier: GPL-2.0-or-later
"""What a node of the source graph can evaluate to, besides a constant (a numpy array)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from ...common.arrays import Numbers

if TYPE_CHECKING:
    from collections.abc import Callable

#: Zeros around a picture: ((before, after) of rows, (before, after) of columns).
Pads: TypeAlias = tuple[tuple[int, int], tuple[int, int]]


class Dead:
    """The result of a branch that is not taken."""


DEAD = Dead()


@dataclass(frozen=True)
class Value:
    """A value computed at run time: its name in the ONNX graph, its shape in the source graph.

    Four-dimensional values are [N, H, W, C] in the source graph and [N, C, H, W] in ONNX.
    """

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class State:
    """A recurrent input whose shape is not known yet: it takes the one it is broadcast to."""

    name: str


@dataclass(frozen=True)
class Padded:
    """Zeros around a value, not made yet: a convolution pads for nothing."""

    value: Value
    pads: Pads

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape with the zeros, [N, H, W, C]."""
        batch, height, width, channels = self.value.shape
        return (batch, height + sum(self.pads[0]), width + sum(self.pads[1]), channels)


@dataclass(frozen=True)
class SpaceToBatch:
    """The first third of a dilated convolution as TensorFlow writes it: the dilation, and the padding."""

    value: Value
    dilation: tuple[int, int]
    pads: Pads


@dataclass(frozen=True)
class Dilated:
    """The second third: ``convolve(pads)`` does all of it once the last third says what to crop."""

    convolve: Callable[[Pads], Value]
    pads: Pads


#: A value at run time, with its zeros made or not.
Picture: TypeAlias = Value | Padded
#: What one output of a node can be.
Single: TypeAlias = Numbers | Value | Padded | State | SpaceToBatch | Dilated | Dead
#: What a node evaluates to; a tuple if it has several outputs.
Result: TypeAlias = Single | tuple[Single, ...]
