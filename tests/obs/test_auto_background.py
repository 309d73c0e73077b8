# SPDX-License-Identifier: GPL-2.0-or-later
"""The background Auto in a real OBS: suggested, accepted, followed, kept, faded; and nothing of the room."""

from __future__ import annotations

import itertools

import cv2
import numpy
import pytest

from obs_bgremove.private_obs.wait import wait_for
from tests.obs.screenshots import near, settled
from tests.obs.stage import exchange, filtered_picture, make_home, status, wait_until_running
from tests.unit.clothes import write_network

FILTER = "Background Removal"
CARD = """[outfit]
classes = ["beachwear", "workwear", "other"]
least = {beachwear = 0.3, workwear = 0.3}
"""
#: The person is green; what is worn, by the network for tests: blue is for the beach, red for work.
BEACH, WORK, OTHER = (120, 255, 0), (0, 255, 120), (0, 255, 0)
#: Of no preset: magenta.
ROOM = (255, 0, 255)
#: The user's own picture for work.
OWN = (30, 60, 200)


def scene(clothes):
    picture = numpy.full((180, 320, 3), ROOM, numpy.uint8)
    picture[40:180, 110:210] = clothes
    return picture


@pytest.fixture
def home(tmp_path, model_folders):
    """Return a data directory with a network that looks at clothes; it looks as often as it may."""
    made = make_home(tmp_path / "home", {"green": model_folders["green"]})
    write_network(made / "models" / "outfit", CARD)
    return made


@pytest.fixture
def obs(tmp_path, home):
    with filtered_picture(tmp_path, home, "green", scene(BEACH)) as opened:
        wait_until_running(opened)
        yield opened


def choose(obs, **settings):
    obs.ws.set_source_filter_settings("Picture", FILTER, settings, True)


def said(obs, words):
    return wait_for(lambda: words in said_now(obs) and said_now(obs), words, 120)


def said_now(obs):
    found = status(obs)
    return f"{found['problem']} {found['outfit']}"


def setting(obs, key):
    return obs.ws.get_source_filter("Picture", FILTER).filter_settings.get(key, "")


def background(obs, until=lambda picture: True):
    """Return a screenshot once it stands still, and nothing of the room is in it."""
    shown = settled(obs, "Picture", until)
    room = numpy.abs(shown[..., :3] - ROOM).max(-1) < 60
    assert not room.any()
    return shown


def test_suggested_accepted_followed_and_kept(tmp_path, obs):
    choose(obs, background="auto")
    preset = background(obs)
    said(obs, "You seem to wear beachwear; Beach would suit")
    assert numpy.abs(background(obs) - preset)[:30].max() <= 1  # only suggested
    obs.ws.trigger_hot_key_by_name("obs_bgremove.suiting_background")
    said(obs, "You seem to wear beachwear; Beach is shown")
    beach = background(obs, lambda shown: numpy.abs(shown - preset).mean() > 20)
    assert near(beach[170, 10], beach[170, 300][:3], 40) and beach[170, 10][2] > beach[170, 10][0]  # sand

    own = tmp_path / "mine" / "My Office"
    own.mkdir(parents=True)
    cv2.imwrite(str(own / "desk.png"), numpy.full((180, 320, 3), OWN, numpy.uint8))
    choose(obs, outfit_change="follow", outfit_folder=str(own.parent))
    exchange(obs, tmp_path, scene(WORK))
    said(obs, "You seem to wear workwear; Office is shown")
    background(obs, lambda shown: near(shown[20, 20], OWN))

    exchange(obs, tmp_path, scene(OTHER))
    said(obs, "You seem to wear something else; Office is shown")
    background(obs, lambda shown: near(shown[20, 20], OWN))

    obs.ws.trigger_hot_key_by_name("obs_bgremove.keep_background")
    said(obs, "Office is shown and kept.")
    assert setting(obs, "outfit_change") == "keep" and setting(obs, "outfit_shown") == "workwear"
    assert obs.stop().leaks == 0


def test_one_background_is_faded_into_the_next(tmp_path, obs):
    """On a recording the way from one to the other has steps between, and none of them is the room."""
    pictures = tmp_path / "mine"
    pictures.mkdir()
    for name, shade in (("beach", 20), ("office", 220)):
        cv2.imwrite(str(pictures / f"{name}.png"), numpy.full((180, 320, 3), shade, numpy.uint8))
    choose(
        obs, background="auto", outfit_folder=str(pictures), outfit_shown="beachwear", outfit_change="keep"
    )
    background(obs, lambda shown: near(shown[20, 20], (20, 20, 20)))
    obs.start_record()
    choose(obs, outfit_shown="workwear")
    background(obs, lambda shown: near(shown[20, 20], (220, 220, 220)))
    shades = []
    for frame in obs.frames(obs.stop_record()):
        assert (numpy.abs(frame.astype(int) - ROOM).max(-1) >= 60).all()
        shades.append(float(frame[20, 20].mean()))
    assert shades[0] < 40 and shades[-1] > 200
    assert any(60 < shade < 180 for shade in shades), shades
    assert all(later - earlier > -8 for earlier, later in itertools.pairwise(shades))


def test_without_the_network_the_reason_is_said(tmp_path, home, obs):
    (home / "models" / "outfit" / "card.toml").write_text("[outfit]\n")
    choose(obs, background="auto")
    said(obs, "card.toml cannot be used")
    background(obs)
