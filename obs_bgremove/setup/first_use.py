# SPDX-License-Identifier: GPL-2.0-or-later
"""The first look at the filter: OBS is opened with a scene collection of its own, with the camera in it.

Only where that can be done surely: on Linux, where a camera is named by its file; while no OBS runs; and if a
person at the terminal agrees. Else the clicks are printed. The user's own collections stay as they are.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

from .. import scene_files
from ..files import replace_whole, users_folder
from ..home import PROJECT
from ..translate import tr
from ..users_obs import obs_processes, program
from ..users_obs.screen import has_display
from .errors import say, writing_problem
from .question import ask, someone_there

#: The name of the collection, of its scene and of the filter.
NAME = "Background Removal"
#: What OBS then shows.
PICTURE = PROJECT / "obs_bgremove" / "demo" / "page.jpg"
#: Of Linux' videodev2.h: asks a device what it is and can do, and the bit of one that takes pictures.
_QUERY, _CAPABILITY, _TAKES_PICTURES = 0x80685600, struct.Struct("16s32s32sIII12x"), 1


def offer(yes: bool) -> None:
    """Open OBS with the filter on the camera if the person wants that, else say how to get there; SetupError.

    ``yes``: the person wants no question.
    """
    obs, camera, scenes = program.find_program(), find_camera(Path("/dev")), _scenes()
    question = tr("Open OBS now, with your camera and the filter in a scene collection of their own?")
    sure = obs and camera and scenes and has_display() and not obs_processes.running()
    if obs and camera and scenes and sure and not yes and someone_there() and ask(question, yes=False):
        try:
            write(scenes, camera)
        except OSError as error:
            raise writing_problem(scenes, error) from None
        nowhere = subprocess.DEVNULL
        command = [str(obs), "--collection", NAME]
        subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True)
        say(tr("Your own scenes are in OBS' menu, under Scene Collection."))
        return
    say(tr("How it looks in OBS: {path}", path=PICTURE))
    say(tr("Now start OBS, right-click a camera > Filters > + > Background Removal."))


def find_camera(devices: Path) -> Path | None:
    """Return the first camera of Linux; None if there is none, and on other systems."""
    if not sys.platform.startswith("linux"):
        return None
    return next((one for one in sorted(devices.glob("video*")) if _is_camera(one)), None)


def _is_camera(device: Path) -> bool:
    import fcntl

    try:
        opened = os.open(device, os.O_RDWR | os.O_NONBLOCK)
        try:
            answer = fcntl.ioctl(opened, _QUERY, bytes(_CAPABILITY.size))
        finally:
            os.close(opened)
    except OSError:
        return False
    return bool(_CAPABILITY.unpack(answer)[-1] & _TAKES_PICTURES)


def _scenes() -> Path | None:
    """Return the folder of the scene collections of the OBS that is no Flatpak; None if it has none yet."""
    base = os.environ.get("XDG_CONFIG_HOME")
    folder = (Path(base) if base else users_folder() / ".config") / "obs-studio" / "basic" / "scenes"
    return folder if folder.is_dir() else None


def write(scenes: Path, camera: Path) -> None:
    """Write the collection, unless there is one of that name; may raise OSError."""
    path = scenes / f"{NAME.replace(' ', '_')}.json"
    if path.exists():
        return
    name = tr("Camera")
    item = {"name": name, "visible": True, "align": 5, "id": 1}
    sources = [
        _source("v4l2_input", name, {"device_id": str(camera)}, [_source(scene_files.FILTER, NAME, {})]),
        _source("scene", NAME, {"items": [item], "id_counter": 1, "custom_size": False}),
    ]
    made = {
        "name": NAME,
        "current_scene": NAME,
        "current_program_scene": NAME,
        "scene_order": [{"name": NAME}],
        "sources": sources,
    }
    replace_whole(path, scene_files.text(scene_files.with_script(made)))


def _source(
    kind: str, name: str, settings: dict[str, Any], filters: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return {
        "id": kind,
        "versioned_id": kind,
        "name": name,
        "enabled": True,
        "settings": settings,
        "filters": filters or [],
    }
