# SPDX-License-Identifier: GPL-2.0-or-later
"""onnxruntime sends nothing to its maker, and leaves no number of the machine in the user's cache."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from obs_bgremove import clean_variables
from obs_bgremove.home import PROJECT


def left_by(code, tmp_path):
    """Return the files that onnxruntime leaves where ``code`` runs for a user who has none yet."""
    # Of other variables some switch it off: those of machines for automatic tests, and that of pytest.
    kept = {name: value for name, value in os.environ.items() if name.upper() in ("PATH", "SYSTEMROOT")}
    places = dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME"), str(tmp_path))
    command = [sys.executable, "-B", "-c", code]
    subprocess.run(command, cwd=PROJECT, env={**kept, **places}, check=True, timeout=120)
    return list(tmp_path.rglob("*"))


@pytest.mark.parametrize("package", ["obs_bgremove.worker", "export"])
def test_what_imports_onnxruntime_switches_its_telemetry_off(package, tmp_path):
    assert left_by(f"import {package}, onnxruntime", tmp_path) == []


def test_another_python_that_install_py_starts_has_it_off(monkeypatch):
    monkeypatch.setenv("ORT_DISABLE_TELEMETRY", "0")
    assert clean_variables.clean_variables()["ORT_DISABLE_TELEMETRY"] == "1"
