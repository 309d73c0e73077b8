# SPDX-License-Identifier: GPL-2.0-or-later
"""The computed graphics card that the passes draw with."""

from __future__ import annotations

import pytest

from obs_bgremove.cutout.software_gpu import SoftwareGpu


@pytest.fixture
def gpu():
    made = SoftwareGpu()
    with made.installed():
        yield made
