# SPDX-License-Identifier: GPL-2.0-or-later
"""When a filter goes to a quicker model and back, on made-up evenings of a streamer."""

from __future__ import annotations

import itertools

import pytest

from obs_bgremove.filter.effort.effort import Effort, Seen
from obs_bgremove.link.messages import ONLY, Rung

PERIOD = 0.5
MODELS = "quality", "good", "fast"
#: What a better model takes more, in processors.
MORE = 0.5


class Evening:
    """A filter with a worker that does at once what is asked for."""

    def __init__(self, canvas_rate=60.0, models=MODELS):
        self.effort = Effort(canvas_rate)
        self.canvas_rate = canvas_rate
        self.now = 1000.0
        self.models = models
        self.setting = "normal"
        self._ring = None
        self._model = ""
        #: (when, model) since the first one.
        self.changes = []

    def _serve(self):
        step = min(self.effort.allowance(self.setting).step, len(self.models) - 1)
        if self.models[step] != self._model:
            if self._model:
                self.changes.append((self.now, self.models[step]))
            self._model, self._ring = self.models[step], object()
        more = MORE if step else 0.0
        return Rung(step, len(self.models), more) if len(self.models) > 1 else ONLY

    def go_on(self, seconds, trouble="", rate=None, filters=1, idle=8.0):
        """Let time pass; ``trouble`` may be a function of the model."""
        end = self.now + seconds
        while self.now < end:
            rung = self._serve()
            what = trouble(self._model) if callable(trouble) else trouble
            seen = Seen(self._ring, self._model, rung, what, rate, self.canvas_rate, filters, idle)
            self.effort.look(seen, self.setting, self.now)
            self.now += PERIOD
        self._serve()
        return self

    @property
    def allowance(self):
        return self.effort.allowance(self.setting)


@pytest.mark.parametrize("trouble", ["lagged", "skipped", "late"])
def test_it_goes_down_soon_and_says_why(trouble):
    evening = Evening().go_on(60)
    began = evening.now
    evening.go_on(3, trouble)
    assert [model for _when, model in evening.changes] == ["good"]
    # A bad second has passed already when it is seen.
    assert evening.changes[0][0] - began <= 2.0
    assert evening.allowance.reason == trouble


def test_one_bad_second_is_no_reason():
    evening = Evening().go_on(60)
    for _time in range(10):
        evening.go_on(PERIOD, "lagged").go_on(5)
    assert evening.changes == []


def test_it_comes_back_when_it_has_been_calm_and_there_is_room():
    evening = Evening().go_on(60).go_on(5, "lagged")
    stepped = evening.changes[0][0]
    evening.go_on(100)
    assert [model for _when, model in evening.changes] == ["good", "quality"]
    assert evening.changes[1][0] - stepped >= Effort.CALM
    assert (evening.allowance.step, evening.allowance.reason) == (0, "")


def test_it_stays_down_while_nothing_rests():
    evening = Evening().go_on(60).go_on(5, "lagged").go_on(600, idle=0.3)
    assert [model for _when, model in evening.changes] == ["good"]
    evening.go_on(40, idle=4.0)
    assert [model for _when, model in evening.changes] == ["good", "quality"]


def test_without_figures_of_the_processors_it_goes_by_the_calm_alone():
    evening = Evening().go_on(60, idle=-1.0).go_on(5, "lagged", idle=-1.0).go_on(60, idle=-1.0)
    assert [model for _when, model in evening.changes] == ["good", "quality"]


def test_a_machine_that_is_busy_for_a_while_is_given_way_to():
    evening = Evening().go_on(60).go_on(3, idle=0.0).go_on(10)
    assert evening.changes == []
    evening.go_on(10, idle=0.0)
    assert [model for _when, model in evening.changes] == ["good"]
    assert evening.allowance.reason == "busy"


def test_two_busy_moments_with_a_time_between_in_which_it_is_hidden_are_no_busy_time():
    evening = Evening().go_on(60)
    for _switch in range(5):
        # A change of scenes takes all processors.
        evening.go_on(1, idle=0.0)
        evening.now += 10
        evening.go_on(1, idle=0.0).go_on(10)
    assert evening.changes == []


def test_under_lasting_load_it_goes_down_to_the_end_and_stays_there():
    evening = Evening().go_on(60).go_on(600, "lagged")
    assert [model for _when, model in evening.changes] == ["good", "fast"]


def test_two_changes_are_never_less_than_thirty_seconds_apart():
    evening = Evening().go_on(60)
    for turn in range(200):
        evening.go_on(1 + turn * 7 % 13, "lagged").go_on(2 + turn * 5 % 45)
    times = [when for when, _model in evening.changes]
    assert len(times) > 5
    assert min(after - before for before, after in itertools.pairwise(times)) >= Effort.APART


def test_it_does_not_go_back_and_forth_when_the_better_one_is_always_too_much():
    evening = Evening(models=("quality", "fast")).go_on(60)
    # An hour of a game beside which only the quick one goes.
    evening.go_on(3600, lambda model: "late" if model == "quality" else "")
    tries = [when for when, model in evening.changes if model == "quality"]
    assert 2 <= len(tries) <= 12
    gaps = [after - before for before, after in itertools.pairwise(tries)]
    # Each try waits longer than the one before, up to ten minutes.
    assert gaps == sorted(gaps) and gaps[-1] >= Effort.LONGEST_CALM


def test_a_model_that_has_just_begun_is_not_judged():
    evening = Evening().go_on(2.5, "lagged").go_on(60)
    assert evening.changes == []


def test_where_there_is_one_model_nothing_is_asked_for():
    evening = Evening(models=("fast",)).go_on(60).go_on(60, "lagged")
    assert evening.allowance.step == 0


@pytest.mark.parametrize(
    ("canvas", "measured", "expected"),
    [(60, 30.0, 30), (60, 24.9, 30), (60, 33.0, 30), (60, 60.0, 60), (60, 0.0, 30), (30, 30.0, 30),
     (25, 25.0, 25), (144, 60.0, 60), (144, 143.0, 144), (60, 45.0, 60)],
)  # fmt: skip
def test_it_goes_by_the_pictures_of_the_source(canvas, measured, expected):
    evening = Evening(canvas_rate=float(canvas))
    assert evening.allowance.rate == canvas  # to be on the safe side
    evening.go_on(10, rate=measured)
    assert evening.allowance.rate == expected


def test_it_goes_by_the_frame_rate_that_the_user_sets_meanwhile():
    evening = Evening(canvas_rate=30.0).go_on(10, rate=30.0)
    assert evening.allowance.rate == 30
    evening.canvas_rate = 60.0
    assert evening.go_on(60, rate=60.0).allowance.rate == 60


def test_a_source_that_pauses_for_some_seconds_keeps_its_rate():
    evening = Evening().go_on(20, rate=60.0).go_on(5, rate=0.0)
    assert evening.allowance.rate == 60


def test_two_filters_share_also_when_one_of_them_is_shown_now_and_then():
    evening = Evening().go_on(40)
    for _time in range(5):
        evening.go_on(10, filters=2).go_on(25, filters=1)
        assert evening.allowance.filters == 2
    evening.go_on(120)
    assert evening.allowance.filters == 1


def test_who_chooses_another_part_of_the_machine_begins_with_the_best_model():
    evening = Evening().go_on(60).go_on(5, "lagged")
    assert evening.allowance.step == 1
    evening.setting = "much"
    evening.go_on(1)
    assert (evening.allowance.effort, evening.allowance.step, evening.allowance.reason) == ("much", 0, "")
