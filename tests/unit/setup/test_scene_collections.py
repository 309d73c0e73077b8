# SPDX-License-Identifier: GPL-2.0-or-later
"""What install.py does to the files of a user's OBS."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys

import pytest

from obs_bgremove import home, scene_files
from obs_bgremove.setup import backups, command, scene_collections
from obs_bgremove.setup.errors import SetupError
from obs_bgremove.users_obs import obs_processes, portable, users_settings, windows_processes

OURS = {"path": scene_files.SCRIPT.as_posix(), "settings": {}}
OTHER = {"path": "/elsewhere/clock.lua", "settings": {"zone": "UTC"}}


@pytest.fixture
def configuration(tmp_path, monkeypatch):
    """Return the "obs-studio" directory of a made-up user who has OBS."""
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "user"))
    monkeypatch.setenv("APPDATA", str(tmp_path / "user" / "config"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user" / "config"))
    monkeypatch.setenv(home.VARIABLE, str(tmp_path / "data"))
    monkeypatch.setattr(obs_processes, "running", list)
    folder = tmp_path / "user" / "config" / "obs-studio"
    (folder / "basic" / "scenes").mkdir(parents=True)
    monkeypatch.setattr(users_settings, "configurations", lambda: [folder])
    return folder


def write(configuration, name, scripts=None, **more):
    """Write a scene collection; without ``scripts`` it has no script list at all."""
    path = configuration / "basic" / "scenes" / f"{name}.json"
    modules = {} if scripts is None else {"modules": {"scripts-tool": scripts, "output-timer": {"on": True}}}
    path.write_text(json.dumps({"name": name, "sources": [{"name": "Kamera ü"}], **modules, **more}), "utf-8")
    return path


def scripts(path):
    """Return the script list of a collection."""
    return json.loads(path.read_text("utf-8"))["modules"]["scripts-tool"]


def test_adds_the_script_to_every_collection_and_keeps_the_rest(configuration):
    first, second = write(configuration, "One", [OTHER], scaling=1.25), write(configuration, "Two")
    changed, *others = scene_collections.add()
    assert (set(changed), others) == ({first, second}, [[], [], []])
    assert scripts(first) == [OTHER, OURS]
    assert scripts(second) == [OURS]
    kept = json.loads(first.read_text("utf-8"))
    assert kept["sources"] == [{"name": "Kamera ü"}]
    assert kept["scaling"] == 1.25
    assert kept["modules"]["output-timer"] == {"on": True}


def test_a_second_run_changes_nothing_and_backs_up_nothing(configuration):
    path = write(configuration, "One", [])
    scene_collections.add()
    text, kept = path.read_text(), list(backups.directory().iterdir())
    assert scene_collections.add() == ([], [path], [], [])
    assert path.read_text() == text
    assert list(backups.directory().iterdir()) == kept


def test_an_older_checkout_is_replaced_in_its_place_with_its_settings(configuration):
    old = {"path": "C:\\old\\obs_bgremove\\obs_script.py", "settings": {"kept": 1}}
    older = {"path": "/older/obs_bgremove/obs_script.py", "settings": {}}
    path = write(configuration, "One", [old, OTHER, older])
    scene_collections.add()
    assert scripts(path) == [{**OURS, "settings": {"kept": 1}}, OTHER]


def test_the_same_checkout_twice_becomes_once(configuration):
    path = write(configuration, "One", [OURS, OURS])
    scene_collections.add()
    assert scripts(path) == [OURS]


def test_a_script_of_the_same_name_that_is_not_ours_stays(configuration):
    foreign = {"path": "/mine/obs_script.py", "settings": {}}
    path = write(configuration, "One", [foreign])
    scene_collections.add()
    assert scripts(path) == [foreign, OURS]


def test_the_backup_is_the_file_as_it_was(configuration):
    path = write(configuration, "One", [OTHER])
    before = path.read_bytes()
    scene_collections.add()
    scene_collections.remove(filters=False)
    kept = sorted(backups.directory().rglob("One.json"))
    assert len(kept) == 2, "one for each change"
    assert [file.read_bytes() == before for file in kept] == [True, False]


def test_collections_of_one_name_have_a_backup_each(configuration, tmp_path, monkeypatch):
    other = tmp_path / "other" / "obs-studio"
    (other / "basic" / "scenes").mkdir(parents=True)
    monkeypatch.setattr(users_settings, "configurations", lambda: [configuration, other])
    before = {write(configuration, "One", [OTHER]).read_bytes(), write(other, "One").read_bytes()}
    scene_collections.add()
    (folder,) = backups.directory().iterdir()
    assert len(before) == 2
    assert {file.read_bytes() for file in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("platform", "variables", "folders"),
    [
        (
            "linux",
            {},
            [".config", ".var/app/com.obsproject.Studio/config", "snap/obs-studio/current/.config"],
        ),
        ("linux", {"XDG_CONFIG_HOME": "moved"}, ["moved"]),
        ("darwin", {}, ["Library/Application Support"]),
        ("win32", {}, ["AppData/Roaming"]),
        ("win32", {"APPDATA": "moved"}, ["moved"]),
    ],
)
def test_settings_are_found_where_each_system_keeps_them(tmp_path, monkeypatch, platform, variables, folders):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, folder in variables.items():
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setattr(users_settings.sys, "platform", platform)
    monkeypatch.setattr(shutil, "which", lambda _name: None)  # the system's own cannot be asked on another
    assert users_settings.configurations() == [], "only those that exist"
    places = [tmp_path / folder / "obs-studio" for folder in folders]
    for place in places:
        place.mkdir(parents=True)
    assert users_settings.configurations() == places


def test_remove_is_the_inverse_of_add(configuration):
    path = write(configuration, "One", [OTHER])
    before = json.loads(path.read_text("utf-8"))
    scene_collections.add()
    changed, *_ = scene_collections.remove(filters=False)
    assert changed == [path]
    assert json.loads(path.read_text("utf-8")) == before
    assert scene_collections.remove(filters=False) == ([], [path], [], [])


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"name": "no sources"}',
        '{"sources": [], "modules": {"scripts-tool": 3}}',
        "\ufeff\x00",
    ],
)
def test_what_cannot_be_understood_is_left_alone_with_a_warning(configuration, content):
    good, bad = write(configuration, "Good", []), configuration / "basic" / "scenes" / "Bad.json"
    bad.write_text(content, "utf-8")
    changed, _, warnings, _ = scene_collections.add()
    assert changed == [good]
    assert len(warnings) == 1
    assert "Bad.json was left alone" in warnings[0]
    assert bad.read_text("utf-8") == content


def test_a_running_obs_with_this_configuration_is_refused(configuration, monkeypatch):
    path = write(configuration, "One", [])
    before = path.read_bytes()
    monkeypatch.setattr(obs_processes, "running", lambda: [obs_processes.RunningObs(77, configuration)])
    with pytest.raises(SetupError, match=r"process 77.*close OBS"):
        scene_collections.add()
    assert path.read_bytes() == before
    assert not backups.directory().exists()


def test_a_running_obs_whose_configuration_is_unknown_is_refused(configuration, monkeypatch):
    write(configuration, "One", [])
    monkeypatch.setattr(obs_processes, "running", lambda: [obs_processes.RunningObs(77, None)])
    with pytest.raises(SetupError, match="close OBS"):
        scene_collections.add()


def test_a_running_obs_does_not_matter_if_there_is_nothing_to_change(configuration, monkeypatch):
    path = write(configuration, "One", [OURS])
    monkeypatch.setattr(obs_processes, "running", lambda: [obs_processes.RunningObs(77, configuration)])
    assert scene_collections.add() == ([], [path], [], [])


def test_an_obs_with_another_configuration_does_not_matter(configuration, monkeypatch, tmp_path):
    path = write(configuration, "One", [])
    private = obs_processes.RunningObs(77, tmp_path / "private" / "obs-studio")
    monkeypatch.setattr(obs_processes, "running", lambda: [private])
    assert scene_collections.add()[0] == [path]


def process(proc, pid, name, environ, state="S"):
    """Make a process in a fake /proc."""
    folder = proc / str(pid)
    folder.mkdir(parents=True)
    (folder / "comm").write_text(name + "\n")
    (folder / "stat").write_text(f"{pid} ({name}) {state} 1 1")
    (folder / "environ").write_bytes(environ)


def test_linux_processes_tell_their_configuration(tmp_path):
    proc = tmp_path / "proc"
    process(proc, 10, "obs", b"HOME=/home/a\0LANG=C\0")
    process(proc, 11, "obs", b"HOME=/home/a\0XDG_CONFIG_HOME=/tmp/x\0")
    process(proc, 14, ".obs-wrapped", b"HOME=/home/b\0")
    process(proc, 12, "bash", b"HOME=/home/a\0")
    process(proc, 13, "obs", b"HOME=/home/a\0", state="Z")
    (proc / "self").mkdir()
    found = {obs.pid: obs.configuration and obs.configuration.as_posix() for obs in obs_processes.linux(proc)}
    usual = {10: "/home/a/.config/obs-studio", 14: "/home/b/.config/obs-studio"}
    assert found == {**usual, 11: "/tmp/x/obs-studio"}


def test_on_windows_the_configuration_of_a_portable_obs_is_known(tmp_path, monkeypatch):
    places = {
        4711: portable.program(tmp_path / "carried"),
        12: portable.program(tmp_path / "installed"),
        13: None,
    }
    (tmp_path / "carried").mkdir()
    (tmp_path / "carried" / "portable_mode.txt").touch()
    monkeypatch.setattr(obs_processes.sys, "platform", "win32")
    monkeypatch.setattr(windows_processes, "named", lambda _: places)
    carried = tmp_path / "carried" / "config" / "obs-studio"
    expected = {4711: carried, 12: None, 13: None}
    assert {obs.pid: obs.configuration for obs in obs_processes.running()} == expected


def test_macos_lists_processes_by_path(monkeypatch):
    listed = (
        "    1 /sbin/launchd\n"
        "  500 /Applications/Other.app/Contents/MacOS/NoOBS\n"
        "  501 /Applications/OBS.app/Contents/MacOS/OBS\n"
        "  502 /Applications/OBS.app/Contents/Frameworks/OBS Helper.app/Contents/MacOS/OBS Helper\n"
        "99503 /Users/a/OBS 31.app/Contents/MacOS/OBS\n"
    )
    monkeypatch.setattr(obs_processes.sys, "platform", "darwin")
    monkeypatch.setattr(obs_processes, "output", lambda command: listed)
    assert obs_processes.running() == [obs_processes.RunningObs(pid, None) for pid in (501, 99503)]


def test_a_system_that_cannot_list_processes_has_none(tmp_path):
    assert obs_processes.output([str(tmp_path / "gone")]) == ""


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), PermissionError(13, "Permission denied")]
)
def test_a_write_that_fails_leaves_the_collection_whole(configuration, monkeypatch, error):
    path = write(configuration, "One", [OTHER])
    before = path.read_bytes()

    def fail(*_):
        raise error

    monkeypatch.setattr(os, "replace", fail)
    changed, _, _, (problem,) = scene_collections.add()
    assert not changed
    assert re.search(rf"{error.strerror}.*make it writable", problem)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["One.json"]


def test_a_backup_that_fails_comes_before_any_change(configuration, tmp_path):
    path = write(configuration, "One", [OTHER])
    before = path.read_bytes()
    (tmp_path / "data").write_text("a file where the data directory should be")
    with pytest.raises(SetupError, match="cannot be written to"):
        scene_collections.add()
    assert path.read_bytes() == before


def test_a_folder_that_exists_whatever_its_name_ends_with_a_sentence(configuration, monkeypatch):
    path = write(configuration, "One", [OTHER])
    before = path.read_bytes()
    backups.directory().mkdir(parents=True)

    def exists(*_, **__):
        raise FileExistsError(17, "File exists")  # Windows: also where a folder may not be made

    monkeypatch.setattr(os, "mkdir", exists)
    with pytest.raises(SetupError, match="cannot be written to"):
        scene_collections.add()
    assert path.read_bytes() == before


def test_two_backups_of_one_second_have_a_folder_each(configuration, monkeypatch):
    monkeypatch.setattr(backups.time, "strftime", lambda _: "now")
    write(configuration, "One", [OTHER])
    scene_collections.add()
    scene_collections.remove(filters=False)
    assert sorted(folder.name for folder in backups.directory().iterdir()) == ["now", "now_2"]


def test_collections_moved_by_newer_versions_are_found(configuration, tmp_path):
    here = write(configuration, "Here")
    moved = tmp_path / "moved" / "obs-studio"
    (moved / "basic" / "scenes").mkdir(parents=True)
    there = write(moved, "There")
    text = f"\ufeff[General]\nPre31Migrated=true\n[Locations]\nSceneCollections={tmp_path / 'moved'}\n"
    (configuration / "global.ini").write_text(text, "utf-8")
    assert set(scene_collections.files(configuration)) == {here, there}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_mode_of_the_file_is_kept(configuration):
    path = write(configuration, "One")
    path.chmod(0o600)
    scene_collections.add()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


LONE_SURROGATE = '{"name": "Bad", "sources": [{"name": "\\ud800"}]}'
DEEP = '{"name": "Bad", "sources": [' + "[" * 100_000 + "]" * 100_000 + "]}"
#: Python's reader takes it, its writer and OBS do not.
NO_NUMBER = '{"name": "Bad", "sources": [{"name": "A", "volume": 1e999}]}'
#: Of a depth that one Python reads and another one does not.
DEEPISH = '{"name": "Bad", "sources": [' + "[" * 900 + "]" * 900 + "]}"


@pytest.mark.parametrize("content", [LONE_SURROGATE, DEEP, NO_NUMBER])
@pytest.mark.parametrize("name", ["A bad one", "Z bad one"])
def test_a_bad_collection_costs_itself_only(configuration, content, name):
    good = write(configuration, "Good", [])
    bad = good.with_name(f"{name}.json")
    bad.write_text(content, "utf-8")
    outcome = scene_collections.add()
    assert (outcome.changed, outcome.same, outcome.failed) == ([good], [], [])
    (warning,) = outcome.left_alone
    assert warning.startswith(f"{bad} was left alone: ")
    assert bad.read_text("utf-8") == content
    assert scene_files.lists_script(scene_files.read(good))
    assert scene_collections.remove(filters=True).changed == [good]


def test_a_collection_nested_as_deeply_as_python_reads_is_changed_or_left_alone(configuration):
    bad = write(configuration, "Deep")
    bad.write_text(DEEPISH, "utf-8")
    outcome = scene_collections.add()
    assert len(outcome.changed) + len(outcome.left_alone) == 1
    assert "[" * 50 in bad.read_text("utf-8").replace(" ", "").replace("\n", "")


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")
@pytest.mark.parametrize("kind", ["folder", "pipe", "link to itself", "link to nothing", "not UTF-8"])
def test_what_is_no_file_costs_itself_only(configuration, kind):
    good = write(configuration, "Good", [])
    bad = good.with_name("Bad.json")
    if kind == "folder":
        bad.mkdir()
    elif kind == "pipe":
        os.mkfifo(bad)
    elif kind == "not UTF-8":
        bad.write_bytes(b'{"sources": ["\xff"]}')
    else:
        bad.symlink_to(bad if kind == "link to itself" else bad.with_name("gone"))
    outcome = scene_collections.add()
    assert (outcome.changed, outcome.failed, len(outcome.left_alone)) == ([good], [], 1)


def test_one_file_that_cannot_be_written_costs_itself_only(configuration, monkeypatch):
    paths = [write(configuration, name, []) for name in ("A", "B", "C")]
    whole = scene_collections.replace_whole

    def replace(path, content):
        if path.stem == "B":
            raise PermissionError(13, "Permission denied")
        whole(path, content)

    monkeypatch.setattr(scene_collections, "replace_whole", replace)
    outcome = scene_collections.add()
    assert outcome.changed == [paths[0], paths[2]]
    assert len(outcome.failed) == 1 and "B.json cannot be written" in outcome.failed[0]
    assert "B.json cannot be written" in command.add_script(), "install.py ends with an error"


@pytest.mark.parametrize("empty", [{"modules": None}, {"modules": {"scripts-tool": None}}, {"modules": {}}])
def test_a_list_that_is_not_there_is_made(configuration, empty):
    path = write(configuration, "One", **empty)
    scene_collections.add()
    assert scripts(path) == [OURS]


def test_what_a_writer_left_that_was_stopped_goes_with_the_next_change(configuration):
    path = write(configuration, "One", [])
    for name in (".One.json.0123abcd.new", ".One.json.notours.new", ".Two.json.0123abcd.new"):
        path.with_name(name).write_text("half")
    scene_collections.add()
    names = sorted(file.name for file in path.parent.iterdir())
    assert names == [".One.json.notours.new", ".Two.json.0123abcd.new", "One.json"]


@pytest.mark.skipif(os.name == "nt", reason="needs links")
class TestRealPaths:
    """A script is known by where it is, whatever path leads there."""

    def test_a_link_to_this_checkouts_script_stays_and_there_is_no_second_copy(self, configuration, tmp_path):
        link = tmp_path / "background.py"
        link.symlink_to(scene_files.SCRIPT)
        entry = {"path": str(link), "settings": {"kept": 1}}
        path = write(configuration, "One", [OTHER, entry])
        assert scene_collections.add().same == [path]
        assert scripts(path) == [OTHER, entry]

    def test_a_link_beside_the_script_is_one_too_many(self, configuration, tmp_path):
        (tmp_path / "checkout").symlink_to(home.PROJECT)
        entry = {"path": str(tmp_path / "checkout" / "obs_bgremove" / "obs_script.py"), "settings": {}}
        path = write(configuration, "One", [entry, OURS])
        scene_collections.add()
        assert scripts(path) == [entry]

    def test_a_link_into_a_checkout_that_moved_is_replaced(self, configuration, tmp_path):
        link = tmp_path / "background.py"
        link.symlink_to(tmp_path / "gone" / "obs_bgremove" / "obs_script.py")
        path = write(configuration, "One", [{"path": str(link), "settings": {"kept": 1}}, OTHER])
        scene_collections.add()
        assert scripts(path) == [{**OURS, "settings": {"kept": 1}}, OTHER]
        assert link.is_symlink()

    def test_a_link_goes_with_an_uninstallation(self, configuration, tmp_path):
        link = tmp_path / "background.py"
        link.symlink_to(scene_files.SCRIPT)
        path = write(configuration, "One", [{"path": str(link), "settings": {}}, OTHER])
        scene_collections.remove(filters=False)
        assert scripts(path) == [OTHER]
        assert link.is_symlink()


def test_names_that_the_terminal_has_no_letters_for_do_not_stop_install_py(configuration, tmp_path):
    names = ["場面", "Szene 🎥", "Ж"]
    paths = [write(configuration, name, []) for name in names]
    driver = (
        "import sys\nfrom obs_bgremove.setup import command\n"
        "from obs_bgremove.users_obs import obs_processes, users_settings\nfrom pathlib import Path\n"
        "users_settings.configurations = lambda: [Path(sys.argv[1])]\nobs_processes.running = list\n"
        "command.set_up = command.note_place = command.speed.ensure = lambda *_, **__: None\n"
        "command.obs_program.ensure = lambda *_, **__: ''\n"
        "sys.exit(command.main([]))\n"
    )
    for encoding in ("cp1252", "ascii"):
        done = subprocess.run(
            [sys.executable, "-c", driver, str(configuration)],
            cwd=home.PROJECT,
            env={**os.environ, "PYTHONIOENCODING": encoding},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.count(b"scene collection ") == len(names)
    assert [scripts(path) for path in paths] == [[OURS]] * len(names)
