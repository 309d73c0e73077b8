# SPDX-License-Identifier: GPL-2.0-or-later
"""Which processor a Python or an OBS is made for. The files and systems are made up."""

import platform
import struct
import sys
import sysconfig

import pytest

from obs_bgremove import processor
from obs_bgremove.setup import locked, pythons

AMD64, ARM64, I386 = 0x8664, 0xAA64, 0x14C


def library(path, machine):
    """Write the beginning of a program of Windows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<2s58xI", b"MZ", 128) + bytes(64) + struct.pack("<4sH", b"PE\0\0", machine))
    return path


@pytest.mark.parametrize(("machine", "name"), [(AMD64, "AMD64"), (ARM64, "ARM64"), (I386, "")])
def test_a_program_says_what_it_is_made_for(tmp_path, machine, name):
    assert processor.of_file(library(tmp_path / "x.dll", machine)) == name


@pytest.mark.parametrize(("machine", "name"), [(0x01000007, "x86_64"), (0x0100000C, "arm64"), (7, "")])
def test_so_does_one_of_macos(tmp_path, machine, name):
    path = tmp_path / "x.dylib"
    path.write_bytes(struct.pack("<II56x", 0xFEEDFACF, machine))
    assert processor.of_file(path) == name


@pytest.mark.parametrize("library", ["x86_64", "arm64", "both"])
@pytest.mark.parametrize("obs", ["x86_64", "arm64", ""])
def test_on_macos_obs_loads_no_python_of_homebrew_for_another_processor(tmp_path, monkeypatch, obs, library):
    """A Mac with Apple's processor may still have that of the Intel Mac before it in /usr/local."""
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(pythons, "_runs", lambda *_: True)
    path = pythons._library(tmp_path, 12)
    path.parent.mkdir(parents=True)
    machines = {"x86_64": 0x01000007, "arm64": 0x0100000C}
    # The beginning of a file for several processors.
    both = struct.pack(">II56x", 0xCAFEBABE, 2)
    path.write_bytes(both if library == "both" else struct.pack("<II56x", 0xFEEDFACF, machines[library]))
    found = pythons.inspect(tmp_path, pythons.Needs(12, obs))
    assert (found is not None) == (obs in ("", library) or library == "both")


@pytest.mark.parametrize("content", [b"", b"MZ", b"MZ" + bytes(100), b"\x7fELF" + bytes(200), None])
def test_what_is_no_program_of_windows_says_nothing(tmp_path, content):
    path = tmp_path / "x.dll"
    if content is not None:
        path.write_bytes(content)
    assert processor.of_file(path) == ""
    assert processor.of_file(tmp_path) == ""


@pytest.mark.parametrize(
    ("made_for", "name"), [("win-amd64", "AMD64"), ("win-arm64", "ARM64"), ("win32", "")]
)
def test_on_windows_the_packages_suit_python_and_not_the_machine(monkeypatch, made_for, name):
    def machine():
        raise AssertionError("Windows asks a service for it, and names the machine's own processor")

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sysconfig, "get_platform", lambda: made_for)
    monkeypatch.setattr(platform, "machine", machine)
    assert processor.of_this_python() == name
    assert locked.this_target().machine == name


def test_elsewhere_it_is_the_machines(monkeypatch):
    if sys.platform == "win32":
        pytest.skip("this is Windows")
    assert processor.of_this_python() == platform.machine()


@pytest.mark.parametrize("obs", ["AMD64", "ARM64", ""])
@pytest.mark.parametrize("machine", [AMD64, ARM64])
def test_obs_loads_only_a_python_for_its_own_processor(tmp_path, monkeypatch, obs, machine):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(pythons, "_runs", lambda *_: True)
    folder = library(tmp_path / "Python312" / "python312.dll", machine).parent
    found = pythons.inspect(folder, pythons.Needs(12, obs))
    assert (found is not None) == (obs in ("", {AMD64: "AMD64", ARM64: "ARM64"}[machine]))


def test_what_to_download_is_for_the_processor_of_obs(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert "3.12.10-arm64.exe" in pythons.how_to_get(pythons.Needs(12, "ARM64"))
    assert "3.12.10-amd64.exe" in pythons.how_to_get(pythons.Needs(12, "AMD64"))
    assert "3.10.11-amd64.exe" in pythons.how_to_get(pythons.Needs(10, "ARM64")), "there is no other"
