# SPDX-License-Identifier: GPL-2.0-or-later
"""Looks at every frame of OBS' output while it is made, for as long as that takes.

OBS sends its recording, uncompressed, through a connection to this process. So nothing is kept on the disk,
and no recording has to end before it can be looked at.
"""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import cv2
import numpy

from tests.obs import numbered

if TYPE_CHECKING:
    from pathlib import Path

#: FFmpeg's number of the encoder that leaves frames as they are.
_RAW = 13


class Watch:
    """Takes the frames in a thread of its own; OBS is opened with ``sections`` and told to record."""

    #: Pictures that show the room are kept, at most this many.
    KEPT = 30

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        """``folder``: for pictures that show the room; ``size``: (width, height) of OBS' output."""
        self._folder = folder
        self._width, self._height = size
        #: Frames that were looked at, those that showed a person, and those that showed the room.
        self.frames = self.people = self.bad = 0
        self._room = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def sections(self) -> dict[str, dict[str, object]]:
        """What OBS' profile has so that recordings come here; see ``PrivateObs``."""
        recording = {
            "RecType": "FFmpeg",
            "FFOutputToFile": False,
            "FFURL": f"tcp://127.0.0.1:{self._server.getsockname()[1]}",
            "FFFormat": "rawvideo",
            "FFExtension": "raw",
            "FFIgnoreCompat": True,
            "FFVEncoder": "rawvideo",
            "FFVEncoderId": _RAW,
            "FFAEncoderId": 0,
        }
        return {"Output": {"Mode": "Advanced"}, "AdvOut": recording}

    def take(self) -> int:
        """Return how many pixels of the room were shown since the last call."""
        room, self._room = self._room, 0
        return room

    def end(self, seconds: float) -> int:
        """Wait until OBS has ended the recording; return as ``take`` does."""
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "OBS does not end its recording"
        return self.take()

    def _run(self) -> None:
        with self._server, self._server.accept()[0] as connection, connection.makefile("rb") as stream:
            shape = self._height, self._width, 4
            while len(data := stream.read(self._height * self._width * 4)) == self._height * self._width * 4:
                self._look(numpy.frombuffer(data, numpy.uint8).reshape(shape)[..., :3])

    def _look(self, frame: numpy.ndarray) -> None:
        self.frames += 1
        self.people += bool((frame > 230).all(axis=2).any())
        room = numbered.room_visible(frame)
        if room:
            self.bad += 1
            self._room += room
            if self.bad <= self.KEPT:
                cv2.imwrite(str(self._folder / f"room-{self.frames}-{room}.png"), frame)
