# SPDX-License-Identifier: GPL-2.0-or-later
"""Clips with things, views, videos and screens that move behind the person."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

for package in ("torch", "lightning_fabric", "albumentations", "tensorboard"):
    pytest.importorskip(package, reason="needs torch: python3 -m tests --training")

from export.common.errors import ExportError  # noqa: E402
from export.data import busy_clips, drawn, moving  # noqa: E402
from export.data import stamps as data_stamps  # noqa: E402
from export.data.sequence import Clips, Shape  # noqa: E402
from export.data.stills import find, pictures  # noqa: E402
from export.evaluate import clips as measured  # noqa: E402
from export.training import loop, recipe  # noqa: E402


@pytest.fixture
def data(tmp_path):
    """Drawn people and rooms, and ``things``: green discs."""
    drawn.make(tmp_path)
    (tmp_path / "things").mkdir()
    disc = np.zeros((40, 40, 4), np.uint8)
    cv2.circle(disc, (20, 20), 18, (0, 255, 0, 255), -1)
    for number in range(3):
        cv2.imwrite(str(tmp_path / "things" / f"{number}.png"), disc)
    return tmp_path


def write_video(path, frames):
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"FFV1"), 30, frames.shape[2:0:-1])
    for frame in frames:
        writer.write(frame)
    writer.release()


def busy(data, **changes):
    moves = moving.find([data / "things"], [])
    arguments = {"shape": Shape(3, 48, 64), "count": 12, "seed": 1, "moves": moves, "busy": 1.0, **changes}
    return Clips(find([data / "drawn" / "train"]), pictures([data / "rooms"]), **arguments)


def test_a_thing_travels_evenly_and_keeps_its_colours():
    layers = np.zeros((20, 20, 4), np.float32)
    layers[4:16, 4:16] = (0.0, 1.0, 0.0, 1.0)
    moved = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        colours, alphas = moving.travel(layers, 6, 60, 90, random)
        assert colours.shape == (6, 60, 90, 3) and alphas.shape == (6, 60, 90)
        assert alphas.min() >= 0 and alphas.max() <= 1
        seen = colours[alphas > 0.9]
        assert not len(seen) or (seen[:, 1].min() > 0.5 and seen[:, [0, 2]].max() < 0.01)
        whole = [not plane[:, [0, -1]].any() and not plane[[0, -1]].any() for plane in alphas]
        if all(whole) and alphas.any():
            across = [float((plane.sum(0) * np.arange(90)).sum() / plane.sum()) for plane in alphas]
            assert np.diff(across) == pytest.approx(np.diff(across).mean(), abs=0.6)
            moved += abs(across[-1] - across[0]) > 1
    assert moved


def test_a_cut_out_keeps_its_edge_when_it_is_read_smaller(tmp_path):
    picture = np.zeros((40, 80, 4), np.uint8)
    picture[..., 2] = 255  # red where nothing is seen
    picture[:, :41] = (255, 0, 0, 255)
    cv2.imwrite(str(tmp_path / "thing.png"), picture)
    values = moving.thing(tmp_path / "thing.png", 40)
    assert values.shape == (20, 40, 4)
    seen = values[..., 3] > 0.3
    assert seen[:, :20].all() and not seen[:, 21:].any()
    assert values[seen][:, 2].min() > 0.99 and values[seen][:, 0].max() < 0.01
    cv2.imwrite(str(tmp_path / "opaque.png"), picture[..., :3])
    with pytest.raises(ExportError, match="opaque"):
        moving.thing(tmp_path / "opaque.png", 40)


def test_a_piece_of_a_background_is_a_thing():
    picture = np.full((60, 80, 3), (10, 20, 30), np.uint8)
    for seed in range(10):
        piece = moving.cut(picture, np.random.default_rng(seed))
        np.testing.assert_allclose(piece[..., :3], np.full_like(piece[..., :3], (10, 20, 30)) / 255)
        assert piece[..., 3].min() == 0 and 0 < piece[..., 3].mean() < 0.9
        assert piece.shape[0] <= 36 and piece.shape[1] <= 48


def test_a_view_pans_in_a_straight_line():
    ramp = np.repeat(np.linspace(0, 255, 400)[None, :, None], 100, 0).repeat(3, 2).astype(np.uint8)
    still = 0
    for seed in range(10):
        clip = moving.pan(ramp, 5, 48, 64, np.random.default_rng(seed))
        assert clip.shape == (5, 48, 64, 3) and clip.dtype == np.float32
        steps = np.diff(clip.mean((1, 2, 3)))
        still += not steps.any()
        # It may turn back once.
        assert np.ptp(np.abs(steps)[1:]) < 0.01 or np.sign(steps).min() < np.sign(steps).max()
    assert not still


def test_a_video_runs_on_in_order(tmp_path):
    write_video(tmp_path / "rises.mkv", np.arange(0, 240, 20)[:, None, None, None].repeat(40, 1).repeat(
        60, 2).repeat(3, 3).astype(np.uint8))  # fmt: skip
    for seed in range(5):
        clip = moving.video(tmp_path / "rises.mkv", 4, 24, 32, np.random.default_rng(seed))
        assert clip.shape == (4, 24, 32, 3)
        np.testing.assert_allclose(np.diff(clip.mean((1, 2, 3))), 20 / 255, atol=1e-3)
    long = moving.video(tmp_path / "rises.mkv", 14, 24, 32, np.random.default_rng(0))
    assert np.array_equal(long[-1], long[11])
    (tmp_path / "broken.mkv").write_bytes(b"no video")
    with pytest.raises(ExportError, match=r"broken\.mkv"):
        moving.video(tmp_path / "broken.mkv", 4, 24, 32, np.random.default_rng(0))


def test_a_screen_changes_what_it_shows_and_nothing_else():
    clip = np.full((24, 48, 64, 3), 0.5, np.float32)
    shown = [np.full((10, 10, 3), value, np.uint8) for value in (20, 240)]
    done = moving.screen(clip, shown, np.random.default_rng(3))
    changed = (done != clip).any((0, 3))
    assert 0.02 < changed.mean() < 0.6
    rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    assert changed[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
    middle = done[:, rows.mean().astype(int), columns.mean().astype(int)].mean(1)
    assert (middle < 0.3).any() and (middle > 0.6).any()
    assert (clip == 0.5).all()


def test_what_moves_is_nobody(data):
    clips, green, people = busy(data), 0, 0
    for number in range(20):
        clip, alpha, weight = clips._busy(clips.stills[0], np.random.default_rng(number))
        assert clip.shape == (3, 48, 64, 3) and alpha.shape == weight.shape == (3, 48, 64)
        disc = (clip[..., 1] > 0.55) & (clip[..., 0] < 0.05) & (clip[..., 2] < 0.05)
        assert not (alpha[disc] > 0.15).any()
        green, people = green + disc.sum(), people + (alpha > 0.9).sum()
    assert green > 100 and people > 100


def test_busy_clips_are_the_same_for_the_same_seed(data):
    first, again, other = busy(data), busy(data), busy(data, seed=2)
    for number in range(6):
        assert all(np.array_equal(a, b) for a, b in zip(first[number], again[number]))
    assert any(not np.array_equal(first[number][0], other[number][0]) for number in range(6))


def test_without_busy_clips_all_are_as_they_were(data):
    plain, idle = busy(data, moves=moving.Moving()), busy(data, busy=0.0)
    assert all(np.array_equal(plain[number][0], idle[number][0]) for number in range(6))
    lively = busy(data)
    assert any(not np.array_equal(plain[number][0], lively[number][0]) for number in range(6))


def test_what_is_held_out_does_not_teach(data):
    moves = moving.find([data / "things"], [])
    learning, held = moves.split(3, True), moves.split(3, False)
    assert len(learning.things) == 2 and len(held.things) == 1
    assert not set(learning.things) & set(held.things)
    with pytest.raises(ExportError, match="no cut-outs in"):
        moving.find([data / "drawn" / "train" / "weights"], [])


def test_a_recipe_with_busy_clips_trains(data):
    entry = recipe.Recipe(
        name="tiny", network="fast", height=48, width=64, shipped=True, frames=2, train=["drawn/train"],
        test=["drawn/test"], backgrounds=["rooms"], things=["things"], busy=1.0, clips=2, clips_val=1,
        batch=2, epochs=1, workers=0,
    )  # fmt: skip
    assert 0 <= loop.train(entry, data, data / "run")["test_mad"] <= 1


@pytest.mark.parametrize(
    ("lines", "match"),
    [
        ("busy = 0.5", "name 'things' or 'videos'"),
        ('busy = 1.5\nthings = ["things"]', "a share, at most 1"),
        ("videos = 3", "a list of texts"),
    ],
)
def test_a_recipe_with_nothing_that_moves_is_refused(lines, match, tmp_path):
    path = tmp_path / "one.toml"
    path.write_text(
        'network = "fast"\nheight = 48\nwidth = 64\nshipped = true\nframes = 2\ntrain = ["a"]\ntest = ["b"]\n'
        f'backgrounds = ["c"]\n{lines}\n',
        encoding="utf-8",
    )
    with pytest.raises(ExportError, match=match):
        recipe.read(path)


def test_clips_to_measure_on_hold_the_person_and_the_alpha_given(data, monkeypatch, tmp_path):
    monkeypatch.setattr(busy_clips, "HEIGHT", 48)
    monkeypatch.setattr(busy_clips, "WIDTH", 64)
    person = tmp_path / "people" / "anna"
    person.mkdir(parents=True)
    alpha = np.zeros((5, 48, 64, 3), np.uint8)
    for number, plane in enumerate(alpha):
        plane[20:, 10 + number : 30 + number] = 255
    write_video(person / "com.mp4", np.where(alpha == 255, np.uint8([200, 30, 60]), np.uint8(90)))
    write_video(person / "pha.mkv", alpha)
    write_video(tmp_path / "run.mkv", np.full((8, 48, 64, 3), 10, np.uint8))
    moves = moving.Moving(moving.find([data / "things"], []).things, (tmp_path / "run.mkv",))
    rooms = pictures([data / "rooms"])
    for name, seed in (("first", 1), ("again", 1), ("other", 2)):
        busy_clips.make([person], rooms, moves, tmp_path / name, 3, seed)
    first, again, other = (measured.find(tmp_path / name) for name in ("first", "again", "other"))
    assert [clip.name for clip in first] == ["00_pan_anna", "01_still_anna", "02_video_anna"]
    for clip in first:
        for number, (picture, told) in enumerate(measured.read(clip)):
            np.testing.assert_array_equal(told, alpha[number, ..., 0] / np.float32(255))
            inside = picture[24:, 14 + number : 26 + number].reshape(-1, 3).astype(float)
            np.testing.assert_allclose(inside.mean(0), (200, 30, 60), atol=2)
    for one, two, three in zip(first, again, other):
        pixels = [[picture for picture, _ in measured.read(clip)] for clip in (one, two, three)]
        assert np.array_equal(pixels[0], pixels[1]) and not np.array_equal(pixels[0], pixels[2])
        outside = np.array(pixels[0])[alpha[..., 0] == 0]
        # Of the room that the person was cut out of nothing is left.
        assert (np.abs(outside - 90.0).max(1) < 4).mean() < 0.5


def test_stamps_are_taken_by_kind(tmp_path):
    stamps = tmp_path / "stamps"
    wanted = [f"animals/birds/{number}.png" for number in range(6)]
    wanted += ["military/vehicles/tank.png", "food/a.png"]
    others = ["animals/birds/cartoon/x.png", "people/man.png", "military/gun.png"]
    others += ["food/small.png", "food/b.png"]
    for name in wanted + others:
        (stamps / name).parent.mkdir(parents=True, exist_ok=True)
        side, planes = (40 if name == "food/small.png" else 80), (3 if name == "food/b.png" else 4)
        cv2.imwrite(str(stamps / name), np.full((side, side, planes), 200, np.uint8))
    assert data_stamps.take(stamps, tmp_path) == (7, 1)
    linked = {path.name for path in (tmp_path / "things").iterdir()}
    assert linked | {"animals_birds_2.png"} == {name.replace("/", "_") for name in wanted}
    assert [path.name for path in (tmp_path / "things-held").iterdir()] == ["animals_birds_2.png"]
    assert len(moving.find([tmp_path / "things"], []).things) == 7
    (tmp_path / "empty").mkdir()
    with pytest.raises(ExportError, match="no cut-outs"):
        data_stamps.take(tmp_path / "empty", tmp_path)
