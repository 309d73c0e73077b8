# SPDX-License-Identifier: GPL-2.0-or-later
"""Which way up a photograph is: the orientation in its EXIF data (CIPA DC-008, tag 0x0112)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from . import chunks, tiff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_ORIENTATION = 0x0112
_UPRIGHT = 1
_PREFIX = b"Exif\0\0"


def orientation(content: bytes) -> int:
    """Return the orientation of a JPEG, PNG or WebP file, 1 to 8; 1 (upright) if it has none."""
    for data in _exif(content):
        data = data.removeprefix(_PREFIX)
        found = tiff.short(data, _ORIENTATION) if data.startswith(tiff.BEGINNINGS) else None
        if found and 1 <= found[1] <= 8:
            return found[1]
    return _UPRIGHT


def upright(picture: NDArray[np.uint8], turned: int) -> NDArray[np.uint8]:
    """Return a picture [H, W, ...] of an orientation as it is to be looked at."""
    if turned >= 5:
        picture = picture.swapaxes(0, 1)
    # What is mirrored after that: across, down.
    across, down = {2: (1, 0), 3: (1, 1), 4: (0, 1), 6: (1, 0), 7: (1, 1), 8: (0, 1)}.get(turned, (0, 0))
    return np.ascontiguousarray(picture[:: -1 if down else 1, :: -1 if across else 1])


def _exif(content: bytes) -> Iterator[bytes]:
    """Yield what may be EXIF data in a file."""
    if content[:2] == b"\xff\xd8":
        yield from _of_jpeg(content)
    elif content.startswith(chunks.PNG):
        yield from chunks.of_png(content, b"eXIf")
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        yield from chunks.of_webp(content, b"EXIF")


def _of_jpeg(content: bytes) -> Iterator[bytes]:
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", content, at + 2)
        if content[at + 1] == 0xE1 and content.startswith(_PREFIX, at + 4):
            yield content[at + 4 : at + 2 + length]
        at += 2 + max(length, 2)
