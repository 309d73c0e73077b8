# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of a source or a scene, as OBS draws it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import cv2
import numpy
import obsws_python

from .wait import ObsError, wait_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: What OBS answers while it has no picture, and seconds that it may last: OBS 30 and newer load the picture
#: of an image source aside.
_FAILED, _LOADING = 702, 10.0


def screenshot(
    client: obsws_python.ReqClient, source: str | None, size: tuple[int, int] | None
) -> NDArray[numpy.uint8]:
    """Return a picture of a source or scene (None: the program scene): uint8 [H, W, 4], BGRA.

    ``size`` = (width, height) in pixels scales it; by default it has the source's own size. ObsError if what
    OBS answers is no picture, TimeoutError if it cannot draw one.
    """
    name = source or client.get_current_program_scene().current_program_scene_name
    request: dict[str, str | int] = {"sourceName": name, "imageFormat": "png"}
    if size:
        request.update(imageWidth=size[0], imageHeight=size[1])

    def taken() -> str:
        try:
            return str(client.send("GetSourceScreenshot", request, raw=True)["imageData"])
        except obsws_python.error.OBSSDKRequestError as error:
            if error.code != _FAILED:
                raise
            return ""

    data = wait_for(taken, f"OBS draws a picture of {name}", _LOADING)
    content = numpy.frombuffer(base64.b64decode(data.split(",", 1)[1]), numpy.uint8)
    picture: NDArray[numpy.uint8] | None = cv2.imdecode(content, cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise ObsError(f"OBS' picture of {name} cannot be read.")
    if picture.shape[2] == 3:
        return numpy.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA), numpy.uint8)
    return picture
