# SPDX-License-Identifier: GPL-2.0-or-later
"""The workshop: everything that makes a folder in models/. A streamer needs only ``fetch`` of it."""

import os

# As in obs_bgremove/worker/__init__.py.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
