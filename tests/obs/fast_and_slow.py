# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benches with a fast and a slow model share: their options, the two models, and the clip."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import cv2

from tests.obs import networks, numbered
from tests.obs.stage import add_home_option, installed_model, make_home

if TYPE_CHECKING:
    from pathlib import Path


def parser(description: str, seconds: float) -> argparse.ArgumentParser:
    """Return a parser with --home, --fast, --slow and --seconds (by default so many)."""
    made = argparse.ArgumentParser(description=description)
    add_home_option(made)
    made.add_argument("--fast", default="fast")
    made.add_argument("--slow", help="an installed model (default: one made for it)")
    made.add_argument("--seconds", type=float, default=seconds, help="how long each run is measured")
    return made


def make(folder: Path, options, milliseconds: float) -> Path:
    """Return a data directory with both; without --slow one is made, "slow", that takes so long here."""
    models = {name: installed_model(options.home, name) for name in (options.fast, options.slow) if name}
    if not options.slow:
        options.slow = "slow"
        ballast = networks.ballast_for(milliseconds, folder / "scale")
        models["slow"] = networks.write_green_is_person(folder / "slow", ballast=ballast)
    return make_home(folder / "home", models)


def write_clip(path: Path, size: tuple[int, int]) -> Path:
    """Write the numbered clip at a size."""
    video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), numbered.FPS, size)
    for number in range(numbered.COUNT):
        video.write(cv2.resize(numbered.frame(number), size))
    video.release()
    return path
