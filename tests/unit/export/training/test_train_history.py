# SPDX-License-Identifier: GPL-2.0-or-later
"""The record of a training that measured little."""

from __future__ import annotations

import warnings

import pytest

from export.training import history

pytest.importorskip("matplotlib", reason="curves need the dependency group 'evaluate'")


def test_a_group_without_figures_has_no_legend(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # matplotlib's, about a legend of nothing
        history.write([{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25}], tmp_path)
    assert (tmp_path / "history.csv").read_text(encoding="utf-8").split() == ["epoch,loss", "1,0.5", "2,0.25"]
    assert (tmp_path / "curves.png").stat().st_size > 1000
