# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the worker says a person is, in frames and in overviews."""

import ctypes

import numpy as np
import pytest

from obs_bgremove.link.layout import Part
from obs_bgremove.worker.inference.box import bounding_box
from tests.unit import worker_home, worker_models
from tests.unit.worker_home import Camera, add_model, ring, until


@pytest.mark.parametrize(("value", "box"), [(127, None), (128, (5, 2, 9, 4)), (255, (5, 2, 9, 4))])
def test_the_box_is_around_what_is_at_least_half_person(value, box):
    alpha = np.zeros((10, 20), np.uint8)
    alpha[2, 5] = alpha[3, 8] = value
    assert bounding_box(alpha) == box


def test_the_corners_of_the_picture_belong_to_it():
    alpha = np.zeros((10, 20), np.uint8)
    alpha[0, 0] = alpha[9, 19] = 200
    assert bounding_box(alpha) == (0, 0, 20, 10)


@pytest.fixture
def directory(directory):
    add_model(directory, "counter", worker_models.counter(), settle_frames=3)
    return directory


def picture(live, left, top, right, bottom):
    """A black frame with a white rectangle in it; return it and its address."""
    frame = np.zeros((live.height, live.width, 4), np.uint8)
    frame[top:bottom, left:right] = 255
    return frame, frame.ctypes.data


def test_boxes_of_frames_and_overviews_come_from_the_worker(directory):
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        live = ring(channel, client)
        seen, address = picture(live, 3, 4, 20, 24)
        whole, whole_address = picture(live, 1, 0, 32, 7)
        assert live.hand_over_overview(whole_address, live.width * 4)
        assert live.hand_over(1, address, live.width * 4)
        (alpha,) = until(lambda: live.alphas(0), "an alpha")
        assert alpha.box == (3, 4, 20, 24)
        assert ctypes.string_at(alpha.address, live.width * live.height) == seen[..., 1].tobytes()
        assert until(lambda: live.overview()[0] and live.overview(), "an answer") == (1, (1, 0, 32, 7))
        # Also while the frames stand still, and are not inferred again.
        whole[:] = 0
        live.hand_over_overview(whole_address, live.width * 4)
        live.hand_over(2, address, live.width * 4)
        assert until(lambda: live.overview()[0] == 2 and live.overview(), "an answer") == (2, None)
        (alpha,) = live.alphas(1)
        assert (alpha.infer_ns, alpha.box) == (0, (3, 4, 20, 24))


def test_only_the_person_in_front_is_kept_where_that_is_wanted(directory):
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        live = ring(channel, client)
        frame, address = picture(live, 10, 4, 24, 24)
        frame[2:6, 0:5] = 255
        whole = picture(live, 0, 0, 5, 5)
        boxes = []
        # The picture stands still: what is wanted changes.
        for serial, front in enumerate((False, True, True, False), 1):
            assert live.hand_over_overview(whole[1], live.width * 4)
            assert live.hand_over(serial, address, live.width * 4, 0, front)
            (alpha,) = until(lambda after=serial - 1: live.alphas(after), "an alpha")
            boxes.append((alpha.box, alpha.cleared))
            shown = ctypes.string_at(alpha.address, live.width * live.height)
            right = frame[..., 1].copy()
            right[2:6, 0:5] *= not front
            assert shown == right.tobytes()
            until(lambda count=serial: live.overview()[0] == count, "an answer")
        assert boxes == [((0, 2, 24, 24), 0), *[((10, 4, 24, 24), 1)] * 2, ((0, 2, 24, 24), 0)]


def test_the_person_in_front_is_one_inside_the_area(directory):
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        live = ring(channel, client)
        frame, address = picture(live, 0, 0, 16, 24)
        frame[12:24, 24:32] = 255
        right, whole = Part(0.5, 0.0, 0.5, 1.0).pack(), Part(0.0, 0.0, 1.0, 1.0).pack()
        # The picture stands still: the area changes.
        kept = []
        for serial, area in enumerate((whole, right, 0), 1):
            assert live.hand_over(serial, address, live.width * 4, 0, True, area)
            (alpha,) = until(lambda after=serial - 1: live.alphas(after), "an alpha")
            shown = ctypes.string_at(alpha.address, live.width * live.height)
            shown = np.frombuffer(shown, np.uint8).reshape(live.height, live.width)
            kept.append((bool(shown[12, 4]), bool(shown[20, 28])))
        assert kept[0] == kept[2] == (True, False)
        assert kept[1][1]


def test_the_memory_of_the_network_knows_nothing_of_it(directory):
    with worker_home.client() as client:
        channel = client.open()
        channel.request("counter", "cpu")
        live, camera = ring(channel, client), Camera()
        wanted = False, True, True, False, True, False
        # It counts the frames, and its alpha is that number: nobody, but it goes on.
        counted = [camera.alpha(live, value, front=front)[1][0] for value, front in enumerate(wanted)]
        assert counted == [0, 0, 0, 3, 0, 5]


def test_another_part_of_the_picture_is_another_memory(directory):
    """The model says how many frames it remembers."""
    with worker_home.client() as client:
        channel = client.open()
        channel.request("counter", "cpu")
        live, camera, half = ring(channel, client), Camera(), Part(0.0, 0.0, 0.5, 1.0).pack()
        counted = [
            camera.alpha(live, value, part=part)[1][0]
            for value, part in ((1, 0), (2, 0), (3, half), (4, half), (5, 0))
        ]
        assert counted == [0, 1, 0, 1, 0]


def test_overviews_have_no_part_in_the_memory_of_the_frames(directory):
    add_model(directory, "counter", worker_models.counter(step=60), settle_frames=3)
    with worker_home.client() as client:
        channel = client.open()
        channel.request("counter", "cpu")
        live, camera = ring(channel, client), Camera()
        counted, boxes = [], []
        for value in range(4):
            whole = picture(live, 0, 0, value + 1, 1)
            assert live.hand_over_overview(whole[1], live.width * 4)
            counted.append(camera.alpha(live, value)[1][0])
            until(lambda: live.overview()[0] == len(counted), "an answer")
            boxes.append(live.overview()[1])
        # Nor do the frames in that of the overviews: the fourth would be all person.
        assert (counted, boxes) == ([0, 60, 120, 180], [None] * 4)
