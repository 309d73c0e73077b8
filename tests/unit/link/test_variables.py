# SPDX-License-Identifier: GPL-2.0-or-later
"""The worker starts with the user's own environment, whatever libraries OBS was started with."""

import os
import sys

import pytest

from obs_bgremove import home
from obs_bgremove.link import variables
from tests.unit import worker_home
from tests.unit.worker_home import Camera, plain, ring

linux = pytest.mark.skipif(sys.platform != "linux", reason="libraries are found in another way there")


@linux
def test_with_another_c_library_on_the_hosts_path_it_works(directory, tmp_path, monkeypatch):
    libraries = tmp_path / "AppDir" / "usr" / "lib"
    libraries.mkdir(parents=True)
    for name in ("libstdc++.so.6", "libgcc_s.so.1", "libssl.so.3", "libffi.so.8"):
        (libraries / name).write_bytes(b"of another system")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(libraries))
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        live = ring(channel, client)
        assert Camera().alpha(live, 9)[1] == plain(live, 9)


def test_what_is_meant_for_the_host_is_left_out(directory, monkeypatch):
    for name in (
        "LD_LIBRARY_PATH",
        "LD_PRELOAD",
        "DYLD_INSERT_LIBRARIES",
        "PYTHONHOME",
        "GCONV_PATH",
        "LD_AUDIT",
    ):
        monkeypatch.setenv(name, "/somewhere")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    found = variables.workers({"EXTRA": "x"})
    assert not [name for name in found if name.startswith(("LD_", "DYLD_", "PYTHONHOME", "GCONV"))]
    assert (found["CUDA_VISIBLE_DEVICES"], found["EXTRA"]) == ("1", "x")
    assert found["HOME"] == os.environ["HOME"]


def test_what_the_user_has_set_is_there(directory, monkeypatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/of/the/host")
    home.write_record({**home.read_record(), "environment": {"LD_LIBRARY_PATH": "/opt/tensorrt/lib"}})
    assert variables.workers({})["LD_LIBRARY_PATH"] == "/opt/tensorrt/lib"


@pytest.mark.parametrize("recorded", [None, [], "LD_LIBRARY_PATH", {"A": 1, "B": None, "C": "\0"}])
def test_a_record_of_another_kind_is_no_harm(directory, recorded):
    home.write_record({**home.read_record(), "environment": recorded})
    assert not {"A", "B", "C"} & set(variables.workers({}))


@linux
def test_places_within_the_appimage_are_left_out(directory, monkeypatch):
    inside = "/tmp/.mount_OBSxyz"
    monkeypatch.setenv("APPDIR", inside)
    monkeypatch.setenv("APPIMAGE", "/home/me/OBS.AppImage")
    monkeypatch.setenv("PATH", f"{inside}/usr/bin:/usr/bin:/bin")
    monkeypatch.setenv("SSL_CERT_FILE", f"{inside}/etc/certs.pem")
    monkeypatch.setenv("SIMILAR", f"{inside}-other/bin")
    found = variables.workers({})
    assert found["PATH"] == "/usr/bin:/bin"
    assert not {"APPDIR", "APPIMAGE", "SSL_CERT_FILE"} & set(found)
    assert found["SIMILAR"] == f"{inside}-other/bin"
