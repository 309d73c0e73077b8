# SPDX-License-Identifier: GPL-2.0-or-later
"""The soak: ``python -m tests.soak [--minutes 60] [--seed S] [--steps N]``.

A real OBS with three filters, to which things happen as people do them, and some that nobody should do,
while another program asks for the status. Each frame of its output is looked at. Prints each step (seconds
since the begin, what, seconds and OBS' frames until alphas came again, pixels of the room; OBS' resident MB,
allocated MB, allocations of libobs and of Python; the worker's resident MB), and at the end a summary. Exit
code 1 if a pixel of the room was shown, if what OBS has allocated grew, or if OBS complained, ended badly or
leaked.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.soak.report import faults, summary
from tests.soak.run import soak


def main(arguments: list[str] | None = None) -> int:
    """Run the soak; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (default: 60)")
    parser.add_argument("--steps", type=int, default=0, help="end after this many steps (default: no limit)")
    parser.add_argument("--seed", type=int, default=1, help="of the steps (default: 1)")
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="obs_bgremove-soak-"))
    print(f"OBS, its log, and pictures that show the room: {folder}")
    run = soak(folder, options.minutes * 60, options.steps, options.seed, say=True)
    for line in summary(run):
        print(line)
    found = faults(run)
    for fault in found:
        print(f"FAULT: {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
