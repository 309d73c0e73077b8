# SPDX-License-Identifier: GPL-2.0-or-later
"""A clip that is played once through OBS' source "Clip", and which of its pictures a recording shows.

OBS shows it as ``tests.bench.viewer.before_black_and_white`` does. Recordings and clips have no losses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy

from obs_bgremove.filter.health import FORGET_AFTER
from obs_bgremove.private_obs.wait import wait_for
from tests.bench.viewer import FPS, cut_out
from tests.obs.stage import wait_for_frames

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from obs_bgremove.private_obs.instance import PrivateObs

FILTER = "Background Removal"
#: Seconds after which a picture has surely been shown.
AFTER = 1.0
#: Mean difference of the colours (of 255) below which a picture is the one that is shown; the least pixels
#: that tell, and how many of them are looked at.
_SAME, _TELL, _MOST = 1.4, 400, 4000
#: So many pictures may have been left out since the one before; and while nothing was shown so many recorded
#: frames may have been repeated ones, of an OBS that was late.
_LEFT_OUT, _REPEATED = 90, 10


class Shown(NamedTuple):
    """A picture of the clip as it was shown: its number, its alpha (0..1), itself before white."""

    number: int
    alpha: numpy.ndarray
    before_white: numpy.ndarray


def write(path: Path, pictures: Sequence[numpy.ndarray]) -> Path:
    """Write a clip of pictures, uint8 [H, W, 3] BGR."""
    size = pictures[0].shape[1::-1]
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"FFV1"), FPS, size)
    for picture in pictures:
        video.write(picture)
    video.release()
    return path


def play(obs: PrivateObs, clip: Path, seconds: float, settings: Mapping[str, object]) -> Path:
    """Play a clip from its beginning; return the recording, of ``seconds`` of OBS.

    The filter gets ``settings`` when the clip has begun.
    """

    def is_playing() -> bool:
        return obs.ws.get_media_input_status("Clip").media_state == "OBS_MEDIA_STATE_PLAYING"

    obs.ws.trigger_media_input_action("Clip", "OBS_WEBSOCKET_MEDIA_INPUT_ACTION_STOP")
    wait_for(lambda: not is_playing(), "the clip before has ended")
    # Until the filter has forgotten the pictures before.
    wait_for_frames(obs, FORGET_AFTER + 3)
    obs.ws.set_input_settings("Clip", {"local_file": str(clip), "looping": False}, True)
    wait_for(is_playing, "the clip has begun")
    wait_for_frames(obs, 3)
    obs.ws.set_source_filter_settings("Clip", FILTER, settings, True)
    return obs.record(seconds)


def shown(recorded: Iterable[numpy.ndarray], pictures: Sequence[numpy.ndarray]) -> Iterator[Shown]:
    """Yield each picture of a clip that is shown, once."""
    before = -1
    for frame in recorded:
        black, alpha = cut_out(frame)
        number = which(black, alpha, pictures, before)
        if number is None and before >= 0:
            return
        if number is not None and number != before:
            before = number
            yield Shown(number, alpha, numpy.hsplit(frame, 2)[1])


def which(
    colours: numpy.ndarray, alpha: numpy.ndarray, pictures: Sequence[numpy.ndarray], before: int
) -> int | None:
    """Return the number of the picture whose colours are shown where the alpha is full.

    While nothing is shown, one picture follows the other. ``before``: the number in the frame before, -1 if
    there was none. None: it is none of those that may follow.
    """
    (sure,) = numpy.nonzero(alpha.reshape(-1) > 0.99)
    if len(sure) < _TELL:
        return before + 1 if 0 <= before < len(pictures) - 1 else None
    sure = sure[:: 1 + len(sure) // _MOST]
    first = max(before - _REPEATED, 0)
    window = pictures[first : before + _LEFT_OUT] if before >= 0 else pictures
    seen = colours.reshape(-1, 3)[sure].astype(numpy.int16)
    differences = [float(numpy.abs(picture.reshape(-1, 3)[sure] - seen).mean()) for picture in window]
    least = min(differences, default=_SAME)
    return first + differences.index(least) if least < _SAME else None
