# SPDX-License-Identifier: GPL-2.0-or-later
"""Workers that are alive and do not work, and models that end them: what the user sees, and what goes on."""

import shutil
import sys

import pytest

from obs_bgremove import home
from obs_bgremove.link import patience
from obs_bgremove.link.patience import SUSPICIOUS
from tests.unit import stand_in, worker_home, worker_models
from tests.unit.worker_home import Camera, add_model, plain, ring, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

#: A model that is marked ends the process as it is loaded, as a file that onnxruntime cannot bear would.
DEADLY = (
    stand_in.SESSIONS
    + """
def made(file):
    if b"deadly" in open(file, "rb").read():
        ctypes.string_at(0)
"""
)
#: One that is never done with loading.
ENDLESS = (
    stand_in.SESSIONS
    + """
def made(file):
    while b"deadly" in open(file, "rb").read():
        time.sleep(0.1)
"""
)
#: For as long as a file says so, no model can be loaded.
SCARCE = (
    stand_in.SESSIONS
    + """
def made(file):
    if os.path.exists(os.path.join(os.environ["OBS_BGREMOVE_HOME"], "scarce")):
        raise RuntimeError("bad allocation")
"""
)


@pytest.fixture
def quick(monkeypatch):
    """Workers are started again at once."""
    monkeypatch.setattr(patience, "BACK_OFF", (0.0,))


def marked(model):
    model.producer_name = "deadly"
    return model


def works(channel, client, value):
    live = ring(channel, client)
    return Camera().alpha(live, value)[1] == plain(live, value)


def test_a_model_that_ends_the_worker_costs_itself_only(directory, quick):
    add_model(directory, "bad", marked(worker_models.green()))
    with worker_home.client(environment=stand_in.environment(directory, DEADLY)) as client:
        good, bad = client.open(), client.open()
        good.request("green", "cpu")
        assert works(good, client, 1)
        bad.request("bad", "cpu")
        problem = until(lambda: bad.problem, "a problem")
        assert problem.startswith("The worker process ended again and again while it loaded the model bad. ")
        assert problem.endswith("Or choose another model.")
        assert client._supervisor.restarts.ends_in_row == SUSPICIOUS
        assert works(good, client, 2)
        # Another file is another chance.
        add_model(directory, "bad", worker_models.green())
        assert works(bad, client, 3)
        assert bad.problem == ""


def test_automatic_passes_a_model_over_that_ends_the_worker(directory, quick):
    add_model(directory, "a-bad", marked(worker_models.green()), default=True)
    with worker_home.client(environment=stand_in.environment(directory, DEADLY)) as client:
        channel = client.open()
        channel.request("", "cpu")
        assert works(channel, client, 1)
        assert channel.ring.model == "green"
        assert "ended again and again while it loaded the model a-bad" in channel.note


def test_a_model_that_is_never_done_with_loading_is_given_up(directory, quick, monkeypatch):
    monkeypatch.setattr(patience, "LOADING", 1.5)
    add_model(directory, "bad", marked(worker_models.green()))
    with worker_home.client(environment=stand_in.environment(directory, ENDLESS)) as client:
        good, bad = client.open(), client.open()
        good.request("green", "cpu")
        assert works(good, client, 1)
        bad.request("bad", "cpu")
        until(lambda: bad.problem, "a problem")
        assert "while it loaded the model bad" in bad.problem
        told = [sentence for sentence in client.sentences if "has been loading a model" in sentence]
        assert len(told) == SUSPICIOUS
        assert [f"with {seconds} s for each model" in one for seconds, one in zip((3, 6, 12), told)] == [
            True
        ] * 3
        assert works(good, client, 2)


def test_a_model_for_which_there_was_no_memory_is_tried_again(directory, monkeypatch):
    monkeypatch.setattr(patience, "FAILED", 0.5)
    (directory / "scarce").touch()
    with worker_home.client(environment=stand_in.environment(directory, SCARCE)) as client:
        channel = client.open()
        channel.request("green", "cpu")
        until(lambda: channel.problem, "a problem")
        first, seen = channel.failed_at, set()
        until(lambda: seen.add(channel.problem) or channel.failed_at > first + 1.5, "it is tried again")
        assert len(seen) == 1 and "bad allocation" in channel.problem, "it stands while nothing has changed"
        assert len([one for one in client.sentences if "bad allocation" in one]) == 1
        (directory / "scarce").unlink()
        assert works(channel, client, 1)
        assert channel.problem == ""


def test_how_long_a_model_has_been_loading_is_told(directory, quick):
    add_model(directory, "bad", marked(worker_models.green()))
    with worker_home.client(environment=stand_in.environment(directory, ENDLESS)) as client:
        channel = client.open()
        channel.request("bad", "cpu")
        until(lambda: " s so far." in channel.note, "the progress")
        assert channel.note.startswith("Test bad is being loaded on CPU, for ")
        add_model(directory, "bad", worker_models.green())
        assert works(channel, client, 1)
        assert channel.note == ""


@pytest.mark.parametrize("name", ["\u00f6" * 127, "\u573a" * 85, "\U0001f600" * 63, 'a"\\\\' * 60, " % 'x' "])
def test_the_longest_and_oddest_names_are_models_like_others(directory, name):
    made = add_model(directory, "named later", worker_models.green())
    made.rename(made.with_name(name))
    with worker_home.client() as client:
        channel = client.open()
        channel.request(name, "cpu")
        assert works(channel, client, 1)
        assert channel.ring.model == name


BROKEN = """
from obs_bgremove.worker.serve import inlet, loader, server
class Odd(BaseException):
    "As no code expects it; it cannot even be printed."
    def __str__(self):
        raise ValueError
def broken(*arguments, **options):
    raise Odd
"""
THREADS = {
    "heartbeat": "server.catalogue.signature = broken",
    "loader": "loader.Loader._release = broken",
    "main": "server.Server._add = broken",
}


@pytest.mark.parametrize("code", THREADS.values(), ids=THREADS)
def test_a_thread_that_ends_by_an_error_ends_the_process(directory, monkeypatch, code):
    environment = stand_in.environment(directory, BROKEN + code)
    monkeypatch.setattr(patience, "BACK_OFF", (3600.0,))
    with worker_home.client(environment=environment) as client:
        channel = client.open()
        channel.request("green", "cpu")
        if code == THREADS["loader"]:
            ring(channel, client)
            channel.close()
        until(lambda: "ended (exit code 4)" in client.problem, lambda: f"the end; {client.problem!r}")
        assert client.pid is None


#: What a newer version may do to the messages.
RENAMED = """
_encode = encode
def encode(message):
    return _encode(message).replace(b'"note"', b'"remark"')
"""


def test_a_worker_of_another_version_is_named_and_not_waited_for(directory, monkeypatch, tmp_path):
    """The project is updated while OBS runs, then the worker is started again."""
    package = home.PROJECT / "obs_bgremove"
    shutil.copytree(package, tmp_path / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / package.name / "link" / "messages.py").open("a") as messages:
        messages.write(RENAMED)
    monkeypatch.setattr(home, "PROJECT", tmp_path)
    with worker_home.client() as client:
        channel = client.open()
        channel.request("green", "cpu")
        until(lambda: "Restart OBS" in client.problem, lambda: f"the advice; {client.problem!r}")
        assert channel.ring is None


def test_a_main_thread_that_is_stuck_is_noticed_while_the_heart_goes_on(directory, monkeypatch, quick):
    monkeypatch.setattr(patience, "HANGING", 1.0)
    code = """
import time
from obs_bgremove.worker.serve import loader
def stuck(*arguments):
    time.sleep(1000)
loader.Loader.release = stuck
"""
    with worker_home.client(environment=stand_in.environment(directory, code)) as client:
        gone, stays = client.open(), client.open()
        for channel in (gone, stays):
            channel.request("green", "cpu")
            ring(channel, client)
        before = stays.ring
        gone.close()
        until(lambda: before.dead, "the end of the stuck process")
        assert "has been busy" in client.problem
        assert works(stays, client, 3)
