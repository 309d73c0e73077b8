# SPDX-License-Identifier: GPL-2.0-or-later
"""Photographs are turned as their EXIF data or their tags say, in each format that has them."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy
import pytest

from obs_bgremove.cutout import picture_files
from obs_bgremove.cutout.exif import orientation, upright

#: As it is to be looked at: red, green above blue, white (BGR).
RED, GREEN, BLUE, WHITE = (0, 0, 255), (0, 255, 0), (255, 0, 0), (255, 255, 255)
QUARTERS = [[RED, GREEN], [BLUE, WHITE]]
#: Where the first row and the first column of a stored picture belong (CIPA DC-008, table of tag 0x0112).
STORED = {
    1: lambda picture: picture,
    2: lambda picture: picture[:, ::-1],
    3: lambda picture: picture[::-1, ::-1],
    4: lambda picture: picture[::-1],
    5: lambda picture: picture.swapaxes(0, 1),
    6: lambda picture: picture.swapaxes(0, 1)[::-1],
    7: lambda picture: picture.swapaxes(0, 1)[::-1, ::-1],
    8: lambda picture: picture.swapaxes(0, 1)[:, ::-1],
}


def exif(turned, order):
    """Return TIFF data with the orientation behind another tag."""
    letter, mark = ("<", b"II") if order == "little" else (">", b"MM")
    entries = struct.pack(f"{letter}HHII", 0x010F, 2, 1, 0) + struct.pack(
        f"{letter}HHIHH", 0x0112, 3, 1, turned, 0
    )
    return mark + struct.pack(f"{letter}HIH", 42, 8, 2) + entries + struct.pack(f"{letter}I", 0)


def with_exif(suffix, content, data):
    """Return the bytes of a picture file with EXIF data put in."""
    if suffix == ".jpg":
        segment = b"Exif\0\0" + data
        return content[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + content[2:]
    if suffix == ".png":
        chunk = b"eXIf" + data
        made = struct.pack(">I", len(data)) + chunk + struct.pack(">I", zlib.crc32(chunk))
        return content[:33] + made + content[33:]
    # WebP with EXIF data has a header of its own (VP8X): 16 x 24, with an alpha and EXIF.
    picture = content[12:]
    header = b"VP8X" + struct.pack("<I", 10) + bytes([0x18, 0, 0, 0]) + struct.pack("<I", 23)[:3]
    picture = header + struct.pack("<I", 15)[:3] + picture + b"EXIF" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(picture) + 4) + b"WEBP" + picture


@pytest.fixture
def shown():
    """Return the picture as it is to be looked at: [16, 24, 3]."""
    return numpy.array(QUARTERS, numpy.uint8).repeat(8, 0).repeat(12, 1)


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("turned", STORED)
def test_a_picture_is_the_right_way_up(tmp_path, shown, suffix, turned, order):
    stored = numpy.ascontiguousarray(STORED[turned](shown))
    content = cv2.imencode(suffix, stored)[1].tobytes()
    file = tmp_path / f"photo{suffix}"
    file.write_bytes(with_exif(suffix, content, exif(turned, order)))
    found = picture_files.read(file)
    assert found.shape == (16, 24, 4)
    for row, colors in zip((4, 12), QUARTERS):
        for column, color in zip((6, 18), colors):
            assert numpy.abs(found[row, column, :3].astype(int) - color).max() < 40


def test_a_webp_is_turned_and_keeps_its_alpha(tmp_path, shown):
    picture = cv2.cvtColor(shown, cv2.COLOR_BGR2BGRA)
    picture[:8, :12, 3] = 0
    # Stored upside down: as high and wide as it is shown.
    content = cv2.imencode(
        ".webp", numpy.ascontiguousarray(picture[::-1, ::-1]), [cv2.IMWRITE_WEBP_QUALITY, 101]
    )[1]
    content = content.tobytes()
    if content[12:16] == b"VP8X":
        # Its header is there already.
        content = content[:12] + content[30:]
    file = tmp_path / "photo.webp"
    file.write_bytes(with_exif(".webp", content, exif(3, "big")))
    found = picture_files.read(file)
    assert (found[:8, :12, 3] == 0).all() and (found[8:, 12:, 3] == 255).all()


def with_orientation(content, turned):
    """Return the bytes of a TIFF file (little endian, no orientation) with one, in a new directory."""
    (directory,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, directory)
    tags = [content[at : at + 12] for at in range(directory + 2, directory + 2 + 12 * count, 12)]
    tags = sorted([*tags, struct.pack("<HHIHH", 0x0112, 3, 1, turned, 0)], key=lambda tag: tag[1::-1])
    content += bytes(len(content) % 2)
    there = struct.pack("<I", len(content))
    return content[:4] + there + content[8:] + struct.pack("<H", len(tags)) + b"".join(tags) + bytes(4)


@pytest.mark.parametrize("kind", [numpy.uint8, numpy.uint16])
@pytest.mark.parametrize("turned", STORED)
def test_a_tiff_is_turned_once(tmp_path, shown, turned, kind):
    stored = STORED[turned](shown).astype(kind) * (numpy.iinfo(kind).max // 255)
    content = cv2.imencode(".tif", stored.astype(kind))[1].tobytes()
    file = tmp_path / "photo.tif"
    file.write_bytes(with_orientation(content, turned))
    assert (picture_files.read(file)[..., :3] == shown).all()


def test_what_has_no_such_data_is_upright(shown):
    for suffix in (".jpg", ".png", ".webp", ".bmp"):
        assert orientation(cv2.imencode(suffix, shown)[1].tobytes()) == 1
    for content in (
        b"",
        b"\xff\xd8\xff\xe1",
        b"II*\0",
        b"MM\0*\0\0\0\x08\xff\xff",
        b"RIFF\0\0\0\0WEBPEXIF\xff\xff\xff\xff",
    ):
        assert orientation(content) == 1


def test_an_orientation_that_does_not_exist_changes_nothing(shown):
    data = with_exif(".jpg", cv2.imencode(".jpg", shown)[1].tobytes(), exif(77, "big"))
    assert orientation(data) == 1
    assert (upright(shown, 1) == shown).all()
