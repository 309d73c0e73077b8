# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands of the workshop: ``python -m export COMMAND``."""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import Protocol, cast

from obs_bgremove import console

from .common.errors import exit_code

#: Command -> (its module, what it does). The modules import what is large only when they run.
COMMANDS = {
    "fetch": ("fetch.command", "obtain third-party networks and convert them"),
    "check": ("graph.command", "say whether a model keeps the graph contract"),
    "record-reference": ("fetch.record_command", "record a network's answers in its own runtime"),
    "evaluate": ("evaluate.command", "measure models on clips and pictures"),
    "train": ("training.commands.train", "train a network by a recipe"),
    "reproduce": ("training.commands.reproduce", "train a recipe and export the model"),
    "blend": ("training.commands.blend", "write a checkpoint between two others of one network"),
    "weights": ("training.commands.weights", "get the weights of a shipped model back, to train on"),
    "onnx": ("training.commands.onnx", "export a checkpoint to a model under the graph contract"),
    "tflite": ("training.commands.tflite", "export a checkpoint to TensorFlow Lite, compared with ONNX"),
    "label": ("label.command", "have teachers label photographs; keep what they agree on"),
    "wrap": ("wrap.command", "make an ONNX segmentation network of your own an installed model"),
    "quantise": ("editions.command", "write float16 and int8 editions and say what they lose"),
    "outfits": ("outfits.command", "train and measure the network that sees what people wear"),
    "compare": ("training.commands.compare", "print the architectures of recipes/compare-* side by side"),
    "shelf": ("shelf.command", "print the tables of models, made of the cards"),
}


class Command(Protocol):
    """A module of ``COMMANDS``."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""

    def run(self, options: argparse.Namespace) -> None:
        """Run the command; raises ExportError with a sentence about what is wrong."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m export", description="Makes and measures models.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (module, about) in COMMANDS.items():
        command = cast("Command", importlib.import_module(f"{__package__}.{module}"))
        subparser = commands.add_parser(name, help=about)
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code: 0, or 1 after a sentence about what is wrong."""
    console.prepare()
    options = _parser().parse_args(arguments)
    return exit_code(lambda: options.run(options))


if __name__ == "__main__":
    sys.exit(main())
