# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts a finished model's folder into its place, whole or not at all."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from obs_bgremove.home import UNFINISHED
from obs_bgremove.translate import tr

from ..common.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def workspace(into: Path) -> Iterator[Path]:
    """Yield an empty directory beside the models in ``into``, so that a finished one only needs a rename.

    Raises ExportError if it cannot be made, or if writing there fails.
    """
    try:
        into.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=into))
    except OSError as error:
        raise ExportError(
            tr(
                "Models cannot be written to {folder} ({reason}); make it writable, or choose another "
                "folder.",
                folder=into,
                reason=error.strerror,
            )
        ) from None
    try:
        yield work
    except OSError as error:
        raise ExportError(
            tr(
                "Writing below {folder} failed ({reason}); free some space there.",
                folder=into,
                reason=error.strerror or error,
            )
        ) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def put(model: bytes, card: str, work: Path, folder: Path) -> None:
    """Write ``folder``/{model.onnx,card.toml} by way of ``work``.

    Raises ExportError if that fails; ``folder`` is then as it was.
    """
    fresh, before = (work / f"{folder.name}-{end}" for end in ("new", "before"))
    fresh.mkdir()
    (fresh / "model.onnx").write_bytes(model)
    (fresh / "card.toml").write_text(card, encoding="utf-8")
    try:
        if folder.exists():
            folder.replace(before)
        fresh.replace(folder)
    except OSError as error:
        raise ExportError(
            tr(
                "{folder} cannot be replaced ({reason}); close OBS, which may be using it, and run "
                "this again.",
                folder=folder,
                reason=error.strerror,
            )
        ) from None
    finally:
        # Also after a key that stops it.
        if before.exists() and not folder.exists():
            before.replace(folder)
