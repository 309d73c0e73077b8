# SPDX-License-Identifier: GPL-2.0-or-later
"""Names with letters beyond ASCII, in an OBS whose system says that there are no such letters."""

import sys

import cv2
import numpy
import pytest

from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs import networks, stage
from tests.obs.screenshots import settled
from tests.obs.stage import filtered, make_home, one_scene, open_obs, wait_until_running

LOCALES = {
    "C": {"LANG": "C", "LC_ALL": "C"},
    "not generated": {"LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8"},
    "none": {"LANG": None, "LC_ALL": None},
}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are text in any locale")
@pytest.mark.parametrize("locale", LOCALES.values(), ids=LOCALES)
def test_all_works_whatever_the_letters(tmp_path, locale):
    folder = tmp_path / "b\u00f6se \u573a\u666f"
    green = networks.write_green_is_person(folder / "gr\u00fcn")
    home = make_home(folder / "h\u00f6me", {"gr\u00fcn": green})
    picture = numpy.zeros((180, 320, 3), numpy.uint8)
    picture[45:135, 80:240, 1] = 255
    background = numpy.zeros((180, 320, 3), numpy.uint8)
    background[..., 2] = 255
    (folder / "obs").mkdir()
    for name, content in (("person", picture), ("bild \u00e4", background)):
        (folder / f"{name}.png").write_bytes(cv2.imencode(".png", content)[1].tobytes())
    settings = {
        "model": "gr\u00fcn",
        "background": "image",
        "background_path": str(folder / "bild \u00e4.png"),
    }
    source = collection.image("B\u00f6se", folder / "person.png", [filtered(settings)])
    with open_obs(folder / "obs", home, one_scene(source), size=(320, 180), environment=locale) as obs:
        (status,) = wait_until_running(obs)
        assert (status["source"], status["model"], status["problem"]) == ("B\u00f6se", "gr\u00fcn", "")
        shown = settled(obs, "Scene")
        assert shown[90, 160, 1] > 200 and shown[90, 160, 2] < 60, "the person"
        assert shown[10, 10, 2] > 200 and shown[10, 10, 1] < 60, "the background"
        assert "Traceback" not in obs.log()
        # What is wrong is said in the same letters.
        gone = {"background_path": str(folder / "g\u00f6ne.png")}
        obs.ws.set_source_filter_settings("B\u00f6se", "Background Removal", gone, True)
        problem = wait_for(lambda: stage.status(obs)["problem"], "the problem")
        assert str(folder / "g\u00f6ne.png") in problem
        assert "Traceback" not in obs.log()
