# SPDX-License-Identifier: GPL-2.0-or-later
"""Cards of models: whatever one holds, the others are there and the list reaches OBS."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from obs_bgremove import home
from obs_bgremove.link.messages import Models, decode_tell, encode
from obs_bgremove.worker.choice import automatic, catalogue
from obs_bgremove.worker.serve import server
from tests.fuzz.bytes_ import mutated
from tests.unit import worker_home, worker_models

if TYPE_CHECKING:
    from random import Random

_VALUES = (
    "inf", "-inf", "nan", "1e999", "-1", "0", "1.5", "true", "false", '""', '"x"', "[]", "[[1]]", "{}",
    "{a = 1}", "1979-05-27", "0x7fffffffffffffff", "9" * 400, '"\\u0000"', '"' + "t" * 5000 + '"',
    "'''\n\n'''", "[" * 500, "{a=" * 500, '"\\U0010ffff"', "16384", "16385",
)  # fmt: skip
_KEYS = ("title", "summary", "default", "input", "recurrent", "quality", "licence")
_INNER = ("height", "width", "settle_frames", "clips_mad", "fps")


def run(random: Random, count: int) -> Counter:
    """Take inputs: a card each."""
    seen: Counter = Counter()
    with tempfile.TemporaryDirectory() as folder:
        os.environ[home.VARIABLE] = folder
        home.PROJECT = Path(folder) / "project"
        worker_home.add_model(Path(folder), "good", worker_models.green(), default=True)
        card = worker_home.add_model(Path(folder), "odd", worker_models.green()) / "card.toml"
        base = card.read_bytes()
        for _ in range(count):
            card.write_bytes(_card(random, base))
            models = catalogue.read()
            assert models["good"].problem is None, "another model suffered"
            told = encode(Models(1, tuple(server._information(model) for model in models.values())))
            heard = {model.name: model for model in decode_tell(told).models}
            assert set(heard) == {"good", "odd"}
            heard["odd"].title.encode() and heard["odd"].summary.encode()
            automatic.choose(models, "cpu")
            problem = models["odd"].problem
            assert problem is None or (problem.endswith(".") and len(problem) < 2000), problem
            seen["with a problem" if problem else "read"] += 1
    return seen


def _card(random: Random, base: bytes) -> bytes:
    if random.random() < 0.5:
        return mutated(random, base)
    lines = [f"{key} = {random.choice(_VALUES)}" for key in _KEYS if random.random() < 0.15]
    for table in ("input", "recurrent", "quality"):
        if random.random() < 0.3:
            lines.append(random.choice(("[{}]", "[{}]", "[[{}]]")).format(table))
            lines += [f"{key} = {random.choice(_VALUES)}" for key in _INNER if random.random() < 0.5]
    return "\n".join(lines).encode()
