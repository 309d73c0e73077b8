# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is kept as the person in front, on drawn alphas whose answer is known."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from obs_bgremove.link.layout import ALL, Part
from obs_bgremove.worker.people.area import pixels_of
from obs_bgremove.worker.people.components import components
from obs_bgremove.worker.people.front import Front
from obs_bgremove.worker.people.planes import Planes

HEIGHT, WIDTH, FPS = 176, 320, 30


def person(middle, height, bottom=1.0):
    """Return the alpha of somebody, head and shoulders: shares of the picture's sides."""
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    x, low, tall = int(middle * WIDTH), int(bottom * HEIGHT), int(height * HEIGHT)
    cv2.ellipse(alpha, (x, low - int(0.82 * tall)), (int(0.14 * tall), int(0.18 * tall)), 0, 0, 360, 255, -1)
    cv2.rectangle(alpha, (x - int(0.32 * tall), low - int(0.66 * tall)), (x + int(0.32 * tall), low), 255, -1)
    return alpha


def wrong(shown, right):
    return float(((shown > 127) != (right > 127)).mean())


class Clip:
    """Alphas that come one after the other."""

    def __init__(self, area=ALL):
        self.front = Front(HEIGHT, WIDTH, area)
        self.now = 100.0
        self.cleared = 0

    def show(self, *people, part=ALL):
        """Return what is kept of these people, the nearest last."""
        alpha = np.maximum.reduce([np.zeros((HEIGHT, WIDTH), np.uint8), *people])
        self.cleared = self.front.keep(alpha, part, self.now)
        self.now += 1 / FPS
        return alpha

    def shows(self, seconds, *people):
        for _ in range(int(seconds * FPS)):
            alpha = self.show(*people)
        return alpha


NEAR, FAR = person(0.5, 0.8), person(0.12, 0.45, 0.9)


def test_one_person_alone_is_left_as_they_are():
    clip, soft = Clip(), cv2.GaussianBlur(NEAR, (0, 0), 4)
    soft[5:8, 5:8] = 255  # a speck
    for _ in range(FPS):
        assert (clip.show(soft) == soft).all()
    assert clip.cleared == 0


def test_the_larger_is_kept_and_the_other_cleared_with_the_soft_edge():
    clip = Clip()
    shown = clip.shows(1, NEAR, cv2.GaussianBlur(FAR, (0, 0), 2))
    assert wrong(shown, NEAR) == 0
    assert shown[:, : WIDTH // 4].max() == 0
    assert clip.cleared == 1


@pytest.mark.parametrize("seconds", [2.0, 4.0, 8.0])
@pytest.mark.parametrize("way", [1, -1])
def test_somebody_who_crosses_behind_is_room(seconds, way):
    clip, shares = Clip(), []
    clip.shows(1, NEAR)
    count = int(seconds * FPS)
    for step in range(count):
        at = step / count if way > 0 else 1 - step / count
        shares.append(wrong(clip.show(person(1.4 * at - 0.2, 0.6, 0.9), NEAR), NEAR))
    assert np.mean(shares) < 0.01
    assert max(shares) < 0.05
    assert max(wrong(clip.show(NEAR), NEAR) for _ in range(FPS)) == 0


def test_somebody_who_goes_behind_and_comes_back_is_room():
    clip, shares = Clip(), []
    clip.shows(1, NEAR)
    for at in [*np.linspace(-0.2, 0.5, 90), *np.linspace(0.5, -0.2, 90)]:
        shares.append(wrong(clip.show(person(at, 0.6, 0.9), NEAR), NEAR))
    assert np.mean(shares) < 0.01
    assert clip.cleared <= 1


def test_the_other_one_stays_room_when_the_one_in_front_goes_and_comes_back():
    clip = Clip()
    clip.shows(2, FAR, NEAR)
    for at in np.linspace(0.5, 1.5, 40):
        clip.show(FAR, person(at, 0.8))
    assert clip.shows(2, FAR).max() == 0
    for at in np.linspace(1.5, 0.5, 40):
        clip.show(FAR, person(at, 0.8))
    assert wrong(clip.shows(2, FAR, NEAR), NEAR) == 0


def test_whoever_comes_as_near_and_stays_is_kept():
    clip, beside = Clip(), person(0.15, 0.75)
    right = person(0.7, 0.8)
    clip.shows(1.5, right)
    for at in np.linspace(-0.3, 0.15, 30):
        clip.show(person(at, 0.75), right)
    assert wrong(clip.shows(1, beside, right), right) == 0
    assert wrong(clip.shows(2.5, beside, right), np.maximum(beside, right)) == 0


def test_a_child_beside_them_is_room_also_when_it_touches_them():
    clip, shares = Clip(), []
    clip.shows(1, NEAR)
    for at in np.linspace(0, 1, 90):
        shares.append(wrong(clip.show(person(1.0 - 0.3 * at, 0.2 + 0.25 * at), NEAR), NEAR))
    child = person(0.7, 0.45)
    assert (cv2.dilate(child, np.ones((3, 3))) & NEAR).any(), "they touch"
    shares += [wrong(clip.show(child, NEAR), NEAR) for _ in range(5 * FPS)]
    assert max(shares) < 0.02


def test_a_poster_on_the_wall_is_room_also_behind_a_head():
    clip, poster, shares = Clip(), person(0.25, 0.35, 0.45), []
    for now in np.linspace(0, 12, 12 * FPS):
        right = person(0.5 - 0.2 * np.sin(now), 0.8)
        shares.append(wrong(clip.show(poster, right), right))
    assert np.mean(shares) < 0.005
    assert max(shares) < 0.04


def test_a_hand_that_is_apart_stays():
    clip, hand = Clip(), np.zeros((HEIGHT, WIDTH), np.uint8)
    hand[140:, 250:280] = 255
    arm = hand.copy()
    arm[140:160, 200:280] = 255
    both = np.maximum(NEAR, hand)
    clip.shows(1, NEAR)
    clip.shows(0.2, NEAR, arm)
    assert wrong(clip.shows(5, both), both) == 0


def test_a_network_that_loses_them_for_a_moment_finds_them_again():
    clip = Clip()
    clip.shows(2, FAR, NEAR)
    assert clip.shows(0.3, FAR).max() == 0
    assert wrong(clip.show(FAR, NEAR), NEAR) == 0


def test_they_are_followed_into_another_part_of_the_picture():
    clip, part = Clip(), Part(0.0, 0.25, 0.75, 0.75)
    clip.shows(1.5, FAR, NEAR)

    def seen(alpha):
        rows, columns = slice(int(0.25 * HEIGHT), HEIGHT), slice(0, int(0.75 * WIDTH))
        return cv2.resize(alpha[rows, columns], (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)

    for _ in range(5):
        assert wrong(clip.show(seen(FAR), seen(NEAR), part=part), seen(NEAR)) == 0
    for _ in range(5):
        assert wrong(clip.show(FAR, NEAR), NEAR) == 0


def test_somebody_who_walks_is_room_however_often_the_part_changes():
    clip, near, shares = Clip(), person(0.8, 0.8), []
    parts = itertools.cycle([Part(0.0, 0.0, 1.0, 1.0), Part(0.0, 1 / 16, 1.0, 15 / 16)])
    clip.shows(1.5, near)

    def seen(alpha, part):
        rows = slice(round(part.y * HEIGHT), HEIGHT)
        return cv2.resize(alpha[rows], (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)

    part = ALL
    for number, at in enumerate(np.linspace(-0.2, 0.4, 5 * FPS)):
        part = next(parts) if number % 15 == 0 else part
        people = seen(person(at, 0.65), part), seen(near, part)
        shares.append(wrong(clip.show(*people, part=part), people[1]))
    assert max(shares) < 0.05


def test_in_an_overview_only_who_may_be_kept_is_seen():
    clip, beside = Clip(), person(0.85, 0.75)
    clip.shows(1.5, NEAR)
    overview = np.maximum.reduce([FAR, NEAR, beside])
    clip.front.hide_small(overview)
    assert wrong(overview, np.maximum(NEAR, beside)) == 0


def test_somebody_outside_of_the_area_is_nobody():
    """A poster, a mirror, somebody at the next desk, all larger: they are not the person in front."""
    clip, larger, small = Clip(Part(0.5, 0.0, 0.5, 1.0)), person(0.2, 0.95), person(0.8, 0.6)
    part = Part(0.25, 0.0, 0.75, 1.0)

    def inside(alpha, start):
        return alpha[:, int((0.5 - start) / (1 - start) * WIDTH) :]

    def seen(alpha):
        return cv2.resize(alpha[:, WIDTH // 4 :], (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)

    assert wrong(inside(clip.shows(3, larger, small), 0), inside(small, 0)) == 0
    assert clip.cleared == 0
    for _ in range(2 * FPS):
        shown = clip.show(seen(larger), seen(small), part=part)
    assert wrong(inside(shown, 0.25), inside(seen(small), 0.25)) == 0
    overview = np.maximum(larger, small)
    clip.front.hide_small(overview)
    assert wrong(overview, small) == 0


@pytest.mark.parametrize(
    ("area", "part", "rows", "columns"),
    [
        (Part(0.0, 0.0, 1.0, 1.0), Part(0.0, 0.0, 1.0, 1.0), (0, 10), (0, 20)),
        (Part(0.5, 0.25, 0.5, 0.5), Part(0.0, 0.0, 1.0, 1.0), (2, 7), (10, 20)),
        (Part(0.5, 0.0, 0.25, 1.0), Part(0.5, 0.5, 0.5, 0.5), (0, 10), (0, 10)),
        (Part(0.0, 0.0, 0.25, 1.0), Part(0.5, 0.0, 0.5, 1.0), (0, 10), (0, 0)),
    ],
)
def test_the_pixels_of_an_area(area, part, rows, columns):
    found = pixels_of(area, part, 10, 20)
    assert found == (slice(*rows), slice(*columns))


def test_a_hand_from_below_stays_also_above_the_end_of_the_area():
    clip, hand = Clip(Part(0.0, 0.0, 1.0, 0.75)), np.zeros((HEIGHT, WIDTH), np.uint8)
    hand[110:, 250:270] = 255
    clip.shows(1, NEAR)
    above = slice(0, int(0.75 * HEIGHT))
    clip.shows(0.2, NEAR, cv2.dilate(hand, np.ones((1, 121), np.uint8)))
    shown = clip.shows(5, NEAR, hand)
    assert wrong(shown[above], np.maximum(NEAR, hand)[above]) == 0


def test_it_begins_again():
    clip = Clip()
    clip.shows(2, FAR, NEAR)
    clip.front.forget()
    assert wrong(clip.show(FAR), FAR) == 0


@pytest.mark.parametrize("content", [0, 128, 255])
def test_what_is_no_person_harms_nothing(content):
    clip, noise = Clip(), np.random.default_rng(1)
    for number in range(30):
        alpha = noise.integers(0, 256, (HEIGHT, WIDTH), np.uint8)
        clip.show(np.full((HEIGHT, WIDTH), content, np.uint8) if number % 2 else alpha)
    for _ in range(60):
        shown = clip.show(NEAR)
        clip.now += 0.5
    assert wrong(shown, NEAR) == 0


@pytest.mark.parametrize("size", [(176, 320), (50, 71), (3, 3), (1, 9)])
def test_components_are_those_of_opencv(size):
    random, planes = np.random.default_rng(0), Planes(*size)
    for sigma, least in itertools.product((0.1, 1, 3), (1, 5)):
        noise = cv2.GaussianBlur(random.random(size).astype(np.float32), (0, 0), sigma)
        mask = noise > np.median(noise)
        _count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
        found = components(mask, planes, least)
        assert [one.bit_count() for one in found] == sorted(
            (one for one in stats[1:, cv2.CC_STAT_AREA] if one >= least), reverse=True
        )
        for one in found:
            assert len(np.unique(labels[planes.mask(one)])) == 1


def test_planes_are_masks():
    random, planes = np.random.default_rng(0), Planes(20, 37)
    mask = random.random((20, 37)) > 0.7
    plane = planes.of(mask)
    assert (planes.mask(plane) == mask).all()
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert (planes.mask(planes.grown(plane)) == grown).all()
    for right, down in itertools.product((-8, -1, 0, 3, 8), (-25, -3, 0, 2)):
        matrix = np.array([[1, 0, right], [0, 1, down]], np.float32)
        moved = cv2.warpAffine(mask.astype(np.uint8), matrix, (37, 20)) > 0
        assert (planes.mask(planes.moved(plane, right, down)) == moved).all()
