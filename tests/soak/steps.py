# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens to OBS in the soak, one step after the other, chosen by a seeded generator."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from obs_bgremove.private_obs.wait import wait_for
from tests.obs.stage import BLUE, statuses

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from obs_bgremove.private_obs.instance import PrivateObs

FILTER = "Background Removal"
SCENES = ("Scene", "Other", "Empty")
SOURCES = ("First", "Second")
MODELS = ("green", "green-soft", "green-slow")


class Steps:
    """The steps. Each is a method; after it the soak waits until the filters that are seen run again."""

    def __init__(self, obs: PrivateObs, chance: random.Random, picture: Path, clips: list[Path]) -> None:
        """``picture``: a background; ``clips``: the same room in several sizes."""
        self._obs = obs
        self._chance = chance
        self._clips = [str(clip) for clip in clips]
        self._backgrounds = [
            {"background": "color", "background_color": BLUE},
            {"background": "preset", "background_preset": "aurora"},
            {"background": "image", "background_path": str(picture)},
            {"background": "source", "background_source": "Back"},
            {"background": "transparent"},
        ]
        self.all = {
            "switch scene": self.switch_scene,
            "model": self.model,
            "background": self.background,
            "hide and show": self.hide_and_show,
            "resize": self.resize,
            "filter off and on": self.filter_off_and_on,
            "kill worker": self.kill_worker,
            "suspend worker": self.suspend_worker,
        }

    def one(self) -> str:
        """Do one of them and return its name."""
        name = self._chance.choice(list(self.all))
        self.all[name]()
        return name

    def switch_scene(self) -> None:
        """Show another scene for a moment, then one with a filter."""
        for name in (self._chance.choice(SCENES), self._chance.choice(SCENES[:2])):
            self._obs.ws.set_current_program_scene(name)
            self._moment()

    def model(self) -> None:
        """Choose another model."""
        self._set(self._chance.choice(SOURCES), {"model": self._chance.choice(MODELS)})

    def background(self) -> None:
        """Choose another background."""
        self._set(self._chance.choice(SOURCES), self._chance.choice(self._backgrounds))

    def hide_and_show(self) -> None:
        """Switch the eye of a source off and on."""
        item = self._obs.ws.get_scene_item_id("Scene", SOURCES[0]).scene_item_id
        for shown in (False, True):
            self._obs.ws.set_scene_item_enabled("Scene", item, shown)
            self._moment()

    def resize(self) -> None:
        """Give a source a picture of another size."""
        clip = self._chance.choice(self._clips)
        self._obs.ws.set_input_settings(self._chance.choice(SOURCES), {"local_file": clip}, True)

    def filter_off_and_on(self) -> None:
        """Switch a filter off and on while its source is not shown: it would show the room."""
        self._obs.ws.set_current_program_scene("Empty")
        for enabled in (False, True):
            self._obs.ws.set_source_filter_enabled(SOURCES[0], FILTER, enabled)
            self._moment()
        self._obs.ws.set_current_program_scene("Scene")

    def kill_worker(self) -> None:
        """End the worker process as a crash would."""
        before = self._worker()
        if before:
            os.kill(before, signal.SIGKILL)
            wait_for(lambda: self._worker() not in (0, before), "another worker", 60)

    def suspend_worker(self) -> None:
        """Let the worker stand still for two seconds."""
        worker = self._worker()
        if worker:
            os.kill(worker, signal.SIGSTOP)
            time.sleep(2.0)  # the standstill itself is what is tried
            os.kill(worker, signal.SIGCONT)

    def _worker(self) -> int:
        return next((int(one["worker_pid"]) for one in statuses(self._obs)), 0)

    def _set(self, source: str, settings: dict[str, object]) -> None:
        self._obs.ws.set_source_filter_settings(source, FILTER, settings, True)

    def _moment(self) -> None:
        time.sleep(self._chance.uniform(0.05, 0.5))  # people take their time
