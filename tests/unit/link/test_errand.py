# SPDX-License-Identifier: GPL-2.0-or-later
"""A program that is run outside of OBS: what it prints, why it did not run, and its end."""

from __future__ import annotations

import sys
import threading

import psutil

from obs_bgremove.link import process
from obs_bgremove.link.errand import Errand
from obs_bgremove.private_obs.wait import wait_for


def test_all_that_it_prints_is_there_when_it_has_ended(directory):
    script = "import sys; print('Größe'); print('wrong', file=sys.stderr); print(sys.argv[1])"
    errand = Errand(lambda: [sys.executable, "-c", script, "end"])
    assert sorted(wait_for(lambda: errand.printed, "its end").split()) == ["Größe", "end", "wrong"]


def test_without_an_installation_that_is_what_is_said(directory):
    (directory / "install.json").unlink(missing_ok=True)
    errand = Errand(lambda: [process.interpreter(), "-c", "print(1)"])
    assert "names no interpreter" in wait_for(lambda: errand.printed, "the reason")


def test_a_program_that_is_not_there_has_a_reason(directory):
    errand = Errand(lambda: [str(directory / "gone")])
    assert wait_for(lambda: errand.printed, "the reason")


def test_it_does_not_outlive_obs(directory):
    errand = Errand(lambda: [sys.executable, "-c", "import time; time.sleep(1000)"])
    child = wait_for(lambda: errand._process, "the program").pid
    errand.end()
    assert not psutil.pid_exists(child) and errand.printed == ""


def test_one_that_begins_after_its_end_does_not_outlive_obs(directory, monkeypatch):
    monkeypatch.setattr("obs_bgremove.link.errand._FAREWELL", 0.0)
    may_begin = threading.Event()

    def command():
        may_begin.wait()
        return [sys.executable, "-c", "import time; time.sleep(20); print('to its end')"]

    errand = Errand(command)
    errand.end()
    may_begin.set()
    assert wait_for(lambda: errand.printed is not None, "its end")
    assert errand.printed == ""
