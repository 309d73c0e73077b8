# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast the models are on this machine: measured once, for their threads and the model of "Automatic"."""

from __future__ import annotations

import hashlib

from .. import home
from . import environment
from .errors import say

#: About what a model on a device takes, without choosing its threads.
SECONDS = 5


def ensure() -> None:
    """Measure unless it was done for these very models and this environment; a failure is only told."""
    record = home.read_record()
    now = _fingerprint(record)
    if record.get("measured") == now and home.measurements_file().is_file():
        return
    say("Measuring how fast the models are here.")
    arguments = ["--record", "--device", "auto", "--seconds", str(SECONDS)]
    if environment.run_module("obs_bgremove.worker", "bench", *arguments):
        say("Not everything could be measured (see above): that is only used when it is chosen by name.")
    try:
        home.write_record({**home.read_record(), "measured": now})
    except OSError:
        say("That could not be recorded; the next run measures again.")


def _fingerprint(record: dict) -> str:
    """Return what identifies what is measured: the environment, and the models by name and size."""
    models = sorted(
        f"{path.parent.name} {path.stat().st_size}"
        for directory in home.model_directories()
        for path in directory.glob("*/model.onnx")
    )
    made_of = [record.get("fingerprint", ""), *models]
    return hashlib.sha256("\n".join(made_of).encode()).hexdigest()
