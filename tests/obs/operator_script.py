# SPDX-License-Identifier: GPL-2.0-or-later
"""A script for a private OBS: does what a person does with the mouse and obs-websocket cannot.

It runs the filter's script through OBS' own scripting library, as the window Tools > Scripts
does, so that a test can reload it and remove it; and it duplicates sources and holds filters.
Asked by obs-websocket vendor requests to "operator". The environment variable
``OPERATOR_SCRIPT`` is the path of the script to run.
"""

import ctypes
import os
import sys
from ctypes import CFUNCTYPE, c_bool, c_char_p, c_int, c_void_p

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from obs_bgremove.obs import data
from obs_bgremove.obs.functions import lib
from obs_bgremove.obs.vendor import Vendor

process = ctypes.CDLL(None)
with open("/proc/self/maps") as maps:
    scripting = ctypes.CDLL(next(line.split()[-1] for line in maps if "libobs-scripting" in line))
scripting.obs_script_create.restype = c_void_p
scripting.obs_script_create.argtypes = [c_char_p, c_void_p]
scripting.obs_script_reload.restype = c_bool
scripting.obs_script_reload.argtypes = [c_void_p]
scripting.obs_script_destroy.argtypes = [c_void_p]
Task = CFUNCTYPE(None, c_void_p)
process.obs_queue_task.argtypes = [c_int, Task, c_void_p, c_bool]
process.obs_source_duplicate.restype = c_void_p
process.obs_source_duplicate.argtypes = [c_void_p, c_char_p, c_bool]
process.obs_source_get_filter_by_name.restype = c_void_p
process.obs_source_get_filter_by_name.argtypes = [c_void_p, c_char_p]
process.obs_scene_from_source.restype = c_void_p
process.obs_scene_from_source.argtypes = [c_void_p]
process.obs_scene_add.restype = c_void_p
process.obs_scene_add.argtypes = [c_void_p, c_void_p]

script = None
vendor = None


def on_ui_thread(action):
    """Run ``action`` where OBS runs what the user clicks, and wait."""
    process.obs_queue_task(0, Task(lambda _parameter: action()), None, True)


def reload_script():
    scripting.obs_script_reload(script)


def remove_script():
    global script
    script, removed = None, script
    scripting.obs_script_destroy(removed)


def duplicate(source, copy, scene):
    found = lib.obs_get_source_by_name(source.encode())
    made = process.obs_source_duplicate(found, copy.encode(), False)
    target = lib.obs_get_source_by_name(scene.encode())
    process.obs_scene_add(process.obs_scene_from_source(target), made)
    for one in (found, made, target):
        lib.obs_source_release(one)


def hold(source, name):
    """Take a reference of a filter and keep it for ever, as a copied filter or an undo step may."""
    found = lib.obs_get_source_by_name(source.encode())
    process.obs_source_get_filter_by_name(found, name.encode())
    lib.obs_source_release(found)


def answer(asked, response):
    """Do what is asked."""
    what = data.read(asked, "do", "")
    if what == "duplicate":
        arguments = [data.read(asked, name, "") for name in ("source", "copy", "scene")]
        on_ui_thread(lambda: duplicate(*arguments))
    elif what == "hold":
        arguments = [data.read(asked, name, "") for name in ("source", "filter")]
        on_ui_thread(lambda: hold(*arguments))
    else:
        on_ui_thread({"reload": reload_script, "remove": remove_script}[what])
    data.write(response, {"done": what})


def script_load(settings):
    """Load the script under test, before OBS loads the sources."""
    global script, vendor
    if script is None:
        vendor = Vendor("operator")
        vendor.answer("do", answer)
    script = scripting.obs_script_create(os.environ["OPERATOR_SCRIPT"].encode(), None)


def script_unload():
    """Go, and take the script along, if it was not removed."""
    vendor.close()
    if script:
        remove_script()
