# SPDX-License-Identifier: GPL-2.0-or-later
"""A script for a private OBS: opens the properties page of a filter, as the window Filters does.

Asked by obs-websocket vendor requests to "page": "open" with ``source`` and ``filter`` keeps the page open,
"read" with ``name`` answers ``there``, ``visible``, ``mark`` (of a text), ``description``, ``help`` and
``values`` (of a list) of one property of it, "press" with ``name`` presses a button of it, "change" with
``name`` and ``value`` does what a control of it does. Both answer ``laid_out_anew``. "built" answers
``count``, how often OBS was asked to build the page again since it was opened, ``at_rest``, whether no
dialog and no list is open, ``used``, whether a control has the keyboard, and ``held``, whether a slider is
held. "where" with ``class``, of Qt, and a part of the screen (``x``, ``y``, ``width``, ``height``) answers
``x`` and ``y``, the middle of the first such control there. "name" with ``id`` answers the ``name`` of a
kind of filter, asked on a thread that Python does not know, as OBS' menu is when it lists the filters.
"""

import ctypes
import os
import sys
from ctypes import c_bool, c_char_p, c_int, c_size_t, c_void_p

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from obs_bgremove.obs import data, ui_thread
from obs_bgremove.obs.functions import lib
from obs_bgremove.obs.signals import Connection
from obs_bgremove.obs.structs import TASK_UI, Task
from obs_bgremove.obs.vendor import Vendor

process = ctypes.CDLL(None)
for function, result, arguments in (
    ("obs_source_get_filter_by_name", c_void_p, [c_void_p, c_char_p]),
    ("obs_source_properties", c_void_p, [c_void_p]),
    ("obs_properties_destroy", None, [c_void_p]),
    ("obs_property_description", c_char_p, [c_void_p]),
    ("obs_property_long_description", c_char_p, [c_void_p]),
    ("obs_property_button_clicked", c_bool, [c_void_p, c_void_p]),
    ("obs_property_visible", c_bool, [c_void_p]),
    ("obs_property_text_info_type", c_int, [c_void_p]),
    ("obs_property_modified", c_bool, [c_void_p, c_void_p]),
    ("obs_property_list_item_count", c_size_t, [c_void_p]),
    ("obs_property_list_item_string", c_char_p, [c_void_p, c_size_t]),
    ("_ZN12QApplication8widgetAtERK6QPoint", c_void_p, [c_void_p]),
    ("pthread_create", c_int, [c_void_p, c_void_p, c_void_p, c_char_p]),
    ("pthread_join", c_int, [c_void_p, c_void_p]),
):
    getattr(process, function).restype = result
    getattr(process, function).argtypes = arguments

vendor = None
opened = None
page = None
connection = None
built = []


def open_page(asked, response):
    """Open the page of a filter."""
    global opened, page, connection
    close()
    built.clear()
    source = lib.obs_get_source_by_name(data.read(asked, "source", "").encode())
    opened = process.obs_source_get_filter_by_name(source, data.read(asked, "filter", "").encode())
    lib.obs_source_release(source)
    page = process.obs_source_properties(opened)
    connection = Connection(opened, "update_properties", lambda: built.append(None))


def read(asked, response):
    """Answer with what one property shows."""
    found = lib.obs_properties_get(page, data.read(asked, "name", "").encode())
    data.write(response, {"there": bool(found)})
    if not found:
        return
    data.write(response, {"visible": process.obs_property_visible(found)})
    data.write(response, {"mark": process.obs_property_text_info_type(found)})
    count = process.obs_property_list_item_count(found)
    values = [process.obs_property_list_item_string(found, number).decode() for number in range(count)]
    data.write(response, {"description": process.obs_property_description(found).decode()})
    data.write(response, {"help": (process.obs_property_long_description(found) or b"").decode()})
    data.write_list(response, "values", [{"value": value} for value in values])


def press(asked, response):
    """Press a button."""
    found = lib.obs_properties_get(page, data.read(asked, "name", "").encode())
    data.write(response, {"laid_out_anew": process.obs_property_button_clicked(found, opened)})


def change(asked, response):
    """Set a value, a string or a bool, as the control of a property does."""
    name = data.read(asked, "name", "")
    found = lib.obs_properties_get(page, name.encode())
    settings = lib.obs_source_get_settings(opened)
    is_text = bool(data.read(asked, "value", ""))
    data.write(settings, {name: data.read(asked, "value", "" if is_text else False)})
    anew = process.obs_property_modified(found, settings)
    lib.obs_source_update(opened, settings)
    lib.obs_data_release(settings)
    data.write(response, {"laid_out_anew": anew})


def answer_built(asked, response):
    """Answer how often OBS was asked to build the page again, and whether something is open."""
    on_ui_thread(
        lambda: data.write(
            response,
            {
                "count": len(built),
                "at_rest": ui_thread.nothing_is_open(),
                "used": ui_thread.is_used(),
                "held": ui_thread.is_held(),
            },
        )
    )


def where(asked, response):
    """Answer with the middle of the first control of a class on a part of the screen."""
    wanted = data.read(asked, "class", "")
    left, top, width, height = (data.read(asked, name, 0) for name in ("x", "y", "width", "height"))
    points = {}

    def look():
        for y in range(top, top + height, 3):
            for x in range(left, left + width, 3):
                widget = process._ZN12QApplication8widgetAtERK6QPoint((c_int * 2)(x, y))
                if ui_thread.is_a(widget, wanted):
                    points.setdefault(widget, []).append((x, y))

    on_ui_thread(look)
    found = next(iter(points.values()), [])
    if found:
        data.write(response, {name: (min(of) + max(of)) // 2 for name, of in zip("xy", zip(*found))})


def on_ui_thread(action):
    """Call an action there, and wait for it."""
    task = Task(lambda _: action())
    lib.obs_queue_task(TASK_UI, task, None, True)


def name(asked, response):
    """Answer with what OBS calls a kind of source."""
    kind = data.read(asked, "id", "").encode()
    thread, called = c_void_p(), c_void_p()
    process.pthread_create(ctypes.byref(thread), None, process.obs_source_get_display_name, kind)
    process.pthread_join(thread, ctypes.byref(called))
    data.write(response, {"name": ctypes.string_at(called.value).decode()})


def close():
    """Close the page."""
    global opened, page
    if page:
        connection.release()
        process.obs_properties_destroy(page)
        lib.obs_source_release(opened)
        opened = page = None


def script_load(settings):
    """Answer from now on."""
    global vendor
    vendor = Vendor("page")
    vendor.answer("open", open_page)
    vendor.answer("read", read)
    vendor.answer("press", press)
    vendor.answer("change", change)
    vendor.answer("built", answer_built)
    vendor.answer("where", where)
    vendor.answer("name", name)


def script_unload():
    """Answer no more."""
    close()
    vendor.close()
