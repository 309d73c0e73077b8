# SPDX-License-Identifier: GPL-2.0-or-later
"""The one error that the commands of this package report to a person."""

from __future__ import annotations


class ExportError(Exception):
    """A sentence or two: what is wrong, and what to do about it."""
