# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the worker grows: ``python -m tests.bench.memory [--model NAME] [--frames N]``.

Hands frames over as fast as their alphas come and prints the worker's memory on the way. Uses the
models of the data directory. Exit code 1 if it grew by more than a few megabytes.
"""

from __future__ import annotations

import argparse
import sys

from obs_bgremove.worker.choice import catalogue
from obs_bgremove.worker.inference import providers
from obs_bgremove.worker.measure.live import Live

#: Megabytes; pages of libraries are still touched for the first time after the warm-up.
ALLOWED = 4.0


def main() -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="", help="default: the catalogue's default model")
    parser.add_argument("--frames", type=int, default=20_000)
    options = parser.parse_args()
    providers.prepare()
    live = Live(catalogue.choose(catalogue.read(), options.model), "cpu")
    try:
        frames, memory = 0, []
        while frames < options.frames or not memory:
            for _ in range(options.frames // 10):
                live.pictures.renew()
                live.round_trip()
                frames += 1
            known = live.client.usage.at_s
            while live.client.usage.at_s == known:
                live.round_trip()
            memory.append(live.client.usage.memory_mb)
            print(f"{frames:7} frames: {memory[-1]:.1f} MB", flush=True)
    finally:
        live.close()
    grown = memory[-1] - memory[0]
    print(f"Grown by {grown:.1f} MB after the first {options.frames // 10} frames.")
    return 1 if grown > ALLOWED else 0


if __name__ == "__main__":
    sys.exit(main())
