# SPDX-License-Identifier: GPL-2.0-or-later
"""Cards that anybody may have written: each fault costs its own model only, and is a sentence."""

import os
import sys

import pytest

from obs_bgremove import home
from obs_bgremove.link.messages import Models, decode_tell, encode
from obs_bgremove.worker.choice import catalogue
from obs_bgremove.worker.serve import server
from tests.unit import worker_home, worker_models

FAULTS = {
    "infinite": "[input]\nheight = 24\nwidth = inf",
    "no number": "[input]\nheight = nan",
    "negative": "[input]\nheight = -1",
    "huge": f"[input]\nheight = 1{'0' * 5000}",
    "a truth": "[input]\nheight = true",
    "words for a number": '[recurrent]\nsettle_frames = "ten"',
    "an infinite error": "[quality]\nclips_mad = inf",
    "an error that is no number": "[quality]\nclips_mad = nan",
    "a title that is a number": "title = 5",
    "a summary that is a list": 'summary = ["a"]',
    "no table": "input = 5",
    "a list of tables": "[[input]]\nheight = 24",
    "nested lists": "a = " + "[" * 100_000,
    "nested tables": "a = " + "{b=" * 100_000,
    "no TOML": "title = ",
    "not UTF-8": b'title = "\xff"',
    "large": "#" * (1 << 20),
}


@pytest.fixture
def directory(tmp_path, monkeypatch):
    monkeypatch.setattr(home, "PROJECT", tmp_path / "project")
    made = worker_home.make(tmp_path / "home", monkeypatch)
    worker_home.add_model(made, "green", worker_models.green(), default=True)
    return made


def write(directory, name, text):
    """Install a model whose card is ``text``."""
    folder = worker_home.add_model(directory, name, worker_models.green())
    (folder / "card.toml").write_bytes(text if isinstance(text, bytes) else text.encode())


def sent(models):
    """Return the catalogue as OBS gets it."""
    line = encode(Models(1, tuple(server._information(model) for model in models.values())))
    return {model.name: model for model in decode_tell(line).models}


@pytest.mark.parametrize("text", FAULTS.values(), ids=FAULTS)
def test_a_bad_card_costs_its_own_model_and_says_so(directory, text):
    write(directory, "bad", text)
    models = catalogue.read()
    assert models["bad"].problem.startswith("The card of the model bad cannot be read (")
    assert models["bad"].problem.endswith("). Put it there again.") and len(models["bad"].problem) < 500
    assert models["green"].problem is None
    assert set(sent(models)) == {"bad", "green"}


def test_titles_and_summaries_are_cut_and_cleaned(directory):
    write(directory, "long", f'title = "{"t" * 5000}"\nsummary = "a\\u0000\\nb{"s" * 50_000}"')
    model = catalogue.read()["long"]
    assert len(model.title) == 100 and model.title.endswith("...")
    assert model.summary.startswith("a\nbs") and len(model.summary) == 2000


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are text")
def test_a_folder_whose_name_is_no_text_is_shown_and_explained(directory):
    folder = worker_home.add_model(directory, "named later", worker_models.green())
    folder.rename(folder.with_name(os.fsdecode(b"b\xf6se\n")))
    models = catalogue.read()
    (name,) = set(models) - {"green"}
    name.encode()
    assert name == "b\\udcf6se\\n"
    assert models[name].problem.startswith(f"The folder of the model {name} has a name that is no text")
    assert sent(models)[name].problem == models[name].problem
    assert models["green"].problem is None


def test_a_folder_that_may_not_be_read_hides_no_other(directory, monkeypatch):
    worker_home.add_model(directory, "closed", worker_models.green())
    real = os.stat

    def stat(path, *arguments, **options):
        if "closed" in str(path) and str(path).startswith(str(directory)):
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "stat", stat)
    models = catalogue.read()
    assert "Permission denied" in models["closed"].problem
    assert models["green"].problem is None
    assert catalogue.signature()
