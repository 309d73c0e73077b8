# SPDX-License-Identifier: GPL-2.0-or-later
"""Labels, scores and thresholds of the network that sees what people wear; and its command."""

from __future__ import annotations

import csv
import json

import cv2
import numpy as np
import pytest

from export.__main__ import main
from export.common.errors import ExportError
from export.outfits import labels, scores
from export.outfits.labels import CLASSES
from obs_bgremove.worker.outfits import votes
from tests.unit.clothes import write_network

BEACH, WORK, SPORT, OTHER = range(4)
COLUMNS = ("set", "split", "file", "outfit", "sure", "group")


def write_table(tmp_path, rows, columns=COLUMNS):
    images = tmp_path / "images" / "photos" / "val" / "images"
    images.mkdir(parents=True, exist_ok=True)
    for name, *_rest in rows:
        cv2.imwrite(str(images / name), np.full((40, 40, 3), 127, np.uint8))
    table = tmp_path / "labels.csv"
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(("photos", "val", *row)[: len(columns)] for row in rows)
    return table, tmp_path / "images"


def test_labels_leave_out_what_nobody_can_say(tmp_path):
    table, images = write_table(tmp_path, [("a.png", "workwear", 1, 5), ("b.png", "unclear", 1, 6)])
    (only,) = labels.read(table, images)
    assert (only.path.name, only.outfit, only.sure, only.group) == ("a.png", "workwear", True, "5")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("a.png", "tuxedo", 1, 5), "line 2: 'tuxedo' is no outfit"),
        (("a.png", "other", "yes", 5), "line 2: 'sure' is 'yes'"),
        (("a.png", "unclear", 1, 5), "names no photograph"),
    ],
)
def test_a_wrong_table_is_refused_with_the_reason(tmp_path, row, said):
    with pytest.raises(ExportError, match=said):
        labels.read(*write_table(tmp_path, [row]))


def test_a_missing_column_or_photograph_is_named(tmp_path):
    table, images = write_table(tmp_path, [("a.png", "other", 1, 5)], COLUMNS[:-1])
    with pytest.raises(ExportError, match="lacks the columns group"):
        labels.read(table, images)
    table, images = write_table(tmp_path, [("a.png", "other", 1, 5)])
    (images / "photos" / "val" / "images" / "a.png").unlink()
    with pytest.raises(ExportError, match=r"there is no .*a\.png"):
        labels.read(table, images)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_table_that_a_spreadsheet_saved_otherwise_is_refused(tmp_path, encoding):
    table, images = write_table(tmp_path, [("Jürgen.png", "other", 1, 5)])
    table.write_bytes(table.read_text(encoding="utf-8").encode(encoding))
    with pytest.raises(ExportError, match="no table of comma-separated values in UTF-8"):
        labels.read(table, images)


def test_scores_with_known_answers():
    truth = np.array([BEACH, BEACH, BEACH, BEACH, WORK, OTHER])
    found = np.array([BEACH, BEACH, BEACH, OTHER, BEACH, OTHER])
    figures = scores.of(truth, found)
    assert figures["beachwear"] == {"precision": 0.75, "recall": 0.75, "f1": 0.75, "support": 4}
    assert figures["workwear"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}
    assert figures["other"] == {"precision": 0.5, "recall": 1.0, "f1": pytest.approx(2 / 3), "support": 1}
    counts = scores.confusion(truth, found)
    assert counts[BEACH].tolist() == [3, 0, 0, 1] and counts.sum() == len(truth)


def test_shares_are_decided_as_in_the_worker():
    random = np.random.default_rng(1)
    shares = random.dirichlet(np.full(4, 0.7), 500)
    least = np.array([0.3, 0.5, 0.4])
    named = dict(zip(CLASSES, least))
    expected = [CLASSES.index(votes.decide(dict(zip(CLASSES, row)), named)) for row in shares]
    assert scores.decide(shares, least).tolist() == expected
    assert len(set(expected)) == 4


def test_thresholds_balance_precision_and_recall():
    """Of each class 90 photographs have a high share; 10 have a low one, and so have 10 of "other"."""
    rows, truth = [], []
    for number in range(3):
        for own, count, real in ((0.9, 90, number), (0.4, 10, number), (0.35, 10, OTHER)):
            row = np.full(4, 0.0)
            row[number], row[OTHER] = own, 1 - own
            rows += [row] * count
            truth += [real] * count
    shares, truth = np.array(rows), np.array(truth)
    least = scores.thresholds(shares, truth)
    assert ((least > 0.35) & (least <= 0.4)).all()
    figures = scores.of(truth, scores.decide(shares, least))
    assert all(figures[name]["precision"] == figures[name]["recall"] == 1 for name in CLASSES[:3])


def test_the_command_writes_what_it_measured(tmp_path, capsys):
    """The network for tests sees grey photographs: neither blue nor red enough for any class."""
    rows = [("a.png", "other", 1, 1), ("b.png", "workwear", 1, 2), ("c.png", "workwear", 0, 3)]
    table, images = write_table(tmp_path, rows)
    least = ", ".join(f"{name} = 0.99" for name in CLASSES[:3])
    card = f"[outfit]\nclasses = {list(CLASSES)}\nleast = {{{least}}}\n"
    folder = write_network(tmp_path / "network", card, classes=4)
    done = main(
        ["outfits", "evaluate", "--labels", str(table), "--images", str(images), "--model", str(folder),
         "--json", str(tmp_path / "found.json"), "--charts", str(tmp_path / "charts")]
    )  # fmt: skip
    assert done == 0
    figures = json.loads((tmp_path / "found.json").read_text())
    assert figures["other"] == {"precision": 0.5, "recall": 1.0, "f1": pytest.approx(2 / 3), "support": 1}
    assert figures["workwear"]["support"] == 1  # the one that is not sure does not count
    assert "| other | 0.500 | 1.000 | 0.667 | 1 |" in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "charts").iterdir()} == {
        "precision-recall.png",
        "confusion.png",
    }
