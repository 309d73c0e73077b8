# SPDX-License-Identifier: GPL-2.0-or-later
"""A script for a private OBS, listed before the filter's: a machine whose load a test switches on and off.

Asked by obs-websocket vendor requests to "machine": "load" with ``milliseconds`` makes each OBS frame take so
much longer, so that OBS counts frames as lagged. Whatever else runs on the machine of the tests, the filter
sees eight processors that rest, and no trouble without that load.
"""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from obs_bgremove.filter.health import Health
from obs_bgremove.obs import data
from obs_bgremove.obs.vendor import Vendor

seen = Health.seen
more = 0.0
vendor = None


def load(asked, response):
    """Change the load."""
    global more
    more = data.read(asked, "milliseconds", 0) / 1000
    data.write(response, {"milliseconds": round(more * 1000)})


def script_tick(_seconds):
    """Take longer, on the graphics thread."""
    if more:
        time.sleep(more)  # the load itself is what is tried


def script_load(settings):
    """Take the place of what the filter sees."""
    global vendor
    Health.seen = lambda self: seen(self)._replace(idle=8.0, **({} if more else {"trouble": ""}))
    vendor = Vendor("machine")
    vendor.answer("load", load)


def script_unload():
    """Answer no more."""
    vendor.close()
