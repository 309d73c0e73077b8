# SPDX-License-Identifier: GPL-2.0-or-later
"""A script for a private OBS: another script that computes in a thread, as :mod:`tests.bench.busy` asks.

Asked by obs-websocket vendor requests to "busy": "start" and "stop" the thread; "times" answers how long
each call of the filter's ``render`` took since the last answer, in milliseconds, and how far the thread has
counted.
"""

import collections
import functools
import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from obs_bgremove.filter.filter import BackgroundFilter
from obs_bgremove.obs import data
from obs_bgremove.obs.vendor import Vendor

times: collections.deque = collections.deque()
#: While it is set, the thread computes.
busy = threading.Event()
ending = False
counted = 0
vendor = None


def compute():
    """Count, in pure Python, while that is wanted."""
    global counted
    while not ending:
        busy.wait()
        for _number in range(10000):
            counted += 1


def timed(render):
    """Return a ``render`` that notes how long it takes, by the clock."""

    @functools.wraps(render)
    def replacement(self):
        began = time.perf_counter_ns()
        try:
            render(self)
        finally:
            times.append(time.perf_counter_ns() - began)

    return replacement


def answer_times(_asked, response):
    """Answer what was measured since the last answer."""
    taken = [times.popleft() / 1e6 for _one in range(len(times))]
    data.write(response, {"json": json.dumps({"render": taken, "counted": counted})})


def script_load(settings):
    """Take the place of ``render`` before OBS loads the sources, and start the thread, at rest."""
    global vendor
    BackgroundFilter.render = timed(BackgroundFilter.render)
    threading.Thread(target=compute, daemon=True).start()
    vendor = Vendor("busy")
    vendor.answer("start", lambda _asked, _response: busy.set())
    vendor.answer("stop", lambda _asked, _response: busy.clear())
    vendor.answer("times", answer_times)


def script_unload():
    """End the thread."""
    global ending
    ending = True
    busy.set()
    vendor.close()
