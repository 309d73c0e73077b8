# SPDX-License-Identifier: GPL-2.0-or-later
"""One graph at several sizes: models whose cards name another model for its weights."""

import numpy as np
import pytest

from obs_bgremove.worker.choice import automatic, catalogue, measured
from obs_bgremove.worker.choice.catalogue import ModelProblem
from obs_bgremove.worker.inference.engine import Engine
from obs_bgremove.worker.inference.providers import CPU
from obs_bgremove.worker.measure.bare import Bare
from tests.unit import worker_home, worker_models


@pytest.fixture
def directory(tmp_path, monkeypatch):
    """A model of any size, 24x32 by its card, and ``larger``: the same at 48x80."""
    made = worker_home.make(tmp_path, monkeypatch)
    worker_home.add_model(made, "usual", worker_models.of_any_size(), default=True)
    write(made, "larger", 48, 80)
    return made


def write(directory, name, height, width, weights="usual"):
    """Write the card of an edition."""
    folder = directory / "models" / name
    folder.mkdir(parents=True, exist_ok=True)
    card = f'title = "{name}"\nweights = "{weights}"\n[input]\nheight = {height}\nwidth = {width}\n'
    (folder / "card.toml").write_text(card)


def green(height, width):
    """Random pictures that the model's state can hold: all of each 2x2 block alike."""
    blocks = np.random.default_rng(1).integers(0, 256, (height // 2, width // 2, 4), np.uint8)
    return blocks.repeat(2, 0).repeat(2, 1)


@pytest.mark.parametrize(("name", "size"), [("usual", (24, 32)), ("larger", (48, 80))])
def test_each_runs_at_the_size_of_its_card(directory, name, size):
    bare = Bare(Engine(catalogue.read()[name], CPU))
    assert (bare.engine.height, bare.engine.width) == size
    assert bare.engine.states["half"][1] == (1, 1, size[0] // 2, size[1] // 2)
    picture = green(*size)
    bare.run(picture)
    bare.run(np.zeros_like(picture))
    assert np.array_equal(bare.alpha, picture[..., 1])


def test_a_worker_serves_both_at_once(directory):
    with worker_home.client() as client:
        camera, channels = worker_home.Camera(), [client.open(), client.open()]
        for channel, name in zip(channels, ("usual", "larger")):
            channel.request(name, "cpu")
        rings = [worker_home.ring(channel, client) for channel in channels]
        assert [(ring.height, ring.width) for ring in rings] == [(24, 32), (48, 80)]
        for ring in rings:
            camera.alpha(ring, 7)
            assert camera.alpha(ring, 0)[1] == worker_home.plain(ring, 7)


def test_a_size_that_the_graph_cannot_have_is_a_sentence(directory):
    write(directory, "odd", 47, 80)
    with pytest.raises(ModelProblem, match=r"no number is known for height.* in \[input\] of its card"):
        Engine(catalogue.read()["odd"], CPU)


def test_without_the_weights_it_is_not_installed(directory):
    write(directory, "lost", 48, 80, weights="gone")
    model = catalogue.read()["lost"]
    assert not model.installed and model.problem == "The model lost is not installed. Put it there again."


@pytest.mark.parametrize("weights", ["..", ".", "../usual", "a/b", "a\\\\b", "C:"])
def test_weights_from_beyond_the_models_are_refused(directory, weights):
    write(directory, "bad", 48, 80, weights=weights)
    assert "'weights' is not the name of a model" in catalogue.read()["bad"].problem


def test_larger_ones_are_measured_where_they_may_be_quick_enough(directory):
    models = catalogue.read()
    within = {}
    for milliseconds in (5.0, 6.6, 6.7):
        row = measured.Speed("usual", 1, "cpu", milliseconds, 10)
        # 48x80 is five times 24x32: 33.0 ms and more are too many for 30 pictures per second.
        within[milliseconds] = automatic.is_within_reach(models["larger"], models, [row], "cpu")
        assert not automatic.is_within_reach(models["larger"], models, [row], "cuda")
    assert within == {5.0: True, 6.6: False, 6.7: False}
