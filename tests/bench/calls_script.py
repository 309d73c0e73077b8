# SPDX-License-Identifier: GPL-2.0-or-later
"""A script for a private OBS: counts the calls into libobs in each frame, as :mod:`tests.bench.calls` asks.

Asked by obs-websocket vendor requests to "calls": "calls" answers for each function of libobs how often the
filter's ``render`` called it since the last answer, in how many OBS frames that was, how often OBS called the
filter, and how often Python collected garbage meanwhile, in ``render``.
"""

import collections
import contextlib
import gc
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from obs_bgremove.filter.filter import BackgroundFilter
from obs_bgremove.obs import data, functions
from obs_bgremove.obs.functions import lib
from obs_bgremove.obs.vendor import Vendor

calls: collections.Counter = collections.Counter()
callbacks: collections.Counter = collections.Counter()
frames: set = set()
#: Whether ``render`` is running: only its calls are counted.
rendering = False
vendor = None


def counted(name):
    """Return a function of libobs that counts its calls."""
    function = getattr(lib, name)

    def replacement(*arguments):
        if rendering:
            calls[name] += 1
        return function(*arguments)

    return replacement


def watched(name, count_calls):
    """Return a callback of the filter that counts how often it is called."""
    function = getattr(BackgroundFilter, name)

    def replacement(self, *arguments):
        global rendering
        callbacks[name] += 1
        rendering = count_calls
        try:
            return function(self, *arguments)
        finally:
            if count_calls:
                frames.add(self._shared.clock.number)
            rendering = False

    return replacement


def note_collection(phase, _info):
    """Count a collection of garbage."""
    if rendering and phase == "start":
        callbacks["collections"] += 1


def answer_calls(_asked, response):
    """Answer what was counted since the last answer."""
    found = {"calls": dict(calls), "callbacks": dict(callbacks), "frames": len(frames)}
    for counter in (calls, callbacks, frames):
        counter.clear()
    data.write(response, {"json": json.dumps(found)})


def script_load(settings):
    """Take the place of libobs' functions before OBS loads the sources."""
    global vendor
    for row in functions.TABLE:
        # Not "bfree", whose address OBS gets.
        if row[0].startswith(("gs_", "obs_")):
            # An older OBS lacks some that are optional.
            with contextlib.suppress(functions.ObsError):
                setattr(lib, row[0], counted(row[0]))
    BackgroundFilter.render = watched("render", True)
    BackgroundFilter.color_space = watched("color_space", False)
    gc.callbacks.append(note_collection)
    vendor = Vendor("calls")
    vendor.answer("calls", answer_calls)


def script_unload():
    """Answer no more."""
    gc.callbacks.remove(note_collection)
    vendor.close()
