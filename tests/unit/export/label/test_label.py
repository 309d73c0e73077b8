# SPDX-License-Identifier: GPL-2.0-or-later
"""Models label photographs: here one whose alpha is the green plane, so that a label is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from export.common.errors import ExportError
from export.data import rights
from export.graph.runner import Runner
from export.label import labels, teachers
from tests.unit.export.models import contract_model


@pytest.fixture
def photographs(tmp_path, monkeypatch):
    """Two small pictures, and three teachers of which one is not free."""
    models = {
        "wide": contract_model(),
        "tall": contract_model(96, 64, state=True),
        "stranger": contract_model(),
    }
    for name, model in models.items():
        (tmp_path / f"{name}.onnx").write_bytes(model.SerializeToString())
    monkeypatch.setattr(teachers, "locate", lambda name: tmp_path / f"{name}.onnx")
    monkeypatch.setattr(rights, "FREE_TEACHERS", dict.fromkeys(("wide", "tall"), "made by a test"))
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number in range(2):
        cv2.imwrite(str(folder / f"{number}.png"), person(64, 96))
    return folder


def person(height, width):
    """Green, at the left and the lower edge."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[16:, :32, 1] = 255
    return picture


def test_a_model_labels_all_pictures_where_they_show_somebody(photographs, tmp_path):
    assert labels.label(photographs, tmp_path / "into", ["wide"]) == 2
    for kind, expected in (("masks", person(64, 96)[..., 1]), ("weights", 255)):
        for number in range(2):
            found = cv2.imread(str(tmp_path / "into" / kind / f"{number}.png"), cv2.IMREAD_GRAYSCALE)
            assert (found == expected).all()


def test_each_part_labels_others(photographs, tmp_path):
    assert labels.label(photographs, tmp_path / "into", ["wide"], "1/2") == 1
    assert labels.label(photographs, tmp_path / "into", ["wide"], "2/2") == 2
    with pytest.raises(ExportError, match="like 2/8"):
        labels.label(photographs, tmp_path / "into", ["wide"], "3/2")


@pytest.mark.parametrize("names", ["stranger", "wide+stranger"])
def test_a_model_that_is_not_free_labels_nothing(photographs, tmp_path, names):
    with pytest.raises(ExportError, match="'stranger' is not known to be a free teacher"):
        labels.label(photographs, tmp_path / "into", [names])
    assert not (tmp_path / "into").exists()


@pytest.mark.parametrize("changes", [{"teachers": ["tall"]}, {"looks": 2}, {"sizes": (1.0,)}])
def test_labels_of_other_teachers_or_views_are_not_mixed(photographs, tmp_path, changes):
    labels.label(photographs, tmp_path / "into", ["wide"], "1/2")
    with pytest.raises(ExportError, match="other teachers or views"):
        labels.label(photographs, tmp_path / "into", **{"teachers": ["wide"], **changes})
    assert rights.teachers(tmp_path / "into") == ["wide"]


@pytest.mark.parametrize(("height", "width", "looks"), [(64, 96, 1), (96, 64, 2)])
def test_views_are_of_each_size_and_mirrored_by_the_model_of_that_shape(photographs, height, width, looks):
    picture = person(height, width)
    views = teachers.Models("wide+tall", looks, (1.0, 0.75)).views(photographs, picture)
    assert views.shape == (4, height, width)
    # Except at the edges, which are wider in a smaller view.
    assert np.abs(views - picture[..., 1] / 255).mean((1, 2)).max() < 0.03


def test_each_second_view_is_mirrored(photographs, monkeypatch):
    seen = []

    class Watched(Runner):
        def alpha(self, frame):
            seen.append(frame)
            return super().alpha(frame)

    monkeypatch.setattr(teachers, "Runner", Watched)
    teachers.Models("wide+tall", 1, (1.0, 0.75)).views(photographs, person(64, 96))
    for first, second in (seen[:2], seen[2:]):
        assert np.array_equal(first[:, ::-1], second) and not np.array_equal(first, second)


def test_a_model_with_a_memory_looks_more_than_once_and_forgets(photographs):
    picture = person(96, 64)
    assert not teachers.Models("wide+tall", 1, (1.0,)).views(photographs, picture).any()
    twice = teachers.Models("wide+tall", 2, (1.0,))
    assert np.array_equal(twice.views(photographs, picture), np.stack([picture[..., 1] / 255] * 2))
    assert not twice.views(photographs, np.zeros_like(picture)).any()
