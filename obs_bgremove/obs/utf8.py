# SPDX-License-Identifier: GPL-2.0-or-later
"""Text for libobs, which is UTF-8 and nothing else."""

from __future__ import annotations


def utf8(text: str) -> bytes:
    """Return a text as bytes that are always UTF-8.

    Names of files may hold bytes that Python could not read as letters: all letters beyond ASCII where the
    locale has none (LANG=C). They are the letters again here. What is no letter at all becomes an escape.
    """
    try:
        data = text.encode("utf-8", "surrogateescape")
        data.decode()
    except UnicodeError:
        return text.encode("utf-8", "backslashreplace")
    return data
