# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands of the workshop: ``python -m export COMMAND``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .errors import ExportError, exit_code


def _fetch(options) -> None:
    from obs_bgremove import home

    from .fetch import fetch

    fetch(options.names, options.into or home.directory() / "models", options.again, size=options.size)


def _check(options) -> None:
    from . import contract
    from .runner import Runner

    failed = []
    for path in options.models:
        path = path / "model.onnx" if path.is_dir() else path
        wrong = contract.violations(contract.load(path))
        for sentence in wrong:
            print(f"{path}: {sentence}")
        if wrong:
            failed.append(str(path))
        else:
            Runner(path)
            print(f"{path}: keeps the graph contract, and onnxruntime loads it.")
    if failed:
        raise ExportError("Not usable as it is; export/contract.py says what a model must look like.")


def _evaluate(options) -> None:
    from .evaluate.command import evaluate

    print(
        evaluate(
            options.models, options.clips, options.images, options.split, options.report, options.write_cards
        ),
        end="",
    )


def _shelf(options) -> None:
    from .shelf import shelf_table

    print(shelf_table())


def _record(options) -> None:
    from .record import record

    record(options.names)


def _train(options) -> None:
    from .reproduce import require_place
    from .training import loop, recipe

    entry = recipe.read(options.recipe)
    require_place(entry, options.into)
    loop.train(entry, options.data, options.into)


def _reproduce(options) -> None:
    from .reproduce import reproduce

    reproduce(options.name, options.data, options.into, options.smoke)


def _blend(options) -> None:
    from .training.blend import blend

    blend(options.first, options.last, options.destination, options.share)


def _onnx(options) -> None:
    from .reproduce import export_checkpoint

    export_checkpoint(options.checkpoint, options.destination, options.size)


def _weights(options) -> None:
    from . import weights

    for name in options.names:
        weights.write(name)


def _tflite(options) -> None:
    from .reproduce import export_tflite

    export_tflite(options.checkpoint, options.destination, options.size, options.images)


def _label(options) -> None:
    from .label import label

    label(
        options.images, options.into, options.teachers, options.part, options.looks, tuple(options.sizes),
        tuple(options.shares),
    )  # fmt: skip


def _wrap(options) -> None:
    from .wrap.command import wrap
    from .wrap.reading import IMAGENET, Reading

    mean, std = IMAGENET if options.imagenet else (options.mean, options.std)
    if options.imagenet and options.order == "bgr":
        mean, std = mean[::-1], std[::-1]
    reading = Reading(
        options.scale, tuple(mean), tuple(std), options.order, options.logits, options.channel, options.output
    )
    wrap(options.model, options.name, options.licence, reading, options.again, options.clips, options.images)


def _compare(options) -> None:
    from .compare import compare

    print(compare(options.runs, options.images, options.split))


def _quantise(options) -> None:
    from .quantise import quantise

    quantise(options.model, options.into, options.images)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m export", description="Makes and measures models.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("fetch", help="obtain third-party networks and convert them")
    command.add_argument(
        "names", nargs="+", metavar="NAME", help="a folder of models/ whose card has a [fetch]"
    )
    command.add_argument("--into", type=Path, help="directory of model folders (default: the installation's)")
    command.add_argument("--again", action="store_true", help="make it anew even if it is there")
    command.add_argument("--size", default="", metavar="HxW", help="an edition of this shape")
    command.set_defaults(run=_fetch)

    command = commands.add_parser("check", help="say whether a model keeps the graph contract")
    command.add_argument("models", nargs="+", type=Path, metavar="MODEL", help="a model.onnx, or its folder")
    command.set_defaults(run=_check)

    command = commands.add_parser("record-reference", help="record a network's answers in its own runtime")
    command.add_argument(
        "names", nargs="+", metavar="NAME", help="a folder of models/ whose card has a [fetch]"
    )
    command.set_defaults(run=_record)

    command = commands.add_parser("evaluate", help="measure models on clips and pictures")
    command.add_argument("--model", dest="models", nargs="+", required=True, metavar="MODEL",
                         help="names of installed models, or paths")  # fmt: skip
    command.add_argument("--clips", type=Path, help="directory of clip folders (com.mp4, pha.mkv)")
    command.add_argument("--images", type=Path, help="directory of sets (folders of images and masks)")
    command.add_argument("--split", default="val", help="which split of the sets (default: val)")
    command.add_argument("--report", type=Path, metavar="FILE.md",
                         help="write the report there, and beside it curves and contact sheets")  # fmt: skip
    command.add_argument("--write-cards", action="store_true", help="fill the cards' [quality] and [speed]")
    command.set_defaults(run=_evaluate)

    command = commands.add_parser("train", help="train a network by a recipe")
    command.add_argument(
        "recipe", type=Path, metavar="RECIPE", help="a TOML file, or a name in export/recipes"
    )
    command.add_argument("--data", type=Path, required=True, help="root that the recipe's paths start from")
    command.add_argument("--into", type=Path, required=True, help="checkpoints, history and curves go there")
    command.set_defaults(run=_train)

    command = commands.add_parser("reproduce", help="train a recipe and export the model")
    command.add_argument("name", metavar="RECIPE")
    command.add_argument("--data", type=Path, help="root that the recipe's paths start from")
    command.add_argument("--into", type=Path, help="where it is trained; model.onnx is written there")
    command.add_argument("--smoke", action="store_true", help="a few steps, on data drawn on the spot")
    command.set_defaults(run=_reproduce)

    command = commands.add_parser("blend", help="write a checkpoint between two others of one network")
    command.add_argument("first", type=Path, metavar="FIRST", help="what the last one started from")
    command.add_argument("last", type=Path, metavar="LAST")
    command.add_argument("destination", type=Path, metavar="CHECKPOINT")
    command.add_argument("--share", type=float, default=0.5, help="how far towards the last (default: 0.5)")
    command.set_defaults(run=_blend)

    command = commands.add_parser("onnx", help="export a checkpoint to a model under the graph contract")
    command.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    command.add_argument("destination", type=Path, metavar="MODEL.onnx")
    command.add_argument("--size", default="", metavar="HxW", help="another shape than it was trained at")
    command.set_defaults(run=_onnx)

    command = commands.add_parser("weights", help="read the trainable weights out of a model of our training")
    command.add_argument("names", nargs="+", metavar="NAME", help="a folder of models/ with a model.onnx")
    command.set_defaults(run=_weights)

    command = commands.add_parser("tflite", help="export a checkpoint to TensorFlow Lite, compared with ONNX")
    command.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    command.add_argument("destination", type=Path, metavar="MODEL.tflite")
    command.add_argument("--size", default="", metavar="HxW", help="another shape than it was trained at")
    command.add_argument("--images", type=Path, help="photographs to compare on too, besides scikit-image's")
    command.set_defaults(run=_tflite)

    command = commands.add_parser("label", help="have teachers label photographs; keep what they agree on")
    command.add_argument("--images", type=Path, required=True, help="directory of photographs")
    command.add_argument("--into", type=Path, required=True, help="images, masks and weights go there")
    command.add_argument("--teachers", nargs="+", default=["rvm-288x512", "mediapipe-general"],
    metavar="MODEL",
                         help="installed models, or directories of earlier labels; + joins those of one "
                         "network in several shapes")  # fmt: skip
    command.add_argument(
        "--shares",
        type=float,
        nargs="+",
        default=[],
        metavar="SHARE",
        help="how much each one's alpha counts (default: the first one's alone)",
    )
    command.add_argument("--part", default="1/1", help="label one part of several, as 2/8")
    command.add_argument("--looks", type=_count, default=15, help="how often a recurrent teacher sees a view")
    command.add_argument("--sizes", type=float, nargs="+", default=[1.0, 0.75],
                         help="shares of the teacher's view that the picture takes")  # fmt: skip
    command.set_defaults(run=_label)

    command = commands.add_parser("wrap", help="put an ONNX segmentation network of your own on the shelf")
    command.add_argument("model", type=Path, metavar="NETWORK.onnx")
    command.add_argument("--name", required=True, help="the model's name in OBS' settings")
    command.add_argument("--licence", default="not stated", help="licence of its weights")
    command.add_argument(
        "--scale", type=float, default=1 / 255, help="bytes are multiplied by it (default 1/255)"
    )
    command.add_argument("--mean", type=float, nargs=3, default=[0, 0, 0], help="then subtracted")
    command.add_argument("--std", type=float, nargs=3, default=[1, 1, 1], help="then divided by")
    command.add_argument("--imagenet", action="store_true", help="mean and deviation of ImageNet instead")
    command.add_argument("--order", choices=["rgb", "bgr"], default="rgb", help="of the planes it expects")
    command.add_argument("--logits", action="store_true", help="its output still needs a sigmoid or softmax")
    command.add_argument(
        "--channel", type=int, help="the person's channel if it has several (default: the last)"
    )
    command.add_argument("--output", metavar="NAME", help="the mask's output if it has several")
    command.add_argument("--clips", type=Path, help="measure its quality on these clips, as evaluate does")
    command.add_argument("--images", type=Path, help="and on the val split of these sets of pictures")
    command.add_argument("--again", action="store_true", help="replace a model of that name")
    command.set_defaults(run=_wrap)

    command = commands.add_parser("quantise", help="write float16 and int8 editions and say what they lose")
    command.add_argument("model", type=Path, metavar="MODEL.onnx")
    command.add_argument("--into", type=Path, required=True)
    command.add_argument("--images", type=Path, help="photographs to calibrate with and compare on")
    command.set_defaults(run=_quantise)

    command = commands.add_parser("compare", help="print the architectures of recipes/compare-* side by side")
    command.add_argument("--runs", type=Path, help="where reproduce trained them, each --into a folder here")
    command.add_argument("--images", type=Path, help="sets of pictures that the trained ones are measured on")
    command.add_argument("--split", default="val", help="which split of the sets (default: val)")
    command.set_defaults(run=_compare)

    command = commands.add_parser("shelf", help="print the table of models, made of the cards")
    command.set_defaults(run=_shelf)
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of times; give 1 or more")
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code: 0, or 1 after a sentence about what is wrong."""
    options = _parser().parse_args(arguments)
    return exit_code(lambda: options.run(options))


if __name__ == "__main__":
    sys.exit(main())
