# SPDX-License-Identifier: GPL-2.0-or-later
"""Stand-ins inside of a real worker process: code that its Python runs before anything else."""

import os

from obs_bgremove import home

#: Lets ``made(file)`` be called in place of each session of onnxruntime, whose class is ``real``.
SESSIONS = """
import ctypes, os, sys, time
import onnxruntime
real = onnxruntime.InferenceSession
class InferenceSession(real):
    def __init__(self, file, *arguments, **options):
        made(file)
        super().__init__(file, *arguments, **options)
onnxruntime.InferenceSession = InferenceSession
"""


def environment(directory, code):
    """Return the environment for a client whose workers run ``code`` first."""
    folder = directory / "stand_in"
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(code)
    return {"PYTHONPATH": os.pathsep.join([str(folder), str(home.PROJECT)])}
