# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export wrap``: a user's segmentation network becomes a model on the shelf."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

import numpy as np
from onnx import TensorProto, compose, helper, numpy_helper, version_converter

from obs_bgremove import home

from . import card, contract, probe
from .errors import ExportError
from .evaluate import speed
from .graph import IR_VERSION, OPSET
from .progress import say
from .runner import Runner


def wrap(network: Path, name: str, licence: str, scale: float, mean, std, order: str, logits: bool,
         channel: int | None, again: bool) -> Path:  # fmt: skip
    """Put ``network`` under the graph contract into the data directory's models/``name``; return that folder.

    A model that keeps the contract already is put there as it is. Pixels become (``scale`` * byte -
    ``mean``) / ``std``
    in the planes' ``order``. Raises ExportError with a sentence about what is wrong with the network.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ExportError(f"{name!r} cannot be a folder's name; use letters, digits, '-', '_' and '.'.")
    folder = home.directory() / "models" / name
    if folder.exists() and not again:
        raise ExportError(f"{folder} exists already; choose another --name, or add --again to replace it.")
    model = contract.load(network)
    if any(entry.name == "frame" for entry in model.graph.input):
        wrong = contract.violations(model)
        if wrong:
            raise ExportError(f"{network} has an input 'frame' but breaks the contract: {' '.join(wrong)}")
    else:
        model = wrapped(model, scale, mean, std, order, logits, channel)
    content = model.SerializeToString()
    try:
        runner = Runner(content)
        alphas = [runner.alpha(frame) for frame in probe.frames(runner.height, runner.width, 2)]
    except Exception as error:  # onnxruntime's errors share no class
        reason = str(error).splitlines()[0]
        raise ExportError(f"onnxruntime cannot run the wrapped {network.name}: {reason}") from None
    if np.ptp(alphas[-1].astype(int)) < 64:
        say(
            "Warning: it sees no person in a drawn picture. If that is so in OBS too, check --scale, --mean, "
            "--std, --order, --logits and --channel."
        )
    milliseconds = speed.milliseconds(runner, 0.5)
    _place(folder, content, _card(name, network, licence, runner, milliseconds))
    say(f"{name}: {milliseconds:.1f} ms per frame on one thread; ready in {folder}")
    return folder


def wrapped(model, scale=1 / 255, mean=(0, 0, 0), std=(1, 1, 1), order="rgb", logits=False, channel=None):
    """Return ``model`` (one float picture in, one mask out) under the contract;
    raise ExportError if it cannot be.
    """
    model = _at_opset(model)
    given = {constant.name for constant in model.graph.initializer}
    inputs = [entry for entry in model.graph.input if entry.name not in given]
    if len(inputs) != 1:
        raise ExportError(
            f"It has {len(inputs)} inputs ({', '.join(entry.name for entry in inputs)}); a network "
            "with a memory needs 'frame' and pairs of 'state_x' and 'next_state_x', as models/README.md says."
        )
    output = model.graph.output[0]
    size_in, size_out = _shape(inputs[0], "input"), _shape(output, "output")
    kind = inputs[0].type.tensor_type.elem_type
    if kind not in (TensorProto.FLOAT, TensorProto.FLOAT16):
        raise ExportError(f"Its input is {TensorProto.DataType.Name(kind).lower()}; it must be float.")
    height, width, last = _picture_size(size_in)
    model = compose.add_prefix(model, "network/")
    graph = model.graph
    nodes, constants = [], []

    def constant(value):
        constants.append(numpy_helper.from_array(np.asarray(value), f"wrap_constant_{len(constants)}"))
        return constants[-1].name

    def add(operator, *names, to=None, **attributes):
        nodes.append(helper.make_node(operator, names, [to or f"wrap_{len(nodes)}"], **attributes))
        return nodes[-1].output[0]

    planes = [2, 1, 0] if order == "rgb" else [0, 1, 2]
    factor = (scale / np.array(std, np.float64)).astype(np.float32)
    shift = (np.array(mean, np.float64) / np.array(std, np.float64)).astype(np.float32)
    x = add("Gather", "frame", constant(np.array(planes, np.int64)), axis=2)
    x = _cast(nodes, x, TensorProto.FLOAT)
    x = add("Sub", add("Mul", x, constant(factor)), constant(shift))
    if not last:
        x = add("Transpose", x, perm=[2, 0, 1])
    x = add("Reshape", x, constant(np.array(size_in, np.int64)))
    if kind == TensorProto.FLOAT16:
        x = _cast(nodes, x, TensorProto.FLOAT16)
    nodes.append(helper.make_node("Identity", [x], [graph.input[0].name]))
    before, nodes = nodes, []

    x = _cast(nodes, graph.output[0].name, TensorProto.FLOAT)
    rows, columns, channels, channels_last = _mask_size(size_out)
    whole = [1, rows, columns, channels] if channels_last else [1, channels, rows, columns]
    x = add("Reshape", x, constant(np.array(whole, np.int64)), to="wrap_mask")
    if channels_last:
        x = add("Transpose", x, perm=[0, 3, 1, 2], to="wrap_mask_planes")
    if channels > 1:
        picked = channels - 1 if channel is None else channel
        if not 0 <= picked < channels:
            raise ExportError(f"There is no channel {picked}: its output has {channels}, counted from 0.")
        x = add("Softmax", x, axis=1, to="wrap_shares") if logits else x
        x = add("Gather", x, constant(np.array([picked], np.int64)), axis=1, to="wrap_person")
    elif logits:
        x = add("Sigmoid", x, to="wrap_sigmoid")
    if (rows, columns) != (height, width):
        sizes = constant(np.array([1, 1, height, width], np.int64))
        x = add("Resize", x, "", "", sizes, mode="linear", to="wrap_sized")
    x = add("Clip", x, constant(np.float32(0)), constant(np.float32(1)), to="wrap_clipped")
    x = add("Mul", x, constant(np.float32(255)), to="wrap_steps")
    x = add("Add", x, constant(np.float32(0.5)), to="wrap_half_up")
    x = _cast(nodes, x, TensorProto.UINT8)
    add("Reshape", x, constant(np.array([height, width], np.int64)), to="alpha")

    inner = list(graph.node)
    del graph.node[:], graph.input[:], graph.output[:]
    graph.node.extend([*before, *inner, *nodes])
    graph.initializer.extend(constants)
    graph.input.append(helper.make_tensor_value_info("frame", TensorProto.UINT8, [height, width, 4]))
    graph.output.append(helper.make_tensor_value_info("alpha", TensorProto.UINT8, [height, width]))
    model.ir_version = min(model.ir_version, IR_VERSION)
    wrong = contract.violations(model)
    if wrong:
        raise ExportError(f"Wrapped, it still breaks the graph contract: {' '.join(wrong)}")
    return model


def _cast(nodes, value, kind):
    name = f"wrap_cast_{value}"
    nodes.append(helper.make_node("Cast", [value], [name], to=kind))
    return name


def _at_opset(model):
    version = max(
        (entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), default=0
    )
    if version > OPSET:
        raise ExportError(f"Its opset is {version}, newer than {OPSET}; export it with opset {OPSET}.")
    if version == OPSET:
        return model
    try:
        return version_converter.convert_version(model, OPSET)
    except Exception as error:  # the converter raises errors of its own
        reason = str(error).splitlines()[0]
        raise ExportError(
            f"Its opset {version} cannot be raised to {OPSET} ({reason}); export it with opset {OPSET}."
        ) from None


def _shape(entry, kind):
    sizes = [size.dim_value if size.HasField("dim_value") else 0 for size in entry.type.tensor_type.shape.dim]
    # A free batch size is common, and 1 is what it will be.
    if len(sizes) in (3, 4) and sizes[0] < 1:
        sizes[0] = 1
    if not all(size > 0 for size in sizes):
        raise ExportError(
            f"Its {kind} {entry.name!r} has a dynamic shape; export it with each size a number (batch 1)."
        )
    return sizes


def _picture_size(sizes):
    if len(sizes) != 4 or sizes[0] != 1 or (sizes[1] != 3 and sizes[3] != 3):
        raise ExportError(f"Its input has the shape {sizes}; a picture must be [1, 3, H, W] or [1, H, W, 3].")
    return (sizes[2], sizes[3], False) if sizes[1] == 3 else (sizes[1], sizes[2], True)


def _mask_size(sizes):
    """Return rows, columns, channels, and whether the channels come last."""
    if len(sizes) == 2:
        return (*sizes, 1, False)
    if len(sizes) == 3 and sizes[0] == 1:
        return (*sizes[1:], 1, False)
    if len(sizes) == 4 and sizes[0] == 1:
        # The channels are the smaller end: there are fewer classes than rows or columns.
        if sizes[1] <= sizes[3]:
            return sizes[2], sizes[3], sizes[1], False
        return sizes[1], sizes[2], sizes[3], True
    raise ExportError(
        f"Its output has the shape {sizes}; a mask must be [1, C, H, W], [1, H, W, C], [1, H, W] or [H, W]."
    )


def _card(name, network, licence, runner, milliseconds):
    text = (
        f"title = {card.toml_value(name)}\n"
        f"summary = {card.toml_value(f'Your own network, from {network.name}.')}\n"
        f"licence = {card.toml_value(licence)}\nsource = {card.toml_value(network.name)}\n\n"
        f"[input]\nheight = {runner.height}\nwidth = {runner.width}\n"
    )
    if runner.recurrent:
        text += "\n[recurrent]\nsettle_frames = 15\n"
    measured = {"milliseconds": round(milliseconds, 2), "threads": 1, "processor": speed.processor()}
    return card.with_section(text, "speed", measured)


def _place(folder, content, text):
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".wrap-", dir=folder.parent))
        try:
            fresh = work / "new"
            fresh.mkdir()
            (fresh / "model.onnx").write_bytes(content)
            (fresh / "card.toml").write_text(text, encoding="utf-8")
            if folder.exists():
                os.replace(folder, work / "before")
            os.replace(fresh, folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise ExportError(
            f"{folder} cannot be written ({error.strerror}); make it writable, or close OBS if it uses it."
        ) from None
