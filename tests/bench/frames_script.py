# SPDX-License-Identifier: GPL-2.0-or-later
"""A script for a private OBS: how long each frame takes OBS' graphics thread, and what the filter drew in it.

:mod:`tests.bench.graphics` asks it, by the obs-websocket vendor request "frames" to "frames": it answers with
[milliseconds, processor time, names] of each frame since the last answer. The processor time is that of all
threads of OBS until the next frame, in milliseconds: with software OpenGL, what drawing costs. Of a pass that
is made by a list of calls the name is the first word of its key. "first NAME" is a technique that is new.

A frame begins with OBS' tick. At its very end OBS runs the tasks that another thread queued meanwhile.
"""

import json
import os
import sys
import threading
import time
from ctypes import CFUNCTYPE, c_float, c_void_p

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from obs_bgremove.filter.frames.pictures import Picture
from obs_bgremove.obs import data, graphics, library
from obs_bgremove.obs.functions import lib
from obs_bgremove.obs.replays import Replays
from obs_bgremove.obs.vendor import Vendor

TASK_GRAPHICS = 1

frames: list = []
#: When the frame that is being made began, the processor time until then, how long it took; what was drawn.
began = spent = took = 0
drawn: list = []
techniques: set = set()
begun = threading.Event()
ended = False
vendor = None


@CFUNCTYPE(None, c_void_p, c_float)
def tick(_param, _seconds):
    """Begin a frame, after the one before."""
    global began, spent, took
    until_now = time.process_time_ns()
    if took:
        frames.append([took / 1e6, (until_now - spent) / 1e6, list(drawn)])
    drawn.clear()
    began, spent, took = time.perf_counter_ns(), until_now, 0
    begun.set()


@CFUNCTYPE(None, c_void_p)
def finish(number):
    """End the frame; what came too late is of the frame before."""
    global took
    if number == began:
        took = time.perf_counter_ns() - began


def queue_ends():
    """Have OBS end each frame that begins."""
    while not ended:
        if begun.wait(1.0):
            begun.clear()
            lib.obs_queue_task(TASK_GRAPHICS, finish, began, False)


def noted(owner, name, words):
    """Replace a method by one that notes ``words`` of its arguments, if there are any."""
    function = getattr(owner, name)

    def replacement(self, *arguments):
        found = words(*arguments)
        if found:
            drawn.append(found)
        return function(self, *arguments)

    setattr(owner, name, replacement)


def first(technique, *_size):
    """Return the words of a technique that was not drawn before."""
    name = technique.decode()
    if name in techniques:
        return ""
    techniques.add(name)
    return f"first {name}"


def answer_frames(_asked, response):
    """Answer what was measured since the last answer."""
    taken = frames[:]
    del frames[: len(taken)]
    data.write(response, {"json": json.dumps(taken)})


def each_frame(function):
    """Have OBS call ``tick`` in each frame, or no more."""
    library.open_libraries().find(function, keep_gil=False)(tick, None)


def script_load(settings):
    """Take the passes' place, before OBS loads the sources."""
    global vendor
    noted(Replays, "draw", lambda key, _make: key[0])
    noted(Picture, "upload_alpha", lambda *_: "new alpha")
    noted(graphics.Effect, "draw", first)
    each_frame("obs_add_tick_callback")
    threading.Thread(target=queue_ends, daemon=True).start()
    vendor = Vendor("frames")
    vendor.answer("frames", answer_frames)


def script_unload():
    """Look no more."""
    global ended
    ended = True
    each_frame("obs_remove_tick_callback")
    vendor.close()
