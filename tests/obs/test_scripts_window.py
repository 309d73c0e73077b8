# SPDX-License-Identifier: GPL-2.0-or-later
"""What OBS' window Tools > Scripts shows of our script."""

from __future__ import annotations

import os

import pytest

from obs_bgremove import __version__, home
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.stage import SCRIPT, filtered, open_obs, wait_until_running

WINDOW = home.PROJECT / "tests" / "obs" / "scripts_window_script.py"


@pytest.fixture
def opener(tmp_path):
    """Return a file that gets what OBS lets the desktop show."""
    shown = tmp_path / "shown"
    program = tmp_path / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$1" > "{shown}"\n')
    program.chmod(0o755)
    return shown


@pytest.fixture
def obs(tmp_path, data_home, numbered_clip, opener):
    """Return an OBS in German with the filter, and our script as that window has it."""
    things = collection.collection(
        "Test",
        [collection.clip("Clip", numbered_clip, [filtered({"model": "green"})])],
        [collection.scene("Scene", ["Clip"])],
        scripts=[collection.script(WINDOW)],
    )
    path = os.pathsep.join([str(opener.parent / "bin"), os.environ["PATH"]])
    environment = {"WINDOW_SCRIPT": str(SCRIPT), "PATH": path}
    with open_obs(tmp_path / "obs", data_home, things, language="de-DE", environment=environment) as opened:
        wait_until_running(opened)
        yield opened


def read(obs, name):
    return obs.vendor("read", {"name": name}, vendor="window")


def press(obs, name):
    obs.vendor("press", {"name": name}, vendor="window")


def test_it_says_what_it_is_how_each_filter_does_and_checks_the_installation(obs, opener, data_home):
    described = obs.vendor("select", {}, vendor="window")["description"]
    assert described.startswith(f"<b>Background Removal {__version__}</b>")
    assert "Nimmt das Zimmer hinter einer Person weg" in described and "Kamera &gt; Filter" in described
    assert read(obs, "filters")["description"].startswith("<b>Clip: Läuft.</b> Das Bild ist um ")
    assert not read(obs, "found")["visible"]
    assert read(obs, "check")["description"] == "Installation prüfen"

    press(obs, "check")
    assert read(obs, "check")["description"] == "Zeigen, was die Prüfung ergibt"
    assert read(obs, "found")["visible"]

    def found():
        press(obs, "check")
        return "Datenordner" in read(obs, "found")["description"]

    wait_for(found, "what the check has found", 120)
    lines = read(obs, "found")["description"].split("<br>")
    assert lines[0] == f"Datenordner: {data_home}"
    assert any(line.startswith("ok ") and "Modell: fast in " in line for line in lines), lines
    assert read(obs, "check")["description"] == "Installation prüfen"

    press(obs, "logs")
    wait_for(lambda: opener.exists() and opener.read_text(), "the folder in a window")
    assert opener.read_text() == f"{data_home / 'logs'}\n"
    assert str(data_home / "logs") in read(obs, "found")["description"]
    # A check that has not ended when OBS does.
    press(obs, "check")
