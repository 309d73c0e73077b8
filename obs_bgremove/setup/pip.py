# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs pip in a virtual environment, and says in one sentence what went wrong."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from .. import home
from ..clean_variables import clean_variables
from ..translate import joined, tr
from . import causes
from .errors import SetupError

if TYPE_CHECKING:
    from pathlib import Path

#: What pip says where no package suits this machine.
_NO_PACKAGE = ("No matching distribution", "Could not find a version", "is not a supported wheel")


class NoPackage(SetupError):
    """A version is not made for this machine; another one may be."""


def run(python: Path, *arguments: str, quiet: bool = False) -> None:
    """Run the pip of an interpreter, its progress visible; SetupError with its last error if it fails.

    The error is a NoPackage where the registry has nothing that suits this machine.
    """
    # Errors are kept to be said in one sentence; the bars go to the terminal as they come. ("--quiet" would
    # hide the warnings too, which alone say that it is the network that fails.)
    done = subprocess.run(
        [str(python), "-m", "pip", *arguments, "--disable-pip-version-check"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else None,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
        env=clean_variables(),
    )
    if done.returncode:
        raise error(done.stderr)


def error(said: str) -> SetupError:
    """Return the error for what a pip that failed has said."""
    known = causes.of_words(said)
    if known:
        return SetupError(joined([known, tr("Then run this again.")]))
    if "externally-managed" in said:
        return SetupError(
            tr(
                "{folder} is not a virtual environment any more: delete it and run this again.",
                folder=home.directory() / "venv",
            )
        )
    lines = [line[len("ERROR:") :].strip() for line in said.splitlines() if line.startswith("ERROR:")]
    reason = lines[-1] if lines else said.strip()[-300:]
    sentence = tr("pip failed: {reason}", reason=reason) if reason else tr("pip failed and gave no reason.")
    return NoPackage(sentence) if any(word in said for word in _NO_PACKAGE) else SetupError(sentence)
