# SPDX-License-Identifier: GPL-2.0-or-later
"""What the studies share that print a table: a row for each model, measured on clips."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..common.errors import exit_code
from ..common.markdown import table
from ..shelf.locate import locate, name_of

if TYPE_CHECKING:
    from collections.abc import Callable


def main(about: str, columns: list[str], measured: Callable[[Path, Path], list[str]]) -> int:
    """Read ``--model`` and ``--clips``, print the table; return 0, or 1 after an error message.

    about: what ``--help`` says. measured: (a model.onnx, the directory of clips) -> what stands below
    ``columns``.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--model", nargs="+", required=True, help="names of installed models, or paths")
    parser.add_argument("--clips", type=Path, required=True, help="directory of clip folders")
    options = parser.parse_args()

    def command() -> None:
        models = [locate(name) for name in options.model]
        rows = [[name_of(model), *measured(model, options.clips)] for model in models]
        print(table(["model", *columns], rows))

    return exit_code(command)
