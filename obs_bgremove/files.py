# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that are replaced whole or not at all, files that may be missing or damaged, and their names.

Standard library only: used by the Python inside OBS, by the worker and by install.py.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from .json_text import read_text

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

#: Windows neither replaces nor opens a file that another program replaces or reads at that moment (a second
#: OBS, a virus scanner). Tries, and seconds from one to the next.
_TRIES, _PAUSE = 50, 0.02


def replace_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader finds the old content or the new one, never a part.

    The new content (text becomes UTF-8, its line ends stay) is written to a file beside it, which then takes
    its name and its permissions. The folder must exist. Raises OSError; the old file is then as it was, and
    nothing stays beside it.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    # A name of its own for each call: two processes may replace the same file at once.
    fresh = path.with_name(f".{path.name}.{os.urandom(4).hex()}.new")
    try:
        with fresh.open("xb") as file:
            file.write(data)
        with contextlib.suppress(FileNotFoundError):
            _patiently(lambda: shutil.copymode(path, fresh))
        _patiently(lambda: fresh.replace(path))
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise


def _patiently(action: Callable[[], T]) -> T:
    """Return what ``action`` returns. Windows: it is tried again while another program has the file open."""
    for _ in range(_TRIES if sys.platform == "win32" else 0):
        try:
            return action()
        except PermissionError:
            time.sleep(_PAUSE)  # the other program says nobody when it is done
    return action()


def status(path: Path) -> os.stat_result | None:
    """Return what the system knows of a path, None if there is nothing; OSError where it refuses to say.

    From Python 3.14 on, ``Path.exists`` and its like answer no to that, too.
    """
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def as_path(text: str) -> Path:
    """Return the path that a text in UTF-8 names (a setting, a record).

    Where the locale has no such letters (LANG=C), the Python inside OBS has other strings for names of files.
    """
    try:
        return Path(os.fsdecode(text.encode("utf-8", "surrogateescape")))
    except UnicodeEncodeError:
        return Path(text)


def users_folder() -> Path:
    """Return the user's home folder; one that does not exist for an account that has none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/nonexistent")  # as Debian names it for such accounts


def as_text(path: Path) -> str:
    """Return a path as text in UTF-8, for settings and people; what is no text in it becomes an escape."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def sweep(path: Path) -> None:
    """Delete what writers of a file left that were stopped in the middle; there must be none at work."""
    left = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{8}}\.new")
    with contextlib.suppress(OSError):
        for one in path.parent.iterdir():
            if left.fullmatch(one.name):
                one.unlink()


def read_json(path: Path) -> Any | None:  # noqa: ANN401 (what is in the file decides)
    """Return what a file of JSON holds; None if it is missing, cannot be read, or is not JSON."""
    try:
        return read_text(_patiently(lambda: path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return None
