# SPDX-License-Identifier: GPL-2.0-or-later
"""A script for the OBS of the soak: counts what is allocated in there.

Asked by the obs-websocket vendor request "used" to "memory". Answers ``allocations``, how many libobs has
made and not freed, ``blocks``, those of Python, and where the C library is glibc ``bytes``, of all that was
asked of malloc and not freed.
"""

import ctypes
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from obs_bgremove.obs import data
from obs_bgremove.obs.vendor import Vendor

process = ctypes.CDLL(None)
process.bnum_allocs.restype = ctypes.c_long


class Malloc(ctypes.Structure):
    """glibc's struct mallinfo2."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


#: glibc 2.33 and newer have it.
mallinfo2 = getattr(process, "mallinfo2", None)
if mallinfo2 is not None:
    mallinfo2.restype = Malloc

vendor = None


def used(asked, response):
    """Answer with what is allocated now."""
    counted = {"allocations": process.bnum_allocs(), "blocks": sys.getallocatedblocks()}
    if mallinfo2 is not None:
        found = mallinfo2()
        counted["bytes"] = found.uordblks + found.hblkhd
    data.write(response, counted)


def script_load(settings):
    """Answer from now on."""
    global vendor
    vendor = Vendor("memory")
    vendor.answer("used", used)


def script_unload():
    """Answer no more."""
    vendor.close()
