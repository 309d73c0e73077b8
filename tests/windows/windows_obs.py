# SPDX-License-Identifier: GPL-2.0-or-later
"""The official OBS for Windows in the lab's Debian, laid out as its installer does.

Wine's compiler of shaders knows less than Windows' own, and Wine lacks one function that OBS calls: OBS gets
Microsoft's compiler, and the import of that function is renamed to a harmless one.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from . import npm, pe
from .windows_python import extract, wheel

if TYPE_CHECKING:
    from pathlib import Path

    from tests.labs.debian import Debian

#: OBS' folder in the root, and as Wine calls it.
OBS, OBS_IN_WINE = "/lab/obs", r"Z:\lab\obs"
#: Wine's setting for the native compiler of shaders.
OVERRIDE = "d3dcompiler_47=n"

#: An npm package that has the one library of OBS that the wheel lacks, and its checksum in npm's form.
NOOBS = npm.Package(
    "noobs@0.0.184",
    "PGbG2LPtj9EP3SJDziTvHj4VLjkhgOdtJHF4ovwHnE0v7BWeznvMpZ4RSBxmmeMNu0B3cXUvwZlLkSExhoma7g==",
)
_FRONTEND = "package/dist/bin/obs-frontend-api.dll"


def make(debian: Debian, downloads: Path) -> None:
    """Lay OBS out at ``OBS``."""
    place = debian.inside(OBS)
    shutil.rmtree(place, ignore_errors=True)
    programs = place / "bin" / "64bit"
    with wheel(downloads, "pylibobs") as archive:
        inside = "pylibobs/_libs/windows/x86_64/"
        extract(archive, inside + "obs-plugins/", place / "obs-plugins" / "64bit")
        extract(archive, inside + "data/", place / "data")
        programs.mkdir(parents=True)
        for name in archive.namelist():
            if name.startswith(inside) and "/" not in name[len(inside) :]:
                (programs / name[len(inside) :]).write_bytes(archive.read(name))
    with NOOBS.open(downloads) as archive:
        member = archive.extractfile(_FRONTEND)
        assert member is not None
        (programs / "obs-frontend-api.dll").write_bytes(member.read())
    with wheel(downloads, "kivy_deps_angle") as archive:
        compiler = next(name for name in archive.namelist() if name.endswith("d3dcompiler_47.dll"))
        (programs / "d3dcompiler_47.dll").write_bytes(archive.read(compiler))
    pe.rename_import(programs / "libobs-d3d11.dll", "D3DKMTSetProcessSchedulingPriorityClass", "GdiFlush")
