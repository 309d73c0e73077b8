# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo's person: the picture that lies in the repository, and the clip made of it."""

from __future__ import annotations

import numpy

from obs_bgremove.demo import backdrop, person, verdict


def test_the_portrait_lies_here_with_its_rights_beside_it():
    picture = person.portrait()
    assert (picture.shape, picture.dtype) == ((512, 512, 3), numpy.uint8)
    assert person.PORTRAIT.stat().st_size < 400_000
    assert "public domain" in person.PORTRAIT.with_suffix(".txt").read_text(encoding="utf-8")


def test_the_marked_places_are_skin_and_wall():
    picture = person.portrait().astype(int)
    face = picture[
        person.PERSON[0].top : person.PERSON[0].bottom, person.PERSON[0].left : person.PERSON[0].right
    ]
    blue, _green, red = face.reshape(-1, 3).mean(axis=0)
    assert red > blue + 30


def test_the_verdict_knows_a_room_that_was_replaced_from_one_that_was_not(monkeypatch):
    picture, background = person.portrait(), backdrop.evening()
    before = person.frame(picture, 30)
    assert person.which(picture, before) == 30
    monkeypatch.setattr(person, "which", lambda *_: 30)  # it compares all frames: once is enough
    after = backdrop.evening(person.WIDTH, person.HEIGHT)
    seen = person.seen(person.PERSON[0], 30)
    after[seen] = before[seen]
    assert verdict.problems(picture, background, before, after) == []
    room = verdict.problems(picture, background, before, before)
    assert room and all("room is not replaced" in sentence for sentence in room)
    face = verdict.problems(picture, background, before, backdrop.evening(person.WIDTH, person.HEIGHT))
    assert face == ["The person is not as she was: a part of the face has changed."]
