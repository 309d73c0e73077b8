# SPDX-License-Identifier: GPL-2.0-or-later
"""Labs without building one: parts are kept, and what cannot be built is skipped with the reason."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import __main__ as tests_main
from tests.labs import debian, network, newer_obs, parts

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="labs need Linux")


def test_a_part_is_built_again_when_its_recipe_changes(tmp_path):
    built = []
    lab = parts.Parts(tmp_path / "lab")
    for recipe in ("one", "one", "two"):
        lab.build("part", recipe, lambda recipe=recipe: built.append(recipe))
    assert built == ["one", "two"]


def test_a_part_that_failed_is_built_again(tmp_path):
    lab = parts.Parts(tmp_path)

    def fail():
        raise debian.CannotBuild("no network")

    with pytest.raises(debian.CannotBuild):
        lab.build("part", "one", fail)
    built = []
    lab.build("part", "one", lambda: built.append(1))
    assert built == [1]


@pytest.fixture
def cannot(monkeypatch, tmp_path):
    """Return a function that makes a system which refuses ``program``, with this text."""
    monkeypatch.setenv(parts.VARIABLE, str(tmp_path))
    monkeypatch.setattr(debian.os, "geteuid", lambda: 0)
    monkeypatch.setattr(debian.shutil, "which", lambda tool: f"/usr/bin/{tool}")
    monkeypatch.setattr(newer_obs.shutil, "which", lambda tool: f"/usr/bin/{tool}")

    def refuse(program, text):
        def run(command, **options):
            code = int(program in command)
            as_text = options.get("text")
            said = (text if code else "") if as_text else (text if code else "").encode()
            return subprocess.CompletedProcess(command, code, said, said)

        monkeypatch.setattr(debian.subprocess, "run", run)

    return refuse


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ("unshare", "unshare: unshare failed: Operation not permitted"),
        ("debootstrap", "E: Failed getting release file"),
    ],
)
def test_what_cannot_be_built_is_skipped_with_the_reason(cannot, capsys, program, text):
    cannot(program, text)
    assert tests_main.main(["--obs", "32", "tests/obs"]) == 0
    said = capsys.readouterr().out
    assert "The tests in OBS 32 are skipped." in said and text in said


def test_an_unknown_obs_is_an_error(capsys):
    assert tests_main.main(["--obs", "31"]) == 2
    assert "30, 32" in capsys.readouterr().err


def test_files_that_pip_needs_are_seen_in_the_lab(monkeypatch, tmp_path):
    wheels, index = tmp_path / "wheels", tmp_path / "index" / "simple"
    for folder in (wheels, index):
        folder.mkdir(parents=True)
    settings = (
        f"global.find-links='{wheels}'\n"
        "global.index-url='one'\n"
        f":env:.extra-index-url='file://{index} https://example.invalid/simple'\n"
        ":env:.index-url='another'\n"
    )
    done = subprocess.CompletedProcess([], 0, settings, "")
    monkeypatch.setattr(network.subprocess, "run", lambda *_arguments, **_options: done)
    monkeypatch.setattr(network, "CERTIFICATES", tmp_path / "none")
    for name in list(network.os.environ):
        if network._VARIABLES.fullmatch(name):
            monkeypatch.delenv(name)
    variables, files = network.hosts_network()
    assert variables["PIP_FIND_LINKS"] == str(wheels)
    assert variables["PIP_INDEX_URL"] == "another", "a variable wins over a file"
    assert set(files.values()) == {wheels, Path(index).parent}
    assert all(name == str(path) for name, path in files.items())
