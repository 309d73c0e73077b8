# SPDX-License-Identifier: GPL-2.0-or-later
"""Markdown tables."""

from __future__ import annotations


def table(headings: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table whose columns after the first are right-aligned."""
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
