# SPDX-License-Identifier: GPL-2.0-or-later
"""The tested versions: each Python on each system gets one version of each package, with hashes."""

from __future__ import annotations

import re
import sys
from collections import Counter

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from obs_bgremove.setup import lock, locked, runtime
from obs_bgremove.setup.lock import Pin
from obs_bgremove.setup.locked import Target

LINUX, WINDOWS = Target("3.12", "linux", "x86_64"), Target("3.12", "win32", "AMD64")


FILES = [(flavour, file) for flavour in runtime.FLAVOURS for file in locked.files(flavour)]
each_file = pytest.mark.parametrize(("flavour", "file"), FILES, ids=[file.stem for _, file in FILES])


def pins(text):
    """Return the version of each package of a file, and its hashes."""
    entries = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    split = (entry.split("    --hash=sha256:") for entry in entries.replace(" \\\n", "").splitlines())
    return {Pin(*pin.split("==")): hashes for pin, *hashes in split}


@pytest.mark.parametrize("flavour", runtime.FLAVOURS)
def test_no_target_has_two_files(flavour):
    targets = Counter(target for file in locked.files(flavour) for target in locked.targets(file))
    assert len(targets) >= 5
    assert set(targets.values()) == {1}


@pytest.mark.parametrize("system", [("linux", "x86_64"), ("win32", "AMD64"), ("darwin", "arm64")])
@pytest.mark.parametrize("python", lock.PYTHONS)
def test_every_python_has_tested_versions_for_the_cpu_on_the_usual_systems(python, system):
    assert locked.file_for("cpu", Target(python, *system))


@each_file
def test_each_package_has_one_version_with_hashes(flavour, file):
    found = pins(file.read_text(encoding="utf-8"))
    names = [pin.name for pin in found]
    assert len(set(names)) == len(names)
    assert {"numpy", runtime.PACKAGES[flavour]} <= set(names)
    for pin, hashes in found.items():
        assert re.fullmatch(r"[\w.]+", pin.version), pin
        assert hashes and all(re.fullmatch("[0-9a-f]{64}", one) for one in hashes), pin


@each_file
def test_the_versions_are_those_that_the_project_asks_for(flavour, file):
    versions = {pin.name: pin.version for pin in pins(file.read_text(encoding="utf-8"))}
    for target in locked.targets(file):
        for wanted in map(Requirement, lock.requirements(f"worker-{flavour}")):
            if not wanted.marker or wanted.marker.evaluate(lock.markers(target)):
                assert versions[canonicalize_name(wanted.name)] in wanted.specifier, (target, wanted)


def test_the_cudnn_for_older_cards_still_runs_them():
    """NVIDIA's table of cuDNN 9.11 begins with Turing, that of 9.10 with Maxwell."""
    (cudnn,) = [
        wanted
        for wanted in map(Requirement, lock.requirements("worker-cuda12"))
        if wanted.name == "nvidia-cudnn-cu12"
    ]
    assert "9.10.2.21" in cudnn.specifier
    assert "9.11.0" not in cudnn.specifier


@each_file
def test_no_registry_is_named(flavour, file):
    assert "://" not in file.read_text(encoding="utf-8")


def answer(name, *requires, version="1.0"):
    """Return a package as pip reports it."""
    return {
        "metadata": {"name": name, "version": version, "requires_dist": list(requires)},
        "download_info": {"archive_info": {"hashes": {"sha256": "a" * 64}}},
    }


def test_conditions_are_looked_at_for_the_target_and_not_for_the_python_that_asks(monkeypatch):
    shelf = {
        "one": answer(
            "one", 'two; sys_platform == "win32"', 'three; sys_platform == "linux"', 'no; extra == "x"'
        ),
        "two": answer("two", "four[five]"),
        "three": answer("three"),
        "four": answer("four", 'five; extra == "five"'),
        "five": answer("five"),
    }
    asked = []

    def pip(wanted, target):
        asked.append(list(wanted))
        # As pip on Linux: it takes what Linux needs, whatever the target is.
        names = {re.split(r"\W", line)[0] for line in wanted} | {"three"}
        return [shelf[name] for name in names]

    monkeypatch.setattr(lock, "_pip_answer", pip)
    assert {pin.name for pin in lock.resolve(["one"], WINDOWS)} == {"one", "two", "four", "five"}
    assert asked[0] == ["one"]
    assert {pin.name for pin in lock.resolve(["one", "five; python_version < '3.11'"], LINUX)} == {
        "one",
        "three",
    }


def test_what_pip_cannot_find_is_no_target(monkeypatch):
    monkeypatch.setattr(lock, "_pip_answer", lambda *_: [])
    assert lock.resolve(["one"], WINDOWS) == {}


def test_targets_of_the_same_versions_share_a_file():
    old, arm = LINUX._replace(python="3.10"), LINUX._replace(machine="aarch64")
    made = lock.files(
        "cpu",
        {
            LINUX: {Pin("one", "2"): "b" * 64, Pin("same", "1"): "a" * 64},
            old: {Pin("one", "1"): "c" * 64, Pin("same", "1"): "a" * 64},
            arm: {Pin("one", "2"): "d" * 64, Pin("same", "1"): "a" * 64},
        },
    )
    assert list(made) == ["cpu-1.txt", "cpu-2.txt"]
    assert pins(made["cpu-1.txt"]) == {Pin("one", "2"): ["b" * 64, "d" * 64], Pin("same", "1"): ["a" * 64]}
    assert pins(made["cpu-2.txt"]) == {Pin("one", "1"): ["c" * 64], Pin("same", "1"): ["a" * 64]}


def test_a_file_is_found_by_what_it_was_made_for(tmp_path, monkeypatch):
    monkeypatch.setattr(locked, "FOLDER", tmp_path)
    for name, content in lock.files(
        "cuda", {LINUX: {Pin("a", "1"): "0"}, WINDOWS: {Pin("b", "1"): "0"}}
    ).items():
        (tmp_path / name).write_text(content)
    assert locked.file_for("cuda", WINDOWS) == tmp_path / "cuda-2.txt"
    assert locked.file_for("cuda", WINDOWS._replace(python="3.9")) is None
    assert locked.file_for("cuda12", WINDOWS) is None


@pytest.mark.parametrize(
    ("says", "version"),
    [("3.14.2 free-threading build (main)", "3.14t"), ("3.14.2 (tags/v3.14.2:1a2b3c4)", "3.14")],
)
def test_a_python_without_the_gil_has_packages_of_its_own(monkeypatch, says, version):
    monkeypatch.setattr(sys, "version_info", (3, 14, 2))
    monkeypatch.setattr(sys, "version", says)
    assert locked.this_target().python == version
    tested = locked.file_for("cpu", Target(version, "win32", "AMD64"))
    assert (tested is None) == version.endswith("t")
