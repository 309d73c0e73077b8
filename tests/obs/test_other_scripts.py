# SPDX-License-Identifier: GPL-2.0-or-later
"""Other Python scripts in the same OBS: one interpreter for all, and none is in the way of another."""

from __future__ import annotations

import sys

import cv2
import numpy

from obs_bgremove import home
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.screenshots import near, settled
from tests.obs.stage import SCRIPT, filtered, open_obs, wait_until_running

#: It has modules of its own, and changes what it shares with us.
OTHER = """
import decimal, importlib, json, os, sys, threading, warnings

def script_load(_settings):
    others = [name for name in {names} if importlib.import_module(name).__dict__.get("WHOSE") != "its own"]
    print("others' modules:", others)
    read = json.loads
    json.loads = lambda text, **more: read(text, parse_float=decimal.Decimal, **more)
    warnings.simplefilter("error")
    threading.stack_size(65536)
    sys.path[:] = [one for one in sys.path if "python3" in one]
    os.makedirs({gone!r})
    os.chdir({gone!r})
    os.rmdir({gone!r})
"""


def _our_names():
    """Return the names by which modules and folders of ours could be imported from our folders."""
    names = {path.stem for folder in (home.PROJECT, SCRIPT.parent) for path in folder.iterdir()}
    taken = {*sys.stdlib_module_names, "obs_bgremove", "obs_script"}
    return sorted(name for name in names - taken if name.isidentifier() and not name.startswith("_"))


def test_a_script_has_its_own_modules_and_what_it_changes_does_not_stop_us(tmp_path, data_home, monkeypatch):
    monkeypatch.chdir(tmp_path)  # OBS looks for modules where it is started, too
    names = _our_names()
    assert {"filter", "link", "worker", "setup", "export", "install"} <= set(names)
    (tmp_path / "other").mkdir()
    for name in names:
        (tmp_path / "other" / f"{name}.py").write_text("WHOSE = 'its own'")
    other = tmp_path / "other" / "other.py"
    other.write_text(OTHER.format(names=names, gone=str(tmp_path / "gone")))
    picture = numpy.zeros((360, 640, 3), numpy.uint8)
    picture[90:270, 160:480, 1] = 255
    cv2.imwrite(str(tmp_path / "picture.png"), picture)
    source = collection.image("Picture", tmp_path / "picture.png", [filtered({"model": "green"})])
    scripts = [collection.script(SCRIPT), collection.script(other)]
    made = collection.collection("Test", [source], [collection.scene("Scene", ["Picture"])], scripts=scripts)
    with open_obs(tmp_path / "obs", data_home, made) as obs:
        wait_for(lambda: "others' modules: []" in obs.log(), "it finds its own modules")
        wait_until_running(obs)
        shown = settled(obs, "Scene", lambda shown: near(shown[180, 320], (0, 255, 0)))
        assert near(shown[10, 10], (0, 0, 0))
        report = obs.stop()
    assert report.code == 0 and report.leaks == 0
    assert "Traceback" not in report.log
