# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes in a Windows library (a PE file): the code of an exported function, the name of an import."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def exports(image: bytes) -> dict[str, int]:
    """Return where in the 64-bit library ``image`` the code of each exported function begins."""
    header = struct.unpack_from("<I", image, 0x3C)[0]
    sections, optional_size = struct.unpack_from("<H12xH", image, header + 6)
    optional = header + 24
    table = [
        struct.unpack_from("<8xIIII", image, optional + optional_size + 40 * index)
        for index in range(sections)
    ]

    def offset(address: int) -> int:
        for size, start, raw_size, raw in table:
            if start <= address < start + max(size, raw_size):
                return address - start + raw
        raise ValueError(f"no section holds address {address:#x}")

    directory = offset(struct.unpack_from("<I", image, optional + 112)[0])
    count, *addresses = struct.unpack_from("<IIII", image, directory + 24)
    functions, names, ordinals = map(offset, addresses)
    found = {}
    for index in range(count):
        start = offset(struct.unpack_from("<I", image, names + 4 * index)[0])
        ordinal = struct.unpack_from("<H", image, ordinals + 2 * index)[0]
        name = image[start : image.index(0, start)].decode()
        found[name] = offset(struct.unpack_from("<I", image, functions + 4 * ordinal)[0])
    return found


def replace_functions(path: Path, codes: dict[str, bytes]) -> None:
    """Write machine code over the beginning of exported functions; ``codes`` maps their names to it."""
    image = bytearray(path.read_bytes())
    where = exports(bytes(image))
    for name, code in codes.items():
        image[where[name] : where[name] + len(code)] = code
    path.write_bytes(image)


def rename_import(path: Path, old: str, new: str) -> None:
    """Let a library import ``new``, a name no longer than ``old``, in its place."""
    image = path.read_bytes()
    before = old.encode() + b"\0"
    if image.count(before) != 1:
        raise ValueError(f"{path.name} names {old} {image.count(before)} times, not once")
    path.write_bytes(image.replace(before, new.encode().ljust(len(before), b"\0")))
