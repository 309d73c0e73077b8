# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be seen of an ONNX file without loading it: whether it is whole, and what it wants to read.

An ONNX file is a protobuf message: a row of fields, each with its number, its kind and its length
(https://protobuf.dev/programming-guides/encoding/; the numbers are those of onnx.proto). Only heads of fields
are read, so that a model of any size takes some milliseconds. We are stricter than onnxruntime: what we do
not understand is refused, because a file that is not ours may be made to be misunderstood.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from ...translate import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

_GIT_LFS = b"version https://git-lfs"
#: No ONNX file can be larger: protobuf's limit.
_LARGEST = (1 << 31) - 1
#: Graphs within graphs (branches and loops) that we look into.
_DEEPEST = 20
#: Bytes of a name or a path that we read.
_LONGEST = 4096
#: Fields and other files of a model, at most. A file of nothing but empty fields would keep us for an hour.
_MOST_FIELDS, _MOST_PARTS = 1_000_000, 1000

#: Messages by the number of the field that holds them.
_Fields = dict[int, str]
_MESSAGES: dict[str, _Fields] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
    "entry": {},
}
_GRAPH, _OPERATOR, _KEY, _VALUE = 7, 4, 1, 2
#: The largest number of a field of a model.
_LAST_FIELD = 30
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5


class _Fault(Exception):
    """What is wrong with a file, half a sentence."""


class _Field(NamedTuple):
    """A field of a message: its number, its kind, and where its value is."""

    number: int
    kind: int
    start: int
    end: int


class _Seen(NamedTuple):
    """What is wrong with a file by itself, half a sentence; and where the files lie that it wants to read."""

    fault: str
    locations: tuple[str, ...] = ()


def fault(file: Path) -> str:
    """Return what is wrong with an ONNX file, half a sentence; empty if nothing is seen.

    It looks at the file and its parts alone: onnxruntime may still refuse it.
    """
    try:
        seen = _look_at(file)
        # Each time: the parts may come later than the file that names them.
        return seen.fault or next(filter(None, (_part_fault(file, one) for one in seen.locations)), "")
    except FileNotFoundError:
        return tr("it is not there")
    except OSError as error:
        return tr("it cannot be read ({reason})", reason=error.strerror or error)


def parts(file: Path) -> list[Path]:
    """Return the other files of its folder that an ONNX file wants to read; none if there is no such file."""
    try:
        return [file.parent / one for one in _look_at(file).locations if not _part_fault(file, one)]
    except OSError:
        return []


def _look_at(file: Path) -> _Seen:
    status = file.stat()
    return _seen(file, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=256)
def _seen(file: Path, size: int, _modified_ns: int) -> _Seen:
    if size == 0:
        return _Seen(tr("it is empty"))
    if size > _LARGEST:
        return _Seen(tr("it has {size} GB, more than an ONNX file can have", size=f"{size / 1e9:.1f}"))
    with file.open("rb") as opened:
        if opened.read(len(_GIT_LFS)) == _GIT_LFS:
            return _Seen(tr("it is only a Git LFS pointer"))
        walk = _Walk(opened)
        try:
            walk.model(os.fstat(opened.fileno()).st_size)
        except _Fault as found:
            return _Seen(str(found))
    return _Seen("", tuple(walk.locations))


def _part_fault(file: Path, location: str) -> str:
    """Return what is wrong with another file that a model wants to read, half a sentence; or nothing."""
    named = repr(location[:200])
    beyond = tr("it wants to read a file outside of its folder, {file}", file=named)
    for kind in (PurePosixPath, PureWindowsPath):
        path = kind(location)
        if path.is_absolute() or path.drive or path.root or ".." in path.parts:
            return beyond
    try:
        target = (file.parent / location).resolve()
        if not target.is_relative_to(file.parent.resolve()):
            return beyond
        there = target.is_file()
    except (OSError, ValueError, RuntimeError):
        there = False
    return "" if there else tr("a part of it is missing, the file {file}", file=named)


class _Walk:
    """Goes over one file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._count = 0
        #: Where other files lie that it wants to read; a dict, for their order.
        self.locations: dict[str, None] = {}

    def model(self, size: int) -> None:
        """Look at all of it; raise _Fault."""
        graph = False
        try:
            for field in self._fields(0, size):
                if not 0 < field.number <= _LAST_FIELD:
                    raise _Fault(tr("it is not an ONNX model"))
                graph = graph or field.number == _GRAPH
                if field.end > size:
                    # A file of another kind soon claims something absurd; a model does so only with a field
                    # that is really there, the graph being nearly all of it.
                    raise EOFError
        except EOFError:
            if graph:
                raise _Fault(tr("it is cut short, at {size} bytes", size=size)) from None
            raise _Fault(tr("it is not an ONNX model")) from None
        except _Damage:
            raise _Fault(tr("it is not an ONNX model")) from None
        if not graph:
            raise _Fault(tr("it is not an ONNX model"))
        try:
            self._look("model", 0, size, 0)
        except (_Damage, EOFError):
            raise _Fault(tr("it is damaged inside")) from None

    def _look(self, message: str, start: int, end: int, depth: int) -> None:
        """Look at a message between two places, and at those in it."""
        if depth > _DEEPEST:
            raise _Fault(tr("it has graphs in graphs, more than {number} deep", number=_DEEPEST))
        inner = _MESSAGES[message]
        for field in self._fields(start, end):
            if field.end > end:
                raise _Damage
            if field.number in inner and field.kind == _BYTES:
                kind = inner[field.number]
                if kind == "entry":
                    self._look_at_entry(field)
                else:
                    self._look(kind, field.start, field.end, depth + (kind == "graph"))
            elif field.number in inner:
                raise _Damage
            elif message == "node" and field.number == _OPERATOR and self._text(field) == "EPContext":
                # It may name a file that the device's library reads.
                raise _Fault(
                    tr("it holds a part that is already made for one device, which may read other files")
                )

    def _look_at_entry(self, entry: _Field) -> None:
        """Look at a word about data that lies in another file."""
        words = {field.number: self._text(field) for field in self._fields(entry.start, entry.end)}
        if words.get(_KEY) == "location":
            self.locations[words.get(_VALUE, "")] = None
            if len(self.locations) > _MOST_PARTS:
                raise _Damage

    def _fields(self, start: int, end: int) -> Iterator[_Field]:
        """Yield the fields between two places; the last may claim to end later. Raise _Damage, EOFError."""
        place = start
        while place < end:
            self._count += 1
            if self._count > _MOST_FIELDS:
                raise _Damage
            self._file.seek(place)
            tag = self._varint(5)
            number, kind = tag >> 3, tag & 7
            if kind == _VARINT:
                begins = self._file.tell()
                self._varint(10)
                place = self._file.tell()
            elif kind == _BYTES:
                length = self._varint(5)
                begins = self._file.tell()
                place = begins + length
            elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
                begins = self._file.tell()
                place = begins + (8 if kind == _EIGHT_BYTES else 4)
            else:
                raise _Damage
            yield _Field(number, kind, begins, place)

    def _varint(self, longest: int) -> int:
        """Return the number that comes next; raise _Damage if it is longer, EOFError if it has no end."""
        value = 0
        for index in range(longest):
            byte = self._file.read(1)
            if not byte:
                raise EOFError
            value |= (byte[0] & 0x7F) << 7 * index
            if not byte[0] & 0x80:
                # Readers cut larger ones off, each in its way.
                if longest == 5 and value > _LARGEST + (1 << 31):
                    raise _Damage
                return value
        raise _Damage

    def _text(self, field: _Field) -> str:
        if field.kind != _BYTES or field.end - field.start > _LONGEST:
            raise _Damage
        self._file.seek(field.start)
        try:
            return self._file.read(field.end - field.start).decode()
        except UnicodeDecodeError:
            raise _Damage from None


class _Damage(Exception):
    """Something that no ONNX file has."""
