# SPDX-License-Identifier: GPL-2.0-or-later
"""The page speaks OBS' language, and the log stays English."""

from __future__ import annotations

import re

from obs_bgremove import home as installed
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.stage import SCRIPT, filtered, open_obs, wait_until_running
from tests.obs.stage import status as status_of


def shown(obs):
    """Return what the page shows: two labels, and the state in a word."""
    obs.vendor("open", {"source": "Clip", "filter": "Background Removal"}, vendor="page")
    names = ("shown_background", "set_up_for", "status")
    texts = [obs.vendor("read", {"name": name}, vendor="page")["description"] for name in names]
    return [re.sub(r"<[^>]*>|● ", "", one) for one in texts]


def test_one_switch_of_obs_language_switches_ours(tmp_path, data_home, numbered_clip):
    things = collection.collection(
        "Test",
        [collection.clip("Clip", numbered_clip, [filtered({"model": "green"})])],
        [collection.scene("Scene", ["Clip"])],
        scripts=[
            collection.script(SCRIPT),
            collection.script(installed.PROJECT / "tests" / "obs" / "page_script.py"),
        ],
    )
    with open_obs(tmp_path, data_home, things) as obs:
        (status,) = wait_until_running(obs)
        assert status["text"].startswith("Running. Picture delayed by ")
        assert shown(obs) == ["Background", "How much of the machine", "Running"]
        obs.stop()
        obs.start(language="de-DE")
        (status,) = wait_until_running(obs)
        assert status["text"].startswith("Läuft. Das Bild ist um ")
        assert shown(obs) == ["Hintergrund", "Wie viel vom Rechner", "Läuft"]
        # What changed is written at the filter's next look.
        wait_for(lambda: "Clip: Running. Picture delayed by " in obs.log(), "the status in OBS' log")
        assert "Läuft" not in obs.log()
        # So do the worker's sentences, and their English is in the log.
        obs.ws.set_source_filter_settings("Clip", "Background Removal", {"model": "gone"}, True)
        wait_for(
            lambda: (
                "Es gibt kein Modell namens „gone“; wähle eines aus der Liste (bekannt: "
                in status_of(obs)["problem"]
            ),
            "the worker's sentence in German",
        )
        wait_for(lambda: 'There is no model named "gone"; choose' in obs.log(), "it is in the log")
        assert "Es gibt kein Modell" not in obs.log()
