# SPDX-License-Identifier: GPL-2.0-or-later
"""install.py twice at a time, and install.py killed at each of its steps and run again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from obs_bgremove import home, scene_files
from obs_bgremove.setup import (
    backups,
    command,
    environment,
    interpreter,
    obs_program,
    pip,
    runtime,
    turn,
    virtual_env,
)
from obs_bgremove.setup.errors import SetupError
from obs_bgremove.users_obs import obs_processes, users_settings

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs fork")

#: What is done to files, as Python's audit events name it, and starting a program.
STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "shutil.copyfile", "test.step")
COLLECTIONS = ("One", "Two", "Three")


def run(words, **_):
    """Stand in for a command: make an environment in two steps, and answer of one that is whole."""
    if words[1:3] == ["-m", "venv"]:
        folder = Path(words[-1])
        assert (folder / home.MARK).exists(), "nothing is made in a folder that is not marked"
        (folder / "pyvenv.cfg").write_text("home = /usr/bin\n")
        (folder / "bin").mkdir(exist_ok=True)
        (folder / "bin" / "python").write_text("#!")
        return subprocess.CompletedProcess(words, 0, "", "")
    whole = virtual_env.python().exists()
    if "onnxruntime" in words[-1]:
        whole = whole and (virtual_env.folder() / "onnxruntime").exists()
    return subprocess.CompletedProcess(words, 0 if whole else 1, "1.99\n", "")


def install_packages(_python, *_arguments, quiet=False):
    """Stand in for pip."""
    sys.audit("test.step")
    (virtual_env.folder() / "onnxruntime").write_text("half")
    sys.audit("test.step")
    (virtual_env.folder() / "onnxruntime").write_text("whole")


def run_module(module, *arguments):
    """Stand in for what fetches a model, and for what measures."""
    if module == "export":
        folder = home.directory() / "models" / arguments[1]
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("card.toml", "model.onnx"):
            (folder / name).write_text("whole")
    else:
        home.measurements_file().write_text("{}")
    return 0


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return a folder with a data directory that does not exist, and scene collections."""
    monkeypatch.setenv(home.VARIABLE, str(tmp_path / "data"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "usual"))
    monkeypatch.setattr(users_settings, "configurations", lambda: [tmp_path / "obs-studio"])
    monkeypatch.setattr(obs_processes, "running", list)
    monkeypatch.setattr(runtime, "this_machine", lambda: runtime.Machine("linux", "x86_64"))
    monkeypatch.setattr(interpreter, "problem", lambda: "")
    monkeypatch.setattr(obs_program, "ensure", lambda **_: "")
    monkeypatch.setattr(virtual_env, "run", run)
    monkeypatch.setattr(virtual_env, "run_module", run_module)
    monkeypatch.setattr(virtual_env.apt, "available", lambda: False)
    monkeypatch.setattr(pip, "run", install_packages)
    monkeypatch.setattr(environment, "_check_space", lambda _: None)
    folder = tmp_path / "obs-studio" / "basic" / "scenes"
    folder.mkdir(parents=True)
    for name in COLLECTIONS:
        (folder / f"{name}.json").write_text(original(name), "utf-8")
    return tmp_path


def original(name):
    """Return a scene collection as it was."""
    return json.dumps({"name": name, "sources": [{"name": "Kamera ü"}], "modules": {"scripts-tool": []}})


def in_a_process(arguments, kill_at=0, before=lambda: None):
    """Run install.py in a process of its own, which is killed before its step ``kill_at``; return its pid."""
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        count = 0

        def hook(event, values):
            nonlocal count
            if event in STEPS and (
                event != "open" or (isinstance(values[1], str) and set(values[1]) & set("wxa+"))
            ):
                count += 1
                if count == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        before()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = command.main(arguments)
    finally:
        os._exit(code)


def ended(pid):
    """Wait until a process has ended; return its exit code, below zero the number of a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def check_collections(place, done):
    """Assert that each collection is whole: as it was, or with the script once."""
    for name in COLLECTIONS:
        path = place / "obs-studio" / "basic" / "scenes" / f"{name}.json"
        data = scene_files.read(path)
        entries = data["modules"]["scripts-tool"]
        assert entries == [{"settings": {}, "path": scene_files.SCRIPT.as_posix()}] or (
            not done and not entries
        )
        assert {**data, "modules": {"scripts-tool": []}} == json.loads(original(name))


def state(place):
    """Return what lies in the data directory and beside the collections, without backups and their times."""
    found = {}
    for path in [*(place / "data").rglob("*"), *(place / "obs-studio").rglob("*")]:
        if path.is_file() and "backups" not in path.parts:
            text = path.read_text("utf-8")
            found[str(path.relative_to(place))] = json.loads(text) if path.suffix == ".json" else text
    return found


ARGUMENTS = ["--flavour", "cpu", "--model", "rvm-720p"]


def test_killed_at_each_step_and_run_again(place):
    """A second run ends as one that was never stopped."""
    assert ended(in_a_process(ARGUMENTS)) == 0
    whole = state(place)
    check_collections(place, done=True)
    kept = {name: (place / "obs-studio" / "basic" / "scenes" / f"{name}.json") for name in COLLECTIONS}
    for step in range(1, 1000):
        undo(place, kept)
        code = ended(in_a_process(ARGUMENTS, kill_at=step))
        check_collections(place, done=code == 0)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        for path in (place / "data" / "backups").glob("*/*.json") if (place / "data").exists() else ():
            assert path.read_text("utf-8") in ("", original(path.stem)), "a backup is what was there before"
        assert ended(in_a_process(ARGUMENTS)) == 0, step
        assert state(place) == whole, step
    assert step > 40, "it has many steps"


def undo(place, kept):
    """Bring everything back to where it was before the first run."""
    shutil.rmtree(place / "data", ignore_errors=True)
    for name, path in kept.items():
        path.write_text(original(name), "utf-8")


def test_an_uninstallation_killed_at_each_step_and_run_again(place):
    assert ended(in_a_process(ARGUMENTS)) == 0
    installed = [place / name for name in ("data", "obs-studio")]
    for folder in installed:
        shutil.copytree(folder, place / "kept" / folder.name)
    for step in range(1, 1000):
        for folder in installed:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(place / "kept" / folder.name, folder)
        code = ended(in_a_process(["--uninstall", "--yes"], kill_at=step))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        assert ended(in_a_process(["--uninstall", "--yes"])) == 0, step
        assert [path.name for path in (place / "data").iterdir()] == ["backups"], step
    assert step > 8, "it has many steps"


def test_two_at_once_take_turns(place):
    """The second one begins when the first one has ended, and finds everything done."""
    inside, leave = os.pipe(), os.pipe()

    def wait_inside():
        def waiting(*_arguments, **_more):
            os.write(inside[1], b"1")
            os.read(leave[0], 1)

        pip.run = lambda *arguments, **more: (waiting(), install_packages(*arguments, **more))

    first = in_a_process(ARGUMENTS, before=wait_inside)
    assert os.read(inside[0], 1) == b"1"
    said = place / "said"

    def listen():
        pip.run = lambda *_, **__: os._exit(71)
        original_say = turn.say
        turn.say = lambda sentence: (original_say(sentence), said.write_text(sentence))
        waits = turn.time.sleep
        looks = []

        def sleep(seconds):
            if not looks:
                looks.append(1)
                os.write(inside[1], b"2")
            waits(seconds)

        turn.time.sleep = sleep

    second = in_a_process(ARGUMENTS, before=listen)
    assert os.read(inside[0], 1) == b"2", "it waits"
    assert said.read_text() == "Another install.py is at work: waiting until it has ended."
    os.write(leave[1], b"1" * 9)  # for each call of pip
    assert (ended(first), ended(second)) == (0, 0)
    check_collections(place, done=True)
    assert len(list((place / "data" / "backups").iterdir())) == 1, "the second one had nothing to change"


@pytest.mark.parametrize("arguments", [ARGUMENTS, ["--uninstall", "--yes"]])
def test_many_at_once_all_end_well(place, arguments):
    assert ended(in_a_process(ARGUMENTS)) == 0
    pids = [in_a_process(arguments if number % 2 else ARGUMENTS) for number in range(6)]
    assert [ended(pid) for pid in pids] == [0] * 6
    assert ended(in_a_process(ARGUMENTS)) == 0
    check_collections(place, done=True)


def test_a_directory_that_goes_away_while_the_turn_is_taken_is_made_again(place, monkeypatch):
    """An uninstallation that ends just then removes it."""
    opens, gone = Path.open, []

    def open_(path, *arguments):
        if path == turn.file() and not gone:
            gone.append(path.parent.rmdir())
        return opens(path, *arguments)

    monkeypatch.setattr(Path, "open", open_)
    with turn.taken():
        assert gone and turn.file().exists()


def test_a_link_to_nowhere_is_an_error(place):
    (place / "data").mkdir(exist_ok=True)
    turn.file().symlink_to(place / "nowhere" / "lock")
    with pytest.raises(SetupError, match="cannot be written to"), turn.taken():
        pass


def test_the_turn_is_free_when_the_one_that_had_it_was_killed(place):
    assert ended(in_a_process(ARGUMENTS, kill_at=10)) == -signal.SIGKILL
    assert turn.file().exists()
    with turn.taken():
        pass


def test_a_file_system_without_locks_does_not_stop_it(place, monkeypatch):
    import fcntl

    def fail(*_):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", fail)
    with turn.taken():
        assert turn.file().exists()


def test_looking_and_a_refused_uninstallation_leave_no_file(place):
    (place / "data").mkdir()
    assert command.main(["--uninstall"]) == 0
    (place / "data").mkdir(exist_ok=True)
    (place / "data" / "mine").write_text("")
    command.main(["--uninstall", "--yes"])
    assert [path.name for path in (place / "data").iterdir() if path.name != "backups"] == ["mine"]
    assert backups.directory().name == "backups"
