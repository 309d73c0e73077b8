# SPDX-License-Identifier: GPL-2.0-or-later
"""Recordings of OBS' program output, lossless: no pixel is changed on the way."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy

from .wait import ObsError, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import obsws_python
    from numpy.typing import NDArray


#: Milliseconds of a recording that has begun.
_BEGUN = 100
#: Seconds after which OBS has not heard that it is to record. Asked twice at once, it begins two files.
_ASK_AGAIN = 10.0


def start(client: obsws_python.ReqClient) -> None:
    """Start a recording of the program output and wait until it runs."""
    asked_at = time.monotonic()
    client.start_record()

    def begun() -> bool:
        nonlocal asked_at
        status = client.get_record_status()
        # OBS does nothing, and says nothing, while its window is busy with the end of the one before; and a
        # recording may end at once, when OBS is late and ffmpeg refuses the first packet.
        if not status.output_active and time.monotonic() - asked_at > _ASK_AGAIN:
            asked_at = time.monotonic()
            _renew_recorder(client)
            client.start_record()
        return bool(status.output_active and status.output_duration >= _BEGUN)

    wait_for(begun, "the recording runs")


def _renew_recorder(client: obsws_python.ReqClient) -> None:
    """Have OBS make its recorder anew.

    Its ffmpeg output may take itself for still connecting, and then begins nothing any more: it notes that it
    connects after it has started the thread for that, which may have ended by then (at least up to OBS 32).
    """
    known = client.get_profile_list()
    others = [name for name in known.profiles if name != known.current_profile_name]
    if others:
        client.set_current_profile(others[0])


def runs(client: obsws_python.ReqClient) -> bool:
    """Whether a recording runs: OBS ends one by itself when it is so late that ffmpeg refuses a packet."""
    return bool(client.get_record_status().output_active)


def stop(client: obsws_python.ReqClient, log: Callable[[], str]) -> Path:
    """Stop the recording and return its file, complete and closed: it has what was shown before.

    ``log`` returns the log of OBS. Raises ObsError if the recording has ended by itself.
    """
    # What is on the screen is on its way through the encoder.
    _wait_for_length(client, client.get_record_status().output_duration + 300)
    mark = "==== Recording Stop ===="
    before = log().count(mark)
    path = Path(client.stop_record().output_path)
    # obs-websocket says "inactive" before the file is closed; OBS' log has the last word.
    wait_for(lambda: log().count(mark) > before, "the recording is written and closed")
    return path


def _wait_for_length(client: obsws_python.ReqClient, milliseconds: float) -> None:
    """Wait until the recording has that length."""

    def reached() -> bool:
        status = client.get_record_status()
        if not status.output_active:
            raise ObsError("The recording has ended by itself: OBS' log says why.")
        return bool(status.output_duration >= milliseconds)

    wait_for(reached, "the recording has this length")


def frames(path: Path | str) -> Iterator[NDArray[numpy.uint8]]:
    """Yield the frames of a recording in their order: uint8 [H, W, 3], BGR; ObsError if it is no video."""
    video = cv2.VideoCapture(str(path))
    if not video.isOpened():
        raise ObsError(f"{path} cannot be read as a video.")
    try:
        while True:
            good, frame = video.read()
            if not good:
                return
            yield numpy.asarray(frame, numpy.uint8)
    finally:
        video.release()
