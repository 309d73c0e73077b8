# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands of the workshop: ``python -m export COMMAND``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .errors import ExportError
from .progress import say


def _fetch(options) -> None:
    from obs_bgremove import home

    from .fetch import fetch

    fetch(options.names, options.into or home.directory() / "models", options.again)


def _check(options) -> None:
    from . import contract

    failed = []
    for path in options.models:
        path = path / "model.onnx" if path.is_dir() else path
        wrong = contract.violations(contract.load(path))
        for sentence in wrong:
            print(f"{path}: {sentence}")
        if wrong:
            failed.append(str(path))
        else:
            print(f"{path}: keeps the graph contract.")
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m export", description="Makes and measures models.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("fetch", help="obtain third-party networks and convert them")
    command.add_argument(
        "names", nargs="+", metavar="NAME", help="a folder of models/ whose card has a [fetch]"
    )
    command.add_argument("--into", type=Path, help="directory of model folders (default: the installation's)")
    command.add_argument("--again", action="store_true", help="make it anew even if it is there")
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
    command.add_argument("--report", type=Path, metavar="FILE.md", help="write the report there too")
    command.add_argument("--write-cards", action="store_true", help="fill the cards' [quality] and [speed]")
    command.set_defaults(run=_evaluate)

    command = commands.add_parser("shelf", help="print the table of models, made of the cards")
    command.set_defaults(run=_shelf)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code: 0, or 1 after a sentence about what is wrong."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except ExportError as error:
        say(f"Error: {error}")
        return 1
    except ModuleNotFoundError as error:
        say(f"Error: The package {error.name!r} is missing; install the groups 'export' and 'worker-cpu'.")
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
