# SPDX-License-Identifier: GPL-2.0-or-later
"""The tags of a TIFF file (TIFF 6.0, section 2), and what they say of its alpha (section 18, ExtraSamples).

OpenCV writes an alpha without saying that it is one. It multiplies the colours of 8 bits by an alpha that is
named as one, and takes those beside an unnamed alpha as they are.
"""

from __future__ import annotations

import struct

#: How a BigTIFF file begins, in either order of bytes: its sizes have 64 bits.
_BIG = b"II+\0", b"MM\0+"
#: How a TIFF file begins.
BEGINNINGS = b"II*\0", b"MM\0*", *_BIG
_EXTRA, _SHORT = 338, 3
#: Values of ExtraSamples: what the sample beside the colours is. The colours are premultiplied with an
#: associated alpha.
_UNNAMED, ASSOCIATED, _STRAIGHT = 0, 1, 2


def short(content: bytes, tag: int) -> tuple[int, int] | None:
    """Return where the value of a tag of 16 bits is, and the value; None if the first page has none."""
    order = _order(content)
    # A directory is its number of tags, then each: which one, its type, how many values, and the first.
    place, size, number, form, width = (
        (8, "Q", "Q", "HHQH", 20) if content.startswith(_BIG) else (4, "I", "H", "HHIH", 12)
    )
    try:
        (directory,) = struct.unpack_from(order + size, content, place)
        (count,) = struct.unpack_from(order + number, content, directory)
        first = directory + struct.calcsize(order + number)
        for at in range(first, min(first + width * count, len(content)), width):
            there, kind, _count, value = struct.unpack_from(order + form, content, at)
            if (there, kind) == (tag, _SHORT):
                return at + struct.calcsize(order + form[:-1]), value
    except struct.error:
        pass  # it ends too soon
    return None


def with_unnamed_alpha(content: bytes) -> tuple[bytes, int]:
    """Return a file whose alpha is not named as one, and what it was named, 0 if as nothing."""
    found = short(content, _EXTRA)
    if found is None:
        return content, _UNNAMED
    at, named = found
    return content[:at] + struct.pack(f"{_order(content)}H", _UNNAMED) + content[at + 2 :], named


def with_straight_alpha(content: bytes) -> bytes:
    """Return a TIFF file of four samples with the fourth named an alpha, by a new directory at its end."""
    if short(content, _EXTRA):
        return content
    order = _order(content)
    (directory,) = struct.unpack_from(f"{order}I", content, 4)
    (count,) = struct.unpack_from(f"{order}H", content, directory)
    first, end = directory + 2, directory + 2 + 12 * count
    tags = [content[at : at + 12] for at in range(first, end, 12)]
    tags.append(struct.pack(f"{order}HHIHH", _EXTRA, _SHORT, 1, _STRAIGHT, 0))
    tags.sort(key=lambda tag: struct.unpack_from(f"{order}H", tag))
    # A directory begins at an even place.
    content += bytes(len(content) % 2)
    named = content[:4] + struct.pack(f"{order}I", len(content)) + content[8:]
    return named + struct.pack(f"{order}H", len(tags)) + b"".join(tags) + content[end : end + 4]


def _order(content: bytes) -> str:
    """Return the order of bytes in a file, for ``struct``."""
    return ">" if content.startswith(b"MM") else "<"
