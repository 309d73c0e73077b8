# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the tests that run the filter in a real OBS."""

from __future__ import annotations

import pytest

from tests.obs import networks, numbered
from tests.obs.stage import make_home


@pytest.fixture(scope="session")
def model_folders(tmp_path_factory):
    """Return model folders by name, see ``write_models``."""
    return networks.write_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def data_home(tmp_path_factory, model_folders):
    """Return a data directory with these models."""
    return make_home(tmp_path_factory.mktemp("home") / "data", model_folders)


@pytest.fixture(scope="session")
def numbered_clip(tmp_path_factory):
    """Return the path of the clip whose frames can be told apart."""
    return numbered.write(tmp_path_factory.mktemp("clip") / "numbered.mkv")
