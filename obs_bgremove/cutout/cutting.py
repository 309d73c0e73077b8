# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line of ``python -m obs_bgremove.cutout``, once its packages are there."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from .. import console
from ..filter.options.settings import PRESETS
from ..translate import tr
from . import alphas, picture_files, videos, wanted
from .clothes import Clothes
from .cutter import Cutter
from .files_to_do import Job, jobs
from .problem import CutoutProblem
from .progress import Progress
from .software_gpu import SoftwareGpu


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = argparse.ArgumentParser(
        prog="python -m obs_bgremove.cutout",
        description=tr("Cuts the person out of pictures and videos, as the filter does in OBS."),
    )
    command.add_argument(
        "input", type=_path, metavar="INPUT", help=tr("a picture, a video, or a folder of them")
    )
    command.add_argument(
        "output",
        type=_path,
        metavar="OUTPUT",
        help=tr("the file to write, or a folder; the ending says the format"),
    )
    command.add_argument(
        "--background",
        default="transparent",
        metavar="FILE|COLOUR|PRESET",
        help=tr(
            "what is shown where the room was: transparent (default), blur, auto (suits the clothes), a "
            "picture file, a colour (#20a0ff, {colours}), or a preset ({presets})",
            colours=", ".join(wanted.COLORS),
            presets=", ".join(PRESETS),
        ),
    )
    command.add_argument(
        "--model",
        default="auto",
        metavar="NAME",
        help=tr("the network (default: the best one that is installed)"),
    )
    command.add_argument("--device", default="auto", help=tr("where it runs: cpu, cuda... (default: auto)"))
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=tr(
            "another setting of the filter, as edge_shift=-2; may be given several times. Keys: {keys}",
            keys=", ".join(wanted.SETTINGS),
        ),
    )
    command.add_argument("--overwrite", action="store_true", help=tr("replace files that exist already"))
    return command


def _path(text: str) -> Path:
    # An empty one is the folder that the program runs in: nobody means that by a variable that is not set.
    if not text:
        raise argparse.ArgumentTypeError(tr("it is empty: name a file or a folder"))
    return Path(text)


def main(arguments: list[str]) -> int:
    """Do what the command line asks for; return the exit code."""
    console.prepare()
    options = parser().parse_args(arguments)
    try:
        return _cut(options)
    except CutoutProblem as problem:
        console.complain(tr("Error: {sentence}", sentence=problem))
        return 1
    except OSError as error:
        console.complain(tr("Error: {sentence}", sentence=_refused(error)))
        return 1
    except KeyboardInterrupt:
        console.complain(tr("Stopped."))
        return 130


def _refused(error: OSError) -> str:
    """Return a sentence about what the system refused: a name that is too long, a folder of another user."""
    return f"{error.filename}: {error.strerror}." if error.filename and error.strerror else str(error)


def _cut(options: argparse.Namespace) -> int:
    settings = wanted.settings_for(options.background, options.set)
    transparent = settings.background == "transparent" and settings.view == "result"
    to_do = jobs(options.input, options.output, transparent, options.overwrite)
    gpu = SoftwareGpu()
    with gpu.installed():
        background = wanted.background_for(settings, gpu)
        engine = alphas.load(alphas.choose_model(options.model), options.device)
        console.say(tr("{model} on {device}.", model=tr(engine.model.title), device=engine.device.title))
        cutter = Cutter(gpu, engine, settings, background)
        clothes = Clothes(settings, gpu) if settings.background == "auto" else None
        problems = [problem for job in to_do if (problem := _do(cutter, job, transparent, clothes))]
    for problem in problems:
        console.complain(tr("Error: {sentence}", sentence=problem))
    if len(to_do) > 1:
        console.say(
            tr(
                "Files in {folder}: {done} of {all}.",
                folder=options.output,
                done=len(to_do) - len(problems),
                all=len(to_do),
            )
        )
    return 1 if problems else 0


def _do(cutter: Cutter, job: Job, transparent: bool, clothes: Clothes | None) -> str:
    """Make one file and say so; return what is wrong, a sentence. The others are made all the same."""
    began = time.perf_counter()
    try:
        if clothes:
            console.say(clothes.dress(cutter, job))
        if job.is_video:
            with Progress(job.source.name) as progress:
                videos.cut(job.source, job.target, cutter, transparent, progress)
        else:
            picture_files.write(job.target, cutter.picture(picture_files.read(job.source)))
    except CutoutProblem as problem:
        return str(problem)
    except OSError as error:
        return _refused(error)
    except MemoryError:
        return tr(
            "{path} is too large for the memory of this machine: make it smaller first.", path=job.source
        )
    console.say(f"{job.target} ({time.perf_counter() - began:.1f} s)")
    return ""
