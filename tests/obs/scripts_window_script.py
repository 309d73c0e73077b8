# SPDX-License-Identifier: GPL-2.0-or-later
"""A script for a private OBS: does with the filter's script what the window Tools > Scripts does.

It loads ``WINDOW_SCRIPT``, a path, through OBS' own scripting library. Asked by vendor requests to
"window": "select" opens its page and answers ``description``, "read" with ``name`` answers the
``description`` of one property and whether it is ``visible``, "press" with ``name`` presses a button.
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
Task = CFUNCTYPE(None, c_void_p)
for library, function, result, arguments in (
    (scripting, "obs_script_create", c_void_p, [c_char_p, c_void_p]),
    (scripting, "obs_script_destroy", None, [c_void_p]),
    (scripting, "obs_script_get_description", c_char_p, [c_void_p]),
    (scripting, "obs_script_get_properties", c_void_p, [c_void_p]),
    (process, "obs_queue_task", None, [c_int, Task, c_void_p, c_bool]),
    (process, "obs_properties_destroy", None, [c_void_p]),
    (process, "obs_property_description", c_char_p, [c_void_p]),
    (process, "obs_property_visible", c_bool, [c_void_p]),
    (process, "obs_property_button_clicked", c_bool, [c_void_p, c_void_p]),
):
    getattr(library, function).restype = result
    getattr(library, function).argtypes = arguments

script = None
vendor = None
page = None


def on_ui_thread(action):
    """Run ``action`` where OBS runs what the user clicks, and wait."""
    process.obs_queue_task(0, Task(lambda _parameter: action()), None, True)


def select(asked, response):
    """Select the script in the list."""

    def open_page():
        global page
        close()
        page = scripting.obs_script_get_properties(script)

    on_ui_thread(open_page)
    described = scripting.obs_script_get_description(script).decode()
    data.write(response, {"description": described})


def read(asked, response):
    """Answer with what one property shows."""
    found = lib.obs_properties_get(page, data.read(asked, "name", "").encode())
    data.write(response, {"visible": process.obs_property_visible(found)})
    data.write(response, {"description": process.obs_property_description(found).decode()})


def press(asked, response):
    """Press a button, which OBS' window does with the script as the object."""
    found = lib.obs_properties_get(page, data.read(asked, "name", "").encode())
    on_ui_thread(lambda: process.obs_property_button_clicked(found, script))


def close():
    """Close the page."""
    global page
    if page:
        process.obs_properties_destroy(page)
    page = None


def script_load(settings):
    """Load the script under test, before OBS loads the sources."""
    global script, vendor
    if script is None:
        vendor = Vendor("window")
        vendor.answer("select", select)
        vendor.answer("read", read)
        vendor.answer("press", press)
    script = scripting.obs_script_create(os.environ["WINDOW_SCRIPT"].encode(), None)


def script_unload():
    """Go, and take the script along."""
    global script
    vendor.close()
    close()
    script, removed = None, script
    scripting.obs_script_destroy(removed)
