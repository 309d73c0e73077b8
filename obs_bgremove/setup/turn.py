# SPDX-License-Identifier: GPL-2.0-or-later
"""One install.py at a time works on a data directory; another one waits for its turn."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from typing import TYPE_CHECKING, BinaryIO

from .. import home
from ..files import sweep
from ..translate import tr
from .errors import say, writing_problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Seconds between two looks whether the other one has ended.
PAUSE = 0.2
_BUSY = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)


def file() -> Path:
    """Return the path of the file that the one at work has locked. It stays: an uninstallation deletes it."""
    return home.directory() / ".install.lock"


@contextlib.contextmanager
def taken() -> Iterator[None]:
    """Wait until no other install.py works on the data directory, and keep others waiting; SetupError.

    The system unlocks the file when the process ends, in whatever way. The data directory is made if need be.
    """
    try:
        locked = _lock_it()
    except OSError as error:
        raise writing_problem(home.directory(), error) from None
    with locked:
        for record in (home.record_file(), home.measurements_file()):
            sweep(record)
        yield


def forget() -> None:
    """Delete the file, with the turn taken."""
    # Windows does not delete what is open: :func:`tidy` does it then.
    with contextlib.suppress(OSError):
        file().unlink()


def tidy() -> None:
    """Delete what Windows left of the data directory, after the turn of an uninstallation."""
    if sys.platform == "win32" and not home.record_file().exists():
        forget()
        with contextlib.suppress(OSError):
            home.directory().rmdir()


def _lock_it() -> BinaryIO:
    said = False
    while True:
        locked = _opened()
        if _lock(locked) and _is_still_there(locked):
            return locked
        locked.close()
        if not said:
            said = True
            say(tr("Another install.py is at work: waiting until it has ended."))
        time.sleep(PAUSE)


def _opened() -> BinaryIO:
    while True:
        home.directory().mkdir(parents=True, exist_ok=True)
        try:
            return file().open("ab")
        except FileNotFoundError:
            # An uninstallation has taken the directory away. (A link to nowhere will not get better.)
            if file().is_symlink():
                raise


def _is_still_there(locked: BinaryIO) -> bool:
    """Return whether the locked file is the one at that path: who had it before may have deleted it."""
    try:
        return os.path.samestat(os.fstat(locked.fileno()), file().stat())
    except FileNotFoundError:
        return False


def _lock(opened: BinaryIO) -> bool:
    """Lock an open file; return False if another process has it. (Some file systems cannot lock: True.)"""
    try:
        _lock_at_once(opened)
    except OSError as error:
        return error.errno not in _BUSY
    return True


if sys.platform == "win32":
    import msvcrt

    def _lock_at_once(opened: BinaryIO) -> None:
        msvcrt.locking(opened.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock_at_once(opened: BinaryIO) -> None:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
