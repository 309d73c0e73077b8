# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens to OBS in the soak, one step after the other, chosen by a seeded generator."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import obsws_python

from obs_bgremove.filter.options.settings import described
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.fuzz.settings import VALUES
from tests.obs.stage import BLUE, SCRIPT, filtered, statuses

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from obs_bgremove.private_obs.collection import Entry
    from obs_bgremove.private_obs.instance import PrivateObs

FILTER = "Background Removal"
#: A script that counts what is allocated in OBS.
MEMORY = Path(__file__).with_name("memory_script.py")
BASE = {"background": "color", "background_color": BLUE, "model": "green"}
WHITE = {"background_color": 0xFFFFFFFF}
#: OBS' canvas in pixels. Small: all its frames are looked at, on a machine that may have other things to do.
#: In twice the size an edge that is 3 pixels soft would reach as far as ``numbered.room_visible`` allows.
SIZE = 320, 180
#: The scenes, and the sources of WATCHED that each shows.
SCENES = {"Scene": ("First", "Second"), "Other": ("Second",), "Empty": ()}
#: Sources whose room must never be seen, and one for settings that may show it, in a room of another colour.
WATCHED, WILD = ("First", "Second"), "Wild"
MODELS = ("green", "green-soft", "green-slow")
#: Settings that leave the room hidden, and sure to be found by its colour.
HARMLESS: dict[str, tuple] = {
    "edge_softness": (0.0, 1.5, 3.0),
    "edge_shift": (-3.0, -1.0, 0.0),
    "refinement": (True, False),
    "color_cleaning": (True, False),
    "crop_to_people": (True, False),
    "background_fit": ("cover", "contain", "stretch"),
    "device": ("auto", "cpu", "no-such-device"),
    "room_guard": (True, False),
}


def scenes(clip: Path, picture: Path) -> Entry:
    """Return the collection: two filtered clips and a filtered picture in the scenes of SCENES."""
    sources = [collection.clip(name, clip, [filtered(BASE)]) for name in WATCHED]
    sources.append(collection.image(WILD, picture, [filtered(BASE)]))
    sources.append(collection.color("Back", (0, 60, 120), (320, 180)))
    places = {
        "Scene": [
            collection.item("First", fit=(160, 150)),
            collection.item("Second", (160, 0), fit=(160, 150)),
            collection.item(WILD, (0, 150), fit=(80, 30)),
        ],
        "Other": [collection.item("Second", fit=SIZE)],
        "Empty": ["Back"],  # OBS forgets a source that is in no scene
    }
    made = [collection.scene(name, places[name]) for name in SCENES]
    scripts = [collection.script(SCRIPT), collection.script(MEMORY)]
    return collection.collection("Soak", sources, made, scripts=scripts)


class Steps:
    """The steps. Each is a method; it leaves a scene with a filter on, and all sources of it shown."""

    def __init__(self, obs: PrivateObs, chance: random.Random, picture: Path, clips: list[Path]) -> None:
        """``picture``: a background; ``clips``: the same room in several sizes."""
        self._obs = obs
        self._chance = chance
        self._clips = [str(clip) for clip in clips]
        self._scene = "Scene"
        #: The name of the source that may be the background.
        self._back = "Back"
        self._backgrounds: list[dict[str, object]] = [
            {"background": "color", "background_color": BLUE},
            {"background": "preset", "background_preset": "aurora"},
            {"background": "image", "background_path": str(picture)},
            {"background": "transparent"},
        ]
        #: How often each is chosen: the worker is to live for some minutes.
        self._weights: dict[Callable[[], int | None], int] = {
            self.switch_scene: 4,
            self.model: 4,
            self.background: 4,
            self.settings: 4,
            self.wild_settings: 4,
            self.hide_and_show: 4,
            self.resize: 4,
            self.filter_off_and_on: 4,
            self.filter_removed_and_added: 2,
            self.other_filter: 2,
            self.rename: 2,
            self.guest: 2,
            self.suspend_worker: 2,
            self.kill_worker: 1,
        }

    def one(self) -> tuple[str, int]:
        """Do one of them; return its name, and the process id of the worker that it ended, or 0."""
        (step,) = self._chance.choices(list(self._weights), list(self._weights.values()))
        return step.__name__.replace("_", " "), step() or 0

    @property
    def seen(self) -> tuple[str, ...]:
        """The watched sources that the scene shows."""
        return SCENES[self._scene]

    # The steps

    def switch_scene(self) -> None:
        """Show another scene for a moment, then one with a filter."""
        for name in (self._chance.choice(list(SCENES)), self._chance.choice(["Scene", "Other"])):
            self._show(name)

    def model(self) -> None:
        """Choose another model."""
        self._set(self._chance.choice(WATCHED), {"model": self._chance.choice(MODELS)})

    def background(self) -> None:
        """Choose another background."""
        source: dict[str, object] = {"background": "source", "background_source": self._back}
        self._set(self._chance.choice(WATCHED), self._chance.choice([*self._backgrounds, source]))

    def settings(self) -> None:
        """Change a setting or two."""
        for key in self._chance.sample(list(HARMLESS), 2):
            self._set(self._chance.choice(WATCHED), {key: self._chance.choice(HARMLESS[key])})

    def wild_settings(self) -> None:
        """Give settings values of every type."""
        names = [one.name for one in described()]
        self._set(WILD, {key: self._chance.choice(VALUES) for key in self._chance.sample(names, 4)})

    def hide_and_show(self) -> None:
        """Switch the eye of a source off and on."""
        self._show("Scene")
        item = self._obs.ws.get_scene_item_id("Scene", "First").scene_item_id
        for shown in (False, True):
            self._obs.ws.set_scene_item_enabled("Scene", item, shown)
            self._moment()

    def resize(self) -> None:
        """Give a source a picture of another size."""
        clip = self._chance.choice(self._clips)
        self._obs.ws.set_input_settings(self._chance.choice(WATCHED), {"local_file": clip}, True)

    def filter_off_and_on(self) -> None:
        """Switch a filter off and on while its source is not shown: it would show the room."""
        self._show("Empty")
        for enabled in (False, True):
            self._obs.ws.set_source_filter_enabled("First", FILTER, enabled)
            self._moment()
        self._show("Scene")

    def filter_removed_and_added(self) -> None:
        """Take the filter off the wild source, and add one."""
        self._obs.ws.remove_source_filter(WILD, FILTER)
        self._moment()
        self._obs.ws.create_source_filter(WILD, FILTER, "obs_bgremove", BASE)

    def other_filter(self) -> None:
        """Put a filter of OBS somewhere among those of a watched source for a moment."""
        source = self._chance.choice(WATCHED)
        kind, settings = self._chance.choice(
            [("crop_filter", {"left": 20, "top": 10}), ("gpu_delay", {"delay_ms": 100}), ("scale_filter", {})]
        )
        self._obs.ws.create_source_filter(source, "Other filter", kind, settings)
        among = len(self._obs.ws.get_source_filter_list(source).filters)
        for _ in range(2):
            self._obs.ws.set_source_filter_index(source, "Other filter", self._chance.randrange(among))
            self._moment()
        self._obs.ws.remove_source_filter(source, "Other filter")

    def rename(self) -> None:
        """Give the source that may be the background another name, which the filters' settings follow."""
        before, self._back = self._back, "Back" if self._back != "Back" else "Back again"
        self._obs.ws.set_input_name(before, self._back)
        for watched in WATCHED:
            named = self._obs.ws.get_source_filter(watched, FILTER).filter_settings.get("background_source")
            assert named in (None, self._back), named

    def guest(self) -> None:
        """Add a source with a filter for a moment, and one of sound alone, which takes none."""
        for kind, settings in (
            ("color_source_v3", {"color": 0xFF00FF00, "width": 200, "height": 100}),
            ("pulse_input_capture", {}),
        ):
            # Sound takes no such filter, and not every system has this kind of it.
            with contextlib.suppress(obsws_python.error.OBSSDKRequestError):
                self._obs.ws.create_input(self._scene, "Guest", kind, settings, True)
                # White, as the people are: at its border the edges of those behind it are told from the room.
                self._obs.ws.create_source_filter("Guest", FILTER, "obs_bgremove", BASE | WHITE)
            self._moment()
            # It was not made, or is gone: OBS lists a source that is removed for as long as anybody holds it.
            with contextlib.suppress(obsws_python.error.OBSSDKRequestError):
                self._obs.ws.remove_input("Guest")

    def suspend_worker(self) -> None:
        """Let the worker stand still for two seconds."""
        worker = self._worker()
        os.kill(worker, signal.SIGSTOP)
        time.sleep(2.0)  # the standstill itself is what is tried
        os.kill(worker, signal.SIGCONT)

    def kill_worker(self) -> int:
        """End the worker process as a crash would; return its process id."""
        worker = self._worker()
        os.kill(worker, signal.SIGKILL)
        return worker

    def _worker(self) -> int:
        def there() -> int:
            return max(int(one["worker_pid"]) for one in statuses(self._obs))

        return wait_for(there, "there is a worker", 60)

    def _show(self, scene: str) -> None:
        if scene != self._scene:
            self._obs.ws.set_current_program_scene(scene)
            self._scene = scene
        self._moment()

    def _set(self, source: str, settings: dict[str, object]) -> None:
        self._obs.ws.set_source_filter_settings(source, FILTER, settings, True)

    def _moment(self) -> None:
        time.sleep(self._chance.uniform(0.05, 0.5))  # people take their time
