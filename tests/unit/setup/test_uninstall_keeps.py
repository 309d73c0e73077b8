# SPDX-License-Identifier: GPL-2.0-or-later
"""What is not ours survives an installation, work with it, and its removal, whatever its name is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from obs_bgremove import home
from obs_bgremove.link import process
from obs_bgremove.setup import command, environment, models, virtual_env
from obs_bgremove.setup.errors import SetupError
from obs_bgremove.users_obs import obs_processes, users_settings
from obs_bgremove.worker.inference import providers


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return the data directory: a folder of the user's with the names that we use, and things in them."""
    place = tmp_path / "project"
    for name in (
        "venv",
        "logs",
        "demo",
        "cache",
        "models/mediapipe-landscape",
        "models/mine",
        "cache/trt/m/old",
    ):
        (place / name).mkdir(parents=True)
        (place / name / "precious.txt").write_text("mine")
    (place / "demo" / "obs").mkdir()
    (place / "venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    for name in ("measured.json", "speed.json", "install.new", ".writable", ".own.json.1.new"):
        (place / name).write_text("mine")
    monkeypatch.setenv(home.VARIABLE, str(place))
    monkeypatch.setattr(users_settings, "configurations", list)
    monkeypatch.setattr(obs_processes, "running", list)
    return place


def content(place):
    """Return the bytes of each file below a folder; None for a folder."""
    return {
        path.relative_to(place): path.read_bytes() if path.is_file() else None for path in place.rglob("*")
    }


@pytest.mark.parametrize("arguments", [["--uninstall"], ["--uninstall", "--yes"]])
@pytest.mark.parametrize("record", [None, {"python": sys.executable, "flavour": "cpu"}])
def test_folders_of_the_users_with_our_names_stay(folder, arguments, record, capsys):
    before = content(folder)
    if record:
        home.write_record(record)
    assert command.main(arguments) == 0
    assert content(folder) == before
    assert "nothing shows that install.py has made it" in capsys.readouterr().out


def test_the_project_folder_as_data_directory_loses_nothing(tmp_path, monkeypatch, folder):
    project = tmp_path / "checkout"
    shutil.copytree(home.PROJECT / "models", project / "models", ignore=shutil.ignore_patterns("*.onnx"))
    monkeypatch.setattr(home, "PROJECT", project)
    monkeypatch.setenv(home.VARIABLE, str(project))
    for name in ("rvm-720p", "fast"):
        (project / "models" / name / "model.onnx").write_text("")
    before = content(project)
    home.write_record({"python": sys.executable, "flavour": "cpu", "models": ["rvm-720p"]})
    assert home.make_own(home.log_directory())
    assert command.main(["--uninstall", "--yes"]) == 0
    assert content(project) == before


def test_an_environment_of_the_users_is_neither_used_nor_cleared(folder, monkeypatch):
    before = content(folder / "venv")
    monkeypatch.setattr(
        virtual_env, "run", lambda command: subprocess.CompletedProcess(command, 0, "1.0", "")
    )
    monkeypatch.setattr(environment.pip, "run", lambda *_, **__: pytest.fail("it was installed into"))
    with pytest.raises(SetupError, match=r"venv is in the way: install\.py has not made it"):
        environment.ensure(environment.Choice("cpu", "why"), [], fall_back=True)
    assert content(folder / "venv") == before


def test_what_the_worker_keeps_takes_nothing_away(folder, monkeypatch):
    before = content(folder)
    stand_in = SimpleNamespace(__version__="1.0")
    monkeypatch.setitem(sys.modules, "onnxruntime", stand_in)
    monkeypatch.setattr(providers.nvidia, "identity", lambda: ("GPU", "1"))
    model = folder / "model.onnx"
    model.write_bytes(b"1")
    providers.cache("trt", SimpleNamespace(name="m", file=model, height=1, width=1))
    opened = process._open_log()
    if not isinstance(opened, int):
        opened.close()
    model.unlink()
    after = content(folder)
    assert {path: after[path] for path in before} == before


def test_old_ones_of_our_own_cache_go(folder, monkeypatch):
    shutil.rmtree(folder / "cache")
    monkeypatch.setitem(sys.modules, "onnxruntime", SimpleNamespace(__version__="1.0"))
    monkeypatch.setattr(providers.nvidia, "identity", lambda: ("GPU", "1"))
    model = folder / "model.onnx"
    model.write_bytes(b"1")
    first = providers.cache("trt", SimpleNamespace(name="m", file=model, height=1, width=1))
    model.write_bytes(b"2")
    second = providers.cache("trt", SimpleNamespace(name="m", file=model, height=1, width=1))
    assert not first.exists() and second.exists()


def test_a_folder_of_the_users_with_a_models_name_stays_and_a_fetched_one_goes(folder, monkeypatch):
    def run(_module, *arguments):
        assert "rvm-720p" in home.read_record()["models"], "recorded before it is made"
        made = home.directory() / "models" / "rvm-720p"
        made.mkdir()
        for name in ("card.toml", "model.onnx"):
            (made / name).write_text("")
        return 0

    monkeypatch.setattr(virtual_env, "run_module", run)
    home.write_record({"python": sys.executable, "flavour": "cpu"})
    models.fetch(["rvm-720p"])
    assert command.main(["--uninstall", "--yes"]) == 0
    assert sorted(path.name for path in (folder / "models").iterdir()) == ["mediapipe-landscape", "mine"]


def test_a_model_that_an_older_version_fetched_goes(folder):
    name = "rvm-720p"
    (folder / "models" / name).mkdir()
    shutil.copy(home.PROJECT / "models" / name / "card.toml", folder / "models" / name)
    home.write_record({"python": sys.executable, "flavour": "cpu"})
    assert command.main(["--uninstall"]) == 0
    assert not (folder / "models" / name).exists()


def test_a_model_of_the_users_with_a_models_name_is_not_replaced(folder, monkeypatch):
    (folder / "models" / "mediapipe-landscape" / "model.onnx").write_text("mine")
    monkeypatch.setattr(virtual_env, "run_module", lambda *_: pytest.fail("it was fetched"))
    models.refresh([])
    with pytest.raises(SetupError, match="mediapipe-landscape is in the way"):
        models.fetch(["mediapipe-landscape"])
    assert "models" not in home.read_record()


def test_a_link_goes_and_what_it_leads_to_stays(folder, tmp_path):
    away = tmp_path / "away"
    assert home.make_own(away)
    (away / "kept").mkdir()
    shutil.rmtree(folder / "logs")
    (folder / "logs").symlink_to(away)
    home.write_record({"python": sys.executable, "flavour": "cpu"})
    assert command.main(["--uninstall", "--yes"]) == 0
    assert (away / "kept").is_dir() and not (folder / "logs").exists()


COLLECTION = {
    "name": "場面",
    "sources": [
        {
            "name": "Camera",
            "filters": [
                {
                    "id": "color_filter",
                    "versioned_id": "color_filter_v2",
                    "settings": {"opacity": 0.0, "kept": 1},
                },
                {"id": "color_filter", "settings": {"opacity": 0.0, "obs_bgremove_room_guard": True}},
                {"id": "obs_bgremove", "name": "Background Removal", "settings": {"model": "fast"}},
                {"id": "scale_filter", "settings": {}},
            ],
        },
        {"name": "Bare"},
        {"name": "Scene", "id": "scene", "filters": [{"id": "obs_bgremove"}], "settings": {"items": []}},
    ],
    "groups": [{"name": "Group", "filters": [{"id": "obs_bgremove", "settings": {}}]}],
    "modules": {"scripts-tool": [], "other": {"a": 1.25}},
}


@pytest.fixture
def scenes(tmp_path, monkeypatch):
    """Return the folder of the scene collections of a user with an installation."""
    monkeypatch.setenv(home.VARIABLE, str(tmp_path / "data"))
    monkeypatch.setattr(obs_processes, "running", list)
    monkeypatch.setattr(users_settings, "configurations", lambda: [tmp_path / "obs-studio"])
    home.write_record({"python": sys.executable, "flavour": "cpu"})
    place = tmp_path / "obs-studio" / "basic" / "scenes"
    place.mkdir(parents=True)
    (place / "Mine.json").write_text(json.dumps(COLLECTION), "utf-8")
    (place / "Other.json").write_text('{"sources": [{"name": "A", "filters": []}]}', "utf-8")
    return place


def test_uninstall_takes_filters_and_guards_out_of_the_collections(scenes, capsys):
    others = (scenes / "Other.json").read_bytes()
    assert command.main(["--uninstall", "--yes"]) == 0
    said = capsys.readouterr().out
    assert "The scene collection Mine has the filter or its room guard on: Camera, Scene, Group." in said
    data = json.loads((scenes / "Mine.json").read_text("utf-8"))
    camera, bare, scene = data["sources"]
    assert [one["id"] for one in camera["filters"]] == ["color_filter", "scale_filter"]
    assert camera["filters"][0]["settings"]["kept"] == 1, "a colour filter of the user's own"
    assert (bare, scene["filters"], data["groups"][0]["filters"]) == ({"name": "Bare"}, [], [])
    assert (data["name"], data["modules"]) == (COLLECTION["name"], COLLECTION["modules"])
    assert (scenes / "Other.json").read_bytes() == others
    (kept,) = home.directory().rglob("Mine.json")
    assert json.loads(kept.read_text("utf-8")) == COLLECTION


def test_uninstall_leaves_the_filters_if_nobody_says_yes(scenes, capsys):
    before = (scenes / "Mine.json").read_bytes()
    assert command.main(["--uninstall"]) == 0
    assert (scenes / "Mine.json").read_bytes() == before
    said = capsys.readouterr().out
    assert "Camera, Scene, Group" in said and "it hides the source: remove both in OBS" in said


def test_filters_stay_while_obs_runs(scenes, monkeypatch, capsys):
    before = (scenes / "Mine.json").read_bytes()
    running = obs_processes.RunningObs(7, scenes.parent.parent)
    monkeypatch.setattr(obs_processes, "running", lambda: [running])
    assert command.main(["--uninstall", "--yes"]) == 1
    assert "close OBS" in capsys.readouterr().err
    assert (scenes / "Mine.json").read_bytes() == before
    assert home.read_record(), "nothing was uninstalled"
