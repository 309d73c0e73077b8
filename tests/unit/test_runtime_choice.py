# SPDX-License-Identifier: GPL-2.0-or-later
"""Which onnxruntime is chosen for which machine, and which Python is refused."""

from __future__ import annotations

import pytest

from obs_bgremove import home
from obs_bgremove.setup import interpreter, runtime
from obs_bgremove.setup.runtime import Machine


@pytest.mark.parametrize(
    ("machine", "flavour", "word"),
    [
        (Machine("linux", "x86_64"), "cpu", "no NVIDIA"),
        (Machine("linux", "x86_64", "NVIDIA H200", 550), "cuda", "NVIDIA H200"),
        (Machine("linux", "x86_64", "NVIDIA H200", 0), "cuda", "NVIDIA H200"),
        (Machine("linux", "x86_64", "GeForce GTX 970", 470), "cpu", "525"),
        (Machine("linux", "aarch64", "Orin", 550), "cpu", "aarch64"),
        (Machine("darwin", "arm64"), "cpu", "CoreML"),
        (Machine("win32", "amd64", "NVIDIA RTX", 560, True), "cuda", "NVIDIA RTX"),
        (Machine("win32", "amd64", "GeForce GTX 970", 470, True), "directml", "525"),
        (Machine("win32", "amd64", directml=True), "directml", "DirectML"),
        (Machine("win32", "amd64"), "cpu", "no NVIDIA"),
        (Machine("win32", "arm64", directml=True), "cpu", "arm64"),
    ],
)
def test_choice_and_its_reason(machine, flavour, word):
    choice = runtime.choose(machine)
    assert choice.flavour == flavour
    assert word in choice.sentence()


def test_what_is_asked_for_is_taken():
    assert runtime.choose(Machine("linux", "x86_64", "NVIDIA H200", 550), "cpu").flavour == "cpu"


def test_each_flavour_has_a_package_sizes_and_a_dependency_group():
    project = (home.PROJECT / "pyproject.toml").read_text()
    for flavour in runtime.FLAVOURS:
        assert (
            runtime.PACKAGES[flavour]
            in runtime.choose(runtime.Machine("linux", "x86_64"), flavour).sentence()
        )
        assert runtime.DOWNLOAD[flavour] < runtime.ON_DISK[flavour]
        (line,) = [line for line in project.splitlines() if line.startswith(f"worker-{flavour} = ")]
        assert f'"{runtime.PACKAGES[flavour]}' in line


def test_the_sentence_names_package_and_size():
    assert "onnxruntime-gpu" in runtime.Choice("cuda", "why").sentence()
    assert "2 GB" in runtime.Choice("cuda", "why").sentence()


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("NVIDIA GeForce RTX 3060, 550.54.14\n", ("NVIDIA GeForce RTX 3060", 550)),
        ("Tesla T4, 470.1\nTesla T4, 470.1\n", ("Tesla T4", 470)),
        ("No devices were found\n", ("", 0)),
        ("", ("", 0)),
    ],
)
def test_parse_nvidia_smi(output, expected):
    assert runtime.parse_nvidia_smi(output) == expected


@pytest.mark.parametrize("version", [(3, 8), (3, 15), (2, 7)])
def test_a_wrong_python_gets_a_sentence(version):
    problem = interpreter.problem(version, 64)
    assert f"{version[0]}.{version[1]}" in problem
    assert "3.9 to 3.14" in problem


@pytest.mark.parametrize("version", [(3, 9), (3, 12), (3, 14)])
def test_a_right_python_gets_none(version):
    assert interpreter.problem(version, 64) == ""


def test_a_32_bit_python_gets_a_sentence():
    assert "32-bit" in interpreter.problem((3, 12), 32)
