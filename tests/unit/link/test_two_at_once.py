# SPDX-License-Identifier: GPL-2.0-or-later
"""Two OBS with one data directory: each has its own worker, and neither harms the other's."""

import os
import signal
import sys
import threading

import pytest

from obs_bgremove.link import process
from obs_bgremove.link.process import log_file
from obs_bgremove.worker.choice import catalogue, measured
from obs_bgremove.worker.choice.measured import Setting
from obs_bgremove.worker.inference import providers
from tests.unit import worker_home, worker_models
from tests.unit.worker_home import Camera, add_model, plain, ring, until


def works(channel, client, camera, value):
    live = ring(channel, client)
    return camera.alpha(live, value)[1] == plain(live, value)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_one_that_ends_badly_leaves_the_other_alone(directory, monkeypatch):
    monkeypatch.setattr(process, "_LOG_SIZE", 10)
    with worker_home.client() as one, worker_home.client() as other:
        channels = []
        for client in (one, other):
            channels.append(client.open())
            channels[-1].request("green", "cpu")
        cameras = Camera(), Camera()
        for client, channel, camera in zip((one, other), channels, cameras):
            assert works(channel, client, camera, 3)
        assert one.pid != other.pid
        stays, pid = channels[1].ring, other.pid
        # The next worker puts the log aside in which the other one writes.
        os.kill(one.pid, signal.SIGKILL)
        until(lambda: channels[0].ring is None or channels[0].ring.dead, "the end of the ring")
        assert works(channels[0], one, cameras[0], 4)
        assert channels[1].ring is stays and not stays.dead and other.pid == pid
        assert works(channels[1], other, cameras[1], 5)
        # A model that comes is there for both.
        add_model(directory, "inverted", worker_models.inverted())
        for client in (one, other):
            until(lambda client=client: any(one.name == "inverted" for one in client.models), "the model")
        assert log_file().is_file()
    assert one.pid is None and other.pid is None


def test_records_and_caches_are_written_by_both(directory):
    """Whole or not at all: what one reads is never half of what the other writes."""
    model = catalogue.read()["green"]
    wrong = []

    def use(threads):
        try:
            for _ in range(100):
                measured.keep_threads(model, Setting(threads))
                found = measured.setting(model)
                assert found is not None and found.threads in (1, 2)
                assert providers.cache("graphs", model).is_dir()
        except BaseException as error:
            wrong.append(error)
            raise

    both = [threading.Thread(target=use, args=(threads,)) for threads in (1, 2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert wrong == []
    assert list(directory.glob(".measured*")) == []
