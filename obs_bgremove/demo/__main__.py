# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo: ``python -m obs_bgremove.demo --into DIR``, run by ``install.py --demo``.

A private OBS plays a clip of a person in a room through the filter; ``before.png`` and ``after.png`` show
the same frame without and with it.
"""

from __future__ import annotations

import argparse
import functools
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy

from .. import console, home, translate
from ..private_obs import collection, profile
from ..private_obs.instance import PrivateObs
from ..private_obs.wait import ObsError, wait_for
from ..private_obs.xvfb import DisplayError
from ..translate import tr
from ..users_obs.users_settings import users_python
from . import backdrop, person, png, verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..private_obs.collection import Entry
    from ..private_obs.conversation import Answer

#: A picture stands still if it is the same (of 255, in the mean) so many frames and the filter's delay later.
_SAME, _STILL_FRAMES = 0.3, 8
#: How often that is looked at before it is given up.
_LOOKS = 40
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
        _complain(str(error))
    except OSError as error:
        _complain(tr("The demo could not be written ({error}): make that place writable.", error=error))
    return 1


def _complain(sentence: str) -> None:
    console.complain(tr("Error: {sentence}", sentence=sentence))


def scenes(clip: Path, background: Path) -> Entry:
    """Return the scene collection: the clip with the filter on it."""
    settings = {"background": "image", "background_path": str(background)}
    camera = collection.clip(SOURCE, clip, [collection.effect("obs_bgremove", FILTER, settings)])
    shown = collection.item(SOURCE, fit=(person.WIDTH, person.HEIGHT))
    script = collection.script(home.PROJECT / "obs_bgremove" / "obs_script.py")
    return collection.collection("Demo", [camera], [collection.scene(SCENE, [shown])], scripts=[script])


def run(into: Path, leave_open: bool) -> int:
    """Make the clip, start OBS, take both pictures and judge them; see :func:`main`."""
    # Before the folder of the pictures, which may be the same one.
    folder = _folder()
    into.mkdir(parents=True, exist_ok=True)
    for name in ("before.png", "after.png"):
        # Old pictures must not pass for new ones.
        (into / name).unlink(missing_ok=True)
    picture = person.portrait()
    clip = person.write_clip(picture, folder / "camera.avi")
    background = backdrop.write(folder / "evening.png")
    shutil.rmtree(folder / "obs", ignore_errors=True)
    console.say(tr("Starting an OBS of its own (yours is not touched)."))
    with PrivateObs(
        folder / "obs",
        scenes(clip, background),
        size=(person.WIDTH, person.HEIGHT),
        fps=person.FPS,
        environment={home.VARIABLE: str(home.directory())},
        language=translate.locale().partition(".")[0].replace("_", "-") or "en-US",
        show=leave_open,
        preview=leave_open,
    ) as obs:
        wait_until_running(obs)
        # Into the clip, and enough alphas for a rate.
        wait_for_frames(obs, 2 * person.FPS)
        console.say(status(obs)["text"])
        before, after = take_pictures(obs)
        for name, shown in (("before", before), ("after", after)):
            path = into / f"{name}.png"
            png.write(path, shown)
            console.say(f"{name}: {path.resolve()}")
        wrong = verdict.problems(picture, backdrop.evening(), before, after)
        if leave_open and not wrong:
            console.say(tr("OBS stays open with the demo scene: close it when you have seen enough."))
            obs.wait()
        elif obs.running:
            code = obs.stop().code
            if code:
                wrong.append(tr("OBS ended with code {code}: its log is {log}.", code=code, log=obs.log_file))
    for sentence in wrong:
        _complain(sentence)
    if not wrong:
        console.say(tr("The room is gone: the person stands before the new background."))
    return 1 if wrong else 0


def _folder() -> Path:
    """Return the folder of the demo's files; ObsError if it cannot be had, or if OBS could load no script."""
    if sys.platform in profile.NAMES_PYTHON and not users_python():
        raise ObsError(
            tr(
                "The demo's OBS needs the Python that your OBS uses, and none is set there: set it in OBS, "
                "Tools > Scripts > Python Settings, close OBS and run this again."
            )
        )
    folder = home.directory() / "demo"
    if not home.make_own(folder):
        raise ObsError(
            tr(
                "{folder} is in the way, and not of an earlier demo: move it away and run this again.",
                folder=folder,
            )
        )
    return folder


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
        raise ObsError(
            tr("The filter does not show the person: {text}", text=answer["text"])
            if answer.get("text")
            else tr("There is no filter in OBS: its log is {log}.", log=obs.log_file)
        ) from None
    except Exception as error:
        # obs-websocket knows no "obs_bgremove" when the script did not load.
        raise ObsError(
            tr("The script did not load in OBS ({error}): its log is {log}.", error=error, log=obs.log_file)
        ) from error


def take_pictures(obs: PrivateObs) -> tuple[NDArray[numpy.uint8], NDArray[numpy.uint8]]:
    """Return the same frame without and with the filter, each uint8 [H, W, 3], BGR."""
    obs.ws.trigger_media_input_action(SOURCE, "OBS_WEBSOCKET_MEDIA_INPUT_ACTION_PAUSE")
    after = still_picture(obs)
    obs.ws.set_source_filter_enabled(SOURCE, FILTER, False)
    before = still_picture(obs)
    obs.ws.set_source_filter_enabled(SOURCE, FILTER, True)
    obs.ws.trigger_media_input_action(SOURCE, "OBS_WEBSOCKET_MEDIA_INPUT_ACTION_PLAY")
    return before, after


def wait_for_frames(obs: PrivateObs, count: int) -> None:
    """Wait until OBS has drawn more frames, however long that takes; ObsError if it draws none."""
    begun = frames_drawn(obs)
    for number in range(1, count + 1):
        try:
            wait_for(functools.partial(_has_drawn, obs, begun + number), "the next frame", seconds=60)
        except TimeoutError:
            raise ObsError(tr("OBS draws no frames any more: its log is {log}.", log=obs.log_file)) from None


def _has_drawn(obs: PrivateObs, count: int) -> bool:
    return frames_drawn(obs) >= count


def frames_drawn(obs: PrivateObs) -> int:
    """Return how many frames OBS has drawn so far."""
    return int(obs.ws.get_stats().render_total_frames)


def still_picture(obs: PrivateObs) -> NDArray[numpy.uint8]:
    """Return what the scene shows, uint8 [H, W, 3], BGR, as soon as it stands still: the clip is paused, and
    the filter's picture is some frames behind. ObsError if it never does.
    """
    delay = int(status(obs).get("delay_frames", 0))
    shown = obs.screenshot(SCENE)[..., :3]
    for _ in range(_LOOKS):
        wait_for_frames(obs, delay + _STILL_FRAMES)
        before, shown = shown, obs.screenshot(SCENE)[..., :3]
        if numpy.abs(shown.astype(int) - before).mean() < _SAME:
            return shown
    raise ObsError(tr("The picture does not stand still, although the clip is paused."))


if __name__ == "__main__":
    sys.exit(main())
