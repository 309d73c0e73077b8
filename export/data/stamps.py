# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export.data.stamps STAMPS --into DATA``: cut-outs for busy clips, from Tux Paint's stamps.

Debian's package ``tuxpaint-stamps-default`` (GPL-2) holds them in usr/share/tuxpaint/stamps.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import cv2

from ..common.errors import ExportError, exit_code
from ..common.progress import say

#: Parts of the path of what is no photograph, or may be (worn by) a person.
LEFT_OUT = ("cartoon", "symbols", "people", "clothes", "toys", "/flags", "roadsigns", "seasonal", "space")
#: Kinds of which nothing is taken but what is below the folders after them.
FEW = {"military": ("military/vehicles/",), "medical": (), "naturalforces": ()}
#: Pixels that the shorter side has at least, and how many of a kind there are to one that is held out.
LEAST, HELD_OUT = 60, 4


def take(stamps: Path, into: Path) -> tuple[int, int]:
    """Link the photographic cut-outs below ``stamps`` into ``into``/{things,things-held}; return how many.

    Of each kind (of animals: each class) one in HELD_OUT is held out. Raises ExportError if there are none.
    """
    found: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    names = sorted(path.relative_to(stamps).as_posix() for path in stamps.rglob("*.png"))
    for name in filter(_wanted, names):
        picture = cv2.imread(str(stamps / name), cv2.IMREAD_UNCHANGED)
        if picture is None or picture.ndim < 3 or picture.shape[2] != 4 or min(picture.shape[:2]) < LEAST:
            continue
        kind = "/".join(name.split("/")[: 2 if name.startswith("animals") else 1])
        folder = "things-held" if found[kind] % HELD_OUT == HELD_OUT // 2 else "things"
        found[kind] += 1
        counts[folder] += 1
        (into / folder).mkdir(parents=True, exist_ok=True)
        link = into / folder / name.replace("/", "_")
        if not link.is_symlink():
            link.symlink_to((stamps / name).resolve())
    if not counts:
        raise ExportError(f"There are no cut-outs in {stamps}; name Tux Paint's folder 'stamps'.")
    say(f"{into}: {counts['things']} things, {counts['things-held']} held out.")
    return counts["things"], counts["things-held"]


def _take(options: argparse.Namespace) -> None:
    take(options.stamps, options.into)


def _wanted(name: str) -> bool:
    few = FEW.get(name.split("/")[0])
    return not any(part in name for part in LEFT_OUT) and (few is None or name.startswith(few))


def main(arguments: list[str]) -> int:
    """Link the cut-outs; return an exit code."""
    parser = argparse.ArgumentParser(prog="python -m export.data.stamps", description=__doc__)
    parser.add_argument("stamps", type=Path, metavar="STAMPS")
    parser.add_argument("--into", type=Path, required=True)
    options = parser.parse_args(arguments)
    return exit_code(lambda: _take(options))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
