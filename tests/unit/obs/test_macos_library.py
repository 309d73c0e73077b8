# SPDX-License-Identifier: GPL-2.0-or-later
"""The functions that we call are in OBS' library for macOS, by the names that the loader there looks for.

The library comes from a package on PyPI (17 MB, kept by its checksum). Nothing of it is run.
"""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from obs_bgremove.obs.functions import OF_WINDOWS, TABLE

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = "pylibobs==32.2.2"
CHECKSUM = "sha256:26520571481700fc56769f9b15c3b1d549b0e006c1073de4862064ac07ed0606"
FRAMEWORKS = "pylibobs/_libs/macos/arm64/Frameworks/"
LIBRARIES = ("libobs.framework/Versions/A/libobs", "obs-frontend-api.dylib")

# mach-o/loader.h, mach-o/nlist.h: a 64-bit file, its table of symbols, a symbol that is defined and exported.
MAGIC, SYMBOL_TABLE = 0xFEEDFACF, 2
STABS, TYPE, EXTERNAL, UNDEFINED = 0xE0, 0x0E, 0x01, 0x00


def exported(library: bytes) -> set[str]:
    """Return the names of the functions that a Mach-O library exports, without the underscore before each."""
    magic, _, _, _, commands, _, _, _ = struct.unpack_from("<8I", library)
    assert magic == MAGIC
    names, at = set(), 32
    for _ in range(commands):
        kind, size = struct.unpack_from("<2I", library, at)
        if kind == SYMBOL_TABLE:
            symbols, count, strings, _ = struct.unpack_from("<4I", library, at + 8)
            for number in range(count):
                name, flags, _, _, _ = struct.unpack_from("<IBBHQ", library, symbols + 16 * number)
                if flags & EXTERNAL and not flags & STABS and flags & TYPE != UNDEFINED:
                    end = library.index(b"\0", strings + name)
                    names.add(library[strings + name : end].decode().removeprefix("_"))
        at += size
    return names


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> Path:
    """Return the wheel."""
    folder = tmp_path_factory.mktemp("macos")
    (folder / "wanted.txt").write_text(f"{PACKAGE} --hash={CHECKSUM}\n")
    words = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    words += [
        "--platform",
        "macosx_13_0_arm64",
        "--dest",
        str(folder),
        "--requirement",
        str(folder / "wanted.txt"),
    ]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        assert "DO NOT MATCH" not in done.stderr, done.stderr
        pytest.skip(f"pip cannot fetch {PACKAGE} for macOS: {done.stderr.strip()[-200:]}")
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_it_exports_every_function_of_the_table(package):
    with zipfile.ZipFile(io.BytesIO(package.read_bytes())) as archive:
        found = set().union(*(exported(archive.read(FRAMEWORKS + one)) for one in LIBRARIES))
    assert len(found) > 1000
    assert [row[0] for row in TABLE if row[0] not in found | OF_WINDOWS] == []
