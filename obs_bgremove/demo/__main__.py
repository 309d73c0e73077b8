# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo: ``python -m obs_bgremove.demo --into DIR``, run by ``install.py --demo``.

A private OBS plays a clip of a person in a room through the filter; ``before.png`` and ``after.png`` show
the same frame without and with it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from .. import console, home
from ..private_obs import collection, profile
from ..private_obs.instance import PrivateObs
from ..private_obs.wait import ObsError, wait_for
from ..private_obs.xvfb import DisplayError
from ..users_obs.users_settings import users_python
from . import backdrop, person, verdict

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from ..private_obs.collection import Entry
    from ..private_obs.conversation import Answer

SOURCE, FILTER, SCENE = "Camera", "Background Removal", "Demo"


def main() -> int:
    """Run the demo; return 0 if the room is replaced, 1 (after a sentence) if not."""
    parser = argparse.ArgumentParser(prog="python -m obs_bgremove.demo")
    parser.add_argument(
        "--into", type=Path, default=Path("demo"), help="folder for the two pictures (default: demo)"
    )
    parser.add_argument("--leave-open", action="store_true", help="open OBS on the display and leave it open")
    console.prepare()
    options = parser.parse_args()
    try:
        return run(options.into, options.leave_open)
    except (ObsError, DisplayError, TimeoutError) as error:
        print(f"Error: {error}", file=sys.stderr)
    except OSError as error:
        print(f"Error: The demo could not be written ({error}): make that place writable.", file=sys.stderr)
    return 1


def scenes(clip: Path, background: Path) -> Entry:
    """Return the scene collection: the clip with the filter on it."""
    settings = {"background": "image", "background_path": str(background)}
    camera = collection.clip(SOURCE, clip, [collection.effect("obs_bgremove", FILTER, settings)])
    shown = collection.item(SOURCE, fit=(person.WIDTH, person.HEIGHT))
    script = collection.script(home.PROJECT / "obs_bgremove" / "obs_script.py")
    return collection.collection("Demo", [camera], [collection.scene(SCENE, [shown])], scripts=[script])


def run(into: Path, leave_open: bool) -> int:
    """Make the clip, start OBS, take both pictures and judge them; see :func:`main`."""
    if sys.platform in profile.NAMES_PYTHON and not users_python():
        raise ObsError(
            "The demo's OBS needs the Python that your OBS uses, and none is set there: set it in OBS, "
            "Tools > Scripts > Python Settings, close OBS and run this again."
        )
    folder = home.directory() / "demo"
    # Before the folder of the pictures, which may be the same one.
    if not home.make_own(folder):
        raise ObsError(
            f"{folder} is in the way, and not of an earlier demo: move it away and run this again."
        )
    into.mkdir(parents=True, exist_ok=True)
    for name in ("before.png", "after.png"):
        # Old pictures must not pass for new ones.
        (into / name).unlink(missing_ok=True)
    picture = person.portrait()
    clip = person.write_clip(picture, folder / "camera.avi")
    background = backdrop.write(folder / "evening.png")
    shutil.rmtree(folder / "obs", ignore_errors=True)
    print("Starting an OBS of its own (yours is not touched).", flush=True)
    with PrivateObs(
        folder / "obs",
        scenes(clip, background),
        size=(person.WIDTH, person.HEIGHT),
        fps=person.FPS,
        environment={home.VARIABLE: str(home.directory())},
        show=leave_open,
        preview=leave_open,
    ) as obs:
        wait_until_running(obs)
        time.sleep(2)  # into the clip, and enough alphas for a rate
        print(status(obs)["text"], flush=True)
        before, after = take_pictures(obs)
        for name, shown in (("before", before), ("after", after)):
            path = into / f"{name}.png"
            write(path, shown)
            print(f"{name}: {path.resolve()}", flush=True)
        wrong = verdict.problems(picture, backdrop.evening(), before, after)
        if leave_open and not wrong:
            print("OBS stays open with the demo scene: close it when you have seen enough.", flush=True)
            obs.wait()
        elif obs.running:
            code = obs.stop().code
            if code:
                wrong.append(f"OBS ended with code {code}: its log is {obs.log_file}.")
    for sentence in wrong:
        print(f"Error: {sentence}", file=sys.stderr)
    if not wrong:
        print("The room is gone: the person stands before the new background.")
    return 1 if wrong else 0


def write(path: Path, picture: NDArray[numpy.uint8]) -> None:
    """Write a picture, uint8 [H, W, 3], BGR; OSError if that fails."""
    if not cv2.imwrite(str(path), picture):
        raise OSError(f"{path} cannot be written")


def status(obs: PrivateObs) -> Answer:
    """Return the status of the demo's filter; empty while there is none."""
    return next(iter(obs.vendor("get_status").get("filters", [])), {})


def wait_until_running(obs: PrivateObs) -> None:
    """Wait until the filter shows the person; ObsError with the filter's status if it never does."""
    answer: Answer = {}

    def running() -> bool:
        answer.update(status(obs))
        return answer.get("state") == "running"

    try:
        wait_for(running, "the filter shows the person", seconds=60, pause=0.2)
    except TimeoutError:
        text = answer.get("text") or f"there is no filter; OBS' log is {obs.log_file}"
        raise ObsError(f"The filter does not show the person: {text}") from None
    except Exception as error:
        # obs-websocket knows no "obs_bgremove" when the script did not load.
        raise ObsError(f"The script did not load in OBS ({error}): its log is {obs.log_file}.") from error


def take_pictures(obs: PrivateObs) -> tuple[NDArray[numpy.uint8], NDArray[numpy.uint8]]:
    """Return the same frame without and with the filter, each uint8 [H, W, 3], BGR."""
    obs.ws.trigger_media_input_action(SOURCE, "OBS_WEBSOCKET_MEDIA_INPUT_ACTION_PAUSE")
    time.sleep(1)  # the picture that the filter shows is a few frames behind
    after = obs.screenshot(SCENE)[..., :3]
    obs.ws.set_source_filter_enabled(SOURCE, FILTER, False)
    time.sleep(0.5)
    before = obs.screenshot(SCENE)[..., :3]
    obs.ws.set_source_filter_enabled(SOURCE, FILTER, True)
    obs.ws.trigger_media_input_action(SOURCE, "OBS_WEBSOCKET_MEDIA_INPUT_ACTION_PLAY")
    return before, after


if __name__ == "__main__":
    sys.exit(main())
