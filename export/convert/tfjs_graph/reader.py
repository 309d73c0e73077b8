# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a TensorFlow.js graph model: the nodes of its JSON, the weights of its binary part."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ...common.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...common.arrays import Numbers

#: A piece of the file's JSON.
Json: TypeAlias = "dict[str, Any]"


@dataclass(frozen=True)
class Node:
    """One node: inputs are (node name, output number); control inputs are left out.

    Its attributes are read by type: ``integer``, ``integers``, ``text`` (of types too), ``texts``, ``flag``.
    Each returns the default if there is none of that name, or raises ExportError without a default.
    """

    name: str
    operator: str
    inputs: list[tuple[str, int]]
    attributes: Json

    def integer(self, name: str, default: int | None = None) -> int:
        """Return a whole number."""
        return int(self._plain(name, default))

    def integers(self, name: str, default: Sequence[int] | None = None) -> list[int]:
        """Return a list of whole numbers."""
        return [int(entry) for entry in self._plain(name, default)]

    def text(self, name: str) -> str:
        """Return a text, or the name of a type."""
        return str(self._plain(name, None))

    def texts(self, name: str, default: Sequence[str]) -> list[str]:
        """Return a list of texts."""
        return [str(entry) for entry in self._plain(name, default)]

    def flag(self, name: str) -> bool:
        """Return a truth; False if there is none of that name."""
        return bool(self._plain(name, False))

    def _plain(self, name: str, default: object) -> Any:  # noqa: ANN401 - the file decides
        if name in self.attributes:
            return _plain(self.attributes[name])
        if default is None:
            raise ExportError(f"The network's {self.operator} {self.name!r} lacks {name!r}; it is damaged.")
        return default


@dataclass(frozen=True)
class Network:
    """``nodes`` and ``weights`` by name; ``outputs``: signature name -> (node name, output number)."""

    nodes: dict[str, Node]
    weights: dict[str, Numbers]
    outputs: dict[str, tuple[str, int]]


def read(topology: bytes, weights: bytes) -> Network:
    """Read a model of its .json and .bin contents."""
    model = json.loads(topology)
    nodes = {}
    for entry in model["modelTopology"]["node"]:
        inputs = [_reference(text) for text in entry.get("input", []) if not text.startswith("^")]
        nodes[entry["name"]] = Node(entry["name"], entry["op"], inputs, entry.get("attr", {}))
    outputs = {name: _reference(entry["name"]) for name, entry in model["signature"]["outputs"].items()}
    return Network(nodes, _weights(model["weightsManifest"], weights), outputs)


def _reference(text: str) -> tuple[str, int]:
    name, _, number = text.partition(":")
    return name, int(number or 0)


def _weights(manifest: list[Json], content: bytes) -> dict[str, Numbers]:
    found: dict[str, Numbers] = {}
    position = 0
    for entry in (entry for group in manifest for entry in group["weights"]):
        stored = entry.get("quantization", {"dtype": entry["dtype"]})
        kind: np.dtype[Any] = np.dtype(stored["dtype"])
        count = int(np.prod(entry["shape"], dtype=np.int64))
        value: Numbers = np.frombuffer(content, kind, count, position).reshape(entry["shape"])
        position += count * kind.itemsize
        if "scale" in stored:
            value = value.astype(np.float32) * np.float32(stored["scale"]) + np.float32(stored["min"])
        found[entry["name"]] = value.astype(entry["dtype"])
    return found


def _plain(attribute: Json) -> Any:  # noqa: ANN401 - the file decides
    """Return an attribute as a Python value (text for a type)."""
    if "list" in attribute:
        entries = attribute["list"]
        return [_plain({kind: entry}) for kind in entries for entry in entries[kind]]
    ((kind, value),) = attribute.items()
    if kind == "s":
        return base64.b64decode(value).decode()
    return int(value) if kind == "i" else value
