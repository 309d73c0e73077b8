# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo's two pictures show the same frame, also on a machine that draws few frames a second."""

import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy
import pytest

from obs_bgremove.demo import __main__ as demo
from obs_bgremove.demo import backdrop, png
from obs_bgremove.private_obs.wait import ObsError


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere names of files are Unicode")
def test_pictures_are_written_into_any_folder(tmp_path):
    """On Windows OpenCV opens no file by itself in the folder of a user called Jürgen."""
    folder = tmp_path / os.fsdecode(b"J\xfcrgen")
    folder.mkdir()
    shown = numpy.full((4, 4, 3), 9, numpy.uint8)
    png.write(folder / "after.png", shown)
    for path in (folder / "after.png", backdrop.write(folder / "evening.png")):
        assert path.read_bytes().startswith(b"\x89PNG")


class SlowObs:
    """Draws some frames a second. Its clip stands still some frames after it was paused."""

    log_file = Path("log.txt")

    def __init__(self, frames_per_second, frames_to_stop):
        self._began = time.monotonic()
        self._rate, self._to_stop = frames_per_second, frames_to_stop
        self._paused_at = None
        self.ws = SimpleNamespace(
            get_stats=lambda: SimpleNamespace(render_total_frames=self._drawn()),
            trigger_media_input_action=self._act,
            set_source_filter_enabled=lambda *_: None,
        )

    def _drawn(self):
        return int((time.monotonic() - self._began) * self._rate)

    def _act(self, _source, action):
        if action.endswith("PAUSE"):
            self._paused_at = self._drawn()

    def vendor(self, _request):
        return {"filters": [{"delay_frames": 3}]}

    def screenshot(self, _scene):
        shown = self._drawn()
        if self._paused_at is not None:
            shown = min(shown, self._paused_at + self._to_stop)
        return numpy.full((4, 4, 4), shown % 256, numpy.uint8)


def test_both_pictures_are_of_one_frame_however_slow_the_machine_is():
    before, after = demo.take_pictures(SlowObs(frames_per_second=15, frames_to_stop=40))
    assert (before == after).all()


def test_a_picture_that_never_stands_still_is_a_sentence(monkeypatch):
    monkeypatch.setattr(demo, "_LOOKS", 2)
    with pytest.raises(ObsError, match="does not stand still"):
        demo.still_picture(SlowObs(frames_per_second=1000, frames_to_stop=0))


def test_an_obs_that_draws_nothing_is_a_sentence(monkeypatch):
    def never(condition, what, seconds):
        raise TimeoutError(what)

    monkeypatch.setattr(demo, "wait_for", never)
    with pytest.raises(ObsError, match="draws no frames"):
        demo.wait_for_frames(SlowObs(frames_per_second=0, frames_to_stop=0), 1)
