# SPDX-License-Identifier: GPL-2.0-or-later
"""The default model on real people in OBS: one amid the picture, two, nobody, one who comes in."""

from __future__ import annotations

import cv2
import numpy
import pytest

from obs_bgremove import home as installed
from obs_bgremove.demo import person
from obs_bgremove.private_obs import collection
from tests.obs import people
from tests.obs.screenshots import settled
from tests.obs.stage import exchange, filtered, make_home, one_scene, open_obs, status, wait_until_running

#: (x of the middle, y of the top, height in pixels of 640x360) of each person.
PLACES = {
    "amid the picture, touching no border": [(320, 70, 220)],
    "at a desk": [(320, 60, 380)],
    "small": [(330, 170, 180)],
    "two": [(190, 90, 300), (450, 80, 300)],
    "coming in from the left": [(20, 60, 340)],
}
#: Most of the alpha that may be left where nobody is, as a mean over the picture.
NOBODY = 0.02


@pytest.fixture(scope="module")
def portrait():
    """Return the portrait."""
    return person.portrait()


@pytest.fixture(scope="module")
def obs(tmp_path_factory, portrait):
    """Return an OBS with the filter, all but the background as by default, on an exchangeable picture."""
    folder = tmp_path_factory.mktemp("people")
    cards = (installed.directory() / "models").glob("*/card.toml")
    models = {card.parent.name: card.parent for card in cards}
    cv2.imwrite(str(folder / "first.png"), people.composite(portrait, PLACES["at a desk"])[0])
    picture = collection.image("Picture", folder / "first.png", [filtered({"background": "transparent"})])
    with open_obs(folder / "obs", make_home(folder / "home", models), one_scene(picture)) as opened:
        wait_until_running(opened)
        yield opened


def shown(obs, folder, picture, somebody):
    """Return the alpha shown of a picture with ``somebody`` in it or not: float [HEIGHT, WIDTH], 0..1."""
    exchange(obs, folder, picture)

    def fresh(screenshot):
        # The picture before this one may still be shown; a person's colours tell. Tests therefore show
        # nobody before somebody, and somebody before nobody.
        opaque = screenshot[..., 3] > 250
        differing = numpy.abs(screenshot[..., :3] - picture)[opaque]
        expected = (differing.size and differing.mean() < 6) if somebody else opaque.mean() < 0.001
        return expected and status(obs)["state"] == "running"

    return settled(obs, "Picture", fresh, seconds=30)[..., 3] / 255


@pytest.mark.parametrize("place", PLACES)
def test_people_are_where_they_are(obs, tmp_path, portrait, place):
    shown(obs, tmp_path, people.room(), False)
    picture, truth = people.composite(portrait, PLACES[place])
    alpha = shown(obs, tmp_path, picture, True)
    cv2.imwrite(str(tmp_path / "shown.png"), alpha * 255)
    there, said = truth > 0.5, alpha > 0.5
    print(f"{place}: IoU {(there & said).sum() / (there | said).sum():.3f}, "
          f"{len(numpy.unique((alpha * 255).astype(int)))} levels")  # fmt: skip
    assert (there & said).sum() > 0.9 * (there | said).sum()
    far = cv2.dilate(truth, numpy.ones((61, 61))) < 0.01
    assert alpha[far].mean() < NOBODY
    # The edge is soft: many levels, not a mask.
    assert len(numpy.unique((alpha * 255).astype(int))) > 100


def test_nobody_is_nobody(obs, tmp_path, portrait):
    shown(obs, tmp_path, people.composite(portrait, PLACES["at a desk"])[0], True)
    alpha = shown(obs, tmp_path, people.room(), False)
    assert alpha.mean() < NOBODY
