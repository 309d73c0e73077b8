# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads and writes picture files."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..files import replace_whole
from ..translate import tr
from . import chunks, tiff
from .exif import orientation, upright
from .problem import CutoutProblem

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

#: Names of files that are pictures, with whether the format keeps an alpha, and with how good it is to be.
FORMATS: dict[str, tuple[bool, list[int]]] = {
    ".png": (True, []),
    ".webp": (True, [cv2.IMWRITE_WEBP_QUALITY, 95]),
    ".jpg": (False, [cv2.IMWRITE_JPEG_QUALITY, 95]),
    ".jpeg": (False, [cv2.IMWRITE_JPEG_QUALITY, 95]),
    ".bmp": (False, []),
    ".tif": (True, []),
    ".tiff": (True, []),
}
#: Other files that are taken for pictures: of those that cannot be read that is said.
READ_ONLY = (".jfif", ".jpe", ".avif", ".heic", ".heif", ".jp2")


def is_picture(path: Path) -> bool:
    """Return whether a file has the name of a picture."""
    return path.suffix.lower() in (*FORMATS, *READ_ONLY)


def keeps_alpha(path: Path) -> bool:
    """Return whether a picture file of that name can have transparent parts."""
    return FORMATS[path.suffix.lower()][0]


def read(path: Path) -> Bytes:
    """Return a picture, the right way up: uint8 [H, W, 4] BGRA, not premultiplied. Raises CutoutProblem.

    Of 16 bits eight are left, as in OBS; a profile of its colours is not looked at, as in OBS.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CutoutProblem(
            tr("{path} cannot be read ({reason}).", path=path, reason=error.strerror or error)
        ) from None
    is_tiff = content.startswith(tiff.BEGINNINGS)
    content, alpha = tiff.with_unnamed_alpha(content) if is_tiff else (content, 0)
    try:
        # OpenCV turns TIFF files alone, whatever it is asked for.
        found = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED) if content else None
    except cv2.error:
        found = None
    # An alpha beside grey: OpenCV leaves it out, and what it hides would be there again.
    if found is None or (alpha and (found.ndim == 2 or found.shape[2] < 4)):
        raise CutoutProblem(
            tr("{path} is no picture that can be read: save it as a PNG, JPEG or WebP file.", path=path)
        )
    made = _bgra(found, path)
    made[_without_colour(found, content), 3] = 0
    if alpha == tiff.ASSOCIATED:
        _divide(made)
    return made if is_tiff else upright(made, orientation(content))


def _bgra(picture: NDArray[np.generic], path: Path) -> Bytes:
    if picture.dtype == np.uint16:
        picture = (picture.astype(np.float32) / 257 + 0.5).astype(np.uint8)
    if picture.dtype != np.uint8:
        raise CutoutProblem(
            tr("{path} is in HDR, which cannot be cut out: save it as a PNG or JPEG file.", path=path)
        )
    made = np.full((*picture.shape[:2], 4), 255, np.uint8)
    if picture.ndim == 2 or picture.shape[2] == 1:
        made[..., :3] = picture.reshape(*picture.shape[:2], 1)
    else:
        made[..., : picture.shape[2]] = picture
    return made


def _divide(picture: Bytes) -> None:
    """Make the colours of a premultiplied picture straight, in place."""
    alpha = np.maximum(picture[..., 3:], 1).astype(np.float32)
    picture[..., :3] = np.minimum(picture[..., :3] * (255 / alpha) + 0.5, 255)


def _without_colour(picture: NDArray[np.generic], content: bytes) -> NDArray[np.bool_]:
    """Return where a grey PNG file is transparent, bool [H, W]: at one value, which OpenCV passes over."""
    nowhere = np.zeros(picture.shape[:2], np.bool_)
    if picture.ndim != 2 or not content.startswith(chunks.PNG):
        return nowhere
    header = next(chunks.of_png(content, b"IHDR"), b"")
    transparent = next(chunks.of_png(content, b"tRNS"), b"")
    if len(header) < 9 or len(transparent) != 2:
        return nowhere
    bits = header[8]
    # Values of fewer than eight bits have been spread over 0 to 255 by OpenCV.
    spread = 255 // (2**bits - 1) if bits < 8 else 1
    (value,) = struct.unpack(">H", transparent)
    return np.asarray(picture == value * spread, np.bool_)


def write(path: Path, picture: Bytes) -> None:
    """Write a picture (uint8 [H, W, 4] BGRA), whole or not at all; raise CutoutProblem.

    The name says the format. An alpha is left out where all is opaque, or where the format has none.
    """
    suffix = path.suffix.lower()
    alpha, parameters = FORMATS[suffix]
    if not alpha or np.min(picture[..., 3]) == 255:
        picture = np.ascontiguousarray(picture[..., :3])
    try:
        made, content = cv2.imencode(suffix, picture, parameters)
    except cv2.error:
        made = False
    if not made:
        height, width = picture.shape[:2]
        raise CutoutProblem(
            tr(
                "{path} cannot be made of {width}x{height} pixels: write a .png file instead.",
                path=path,
                width=width,
                height=height,
            )
        )
    data = content.tobytes()
    if picture.shape[2] == 4 and data.startswith(tiff.BEGINNINGS):
        data = tiff.with_straight_alpha(data)
    try:
        replace_whole(path, data)
    except OSError as error:
        raise CutoutProblem(
            tr("{path} cannot be written ({reason}).", path=path, reason=error.strerror or error)
        ) from None
