# SPDX-License-Identifier: GPL-2.0-or-later
"""What remembering the room gains: clips of a still and a held camera, with the plate and without it.

    python -m tests.bench.plate --clips DIR [...] [--model MODEL ...] [--every N] [--from SECONDS]

A clip is a folder of com.mp4 and pha.mkv (``python -m tests.bench.plate_clips`` makes some). The filter's
own passes draw it without OBS, as ``python -m obs_bgremove.cutout`` does; both ways get the same alphas of
the network. What is shown from ``--from`` on is scored: errors x 1e3, dtSSD x 1e2, first without the plate,
then with it; the ratio is that of the edge's MAD. The band is where the true alpha is soft, and 0.4 % of
the width around. "known" is the share of the edge behind which the room is known. ``--every 2`` leaves
every second frame out and takes half of the time. What the plate costs is printed by ``python -m
tests.bench.passes colour "colour, room not remembered"``.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy

from export.evaluate import clips
from export.metrics.dtssd import dtssd
from export.metrics.edge import contour_band, edge_mad
from export.metrics.mad import mad
from obs_bgremove.cutout import alphas, wanted
from obs_bgremove.cutout.cutter import Cutter
from obs_bgremove.cutout.software_gpu import SoftwareGpu
from tests.bench.hd import soft_band

if TYPE_CHECKING:
    from obs_bgremove.cutout.alphas import Seen

COLUMNS = "MAD", "edge", "band", "dtSSD"


class Once:
    """The network's alphas of a clip, computed once for both ways."""

    def __init__(self, network: alphas.Alphas) -> None:
        self._network = network
        self.seen: Seen | None = None

    def of_frame(self, look: alphas.Look) -> Seen:
        """Return the alpha of the frame: a new one if it was forgotten."""
        if self.seen is None:
            self.seen = self._network.of_frame(look)
        # The colours around the edge are those of what the network saw.
        look(self.seen.region)
        return self.seen


def main() -> None:
    """Measure and print a table for each model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=Path, required=True, nargs="+", help="folders of clips")
    parser.add_argument("--model", nargs="+", default=["quality"])
    parser.add_argument("--every", type=int, default=1, help="of this many frames one is looked at")
    parser.add_argument("--from", type=float, default=3.0, dest="start", help="seconds that are not scored")
    options = parser.parse_args()
    gpu = SoftwareGpu()
    with gpu.installed():
        for model in options.model:
            engine = alphas.load(alphas.choose_model(model), "cpu")
            print(f"{model:28}" + "".join(f"{name:>16}" for name in COLUMNS) + f"{'ratio':>8}{'known':>7}")
            rows = []
            for clip in [one for folder in options.clips for one in clips.find(folder)]:
                rows.append(measured(clip, gpu, engine, options))
                print(line(clip.name, rows[-1:]), flush=True)
            print(line("mean", rows))


def measured(clip: Path, gpu: SoftwareGpu, engine, options) -> dict[str, numpy.ndarray]:
    """Return what a clip scored by the names of the columns: without and with the plate."""
    settings = [wanted.settings_for("transparent", [f"remember_room={way}"]) for way in ("no", "yes")]
    once = Once(alphas.Alphas(engine, settings[0]))
    cutters = [Cutter(gpu, engine, one, wanted.background_for(one, gpu)) for one in settings]
    rate = cv2.VideoCapture(str(clip / "com.mp4")).get(cv2.CAP_PROP_FPS)
    scores: dict[str, list] = {name: [] for name in (*COLUMNS, "known")}
    before = None
    for number, (picture, truth) in enumerate(clips.read(clip)):
        if number % options.every:
            continue
        once.seen = None
        shown = []
        for cutter in cutters:
            cutter._alphas = once
            shown.append(
                cutter.frame(cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA), options.every / rate)[..., 3]
            )
        if number < options.start * rate:
            continue
        both = [alpha.astype(numpy.float32) / 255 for alpha in shown]
        band = soft_band(truth)
        scores["MAD"].append([mad(alpha, truth) for alpha in both])
        scores["edge"].append([edge_mad(alpha, truth) for alpha in both])
        scores["band"].append([numpy.abs(alpha - truth)[band].mean() * 1e3 for alpha in both])
        if before:
            scores["dtSSD"].append([dtssd(*pair, truth, before[1]) for pair in zip(both, before[0])])
        before = both, truth
        scores["known"].append(known(gpu, cutters[1], contour_band(truth)))
    return {name: numpy.mean(values, axis=0) for name, values in scores.items()}


def known(gpu: SoftwareGpu, cutter: Cutter, band: numpy.ndarray) -> float:
    """Return the share of a band (bool [H, W]) behind which the room is known."""
    plate = gpu.texture(cutter._passes.plate.texture).planes[3].astype(numpy.float32)
    trust = cv2.resize(numpy.clip(4 * plate - 1, 0, 1), band.shape[::-1])
    return float(trust[band].mean()) if band.any() else 0.0


def line(label: str, rows: list[dict[str, numpy.ndarray]]) -> str:
    """Return a line of the table: the means over the clips."""
    mean = {name: numpy.mean([row[name] for row in rows], axis=0) for name in rows[0]}
    text = f"{label[:27]:28}" + "".join("{:8.2f}{:8.2f}".format(*mean[name]) for name in COLUMNS)
    ratio = numpy.mean([row["edge"][1] / row["edge"][0] for row in rows])
    return text + f"{ratio:8.3f}{mean['known']:7.2f}"


if __name__ == "__main__":
    main()
