# SPDX-License-Identifier: GPL-2.0-or-later
"""What the viewer sees, measured: plays clips with known alpha through a real OBS and scores what it shows.

    python -m tests.bench.viewer --clips DIR [--home DIR] [--set KEY=VALUE ...] [--out DIR]
                               [--filter ID | --no-filter] [--seconds S] [--slower N] [--offline]

A clip is a folder of com.mp4 (the picture) and pha.mkv (its alpha). The filtered source stands
in the scene twice, before black and before white, so that both colour and alpha of each shown
frame can be computed from a lossless recording, whatever filter makes them. Each shown frame
is matched with the frame of the clip whose colours it carries; its alpha is scored against the
truth of that very frame. "lag" is the number of frames by which the alpha fits the truth
best when it is taken for an older one's, to a tenth of a frame. Errors x 1000, dtSSD x 100. "gone" is
the share of frames, in percent, that show less than three tenths of the person.
With --slower N clip and OBS run N times slower: a machine that draws too slowly for these clips (software
OpenGL at 1280x720) shows what a quick one shows. Times are those of the clip, also for the worker.
With --set model=auto the filter goes by what was measured in --home (python -m obs_bgremove.worker bench
--record). OBS and clip that run N times slower are to it a machine that is N times as quick. With --spare
processors rest and OBS is never late, as far as it sees. Which model it took is printed.
With --offline each clip has a second line: the same model on the same frames without OBS, its alpha enlarged
bilinearly. What is lost on the way to the viewer, or gained, is the difference.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy

from export.evaluate import clips
from export.graph.runner import Runner
from export.metrics.dtssd import dtssd
from export.metrics.edge import edge_mad
from export.metrics.mad import mad
from export.metrics.mse import mse
from export.metrics.segmentation import overlap
from obs_bgremove import home as installed
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.instance import PrivateObs
from tests.obs.stage import (
    SCRIPT,
    add_home_option,
    installed_model,
    make_home,
    open_obs,
    status,
    wait_until_running,
)

MACHINE, SLOW = (
    installed.PROJECT / "tests" / "obs" / name for name in ("machine_script.py", "slow_script.py")
)
#: Pixels farther than this from any person count for the leak.
FAR = 40
#: Frames per second of OBS and of the clips.
FPS = 30
#: A person of whom less than this share is shown is gone.
GONE = 0.3


@dataclass
class Score:
    """What a clip scored; one value for each shown frame."""

    values: dict[str, list[float]] = field(default_factory=dict)
    levels: set[int] = field(default_factory=set)
    shown: int = 0
    #: (error, frame, shown alpha, true alpha) of the worst frame.
    worst: tuple = (-1.0,)

    def add(self, name: str, value: float) -> None:
        """Take a value of a frame."""
        self.values.setdefault(name, []).append(value)

    def mean(self, name: str) -> float:
        """Return the mean over the frames (of the lag the median); nan if there was none."""
        found = self.values.get(name) or [float("nan")]
        return float(numpy.median(found) if name == "lag" else numpy.mean(found))


COLUMNS = {"MAD": 1, "MSE": 1, "edge": 1, "IoU": 1, "dtSSD": 1, "lag": 1, "leak": 1e3, "gone": 100}


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=Path, required=True, help="folder with clip folders")
    add_home_option(parser)
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the filter"
    )
    parser.add_argument("--filter", default="obs_bgremove", help="id of the filter, to measure another one")
    parser.add_argument("--no-filter", action="store_true", help="the bare clip")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each clip is recorded")
    add_slower_option(parser, 1)
    parser.add_argument("--spare", action="store_true", help="a machine with processors to spare")
    parser.add_argument("--offline", action="store_true", help="score the model without OBS as well")
    parser.add_argument("--out", type=Path, help="folder for contact sheets of the worst frames")
    options = parser.parse_args()
    settings = dict(setting(one) for one in options.set)
    heading = f"{'clip':30}" + "".join(f"{name:>8}" for name in COLUMNS) + "  levels frames  lagged"
    print(heading)
    scores, offline = [], []
    with tempfile.TemporaryDirectory() as folder:
        home = make_home(Path(folder) / "home", _models(options.home))
        record = options.home / installed.measurements_file().name
        if record.is_file():
            shutil.copy(record, home)
        for clip in clips.find(options.clips):
            score, report = play(Path(folder) / clip.name, home, clip, options, settings)
            scores.append(score)
            print(row(clip.name, [score]) + f"{report.lagged!s:>8}", flush=True)
            if options.offline:
                model = installed_model(home, settings.get("model") or "auto")
                offline.append(without_obs(clip, model / "model.onnx"))
                print(row("  without OBS", offline[-1:]), flush=True)
            if options.out and len(score.worst) > 1:
                options.out.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(options.out / f"{clip.name}.png"), sheet(*score.worst[1:]))
    print(row("mean", scores))
    if offline:
        print(row("  without OBS", offline))


def add_slower_option(parser: argparse.ArgumentParser, usual: int) -> None:
    """Let a bench's user say how many times slower clip and OBS run."""
    parser.add_argument(
        "--slower", type=int, choices=(1, 2, 5, 10), default=usual, help="run clip and OBS slower"
    )


def setting(text: str) -> tuple[str, object]:
    """Return the key and the value of KEY=VALUE; the value is JSON, or else text."""
    key, _, value = text.partition("=")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def _models(home: Path) -> dict[str, Path]:
    return {card.parent.name: card.parent for card in (home / "models").glob("*/card.toml")}


def row(label: str, scores: list[Score]) -> str:
    """Return a line of the table: the means over the clips."""
    columns = ""
    for name, scale in COLUMNS.items():
        found = [score.mean(name) for score in scores if score.values.get(name)]
        columns += f"{scale * sum(found) / len(found):8.3f}" if found else f"{'-':>8}"
    levels = max(len(score.levels) for score in scores)
    return f"{label:30}{columns}{levels:8}{sum(score.shown for score in scores):7}"


def play(folder: Path, home: Path, clip: Path, options, settings) -> tuple[Score, object]:
    """Play a clip in OBS; return its score and how OBS ended."""
    frames, truths = zip(*clips.read(clip))
    height, width = truths[0].shape
    filters = []
    if not options.no_filter:
        filters = [collection.effect(options.filter, "Filter", settings)]
    source = collection.clip("Clip", clip / "com.mp4", filters, speed=100 / options.slower)
    scripts = [collection.script(MACHINE)] if options.spare else []
    with before_black_and_white(folder, home, source, (width, height), options.slower, scripts) as obs:
        if filters and options.filter == "obs_bgremove":
            wait_until_running(obs)
        # The first second of a recording is not what a viewer gets used to.
        time.sleep(1.5 * options.slower)
        recording = obs.record(options.seconds * options.slower)
        if settings.get("model") == "auto":
            found = status(obs)
            print(f"{found['model']}: {found['note']}", flush=True)
        report = obs.stop()
    return score_recording(recording, frames, truths), report


def before_black_and_white(
    folder: Path, home: Path, source, size: tuple[int, int], slower: int, scripts=()
) -> PrivateObs:
    """Return an OBS, not yet started, that shows a source of ``size`` (width, height) twice, see ``cut_out``.

    It runs ``slower`` times slower. ``scripts`` are listed before ours.
    """
    width, height = size
    black, white = (
        collection.color(name, (value, value, value), size) for name, value in (("Black", 0), ("White", 255))
    )
    name = source["name"]
    items = ["Black", name, collection.item("White", (width, 0)), collection.item(name, (width, 0))]
    scripts = [*scripts, collection.script(SLOW, {"slower": slower}), collection.script(SCRIPT)]
    scenes = [collection.scene("Scene", items)]
    things = collection.collection("Viewer", [source, black, white], scenes, scripts=scripts)
    return open_obs(folder, home, things, size=(2 * width, height), fps=FPS // slower)


def cut_out(shown: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Return what a frame of ``before_black_and_white`` shows before black, and its alpha (0..1)."""
    black, white = numpy.hsplit(shown, 2)
    light = linear(numpy.arange(256))
    alpha = 1 - (light[white] - light[black]).mean(axis=2)
    return black, numpy.clip(alpha, 0, 1).astype(numpy.float32)


def linear(values: numpy.ndarray) -> numpy.ndarray:
    """Decode sRGB-encoded bytes: OBS composites in linear light."""
    values = values.astype(numpy.float32) / 255
    return numpy.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def score_recording(recording: Path, frames, truths) -> Score:
    """Score each shown frame of a recording against the clip."""
    small = numpy.stack([shrink(frame) for frame in frames])
    score, before = Score(), None
    for shown in PrivateObs.frames(recording):
        black, alpha = cut_out(shown)
        number = match(black, alpha, small)
        if number is None or (before and before[0] == number):
            continue  # nothing is shown, or the same frame again
        truth = truths[number]
        score.shown += 1
        error = score_frame(score, alpha, truths, number)
        if before and before[0] + 1 == number:
            score.add("dtSSD", dtssd(alpha, before[1], truth, truths[number - 1]))
        if error > score.worst[0]:
            score.worst = (error, frames[number], alpha, truth, black)
        before = number, alpha
    return score


def score_frame(score: Score, alpha: numpy.ndarray, truths, number: int) -> float:
    """Score one alpha against the truth of frame ``number``; return its MAD."""
    truth = truths[number]
    score.levels.update(numpy.unique((alpha * 255).round().astype(int)).tolist())
    error = mad(alpha, truth)
    score.add("MAD", error)
    score.add("MSE", mse(alpha, truth))
    score.add("edge", edge_mad(alpha, truth))
    score.add("IoU", overlap(alpha, truth).iou)
    score.add("lag", lag(alpha, truths, number))
    far = cv2.dilate((truth > 0.02).astype(numpy.uint8), numpy.ones((2 * FAR + 1, 2 * FAR + 1))) == 0
    if far.any():
        score.add("leak", float(alpha[far].mean()))
    if (truth > 0.5).any():
        score.add("gone", float(alpha[truth > 0.5].mean() < GONE))
    return error


def without_obs(clip: Path, model: Path) -> Score:
    """Score a model on a clip, frame after frame."""
    frames, truths = zip(*clips.read(clip))
    runner, score, before = Runner(model), Score(), None
    height, width = truths[0].shape
    for number, frame in enumerate(frames):
        small = cv2.resize(frame, (runner.width, runner.height), interpolation=cv2.INTER_AREA)
        answer = runner.alpha(cv2.cvtColor(small, cv2.COLOR_BGR2BGRA))
        large = cv2.resize(answer, (width, height), interpolation=cv2.INTER_LINEAR)
        alpha = large.astype(numpy.float32) / 255
        score_frame(score, alpha, truths, number)
        if before is not None:
            score.add("dtSSD", dtssd(alpha, before, truths[number], truths[number - 1]))
        before, score.shown = alpha, number + 1
    return score


def shrink(picture: numpy.ndarray) -> numpy.ndarray:
    """Return what tells frames from each other."""
    return cv2.resize(picture, (160, 90), interpolation=cv2.INTER_AREA).astype(numpy.float32)


def match(black: numpy.ndarray, alpha: numpy.ndarray, small: numpy.ndarray) -> int | None:
    """Return which frame's colours are shown where alpha is full; None if it is nowhere."""
    full = cv2.resize((alpha > 0.97).astype(numpy.float32), (160, 90), interpolation=cv2.INTER_AREA) > 0.99
    if full.sum() < 50:
        return None
    differences = numpy.abs(small[:, full] - shrink(black)[full]).mean(axis=(1, 2))
    return int(differences.argmin())


def lag(alpha: numpy.ndarray, truths, number: int, most: int = 5) -> float:
    """Return by how many frames the alpha is late.

    It is the vertex of a parabola through the errors around the least one.
    """
    errors = [mse(alpha, truths[number - back]) for back in range(min(most, number) + 1)]
    least = int(numpy.argmin(errors))
    if 0 < least < len(errors) - 1:
        left, middle, right = errors[least - 1 : least + 2]
        curve = left - 2 * middle + right
        return round(least + (0.5 * (left - right) / curve if curve > 0 else 0.0), 1)
    return float(least)


def sheet(frame, alpha, truth, shown) -> numpy.ndarray:
    """Return a contact sheet: frame, shown over black, alpha shown, truth, their difference."""

    def grey(values):
        return cv2.cvtColor((values * 255).astype(numpy.uint8), cv2.COLOR_GRAY2BGR)

    return numpy.hstack([frame, shown, grey(alpha), grey(truth), grey(numpy.abs(alpha - truth))])


if __name__ == "__main__":
    main()
