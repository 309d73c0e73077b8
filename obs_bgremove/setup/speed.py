# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast the models are on this machine: measured once, for their threads and for "Automatic"."""

from __future__ import annotations

import hashlib
from typing import Any

from .. import files, home
from ..translate import tr
from . import virtual_env
from .errors import say

#: About what a model on a device takes, without choosing its threads.
SECONDS = 3


def ensure() -> None:
    """Measure unless that was done for these very models and this environment, on a machine at rest.

    A failure is only said.
    """
    record = home.read_record()
    now = _fingerprint(record)
    if record.get("measured") == now and _measured_at_rest():
        return
    say(tr("Measuring how fast the models are here."))
    arguments = ["--record", "--brief", "--device", "auto", "--seconds", str(SECONDS)]
    if virtual_env.run_module("obs_bgremove.worker", "bench", *arguments):
        say(
            tr(
                "Not everything could be measured (see above). What could not is only used if you choose it "
                "by name."
            )
        )
    try:
        home.write_record({**home.read_record(), "measured": now})
    except OSError:
        say(tr("That could not be recorded; the next run measures again."))


def _measured_at_rest() -> bool:
    """Whether there are figures, and nothing else ran while they were taken (worker/choice/measured.py)."""
    found = files.read_json(home.measurements_file())
    return isinstance(found, dict) and found.get("at_rest") is not False


def _fingerprint(record: dict[str, Any]) -> str:
    """Return a hash of what is measured: the environment, the models by name, and their files by size."""
    found = [path for directory in home.model_directories() for path in directory.glob("*/*")]
    models = sorted(
        f"{path.parent.name} {path.stat().st_size if path.name == 'model.onnx' else 0}"
        for path in found
        if path.name in ("card.toml", "model.onnx")
    )
    made_of = [record.get("fingerprint", ""), *models]
    return hashlib.sha256("\n".join(made_of).encode()).hexdigest()
