# SPDX-License-Identifier: GPL-2.0-or-later
"""The graph contract: what every model.onnx looks like from outside, and the check of it.

===================  ================  ====================================================
``frame`` (input)    uint8 [H, W, 4]   BGRA rows of the picture
``alpha`` (output)   uint8 [H, W]      255 = person
``state_*`` inputs   float             recurrent memory, zeros at the start; the value of the
and ``next_state_*``                   output ``next_state_x`` is fed back as ``state_x``
===================  ================  ====================================================

Every size is a number, or one of the names that obs_bgremove/worker/inference/sizes.py knows: ``height``,
``width``, ``height/8``; the card then says the size. Everything between camera bytes and alpha bytes is a
node of the graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import onnx
from onnx import TensorProto
from onnx.external_data_helper import load_external_data_for_model

from ..common.errors import ExportError
from . import sized

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Inputs or outputs of a graph by name.
Entries: TypeAlias = "dict[str, onnx.ValueInfoProto]"

#: The newest operator set and file format that a model may ask for: what onnxruntime 1.19 runs, the oldest
#: that a worker has (pyproject.toml).
NEWEST_OPSET = 21
NEWEST_IR_VERSION = 10
_FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16)


def load(path: Path) -> onnx.ModelProto:
    """Read an ONNX file, and the files beside it that its weights may lie in; raise ExportError."""
    try:
        model = onnx.load(str(path), load_external_data=False)
    except FileNotFoundError as error:
        raise ExportError(f"{error.filename or path} does not exist; check the path.") from None
    except OSError as error:
        raise ExportError(f"{path} cannot be read ({error.strerror}).") from None
    except Exception:  # noqa: BLE001 - protobuf's errors differ between its versions
        raise ExportError(f"{path} is not an ONNX file, or is cut short; fetch or export it again.") from None
    try:
        load_external_data_for_model(model, str(path.parent))
    except Exception as error:  # noqa: BLE001 - its checker's errors share no class with those of the system
        raise ExportError(
            f"{path} has its weights in other files, which cannot be read ({str(error).splitlines()[0]}): "
            "they have to lie beside it, under the names that they were exported with."
        ) from None
    if not model.graph.node:
        raise ExportError(f"{path} holds no graph: it is empty, cut short, or not an ONNX file.")
    return model


def violations(model: onnx.ModelProto) -> list[str]:
    """Return a sentence for each way in which ``model`` breaks the contract; empty if it keeps it."""
    found = malformed(model)
    if sized.is_open(model):
        model = sized.fixed(model, sized.TRIAL)
    given = {constant.name for constant in model.graph.initializer}
    inputs = {entry.name: entry for entry in model.graph.input if entry.name not in given}
    outputs = {entry.name: entry for entry in model.graph.output}
    found += _required(inputs, "input", "frame", 3, "[H, W, 4]")
    found += _required(outputs, "output", "alpha", 2, "[H, W]")
    found += _size(inputs.get("frame"), outputs.get("alpha"))
    found += _states(inputs, outputs)
    found += _unknown(inputs, "input", ("state_",), "frame")
    found += _unknown(outputs, "output", ("next_state_",), "alpha")
    return found


def too_new(opset: int) -> str:
    """Return the sentence about an opset that not every worker runs."""
    return f"Its opset is {opset}, newer than {NEWEST_OPSET}; export it with opset {NEWEST_OPSET} or older."


def malformed(model: onnx.ModelProto) -> list[str]:
    """Return a sentence for each reason why a worker may not read ``model``, whatever its contract is."""
    found: list[str] = []
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        found.append(f"The graph is not valid ONNX: {str(error).splitlines()[0]}")
    return [*found, *_versions(model)]


def _versions(model: onnx.ModelProto) -> Iterator[str]:
    """Yield a sentence for each operator set or file format that not every worker reads."""
    for entry in model.opset_import:
        if entry.domain in ("", "ai.onnx"):
            if entry.version > NEWEST_OPSET:
                yield too_new(entry.version)
        else:
            yield f"It uses operators of the domain {entry.domain!r}; only ONNX' own run everywhere."
    if model.ir_version > NEWEST_IR_VERSION:
        yield (
            f"Its file format (IR version) is {model.ir_version}, newer than {NEWEST_IR_VERSION}; "
            f"save it with ir_version = {NEWEST_IR_VERSION}."
        )


def _required(entries: Entries, kind: str, name: str, rank: int, shape: str) -> Iterator[str]:
    if name not in entries:
        there = ", ".join(repr(other) for other in entries) or "none"
        yield f"There is no {kind} named {name!r} (there is: {there}); it must be uint8 {shape}."
        return
    tensor = entries[name].type.tensor_type
    if tensor.elem_type != TensorProto.UINT8:
        yield f"The {kind} {name!r} is {_type_name(tensor.elem_type)}; it must be uint8."
    dimensions = tensor.shape.dim
    if not tensor.HasField("shape") or len(dimensions) != rank:
        yield f"The {kind} {name!r} has {len(dimensions)} dimensions; it must have {rank}: {shape}."
        return
    sizes = _static(entries[name])
    if sizes is None:
        yield f"The {kind} {name!r} has the dynamic shape {_written(entries[name])}; make each size a number."
    elif rank == 3 and sizes[2] != 4:
        yield f"The {kind} {name!r} is {_written(entries[name])}; its last dimension must be 4: B, G, R, A."


def _size(frame: onnx.ValueInfoProto | None, alpha: onnx.ValueInfoProto | None) -> Iterator[str]:
    picture, mask = _static(frame), _static(alpha)
    if picture and mask and len(picture) == 3 and len(mask) == 2 and picture[:2] != mask:
        sizes = f"'frame' is {picture[0]}x{picture[1]} but 'alpha' is {mask[0]}x{mask[1]}"
        yield f"{sizes}; they must be the same size."


def _states(inputs: Entries, outputs: Entries) -> Iterator[str]:
    stems = {name[len("state_") :] for name in inputs if name.startswith("state_")}
    stems |= {name[len("next_state_") :] for name in outputs if name.startswith("next_state_")}
    for stem in sorted(stems):
        before, after = inputs.get(f"state_{stem}"), outputs.get(f"next_state_{stem}")
        if before is None:
            yield f"The output 'next_state_{stem}' has no input 'state_{stem}' to be fed back to."
            continue
        if after is None:
            yield f"The input 'state_{stem}' has no output 'next_state_{stem}' that it could be fed from."
            continue
        kinds = [entry.type.tensor_type.elem_type for entry in (before, after)]
        if kinds[0] not in _FLOATS or kinds[0] != kinds[1]:
            named = " and ".join(_type_name(kind) for kind in kinds)
            yield f"'state_{stem}' and 'next_state_{stem}' are {named}; both must be float, or both float16."
        if _static(before) is None or _static(after) is None:
            yield f"'state_{stem}' has the dynamic shape {_written(before)}; make each size a number."
        elif _static(before) != _static(after):
            yield (
                f"'state_{stem}' is {_written(before)} but 'next_state_{stem}' is {_written(after)}; "
                "they must be the same shape."
            )


def _unknown(entries: Entries, kind: str, prefixes: tuple[str, ...], required: str) -> Iterator[str]:
    for name in entries:
        if name != required and not name.startswith(prefixes):
            yield f"The {kind} {name!r} is not part of the contract; make it a constant, or leave it out."


def _static(entry: onnx.ValueInfoProto | None) -> list[int] | None:
    """Return the shape as a list of numbers, or None if it is unknown or dynamic."""
    if entry is None or not entry.type.tensor_type.HasField("shape"):
        return None
    sizes = [size.dim_value for size in entry.type.tensor_type.shape.dim]
    return sizes if all(size > 0 for size in sizes) else None


def _written(entry: onnx.ValueInfoProto) -> str:
    sizes = entry.type.tensor_type.shape.dim
    return f"[{', '.join(size.dim_param or str(size.dim_value or '?') for size in sizes)}]"


def _type_name(kind: int) -> str:
    return str(TensorProto.DataType.Name(kind)).lower() if kind else "of no type"
