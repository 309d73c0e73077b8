# SPDX-License-Identifier: GPL-2.0-or-later
"""Directory trees in which some directories are links to others: data sets are often on another disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def below(directory: Path) -> Iterator[Path]:
    """Yield all files and directories below ``directory``, those behind links too.

    What can be reached in several ways, or in a circle, is gone through once, and without a link if possible.
    """
    seen: set[str] = set()
    starts = [directory]
    for start in starts:  # grows: links come after all that is there without them
        for folder, names, files in os.walk(start):
            real = os.path.realpath(folder)
            if real in seen:
                names.clear()  # nor anything below
                continue
            seen.add(real)
            names.sort()  # which link is followed first does not depend on the disk
            starts += [path for path in (Path(folder, name) for name in names) if path.is_symlink()]
            yield from (Path(folder, name) for name in names + files)
