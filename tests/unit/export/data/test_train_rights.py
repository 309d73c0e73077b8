# SPDX-License-Identifier: GPL-2.0-or-later
"""Shipped weights learn from free alphas only; recipes and labels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from export.common.errors import ExportError
from export.data import rights
from export.label import labels
from export.studies import label_quality
from export.training import recipe


@pytest.mark.parametrize("name", ["supervisely_person", "milab_selfie", "outfit", "anything"])
def test_masks_not_known_to_be_free_are_refused(tmp_path, name):
    with pytest.raises(ExportError, match="must not teach it"):
        rights.require_free([tmp_path / name / "train"], "fast")


def test_free_masks_and_own_labels_pass(tmp_path):
    own = tmp_path / "supervisely_person" / "train"
    own.mkdir(parents=True)
    (own / "labels.toml").write_text('teachers = ["rvm-288x512", "mediapipe-general"]\n', encoding="utf-8")
    rights.require_free([own, tmp_path / "ccp" / "train"], "fast")


@pytest.mark.parametrize("text", ['teachers = ["stranger"]', "teachers = []", "", "not toml ="])
def test_labels_of_unknown_teachers_are_refused(tmp_path, text):
    (tmp_path / "labels.toml").write_text(text, encoding="utf-8")
    assert rights.reason_against(tmp_path)


def test_the_recipes_can_be_read():
    read = {path.stem: recipe.read(path) for path in recipe.RECIPES.glob("*.toml")}
    assert {"fast", "quality"} <= {name for name, entry in read.items() if entry.shipped}
    hand_made = {"images/supervisely_person/train", "images/milab_selfie/train"}
    assert not any(hand_made & set(entry.train + entry.val) for entry in read.values() if entry.shipped)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("", "lacks the entries"),
        ("unknown = 1", "unknown entry 'unknown'"),
        ("x = = 1", "not a TOML file"),
    ],
)
def test_a_recipe_that_is_wrong(tmp_path, change, sentence):
    path = tmp_path / "r.toml"
    path.write_text(change, encoding="utf-8")
    with pytest.raises(ExportError, match=sentence):
        recipe.read(path)


def test_what_teachers_agree_on():
    alpha = np.zeros((1, 100, 100), np.float32)
    alpha[:, 20:90, 20:60] = 1
    kept, weight = labels.agreed([alpha, np.roll(alpha, 1, axis=2)])
    assert np.array_equal(kept, alpha[0]) and weight.min() == 1  # an edge one pixel off is no doubt
    other = alpha.copy()
    other[:, 40:70, 60:80] = 1
    kept, weight = labels.agreed([alpha, other])
    assert weight[55, 70] == labels.DOUBT and weight[30, 30] == 1
    unsteady = np.concatenate([alpha, np.roll(alpha, 25, axis=2)])
    assert labels.agreed([unsteady, 1 - alpha]) == (None, None)
    kept, weight = labels.agreed([np.concatenate([alpha, alpha]), 1 - alpha])  # sure of itself
    assert np.array_equal(kept, alpha[0]) and weight.max() == labels.DOUBT


def test_shares_make_the_label_a_mean():
    alpha = np.zeros((1, 100, 100), np.float32)
    alpha[:, 20:90, 20:60] = 1
    more = alpha.copy()
    more[:, 40:70, 60:80] = 1
    kept, weight = labels.agreed([alpha, more, more], (2, 2, 1))
    assert weight[55, 70] == labels.DOUBT and weight[30, 30] == 1
    assert kept[55, 70] == 1 and kept[30, 30] == 1 and kept[5, 5] == 0  # decided by the majority
    soft = [np.full((1, 40, 40), value, np.float32) for value in (0.9, 0.7, 0.8)]
    assert np.allclose(labels.agreed(soft, (2, 1, 1))[0], 0.825)  # no doubt: the mean
    assert labels.agreed([None, alpha]) == (None, None)  # a picture that the earlier round left out


def test_earlier_labels_teach(tmp_path):
    earlier, pictures, into = (tmp_path / name for name in ("earlier", "pictures", "into"))
    alpha = np.zeros((40, 60), np.uint8)
    alpha[10:30, 10:40] = 255
    for folder in (earlier / "masks", pictures):
        folder.mkdir(parents=True)
    for stem in ("known", "unknown"):
        cv2.imwrite(str(pictures / f"{stem}.png"), np.full((40, 60, 3), 90, np.uint8))
    cv2.imwrite(str(earlier / "masks" / "known.png"), alpha)
    (earlier / "labels.toml").write_text('teachers = ["stranger"]', encoding="utf-8")
    with pytest.raises(ExportError, match="stranger"):
        labels.label(pictures, into, [str(earlier)])
    (earlier / "labels.toml").write_text('teachers = ["rvm-288x512"]', encoding="utf-8")
    with pytest.raises(ExportError, match="one for each teacher"):
        labels.label(pictures, into, [str(earlier)], shares=(1, 1))
    assert labels.label(pictures, into, [str(earlier), str(earlier)], shares=(1, 1)) == 1
    assert np.array_equal(cv2.imread(str(into / "masks" / "known.png"), cv2.IMREAD_GRAYSCALE), alpha)
    assert rights.teachers(into) == ["rvm-288x512"]


def test_labels_are_measured_on_hand_made_masks(tmp_path, capsys):
    folders = {name: tmp_path / name for name in ("labels", "set")}
    for name, columns in (("labels", 30), ("set", 40)):
        for kind, picture in (("images", np.zeros((40, 60, 3))), ("masks", np.full((40, 60), 20))):
            (folders[name] / kind).mkdir(parents=True)
            if kind == "masks":
                picture[:, 10 : 10 + columns] = 255  # the rest is haze, which is nobody
            cv2.imwrite(str(folders[name] / kind / "one.png"), picture.astype(np.uint8))
    assert label_quality.main([str(folders["labels"]), str(folders["set"])]) == 0
    assert "IoU 0.7500 on 1 photographs" in capsys.readouterr().out
    (folders["labels"] / "masks" / "one.png").unlink()
    assert label_quality.main([str(folders["labels"]), str(folders["set"])]) == 1
    assert "no photograph in common" in capsys.readouterr().err
