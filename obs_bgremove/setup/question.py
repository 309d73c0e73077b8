# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks the person at the terminal, if there is one."""

from __future__ import annotations

import sys

from ..translate import tr


def someone_there() -> bool:
    """Return whether a person can answer."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def ask(question: str, yes: bool, default: bool = True) -> bool:
    """Return the answer to a yes-or-no question: ``yes`` is one, ``default`` is that of nobody."""
    if yes:
        return True
    if not someone_there():
        return default
    choices = tr("Y/n") if default else tr("y/N")
    try:
        answer = input(f"{question} [{choices}] ").strip().lower()
    except EOFError:
        return default
    return default if not answer else answer.startswith(("y", tr("yes")[0]))
