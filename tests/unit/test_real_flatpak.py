# SPDX-License-Identifier: GPL-2.0-or-later
"""From inside a real Flatpak the worker runs outside, answers, comes back, and ends."""

from __future__ import annotations

import json
import sys

import psutil
import pytest

from obs_bgremove import home
from tests.unit import real_flatpak, worker_home, worker_models
from tests.unit.worker_home import until

pytestmark = pytest.mark.skipif(bool(real_flatpak.missing()), reason=real_flatpak.missing())

#: What runs in the sandbox, as the Python of its OBS would; it prints the workers' process ids outside.
INSIDE = """
import json, subprocess, sys
sys.path.insert(0, {project!r})
from tests.unit import worker_home
from tests.unit.worker_home import Camera, plain, ring, until
pids = []
with worker_home.client() as client:
    channel = client.open()
    channel.request("green", "cpu")
    camera = Camera()
    for value in (1, 2):
        live = ring(channel, client)
        assert camera.alpha(live, value)[1] == plain(live, value)
        pids.append(client.pid)
        if value == 1:
            subprocess.run(["flatpak-spawn", "--host", "kill", "-9", str(client.pid)], check=True)
            until(lambda: live.dead, "the end of the ring")
            until(lambda: client.pid not in (None, pids[0]), "another worker")
print(json.dumps(pids))
"""


@pytest.fixture(scope="module")
def flatpak(tmp_path_factory):
    """Return a Flatpak, or skip where the system lets nobody make a sandbox."""
    made = real_flatpak.Flatpak(tmp_path_factory.mktemp("flatpak"))
    tried = made.python("print(1)", {})
    if tried.returncode and "bwrap" in tried.stderr:
        pytest.skip(f"no sandbox can be made here: {tried.stderr.strip().splitlines()[-1]}")
    assert tried.stdout == "1\n", tried.stderr
    return made


def test_the_worker_runs_outside_and_comes_back(flatpak):
    directory = flatpak.folder / "data"
    directory.mkdir()
    (directory / "install.json").write_text(json.dumps({"python": sys.executable, "flavour": "cpu"}))
    worker_home.add_model(directory, "green", worker_models.green())
    done = flatpak.python(INSIDE.format(project=str(home.PROJECT)), {home.VARIABLE: str(directory)})
    assert done.returncode == 0, done.stdout + done.stderr
    pids = json.loads(done.stdout.splitlines()[-1])
    assert len(set(pids)) == 2
    # They are process ids of this system, and nothing is left of them.
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids), "the end of the workers")
    assert not list((real_flatpak.runtime_directory() / "app" / real_flatpak.APP).rglob("*obs_bgremove*"))
