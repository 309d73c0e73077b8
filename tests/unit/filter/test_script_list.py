# SPDX-License-Identifier: GPL-2.0-or-later
"""Which scene collections get the script inside OBS, and what counts as listed."""

from __future__ import annotations

import json

import pytest

from obs_bgremove import scene_files
from obs_bgremove.filter import script_list
from obs_bgremove.filter.plugin import Plugin

OURS = {"path": scene_files.SCRIPT.as_posix(), "settings": {}}
FILTERED = [{"name": "Camera", "filters": [{"id": "obs_bgremove", "settings": {}}]}]
BARE = [{"name": "obs_bgremove", "filters": []}]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return the folder of the scene collections, which OBS names."""
    monkeypatch.setattr(script_list.frontend, "scene_folders", lambda: [tmp_path / "gone", tmp_path])
    monkeypatch.setattr(script_list.log, "info", lambda _: None)
    return tmp_path


@pytest.fixture
def loaded(monkeypatch):
    """Return a function that has OBS load a collection of these modules, and returns its script list."""

    def load(modules):
        written = []
        monkeypatch.setattr(script_list.data, "read_json", lambda _: modules)
        monkeypatch.setattr(
            script_list.data, "write_json_list", lambda _, name, items: written.append((name, items))
        )
        script_list.complete(1)
        for name, items in written:
            assert name == "scripts-tool"
            return items
        return modules.get("scripts-tool", [])

    return load


def write(folder, name, sources, modules):
    """Write a scene collection."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"name": name, "sources": sources, "modules": modules}), "utf-8")
    return path


@pytest.mark.parametrize(("sources", "added"), [(FILTERED, True), (BARE, False)])
def test_a_collection_gets_the_script_if_it_holds_the_filter(folder, loaded, sources, added):
    modules = {"scripts-tool": [], "output-timer": {"seconds": 30}}
    write(folder, "Loaded", sources, modules)
    write(folder, "Other", FILTERED if sources is BARE else BARE, {"output-timer": {"seconds": 31}})
    (folder / "Bad.json").write_text('{"sources": [{"filters": [{"id": "obs_bgremove"', "utf-8")
    assert loaded(modules) == ([OURS] if added else [])


def test_a_collection_whose_file_is_not_found_gets_it(folder, loaded):
    assert loaded({"scripts-tool": [], "from": "a backup"}) == [OURS]


def test_a_copy_that_exists_elsewhere_is_enough_and_one_that_does_not_is_replaced(folder, loaded, tmp_path):
    there = tmp_path / "elsewhere" / "obs_bgremove" / "obs_script.py"
    there.parent.mkdir(parents=True)
    there.write_text("")
    entry = {"path": str(there), "settings": {"kept": 1}}
    assert loaded({"scripts-tool": [entry]}) == [entry]
    there.unlink()
    assert loaded({"scripts-tool": [entry]}) == [{**OURS, "settings": {"kept": 1}}]


@pytest.mark.parametrize("modules", [None, 3, []])
def test_what_is_no_object_is_left_alone(folder, monkeypatch, modules):
    monkeypatch.setattr(script_list.data, "read_json", lambda _: modules)
    script_list.complete(1)
    script_list.complete(None)


def test_files_are_healed_and_a_bad_one_costs_itself_only(folder):
    bad = folder / "A.json"
    bad.write_text('{"sources": [{"name": "\\ud800", "filters": [{"id": "obs_bgremove"}]}]}', "utf-8")
    deep = folder / "B.json"
    deep.write_text('{"sources": ["obs_bgremove", ' + "[" * 100_000 + "]" * 100_000 + "]}", "utf-8")
    good = write(folder, "C", FILTERED, {"scripts-tool": [{"path": "/other.lua"}]})
    bare = write(folder, "D", BARE, {"scripts-tool": []})
    before = {path: path.read_bytes() for path in (bad, deep, bare)}
    script_list.heal()
    assert scene_files.read(good)["modules"]["scripts-tool"] == [{"path": "/other.lua"}, OURS]
    assert {path: path.read_bytes() for path in before} == before


def test_one_of_two_copies_removed_is_still_listed():
    plugin = Plugin()
    plugin._started = True
    for change, listed in (
        (plugin.start, True),
        (plugin.start, True),
        (plugin.unlisted, True),
        (plugin.unlisted, False),
        (plugin.unlisted, False),
        (plugin.start, True),
    ):
        change()
        assert bool(plugin._shared.copies_listed) == listed
