# SPDX-License-Identifier: GPL-2.0-or-later
"""The tested versions: each Python on each system gets one version of each package, with hashes."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from obs_bgremove.setup import lock, locked, runtime
from obs_bgremove.setup.lock import Pin
from obs_bgremove.setup.locked import Target

LINUX, WINDOWS = Target("3.12", "linux", "x86_64"), Target("3.12", "win32", "AMD64")


def pins(text):
    """Return the requirement of each entry of a file, and its hashes."""
    entries = re.sub(r" \\\n", "", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    split = (entry.split("    --hash=sha256:") for entry in entries.splitlines())
    return [(Requirement(requirement), hashes) for requirement, *hashes in split]


def taken(text, target):
    """Return the requirements that hold for a target."""
    environment = lock.markers(target)
    requirements = [one for one, _ in pins(text)]
    return [one for one in requirements if not one.marker or one.marker.evaluate(environment)]


@pytest.mark.parametrize("flavour", runtime.FLAVOURS)
def test_each_target_gets_one_version_of_each_package(flavour):
    text = locked.path(flavour).read_text(encoding="utf-8")
    targets = locked.targets(flavour)
    assert len(targets) > 3
    for target in targets:
        names = Counter(one.name for one in taken(text, target))
        assert set(names.values()) == {1}, target
        assert {"numpy", runtime.PACKAGES[flavour]} <= set(names), target
    for requirement, hashes in pins(text):
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), requirement
        assert hashes and all(re.fullmatch("[0-9a-f]{64}", one) for one in hashes), requirement


@pytest.mark.parametrize("flavour", runtime.FLAVOURS)
def test_the_tested_versions_are_those_that_the_project_asks_for(flavour):
    text = locked.path(flavour).read_text(encoding="utf-8")
    for target in locked.targets(flavour):
        versions = {one.name: str(one.specifier)[2:] for one in taken(text, target)}
        for wanted in map(Requirement, lock.requirements(f"worker-{flavour}")):
            if not wanted.marker or wanted.marker.evaluate(lock.markers(target)):
                assert versions[canonicalize_name(wanted.name)] in wanted.specifier, (target, wanted)


@pytest.mark.parametrize("flavour", runtime.FLAVOURS)
def test_no_registry_is_named(flavour):
    assert "://" not in locked.path(flavour).read_text(encoding="utf-8")


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


def test_the_file_says_who_takes_which_version():
    old, arm = LINUX._replace(python="3.10"), LINUX._replace(machine="aarch64")
    everywhere = {Pin("same", "1"): "a" * 64}
    text = lock.text(
        "cpu",
        {
            LINUX: {**everywhere, Pin("differs", "2"): "b" * 64},
            old: {**everywhere, Pin("differs", "1"): "c" * 64},
            arm: {**everywhere, Pin("differs", "2"): "d" * 64, Pin("more", "3"): "e" * 64},
            WINDOWS: {**everywhere, Pin("differs", "3"): "f" * 64},
        },
    )
    found = {
        target: [f"{one.name}{one.specifier}" for one in taken(text, target)]
        for target in (LINUX, old, arm, WINDOWS)
    }
    assert found == {
        LINUX: ["differs==2", "same==1"],
        old: ["differs==1", "same==1"],
        arm: ["differs==2", "more==3", "same==1"],
        WINDOWS: ["differs==3", "same==1"],
    }
    hashes = {f"{one.name}{one.specifier}": found for one, found in pins(text)}
    assert hashes["differs==2"] == ["b" * 64, "d" * 64] and hashes["same==1"] == ["a" * 64]
