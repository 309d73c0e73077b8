# SPDX-License-Identifier: GPL-2.0-or-later
"""The record of a training: a row per epoch as CSV, the same as curves."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write(rows: list[dict[str, float]], directory: Path) -> None:
    """Write history.csv and curves.png of ``rows`` (one dict per epoch, all with the same keys)."""
    with (directory / "history.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    keys = [key for key in rows[0] if key != "epoch"]
    groups = {
        "loss": [key for key in keys if key.endswith("loss")],
        "overlap": [key for key in keys if key.endswith(("iou", "accuracy"))],
        "error": [key for key in keys if key.endswith(("mad", "dtssd"))],
    }
    figure, axes = pyplot.subplots(1, len(groups), figsize=(12, 3.5), layout="constrained")
    for axis, (title, names) in zip(axes, groups.items()):
        for name in names:
            axis.plot([row["epoch"] for row in rows], [row[name] for row in rows], label=name)
        axis.set(title=title, xlabel="epoch")
        if names:
            axis.legend()
    figure.savefig(directory / "curves.png", dpi=100)
    pyplot.close(figure)
