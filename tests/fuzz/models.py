# SPDX-License-Identifier: GPL-2.0-or-later
"""ONNX files: cut, changed, with huge shapes and files that are none of theirs. Each is a sentence, or runs.

An input that ends onnxruntime itself ends this process. The program then says so; in the worker such a model
is loaded three times at most, see tests/unit/link/test_client_faults.py.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from onnx import AttributeProto, TensorProto, helper

from obs_bgremove import home
from obs_bgremove.link.memory import MemoryProblem
from obs_bgremove.worker.choice import catalogue
from obs_bgremove.worker.choice.catalogue import ModelProblem
from obs_bgremove.worker.inference.engine import Engine
from obs_bgremove.worker.inference.providers import CPU
from obs_bgremove.worker.inference.stream import Stream
from tests.fuzz.bytes_ import mutated
from tests.unit import worker_home, worker_models

if TYPE_CHECKING:
    from random import Random

#: Bytes of memory that one input may ask for.
_MEMORY = 6 << 30
_SIDES = (0, 1, 2, 7, 16384, 16385, 2**31 - 1, 2**31, 2**40, 2**62, -1)
_OPERATORS = ("Nonsense", "ATen", "EPContext", "Loop", "If", "Scan", "Add", "ReadFile", "Concat", "")


def run(random: Random, count: int) -> Counter:
    """Take inputs: a file each."""
    seen: Counter = Counter()
    _limit_memory()
    with tempfile.TemporaryDirectory() as folder:
        os.environ[home.VARIABLE] = folder
        home.PROJECT = Path(folder) / "project"
        secret = Path(folder) / "secret.bin"
        secret.write_bytes(os.urandom(4096))
        watched = _Watched(secret)
        for _ in range(count):
            worker_home.add_model(Path(folder), "odd", _file(random, secret))
            seen[_outcome()] += 1
            assert not watched.was_read(), "a file was read that is none of the model's"
        seen["inputs while reading was watched"] += count * watched.works
    return seen


def _outcome() -> str:
    """Try the model; return what became of it."""
    model = catalogue.read()["odd"]
    if model.problem:
        _check(model.problem)
        return "refused before loading"
    try:
        stream = Stream(1, Engine(model, CPU))
    except ModelProblem as problem:
        _check(str(problem))
        return "refused by onnxruntime or the contract"
    except MemoryProblem as problem:
        _check(str(problem))
        return "too large for the memory"
    except Exception:  # noqa: BLE001  (what the loader of the worker makes a sentence of)
        return "failed when run"
    stream.close()
    return "run"


def _check(sentence: str) -> None:
    assert sentence.endswith(".") and "\n" not in sentence and len(sentence) < 1500, sentence


class _Watched:
    """A file whose reading is noticed by the time of its last access."""

    def __init__(self, file: Path):
        self._file = file
        self._forget()
        file.read_bytes()
        #: Whether this file system keeps that time.
        self.works = self.was_read()
        self._forget()

    def _forget(self) -> None:
        # Older than the last change: file systems that keep the time sparingly keep it then.
        os.utime(self._file, (1_000_000, 2_000_000))

    def was_read(self) -> bool:
        """Whether somebody has read the file."""
        return self._file.stat().st_atime != 1_000_000


def _limit_memory() -> None:
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, resource.RLIM_INFINITY))


def _file(random: Random, secret: Path) -> bytes:
    """Return a model's file."""
    maker = random.choice(
        (worker_models.green, worker_models.counter, worker_models.inverted, worker_models.picky)
    )
    model = maker()
    if random.random() < 0.6:
        for _ in range(random.randint(1, 2)):
            random.choice((_shape, _operator, _external, _constant, _attribute))(random, model, secret)
    data = model.SerializeToString()
    return mutated(random, data) if random.random() < 0.6 else data


def _shape(random: Random, model, _secret: Path) -> None:
    values = [*model.graph.input, *model.graph.output]
    dims = random.choice(values).type.tensor_type.shape.dim
    if dims:
        random.choice(dims).dim_value = random.choice(_SIDES)


def _operator(random: Random, model, _secret: Path) -> None:
    node = random.choice(model.graph.node)
    node.op_type = random.choice(_OPERATORS)
    if random.random() < 0.3:
        node.domain = random.choice(("com.microsoft", "ai.onnx.ml", "evil", ""))


def _external(random: Random, model, secret: Path) -> None:
    tensor = random.choice(model.graph.initializer)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    where = (
        "../../secret.bin",
        str(secret),
        "..\\secret.bin",
        "*/_ORT_MEM_ADDR_/*",
        "model.onnx",
        "card.toml",
        "/dev/zero",
    )
    entries = {"location": random.choice(where), "offset": str(random.choice(_SIDES)), "length": "4096"}
    for key, value in entries.items():
        if random.random() < 0.8:
            tensor.external_data.add(key=key, value=value)


def _constant(random: Random, model, _secret: Path) -> None:
    tensor = random.choice(model.graph.initializer)
    tensor.dims.append(random.choice(_SIDES))
    tensor.data_type = random.choice((0, 1, 2, 7, 8, 16, 23, 99))


def _attribute(random: Random, model, secret: Path) -> None:
    attribute = helper.make_attribute("value", random.choice((1, 1.5, "x" * 100, [1, 2, 3])))
    if random.random() < 0.5:
        attribute = AttributeProto(name="body", type=AttributeProto.GRAPH)
        attribute.g.name = "inner"
        tensor = attribute.g.initializer.add(name="leak", data_type=1, dims=[1])
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=str(secret))
    random.choice(model.graph.node).attribute.append(attribute)
