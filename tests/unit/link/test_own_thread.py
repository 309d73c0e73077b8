# SPDX-License-Identifier: GPL-2.0-or-later
"""Threads of ours, in an interpreter that is also others'."""

from __future__ import annotations

import subprocess
import sys

from obs_bgremove import home

#: How deep our thread gets, beside a script that wants the smallest stacks for its own.
PROGRAM = """
import threading
from obs_bgremove.link import own_thread

def deeper(left):
    return sorted([left, 0], key=lambda one: deeper(left - 1) if one else 0) if left else []

threading.stack_size(65536)
own_thread.start("ours", deeper, 200).join()
print("size for others:", threading.stack_size())
"""


def test_a_small_stack_wished_by_another_script_is_not_ours():
    """On a stack of 64 KiB the process ends with a signal."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=home.PROJECT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "size for others: 65536"), done.stderr
