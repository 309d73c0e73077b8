# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the tests that need no OBS."""

from tests.unit.gpu import gpu  # noqa: F401  (fixture)
