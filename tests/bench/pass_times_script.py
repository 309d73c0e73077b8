# SPDX-License-Identifier: GPL-2.0-or-later
"""A script for a private OBS: times each drawing pass of the filters, as :mod:`tests.bench.passes` asks.

It waits before and after each pass until OpenGL has drawn everything, so that a pass' time is its own.
Asked by obs-websocket vendor requests to "passes": "times" answers what was measured since the last one,
"allocated" what was allocated by now, and how often Python made what it has for a thread.
"""

import collections
import ctypes
import functools
import gc
import json
import os
import sys
import threading
import time
import tracemalloc

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from obs_bgremove.filter import renderer
from obs_bgremove.filter.backgrounds.of_source import SourceBackground
from obs_bgremove.filter.filter import BackgroundFilter
from obs_bgremove.filter.frames.capture import Capture
from obs_bgremove.filter.frames.pictures import Picture
from obs_bgremove.filter.passes.light import Light
from obs_bgremove.filter.report import meters
from obs_bgremove.obs import data, graphics
from obs_bgremove.obs.replays import Replays
from obs_bgremove.obs.vendor import Vendor

finish = ctypes.CDLL("libGL.so.1").glFinish

#: What is timed: (owner, name, the table's words). None lies within another.
TIMED = [
    (Capture, "hand_over", "read back, hand over"),
    (Picture, "upload_alpha", "upload the alpha"),
    (Capture, "draw", "capture"),
    (Capture, "stage", "shrink"),
    (Light, "factors", "light: factors"),
    (SourceBackground, "draw", "picture behind"),
    (renderer, "composite", "composite"),
]
#: The passes that are made by a list of calls: the first word of their key, the table's words.
REPLAYED = {
    "cut": "colours around",
    "samples": "colours that explain",
    "plate": "plate of the room",
    "edge": "edge controls",
    "near": "nearness to the person",
    "blur": "blur",
    "around": "light: background, small",
    "shine": "light: around the edge",
}
#: What makes a GPU object: nothing may, once the filter runs.
MAKING = ("gs_texture_create", "gs_texrender_create", "gs_stagesurface_create", "gs_effect_create_from_file")
#: Where the passes' memory is taken.
OURS = [
    tracemalloc.Filter(True, f"*/obs_bgremove/{where}")
    for where in ("filter/passes/*", "filter/backgrounds/*", "filter/frames/capture.py", "obs/graphics.py")
]

times: dict = {}
made = states = 0
thread = threading.local()
vendor = None


def measured(words, function, *arguments):
    """Call a function; note (wall clock, processor time of all threads and of this one), nanoseconds."""
    if tracemalloc.is_tracing():
        return function(*arguments)
    finish()
    wall, every, own = time.perf_counter_ns(), time.process_time_ns(), time.thread_time_ns()
    try:
        return function(*arguments)
    finally:
        own = time.thread_time_ns() - own
        finish()
        every = time.process_time_ns() - every
        times.setdefault(words, []).append((time.perf_counter_ns() - wall, every, own))


def timed(owner, name, words):
    """Replace a function by one whose calls are ``measured``."""
    function = getattr(owner, name)

    @functools.wraps(function)
    def replacement(*arguments):
        return measured(words, function, *arguments)

    setattr(owner, name, replacement)


def replayed():
    """Replace ``Replays.draw`` by one that times the passes in ``REPLAYED``."""
    draw = Replays.draw

    def replacement(self, key, make):
        words = REPLAYED.get(key[0])
        return draw(self, key, make) if words is None else measured(words, draw, self, key, make)

    Replays.draw = replacement


def counted(name):
    """Replace a function of libobs by one that counts its calls."""
    function = getattr(graphics.lib, name)

    def replacement(*arguments):
        global made
        made += 1
        return function(*arguments)

    setattr(graphics.lib, name, replacement)


def count_resized():
    """Count each render target that is drawn in another size than before: libobs makes it again."""
    begin = graphics.RenderTarget._begin

    def replacement(self, width, height, space):
        global made
        made += (self.width, self.height) != (width, height)
        begin(self, width, height, space)

    graphics.RenderTarget._begin = replacement


def count_thread_states():
    """Count how often the filter is drawn in a thread that Python has kept nothing for."""
    render = BackgroundFilter.render

    def replacement(self):
        global states
        if not hasattr(thread, "known"):
            thread.known = True
            states += 1
        render(self)

    BackgroundFilter.render = replacement


def answer_allocated(_asked, response):
    """Time no more; answer how many GPU objects were made, and how many blocks each line of code holds."""
    if not tracemalloc.is_tracing():
        tracemalloc.start()
    gc.collect()
    held = tracemalloc.take_snapshot().filter_traces(OURS).statistics("lineno")
    lines = {f"{one.traceback[0].filename}:{one.traceback[0].lineno}": one.count for one in held}
    data.write(response, {"json": json.dumps({"made": made, "states": states, "blocks": lines})})


def answer_times(_asked, response):
    """Answer the first deciles since the last answer, and how many GPU objects were made."""
    global made
    taken = dict(times)
    times.clear()
    deciles = {
        words: [sorted(column)[len(column) // 10] / 1e6 for column in zip(*values)] + [len(values)]
        for words, values in taken.items()
    }
    found = {"passes": deciles, "made": made}
    made = 0
    data.write(response, {"json": json.dumps(found)})


def script_load(settings):
    """Take the passes' place, before OBS loads the sources."""
    global vendor
    for row in TIMED:
        timed(*row)
    replayed()
    # What is kept of the last frames for the status fills within half a minute; here at once.
    meters.deque = lambda maxlen: collections.deque(maxlen=8)
    for name in MAKING:
        counted(name)
    count_resized()
    count_thread_states()
    vendor = Vendor("passes")
    vendor.answer("times", answer_times)
    vendor.answer("allocated", answer_allocated)


def script_unload():
    """Answer no more."""
    vendor.close()
