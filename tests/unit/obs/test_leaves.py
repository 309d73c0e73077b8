# SPDX-License-Identifier: GPL-2.0-or-later
"""Which functions of libobs are called with the GIL held."""

from __future__ import annotations

import sys
import threading
from ctypes import c_int, c_uint
from itertools import chain

import pytest

from obs_bgremove.obs import functions
from obs_bgremove.obs.functions import Functions
from obs_bgremove.obs.leaves import LEAVES

#: They wait for other threads, or run code of sources, plugins and scripts.
MAY_WAIT = {
    "obs_enter_graphics", "obs_source_video_render", "obs_source_default_render", "obs_source_get_width",
    "obs_source_get_height", "obs_source_get_base_width", "obs_source_get_base_height",
    "obs_source_get_color_space", "obs_source_release", "obs_source_enum_full_tree", "obs_enum_sources",
    "obs_source_inc_active", "obs_source_dec_active", "obs_source_update", "obs_wait_for_destroy_queue",
    "obs_hotkey_unregister", "signal_handler_disconnect", "proc_handler_call", "blog",
}  # fmt: skip


def test_every_leaf_is_in_the_table():
    assert set(LEAVES) <= {row[0] for row in functions.TABLE}


def test_what_may_wait_is_no_leaf():
    assert set(LEAVES) & MAY_WAIT == set()


@pytest.mark.skipif(sys.platform == "win32", reason="looks a function up in the C library of the process")
@pytest.mark.parametrize("leaf", [True, False])
def test_a_leaf_keeps_the_gil_and_another_function_releases_it(leaf, monkeypatch):
    """A function that sleeps stands for one that waits: another thread runs meanwhile, or does not."""
    monkeypatch.setattr(functions, "TABLE", [("usleep", c_int, [c_uint])])
    monkeypatch.setattr(functions, "LEAVES", {"usleep": "field"} if leaf else {})
    lib, began, ran = Functions(), threading.Event(), threading.Event()

    def other():
        began.set()
        while not ran.is_set():
            counted[0] += 1

    counted = [0]
    thread = threading.Thread(target=other)
    thread.start()
    began.wait()
    # All in C: Python gives the GIL away between two of its instructions, and here there is none.
    read = counted.__getitem__
    before, _slept, after = chain(map(read, [0]), map(lib.usleep, [200_000]), map(read, [0]))
    ran.set()
    thread.join()
    assert (after - before == 0) == leaf
