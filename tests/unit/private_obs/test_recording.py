# SPDX-License-Identifier: GPL-2.0-or-later
"""Recordings that OBS ends by itself."""

from types import SimpleNamespace

import pytest

from obs_bgremove.private_obs import recording
from obs_bgremove.private_obs.instance import PrivateObs
from obs_bgremove.private_obs.wait import ObsError


class Obs(PrivateObs):
    """One whose first recordings end by themselves."""

    def __init__(self, bad, file):
        self.bad, self.begun, self.lines, self.length, self.file = bad, 0, "", 0, file
        self.client = SimpleNamespace(
            start_record=self.begin, stop_record=self.end, get_record_status=self.status
        )

    @property
    def ws(self):
        return self.client

    def log(self):
        return self.lines

    def begin(self):
        self.begun, self.length = self.begun + 1, 0

    def status(self):
        self.length += 200
        runs = self.begun > self.bad or self.length < 400
        return SimpleNamespace(output_active=runs, output_duration=self.length if runs else 0)

    def end(self):
        self.lines += "==== Recording Stop ===="
        return SimpleNamespace(output_path=self.file)


def test_one_that_ended_is_begun_again(tmp_path):
    obs = Obs(1, tmp_path / "two.avi")
    assert obs.record(0) == tmp_path / "two.avi" and obs.begun == 2


def test_one_that_ends_each_time_is_an_error_and_not_waited_for(tmp_path):
    obs = Obs(9, tmp_path / "none.avi")
    with pytest.raises(ObsError, match="ended by itself"):
        obs.record(0)
    assert not obs.lines and not recording.runs(obs.ws)


def test_a_recorder_that_begins_nothing_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "_ASK_AGAIN", 0.0)
    chosen = []

    class Stuck(Obs):
        """One that takes the request and begins nothing, until another profile is chosen."""

        def status(self):
            return SimpleNamespace(output_active=bool(chosen), output_duration=200 if chosen else 0)

    obs = Stuck(0, tmp_path / "one.avi")
    obs.client.get_profile_list = lambda: SimpleNamespace(profiles=["a", "b"], current_profile_name="a")
    obs.client.set_current_profile = chosen.append
    obs.start_record()
    assert chosen == ["b"] and obs.begun == 2
