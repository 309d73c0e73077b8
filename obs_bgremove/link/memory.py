# SPDX-License-Identifier: GPL-2.0-or-later
"""Shared memory on each system: the worker makes it, OBS opens it, and nothing stays behind.

Linux    a memory file without a name (memfd), reached through /proc; where there is none, a file
         in /dev/shm that disappears as soon as OBS has opened it; for an OBS in Flatpak such a file
         in the folder that the sandbox shares
macOS    a temporary file that disappears as soon as OBS has opened it
Windows  a named mapping, which ends with the last process that holds it

``multiprocessing.shared_memory`` is not used: it starts a helper through ``sys.executable``,
which inside OBS is OBS itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import re
import stat
import sys
import tempfile
import threading
from pathlib import Path

from .. import flatpak, processor
from ..translate import tr
from .layout import UNUSABLE
from .messages import Place

_PREFIX = "obs_bgremove"
#: More than the largest model's slots take; another size is a damaged message.
_LARGEST = 1 << 33


class MemoryProblem(Exception):
    """There is no shared memory to be had; the message is a sentence for the user."""


class Memory:
    """A piece of shared memory, mapped. It is unmapped when nothing refers to it any more.

    ``words``: all of it as native unsigned 64-bit integers; ``address``: of its first byte;
    ``place``: what the other process needs to open it.
    """

    def __init__(self, mapped: mmap.mmap, place: Place, fd: int | None = None) -> None:
        self.mapped = mapped
        self.place = place
        self.words = memoryview(mapped).cast("Q")
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(mapped))
        self._fd = fd

    def close(self) -> None:
        """Remove what another process could still open. The mapping lives on while it is referred to."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
        remove(self.place)


def create(size: int) -> Memory:
    """Make ``size`` bytes (a multiple of 8) of zeroed shared memory; raise MemoryProblem."""
    try:
        if sys.platform == "win32":
            tag = f"{_PREFIX}-{os.getpid()}-{os.urandom(8).hex()}"
            return Memory(mmap.mmap(-1, size, tagname=tag), Place(size, tag=tag))
        apart = flatpak.shared_folder() is not None
        if not apart and hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
            return _create_nameless(size)
        return _create_file(size)
    except OSError as error:
        raise MemoryProblem(
            tr(
                "There is no shared memory of {size} MB to be had ({reason}); free some memory, or choose a "
                "smaller model.",
                size=f"{size / 1e6:.1f}",
                reason=error.strerror or error,
            )
        ) from None


def _create_nameless(size: int) -> Memory:
    fd = os.memfd_create(_PREFIX, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.posix_fallocate(fd, 0, size)
        _seal(fd)
        return Memory(mmap.mmap(fd, size), Place(size, f"/proc/{os.getpid()}/fd/{fd}"), fd)
    except BaseException:
        os.close(fd)
        raise


def _seal(fd: int) -> None:
    """Keep a memory file from ever becoming smaller: whoever read beyond its end would crash."""
    import fcntl

    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)


def _is_sealed(fd: int) -> bool:
    import fcntl

    try:
        return bool(fcntl.fcntl(fd, fcntl.F_GET_SEALS) & fcntl.F_SEAL_SHRINK)
    except OSError:
        return False


def _create_file(size: int) -> Memory:
    last: OSError | None = None
    for folder in _folders():
        path = Path(folder) / f"{_PREFIX}-{os.getpid()}-{os.urandom(8).hex()}"
        place = Place(size, str(path), remove=True)
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            last = error
            continue
        try:
            _fill(fd, size)
            return Memory(mmap.mmap(fd, size), place)
        except OSError as error:
            remove(place)
            last = error
        finally:
            os.close(fd)
    raise last or OSError("no folder for it")


def _fill(fd: int, size: int) -> None:
    # All of it now: a write into a mapped page that the file system has no room for ends the process.
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(fd, 0, size)
        return
    left = size
    while left:
        left -= os.write(fd, bytes(min(left, 1 << 20)))


def _folders() -> list[str]:
    # Another folder does not serve an OBS in a sandbox: it would not find the file.
    inside = flatpak.shared_folder()
    if inside is not None:
        return [str(inside)]
    shared = ["/dev/shm"] if sys.platform.startswith("linux") else []
    return [*shared, tempfile.gettempdir()]


def _check(place: Place) -> None:
    """Raise OSError if a place cannot be one of ours: we write into it, and may remove it."""
    if not 0 < place.size <= _LARGEST or place.size % 8:
        raise OSError(f"it would have {place.size} bytes")
    if sys.platform == "win32":
        if not place.tag.startswith(f"{_PREFIX}-"):
            raise OSError("it has another name")
    elif not re.fullmatch(r"/proc/\d+/fd/\d+", place.path):
        path = Path(place.path)
        if str(path.parent) not in _folders() or not path.name.startswith(f"{_PREFIX}-"):
            raise OSError("it lies at another place")


def open_place(place: Place) -> Memory:
    """Map the memory that another process made, and remove its name; raise MemoryProblem."""
    size = place.size
    try:
        _check(place)
    except OSError as error:
        raise MemoryProblem(tr(UNUSABLE, reason=error)) from None
    try:
        if sys.platform == "win32":
            return Memory(mmap.mmap(-1, size, tagname=place.tag), place)
        fd = os.open(place.path, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                raise OSError("it is no memory")
            if status.st_size < size:
                raise OSError("it is smaller than announced")
            if place.path.startswith("/proc/") and not _is_sealed(fd):
                raise OSError("it may become smaller")
            return Memory(mmap.mmap(fd, size), place)
        finally:
            os.close(fd)
    except (OSError, ValueError, OverflowError) as error:
        raise MemoryProblem(tr(UNUSABLE, reason=getattr(error, "strerror", None) or error)) from None
    finally:
        remove(place)


def remove(place: Place) -> None:
    """Remove the name of a piece of shared memory, if it has one. Never fails."""
    if place.remove:
        with contextlib.suppress(OSError):
            Path(place.path).unlink()


def remove_leftovers(pid: int) -> None:
    """Remove the files of a process that ended before its shared memory was opened. Never fails."""
    if sys.platform == "win32":
        return
    for folder in _folders():
        with contextlib.suppress(OSError):
            for path in Path(folder).glob(f"{_PREFIX}-{pid}-*"):
                path.unlink()


if processor.of_this_python().lower() in ("x86_64", "amd64"):

    def fence() -> None:
        """Keep stores, and loads, in order. Nothing to do: these processors keep both."""

else:
    _first, _second = threading.Lock(), threading.Lock()

    def fence() -> None:
        """Keep memory accesses before and after the call in order.

        Releasing a lock keeps what was before, acquiring one keeps what comes after, and the
        one is not exchanged with the other.
        """
        with _first:
            pass
        with _second:
            pass
