# SPDX-License-Identifier: GPL-2.0-or-later
"""Evaluation from the command line, on clips and pictures made here."""

from __future__ import annotations

import re
import shutil

import cv2
import numpy as np
import pytest

from export.__main__ import main
from export.common.errors import ExportError
from export.common.scale import to_frame, to_picture
from export.evaluate import evaluation, measure, speed
from export.graph import sized
from export.graph.runner import Runner
from export.shelf import origin
from export.shelf.card import SHELF, read_card
from export.shelf.edit import with_section, without_section, write_sections
from export.shelf.table import shelf_table
from tests.unit.export.models import HEIGHT, WIDTH, contract_model

CARD = """title = "Green is person"  # a comment that stays
summary = "For tests."
licence = "CC0-1.0"
source = "made by a test"

[quality]  # filled
clips_mad = 99.0
others_iou = 0.25

[input]
height = 64
width = 96
"""


def square(number: int) -> np.ndarray:
    """A white square on black that moves: picture and truth in one."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[16:48, 20 + 4 * number : 52 + 4 * number] = 255
    return mask


def write_video(path, fourcc, frames):
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*fourcc), 30, (WIDTH, HEIGHT), True)
    assert writer.isOpened()
    for frame in frames:
        writer.write(cv2.merge([frame] * 3))
    writer.release()


@pytest.fixture
def data(tmp_path):
    """A model whose alpha is the green plane, a clip, and a set of pictures of which one is wrong."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(contract_model().SerializeToString())
    (folder / "card.toml").write_text(CARD, encoding="utf-8")
    clip = tmp_path / "clips" / "square"
    clip.mkdir(parents=True)
    frames = [square(number) for number in range(4)]
    write_video(clip / "com.mp4", "mp4v", frames)
    write_video(clip / "pha.mkv", "FFV1", frames)
    for kind in ("images", "masks"):
        (tmp_path / "sets" / "squares" / "val" / kind).mkdir(parents=True)
    for number in range(2):
        value = tmp_path / "sets" / "squares" / "val"
        cv2.imwrite(str(value / "masks" / f"{number}.png"), square(number))
        shown = square(number) if number == 0 else np.zeros_like(square(0))
        cv2.imwrite(str(value / "images" / f"{number}.png"), cv2.merge([shown] * 3))
    return tmp_path


def test_evaluate_command(data, capsys):
    pytest.importorskip("matplotlib", reason="reports need the dependency group 'evaluate'")
    report = data / "report.md"
    arguments = ["evaluate", "--model", str(data / "model"), "--clips", str(data / "clips")]
    assert main([*arguments, "--images", str(data / "sets"), "--report", str(report), "--write-cards"]) == 0
    text = report.read_text(encoding="utf-8")
    assert capsys.readouterr().out == text
    # One picture of two is found whole, of the other nothing.
    row = next(line for line in text.splitlines() if line.startswith("| model |") and "0.5000" in line)
    background = (WIDTH * HEIGHT - 32 * 32) / (WIDTH * HEIGHT)
    # mIoU: 1 of the one; of the other half the background's share of all.
    expected = {"IoU": 0.5, "mIoU": (1 + background / 2) / 2, "accuracy": (1 + background) / 2}
    expected.update({"precision": 0.5, "recall": 0.5, "F1": 0.5, "boundary F": 0.5})
    table = text[text.index("## Pictures") :].splitlines()
    headings = [cell.strip(" ↑↓") for cell in table[2].split("|")[2:-1]]
    cells = dict(zip(headings, (cell.strip() for cell in row.split("|")[2:-1])))
    assert {name: cells[name] for name in expected} == {
        name: f"{value:.4f}" for name, value in expected.items()
    }
    # Each picture that the report shows is there, and there is none besides.
    shown = re.findall(r"!\[.+\]\((.+)\)", text)
    assert sorted(shown) == sorted(f"report/{path.name}" for path in (data / "report").iterdir())
    assert any("worst" in path for path in shown) and any("mad" in path for path in shown)

    card = read_card(data / "model" / "card.toml")
    assert card.quality["squares_iou"] == 0.5
    assert card.quality["others_iou"] == 0.25  # not measured this time
    assert card.quality["clips_iou"] > 0.97  # the clip's picture went through a lossy codec
    assert card.quality["clips_mad"] < 10
    assert card.speed["milliseconds"] >= 0
    assert card.speed["threads"] == 1
    assert card.speed["processor"]
    kept = (data / "model" / "card.toml").read_text(encoding="utf-8")
    assert "# a comment that stays" in kept
    assert "99.0" not in kept


def test_only_the_cards_of_the_model_itself_are_filled(data, monkeypatch, capsys):
    shelf, folder = data / "shelf", data / "model"
    (shelf / "model").mkdir(parents=True)
    (shelf / "model" / "card.toml").write_text(CARD, encoding="utf-8")
    monkeypatch.setattr(evaluation, "SHELF", shelf)
    filled = ["evaluate", "--images", str(data / "sets"), "--write-cards", "--model"]

    def of(path):
        return read_card(path / "card.toml").quality.get("squares_iou")

    assert main([*filled, str(folder)]) == 0
    assert (of(folder), of(shelf / "model")) == (0.5, None)
    # One that was fetched as the shelf's card says is that model.
    fetched = CARD + '\n[fetch]\nfiles = { a = "b" }\n'
    (shelf / "model" / "card.toml").write_text(fetched, encoding="utf-8")
    made = contract_model()
    origin.mark(made, read_card(shelf / "model" / "card.toml"))
    (folder / "model.onnx").write_bytes(made.SerializeToString())
    monkeypatch.chdir(folder)
    assert main([*filled, "model.onnx"]) == 0
    assert of(shelf / "model") == 0.5
    # An edition beside it is another model, and a card that cannot be filled loses no figures.
    (folder / "model-int8.onnx").write_bytes(made.SerializeToString())
    (folder / "card.toml").write_text(CARD, encoding="utf-8")
    capsys.readouterr()
    assert main([*filled, "model-int8.onnx"]) == 0
    said = capsys.readouterr()
    assert "has no card to fill" in said.err and "0.5000" in said.out
    assert of(folder) is None
    (folder / "card.toml").write_text("no = card\n", encoding="utf-8")
    assert main([*filled, str(folder)]) == 0
    assert "0.5000" in capsys.readouterr().out


def test_two_of_one_name_are_told(data, capsys):
    again = data / "sets" / "more" / "squares" / "val"
    (again / "images").mkdir(parents=True)
    (again / "masks").mkdir()
    command = ["evaluate", "--model", str(data / "model")]
    assert main([*command, "--images", str(again)]) == 1
    assert "is empty" in capsys.readouterr().err
    cv2.imwrite(str(again / "masks" / "0.png"), square(0))
    assert main([*command, "--images", str(data / "sets")]) == 1
    assert "both called 'squares'" in capsys.readouterr().err
    (data / "clips" / "more").mkdir()
    shutil.copytree(data / "clips" / "square", data / "clips" / "more" / "square")
    assert main([*command, "--clips", str(data / "clips")]) == 1
    assert "are called 'square'" in capsys.readouterr().err


def test_models_are_timed_in_turns():
    class Model:
        height = width = 16
        order = []  # noqa: RUF012

        def __init__(self, name, seconds):
            self.name, self.seconds = name, seconds

        def reset(self):
            pass

        def alpha(self, frame):
            self.order.append(self.name)

    assert speed.in_turns([Model("a", 0.002), Model("b", 0.005)], seconds=0.4) == [2, 5]
    turns = "".join(Model.order).replace("a" * speed.TURN, "A").replace("b" * speed.TURN, "B")
    assert turns == "AB" * (len(turns) // 2) and len(turns) > 4
    Model.order.clear()
    assert speed.milliseconds(Model("slow", 9.0), seconds=1.0) == 9000
    assert len(Model.order) > 10


def test_the_worst_are_kept_to_be_looked_at(data, monkeypatch):
    monkeypatch.setattr(measure, "WORST", 1)
    runner = Runner(data / "model" / "model.onnx")
    (pictures,) = measure.on_pictures(runner, data / "sets", "val").values()
    assert [sample.title for sample in pictures.worst] == ["squares, 1: IoU 0.000"]
    assert pictures.course == pytest.approx([0, 32 * 32 / (WIDTH * HEIGHT) * 1e3])
    (clip,) = measure.on_clips(runner, data / "clips").values()
    assert len(clip.course) == 4
    assert [sample.badness for sample in clip.worst] == [max(clip.course)]
    assert clip.figures["mad"] == pytest.approx(np.mean(clip.course))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--model", "no-such-model"], "There is no model 'no-such-model'"),
        (["--model", "{data}/model", "--clips", "{data}/sets"], "There are no clips in"),
        (["--model", "{data}/model", "--images", "{data}/clips"], "There are no pictures in"),
        (["--model", "{data}/broken.onnx"], "is not an ONNX file"),
        (["--model", "{data}/model", "{data}/model"], "Two of the models are called 'model'"),
        (["--model", "{data}/model", "--report", "{data}/report.txt"], "let --report end with .md"),
        (["--model", "{data}/model", "--report", "{data}/broken.onnx/report.md"], "a place that is writable"),
    ],
)
def test_what_is_missing_is_told(data, capsys, arguments, sentence):
    (data / "broken.onnx").write_bytes(b"\x08\x07broken")
    assert main(["evaluate", *(argument.format(data=data) for argument in arguments)]) == 1
    assert sentence in capsys.readouterr().err


def test_a_mask_of_another_size_is_told(data, capsys):
    mask = data / "sets" / "squares" / "val" / "masks" / "0.png"
    cv2.imwrite(str(mask), np.zeros((5, 5), np.uint8))
    assert main(["evaluate", "--model", str(data / "model"), "--images", str(data / "sets")]) == 1
    assert f"{mask} is not of its picture's size" in capsys.readouterr().err


def test_a_clip_whose_alpha_is_shorter_is_told(data, capsys):
    clip = data / "clips" / "square"
    write_video(clip / "pha.mkv", "FFV1", [square(number) for number in range(3)])
    assert main(["evaluate", "--model", str(data / "model"), "--clips", str(data / "clips")]) == 1
    assert f"com.mp4 and pha.mkv of {clip} differ in length" in capsys.readouterr().err


def test_scaling_averages_and_keeps_the_channel_order():
    picture = np.zeros((4, 6, 3), np.uint8)
    picture[:2, :2] = (10, 20, 30)
    picture[0, 0] = (50, 60, 70)
    frame = to_frame(picture, 2, 3)
    assert frame.shape == (2, 3, 4)
    assert frame[0, 0].tolist() == [20, 30, 40, 255]  # (50 + 3 * 10) / 4 and so on
    assert frame[1:].any(axis=(0, 1)).tolist() == [False, False, False, True]


def test_scaling_back():
    alpha = np.array([[0, 255]], np.uint8)
    np.testing.assert_allclose(to_picture(alpha, 1, 4), [[0, 0.25, 0.75, 1]], atol=1e-6)


def test_with_section():
    assert with_section("a = 1\n", "speed", {"ms": 1.5}) == "a = 1\n\n[speed]\nms = 1.5\n"
    before = "a = 1\n\n[speed]\nms = 9\nold = 1\n\n[other]\nb = 2\n"
    expected = 'a = 1\n\n[speed]\nname = "a \\"b\\""\n\n[other]\nb = 2\n'
    assert with_section(before, "speed", {"name": 'a "b"'}) == expected
    commented = with_section(before.replace("[speed]", "[speed]  # ms"), "speed", {"name": 'a "b"'})
    assert commented == expected.replace("[speed]", "[speed]  # ms")
    assert with_section("", "quality", {"my photos_iou": 1}).endswith('"my photos_iou" = 1\n')


def test_comments_around_a_section_stay():
    text = "# of all\na = 1  # of a\n\n[speed]\nms = 9\n\n# of the other\n\n[other]  # it\nb = 2  # of b\n"
    assert with_section(text, "speed", {"ms": 8}) == text.replace("9", "8")
    assert "# of b" in without_section(text, "speed") and "ms" not in without_section(text, "speed")


@pytest.mark.parametrize("value", ['"', "\\", "a\nb", "\0", "'''", '"""', float("inf"), True, 1e-300, "ä€😀"])
def test_no_value_breaks_a_card(tmp_path, value):
    path = tmp_path / "card.toml"
    path.write_text(CARD, encoding="utf-8")
    write_sections(path, {"speed": {"a key": value, '"': value}})
    assert read_card(path).speed == {"a key": value, '"': value}
    assert read_card(path).quality["clips_mad"] == 99.0


def test_a_card_that_is_no_toml_stays(tmp_path):
    path = tmp_path / "card.toml"
    path.write_text("[ speed \nms = 1\n", encoding="utf-8")
    with pytest.raises(ExportError, match="is not a TOML file"):
        write_sections(path, {"speed": {"ms": 2}})
    assert path.read_text(encoding="utf-8") == "[ speed \nms = 1\n"
    path.write_text("[ speed ]\nms = 1\n", encoding="utf-8")
    write_sections(path, {"speed": {"ms": 2}})
    assert path.read_text(encoding="utf-8") == "[ speed ]\nms = 2\n"


def test_the_shelf_in_the_readme_is_the_commands(capsys):
    assert main(["shelf"]) == 0
    printed = capsys.readouterr().out.strip()
    assert printed == shelf_table()
    assert printed in (SHELF / "README.md").read_text(encoding="utf-8")


def test_every_card_of_the_shelf_is_whole():
    cards = [read_card(path) for path in SHELF.glob("*/card.toml")]
    assert sum(card.default for card in cards) == 1
    for card in cards:
        if card.fetch:
            assert (card.path.parent / "reference.npz").is_file()
            assert all(len(digest) == 64 for digest in card.fetch["files"].values())
        else:
            assert sized.source(card.path.parent / "model.onnx")[0].is_file()
