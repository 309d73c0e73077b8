# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of a real person in a drawn room, with known alpha; how many, where and how large is asked for."""

from __future__ import annotations

import cv2
import numpy

WIDTH, HEIGHT = 640, 360
#: The outline of the person in the demo's portrait (``obs_bgremove.demo.person``), in its pixels.
OUTLINE = [
    (270, 28), (243, 17), (219, 18), (196, 26), (156, 58), (156, 102), (169, 117), (174, 128), (181, 132),
    (181, 147), (140, 157), (114, 189), (114, 199), (108, 209), (63, 248), (46, 277), (27, 339), (26, 363),
    (18, 390), (17, 421), (11, 428), (8, 442), (8, 469), (8, 487), (19, 503), (19, 511), (289, 511),
    (287, 467), (282, 462), (281, 441), (297, 398),
    (313, 387), (313, 380), (317, 379), (327, 366), (363, 348),
    (353, 294), (339, 260), (304, 233), (297, 214),
    (287, 200), (257, 176), (257, 161), (264, 150), (266, 139),
    (275, 134), (291, 116), (301, 91), (295, 56), (285, 38),
]  # fmt: skip


def room() -> numpy.ndarray:
    """Return a room with nobody in it, uint8 [HEIGHT, WIDTH, 3] BGR: shelves, a picture, a lamp."""
    y, x = numpy.mgrid[:HEIGHT, :WIDTH].astype(numpy.float32)
    light = 0.65 + 0.35 * numpy.exp(-(((x - 480) / 260) ** 2) - ((y - 60) / 200) ** 2)
    picture = light[..., None] * numpy.array((165, 185, 190), numpy.float32)
    random = numpy.random.default_rng(3)
    for top in (50, 120, 190):
        left = 20
        while left < 190:
            wide, tall = int(random.integers(6, 18)), int(random.integers(30, 52))
            colour = random.integers(40, 190, 3).tolist()
            cv2.rectangle(picture, (left, top + 55 - tall), (left + wide, top + 55), colour, -1)
            left += wide + int(random.integers(1, 5))
        cv2.rectangle(picture, (14, top + 55), (196, top + 61), (50, 80, 110), -1)
    cv2.rectangle(picture, (470, 60), (590, 150), (60, 60, 60), -1)
    cv2.rectangle(picture, (478, 68), (582, 142), (140, 150, 90), -1)
    cv2.line(picture, (430, 360), (430, 210), (70, 70, 70), 6)
    cv2.ellipse(picture, (430, 200), (46, 34), 0, 180, 360, (210, 240, 250), -1)
    noise = random.normal(0, 3, picture.shape)
    return numpy.clip(cv2.GaussianBlur(picture, (0, 0), 1.2) + noise, 0, 255).astype(numpy.uint8)


def composite(portrait: numpy.ndarray, places) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Return people in the room: picture uint8 [HEIGHT, WIDTH, 3] BGR, alpha float32 [HEIGHT, WIDTH] in 0..1.

    ``portrait``: ``person.portrait``; ``places``: (x of the middle, y of the top, height) of each, in pixels.
    """
    cut = numpy.zeros(portrait.shape[:2], numpy.uint8)
    cv2.fillPoly(cut, [numpy.array(OUTLINE, numpy.int32)], 255, cv2.LINE_AA)
    cut = cv2.GaussianBlur(cut, (0, 0), 1.0)
    picture, alpha = room().astype(numpy.float32), numpy.zeros((HEIGHT, WIDTH), numpy.float32)
    for middle, top, height in places:
        scale = height / 495
        move = numpy.float32([[scale, 0, middle - 185 * scale], [0, scale, top - 17 * scale]])
        person, mask = (
            cv2.warpAffine(layer, move, (WIDTH, HEIGHT), flags=cv2.INTER_AREA) for layer in (portrait, cut)
        )
        mask = mask.astype(numpy.float32) / 255
        picture += mask[..., None] * (person - picture)
        alpha = numpy.maximum(alpha, mask)
    return picture.round().astype(numpy.uint8), alpha
