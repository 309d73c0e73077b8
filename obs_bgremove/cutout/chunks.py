# SPDX-License-Identifier: GPL-2.0-or-later
"""The chunks that PNG (W3C, section 5) and WebP files (RFC 9649, section 2.3) are made of."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How a PNG file begins.
PNG = b"\x89PNG\r\n\x1a\n"


def of_png(content: bytes, wanted: bytes) -> Iterator[bytes]:
    """Yield what is in the chunks of a name."""
    return _chunks(content, 8, wanted, ">I", name_first=False, beside=4)


def of_webp(content: bytes, wanted: bytes) -> Iterator[bytes]:
    """Yield what is in the chunks of a name."""
    return _chunks(content, 12, wanted, "<I", name_first=True, beside=0)


def _chunks(
    content: bytes, at: int, wanted: bytes, size: str, name_first: bool, beside: int
) -> Iterator[bytes]:
    """Yield the chunks of a name; before each are its length and name, after it ``beside`` more bytes."""
    while at + 8 <= len(content):
        (length,) = struct.unpack_from(size, content, at + 4 if name_first else at)
        name = content[at : at + 4] if name_first else content[at + 4 : at + 8]
        if name == wanted:
            yield content[at + 8 : at + 8 + length]
        at += 8 + length + beside + (length % 2 if name_first else 0)
