# SPDX-License-Identifier: GPL-2.0-or-later
"""float16 and int8 editions of a model, and what each loses."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ..common import scale
from ..common.errors import ExportError
from ..common.markdown import table
from ..common.progress import say
from ..data.stills import pictures
from ..evaluate import speed
from ..graph import contract, probe
from ..graph.runner import TYPES, Runner
from ..shelf.card import SHELF
from ..shelf.locate import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..common.arrays import Bytes, Numbers

#: How often each picture is shown: a recurrent model is calibrated with a memory as it is in use.
LOOKS = 3
#: At most this many pictures calibrate, and as many others compare.
PICTURES = 64
#: An edition that differs more than this on average (alphas in 0..1) is broken, not just less precise.
BROKEN = {"float16": 0.002, "int8": 0.1}


def quantise(path: Path, into: Path, images: Path | None) -> None:
    """Write ``into``/NAME-{float16,int8}.onnx of the model at ``path`` and print what they lose against it.

    Without ``images`` drawn frames calibrate, which says little about real ones. Raises ExportError if an
    edition must not lie in ``into``, or if it is broken (see BROKEN); a broken edition is not written.
    """
    path = path / "model.onnx" if path.is_dir() else path
    require_place(path, into)
    model = contract.load(path)
    wrong = contract.violations(model)
    if wrong:
        raise ExportError(f"{path} breaks the graph contract: {' '.join(wrong)}")
    runner = Runner(path)
    calibrate, compare = _frames(images, runner.height, runner.width)
    into.mkdir(parents=True, exist_ok=True)
    expected = _alphas(runner, compare)
    rows = [_row("float32", model.ByteSize(), runner, 0.0, 0.0)]
    for name, content in (("float16", float16(model)), ("int8", int8(path, calibrate))):
        broken = contract.violations(onnx.load_from_string(content))
        if broken:
            raise ExportError(f"The {name} edition breaks the graph contract: {' '.join(broken)}")
        edition = Runner(content)
        alphas = _alphas(edition, compare)
        off = float(np.abs(alphas - expected).mean())
        if not off <= BROKEN[name]:
            raise ExportError(
                f"The {name} edition is {off:.4f} off on average, over the {BROKEN[name]} allowed, and "
                "was not written. Calibrate with photographs of people (--images), or keep float32."
            )
        (into / f"{name_of(path)}-{name}.onnx").write_bytes(content)
        sides = float(((alphas >= 0.5) != (expected >= 0.5)).mean())
        rows.append(_row(name, len(content), edition, off, sides))
    if images is None:
        say("Drawn frames calibrated it; name photographs with --images before using the int8 edition.")
    print(table(["edition", "MB", "ms", "MAD from float32 x 1e3", "pixels that change sides, %"], rows))


def _row(name: str, size: int, edition: Runner, off: float, sides: float) -> list[str]:
    milliseconds = speed.milliseconds(edition, 1.0)
    return [name, f"{size / 1e6:.2f}", f"{milliseconds:.2f}", f"{off * 1e3:.2f}", f"{sides * 100:.3f}"]


def require_place(path: Path, into: Path, shelf: Path = SHELF) -> None:
    """Raise ExportError if ``into`` is on the shelf and the model at ``path`` is not.

    A model's file does not say whose alphas taught it; for those on the shelf that was checked before.
    """
    shelf = shelf.resolve()
    if into.resolve().is_relative_to(shelf) and not path.resolve().is_relative_to(shelf):
        raise ExportError(
            f"It is not known whether only free alphas taught {path}, so its editions must not lie on the "
            f"project's shelf, where {into} is; choose a place outside {shelf}, or name a model of it."
        )


def float16(model: onnx.ModelProto) -> bytes:
    """Return the model with weights stored as float16 and computed as before.

    Half the file, the same speed; a GPU's half precision is the worker's own setting (``precision``).
    States stay float32, or their errors would add up.
    """
    half = onnx.ModelProto.FromString(model.SerializeToString())
    nodes = []
    for constant in half.graph.initializer:
        values = numpy_helper.to_array(constant)
        if constant.data_type != TensorProto.FLOAT or values.size < 64 or np.abs(values).max() > 65504:
            continue
        name = constant.name
        constant.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        nodes.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    inner = list(half.graph.node)
    del half.graph.node[:]
    half.graph.node.extend([*nodes, *inner])
    content: bytes = half.SerializeToString()
    return content


def int8(path: Path, frames: Bytes) -> bytes:
    """Return the model statically quantised (weights per channel), calibrated on ``frames`` [N, H, W, 4].

    Only convolutions are: gates, sums of states and the ends of the graph keep their precision.
    """
    from onnxruntime import quantization

    class Reader(quantization.CalibrationDataReader):
        def __init__(self) -> None:
            self.feeds = _feeds(path, frames)

        def get_next(self) -> dict[str, Numbers] | None:
            return next(self.feeds, None)

    with tempfile.TemporaryDirectory() as work:
        quantization.quantize_static(
            str(path),
            str(Path(work) / "int8.onnx"),
            Reader(),
            quant_format=quantization.QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            per_channel=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            extra_options={"ActivationSymmetric": False},
        )
        model = onnx.load(str(Path(work) / "int8.onnx"))
    # The quantiser leaves an import of its own operators' domain behind, though QDQ uses none.
    used = {node.domain for node in model.graph.node}
    kept = [entry for entry in model.opset_import if entry.domain in ("", *used)]
    del model.opset_import[:]
    model.opset_import.extend(kept)
    content: bytes = model.SerializeToString()
    return content


def _feeds(path: Path, frames: Bytes) -> Iterator[dict[str, Numbers]]:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    memory = [entry for entry in session.get_inputs() if entry.name != "frame"]
    names = [entry.name for entry in memory]
    for frame in frames:
        states = [np.zeros(entry.shape, TYPES[entry.type]) for entry in memory]
        for _ in range(LOOKS):
            feed = {"frame": frame, **dict(zip(names, states))}
            yield feed
            states = session.run([f"next_{name}" for name in names], feed) if names else []


def _alphas(runner: Runner, frames: Bytes) -> NDArray[np.float64]:
    """Return the alphas of the last look at each frame, in 0..1."""
    alphas = []
    for frame in frames:
        runner.reset()
        for _ in range(LOOKS - 1):
            runner.alpha(frame)
        alpha = runner.alpha(frame)
        alphas.append(alpha.astype(np.float64) / 255)
    return np.stack(alphas)


def _frames(images: Path | None, height: int, width: int) -> tuple[Bytes, Bytes]:
    """Return the frames that calibrate and those that compare, uint8 [N, H, W, 4] BGRA each."""
    if images is None:
        drawn = probe.frames(height, width, 8)
        return drawn[::2], drawn[1::2]
    read = [cv2.imread(str(path), cv2.IMREAD_COLOR) for path in pictures([images])[: 2 * PICTURES]]
    frames = [scale.to_frame(picture, height, width) for picture in read if picture is not None]
    if len(frames) < 2:
        raise ExportError(f"{images} needs two pictures at least: one calibrates, another compares.")
    return np.stack(frames[::2]), np.stack(frames[1::2])
