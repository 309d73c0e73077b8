# SPDX-License-Identifier: GPL-2.0-or-later
"""What most tests in a real OBS need: a home with models, and an OBS with the filter on a source."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy
import psutil

from obs_bgremove import home as installed
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.instance import PrivateObs
from obs_bgremove.private_obs.wait import wait_for
from obs_bgremove.worker.choice import model_card

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

SCRIPT = installed.PROJECT / "obs_bgremove" / "obs_script.py"
#: What an OBS is opened with for figures of its graphics thread: others draw, as a GPU would.
DRAWN_BY_OTHERS = {"LP_NUM_THREADS": None}
#: Blue, as OBS keeps colours (0xAABBGGRR): neither white nor magenta.
BLUE = 0xFFFF0000


def add_home_option(parser: argparse.ArgumentParser) -> None:
    """Let a bench's user say where the models are."""
    parser.add_argument(
        "--home", type=Path, default=installed.directory(), help="data directory with the models"
    )


def installed_model(home: Path, name: str) -> Path:
    """Return a model's folder in a data directory, or in the project; of "auto" that of the default.

    The folder of another size of a model has a card alone.
    """
    for parent in (home / "models", installed.PROJECT / "models"):
        for folder in sorted(file.parent for file in parent.glob("*/card.toml")):
            if name in (folder.name, "auto"):
                card = model_card.read(folder / "card.toml", folder.name)
                if card.graph(folder).is_file() and (card.default or name != "auto"):
                    return folder
    raise SystemExit(f"There is no model {name!r} in {home / 'models'}; fetch it, or use --home.")


def make_home(folder: Path, models: Mapping[str, Path]) -> Path:
    """Make a data directory whose worker is the interpreter that runs the tests."""
    (folder / "models").mkdir(parents=True)
    for name, source in models.items():
        shutil.copytree(source, folder / "models" / name)
        card = source / "card.toml"
        weights = model_card.read(card, name).weights if card.is_file() else ""
        if weights and weights not in models:
            shutil.copytree(source.parent / weights, folder / "models" / weights, dirs_exist_ok=True)
    (folder / "install.json").write_text(f'{{"python": "{sys.executable}", "flavour": "cpu"}}')
    return folder


def filtered(settings: Mapping, name: str = "Background Removal") -> dict:
    """Return the filter with these settings."""
    return collection.effect("obs_bgremove", name, dict(settings))


def one_scene(*sources: dict, items=None, name: str = "Test", script: Path = SCRIPT) -> dict:
    """Return a collection with one scene, "Scene", that shows the sources (or the given items)."""
    shown = items or [source["name"] for source in sources]
    return collection.collection(
        name, sources, [collection.scene("Scene", shown)], scripts=[collection.script(script)]
    )


def filtered_picture(
    folder: Path,
    home: Path,
    model: str,
    picture: numpy.ndarray,
    canvas: tuple[int, int] | None = None,
    fps: int = 30,
) -> PrivateObs:
    """Return an OBS, not yet started, with the filter on "Picture"; ``exchange`` shows another one.

    ``picture``: uint8 [H, W, 3] BGR; of its size are canvas and recording, or of (width, height) ``canvas``.
    """
    cv2.imwrite(str(folder / "first.png"), picture)
    source = collection.image("Picture", folder / "first.png", [filtered({"model": model})])
    return open_obs(folder / "obs", home, one_scene(source), size=canvas or picture.shape[1::-1], fps=fps)


def exchange(obs: PrivateObs, folder: Path, picture: numpy.ndarray) -> None:
    """Have "Picture" show another one ([H, W, 3] BGR in 0..255), kept in ``folder`` as a new file."""
    path = folder / f"{len(list(folder.iterdir()))}.png"
    cv2.imwrite(str(path), numpy.clip(picture, 0, 255).round().astype(numpy.uint8))
    obs.ws.set_input_settings("Picture", {"file": str(path)}, True)


def open_obs(directory: Path, home: Path, collections, **more) -> PrivateObs:
    """Return an OBS, not yet started, whose filters live in ``home``."""
    environment = {installed.VARIABLE: str(home), **more.pop("environment", {})}
    return PrivateObs(directory, collections, environment=environment, **more)


@contextlib.contextmanager
def busy_processes(count: int) -> Iterator[None]:
    """Compute in so many processes of other interpreters."""
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def megabytes(pid: int) -> float:
    """Return the resident memory of a process; 0 if it has just ended."""
    try:
        return float(psutil.Process(pid).memory_info().rss) / 1e6
    except (psutil.Error, ValueError):
        return 0.0


def filter_in_a_new_collection(obs: PrivateObs, name: str, settings: Mapping) -> None:
    """Have OBS make a scene collection, which lists no script, and add a source with the filter to it."""
    obs.ws.create_scene_collection(name)
    wait_for(lambda: not statuses(obs), "the old collection is gone")
    scene = obs.ws.get_current_program_scene().current_program_scene_name
    green = {"color": 0xFF00FF00, "width": 640, "height": 360}
    obs.ws.create_input(scene, "Plain", "color_source_v3", green, True)
    obs.ws.create_source_filter("Plain", "Background Removal", "obs_bgremove", settings)
    wait_until_running(obs)


def statuses(obs: PrivateObs) -> list[dict]:
    """Return the status of each living filter."""
    return obs.vendor("get_status").get("filters", [])


def status(obs: PrivateObs) -> dict:
    """Return the status of the only filter."""
    (only,) = statuses(obs)
    return only


def wait_until_running(obs: PrivateObs, count: int = 1) -> list[dict]:
    """Wait until so many filters show a person, and return their statuses."""

    def running():
        found = statuses(obs)
        return len(found) == count and all(one["state"] == "running" for one in found) and found

    try:
        return wait_for(running, f"{count} filter(s) running", seconds=60)
    except TimeoutError as error:
        raise AssertionError(f"{error}\n{statuses(obs)}\n{obs.log()[-4000:]}") from error


def frames_drawn(obs: PrivateObs) -> int:
    """Return how many frames OBS has drawn: on a machine that is late these are fewer than it should."""
    stats = obs.ws.get_stats()
    return int(stats.render_total_frames - stats.render_skipped_frames)


def wait_for_frames(obs: PrivateObs, count: int) -> None:
    """Wait until OBS has drawn so many more frames, and shown them."""
    before = frames_drawn(obs)
    wait_for(lambda: frames_drawn(obs) > before + count, f"OBS draws {count} frames")
