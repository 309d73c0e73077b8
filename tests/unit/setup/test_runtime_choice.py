# SPDX-License-Identifier: GPL-2.0-or-later
"""Which onnxruntime is chosen for which machine, and which Python is refused."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pytest

from obs_bgremove import home, obs_script
from obs_bgremove.setup import cards, interpreter, runtime
from obs_bgremove.setup.runtime import Machine


@pytest.mark.parametrize(
    ("machine", "flavour", "word"),
    [
        (Machine("linux", "x86_64"), "cpu", "no graphics card"),
        (Machine("linux", "x86_64", card="AMD graphics"), "webgpu", "AMD graphics"),
        (Machine("linux", "aarch64", card="AMD graphics"), "webgpu", "AMD graphics"),
        (Machine("linux", "x86_64", card="Intel graphics", vulkan=False), "cpu", "libvulkan1"),
        (Machine("linux", "x86_64", card="Intel graphics", python=(3, 10)), "cpu", "3.11"),
        (Machine("linux", "x86_64", "NVIDIA H200", 580, False, 9.0), "cuda", "NVIDIA H200"),
        (Machine("linux", "x86_64", "NVIDIA H200", 580), "cuda", "NVIDIA H200"),
        (Machine("linux", "x86_64", "NVIDIA H200", 579, False, 9.0), "cuda12", "580"),
        (Machine("linux", "x86_64", "NVIDIA H200", 525), "cuda12", "NVIDIA H200"),
        (Machine("linux", "x86_64", "NVIDIA H200", 0), "cuda12", "NVIDIA H200"),
        (Machine("linux", "x86_64", "GeForce GTX 1080", 580, False, 6.1), "cuda12", "Turing"),
        (Machine("linux", "x86_64", "GeForce RTX 2080", 580, False, 7.5), "cuda", "RTX 2080"),
        (Machine("linux", "x86_64", "GeForce GTX 970", 580, False, 5.2), "webgpu", "GTX 970"),
        (Machine("win32", "amd64", "GeForce GTX 750", 560, True, 5.0), "webgpu", "GTX 750"),
        (Machine("linux", "x86_64", "GeForce GTX 970", 470), "webgpu", "525"),
        (Machine("linux", "x86_64", "GeForce GTX 970", 470, vulkan=False), "cpu", "Vulkan"),
        (Machine("linux", "aarch64", "Orin", 550), "webgpu", "Orin"),
        (Machine("darwin", "arm64", card="Apple graphics"), "webgpu", "Apple"),
        (Machine("darwin", "x86_64"), "cpu", "CoreML"),
        (Machine("win32", "amd64", "NVIDIA RTX", 580, True), "cuda", "NVIDIA RTX"),
        (Machine("win32", "amd64", "NVIDIA RTX", 560, True), "cuda12", "NVIDIA RTX"),
        (Machine("win32", "amd64", "GeForce GTX 970", 470, True), "webgpu", "528"),
        (Machine("win32", "amd64", "GeForce RTX 3060", 527, True, 8.6), "webgpu", "528"),
        (Machine("win32", "amd64", "GeForce RTX 3060", 528, True, 8.6), "cuda12", "RTX 3060"),
        (Machine("win32", "amd64", directml=True, card="Radeon RX 6600"), "webgpu", "Radeon"),
        (Machine("win32", "amd64", directml=True, card="Radeon", python=(3, 10)), "directml", "3.11"),
        (Machine("win32", "amd64", directml=True), "cpu", "no graphics card"),
        (Machine("win32", "arm64", directml=True, card="Adreno X1-85"), "webgpu", "Adreno"),
        (Machine("win32", "arm64", directml=True, card="Adreno X1-85", python=(3, 10)), "cpu", "3.11"),
    ],
)
def test_choice_and_its_reason(machine, flavour, word):
    choice = runtime.choose(machine)
    assert choice.flavour == flavour
    assert word in choice.sentence()


def test_what_is_asked_for_is_taken():
    assert runtime.choose(Machine("linux", "x86_64", "NVIDIA H200", 550), "cpu").flavour == "cpu"


def test_tensorrt_is_that_of_the_cuda_that_the_driver_knows():
    def asked_for(driver):
        return runtime.choose(Machine("linux", "x86_64", "RTX 3060", driver), "tensorrt").flavour

    assert [asked_for(driver) for driver in (0, 550, 580)] == ["tensorrt", "tensorrt12", "tensorrt"]


def test_each_flavour_has_a_package_sizes_and_a_dependency_group():
    project = (home.PROJECT / "pyproject.toml").read_text()
    for flavour in runtime.FLAVOURS:
        choice = runtime.choose(runtime.Machine("linux", "x86_64"), flavour)
        assert choice.package in choice.sentence()
        assert runtime.DOWNLOAD[flavour] < runtime.ON_DISK[flavour]
        (line,) = [line for line in project.splitlines() if line.startswith(f"worker-{flavour} = ")]
        assert f'"{choice.package}' in line


def test_the_cards_of_linux_are_named_by_maker_and_those_of_virtual_machines_are_none(tmp_path):
    for number, maker in enumerate(("0x8086\n", "0x1002\n", "0x1af4\n", "0x1002\n", "nonsense")):
        (tmp_path / f"card{number}" / "device").mkdir(parents=True)
        (tmp_path / f"card{number}" / "device" / "vendor").write_text(maker)
    assert cards.of_linux(tmp_path) == ("Intel graphics", "AMD graphics")
    assert cards.of_linux(tmp_path / "none") == ()


@pytest.mark.parametrize(
    ("name", "key", "there"),
    [
        ("Radeon RX 6600", "PCI\\VEN_1002&DEV_73FF&SUBSYS_00000000&REV_C7", True),
        ("Intel(R) UHD Graphics", "pci\\ven_8086&dev_9bc4", True),
        ("Qualcomm(R) Adreno(TM) X1-85 GPU", "ACPI\\VEN_QCOM&DEV_0C36", True),
        ("Microsoft Basic Display Adapter", "ROOT\\BasicDisplay", False),
        ("VMware SVGA 3D", "PCI\\VEN_15AD&DEV_0405", False),
        ("Microsoft Remote Display Adapter", "", False),
    ],
)
def test_the_cards_of_windows_are_known_by_maker(name, key, there):
    assert cards.is_card(name, key) is there


def test_the_sentence_names_package_and_size():
    assert "onnxruntime-gpu" in runtime.Choice("cuda", "why").sentence()
    assert "2 GB" in runtime.Choice("cuda", "why").sentence()


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("NVIDIA GeForce RTX 3060, 550.54.14, 8.6\n", ("NVIDIA GeForce RTX 3060", 550, 8.6)),
        ("NVIDIA GB200, 580.1, 10.0\r\n", ("NVIDIA GB200", 580, 10.0)),
        ("RTX 4090, 580.1, 8.9\nGTX 1080, 580.1, 6.1\n", ("RTX 4090", 580, 6.1)),
        ("Tesla T4, 580.65.06, [N/A]\n", ("Tesla T4", 580, 0)),
        ("NVIDIA GeForce RTX 3060, 550.54.14\n", ("NVIDIA GeForce RTX 3060", 550, 0)),
        ("Tesla T4, 470.1\nTesla T4, 470.1\n", ("Tesla T4", 470, 0)),
        ("No devices were found\n", ("", 0, 0)),
        ("", ("", 0, 0)),
    ],
)
def test_parse_nvidia_smi(output, expected):
    assert runtime.parse_nvidia_smi(output) == expected


def test_an_old_driver_that_cannot_tell_the_capability_still_tells_the_rest(monkeypatch):
    def run(command, **_):
        if "compute_cap" in command[1]:
            return subprocess.CompletedProcess(command, 2, 'Field "compute_cap" is not a valid field.\n', "")
        return subprocess.CompletedProcess(command, 0, "Tesla T4, 470.1\n", "")

    monkeypatch.setattr(runtime.subprocess, "run", run)
    assert runtime._nvidia_smi() == ("Tesla T4", 470, 0)


def test_the_flavour_for_cuda_12_stays_below_the_first_version_for_cuda_13():
    project = (home.PROJECT / "pyproject.toml").read_text()
    (line,) = [line for line in project.splitlines() if line.startswith("worker-cuda12 = ")]
    assert ",<1.27" in line


@pytest.mark.parametrize("version", [(3, 9), (3, 15), (2, 7)])
def test_a_wrong_python_gets_a_sentence(monkeypatch, version):
    monkeypatch.setattr(interpreter.sys, "platform", "linux")
    problem = interpreter.problem(version, 64)
    assert f"{version[0]}.{version[1]}" in problem
    assert "3.10 to 3.14" in problem


@pytest.mark.parametrize("version", [(3, 10), (3, 12), (3, 14)])
def test_a_right_python_gets_none(monkeypatch, version):
    monkeypatch.setattr(interpreter.sys, "platform", "linux")
    assert interpreter.problem(version, 64) == ""


@pytest.mark.parametrize("system", ["win32", "darwin", "linux"])
def test_python_3_9_gets_a_sentence_from_the_installation_and_from_obs(monkeypatch, system):
    monkeypatch.setattr(interpreter.sys, "platform", system)
    assert "3.10 to 3.14" in interpreter.problem((3, 9), 64)
    assert interpreter.problem((3, 10), 64) == ""
    monkeypatch.setattr(obs_script, "sys", SimpleNamespace(platform=system, version_info=(3, 9, 18)))
    with pytest.raises(RuntimeError, match=r"needs Python 3\.10 or newer, OBS uses 3\.9"):
        obs_script.script_load(None)


@pytest.mark.parametrize("name", ["base_prefix", "executable"])
def test_the_python_of_the_microsoft_store_gets_a_sentence(monkeypatch, name):
    place = r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.12"
    monkeypatch.setattr(interpreter.sys, name, place)
    monkeypatch.setattr(interpreter.sys, "platform", "linux")
    assert interpreter.problem((3, 12), 64) == ""
    monkeypatch.setattr(interpreter.sys, "platform", "win32")
    assert "python.org" in interpreter.problem((3, 12), 64)


@pytest.mark.parametrize(("system", "said"), [("win32", "py install.py"), ("linux", "python3 install.py")])
def test_the_command_is_named_as_it_is_on_the_system(system, said):
    # What the standard library has for another system cannot be imported here.
    script = (
        f"import shutil, sys; sys.platform = {system!r}; from obs_bgremove.setup import errors; "
        "print(errors.COMMAND)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=home.PROJECT, capture_output=True, text=True)
    assert done.stdout.strip() == said, done.stderr


def test_a_32_bit_python_gets_a_sentence():
    assert "32-bit" in interpreter.problem((3, 12), 32)
