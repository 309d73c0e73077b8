# SPDX-License-Identifier: GPL-2.0-or-later
"""The text of OBS' effect files, as far as the tests have to understand it."""

from __future__ import annotations

import re

#: Those that are no effect by themselves.
INCLUDED = ("common.effect", "edge_colors.effect")
TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|\S")


def text_of(path):
    """Return the text with what it includes, without comments and macros."""
    text = re.sub(
        r'#include "(.*)"', lambda found: text_of(path.parent / found[1]), path.read_text(encoding="utf-8")
    )
    return re.sub(r"//.*|#define(.*\\\n)*.*", "", text)


def closing(tokens, at):
    """Return where the braces end that begin at or after a place."""
    at = tokens.index("{", at)
    depth = 0
    for place in range(at, len(tokens)):
        depth += {"{": 1, "}": -1}.get(tokens[place], 0)
        if not depth:
            return place
    raise AssertionError("a brace stays open")
