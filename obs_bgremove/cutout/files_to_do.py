# SPDX-License-Identifier: GPL-2.0-or-later
"""Which file is made of which, and whether it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..files import status
from ..translate import tr
from . import picture_files, videos
from .problem import CutoutProblem

if TYPE_CHECKING:
    from pathlib import Path

#: The endings of files that can be written.
_WRITTEN = (*picture_files.FORMATS, *videos.FORMATS)
#: What is made of files whose own kind cannot be written, or keeps no alpha where there is one.
_PICTURE, _VIDEO, _VIDEO_WITH_ALPHA = ".png", ".mp4", ".mov"


class Job(NamedTuple):
    """A file to read and one to write; both are pictures, or both are videos."""

    source: Path
    target: Path

    @property
    def is_video(self) -> bool:
        """Whether it is about a video."""
        return videos.is_video(self.source)


def jobs(source: Path, target: Path, transparent: bool, overwrite: bool) -> list[Job]:
    """Return what is to be done for a file or a folder; raise CutoutProblem.

    ``transparent``: whether the results have an alpha. Of a folder the pictures and videos in it are taken,
    not those of folders in it.
    """
    if source.is_dir():
        return _of_folder(source, target, transparent, overwrite)
    if status(source) is None:
        raise CutoutProblem(tr("{path} does not exist.", path=source))
    if not source.is_file():
        raise CutoutProblem(
            tr("{path} is a pipe or a device: save what comes from it in a file first.", path=source)
        )
    if target.is_dir():
        target = target / _named(source, transparent)
    _check(source, target, transparent)
    if status(target) and target.samefile(source):
        raise CutoutProblem(tr("{path} is what is to be read: name another file to write to.", path=target))
    if status(target) and not overwrite:
        raise CutoutProblem(tr("{path} exists already: name another file, or add --overwrite.", path=target))
    return [Job(source, target)]


def _of_folder(source: Path, target: Path, transparent: bool, overwrite: bool) -> list[Job]:
    if status(target) and not target.is_dir():
        raise CutoutProblem(
            tr(
                "{path} is a file, but {folder} is a folder: name a folder to write to.",
                path=target,
                folder=source,
            )
        )
    if target.is_dir() and target.samefile(source):
        raise CutoutProblem(tr("{path} is what is to be read: name another folder to write to.", path=target))
    known = [path for path in sorted(source.iterdir()) if _is_known(path) and path.is_file()]
    if not known:
        raise CutoutProblem(tr("There is no picture and no video in {folder}.", folder=source))
    made: dict[Path, Path] = {}
    # Two files may differ in their endings alone: one that keeps its name goes first.
    for path in sorted(known, key=lambda path: _named(path, transparent) != path.name):
        into = target / _named(path, transparent)
        made[into if into not in made else target / f"{path.name}{into.suffix}"] = path
    there = [into for into in made if status(into)]
    if there and not overwrite:
        raise CutoutProblem(
            tr("{path} exists already: name another folder, or add --overwrite.", path=there[0])
        )
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CutoutProblem(
            tr(
                "The folder {folder} cannot be made ({reason}).",
                folder=target,
                reason=error.strerror or error,
            )
        ) from None
    return [Job(path, into) for into, path in made.items()]


def _is_known(path: Path) -> bool:
    # Hidden files are no pictures: a Mac puts a "._photo.jpg" beside each photo.jpg on other systems' disks.
    return not path.name.startswith(".") and (picture_files.is_picture(path) or videos.is_video(path))


def _keeps_alpha(path: Path) -> bool:
    return videos.keeps_alpha(path) if videos.is_video(path) else picture_files.keeps_alpha(path)


def _named(source: Path, transparent: bool) -> str:
    """Return the name of what is made of a file: its own, with another ending where that does not do."""
    writable = source.suffix.lower() in _WRITTEN
    if writable and (not transparent or _keeps_alpha(source)):
        return source.name
    if not videos.is_video(source):
        return f"{source.stem}{_PICTURE}"
    return f"{source.stem}{_VIDEO_WITH_ALPHA if transparent else _VIDEO}"


def _check(source: Path, target: Path, transparent: bool) -> None:
    """Raise CutoutProblem if a file cannot be made of another."""
    video = videos.is_video(source)
    fitting = videos.FORMATS if video else picture_files.FORMATS
    if target.suffix.lower() not in fitting:
        raise CutoutProblem(
            tr(
                "{path} cannot be made of a video: its ending is to be one of {endings}.",
                path=target,
                endings=", ".join(fitting),
            )
            if video
            else tr(
                "{path} cannot be made of a picture: its ending is to be one of {endings}.",
                path=target,
                endings=", ".join(fitting),
            )
        )
    if transparent and not _keeps_alpha(target):
        better = ".mov (ProRes 4444), .webm (VP9)" if video else ".png, .webp"
        raise CutoutProblem(
            tr(
                "A {ending} file keeps no transparency: write another one ({better}), or choose a "
                "--background.",
                ending=target.suffix,
                better=better,
            )
        )
    if not target.parent.is_dir():
        raise CutoutProblem(tr("The folder {folder} does not exist: make it first.", folder=target.parent))
