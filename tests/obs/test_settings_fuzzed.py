# SPDX-License-Identifier: GPL-2.0-or-later
"""The short form of ``python -m tests.fuzz settings``."""

from random import Random

from tests.fuzz import settings


def test_settings_of_any_type_harm_nothing():
    assert settings.run(Random(1), 60)["settings set"] == 60
