# SPDX-License-Identifier: GPL-2.0-or-later
"""Something that is wrong."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """``text``: sentences that say what is wrong and what to do; empty if nothing is.

    ``remedy``: a key of ``options.remedies``, empty if no setting mends it.
    """

    text: str
    remedy: str = ""


NOTHING = Problem("")
