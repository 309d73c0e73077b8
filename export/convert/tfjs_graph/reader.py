# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a TensorFlow.js graph model: the nodes of its JSON, the weights of its binary part."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Node:
    """One node: inputs are (node name, output number); control inputs are left out."""

    name: str
    operator: str
    inputs: list[tuple[str, int]]
    attributes: dict

    def attribute(self, name: str, default=None):
        """Return an attribute as a Python value (text for a type), or ``default``."""
        return _plain(self.attributes[name]) if name in self.attributes else default


@dataclass(frozen=True)
class Network:
    """``nodes`` and ``weights`` by name; ``outputs``: signature name -> (node name, output number)."""

    nodes: dict[str, Node]
    weights: dict[str, np.ndarray]
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


def _weights(manifest: list, content: bytes) -> dict[str, np.ndarray]:
    found, position = {}, 0
    for entry in (entry for group in manifest for entry in group["weights"]):
        stored = entry.get("quantization", {"dtype": entry["dtype"]})
        kind = np.dtype(stored["dtype"])
        count = int(np.prod(entry["shape"], dtype=np.int64))
        value = np.frombuffer(content, kind, count, position).reshape(entry["shape"])
        position += count * kind.itemsize
        if "scale" in stored:
            value = value.astype(np.float32) * np.float32(stored["scale"]) + np.float32(stored["min"])
        found[entry["name"]] = value.astype(entry["dtype"])
    return found


def _plain(attribute: dict):
    if "list" in attribute:
        entries = attribute["list"]
        return [_plain({kind: entry}) for kind in entries for entry in entries[kind]]
    ((kind, value),) = attribute.items()
    if kind == "s":
        return base64.b64decode(value).decode()
    return int(value) if kind == "i" else value
