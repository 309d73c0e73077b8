# SPDX-License-Identifier: GPL-2.0-or-later
"""What the status says about a machine that is too slow for the model."""

import dataclasses

import pytest

from obs_bgremove import translate
from obs_bgremove.filter.options.settings import Settings
from obs_bgremove.filter.report import kept, meters
from obs_bgremove.filter.report.meters import Meter
from obs_bgremove.filter.report.sentences import LONGEST, columns, glance, headline, numbers, text
from obs_bgremove.filter.report.status import Status


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""

    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    made = Clock()
    monkeypatch.setattr(meters, "time", made)
    return made


def come(meter, clock, rate, seconds, drawn=30):
    """Let alphas come at a rate, while OBS draws some frames per second."""
    until, alpha, frame = clock.now + seconds, clock.now + 1 / rate, clock.now + 1 / drawn
    while min(alpha, frame) <= until + 1e-6:
        clock.now = min(alpha, frame)
        if alpha <= frame:
            meter.count(1_000_000)
            alpha += 1 / rate
        else:
            meter.draw()
            frame += 1 / drawn


@pytest.mark.parametrize(("rate", "missing"), [(30, 0), (29, 0), (25, 0), (20, 10), (8, 22)])
def test_frames_that_get_no_alpha_of_their_own_are_counted(clock, rate, missing):
    meter = Meter()
    come(meter, clock, rate, 4)
    assert meter.missing() == pytest.approx(missing, abs=1)


def test_an_obs_that_draws_few_frames_is_not_blamed_on_the_model(clock):
    meter = Meter()
    come(meter, clock, 9, 4, drawn=9)
    assert meter.missing() == 0
    assert meter.frames_per_second() == pytest.approx(9, abs=1)
    assert meter.late(30) == pytest.approx(21, abs=1)
    come(meter, clock, 30, 6)
    assert meter.late(30) == 0


def test_a_source_that_was_hidden_for_a_moment_is_no_obs_that_draws_few_frames(clock):
    meter = Meter()
    come(meter, clock, 30, 4)
    clock.now += 1.5
    meter.begin_again()
    come(meter, clock, 30, 0.5)
    assert meter.late(30) == 0


def test_an_obs_that_draws_few_frames_gets_its_own_advice():
    said = text_of(delay_frames=2, frames_per_second=9.0, frames_not_drawn=21.0)
    assert "OBS draws only 9 of 30 frames per second: close other programs" in said
    assert "too slow" not in said
    assert "OBS draws only" not in text_of(delay_frames=2, frames_per_second=30.0)


def test_the_first_moments_are_not_judged(clock):
    meter = Meter()
    assert meter.missing() == 0
    come(meter, clock, 8, 1.5)
    assert meter.missing() == 0


def test_after_a_pause_it_is_not_judged_at_once(clock):
    meter = Meter()
    come(meter, clock, 30, 4)
    clock.now += 60
    come(meter, clock, 30, 0.5)
    assert meter.missing() == 0


def status_of(**changes):
    fields = dict.fromkeys((field.name for field in dataclasses.fields(Status)), 0)
    texts = dict.fromkeys(("problem", "note", "microphone", "remedy", "kept"), "")
    names = {"source": "Camera", "filter": "F", "model": "m", "device": "cpu"}
    return Status(**{**fields, **texts, **names, "state": Status.RUNNING, "alphas_per_second": 8, **changes})


def text_of(**changes):
    return text(status_of(**changes))


@pytest.mark.parametrize(
    ("state", "problem", "condition"),
    [
        (Status.RUNNING, "", "running"),
        (Status.RUNNING, "Something.", "problem"),
        (Status.STARTING, "", "starting"),
        (Status.STARTING, "Something.", "hidden"),
        (Status.HIDDEN, "", "hidden"),
        (Status.HIDDEN, "Something.", "hidden"),
        (Status.IDLE, "", "paused"),
        (Status.IDLE, "Something.", "problem"),
    ],
)
def test_the_condition_is_one_word(state, problem, condition):
    status = status_of(state=state, problem=problem)
    assert status.condition == condition
    assert text(status).startswith(f"{condition.capitalize()}. {problem}")


def test_numbers_are_apart_from_what_is_read_at_a_glance():
    status = status_of(delay_frames=2, delay_milliseconds=66.7, note="Automatic chose it.")
    assert numbers(status) == ["m on cpu: 8 alphas per second, 0.0 ms each.", "Automatic chose it."]
    assert headline(status) == ["Picture delayed by 67 ms: choose your microphone."]
    with_voice = status_of(delay_frames=2, delay_milliseconds=66.7, microphone="Mic")
    assert headline(with_voice) == ["Picture and microphone are delayed by 67 ms."]
    assert numbers(status_of(state=Status.IDLE)) == []


def test_what_matters_most_is_read_at_a_glance():
    slow = {"delay_frames": 2, "delay_milliseconds": 66.7, "frames_per_second": 9.0, "frames_not_drawn": 21.0}
    (first,), (delay,) = glance(status_of(**slow), 100)
    assert first.startswith("OBS draws only 9 of 30") and delay.startswith("Picture delayed by 67 ms")
    two = status_of(problem="The file is gone. The lamp is out.", first_problem="The file is gone.")
    assert glance(two, 40)[0] == ["The file is gone."]
    assert "The file is gone. The lamp is out." in glance(two, 40)[1]
    kept = status_of(kept="Inverted.", delay_frames=2, delay_milliseconds=66.7)
    assert glance(kept, 20) == (["Inverted."], ["Picture delayed by 67 ms: choose your microphone."])
    assert len(glance(kept, 100)[0]) == 2


@pytest.mark.parametrize(
    "wrong", [{"problem": "The file is gone."}, {"frames_per_second": 9.0, "frames_not_drawn": 21.0}]
)
def test_beside_what_is_wrong_nothing_is_said_that_is_not(wrong):
    shown, left = glance(status_of(kept="Inverted.", delay_frames=2, delay_milliseconds=66.7, **wrong), 300)
    assert len(shown) == 2 and shown[1] == "Inverted."
    assert left == ["Picture delayed by 67 ms: choose your microphone."]


def test_a_sentence_that_is_too_long_is_cut_and_stays_whole_below():
    long = "word " * 100
    (shown,), (whole, *_) = glance(status_of(problem=long), 100)
    assert shown.startswith("word word") and shown.endswith(" word… (the rest: Advanced)")
    assert whole == long
    assert 130 < len(shown) < 160
    wide = "映" * 200
    assert glance(status_of(problem=wide), 100)[0] == ["映" * 62 + "… (the rest: Advanced)"]
    assert glance(status_of(problem=f"OBS {wide}"), 100)[0] == ["OBS " + "映" * 60 + "… (the rest: Advanced)"]


@pytest.mark.parametrize("path", sorted(translate.FOLDER.glob("*.po")), ids=lambda path: path.stem)
def test_what_the_page_shows_fits(path, monkeypatch):
    """In each language: one line where nothing is wrong, three where something is; nothing is cut."""
    monkeypatch.setattr(translate, "_present", translate.read(path.read_text(encoding="utf-8")))
    delayed = {"delay_frames": 4, "delay_milliseconds": 133.3}
    for status in (
        status_of(**delayed),
        status_of(**delayed, microphone="Mic"),
        status_of(delay_frames=0),
        status_of(kept=kept.sentences(Settings(invert=True), 0)),
        status_of(kept=kept.sentences(Settings(keep="front"), 0)),
        status_of(kept=kept.sentences(Settings(keep="front"), 2)),
        status_of(kept=kept.sentences(Settings(area_left=20.0), 0)),
    ):
        (first, *_others), _left = glance(status, 0)
        assert columns(first) <= 64, first
    too_slow = {"frames_per_second": 20.0, "pictures_without_alpha": 22.0}
    for status in (
        status_of(frames_per_second=20.0, frames_not_drawn=40.0),
        status_of(**too_slow),
        status_of(**too_slow, delay_frames=2),
        status_of(problem=kept.empty_area(Settings(area_left=60.0, area_right=40.0))),
    ):
        (first, *_others), _left = glance(status, 0)
        assert columns(first) <= LONGEST, first


def test_it_is_said_with_what_becomes_of_those_pictures():
    assert "too slow" not in text_of(delay_frames=2)
    assert "too slow: 22 pictures per second are left out. Close other programs" in text_of(
        delay_frames=2, pictures_without_alpha=22.0
    )
    assert "22 pictures per second get an older alpha" in text_of(delay_frames=0, pictures_without_alpha=22.0)
