# SPDX-License-Identifier: GPL-2.0-or-later
"""install.py as a whole, without the network: its steps are watched, its files are real."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from export.shelf import place
from obs_bgremove import home, scene_files
from obs_bgremove.setup import (
    apt,
    check,
    command,
    environment,
    interpreter,
    locked,
    models,
    obs_program,
    obs_python,
    question,
    runtime,
    scene_collections,
    speed,
    uninstall,
    virtual_env,
)
from obs_bgremove.setup.errors import COMMAND, SetupError
from obs_bgremove.setup.runtime import Choice, Machine
from obs_bgremove.users_obs import obs_processes, program, users_settings
from obs_bgremove.worker import __main__ as worker
from tests import __main__ as tests_command


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Return the data directory of a user who has no OBS settings and no OBS running."""
    monkeypatch.setenv(home.VARIABLE, str(tmp_path / "data"))
    monkeypatch.setattr(users_settings, "configurations", list)
    monkeypatch.setattr(obs_processes, "running", list)
    return tmp_path / "data"


@pytest.fixture
def pip(data, monkeypatch):
    """Return the list of pip's calls; nothing is installed, but everything looks as if it were.

    A package named in ``pip.broken`` fails to install. There are no tested versions, and the disk has room,
    however full this machine's is.
    """

    class Calls(list):
        broken: frozenset = frozenset()

    calls = Calls()

    def run(_python, *arguments, quiet=False):
        calls.append(arguments)
        if any(argument.rpartition(":")[2] in calls.broken for argument in arguments):
            raise SetupError("pip failed: no matching distribution.")

    usage = environment.shutil.disk_usage(home.PROJECT)._replace(free=100_000_000_000)
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda _: usage)
    monkeypatch.setattr(environment.pip, "run", run)
    monkeypatch.setattr(locked, "FOLDER", data / "none")
    monkeypatch.setattr(virtual_env, "make", lambda anew: data.mkdir(exist_ok=True))
    monkeypatch.setattr(virtual_env, "works", lambda: bool(calls))
    monkeypatch.setattr(virtual_env, "installed_runtime", lambda: "1.99" if calls else "")
    return calls


def groups(calls):
    """Return the dependency groups of the last installation."""
    last = [call for call in calls if "--group" in call][-1]
    return [argument.rpartition(":")[2] for argument in last if ":" in argument]


def test_installs_the_flavour_and_the_groups_and_records_them(pip):
    assert environment.ensure(Choice("cpu", "why"), ["export"], fall_back=True) == "cpu"
    assert groups(pip) == ["worker-cpu", "export"]
    record = home.read_record()
    assert record["python"] == str(virtual_env.python())
    assert record["flavour"] == "cpu"


def test_a_second_run_installs_nothing(pip):
    environment.ensure(Choice("cpu", "why"), ["export"], fall_back=True)
    count, record = len(pip), home.record_file().read_bytes()
    environment.ensure(Choice("cpu", "why"), ["export"], fall_back=True)
    assert len(pip) == count
    assert home.record_file().read_bytes() == record


def test_an_environment_that_was_moved_is_recorded_where_it_is(pip, data, tmp_path, monkeypatch):
    environment.ensure(Choice("cpu", "why"), [], fall_back=True)
    home.make_own(data / "venv")
    data.rename(tmp_path / "renamed")
    monkeypatch.setenv(home.VARIABLE, str(tmp_path / "renamed"))
    count, before = len(pip), home.read_record()
    environment.ensure(Choice("cpu", "why"), [], fall_back=True)
    assert len(pip) == count
    assert home.read_record() == {**before, "python": str(virtual_env.python())}
    assert virtual_env.python().is_relative_to(tmp_path / "renamed")


def test_groups_add_up_over_runs(pip):
    environment.ensure(Choice("cpu", "why"), ["demo"], fall_back=True)
    environment.ensure(Choice("cpu", "why"), ["export"], fall_back=True)
    assert groups(pip) == ["worker-cpu", "demo", "export"]
    count = len(pip)
    environment.ensure(Choice("cpu", "why"), ["demo"], fall_back=True)
    assert len(pip) == count, "all of it is there"


@pytest.mark.parametrize(
    ("system", "installed", "runs", "refused"),
    [
        ("win32", True, True, True),
        ("win32", True, False, False),
        # Nothing of the environment can be open yet, or no file is locked by being open.
        ("win32", False, True, False),
        ("linux", True, True, False),
    ],
)
def test_windows_changes_no_environment_that_a_running_obs_may_use(
    pip, monkeypatch, system, installed, runs, refused
):
    environment.ensure(Choice("cpu", "why"), [], fall_back=True)
    monkeypatch.setattr(sys, "platform", system)
    if installed:
        virtual_env.python().parent.mkdir(parents=True)
        virtual_env.python().touch()
    running = [obs_processes.RunningObs(77, None)] if runs else []
    monkeypatch.setattr(obs_processes, "running", lambda: running)
    count, record = len(pip), home.read_record()
    if refused:
        with pytest.raises(SetupError, match="close OBS"):
            environment.ensure(Choice("webgpu", "why"), [], fall_back=True)
        assert (len(pip), home.read_record()) == (count, record), "what works stays as it is"
    else:
        assert environment.ensure(Choice("webgpu", "why"), [], fall_back=True) == "webgpu"


def test_a_gpu_flavour_that_fails_becomes_cpu_and_is_not_tried_again(pip, monkeypatch, capsys):
    monkeypatch.setattr(environment, "this_machine", lambda: Machine("linux", "x86_64"))
    pip.broken = frozenset({"worker-cuda"})
    assert environment.ensure(Choice("cuda", "there is one"), ["export"], fall_back=True) == "cpu"
    printed = capsys.readouterr().out
    assert "onnxruntime-gpu does not work here" in printed
    assert "something else is tried" in printed
    count = len(pip)
    assert environment.ensure(Choice("cuda", "there is one"), ["export"], fall_back=True) == "cpu"
    assert len(pip) == count


def test_cuda_falls_back_to_what_suits_the_card_otherwise_and_stays_there(pip, monkeypatch):
    machine = Machine("win32", "amd64", "NVIDIA RTX", 560, card="NVIDIA RTX")
    monkeypatch.setattr(environment, "this_machine", lambda: machine)
    pip.broken = frozenset({"worker-cuda12"})
    assert environment.ensure(Choice("cuda12", "there is one"), ["export"], fall_back=True) == "webgpu"
    assert (home.read_record()["flavour"], home.read_record()["instead_of"]) == ("webgpu", "cuda12")
    count = len(pip)
    assert environment.ensure(Choice("cuda12", "there is one"), ["export"], fall_back=True) == "webgpu"
    assert len(pip) == count
    # Another driver, another flavour: that was not tried yet.
    pip.broken = frozenset({"worker-cuda", "worker-webgpu"})
    assert environment.ensure(Choice("cuda", "there is one"), ["export"], fall_back=True) == "cpu"
    assert (home.read_record()["flavour"], home.read_record()["instead_of"]) == ("cpu", "cuda")


def test_what_another_flavour_left_is_uninstalled(pip, monkeypatch):
    packages = ["numpy==2.4.6", "nvidia-cudnn-cu12==9.1", "onnxruntime==1.31.1", "onnxruntime-gpu==1.26.0"]
    listed = subprocess.CompletedProcess([], 0, "\n".join(packages), "")
    monkeypatch.setattr(virtual_env, "run", lambda _: listed)

    def uninstalled(flavour, groups=()):
        before = len(pip)
        environment.ensure(Choice(flavour, "why"), list(groups), fall_back=True)
        return [call[2:] for call in pip[before:] if call[0] == "uninstall"]

    # Of two flavours of one package pip itself exchanges the one for the other.
    assert uninstalled("cuda12") == [("onnxruntime",)]
    assert uninstalled("cuda12", ["export"]) == [("onnxruntime",)]
    # NVIDIA's libraries for another CUDA lie in the same folder.
    assert uninstalled("cuda") == [("nvidia-cudnn-cu12", "onnxruntime")]
    assert uninstalled("cpu") == [("nvidia-cudnn-cu12", "onnxruntime-gpu")]
    # A plugin that is left would offer its device.
    packages[:] = ["onnxruntime==1.32.0", "onnxruntime-ep-webgpu==0.4.0", "onnxruntime-openvino==1.24.1"]
    listed.stdout = "\n".join(packages)
    assert uninstalled("webgpu") == [("onnxruntime-openvino",)]
    assert uninstalled("openvino") == [("onnxruntime-ep-webgpu", "onnxruntime-openvino")]


def test_what_a_first_flavour_left_that_failed_is_uninstalled(pip, monkeypatch):
    listed = subprocess.CompletedProcess([], 0, "nvidia-cudnn-cu13==9.1\nonnxruntime-gpu==1.32.0", "")
    monkeypatch.setattr(virtual_env, "run", lambda _: listed)
    monkeypatch.setattr(environment, "this_machine", lambda: Machine("linux", "x86_64"))
    pip.broken = frozenset({"worker-cuda"})
    assert environment.ensure(Choice("cuda", "there is one"), [], fall_back=True) == "cpu"
    uninstalled = [call[2:] for call in pip if call[0] == "uninstall"]
    assert uninstalled == [("nvidia-cudnn-cu13", "onnxruntime-gpu")], "not before the first had its try"


def test_a_missing_c_runtime_of_windows_is_named(pip, monkeypatch):
    errors = "ImportError: DLL load failed while importing onnxruntime_pybind11_state: Das Modul fehlt."
    monkeypatch.setattr(virtual_env, "run", lambda _: subprocess.CompletedProcess([], 1, "", errors))
    monkeypatch.setattr(virtual_env, "installed_runtime", lambda: "")
    with pytest.raises(SetupError, match=r"Das Modul fehlt.*Visual C\+\+.*vc_redist.*run this again"):
        environment.ensure(Choice("cpu", "why"), [], fall_back=False)


def test_a_gpu_flavour_that_cannot_be_imported_becomes_cpu(pip, monkeypatch, capsys):
    errors = "Traceback (most recent call last):\nImportError: libcublas.so.13: no such file"
    failed = subprocess.CompletedProcess([], 1, "", errors)
    monkeypatch.setattr(environment, "this_machine", lambda: Machine("linux", "x86_64"))
    monkeypatch.setattr(virtual_env, "run", lambda _: failed)
    monkeypatch.setattr(
        virtual_env, "installed_runtime", lambda: "1.99" if pip and "worker-cuda" not in groups(pip) else ""
    )
    assert environment.ensure(Choice("cuda", "there is one"), [], fall_back=True) == "cpu"
    assert "cannot be imported (ImportError: libcublas.so.13: no such file)" in capsys.readouterr().out
    assert groups(pip) == ["worker-cpu"]


def test_a_flavour_asked_for_by_name_does_not_fall_back(pip):
    pip.broken = frozenset({"worker-cuda"})
    with pytest.raises(SetupError, match="no matching distribution"):
        environment.ensure(Choice("cuda", "you asked for it"), ["export"], fall_back=False)
    assert home.read_record()["fingerprint"] == "", "what is half installed does not count as done"


def test_where_the_users_libraries_are_is_recorded(pip, monkeypatch):
    for name in environment.OF_LIBRARIES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/tensorrt/lib")
    environment.ensure(Choice("cpu", "why"), [], fall_back=True)
    environment.record_variables()
    assert home.read_record()["environment"] == {"LD_LIBRARY_PATH": "/opt/tensorrt/lib"}
    monkeypatch.delenv("LD_LIBRARY_PATH")
    environment.record_variables()
    assert home.read_record()["environment"] == {}
    assert home.read_record()["flavour"] == "cpu"


@pytest.fixture
def tested(pip, data, monkeypatch):
    """Let there be tested versions for this very Python and system; return pip's calls."""
    monkeypatch.setattr(locked, "FOLDER", data)
    data.mkdir()
    (data / "cpu-1.txt").write_text(f"{locked.MADE_FOR}3.9 linux x86_64\nnumpy==1.0\n")
    (data / "cpu-2.txt").write_text(f"{locked.MADE_FOR}{' '.join(locked.this_target())}\nnumpy==2.0\n")
    return pip


def test_tested_versions_are_installed_by_their_hashes_and_nothing_else(tested, data, capsys):
    environment.ensure(Choice("cpu", "why"), [], fall_back=True)
    ((word, *arguments),) = tested
    assert word == "install" and "--require-hashes" in arguments
    assert arguments[-2:] == ["-r", str(data / "cpu-2.txt")]
    assert "not tested" not in capsys.readouterr().out


def test_groups_come_after_the_tested_versions(tested):
    environment.ensure(Choice("cpu", "why"), ["demo"], fall_back=True)
    assert ["--require-hashes" in call for call in tested] == [True, False, False]
    assert groups(tested) == ["worker-cpu", "demo"]


def test_other_tested_versions_are_installed_again(tested, data):
    environment.ensure(Choice("cpu", "why"), [], fall_back=True)
    with (data / "cpu-2.txt").open("a") as file:
        file.write("packaging==1.0\n")
    environment.ensure(Choice("cpu", "why"), [], fall_back=True)
    assert len(tested) == 2


def test_where_nothing_was_tested_the_newest_versions_are_taken_and_that_is_said(pip, capsys):
    environment.ensure(Choice("cpu", "why"), [], fall_back=True)
    assert groups(pip) == ["worker-cpu"]
    said = f"There are no tested versions of onnxruntime for {locked.this_target()}, so the newest versions"
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("said", "falls_back"),
    [
        ("ERROR: No matching distribution found for onnxruntime==1.99", True),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", False),
        ("NewConnectionError\nERROR: No matching distribution found for onnxruntime==1.99", False),
    ],
)
def test_only_versions_that_do_not_suit_the_system_are_replaced_by_others(
    tested, monkeypatch, capsys, said, falls_back
):
    def run(_python, *arguments, quiet=False):
        tested.append(arguments)
        if "--require-hashes" in arguments:
            raise environment.pip.error(said)

    monkeypatch.setattr(environment.pip, "run", run)
    if falls_back:
        environment.ensure(Choice("cpu", "why"), [], fall_back=True)
        assert groups(tested) == ["worker-cpu"]
        assert "do not suit this system" in capsys.readouterr().out
    else:
        with pytest.raises(SetupError):
            environment.ensure(Choice("cpu", "why"), [], fall_back=True)
        assert len(tested) == 1


def test_too_little_disk_gets_a_sentence(pip, monkeypatch):
    usage = environment.shutil.disk_usage(home.PROJECT)._replace(free=10_000_000)
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(SetupError, match=r"needs 400 MB .* has only 10 MB: free some space") as error:
        environment.ensure(Choice("cpu", "why"), [], fall_back=True)
    assert "--flavour" not in str(error.value)
    assert not pip


@pytest.mark.parametrize(("free", "enough"), [(1_000_000_000, True), (10_000_000, False)])
def test_a_smaller_flavour_is_proposed_where_it_would_fit(pip, monkeypatch, free, enough):
    usage = environment.shutil.disk_usage(home.PROJECT)._replace(free=free)
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(SetupError, match="needs 5 GB") as error:
        environment.ensure(Choice("cuda", "why"), [], fall_back=False)
    assert ("Or choose --flavour cpu, which needs 400 MB." in str(error.value)) == enough


def test_a_data_directory_that_cannot_be_written_gets_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(home.VARIABLE, str(tmp_path / "file" / "data"))
    with pytest.raises(SetupError, match="set OBS_BGREMOVE_HOME to a folder that is"):
        virtual_env.make()


def test_a_folder_that_is_not_ours_is_not_cleared_for_the_environment(data, monkeypatch):
    monkeypatch.setattr(virtual_env, "run", lambda command: subprocess.CompletedProcess(command, 1, "", "no"))
    (data / "venv").mkdir(parents=True)
    (data / "venv" / "notes.txt").write_text("mine")
    with pytest.raises(SetupError, match="is in the way"):
        virtual_env.make()
    assert (data / "venv" / "notes.txt").exists()
    home.write_record({"fingerprint": "", "python": str(virtual_env.python())})
    with pytest.raises(SetupError, match="No virtual environment could be made"):
        virtual_env.make()


@pytest.fixture
def packages(data, monkeypatch):
    """Stand in for pip, which leaves alone what is recorded as installed; return the folder of packages."""

    def install(_python, *_arguments, quiet=False):
        for name in ("numpy", "onnxruntime"):
            recorded = folder() / f"{name}-1.0.dist-info"
            if not recorded.exists():
                recorded.mkdir()
                (folder() / f"{name}.py").write_text("__version__ = '1.0'")

    def folder():
        return next(virtual_env.folder().rglob("site-packages"))

    monkeypatch.setattr(environment.pip, "run", install)
    monkeypatch.setattr(environment, "_check_space", lambda _: None)
    environment.ensure(Choice("cpu", "why"), [], fall_back=True)
    return folder()


def test_packages_that_lost_a_file_are_installed_again(packages):
    """As where an antivirus program has taken one, or the power went."""
    (packages / "numpy.py").unlink()
    environment.ensure(Choice("cpu", "why"), [], fall_back=True)
    assert virtual_env.installed_runtime() == "1.0"


def test_a_pip_that_was_being_installed_when_all_was_stopped_is_installed_again(packages):
    (record,) = packages.glob("pip-*/RECORD")
    # The last file that pip writes, and one before it.
    for file in (record, packages / "pip" / "_internal" / "cli" / "main.py"):
        file.unlink()
    environment.ensure(Choice("cpu", "why"), ["demo"], fall_back=True)
    python = str(virtual_env.python())
    assert virtual_env.run([python, "-m", "pip", "install", "--help"]).returncode == 0
    assert virtual_env.installed_runtime() == "1.0"


@pytest.mark.parametrize(
    ("errors", "word"),
    [
        ("NewConnectionError('...: Failed to establish a new connection')\nERROR: No matching", "network"),
        ("ERROR: Could not install: [Errno 28] No space left on device", "full"),
        ("ERROR: first\nERROR: Could not find a version of onnxruntime-gpu", "onnxruntime-gpu"),
    ],
)
def test_errors_of_pip_become_sentences(data, monkeypatch, errors, word):
    done = subprocess.CompletedProcess([], 1, None, errors)
    monkeypatch.setattr(environment.pip.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(SetupError, match=word) as raised:
        environment.pip.run(virtual_env.python(), "install", "x")
    assert "\n" not in str(raised.value)


def test_what_is_set_for_another_python_or_pip_does_not_reach_the_environment(data, monkeypatch):
    wrong = {
        "PYTHONHOME": "/nowhere",
        "PYTHONPATH": "/nowhere",
        "PYTHONWARNINGS": "error",
        "PIP_USER": "1",
        "PIP_TARGET": "/nowhere",
        "PIP_PREFIX": "/nowhere",
        "PIP_PYTHON": "/nowhere",
        "PIP_NO_DEPS": "1",
        "PIP_DRY_RUN": "1",
    }
    for name, value in {**wrong, "PIP_INDEX_URL": "mine", "PYTHONIOENCODING": "utf-8"}.items():
        monkeypatch.setenv(name, value)
    given = []

    def started(_command, env=None, **_more):
        given.append(env)
        return subprocess.CompletedProcess([], 0, "", "")

    monkeypatch.setattr(virtual_env.subprocess, "run", started)
    environment.pip.run(virtual_env.python(), "install", "x")
    virtual_env.run(["python"])
    virtual_env.run_module("obs_bgremove.demo")
    assert len(given) == 3
    for variables in given:
        assert not {name for name, value in wrong.items() if variables.get(name) == value}
        assert variables["PIP_USER"] == "0", "a file of settings may say otherwise"
        assert (variables["PIP_INDEX_URL"], variables["PYTHONIOENCODING"]) == ("mine", "utf-8")


def test_pip_installs_into_the_environment_whatever_is_set(tmp_path, monkeypatch):
    """A real pip: it refuses before it asks any registry, or not at all."""
    pytest.importorskip("ensurepip", reason="this Python cannot make environments with pip")
    settings = tmp_path / "pip.conf"
    settings.write_text("[global]\nuser = true\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    folder = tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    with pytest.raises(SetupError, match="No matching distribution"):
        environment.pip.run(folder / "python", "install", "--no-index", "no-such-package", quiet=True)


@pytest.mark.parametrize("arguments", [["--check"], ["--uninstall", "--yes"]])
@pytest.mark.parametrize("inside", [True, False])
def test_what_the_system_refuses_ends_with_one_sentence(data, monkeypatch, capsys, arguments, inside):
    """As where HOME is that of another user, whose folders may not be looked into."""
    data.mkdir()
    home.write_record({"python": "python"})
    place = data / "models" if inside else Path("/root/models")

    def refused(*_arguments):
        raise PermissionError(13, "Permission denied", str(place))

    monkeypatch.setattr(models, "made_by_the_user", refused)
    assert command.main(arguments) == 1
    said = capsys.readouterr().err
    assert (
        said.startswith(f"Error: You may not write to {data if inside else place}") and said.count("\n") == 1
    )


def test_a_wrong_python_ends_with_one_sentence(data, monkeypatch, capsys):
    monkeypatch.setattr(interpreter, "problem", lambda: "This is Python 3.8: use another.")
    assert command.main([]) == 1
    assert capsys.readouterr().err == "Error: This is Python 3.8: use another.\n"
    assert not data.exists()


@pytest.fixture
def steps(data, monkeypatch):
    """Return the steps that an installation has taken; each of them works, and OBS is not there."""
    taken = []
    for owner, name, answer in (
        (environment, "ensure", "cpu"),
        (models, "fetch", None),
        (models, "refresh", None),
        (command, "note_place", None),
        (speed, "ensure", None),
        (obs_program, "ensure", "OBS is not installed: install it."),
        (scene_collections, "add", scene_collections.Outcome([], [], [], [])),
    ):
        step = f"{owner.__name__.rpartition('.')[2]}.{name}"
        monkeypatch.setattr(
            owner, name, lambda *_, step=step, answer=answer, **__: taken.append(step) or answer
        )
    monkeypatch.setattr(interpreter, "problem", lambda: "")
    monkeypatch.setattr(runtime, "this_machine", lambda: runtime.Machine("linux", "x86_64"))
    return taken


def test_the_steps_come_in_order(steps, capsys):
    assert command.main([]) == 0
    assert steps == [
        "environment.ensure",
        "models.fetch",
        "models.refresh",
        "command.note_place",
        "speed.ensure",
        "obs_program.ensure",
        "scene_collections.add",
    ]
    printed = capsys.readouterr().out
    assert "OBS is not installed: install it." in printed
    assert re.search(r"^This took \d+ s: models \d+ s, measuring \d+ s, OBS \d+ s\.$", printed, re.MULTILINE)


@pytest.mark.parametrize("has_collection", [True, False])
def test_the_last_line_is_what_to_do_next(steps, monkeypatch, capsys, has_collection):
    monkeypatch.setattr(scene_collections, "all_files", lambda: [Path("One.json")] if has_collection else [])
    assert command.main(["--yes"]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[-1].startswith("Now start OBS" if has_collection else "OBS has no scene")
    assert ("Now start OBS" in printed) == has_collection


def test_a_script_that_cannot_be_added_is_an_error_at_the_end(steps, monkeypatch, capsys):
    def fail():
        raise SetupError("OBS is running: close it.")

    monkeypatch.setattr(scene_collections, "add", fail)
    assert command.main([]) == 1
    assert capsys.readouterr().err == "Error: OBS is running: close it.\n"


def test_a_key_that_stops_it_is_no_crash(steps, monkeypatch, capsys):
    def stop():
        raise KeyboardInterrupt

    monkeypatch.setattr(speed, "ensure", stop)
    assert command.main([]) == 130
    assert capsys.readouterr().err == "Stopped. Run it again to go on.\n"


def test_models_are_chosen_by_name_or_family(monkeypatch):
    shelf = ["mediapipe-general", "mediapipe-landscape", "rvm-144x256", "rvm-720p"]
    monkeypatch.setattr(models, "known", lambda: shelf)
    assert models.select(["rvm"]) == ["rvm-144x256", "rvm-720p"]
    assert models.select(["rvm-720p", "rvm"]) == ["rvm-720p", "rvm-144x256"]
    with pytest.raises(SetupError, match=r'no model "rv".*choose among mediapipe-general'):
        models.select(["rv"])


def test_the_tests_ask_for_models_that_are_on_the_shelf():
    assert set(models.select(tests_command.MODELS)) == {"mediapipe-landscape", "mediapipe-general"}


@pytest.fixture
def no_registry(data, monkeypatch):
    """Let every fetching fail; return the calls, with ``calls.groups`` as they were installed."""

    class Calls(list):
        groups: list | None = None

    calls = Calls()

    def run(*arguments):
        calls.append(arguments)
        return 1

    def ensure(_choice, groups, **_):
        calls.groups = groups

    monkeypatch.setattr(virtual_env, "run_module", run)
    monkeypatch.setattr(environment, "ensure", ensure)
    return calls


def test_a_streamer_gets_what_runs_and_fetches_nothing(no_registry):
    command.set_up("cpu", [], [])
    assert no_registry == []
    assert no_registry.groups == []


def test_what_files_without_obs_need_is_installed_for_those_who_ask(no_registry, monkeypatch):
    for owner in (command.speed, command.obs_program):
        monkeypatch.setattr(owner, "ensure", lambda **_: "")
    monkeypatch.setattr(command, "prepare_obs", list)
    monkeypatch.setattr(command, "note_place", lambda: None)
    for arguments, groups in (([], []), (["--cutout"], ["cutout"])):
        command.install(command.parser().parse_args([*arguments, "--flavour", "cpu"]))
        assert no_registry.groups == groups


def test_a_model_that_came_along_is_not_fetched_when_it_is_asked_for(no_registry):
    command.set_up("cpu", ["fast"], [])
    assert no_registry == []
    assert no_registry.groups == []


def test_a_model_asked_for_by_name_must_be_had(no_registry):
    with pytest.raises(SetupError, match="could not be obtained"):
        command.set_up("cpu", ["mediapipe"], ["demo"])
    assert no_registry.groups == ["demo", "export"], "what converts it is installed first"
    assert {"mediapipe-landscape", "mediapipe-general"} <= set(no_registry[0])


def test_a_model_fetched_before_is_brought_up_to_date_if_it_can_be(no_registry, data, capsys):
    (data / "models" / "rvm-720p").mkdir(parents=True)
    (data / "models" / "rvm-720p" / "model.onnx").write_text("")
    command.set_up("cpu", [], [])
    assert no_registry == [], "the user may have made it"
    home.write_record({"models": ["rvm-720p"]})
    command.set_up("cpu", [], [])
    assert [call[:3] for call in no_registry] == [("export", "fetch", "rvm-720p")]
    printed = capsys.readouterr().out
    assert "could not be obtained" in printed and "next run tries again" in printed


def test_without_any_model_it_does_not_go_on(no_registry, monkeypatch):
    monkeypatch.setattr(models, "carried", list)
    with pytest.raises(SetupError, match="add '--model mediapipe'"):
        command.set_up("cpu", [], [])
    assert no_registry.groups is None, "nothing was installed"


@pytest.fixture
def bench(data, monkeypatch):
    """Return the calls of the worker's bench; it records no figures, and its exit code is ``bench.code``."""

    class Calls(list):
        code = 0

    calls = Calls()

    def run(module, *arguments):
        calls.append((module, *arguments))
        home.measurements_file().write_text("{}")
        return calls.code

    monkeypatch.setattr(virtual_env, "run_module", run)
    folder = data / "models" / "one"
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_text("1")
    home.write_record({"fingerprint": "first"})
    return calls


def test_speed_is_measured_once(bench):
    speed.ensure()
    speed.ensure()
    assert len(bench) == 1
    assert bench[0][:2] == ("obs_bgremove.worker", "bench")
    assert "--record" in bench[0]
    assert home.read_record()["fingerprint"] == "first"


def test_the_worker_understands_how_it_is_asked_to_measure(bench, monkeypatch):
    speed.ensure()
    ((_module, *arguments),) = bench
    asked = []
    stand_in = SimpleNamespace(bench=lambda *what: asked.append(what) or 7)
    monkeypatch.setitem(sys.modules, "obs_bgremove.worker.measure.bench", stand_in)
    monkeypatch.setattr(sys, "argv", ["worker", *arguments])
    assert worker.main() == 7
    assert asked == [([], "auto", speed.SECONDS, None, True, True)]


@pytest.mark.parametrize("change", ["model", "environment", "record lost", "older version"])
def test_speed_is_measured_again_after_a_change(bench, data, change):
    speed.ensure()
    if change == "model":
        (data / "models" / "one" / "model.onnx").write_text("another")
    elif change == "environment":
        home.write_record({**home.read_record(), "fingerprint": "second"})
    else:
        home.measurements_file().unlink()
        if change == "older version":
            for name in ("speed.json", "threads.json"):
                (data / name).write_text("[]")
    speed.ensure()
    assert len(bench) == 2


def test_a_bench_that_fails_is_told_and_no_error(bench, capsys):
    bench.code = 1
    speed.ensure()
    assert "Not everything could be measured" in capsys.readouterr().out


@pytest.fixture
def installed(data, monkeypatch):
    """Return the data directory after a made-up installation, with one of the user's own models."""
    for name in ("mediapipe-landscape", "my-own"):
        (data / "models" / name).mkdir(parents=True)
        (data / "models" / name / "card.toml").write_text("")
        (data / "models" / name / "model.onnx").write_text("")
    for name in ("venv", "logs", "demo", "cache"):
        assert home.make_own(data / name)
        (data / name / "inside").mkdir()
    home.measurements_file().write_text("{}")
    record = {"python": sys.executable, "flavour": "cpu", "measured": "1", "models": ["mediapipe-landscape"]}
    home.write_record(record)
    return data


@pytest.mark.parametrize("yes", [False, True])
def test_uninstall_keeps_the_users_own_models(installed, capsys, yes):
    assert command.main(["--uninstall", "--yes"][: 2 if yes else 1]) == 0
    assert [path.name for path in installed.iterdir()] == ["models"]
    assert [path.name for path in (installed / "models").iterdir()] == ["my-own"]
    assert f"Kept your own model {installed / 'models' / 'my-own'}." in capsys.readouterr().out


def test_uninstall_deletes_the_users_own_models_if_the_user_says_so(installed, monkeypatch):
    monkeypatch.setattr(question, "someone_there", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: "y")
    assert command.main(["--uninstall"]) == 0
    assert not installed.exists()


def test_what_a_stopped_fetch_left_is_nobodys_model(installed):
    with place.workspace(installed / "models") as work:
        pass
    work.mkdir()
    assert [path.name for path in models.made_by_the_user()] == ["my-own"]
    assert command.main(["--uninstall"]) == 0
    assert [path.name for path in (installed / "models").iterdir()] == ["my-own"]


@pytest.fixture
def without_own(installed):
    """Return the data directory of an installation without models of the user's own."""
    shutil.rmtree(installed / "models" / "my-own")
    return installed


def test_obs_finds_an_installation_that_was_moved(without_own, tmp_path, monkeypatch):
    monkeypatch.setattr(home, "usual", lambda: tmp_path / "usual")
    command.note_place()
    monkeypatch.delenv(home.VARIABLE)  # as OBS is started
    assert home.directory() == without_own.resolve()
    assert home.read_record()["flavour"] == "cpu"
    assert command.main(["--uninstall", "--yes"]) == 0
    assert not without_own.exists() and not (tmp_path / "usual").exists()
    assert home.directory() == tmp_path / "usual"
    # And back to the usual place.
    monkeypatch.setenv(home.VARIABLE, str(without_own))
    command.note_place()
    monkeypatch.setenv(home.VARIABLE, str(tmp_path / "usual"))
    command.note_place()
    monkeypatch.delenv(home.VARIABLE)
    assert home.directory() == tmp_path / "usual"


def test_the_demo_leaves_an_installation_that_obs_finds(installed, tmp_path, monkeypatch):
    monkeypatch.setattr(home, "usual", lambda: tmp_path / "usual")
    monkeypatch.chdir(tmp_path)
    for owner, name, answer in (
        (command, "set_up", None),
        (command.speed, "ensure", None),
        (command.obs_program, "ensure", ""),
        (command, "add_script", ""),
        (command.virtual_env, "run_module", 0),
    ):
        monkeypatch.setattr(owner, name, lambda *_, answer=answer, **__: answer)
    assert command.main(["--demo"]) == 0
    monkeypatch.delenv(home.VARIABLE)  # as OBS is started
    assert home.directory() == installed.resolve()


def test_uninstall_with_yes_leaves_nothing(without_own):
    for name in (".install.json.1234abcd.new", ".measured.json.12345678.new"):
        (without_own / name).write_text("of a run that was stopped")
    assert command.main(["--uninstall", "--yes"]) == 0
    assert not without_own.exists()


def test_uninstall_of_nothing_is_no_error(data):
    assert command.main(["--uninstall"]) == 0


def test_uninstall_deletes_nothing_it_did_not_make(without_own):
    (without_own / "notes.txt").write_text("mine")
    command.main(["--uninstall", "--yes"])
    assert [path.name for path in without_own.iterdir()] == ["notes.txt"]


def test_uninstall_deletes_nothing_where_nothing_was_installed(installed, capsys):
    home.record_file().unlink()
    assert command.main(["--uninstall", "--yes"]) == 1
    assert "no record of an installation" in capsys.readouterr().err
    assert all((installed / name).exists() for name in ("venv", "logs", "demo", "cache", "models"))


def test_an_uninstallation_that_was_stopped_can_be_done_again(without_own, monkeypatch):
    rmtree = uninstall.shutil.rmtree

    def stopped(path):
        if path.parent.name == "models":
            raise OSError(13, "used by another program")
        rmtree(path)

    with monkeypatch.context() as patched:
        patched.setattr(uninstall.shutil, "rmtree", stopped)
        assert command.main(["--uninstall", "--yes"]) == 1
    assert command.main(["--uninstall", "--yes"]) == 0
    assert not without_own.exists()


def test_uninstall_while_obs_runs_deletes_nothing(installed, tmp_path, monkeypatch, capsys):
    configuration = tmp_path / "obs-studio"
    (configuration / "basic" / "scenes").mkdir(parents=True)
    entry = {"path": scene_files.SCRIPT.as_posix(), "settings": {}}
    path = configuration / "basic" / "scenes" / "One.json"
    path.write_text(json.dumps({"sources": [], "modules": {"scripts-tool": [entry]}}))
    monkeypatch.setattr(users_settings, "configurations", lambda: [configuration])
    monkeypatch.setattr(obs_processes, "running", lambda: [obs_processes.RunningObs(1, configuration)])
    assert command.main(["--uninstall", "--yes"]) == 1
    assert "close OBS" in capsys.readouterr().err
    assert (installed / "venv").exists()
    monkeypatch.setattr(obs_processes, "running", list)
    assert command.main(["--uninstall", "--yes"]) == 0
    assert json.loads(path.read_text())["modules"]["scripts-tool"] == []
    assert list((installed / "backups").rglob("One.json")), "the backup outlives the uninstallation"


@pytest.fixture
def sound(installed, monkeypatch, tmp_path):
    """Make everything that --check looks at be in order."""
    monkeypatch.setattr(virtual_env, "installed_runtime", lambda: "1.99")
    monkeypatch.setattr(runtime, "this_machine", lambda: runtime.Machine("linux", "x86_64"))
    monkeypatch.setattr(models, "known", lambda: ["mediapipe-landscape", "rvm-720p"])
    monkeypatch.setattr(program, "find_program", lambda: tmp_path / "obs")
    monkeypatch.setattr(program, "version", lambda _: (29, 0, 2))


def lines(capsys, subject):
    """Return the printed lines about a subject."""
    return [line for line in capsys.readouterr().out.splitlines() if f" {subject}: " in line]


def test_check_of_a_sound_installation(sound, capsys):
    assert command.main(["--check"]) == 0
    assert "MISSING" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("module", "name", "value", "subject"),
    [
        (virtual_env, "installed_runtime", lambda: "", "Worker"),
        (home, "read_record", dict, "Worker"),
        (home, "read_record", lambda: {"python": "/gone/python"}, "Worker"),
        (models, "installed", lambda _: None, "Model"),
        (program, "version", lambda _: (27, 2, 4), "OBS"),
        (interpreter, "problem", lambda: "wrong: use another.", "Python"),
    ],
)
def test_check_says_what_is_missing_and_what_to_do(sound, monkeypatch, capsys, module, name, value, subject):
    monkeypatch.setattr(module, name, value)
    assert check.check() == 1
    missing = [line for line in lines(capsys, subject) if line.startswith("MISSING")]
    assert len(missing) == 1
    assert " - " in missing[0], "it says what to do"


def test_check_does_without_other_models_where_one_came_along(sound, monkeypatch, capsys):
    monkeypatch.setattr(models, "installed", lambda _: None)
    monkeypatch.setattr(models, "carried", lambda: ["fast"])
    assert check.check() == 0
    assert lines(capsys, "More models") == [
        f"note    More models: mediapipe-landscape, rvm-720p - '{COMMAND} --model NAME' gets one of them."
    ]


@pytest.mark.parametrize(
    ("has", "driver", "told"), [("cuda", 550, True), ("cuda12", 580, False), ("cpu", 550, True)]
)
def test_check_tells_of_a_better_flavour(sound, monkeypatch, capsys, has, driver, told):
    machine = runtime.Machine("linux", "x86_64", "NVIDIA RTX 3060", driver)
    monkeypatch.setattr(runtime, "this_machine", lambda: machine)
    home.write_record({**home.read_record(), "flavour": has})
    assert check.check() == 0
    assert ("--flavour cuda12" in lines(capsys, "Worker")[0]) == told


def test_check_without_obs(sound, monkeypatch, capsys):
    monkeypatch.setattr(program, "find_program", lambda: None)
    monkeypatch.setattr(program, "has_flatpak", lambda: False)
    monkeypatch.setattr(program, "has_snap", lambda: False)
    assert check.check() == 1
    assert lines(capsys, "OBS")[0].startswith("MISSING")


def test_an_obs_in_a_snap_does_not_do(sound, monkeypatch, capsys):
    monkeypatch.setattr(program, "find_program", lambda: None)
    monkeypatch.setattr(program, "has_flatpak", lambda: False)
    monkeypatch.setattr(program, "has_snap", lambda: True)
    monkeypatch.setattr(apt, "available", lambda: False)
    assert check.check() == 1
    line = lines(capsys, "OBS")[0]
    assert line.startswith("MISSING") and "Snap" in line and "package obs-studio" in line
    assert "package obs-studio" in obs_program.ensure(screenless=False)


@pytest.mark.skipif(sys.platform == "win32", reason="Flatpak is for Linux")
@pytest.mark.parametrize(("version", "todo"), [((32, 2, 2), ""), ((28, 1, 2), "Install OBS 29 or newer")])
def test_an_obs_in_a_flatpak_is_found(sound, monkeypatch, capsys, version, todo):
    monkeypatch.setattr(program, "find_program", lambda: None)
    monkeypatch.setattr(program, "has_flatpak", lambda: True)
    monkeypatch.setattr(program, "flatpak_version", lambda: version)
    monkeypatch.setattr(home, "PROJECT", Path("/home/me/obs_bgremove"))
    monkeypatch.setattr(check, "_seen", lambda _: True)
    assert check.check() == bool(todo)
    line = lines(capsys, "OBS")[0]
    assert "Flatpak com.obsproject.Studio" in line and todo in line
    assert obs_program.ensure(screenless=False) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="Flatpak is for Linux")
@pytest.mark.parametrize(
    ("folder", "seen"),
    [
        ("/tmp/it", False),
        ("/var/it", False),
        ("/var/home/me/it", True),
        ("/run/media/me/it", True),
        ("/opt/it", True),
    ],
)
def test_a_folder_that_the_flatpak_does_not_see_is_named(sound, monkeypatch, capsys, folder, seen):
    monkeypatch.setattr(program, "has_flatpak", lambda: True)
    monkeypatch.setattr(program, "flatpak_version", lambda: ())
    monkeypatch.setattr(Path, "home", lambda: Path("/var/home/me"))
    monkeypatch.setattr(home, "PROJECT", Path(folder))
    check.check()
    assert any(f"does not see {folder} - Move it" in line for line in lines(capsys, "OBS")) is not seen


@pytest.mark.skipif(sys.platform == "win32", reason="Flatpak is for Linux")
def test_the_flatpak_sees_what_a_link_of_the_system_leads_to(tmp_path, monkeypatch):
    """As on Fedora's atomic desktops: /home leads to /var/home, and the user's folder is /home/me."""
    for name in ("var/home/me", "var/mnt", "var/lib"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("home", "mnt"):
        (tmp_path / name).symlink_to(Path("var", name))
    monkeypatch.setattr(check, "ROOT", tmp_path)
    monkeypatch.setattr(check, "UNSEEN", (*check.UNSEEN, tmp_path.parts[1]))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home" / "me")
    seen = {name: check._seen(tmp_path / "var" / name) for name in ("home/me/it", "mnt/it", "lib/it")}
    assert seen == {"home/me/it": True, "mnt/it": True, "lib/it": False}


def test_the_demo_asks_for_an_obs_beside_the_flatpak(monkeypatch):
    monkeypatch.setattr(program, "find_program", lambda: None)
    monkeypatch.setattr(program, "has_flatpak", lambda: True)
    monkeypatch.setattr(apt, "available", lambda: False)
    assert "the demo opens an OBS with settings of its own" in obs_program.ensure(screenless=False, demo=True)
    assert obs_program.ensure(screenless=False) == ""


@pytest.mark.parametrize(
    ("version", "flatpak", "todo"),
    [
        # As Ubuntu 22.04 has it.
        ((27, 2, 3), False, "Install OBS 28 or newer."),
        ((28, 0, 0), False, ""),
        ((), False, ""),
        ((27, 2, 3), True, ""),
    ],
)
def test_an_obs_that_is_too_old_is_named(monkeypatch, version, flatpak, todo):
    monkeypatch.setattr(program, "find_program", lambda: Path("/usr/bin/obs"))
    monkeypatch.setattr(program, "has_flatpak", lambda: flatpak)
    monkeypatch.setattr(program, "version", lambda _: version)
    assert obs_program.ensure(screenless=False) == todo


def test_an_old_obs_that_apt_has_just_installed_is_named(monkeypatch):
    there: list[str] = []
    monkeypatch.setattr(program, "find_program", lambda: Path("/usr/bin/obs") if there else None)
    monkeypatch.setattr(program, "has_flatpak", lambda: False)
    monkeypatch.setattr(program, "version", lambda _: (27, 2, 3))
    monkeypatch.setattr(apt, "available", lambda: True)
    monkeypatch.setattr(apt, "install", lambda *names: there.extend(names))
    assert obs_program.ensure(screenless=False) == "Install OBS 28 or newer."


def test_check_tells_which_collections_run_the_script(sound, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "obs-studio" / "basic" / "scenes"
    folder.mkdir(parents=True)
    here = scene_files.SCRIPT.as_posix()
    for name, path in (("Here", here), ("Older", "/older/obs_bgremove/obs_script.py")):
        entries = [{"path": path, "settings": {}}]
        (folder / f"{name}.json").write_text(
            json.dumps({"sources": [], "modules": {"scripts-tool": entries}})
        )
    (folder / "Broken.json").write_text("{")
    monkeypatch.setattr(users_settings, "configurations", lambda: [tmp_path / "obs-studio"])
    monkeypatch.setattr(obs_python, "wanted", lambda: False)
    assert check.check() == 1
    broken, runs, older = lines(capsys, "Scene collection")
    assert broken.startswith("note    ") and "Broken.json cannot be read" in broken
    assert runs == "ok      Scene collection: Here runs the script"
    assert older.startswith("MISSING Scene collection: Older does not run the script - Close OBS and run")
    (folder / "Older.json").unlink()
    assert check.check() == 0


def test_check_of_an_empty_directory_says_how_to_begin(data, capsys):
    assert command.main(["--check"]) == 1
    assert f"Run '{COMMAND}'" in lines(capsys, "Worker")[0]
    assert not data.exists(), "looking changes nothing"


@pytest.mark.parametrize(
    ("output", "version"),
    [("OBS Studio - 29.0.2-1build1 (linux)\n", (29, 0, 2)), ("OBS Studio - unknown\n", ())],
)
def test_obs_tells_its_version(tmp_path, monkeypatch, output, version):
    monkeypatch.setattr(program.sys, "platform", "linux")
    assert program.version(tmp_path / "gone") == ()
    done = subprocess.CompletedProcess([], 0, output, "")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    assert program.version(tmp_path / "obs") == version
    monkeypatch.setattr(program.sys, "platform", "darwin")
    assert program.version(tmp_path / "obs") == (), "it would open a window"


def test_on_macos_a_user_may_have_an_obs_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr(program.sys, "platform", "darwin")
    monkeypatch.setattr(program.shutil, "which", lambda name: None)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    obs = tmp_path / "Applications" / "OBS.app" / "Contents" / "MacOS" / "OBS"
    assert program.find_program() is None
    obs.parent.mkdir(parents=True)
    obs.touch()
    assert program.find_program() == obs


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("Reading...\nE: Unable to locate package xvfb\nE: more\n", "Unable to locate package xvfb"),
        ("Killed\n", "apt-get ended with code 100"),
    ],
)
def test_a_package_that_apt_cannot_install_gets_a_sentence(monkeypatch, output, reason):
    codes = {"update": 100, "install": 0}

    def run(words, **_):
        return subprocess.CompletedProcess(words, codes[words[1]], output)

    monkeypatch.setattr(apt.subprocess, "run", run)
    apt.install("xvfb")  # one dead source among many does not matter
    codes["install"] = 100
    sentence = f"xvfb could not be installed ({reason}): run 'apt-get install xvfb' by hand."
    with pytest.raises(SetupError, match=f"^{re.escape(sentence)}$"):
        apt.install("xvfb")


@pytest.mark.parametrize("option", ["-B", "-I"])
def test_the_entry_point_runs_from_anywhere(tmp_path, option):
    done = subprocess.run(
        [sys.executable, option, str(home.PROJECT / "install.py"), "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for option in ("--check", "--uninstall", "--demo", "--model", "--flavour", "--yes"):
        assert option in done.stdout
