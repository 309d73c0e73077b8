# SPDX-License-Identifier: GPL-2.0-or-later
"""Transparent parts of picture files."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING
from unittest import mock

import numpy
import pytest

from obs_bgremove.cutout import picture_files, tiff
from obs_bgremove.cutout.problem import CutoutProblem

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


def _tiff(order: str, bits: int, pixels: list[tuple[int, ...]], extra: int) -> bytes:
    """Return a TIFF file one pixel high whose last sample is ``extra`` (ExtraSamples)."""
    samples = len(pixels[0])
    factor, letter = {8: (1, "B"), 16: (257, "H")}[bits]
    row = b"".join(
        struct.pack(order + letter * samples, *(one * factor for one in pixel)) for pixel in pixels
    )
    sizes = struct.pack(f"{order}{samples}H", *[bits] * samples).ljust(8, b"\0")
    # Beside the header are these eight bytes, then the row.
    directory = 16 + len(row) + len(row) % 2
    tags = [
        (256, 3, 1, len(pixels)),
        (257, 3, 1, 1),
        (258, 3, samples, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1 if samples == 2 else 2),
        (273, 4, 1, 16),
        (277, 3, 1, samples),
        (278, 3, 1, 1),
        (279, 4, 1, len(row)),
        (338, 3, 1, extra),
    ]
    made = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", directory) + sizes + row
    made = made.ljust(directory, b"\0") + struct.pack(f"{order}H", len(tags))
    for tag, kind, count, value in tags:
        inside = count * (2 if kind == 3 else 4) <= 4
        made += struct.pack(f"{order}HHI", tag, kind, count)
        if not inside or kind == 4:
            made += struct.pack(f"{order}I", value)
        else:
            made += struct.pack(
                f"{order}HH", *([value] if count == 1 else [bits] * count), *[0] * (2 - count)
            )
    return made + bytes(4)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize(
    ("extra", "red"), [(2, 200), (1, 80), (0, 200)], ids=["straight", "premultiplied", "unnamed"]
)
def test_colours_beside_an_alpha_of_a_tiff_are_straight(
    tmp_path: Path, order: str, bits: int, extra: int, red: int
) -> None:
    """Whichever way they are in the file."""
    file = tmp_path / "picture.tif"
    file.write_bytes(_tiff(order, bits, [(red, 0, 0, 102), (0, 0, 0, 0), (0, 250, 0, 255)], extra))
    assert picture_files.read(file)[0].tolist() == [[0, 0, 200, 102], [0, 0, 0, 0], [0, 250, 0, 255]]


def _big_tiff(order: str, pixels: list[tuple[int, ...]], extra: int) -> bytes:
    """Return a BigTIFF file of 8 bits, as ``_tiff``."""
    row = b"".join(bytes(pixel) for pixel in pixels)
    samples = len(pixels[0])
    tags: list[tuple[int, str, list[int]]] = [
        (256, "H", [len(pixels)]),
        (257, "H", [1]),
        (258, "H", [8] * samples),
        (259, "H", [1]),
        (262, "H", [1 if samples == 2 else 2]),
        (273, "I", [16]),
        (277, "H", [samples]),
        (278, "H", [1]),
        (279, "I", [len(row)]),
        (338, "H", [extra]),
    ]
    directory = 16 + len(row)
    made = {"<": b"II+\0", ">": b"MM\0+"}[order] + struct.pack(f"{order}HHQ", 8, 0, directory) + row
    made += struct.pack(f"{order}Q", len(tags))
    for tag, letter, values in tags:
        made += struct.pack(f"{order}HHQ", tag, {"H": 3, "I": 4}[letter], len(values))
        made += struct.pack(f"{order}{len(values)}{letter}", *values).ljust(8, b"\0")
    return made + bytes(8)


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_big_tiff_keeps_its_alpha(tmp_path: Path, order: str) -> None:
    """And one whose alpha would be lost is refused, too."""
    file = tmp_path / "picture.tif"
    file.write_bytes(_big_tiff(order, [(200, 0, 0, 102), (0, 0, 0, 0)], 2))
    assert picture_files.read(file)[0].tolist() == [[0, 0, 200, 102], [0, 0, 0, 0]]
    file.write_bytes(_big_tiff(order, [(200, 0), (200, 255)], 2))
    with pytest.raises(CutoutProblem, match="save it as a PNG"):
        picture_files.read(file)


@pytest.mark.parametrize("bits", [8, 16])
def test_a_tiff_whose_alpha_would_be_lost_is_refused(tmp_path: Path, bits: int) -> None:
    """What it hides would be there again."""
    file = tmp_path / "picture.tif"
    file.write_bytes(_tiff("<", bits, [(200, 0), (200, 255)], 2))
    with pytest.raises(CutoutProblem, match="save it as a PNG"):
        picture_files.read(file)


def test_a_tiff_says_that_its_alpha_is_one(tmp_path: Path) -> None:
    """And is read as it was written."""
    file = tmp_path / "picture.tif"
    picture = numpy.zeros((3, 5, 4), numpy.uint8)
    picture[:, 1:] = 10, 20, 200, 102
    picture_files.write(file, picture)
    assert tiff.short(file.read_bytes(), 338) == (mock.ANY, 2)
    assert (picture_files.read(file) == picture).all()
