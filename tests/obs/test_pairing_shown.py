# SPDX-License-Identifier: GPL-2.0-or-later
"""What the viewer sees: every picture cut with its own alpha, at a constant delay that the status tells."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from obs_bgremove.private_obs import collection
from tests.obs import numbered
from tests.obs.stage import BLUE, SCRIPT, filtered, open_obs, status, wait_until_running

SETTINGS = {"background": "color", "background_color": BLUE, "model": "green"}


def side_by_side(clip, settings):
    """Return a collection that shows a clip as it is (left) and, of the same moment, filtered (right)."""
    player = collection.clip("Clip", clip)
    inner = collection.scene("Inner", ["Clip"], [filtered(settings)])
    outer = collection.scene("Scene", ["Clip", collection.item("Inner", (numbered.WIDTH, 0))])
    return collection.collection(
        "Test", [player], [outer, inner], scripts=[collection.script(SCRIPT)], current="Scene"
    )


def recorded(obs, seconds):
    """Return (number at the left, number at the right, the right half) of each recorded frame."""
    found = []
    for picture in obs.frames(obs.record(seconds)):
        left, right = picture[:, : numbered.WIDTH], picture[:, numbered.WIDTH :]
        found.append((numbered.read_number(left), numbered.read_number(right), right))
    return found


def delays_in_obs_frames(frames):
    """Return for each frame that OBS made how many such frames ago its right half was at the left.

    When OBS is late, it writes a frame twice and the clip goes on: neither counts.
    """
    made = [(left, number) for (left, number), _same in itertools.groupby(frames, key=lambda one: one[:2])]
    lefts = [left for left, _number in made]
    found = []
    for index, (_left, number) in enumerate(made):
        back = lefts[index::-1][:30]
        if number in back:
            found.append(back.index(number))
    return found


@pytest.fixture
def play(tmp_path, data_home, numbered_clip):
    """Return a function that plays the numbered clip in OBS with settings and returns (frames, status)."""

    def played(seconds=6.0, **settings):
        things = side_by_side(numbered_clip, {**SETTINGS, **settings})
        size = (2 * numbered.WIDTH, numbered.HEIGHT)
        with open_obs(tmp_path / "obs", data_home, things, size=size) as obs:
            wait_until_running(obs)
            frames = recorded(obs, seconds)
            told = status(obs)
            report = obs.stop()
        assert report.code == 0
        return frames, told

    return played


def test_every_shown_frame_is_cut_with_its_own_alpha(play):
    frames, told = play()
    assert len(frames) > 100
    wrong = [numbered.mistakes(right, number) for _left, number, right in frames]
    assert wrong == [0] * len(frames)
    delays = Counter(delays_in_obs_frames(frames))
    usual, times = delays.most_common(1)[0]
    print(f"delay in OBS frames: {dict(delays)}; the status says {told['delay_frames']}")
    assert usual <= 2
    assert usual == told["delay_frames"]
    # On a machine that is busy with other things a frame may be late or come twice now and then.
    assert times > 0.8 * delays.total()


def test_a_slow_model_is_paired_too(play):
    frames, told = play(model="green-slow")
    wrong = [numbered.mistakes(right, number) for _left, number, right in frames]
    assert wrong == [0] * len(frames)
    shown = {number for _left, number, _right in frames}
    assert len(shown) > 10
    print(f"{len(shown)} different frames of {len(frames)} shown; status: {told['text']}")


def test_lowest_latency_shows_the_picture_at_once(play):
    frames, told = play(sync="lowest_latency")
    # The picture is the newest and its alpha some frames old (two, on an idle machine), so a mark is seen if
    # both numbers have it. Were the picture two frames late too, that would be so of every other frame.
    ages = range(1, 13)
    at_once = sum(any(number == left & (left - age) for age in ages) for left, number, _right in frames)
    assert told["delay_frames"] == 0
    assert at_once > 0.8 * len(frames)
