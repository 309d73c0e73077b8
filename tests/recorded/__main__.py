# SPDX-License-Identifier: GPL-2.0-or-later
"""Strips of a real OBS over time: ``python -m tests.recorded front|clothes|subjects ... --out DIR``.

- ``front --clips DIR``: "Keep: the person in front" in the scenes of ``export.studies.front``. Prints the
  share of wrong pixels by the event, and writes it frame by frame.
- ``clothes --pictures FILE ...``: photographs of people, one after the other, before the background Auto.
- ``subjects --clip FILE``: a clip with each "Subject" that the installed models offer.

Your clips and photographs are only read. Each part says what it writes into the folder of ``--out``.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from obs_bgremove import home
from tests.obs.stage import make_home
from tests.recorded import clothes, front, subjects

PARTS = {"front": front, "clothes": clothes, "subjects": subjects}


def main() -> None:
    """Record a part."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = parser.add_subparsers(dest="part", required=True)
    for name, part in PARTS.items():
        arguments = parts.add_parser(name, help=part.__doc__.splitlines()[0])
        arguments.add_argument("--out", type=Path, required=True, help="folder for the strips")
        part.add_arguments(arguments)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    installed = {card.parent.name: card.parent for card in (home.directory() / "models").glob("*/card.toml")}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        PARTS[options.part].make(options, folder, make_home(folder / "home", installed))


if __name__ == "__main__":
    main()
