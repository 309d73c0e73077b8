# SPDX-License-Identifier: GPL-2.0-or-later
"""What the filter shows in Windows' libobs with one of its renderers, for each of ``LOOKS``.

``python -m tests.windows.inside.gallery RENDERER PICTURE BACKGROUND VIDEO FOLDER`` writes what the canvas
shows to FOLDER, a file of BGRA rows for each look, and the names of the techniques that were drawn to
techniques.json. It ends as a killed OBS does.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import json
import os
import sys
from ctypes import c_void_p
from pathlib import Path

from obs_bgremove import obs_script
from obs_bgremove.filter.options.settings import PRESETS, VIEWS, Settings
from obs_bgremove.filter.report.status import Status
from obs_bgremove.obs import registration
from obs_bgremove.obs.graphics import Effect
from tests.windows.inside.libobs import Canvas, load, near, start, wait

#: The colour shown before each look and until its background is there, and nowhere in the pictures: BGR.
NOT_YET = (255, 0, 255)
#: Frames without a change after which a picture is taken to be complete.
STILL = 20

_EDGE = {"edge_softness": 4.0, "edge_shift": 3.0, "light_wrap": 60.0}
_LOOK = {"brighten": 100.0, "outline": 6.0, "tint": 60.0}
#: Settings of the filter. "encoded" is the scene item's: OBS then wants encoded values and blends them so.
LOOKS = {
    "transparent": {"background": "transparent"},
    "transparent-encoded": {"background": "transparent", "encoded": True},
    "transparent-rough": {"background": "transparent", "refinement": False, "color_cleaning": False},
    "transparent-moved": {"background": "transparent", "edge_shift": 5.0},
    "colour": {"background": "color", "background_color": 0xFF804020},
    "colour-rough": {
        "background": "color",
        "background_color": 0xFF2040A0,
        "refinement": False,
        "color_cleaning": False,
    },
    "colour-moved": {
        "background": "color",
        "background_color": 0xFF2040A0,
        "refinement": False,
        "color_cleaning": False,
        "edge_shift": 5.0,
    },
    "colour-area": {"background": "color", "background_color": 0xFF20A040, "area_left": 40.0},
    "colour-light": {"background": "color", "background_color": 0xFF20C0F0, **_EDGE},
    **{f"preset-{name}": {"background": "preset", "background_preset": name} for name in PRESETS},
    "preset-light": {"background": "preset", "background_preset": "neon", "light_matching": 80.0, **_EDGE},
    # The second one (FADED) is faded in over the first.
    **{
        f"suited-{name}": {
            "background": "auto",
            "background_preset": name,
            "edge_softness": 8.0,
            "outfit_change": "keep",
        }
        for name in ("neon", "aurora")
    },
    "transparent-look": {"background": "transparent", **_LOOK},
    "colour-look": {"background": "color", "background_color": 0xFF804020, **_LOOK},
    "image-look": {"background": "image", **_LOOK, "edge_shift": 3.0},
    "blur": {"background": "blur", "blur": 30.0},
    "blur-depth": {"background": "blur", "depth_look": True},
    "blur-depth-light": {"background": "blur", "depth_look": True, **_EDGE},
    "blur-depth-look": {"background": "blur", "depth_look": True, **_LOOK},
    "blur-most": {"background": "blur", "blur": 100.0, "edge_shift": -4.0},
    "image": {"background": "image"},
    "image-rough": {"background": "image", "refinement": False, "color_cleaning": False},
    "image-light": {"background": "image", "background_fit": "stretch", "light_matching": 60.0, **_EDGE},
    "image-encoded": {"background": "image", "encoded": True, "edge_softness": 2.0},
    "video": {"background": "video"},
    "source": {"background": "source", "background_source": "behind", "edge_softness": 6.0},
    **{
        f"view-{view}": {"background": "color", "background_color": 0xFF30B050, "view": view}
        for view in VIEWS
        if view != "result"
    },
}
#: The look that is shown right after the one before it.
FADED = "suited-aurora"


def record_techniques() -> set[str]:
    """Return a set that gets the names of all techniques of ours that are drawn."""
    drawn: set[str] = set()
    draw = Effect.draw

    def recording(self, technique, width, height):
        drawn.add(f"{type(technique).__name__}.{getattr(technique, 'name', technique)}")
        draw(self, technique, width, height)

    Effect.draw = recording
    return drawn


def main() -> None:
    """Do what the module's docstring says."""
    renderer, picture, background, video, folder = sys.argv[1:]
    drawn = record_techniques()
    obs = load()
    start(obs, renderer, Path(folder))
    obs_script.script_load(None)

    def settings(values):
        return c_void_p(obs.obs_data_create_from_json(json.dumps(values).encode()))

    def source(kind, name, values):
        made = c_void_p(obs.obs_source_create(kind, name, settings(values), None))
        assert made, f"no source of kind {kind!r}"
        return made

    canvas = Canvas(obs)
    source(b"image_source", b"behind", {"file": Path(background).as_posix()})
    image = source(b"image_source", b"camera", {"file": Path(picture).as_posix()})
    scene = c_void_p(obs.obs_scene_create(b"Scene"))
    item = c_void_p(obs.obs_scene_add(scene, image))
    obs.obs_set_output_source(0, c_void_p(obs.obs_scene_get_source(scene)))
    usual = dataclasses.asdict(Settings())
    usual |= {"model": "green", "device": "cpu", "crop_to_people": False, "background_color": 0xFFFF00FF}
    effect = source(b"obs_bgremove", b"filter", usual)
    obs.obs_source_filter_add(image, effect)
    obs.declare("obs_get_total_frames", ctypes.c_uint32)

    before = b""
    for name, look in LOOKS.items():
        # A background that is not made yet leaves the one before it on the canvas.
        if name != FADED:
            obs.obs_source_update(effect, settings({**usual, "background": "color"}))
            assert wait(lambda: near(list(canvas.picture()[:3]), NOT_YET)), f"{name}: the one before stays"
        values = {**usual, **look}
        values["background_path"] = {"image": background, "video": video}.get(look["background"], "")
        obs.obs_sceneitem_set_blending_method(item, int(values.pop("encoded", False)))
        obs.obs_source_update(effect, settings(values))
        still = Still(obs, canvas, before)
        assert wait(still), f"{name} never came to rest"
        before = still.picture
        Path(folder, f"{name}.bgra").write_bytes(before)
    Path(folder, "techniques.json").write_text(json.dumps(sorted(drawn)))
    sys.stdout.flush()
    os._exit(0)


class Still:
    """True once the canvas has shown the same for ``STILL`` frames, with the person and the background.

    It is another picture than ``before``.
    """

    def __init__(self, obs, canvas, before):
        self._obs, self._canvas, self._before = obs, canvas, before
        self.picture = b""
        self._since = self._frame = self._frames()

    def _frames(self):
        return self._obs.obs_get_total_frames()

    def __call__(self) -> bool:
        frame = self._frames()
        if frame == self._frame:
            return False
        self._frame, shown = frame, self._canvas.picture()
        missing = shown == self._before or near(list(shown[:3]), NOT_YET)
        (status,) = (made.status() for made in registration.living())
        if shown != self.picture or missing or status is None or status.state != Status.RUNNING:
            self.picture, self._since = shown, frame
        return frame - self._since >= STILL


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
