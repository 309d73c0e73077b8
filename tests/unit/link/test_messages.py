# SPDX-License-Identifier: GPL-2.0-or-later
"""What the two processes say to each other: whole and of its types, or nothing."""

import dataclasses
import json
import math
from dataclasses import replace
from decimal import Decimal

import pytest

from obs_bgremove.link import messages
from obs_bgremove.link.messages import (
    LONGEST_TO_WORKER,
    Alive,
    Allow,
    Allowance,
    Cannot,
    Chosen,
    CloseRing,
    DeviceInfo,
    Lines,
    Loading,
    MessageProblem,
    ModelInfo,
    Models,
    OpenRing,
    Place,
    Ready,
    RingFailed,
    RingOpened,
    Rung,
    Shun,
    Stop,
    decode_ask,
    decode_tell,
    encode,
)
from obs_bgremove.translate import Sentence, in_english

MODEL = ModelInfo("green", "Gr\u00fcn", "For tests.", 24, 32, True, False, None)
ALLOWANCE = Allowance("much", 30.0, 2, 1, "lagged")
ASKS = [
    OpenRing(1, "green", "auto"),
    OpenRing(2, "", "cuda", ("cuda", "directml")),
    OpenRing(3, "", "auto", (), ALLOWANCE),
    Allow(3, ALLOWANCE),
    CloseRing(3),
    Shun(("a" * 16,) * 20),
    Stop(),
]
TELLS = [
    Models(7, (MODEL, ModelInfo("red", "Red", "", 1, 2, False, True, "It is empty."))),
    Models(7, ()),
    Ready((DeviceInfo("cpu", "CPU"),)),
    Cannot("onnxruntime is not there."),
    Loading(1, "cpu", "Green is being loaded."),
    Loading(1, "cpu", "Green is being loaded.", "0123abcd"),
    RingOpened(1, "green", "cpu", Place(4096, "/dev/shm/x", remove=True), "", True),
    RingOpened(1, "green", "cpu", Place(4096, tag="obs-1"), "A note.", False),
    RingOpened(1, "green", "cpu", Place(4096, tag="obs-1"), "A note.", True, Rung(1, 2, 0.5)),
    Chosen(1, "A note.", Rung(1, 2, 0.5)),
    RingFailed(1, "It is empty."),
    Alive(0.0, 1.5, 2.5, 3.5),
    Alive(0.0, 1.5, 2.5, 3.5, 4.5),
    Alive(0.0, 1.5, 2.5, 3.5, 4.5, 1.25),
]


@pytest.mark.parametrize("message", ASKS, ids=repr)
def test_what_is_asked_comes_as_it_was_sent(message):
    line = encode(message)
    assert line.endswith(b"\n") and line.count(b"\n") == 1 and len(line) <= LONGEST_TO_WORKER
    assert decode_ask(line) == message
    with pytest.raises(MessageProblem):
        decode_tell(line)


@pytest.mark.parametrize("message", TELLS, ids=repr)
def test_what_is_told_comes_as_it_was_sent(message):
    line = encode(message)
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert decode_tell(line) == message
    with pytest.raises(MessageProblem):
        decode_ask(line)


def test_a_sentence_comes_in_both_languages():
    sent = RingFailed(1, Sentence("Sie ist leer: \udcff.", "It is empty: \udcff."))
    said = decode_tell(encode(sent)).problem
    assert (said, in_english(said)) == ("Sie ist leer: \\udcff.", "It is empty: \\udcff.")
    # A model's title, within a list.
    model = replace(MODEL, title=Sentence("Grün", "Green"))
    (title,) = (one.title for one in decode_tell(encode(Models(7, (model,)))).models)
    assert (title, in_english(title)) == ("Grün", "Green")


@pytest.mark.parametrize(
    "sentence", [{"local": "a", "english": 1}, {"local": "a"}, {"local": [], "english": ""}]
)
def test_half_a_sentence_is_refused(sentence):
    with pytest.raises(MessageProblem):
        decode_tell(json.dumps({"tell": "cannot", "problem": sentence}).encode())


@pytest.mark.parametrize("message", [*ASKS, *TELLS], ids=repr)
def test_each_field_that_is_missing_or_of_another_type_is_noticed(message):
    decode = decode_ask if message in ASKS else decode_tell
    fields = json.loads(encode(message))
    # What has a default may be missing.
    optional = {one.name for one in dataclasses.fields(message) if one.default is not dataclasses.MISSING}
    for name in fields:
        without = {key: value for key, value in fields.items() if key != name}
        if name not in optional:
            with pytest.raises(MessageProblem):
                decode(json.dumps(without).encode())
        for wrong in ({"a": 1}, [[]], None):
            with pytest.raises(MessageProblem):
                decode(json.dumps({**fields, name: wrong}).encode())
    assert decode(json.dumps({**fields, "of a newer version": 1}).encode()) == message


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"Segmentation fault",
        b"\xff",
        b"[1]",
        b"{}",
        b'{"tell":"song"}',
        b'{"tell":["ring"]}',
        b'{"ask":"close","ring":true}',
        b'{"ask":"close","ring":1.5}',
        b'{"tell":"alive","busy_s":1' + b"0" * 400 + b',"at_s":1,"cpu_s":1,"memory_mb":1}',
        b'{"tell":"alive","busy_s":NaN,"at_s":1,"cpu_s":1,"memory_mb":1}',
        b'{"tell":"alive","busy_s":0,"at_s":1,"cpu_s":1,"memory_mb":-Infinity}',
        b'{"tell":"models","pid":9223372036854775808,"models":[]}',
        b'{"ask":"close","ring":-9223372036854775809}',
        b"[" * 100_000,
    ],
)
def test_a_line_that_is_no_message_is_refused(line):
    for decode in (decode_ask, decode_tell):
        with pytest.raises(MessageProblem):
            decode(line)


def test_what_is_shunned_fits_into_the_narrowest_pipe():
    assert len(encode(Shun(("a" * 16,) * 20))) <= 512


def test_a_line_without_an_end_is_dropped_and_the_next_one_is_read(monkeypatch):
    monkeypatch.setattr(messages, "LONGEST_LINE", 100)
    lines = Lines()
    for _ in range(1000):
        assert lines.feed(b"x" * 50) == []
    assert sum(map(len, lines._pieces)) <= 100
    assert lines.feed(b"x\nwhole\n\n" + b"y" * 100) == [b"whole"]
    assert lines.feed(b"\n" + b"z" * 101) == [b"y" * 100]
    assert lines.feed(b"\na\nb") == [b"a"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_lines_are_the_same_however_they_are_cut(size):
    data = b"one\n\n  \ntwo\nthree\n" * 3 + b"rest"
    lines = Lines()
    found = [line for start in range(0, len(data), size) for line in lines.feed(data[start : start + size])]
    assert found == [b"one", b"two", b"three"] * 3


def test_whole_numbers_are_seconds_too():
    alive = decode_tell(b'{"tell":"alive","busy_s":0,"at_s":1,"cpu_s":2,"memory_mb":3}')
    assert alive == Alive(0.0, 1.0, 2.0, 3.0)
    assert all(isinstance(value, float) and math.isfinite(value) for value in (alive.busy_s, alive.memory_mb))


def test_another_script_that_changes_json_does_not_change_messages(monkeypatch):
    """All scripts of an OBS share one Python; some have numbers read as decimals."""
    read, write = json.loads, json.dumps
    monkeypatch.setattr(json, "loads", lambda text, **more: read(text, parse_float=Decimal, **more))
    monkeypatch.setattr(json, "dumps", lambda value, **more: write(value, **{**more, "indent": 1}))
    for message in (Alive(0.5, 1.25, 0.25, 100.5), Stop()):
        line = encode(message)
        assert line.count(b"\n") == 1
        decode = decode_tell if isinstance(message, Alive) else decode_ask
        assert decode(line.rstrip()) == message
