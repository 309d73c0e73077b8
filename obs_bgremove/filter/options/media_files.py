# SPDX-License-Identifier: GPL-2.0-or-later
"""The files that can be a background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...files import as_path, as_text

if TYPE_CHECKING:
    from pathlib import Path

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tga", ".psd")
VIDEOS = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".flv")


def following(path: str, suffixes: tuple[str, ...]) -> str:
    """Return the next file, by name, with one of these suffixes in the folder of ``path``.

    The first file follows the last one. It is the same path if there is no other file, or if the folder
    cannot be read.
    """
    current = as_path(path)
    try:
        files = [one for one in current.parent.iterdir() if one.suffix.lower() in suffixes and one.is_file()]
    except OSError:
        return path
    ordered = sorted({*files, current}, key=_name)
    found = ordered[(ordered.index(current) + 1) % len(ordered)]
    return as_text(found) if found in files else path


def _name(path: Path) -> tuple[str, str]:
    return path.name.casefold(), path.name
