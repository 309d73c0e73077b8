# SPDX-License-Identifier: GPL-2.0-or-later
"""What the worker makes of clothes: portraits, the network's card and contract, votes."""

from __future__ import annotations

import numpy
import pytest

from obs_bgremove.worker.outfits.outfit_card import OutfitProblem
from obs_bgremove.worker.outfits.outfit_network import OutfitNetwork
from obs_bgremove.worker.outfits.portrait import GREY, most_prominent, portrait
from obs_bgremove.worker.outfits.votes import OTHER, Votes, decide
from tests.unit.clothes import CARD, scene, write_network

LEAST = {"blue": 0.5, "red": 0.6}


SMALL = (10, 60, 40, 120, (255, 0, 0))
LARGE = (70, 10, 130, 120, (0, 0, 255))


def test_the_most_prominent_person_is_the_one_with_most_of_the_alpha():
    _frame, alpha = scene(SMALL, LARGE)
    assert most_prominent(alpha) == LARGE[:4]


def test_a_portrait_keeps_proportions_and_says_where_the_person_is():
    made = portrait(*scene((60, 20, 100, 100, (10, 20, 30))), 48, 48)
    person = made[..., 3] > 127
    rows, columns = numpy.flatnonzero(person.any(1)), numpy.flatnonzero(person.any(0))
    assert len(rows) == pytest.approx(2 * len(columns), abs=2)
    assert (made[24, 24] == (10, 20, 30, 255)).all()
    assert abs(made[24, 2, :3].astype(int) - (0, 200, 0)).max() < 3  # the room beside the person


def test_beyond_the_frame_a_portrait_is_grey():
    frame, alpha = scene((0, 0, 160, 40, (1, 2, 3)), height=40)
    made = portrait(frame, alpha, 48, 48)
    assert (made[0, 24] == (GREY, GREY, GREY, 0)).all()


@pytest.mark.parametrize("people", [(), ((50, 50, 60, 60, (0, 0, 0)),)], ids=["nobody", "too small"])
def test_no_portrait_of_nobody(people):
    assert portrait(*scene(*people), 48, 48) is None


@pytest.mark.parametrize(
    ("blue", "red", "taken"),
    [(0.5, 0.3, "blue"), (0.49, 0.2, OTHER), (0.4, 0.59, OTHER), (0.55, 0.45, "blue")],
)
def test_a_class_counts_from_its_own_share_on(blue, red, taken):
    assert decide({"blue": blue, "red": red, OTHER: 1 - blue - red}, LEAST) == taken


BLUE, RED = {"blue": 0.9, "red": 0.05, OTHER: 0.05}, {"blue": 0.05, "red": 0.9, OTHER: 0.05}
NEITHER = {"blue": 0.1, "red": 0.1, OTHER: 0.8}


def worn(*looks):
    votes, course = Votes(), []
    for look in looks:
        votes.add(look, LEAST)
        course.append(votes.worn)
    return course


def test_nothing_is_worn_before_enough_looks_agree():
    assert worn(*[BLUE] * Votes.AGREE) == [""] * (Votes.AGREE - 1) + ["blue"]


def test_single_looks_change_nothing():
    assert set(worn(*[BLUE] * 4, RED, BLUE, BLUE, NEITHER, BLUE, BLUE)[3:]) == {"blue"}


def test_what_is_seen_again_and_again_is_worn():
    assert worn(*[BLUE] * 5, *[RED] * 5)[-1] == "red"
    assert worn(*[BLUE] * 5, *[NEITHER] * 5)[-1] == OTHER


def test_somebody_who_comes_later_begins_again():
    assert worn(*[BLUE] * 5, *[None] * Votes.GONE, RED, RED)[-1] == "blue"
    votes = Votes()
    for look in [BLUE] * 3 + [None] * Votes.GONE + [BLUE]:
        votes.add(look, LEAST)
    assert not votes.worn


def test_a_network_answers_for_the_person_alone(tmp_path):
    network = OutfitNetwork(write_network(tmp_path / "outfit"))
    shares = network.look(*scene((60, 20, 100, 100, (255, 0, 0))))
    assert shares["blue"] > 0.9 and shares["red"] < 0.1


@pytest.mark.parametrize(
    "card",
    [
        "", "outfit = 3", "[outfit", CARD.replace("0.6", "0"), CARD.replace("0.6", '"much"'),
        CARD.replace(', "other"', ""),
        CARD.replace("red = 0.6", "green = 0.6"), CARD.replace('"red"', '"blue"'),
    ],
)  # fmt: skip
def test_a_card_that_is_no_good_is_refused_with_the_reason(tmp_path, card):
    with pytest.raises(OutfitProblem, match=r"card\.toml"):
        OutfitNetwork(write_network(tmp_path / "outfit", card))


def test_a_network_that_breaks_the_contract_is_refused(tmp_path):
    card = CARD.replace('"red", ', '"red", "green", ').replace("red = 0.6", "red = 0.6, green = 0.6")
    with pytest.raises(OutfitProblem, match="shares"):
        OutfitNetwork(write_network(tmp_path / "outfit", card))
