# SPDX-License-Identifier: GPL-2.0-or-later
"""Fuzzing: ``python -m tests.fuzz [TARGET ...] [--inputs N] [--seed S]``.

Each target takes hostile inputs in processes of their own, a number of inputs in each, so that one that ends
its process is noticed and named by its seed. Prints a line for each target; exit code 1 if a process ended by
itself, if anything but the errors that are allowed was raised, or if a promise was broken (a file read that
is none of ours, an address outside of the shared memory, a message that is no sentence).
"""

from __future__ import annotations

import argparse
import importlib
import os
import random
import subprocess
import sys
import time
from collections import Counter

from obs_bgremove import home

#: Targets, and the inputs of each that one process takes; and the share of ``--inputs`` that each gets: what
#: an input costs differs by a factor of a thousand.
TARGETS = {
    "ring": 50_000,
    "messages": 20_000,
    "worker": 10_000,
    "cards": 2_000,
    "models": 1_000,
    "settings": 200,
}
SHARES = {"ring": 1.0, "messages": 1.0, "worker": 0.1, "cards": 0.02, "models": 0.01, "settings": 0.0002}
#: Faults of a target that are printed whole.
_PRINTED = 3
#: Seconds for the inputs of one process.
_LONGEST = 900


def main(arguments: list[str] | None = None) -> int:
    """Run the targets; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help=f"of {', '.join(TARGETS)}; all if none")
    parser.add_argument(
        "--inputs", type=int, default=1_000_000, help="of the quickest targets (default 10^6)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", metavar="COUNT", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    unknown = [name for name in options.targets if name not in TARGETS]
    if unknown:
        parser.error(f"there is no target {unknown[0]!r}; there are: {', '.join(TARGETS)}")
    if options.inside is not None:
        return _inside(options.targets[0], options.seed, options.inside)
    results = [_target(name, options.seed, options.inputs) for name in options.targets or TARGETS]
    return 0 if all(results) else 1


def _inside(name: str, seed: int, count: int) -> int:
    """Let a target take inputs in this process; print what became of them."""
    target = importlib.import_module(f"tests.fuzz.{name}")
    for kind, number in target.run(random.Random(seed), count).items():
        print(f"{number} {kind}")
    return 0


def _target(name: str, seed: int, inputs: int) -> bool:
    """Run a target in several processes; print a line; whether all was well."""
    total = max(1, round(inputs * SHARES[name]))
    began, found, faults, left, number = time.monotonic(), Counter(), [], total, seed * 1_000_000
    while left > 0:
        count = min(left, TARGETS[name])
        command = [sys.executable, "-m", "tests.fuzz", name, "--seed", str(number), "--inside", str(count)]
        done = subprocess.run(
            command, cwd=home.PROJECT, capture_output=True, text=True, errors="replace", timeout=_LONGEST
        )
        if done.returncode:
            faults.append(
                f"{name}, seed {number}, {count} inputs: code {done.returncode}\n{done.stderr[-3000:]}"
            )
        for line in done.stdout.splitlines():
            times, _, kind = line.partition(" ")
            found[kind] += int(times)
        left -= count
        number += 1
    kinds = ", ".join(f"{times} {kind}" for kind, times in sorted(found.items()))
    print(
        f"{name}: {total} inputs in {time.monotonic() - began:.0f} s, {len(faults)} faults; {kinds}",
        flush=True,
    )
    for fault in faults[:_PRINTED]:
        print(fault, file=sys.stderr)
    return not faults


if __name__ == "__main__":
    os.environ.setdefault("PYTHONFAULTHANDLER", "1")
    sys.exit(main())
