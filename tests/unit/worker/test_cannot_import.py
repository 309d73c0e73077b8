# SPDX-License-Identifier: GPL-2.0-or-later
"""What the status says where onnxruntime or numpy cannot be imported."""

import pytest

from obs_bgremove import processor
from obs_bgremove.worker.serve.loader import cannot_import

LACKING = "DLL load failed while importing {name}: The specified module could not be found."
OLD = "DLL load failed while importing {name}: A dynamic link library (DLL) initialization routine failed."
#: numpy says much before it comes to that.
NUMPY = "\n\nIMPORTANT: PLEASE READ THIS\n\nOriginal error was: " + LACKING.format(name="_multiarray_umath")


@pytest.mark.parametrize(
    "said", [LACKING.format(name="onnxruntime_pybind11_state"), OLD.format(name="onnxruntime"), NUMPY]
)
def test_windows_runtime_is_named_where_it_is_missing_or_old(said):
    sentence = cannot_import(ImportError(said))
    assert said.strip().splitlines()[0] in sentence
    assert "Visual C++" in sentence
    assert "vc_redist.x64.exe" in sentence


def test_a_python_for_arm_needs_that_for_arm(monkeypatch):
    monkeypatch.setattr(processor, "of_this_python", lambda: "ARM64")
    assert "vc_redist.arm64.exe" in cannot_import(ImportError(LACKING.format(name="onnxruntime")))


def test_other_errors_get_no_such_advice():
    sentence = cannot_import(ImportError("libcublas.so.13: no such file"))
    assert "libcublas.so.13" in sentence
    assert "Visual C++" not in sentence
