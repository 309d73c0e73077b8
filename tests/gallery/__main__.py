# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of a real OBS with the filter: ``python -m tests.gallery --out DIR``.

DIR gets, by ``--only``:

- ``looks``: what the settings do: a picture of each look, and a sheet of them.
- ``rooms``: three kinds of rooms, before and after.
- ``edge``: the edge at full HD, before and after, at 100 %.
- ``animation``: a short one, in which the background changes (needs ffmpeg with libwebp).
- ``page``: OBS' window Filters with the filter's page (needs xdotool and ffmpeg; ``--language`` is OBS').

The person is that of the demo's portrait (NASA, public domain), cut out by "quality". For the looks,
``--person FILE ...`` takes photographs of your own, and ``--look NAME ...`` some of the looks.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.gallery import animation, edge, looks, page, rooms
from tests.obs.stage import make_home

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS: dict[str, Callable[[argparse.Namespace, Path, Path], None]] = {
    "looks": looks.make,
    "rooms": rooms.make,
    "edge": edge.make,
    "animation": animation.make,
    "page": page.make,
}


def main() -> None:
    """Make the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    looks.add_arguments(parser)
    parser.add_argument("--language", default="en-US", help="of OBS' windows, as de-DE")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for part in options.only:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            PARTS[part](options, folder, make_home(folder / "home", {}))


if __name__ == "__main__":
    main()
