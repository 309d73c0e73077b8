# SPDX-License-Identifier: GPL-2.0-or-later
"""The first steps of the soak; ``python -m tests.soak`` runs for an hour."""

from __future__ import annotations

import sys

import pytest

from tests.obs import numbered
from tests.soak.report import faults
from tests.soak.run import soak


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_whatever_happens_the_room_stays_hidden_and_obs_ends_well(tmp_path):
    run = soak(tmp_path, seconds=600, most=12, seed=3)
    assert run.frames > 100
    numbered.assert_none([one.room for one in run.moments])
    assert len({one.step for one in run.moments}) > 4
    assert faults(run) == []
