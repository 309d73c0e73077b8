# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export wrap``: a user's segmentation network becomes a model on the shelf."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from onnx import TensorProto, compose, helper, numpy_helper, shape_inference, version_converter

from obs_bgremove import home

from . import card, contract, probe
from .errors import ExportError
from .evaluate import speed
from .evaluate.clips import find as find_clips
from .evaluate.command import evaluate
from .evaluate.pictures import find as find_pictures
from .graph import IR_VERSION, OPSET
from .progress import say
from .runner import Runner

_FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16)
#: Mean and standard deviation of ImageNet's pictures, RGB in 0..1: what most backbones expect.
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Reading:
    """How a network is read: what it expects of pixels, and where in its answer the person is.

    Pixels become (``scale`` * byte - ``mean``) / ``std``, planes in the ``order`` "rgb" or "bgr" (in which
    ``mean`` and ``std`` are too). ``logits``: the answer still needs a sigmoid (one channel) or a softmax.
    ``channel``: the person's of several (None: the last). ``output``: the mask's name, if there are several.
    """

    scale: float = 1 / 255
    mean: tuple[float, ...] = (0, 0, 0)
    std: tuple[float, ...] = (1, 1, 1)
    order: str = "rgb"
    logits: bool = False
    channel: int | None = None
    output: str | None = None


def wrap(network: Path, name: str, licence: str, reading: Reading, again: bool, clips: Path | None = None,
         pictures: Path | None = None) -> Path:  # fmt: skip
    """Put ``network`` under the graph contract into the data directory's models/``name``; return that folder.

    A model that keeps the contract already is put there as it is. Its speed is measured, and its quality on
    ``clips`` and ``pictures`` (as ``evaluate`` takes them) if given; both go to its card. Raises ExportError
    with a sentence about what is wrong with the network.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ExportError(f"{name!r} cannot be a folder's name; use letters, digits, '-', '_' and '.'.")
    folder = home.directory() / "models" / name
    if folder.exists() and not again:
        raise ExportError(f"{folder} exists already; choose another --name, or add --again to replace it.")
    if clips:
        find_clips(clips)
    if pictures:
        find_pictures(pictures)
    model = contract.load(network)
    if any(entry.name == "frame" for entry in model.graph.input):
        wrong = contract.violations(model)
        if wrong:
            raise ExportError(f"{network} has an input 'frame' but breaks the contract: {' '.join(wrong)}")
    else:
        model = wrapped(model, reading)
    content = model.SerializeToString()
    try:
        runner = Runner(content)
        alphas = [runner.alpha(frame) for frame in probe.frames(runner.height, runner.width, 2)]
    except Exception as error:  # onnxruntime's errors share no class
        reason = str(error).splitlines()[0]
        raise ExportError(f"onnxruntime cannot run the wrapped {network.name}: {reason}") from None
    if np.ptp(alphas[-1].astype(int)) < 64:
        say(
            "Warning: it sees no person in a drawn picture. If that is so in OBS too, check --imagenet, "
            "--scale, --mean, --std, --order, --logits and --channel."
        )
    milliseconds = speed.milliseconds(runner, 0.5)
    _place(folder, content, _card(name, network, licence, runner, milliseconds))
    if clips or pictures:
        print(evaluate([str(folder)], clips, pictures, "val", None, True), end="")
    say(f"{name}: {milliseconds:.1f} ms per frame on one thread; in OBS' list of models from {folder}")
    return folder


def wrapped(model, reading: Reading):
    """Return ``model`` (one float picture in, one mask out) under the contract.

    Raises ExportError if it cannot be put there.
    """
    model = _at_opset(model)
    given = {constant.name for constant in model.graph.initializer}
    inputs = [entry for entry in model.graph.input if entry.name not in given]
    if len(inputs) != 1:
        raise ExportError(
            f"It has {len(inputs)} inputs ({', '.join(entry.name for entry in inputs)}); a network "
            "with a memory needs 'frame' and pairs of 'state_x' and 'next_state_x', as models/README.md says."
        )
    size_in, kind = _shape(inputs[0], "input"), inputs[0].type.tensor_type.elem_type
    if kind not in _FLOATS:
        raise ExportError(f"Its input is {TensorProto.DataType.Name(kind).lower()}; it must be float.")
    height, width, last = _picture_size(size_in)
    output = _only_output(model, reading.output)
    if output.type.tensor_type.elem_type not in _FLOATS:
        kind_out = TensorProto.DataType.Name(output.type.tensor_type.elem_type).lower()
        raise ExportError(
            f"Its output {output.name!r} is {kind_out}: classes or a cut mask; export it without the last "
            "argmax or threshold, so that it answers how sure it is."
        )
    size_out = _shape(_with_shape(model, inputs[0], size_in), "output")
    model = compose.add_prefix(model, "network/")
    graph = model.graph
    nodes, constants = [], []

    def constant(value):
        constants.append(numpy_helper.from_array(np.asarray(value), f"wrap_constant_{len(constants)}"))
        return constants[-1].name

    def add(operator, *names, to=None, **attributes):
        nodes.append(helper.make_node(operator, names, [to or f"wrap_{len(nodes)}"], **attributes))
        return nodes[-1].output[0]

    planes = [2, 1, 0] if reading.order == "rgb" else [0, 1, 2]
    mean, std = (np.array(values, np.float64) for values in (reading.mean, reading.std))
    factor, shift = (reading.scale / std).astype(np.float32), (mean / std).astype(np.float32)
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
        picked = channels - 1 if reading.channel is None else reading.channel
        if not 0 <= picked < channels:
            raise ExportError(f"There is no channel {picked}: its output has {channels}, counted from 0.")
        x = add("Softmax", x, axis=1, to="wrap_shares") if reading.logits else x
        x = add("Gather", x, constant(np.array([picked], np.int64)), axis=1, to="wrap_person")
    elif reading.logits:
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


def _only_output(model, name):
    """Leave ``model`` with one output and return it: the one called ``name``, or the only one there is."""
    there = {output.name: output for output in model.graph.output}
    if name is None and len(there) > 1:
        raise ExportError(f"It has {len(there)} outputs ({', '.join(there)}); name the mask's with --output.")
    if name is not None and name not in there:
        raise ExportError(f"There is no output {name!r}; there is: {', '.join(there)}.")
    output = there[name] if name else next(iter(there.values()))
    del model.graph.output[:]
    model.graph.output.append(output)
    needed, nodes = {output.name}, []
    for node in reversed(model.graph.node):
        # What a branch or a loop takes from outside is not among its inputs: such a graph stays whole.
        if needed.intersection(node.output):
            nodes.append(node)
            needed.update(node.input)
    if not any(attribute.g.node for node in nodes for attribute in node.attribute):
        del model.graph.node[:]
        model.graph.node.extend(nodes[::-1])
    return model.graph.output[0]


def _with_shape(model, entry, size):
    """Return the output with the shape that follows from an input of ``size``, if it does not say its own."""
    for dimension, value in zip(entry.type.tensor_type.shape.dim, size):
        dimension.dim_value = value
    output = model.graph.output[0]
    if all(size.dim_value > 0 for size in output.type.tensor_type.shape.dim):
        return output
    free = type(model).FromString(model.SerializeToString())
    free.graph.output[0].type.tensor_type.ClearField("shape")
    del free.graph.value_info[:]
    return shape_inference.infer_shapes(free).graph.output[0]


def _cast(nodes, value, kind):
    name = f"wrap_cast_{value}"
    nodes.append(helper.make_node("Cast", [value], [name], to=kind))
    return name


def _at_opset(model):
    version = max(
        (entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), default=0
    )
    if version > contract.NEWEST_OPSET:
        raise ExportError(contract.too_new(version))
    if version >= OPSET:
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
