# SPDX-License-Identifier: GPL-2.0-or-later
"""What native libraries write to standard error while something is done."""

from __future__ import annotations

import contextlib
import os
import tempfile
from typing import TYPE_CHECKING

from .. import journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextlib.contextmanager
def complaints() -> Iterator[Callable[[], list[str]]]:
    """Collect what is written to stderr meanwhile; yields a function that returns it as lines.

    onnxruntime says only there why it left a provider out. It all goes to the log in the end. Where there is
    no room to collect it, nothing is collected.
    """
    journal.flush()
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.TemporaryFile())
        except OSError:
            yield list
            return
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)

        def lines() -> list[str]:
            file.seek(0)
            return file.read().decode(errors="replace").splitlines()

        try:
            yield lines
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            for line in lines():
                journal.note(line)
