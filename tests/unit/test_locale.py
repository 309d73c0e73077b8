# SPDX-License-Identifier: GPL-2.0-or-later
"""Names with letters beyond ASCII, in a Python that is run by a locale without them, as inside an OBS."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from obs_bgremove import home
from obs_bgremove.obs.utf8 import utf8
from obs_bgremove.setup import letters
from tests.unit import worker_home, worker_models

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere names of files are text in any locale"
)

#: As OBS' Python is: neither does it switch to UTF-8 by itself.
WITHOUT = {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
SCRIPT = """
import os, sys
assert sys.getfilesystemencoding() == "ascii"
from obs_bgremove.obs.utf8 import utf8
from obs_bgremove.filter.options.media_files import following
from tests.unit import worker_home
with worker_home.client() as client:
    channel = client.open()
    channel.request("gr\\u00fcn", "cpu")
    live = worker_home.ring(channel, client)
    assert worker_home.Camera().alpha(live, 9)[1] == worker_home.plain(live, 9)
    channel.request("nonsense", "cpu")
    problem = worker_home.until(lambda: channel.problem, "a problem")
    assert "gr\\u00fcn" in problem
from obs_bgremove.link.process import log_file
assert log_file().is_file()
sys.stdout.buffer.write(utf8(str(log_file())) + b"\\n")
sys.stdout.buffer.write(utf8(following(os.fsencode(sys.argv[1]).decode(), (".png",))) + b"\\n")
"""


@pytest.mark.parametrize("noted", [False, True], ids=["by a variable", "by a note"])
def test_home_model_and_background_are_found(tmp_path, monkeypatch, noted):
    data = tmp_path / "h\u00f6me \u573a"
    data.mkdir()
    python = tmp_path / "venv \u00e4" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    worker_home.make(data, monkeypatch, python=str(python))
    worker_home.add_model(data, "gr\u00fcn", worker_models.green())
    pictures = [tmp_path / f"bild {letter}.png" for letter in ("\u00e4", "\u00f6")]
    for picture in pictures:
        picture.touch()
    environment = {**os.environ, **WITHOUT, "PYTHONPATH": str(home.PROJECT)}
    if noted:
        usual = tmp_path / "data" / "obs_bgremove"
        usual.mkdir(parents=True)
        (usual / "moved.txt").write_text(f"{data}\n", encoding="utf-8")
        environment["XDG_DATA_HOME"] = str(usual.parent)
        del environment[home.VARIABLE]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(pictures[0])],
        env=environment,
        capture_output=True,
        cwd=home.PROJECT,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert done.stdout.decode().splitlines() == [str(data / "logs" / "worker.log"), str(pictures[1])]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("\u00f6", b"\xc3\xb6"),
        ("\udcc3\udcb6", b"\xc3\xb6"),
        ("\udcf6", b"\\udcf6"),
        ("\ud800", b"\\ud800"),
        ("plain \U0001f600", b"plain \xf0\x9f\x98\x80"),
    ],
)
def test_text_for_obs_is_utf8_whatever_it_was(text, data):
    assert utf8(text) == data


@pytest.mark.parametrize(
    ("path", "variables", "told"),
    [
        ("/home/me/obs_bgremove", {"LANG": "C"}, False),
        ("/home/j\u00f6rg/obs_bgremove", {"LANG": "C"}, True),
        ("/home/j\u00f6rg/obs_bgremove", {"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ("/home/j\u00f6rg/obs_bgremove", {"LANG": "xx_YY.UTF-8"}, True),
        ("/home/j\u00f6rg/obs_bgremove", {}, True),
        ("/home/j\u00f6rg/obs_bgremove", {"LANG": "C.UTF-8"}, False),
        ("/home/j\u00f6rg/obs_bgremove", {"LC_ALL": "C.UTF-8", "LANG": "C"}, False),
    ],
)
def test_a_project_that_obs_cannot_load_from_is_noticed(monkeypatch, path, variables, told):
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(home, "PROJECT", Path(path))
    assert bool(letters.problem()) == told
