# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the tests that need no OBS."""

import os

import pytest

from obs_bgremove import translate
from tests.unit import worker_home, worker_models
from tests.unit.gpu import gpu  # noqa: F401  (fixture)

#: The tests know the English sentences, whoever runs them.
os.environ[translate.VARIABLE] = "en"


@pytest.fixture
def directory(tmp_path, monkeypatch):
    """A data directory with one model, "green", the default."""
    made = worker_home.make(tmp_path, monkeypatch)
    worker_home.add_model(made, "green", worker_models.green(), default=True)
    return made
