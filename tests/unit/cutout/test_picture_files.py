# SPDX-License-Identifier: GPL-2.0-or-later
"""Transparent parts of picture files."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import pytest

from obs_bgremove.cutout import picture_files

if TYPE_CHECKING:
    from pathlib import Path


def _png(kind: int, bits: int, row: bytes, transparent: bytes) -> bytes:
    """Return a PNG file four pixels wide and one high, with one transparent colour."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 4, 1, bits, kind, 0, 0, 0)
    parts = [(b"IHDR", header), (b"tRNS", transparent), (b"IDAT", zlib.compress(b"\0" + row)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, data) for name, data in parts)


@pytest.mark.parametrize(
    ("kind", "bits", "row", "transparent"),
    [
        (0, 1, bytes([0b01000000]), struct.pack(">H", 1)),
        (0, 2, bytes([0b00011011]), struct.pack(">H", 1)),
        (0, 4, bytes([0x05, 0xAF]), struct.pack(">H", 5)),
        (0, 8, bytes([0, 80, 160, 255]), struct.pack(">H", 80)),
        (0, 16, struct.pack(">4H", 0, 80, 81, 0xFFFF), struct.pack(">H", 80)),
        (2, 8, bytes([0, 0, 0, 80, 80, 80, 160, 0, 0, 255, 255, 255]), struct.pack(">3H", 80, 80, 80)),
    ],
    ids=["1 bit", "2 bits", "4 bits", "8 bits", "16 bits", "colour"],
)
def test_one_colour_of_a_png_is_transparent(
    tmp_path: Path, kind: int, bits: int, row: bytes, transparent: bytes
) -> None:
    """The second of four pixels is; the others are opaque."""
    file = tmp_path / "picture.png"
    file.write_bytes(_png(kind, bits, row, transparent))
    assert picture_files.read(file)[0, :, 3].tolist() == [255, 0, 255, 255]


def test_a_grey_picture_without_one_is_opaque(tmp_path: Path) -> None:
    """Also where the chunk is damaged."""
    file = tmp_path / "picture.png"
    file.write_bytes(_png(0, 8, bytes([0, 80, 160, 255]), b"\0"))
    assert picture_files.read(file)[0, :, 3].min() == 255
