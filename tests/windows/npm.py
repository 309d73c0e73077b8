# SPDX-License-Identifier: GPL-2.0-or-later
"""Packages of npm that hold parts of the lab."""

from __future__ import annotations

import base64
import hashlib
import shutil
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.labs.debian import CannotBuild, checked

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Package:
    """A package ``name@version`` and its SHA-512 in npm's form (base64)."""

    name: str
    checksum: str

    def download(self, place: Path) -> None:
        """Download the package to ``place`` and compare it with its checksum. Raises CannotBuild."""
        if shutil.which("npm") is None:
            raise CannotBuild("The Windows lab needs npm.")
        checked(["npm", "pack", "--silent", self.name], cwd=place)
        digest = hashlib.sha512(self._archive(place).read_bytes()).digest()
        if base64.b64encode(digest).decode() != self.checksum:
            raise CannotBuild(f"The package {self.name} does not have the checksum expected.")

    def open(self, place: Path) -> tarfile.TarFile:
        """Open the package that was downloaded to ``place``."""
        return tarfile.open(self._archive(place))

    def _archive(self, place: Path) -> Path:
        return place / f"{self.name.replace('@', '-')}.tgz"
