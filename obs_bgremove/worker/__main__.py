# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m obs_bgremove.worker serve``, as OBS starts it, or ``bench``, for people."""

from __future__ import annotations

import argparse
import sys

from .. import console


def main() -> int:
    """Run a subcommand; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m obs_bgremove.worker", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="serve an OBS on stdin and stdout (started by the filter)")
    bench = commands.add_parser("bench", help="measure each model on each device that works here")
    bench.add_argument(
        "models", nargs="*", metavar="MODEL", help="names of models; all that are installed if none"
    )
    bench.add_argument(
        "--device", default="all", help="cpu, cuda, ..., auto (those it may take), all (default)"
    )
    bench.add_argument("--seconds", type=float, default=20.0, help="for each line (default 20)")
    bench.add_argument("--json", metavar="FILE", help="write the figures there, too")
    bench.add_argument(
        "--record", action="store_true", help='let the "Automatic" model go by what is measured now'
    )
    bench.add_argument("--brief", action="store_true", help='measure only what "Automatic" goes by')
    console.prepare()
    arguments = parser.parse_args()
    if arguments.command == "serve":
        from .serve.server import serve

        serve()
    from .measure.bench import bench as run

    return run(
        arguments.models,
        arguments.device,
        arguments.seconds,
        arguments.json,
        arguments.record,
        arguments.brief,
    )


if __name__ == "__main__":
    sys.exit(main())
