# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m obs_bgremove.cutout``, from files to files, with a network whose answer is known."""

from __future__ import annotations

import os
import subprocess
import sys

import cv2
import numpy
import pytest

from obs_bgremove import home, translate
from obs_bgremove.cutout import cutting, wanted
from obs_bgremove.cutout.problem import CutoutProblem
from obs_bgremove.filter.options.settings import PRESETS
from tests.obs.networks import write_green_is_person
from tests.unit import clothes

ROOM, PERSON = (200, 40, 180), (30, 220, 60)


@pytest.fixture(autouse=True)
def models(tmp_path, monkeypatch):
    """Have a home with one network: what is green is a person."""
    monkeypatch.setenv(home.VARIABLE, str(tmp_path / "home"))
    write_green_is_person(tmp_path / "home" / "models" / "green")


@pytest.fixture
def photo(tmp_path):
    """Return the path of a picture of a person in a room: 320x180, the person from 100,40 to 220,180."""
    picture = numpy.full((180, 320, 3), ROOM, numpy.uint8)
    picture[40:, 100:220] = PERSON
    cv2.imwrite(str(tmp_path / "photo.png"), picture)
    return tmp_path / "photo.png"


def cut(*arguments):
    """Run the command; return its exit code."""
    return cutting.main([*map(str, arguments), "--model", "green", "--device", "cpu"])


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def near(pixel, color):
    return numpy.abs(pixel[:3].astype(int) - color).max() <= 6


def is_cut_out(picture):
    """Whether the person is there and the room is transparent, and black where it was."""
    person = near(picture[120, 160], PERSON) and picture[120, 160, 3] == 255
    return bool(person) and not picture[20, 20].any() and not picture[120, 300].any()


@pytest.mark.parametrize("name", ["out.png", "out.webp", "OUT.PNG"])
def test_the_room_becomes_transparent(photo, tmp_path, name):
    assert cut(photo, tmp_path / name) == 0
    assert is_cut_out(read(tmp_path / name))


@pytest.mark.parametrize("name", ["out.jpg", "out.bmp", "out.png", "out.tif"])
def test_a_colour_takes_the_place_of_the_room(photo, tmp_path, name):
    assert cut(photo, tmp_path / name, "--background", "#102030") == 0
    made = read(tmp_path / name)
    assert made.shape == (180, 320, 3)
    assert near(made[20, 20], (0x30, 0x20, 0x10)) and near(made[120, 160], PERSON)


def test_a_picture_covers_the_room(photo, tmp_path):
    behind = numpy.full((100, 100, 3), (10, 20, 250), numpy.uint8)
    behind[:, :50] = (250, 20, 10)
    cv2.imwrite(str(tmp_path / "behind.png"), behind)
    assert cut(photo, tmp_path / "out.png", "--background", tmp_path / "behind.png") == 0
    made = read(tmp_path / "out.png")
    assert near(made[20, 20], (250, 20, 10)) and near(made[20, 300], (10, 20, 250))
    assert near(made[120, 160], PERSON)


@pytest.mark.parametrize("background", ["blur", *PRESETS])
def test_a_blur_and_the_presets_keep_the_person(photo, tmp_path, background):
    assert cut(photo, tmp_path / "out.png", "--background", background) == 0
    made = read(tmp_path / "out.png")
    assert made.shape[2] == 3 and near(made[120, 160], PERSON)
    assert near(made[20, 20], ROOM) == (background == "blur")


def test_the_alpha_of_the_picture_itself_stays(photo, tmp_path):
    picture = cv2.cvtColor(read(photo), cv2.COLOR_BGR2BGRA)
    picture[100:110, :, 3] = 0
    picture[140:150, :, 3] = 128
    cv2.imwrite(str(photo), picture)
    assert cut(photo, tmp_path / "out.png") == 0
    made = read(tmp_path / "out.png")
    assert is_cut_out(made)
    assert made[105, 160, 3] == 0 and made[145, 160, 3] == 128 and near(made[145, 160], PERSON)


def test_grey_and_sixteen_bits_are_read(tmp_path):
    grey = numpy.full((180, 320), 250 * 257, numpy.uint16)
    cv2.imwrite(str(tmp_path / "grey.png"), grey)
    assert cut(tmp_path / "grey.png", tmp_path / "out.png") == 0
    assert near(read(tmp_path / "out.png")[90, 160], (250, 250, 250))


def test_a_folder_of_pictures(photo, tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.png", "a.bmp", "b.webp"):
        cv2.imwrite(str(folder / name), read(photo), [cv2.IMWRITE_WEBP_QUALITY, 101])
    (folder / "notes.txt").write_text("no picture")
    (folder / "._a.png").write_bytes(b"\0\5\x16\7")
    assert cut(folder, tmp_path / "out") == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.bmp.png", "a.png", "b.webp"]
    assert all(is_cut_out(read(path)) for path in (tmp_path / "out").iterdir())
    assert ": 3 of 3." in capsys.readouterr().out


def test_one_broken_picture_costs_only_itself(photo, tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    cv2.imwrite(str(folder / "good.png"), read(photo))
    (folder / "bad.png").write_bytes(photo.read_bytes()[:200])
    (folder / "empty.png").write_bytes(b"")
    assert cut(folder, tmp_path / "out") == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["good.png"]
    said = capsys.readouterr()
    assert "bad.png is no picture that can be read" in said.err and "empty.png" in said.err
    assert ": 1 of 3." in said.out


def test_pictures_with_other_names_are_not_passed_over(photo, tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "saved.jfif").write_bytes(cv2.imencode(".jpg", read(photo))[1].tobytes())
    (folder / "phone.HEIC").write_bytes(b"\0\0\0\x24ftypheic")
    assert cut(folder, tmp_path / "out") == 1
    assert is_cut_out(read(tmp_path / "out" / "saved.png"))
    said = capsys.readouterr()
    assert "phone.HEIC is no picture that can be read: save it as a PNG, JPEG or WebP file" in said.err
    assert ": 1 of 2." in said.out


def test_nothing_is_overwritten_unless_asked(photo, tmp_path, capsys):
    (tmp_path / "out.png").write_bytes(b"mine")
    assert cut(photo, tmp_path / "out.png") == 1
    assert (tmp_path / "out.png").read_bytes() == b"mine"
    assert "exists already" in capsys.readouterr().err
    assert cut(photo, tmp_path / "out.png", "--overwrite") == 0
    assert is_cut_out(read(tmp_path / "out.png"))
    before = photo.read_bytes()
    assert cut(photo, photo, "--overwrite") == 1
    assert photo.read_bytes() == before
    assert cut(photo.parent, tmp_path, "--overwrite") == 1
    assert "what is to be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.png", "out.png"], "missing.png does not exist"),
        (["photo.png", "out.jpg"], "keeps no transparency"),
        (["photo.png", "out.xyz"], "cannot be made of a picture"),
        (["photo.png", "nowhere/out.png"], "does not exist: make it first"),
        (
            ["photo.png", "out.png", "--background", "no-such-thing"],
            'no background "no-such-thing": it can be',
        ),
        (["photo.png", "out.png", "--background", "photo.txt"], "photo.txt is no picture"),
        (["photo.png", "out.png", "--set", "edge_shift=90"], "a number from -20 to 20"),
        (["photo.png", "out.png", "--set", "sync=matched"], 'no setting "sync"'),
        (["photo.png", "out.png", "--set", "outfit_folder=nowhere"], "outfit_folder is a folder"),
        (["photo.png", "out.png", "--set", "refinement=maybe"], "yes or no"),
        (["photo.png", "out.mp4"], "cannot be made of a picture"),
        (["photo.txt", "out.png"], "is no picture that can be read"),
        ([f"{'x' * 300}.png", "out.png"], "xxx.png: File name too long."),
        (["photo.png", f"{'x' * 300}.png"], "xxx.png: File name too long."),
        (["pipe.png", "out.png"], "pipe.png is a pipe or a device"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other sentences and no such pipes")
def test_what_is_wrong_is_said_and_nothing_is_written(photo, tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photo.txt").write_text("words")
    os.mkfifo(tmp_path / "pipe.png")
    before = sorted(tmp_path.rglob("*"))
    assert cut(*arguments) == 1
    assert words in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("arguments", [["", "out"], ["photo.png", ""]])
def test_an_empty_name_is_not_the_folder_that_it_runs_in(photo, tmp_path, monkeypatch, capsys, arguments):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        cut(*arguments)
    assert "it is empty: name a file or a folder" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_model_that_is_not_there_is_named(photo, tmp_path, capsys):
    assert cutting.main([str(photo), str(tmp_path / "out.png"), "--model", "none"]) == 1
    assert 'There is no model named "none"' in capsys.readouterr().err


def test_a_write_that_fails_leaves_nothing(photo, tmp_path, monkeypatch, capsys):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("obs_bgremove.cutout.picture_files.replace_whole", full)
    assert cut(photo, tmp_path / "out.png") == 1
    assert "No space left on device" in capsys.readouterr().err
    assert not (tmp_path / "out.png").exists()


def test_settings_of_the_filter_are_used(photo, tmp_path):
    assert cut(photo, tmp_path / "alpha.png", "--set", "view=alpha", "--set", "edge_shift=-10") == 0
    made = read(tmp_path / "alpha.png")
    # The person's left edge, at 100, has moved inwards.
    assert made[120, 104].max() < 60 and made[120, 118].min() > 200


def test_inverted_the_person_is_hidden_and_only_in_the_area(photo, tmp_path):
    assert cut(photo, tmp_path / "room.png", "--set", "invert=yes") == 0
    made = read(tmp_path / "room.png")
    assert near(made[20, 20], ROOM) and made[20, 20, 3] == 255 and not made[120, 160].any()
    assert cut(photo, tmp_path / "left.png", "--set", "area_right=50") == 0
    made = read(tmp_path / "left.png")
    assert near(made[120, 130], PERSON) and not made[120, 190].any()


@pytest.mark.skipif(sys.platform == "win32", reason="a program of two lines stands for the installed Python")
def test_it_runs_in_the_python_that_was_set_up(photo, tmp_path):
    installed = tmp_path / "python"
    installed.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    installed.chmod(0o755)
    (tmp_path / "home" / "install.json").write_text(f'{{"python": "{installed}"}}')
    environment = {**os.environ, "PYTHONPATH": str(home.PROJECT)}
    # Started without any packages, as the system's Python has none.
    command = [sys.executable, "-S", "-m", "obs_bgremove.cutout", str(photo), str(tmp_path / "out.png")]
    done = subprocess.run(
        [*command, "--model", "green"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert is_cut_out(read(tmp_path / "out.png"))


def test_a_python_without_packages_says_what_to_run(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(home.PROJECT)}
    command = [sys.executable, "-S", "-m", "obs_bgremove.cutout", "in.png", "out.png"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "run install.py --cutout" in done.stderr


def test_no_picture_of_a_folder_has_the_light_of_another(photo, tmp_path):
    """What follows slowly in a clip must not go from picture to picture."""
    folder = tmp_path / "in"
    folder.mkdir()
    cv2.imwrite(str(folder / "a.png"), read(photo))
    dim = read(photo)
    dim[40:, 100:220] = (20, 130, 20)
    cv2.imwrite(str(folder / "b.png"), dim)
    look = ("--background", "hills", "--set", "light_matching=100", "--set", "brighten=100")
    assert cut(folder, tmp_path / "both", *look) == 0
    for name in ("a.png", "b.png"):
        assert cut(folder / name, tmp_path / name, *look) == 0
        assert (read(tmp_path / name) == read(tmp_path / "both" / name)).all(), name


@pytest.fixture
def outfits(tmp_path):
    """Have a network whose shares are how blue and how red the person is."""
    card = clothes.CARD.replace("blue", "beachwear").replace("red", "sportswear")
    return clothes.write_network(tmp_path / "home" / "models" / "outfit", card)


def with_person(photo, color):
    picture = read(photo)
    picture[40:, 100:220] = color
    cv2.imwrite(str(photo), picture)
    return photo


@pytest.mark.usefixtures("outfits")
@pytest.mark.parametrize(
    ("color", "worn", "preset"),
    [((255, 140, 0), "beachwear", "beach"), ((0, 140, 255), "sportswear", "sports_ground"),
     ((60, 140, 60), "something else", "studio")],
)  # fmt: skip
def test_the_background_suits_the_clothes(photo, tmp_path, capsys, color, worn, preset):
    with_person(photo, color)
    assert cut(photo, tmp_path / "auto.png", "--background", "auto") == 0
    assert f": {worn}; {PRESETS[preset]} is shown." in capsys.readouterr().out
    assert cut(photo, tmp_path / "named.png", "--background", preset) == 0
    assert (read(tmp_path / "auto.png") == read(tmp_path / "named.png")).all()


@pytest.mark.usefixtures("outfits")
def test_each_picture_of_a_folder_gets_its_own_and_own_pictures_come_first(photo, tmp_path):
    folder, own = tmp_path / "in", tmp_path / "own"
    folder.mkdir(), own.mkdir()
    cv2.imwrite(str(own / "my beach.png"), numpy.full((90, 160, 3), (9, 99, 199), numpy.uint8))
    for name, color in (("a", (255, 140, 0)), ("b", (0, 140, 255)), ("c", (255, 140, 0))):
        cv2.imwrite(str(folder / f"{name}.png"), read(with_person(photo, color)))
    command = (folder, tmp_path / "out", "--background", "auto", "--set", f"outfit_folder={own}")
    assert cut(*command) == 0
    shown = [read(tmp_path / "out" / f"{name}.png")[20, 20] for name in "abc"]
    assert near(shown[0], (9, 99, 199)) and near(shown[2], (9, 99, 199)) and not near(shown[1], (9, 99, 199))


@pytest.mark.usefixtures("outfits")
def test_nobody_gets_the_preset(photo, tmp_path, capsys):
    with_person(photo, ROOM)
    command = (photo, tmp_path / "out.png", "--background", "auto", "--set", "background_preset=neon")
    assert cut(*command) == 0
    assert f": nobody is seen; {PRESETS['neon']} is shown." in capsys.readouterr().out


def test_a_network_of_clothes_that_cannot_be_used_is_named(photo, tmp_path, outfits, capsys):
    (outfits / "model.onnx").write_bytes(b"nothing")
    assert cut(photo, tmp_path / "out.png", "--background", "auto") == 1
    assert "The network that looks at clothes" in capsys.readouterr().err
    assert not (tmp_path / "out.png").exists()


def test_the_help_speaks_the_users_language(monkeypatch):
    english = [one.help for one in cutting.parser()._actions if one.dest != "help"]
    german = translate.read((translate.FOLDER / "de.po").read_text(encoding="utf-8"))
    monkeypatch.setattr(translate, "_present", german)
    helps = [one.help for one in cutting.parser()._actions if one.dest != "help"]
    assert not set(helps) & set(english)
    assert "schneidet die person aus" in cutting.parser().description.lower()
    with pytest.raises(CutoutProblem, match="eine Zahl von -20 bis 20; „far“ geht nicht"):
        wanted.settings_for("blur", ["edge_shift=far"])
