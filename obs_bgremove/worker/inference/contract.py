# SPDX-License-Identifier: GPL-2.0-or-later
"""The face that every model has: camera bytes in, alpha bytes out, and states that are fed back.

frame          input    uint8 [H, W, 4], B, G, R, A
alpha          output   uint8 [H, W], 255 = person
state_*        inputs   float, zeros at the start
next_state_*   outputs  the same, for the next frame

Sizes are fixed when the session is made (see sizes). Sides of frames and the memory of states have a limit,
so that a model cannot take all memory of a machine.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...translate import joined, tr
from ..choice.catalogue import Model, ModelProblem

if TYPE_CHECKING:
    import onnxruntime

    State = tuple[type[np.floating], tuple[int, ...]]

#: Pixels, as in link/layout.py; and bytes of all states together.
_LARGEST_SIDE = 16384
_MOST_STATE = 1 << 30

_FLOATS: dict[str, type[np.floating]] = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


class Face(NamedTuple):
    """Height and width of the frames; dtype and shape of the states, by the end of their names."""

    height: int
    width: int
    states: dict[str, State]


def read_face(model: Model, session: onnxruntime.InferenceSession) -> Face:
    """Return the face of a loaded model; raise ModelProblem if it is not as the contract has it."""
    try:
        return _read(session)
    except _Violation as violation:
        sentence = tr("The model {name} cannot be used ({reason}).", name=model.name, reason=violation)
        raise ModelProblem(joined([sentence, model.remedy, tr("Or export it again.")])) from None


class _Violation(Exception):
    """What is wrong with a model's inputs and outputs, half a sentence."""


def _check(right: bool, what: str) -> None:
    if not right:
        raise _Violation(what)


def _read(session: onnxruntime.InferenceSession) -> Face:
    inputs = {entry.name: entry for entry in session.get_inputs()}
    outputs = {entry.name: entry for entry in session.get_outputs()}
    for entries, name, rank in ((inputs, "frame", 3), (outputs, "alpha", 2)):
        _check(name in entries, f"it has no {'input' if rank == 3 else 'output'} named {name!r}")
        entry = entries[name]
        left_open = [side for side in entry.shape if isinstance(side, str)]
        _check(
            not left_open,
            f"{name!r} is {entry.shape}: no number is known for {', '.join(left_open)} (height and width are "
            "in [input] of its card)",
        )
        right = entry.type == "tensor(uint8)" and len(entry.shape) == rank and _static(entry.shape)
        _check(right, f"{name!r} is {_form(entry)}, not tensor(uint8) with {rank} fixed sizes")
    frame, alpha = inputs["frame"].shape, outputs["alpha"].shape
    _check(frame[2] == 4, f"'frame' has {frame[2]} channels, not 4 (B, G, R, A)")
    _check(frame[:2] == alpha, f"'frame' is {frame[0]}x{frame[1]} but 'alpha' {alpha[0]}x{alpha[1]}")
    _check(
        max(frame[:2]) <= _LARGEST_SIDE,
        f"its frames are {frame[0]}x{frame[1]}, more than {_LARGEST_SIDE} on a side",
    )
    del inputs["frame"]
    states = dict(_state(entry, outputs) for entry in inputs.values())
    size = sum(np.dtype(dtype).itemsize * math.prod(shape) for dtype, shape in states.values())
    _check(size <= _MOST_STATE, f"its states take {size / 1e9:.1f} GB")
    return Face(frame[0], frame[1], states)


def _state(entry: onnxruntime.NodeArg, outputs: dict[str, onnxruntime.NodeArg]) -> tuple[str, State]:
    """Return the end of a state's name, and what it is."""
    name = entry.name
    _check(name.startswith("state_"), f"it has an unknown input {name!r}")
    right = entry.type in _FLOATS and _static(entry.shape)
    _check(right, f"{name!r} is {_form(entry)}, not float of fixed sizes")
    _check(f"next_{name}" in outputs, f"{name!r} has no output 'next_{name}'")
    fed = outputs[f"next_{name}"]
    same = (fed.type, fed.shape) == (entry.type, entry.shape)
    _check(same, f"'next_{name}' is {_form(fed)}, not {_form(entry)}")
    return name[len("state_") :], (_FLOATS[entry.type], tuple(entry.shape))


def _form(entry: onnxruntime.NodeArg) -> str:
    return f"{entry.type} {entry.shape}"


def _static(shape: list[int | str | None]) -> bool:
    return all(isinstance(side, int) and side > 0 for side in shape)
