# SPDX-License-Identifier: GPL-2.0-or-later
"""Fetching a model: whole or not at all, and a sentence when it cannot be had."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

from export.common.errors import ExportError, exit_code
from export.fetch import packages, reference
from export.fetch.fetch import _resized, fetch
from export.graph import probe
from export.graph.runner import Runner
from export.shelf.card import read_card
from export.shelf.edit import write_sections
from tests.unit.export.models import HEIGHT, WIDTH, contract_model, red_mattes, shelf_with


@pytest.fixture
def registry(monkeypatch):
    """A registry that hands out the archive it is given, and notes what it was asked for."""

    class Registry:
        archive = None

        def download(self, package, folder):
            self.asked.append(str(package))
            return Path(shutil.copy(self.archive, folder))

    served = Registry()
    served.asked = []
    monkeypatch.setattr(packages, "_pip_download", served.download)
    return served


def left_in(directory):
    return sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file())


def test_models_are_converted_and_put_into_place(tmp_path, registry):
    shelf, into = tmp_path / "shelf", tmp_path / "home" / "models"
    registry.archive = shelf_with(shelf, ["one", "two"])
    fetch(["one", "two"], into, shelf=shelf)
    assert left_in(into) == ["one/card.toml", "one/model.onnx", "two/card.toml", "two/model.onnx"]
    assert registry.asked == ["test-network 1.0"]  # once for both
    frame = probe.frames(HEIGHT, WIDTH, 1)[0]
    alpha = Runner(into / "one" / "model.onnx").alpha(frame)
    assert np.abs(alpha - 255 * red_mattes(10)[0]).max() < 0.51


def test_what_is_there_is_kept_and_its_card_renewed(tmp_path, registry):
    shelf, into = tmp_path / "shelf", tmp_path / "models"
    registry.archive = shelf_with(shelf, ["one"])
    fetch(["one"], into, shelf=shelf)
    card = shelf / "one" / "card.toml"
    card.write_text(card.read_text(encoding="utf-8").replace("A test.", "Another."), encoding="utf-8")
    fetch(["one"], into, shelf=shelf)
    assert len(registry.asked) == 1
    assert "Another." in (into / "one" / "card.toml").read_text(encoding="utf-8")
    fetch(["one"], into, again=True, shelf=shelf)
    assert len(registry.asked) == 2


def test_a_cut_short_model_is_made_again(tmp_path, registry):
    shelf, into = tmp_path / "shelf", tmp_path / "models"
    registry.archive = shelf_with(shelf, ["one"])
    fetch(["one"], into, shelf=shelf)
    model = into / "one" / "model.onnx"
    whole = model.read_bytes()
    model.write_bytes(whole[: len(whole) // 2])
    fetch(["one"], into, shelf=shelf)
    assert model.read_bytes() == whole


def test_a_wrong_checksum_leaves_nothing(tmp_path, registry):
    shelf, into = tmp_path / "shelf", tmp_path / "models"
    registry.archive = shelf_with(shelf, ["one"])
    card = shelf / "one" / "card.toml"
    text = card.read_text(encoding="utf-8")
    digest = text[text.rindex('= "') + 3 :].strip().strip('"')
    card.write_text(text.replace(digest, "0" * 64), encoding="utf-8")
    with pytest.raises(ExportError, match="SHA-256"):
        fetch(["one"], into, shelf=shelf)
    assert list(into.iterdir()) == []


def test_a_conversion_that_differs_from_the_reference_leaves_nothing(tmp_path, registry):
    shelf, into = tmp_path / "shelf", tmp_path / "models"
    registry.archive = shelf_with(shelf, ["one"], gain=10.0, recorded_gain=9.8)
    with pytest.raises(ExportError, match="it was not written"):
        fetch(["one"], into, shelf=shelf)
    assert list(into.iterdir()) == []


def test_a_directory_that_cannot_be_written(tmp_path, registry):
    shelf = tmp_path / "shelf"
    registry.archive = shelf_with(shelf, ["one"])
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(ExportError, match="cannot be written to"):
        fetch(["one"], tmp_path / "file" / "models", shelf=shelf)
    assert registry.asked == []


def test_a_damaged_package(tmp_path, registry):
    shelf, into = tmp_path / "shelf", tmp_path / "models"
    registry.archive = shelf_with(shelf, ["one"])
    registry.archive.write_bytes(registry.archive.read_bytes()[:100])
    with pytest.raises(ExportError, match="arrived damaged"):
        fetch(["one"], into, shelf=shelf)
    assert list(into.iterdir()) == []


def test_an_edition_says_its_size_and_not_what_was_measured_of_another(tmp_path, registry):
    shelf, into = tmp_path / "shelf", tmp_path / "models"
    registry.archive = shelf_with(shelf, ["one-whole"])
    card = shelf / "one-whole" / "card.toml"
    measured = {"quality": {"clips_mad": 1.5}, "speed": {"milliseconds": 2.5}}
    write_sections(card, {**measured, "convert": {"steady": True}})
    size = f"{HEIGHT}x{WIDTH}"
    fetch(["one-whole"], into, shelf=shelf, size=size)
    made = read_card(into / f"one-{size}" / "card.toml")
    assert left_in(into) == [f"one-{size}/card.toml", f"one-{size}/model.onnx"]
    assert made.title == f"Test, made at {size}" and made.convert == {"steady": True, "size": size}
    assert made.quality == made.speed == {}
    assert made.fetch == read_card(card).fetch and read_card(card).quality
    other = _resized(read_card(card), "32x48", shelf, _made(tmp_path / "work"))
    assert (other.name, other.height, other.width) == ("one-32x48", 32, 48)


@pytest.mark.parametrize(
    ("names", "size", "match"),
    [
        (["one-whole"], "8x8", "one-8x8 is a model of its own"),
        (["one-whole", "one-half"], f"{HEIGHT}x{WIDTH}", "Two of these would be called one-"),
        (["one-whole"], "8", "must be HEIGHTxWIDTH"),
    ],
)
def test_an_edition_that_cannot_be_had(tmp_path, registry, names, size, match):
    shelf = tmp_path / "shelf"
    registry.archive = shelf_with(shelf, ["one-whole", "one-half", "one-8x8"])
    with pytest.raises(ExportError, match=match):
        fetch(names, tmp_path / "models", shelf=shelf, size=size)


def test_a_model_that_is_carried_is_not_fetched(tmp_path, registry):
    registry.archive = shelf_with(tmp_path, ["one", "carried"])
    card = tmp_path / "carried" / "card.toml"
    card.write_text(card.read_text(encoding="utf-8").partition("[fetch]")[0], encoding="utf-8")
    with pytest.raises(ExportError, match="carried is not fetched from anywhere"):
        fetch(["one", "carried"], tmp_path / "models", shelf=tmp_path)
    assert registry.asked == [] and not (tmp_path / "models").exists()


def test_npm_packs_and_runs_nothing_of_the_package(tmp_path, monkeypatch):
    asked = []

    def client(command, package, folder):
        asked.extend(command)
        (folder / "cache").mkdir()
        (folder / "test-network-1.0.tgz").touch()

    monkeypatch.setattr(packages, "_npm", lambda folder: ["npm"])
    monkeypatch.setattr(packages, "_run", client)
    archive = packages.Store(tmp_path).archive(packages.Package("npm", "@test/network", "1.0", 1))
    assert asked[:3] == ["npm", "pack", "@test/network@1.0"] and "--ignore-scripts" in asked
    assert asked[asked.index("--pack-destination") + 1] == str(archive.parent)
    assert left_in(tmp_path) == ["package-0/test-network-1.0.tgz"] and not (archive.parent / "cache").exists()


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (ModuleNotFoundError("", name="torch"), "The package 'torch' is missing; install"),
        (ExportError("It is wrong."), "Error: It is wrong."),
        (PermissionError(13, "denied", "a.onnx"), "a.onnx cannot be read or written (denied)"),
        (KeyboardInterrupt(), "Stopped."),
    ],
)
def test_a_command_that_fails_says_why(capsys, trouble, sentence):
    def command():
        raise trouble

    assert exit_code(command) == 1
    assert sentence in capsys.readouterr().err
    assert exit_code(lambda: None) == 0


def test_an_unknown_name_lists_the_known(tmp_path):
    shelf_with(tmp_path, ["one", "two"])
    with pytest.raises(ExportError, match="the models are: one, two"):
        fetch(["three"], tmp_path / "models", shelf=tmp_path)


def test_a_client_that_fails_is_quoted(tmp_path):
    """pip itself, with a registry that is not there."""
    package = packages.Package("pypi", "test-network", "1.0", 1, "py3-none-any")
    with pytest.raises(
        ExportError, match=r"test-network 1\.0 could not be downloaded\. Its client failed with .+No matching"
    ):
        packages._run(
            [sys.executable, "-m", "pip", "download", "test-network==1.0", "--no-index"],
            package,
            _made(tmp_path / "package"),
        )


def _made(folder):
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken\nERROR: No matching distribution",
            "cannot be reached",
        ),
        ("npm error code ENOTFOUND\nnpm error network request failed\n", "cannot be reached"),
        ("ERROR: Exception:\nOSError: [Errno 28] No space left on device", "The disk is full"),
        ("Looking...\nERROR: something else\n", 'Its client failed with "ERROR: something else"'),
        ("", 'failed with "-"'),
    ],
)
def test_reason(output, reason):
    assert reason in packages._reason(output)


def test_reference_of_a_recurrent_model(tmp_path):
    """The recording's frames are shown in order, with the memory kept: this alpha is the frame before."""
    model = contract_model(state=True).SerializeToString()
    green = probe.frames(HEIGHT, WIDTH, reference.FRAMES)[..., 1] / 255
    recorded = np.concatenate([np.zeros_like(green[:1]), green[:-1]])
    reference.save(tmp_path / "reference.npz", recorded, "numpy")
    assert reference.compare(model, tmp_path / "reference.npz").largest < 0.01
    reference.save(tmp_path / "reference.npz", green, "numpy")
    with pytest.raises(ExportError, match="differs from the reference"):
        reference.compare(model, tmp_path / "reference.npz")


def test_a_reference_that_shows_nobody_is_refused(tmp_path):
    with pytest.raises(ExportError, match="sees no person"):
        reference.save(tmp_path / "reference.npz", np.zeros((4, 8, 8)), "numpy")


def test_the_origin_is_in_the_model(tmp_path, registry):
    shelf, into = tmp_path / "shelf", tmp_path / "models"
    registry.archive = shelf_with(shelf, ["one"])
    fetch(["one"], into, shelf=shelf)
    model = onnx.load(str(into / "one" / "model.onnx"))
    assert [entry.key for entry in model.metadata_props] == ["obs_bgremove.origin"]
