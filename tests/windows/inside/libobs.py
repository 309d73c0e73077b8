# SPDX-License-Identifier: GPL-2.0-or-later
"""Windows' libobs in this process, with a picture on its canvas and the filter on it.

``python -m tests.windows.inside.libobs RENDERER PICTURE PICTURE RESULT`` shows a picture (a PNG) without the
filter and with it, kills the worker and shows the other, and writes what the canvas showed to RESULT (JSON).
It ends as a killed OBS does: at once, with the worker running.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import sys
import time
from ctypes import c_bool, c_char_p, c_int, c_uint8, c_uint32, c_void_p
from pathlib import Path

import psutil

from obs_bgremove import obs_script

#: OBS' folder, as its installer lays it out.
OBS = Path(os.environ.get("OBS_BGREMOVE_LAB_OBS", "."))
WIDTH, HEIGHT = 640, 360
#: Colours of pictures, BGR: of what the tests' model takes for a person, and of the room.
GREEN, RED = (0, 255, 0), (0, 0, 255)
#: Seconds that anything may take; on a busy machine the first picture takes half a minute.
DEADLINE = 150.0
_BGRA = 5  # of enum gs_color_format


class _Video(ctypes.Structure):
    """struct obs_video_info."""

    _fields_ = [
        ("graphics_module", c_char_p),
        *((name, c_uint32) for name in ("fps_num", "fps_den", "width", "height", "out_width", "out_height")),
        ("output_format", c_int),
        ("adapter", c_uint32),
        ("gpu_conversion", c_bool),
        *((name, c_int) for name in ("colorspace", "range", "scale_type")),
    ]


class _Functions:
    """Functions of obs.dll by name; their results are addresses unless ``declare`` was called for them."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library

    def __getattr__(self, name: str):
        return self.declare(name, c_void_p)

    def declare(self, name: str, result):
        function = getattr(self._library, name)
        function.restype = result
        setattr(self, name, function)
        return function


def load() -> _Functions:
    """Load the libraries of OBS that our code looks for in its process."""
    programs = OBS / "bin" / "64bit"
    os.environ["PATH"] = f"{programs};{os.environ['PATH']}"
    os.add_dll_directory(str(programs))
    functions = _Functions(ctypes.CDLL(str(programs / "obs.dll")))
    ctypes.CDLL(str(programs / "obs-frontend-api.dll"))
    for name, result in (
        ("startup", c_bool),
        ("reset_video", c_int),
        ("open_module", c_int),
        ("init_module", c_bool),
    ):
        functions.declare(f"obs_{name}", result)
    functions.declare("gs_stagesurface_map", c_bool)
    return functions


def _path(path: Path) -> bytes:
    return path.as_posix().encode()


def start(obs: _Functions, renderer: str, configuration: Path) -> None:
    """Start libobs with a renderer (libobs-d3d11 or libobs-opengl) and the modules that the filter needs."""
    assert obs.obs_startup(b"en-US", _path(configuration), None)
    obs.obs_add_data_path(_path(OBS / "data" / "libobs") + b"/")
    # RGBA, Rec. 709, partial range, bicubic.
    video = _Video(renderer.encode(), 30, 1, WIDTH, HEIGHT, WIDTH, HEIGHT, 6, 0, True, 2, 1, 2)
    code = obs.obs_reset_video(ctypes.byref(video))
    assert code == 0, f"obs_reset_video: {code}"
    for name in ("image-source", "obs-filters", "obs-ffmpeg"):
        module = c_void_p()
        code = obs.obs_open_module(
            ctypes.byref(module),
            _path(OBS / "obs-plugins" / "64bit" / f"{name}.dll"),
            _path(OBS / "data" / "obs-plugins" / name),
        )
        assert code == 0 and obs.obs_init_module(module), f"{name}: {code}"


class Canvas:
    """Reads what the canvas shows."""

    def __init__(self, obs: _Functions) -> None:
        self._obs = obs
        obs.obs_enter_graphics()
        self._surface = c_void_p(obs.gs_stagesurface_create(WIDTH, HEIGHT, _BGRA))
        obs.obs_leave_graphics()

    def picture(self) -> bytes:
        """Return all of it: rows of BGRA without padding."""
        row, data = self._rows()
        return b"".join(data[start : start + WIDTH * 4] for start in range(0, row * HEIGHT, row))

    def sides(self) -> list[list[int]]:
        """Return the colours (BGR) in the middle of the left half and of the right half."""
        row, data = self._rows()
        starts = (HEIGHT // 2 * row + WIDTH * quarter // 4 * 4 for quarter in (1, 3))
        return [list(data[start : start + 3]) for start in starts]

    def _rows(self) -> tuple[int, bytes]:
        """Return the bytes of a row, and all rows."""
        obs = self._obs
        data, row = ctypes.POINTER(c_uint8)(), c_uint32()
        obs.obs_enter_graphics()
        try:
            obs.gs_stage_texture(self._surface, c_void_p(obs.obs_get_main_texture()))
            assert obs.gs_stagesurface_map(self._surface, ctypes.byref(data), ctypes.byref(row))
            rows = ctypes.string_at(data, row.value * HEIGHT)
            obs.gs_stagesurface_unmap(self._surface)
        finally:
            obs.obs_leave_graphics()
        return row.value, rows


def near(side: list[int], colour: tuple[int, int, int]) -> bool:
    """Whether a colour is the one expected, but for rounding."""
    return all(abs(one - other) <= 4 for one, other in zip(side, colour, strict=True))


def wait(condition) -> bool:
    """Return whether ``condition`` became true."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def workers() -> list[psutil.Process]:
    """Return this process' launcher of the worker, and the worker."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "obs_bgremove.worker" in process.cmdline():
                found.append(process)
    return found


def show(obs: _Functions, pictures: list[Path]) -> dict:
    """Show the first picture without and with the filter, kill the worker, show the second.

    Returns what the canvas showed (see ``Canvas.sides``), and the numbers of the workers' processes. ``room``
    says whether something red was ever seen while the filter was there. ``first_s`` and ``back_s`` are the
    seconds until the person was there, first and again.
    """

    def settings(values: dict) -> c_void_p:
        return c_void_p(obs.obs_data_create_from_json(json.dumps(values).encode()))

    def source(kind: bytes, name: bytes, values: dict) -> c_void_p:
        made = c_void_p(obs.obs_source_create(kind, name, settings(values), None))
        assert made, f"no source of kind {kind!r}"
        return made

    def person(side: int) -> bool:
        sides = canvas.sides()
        seen["room"] |= any(near(colour, RED) for colour in sides)
        return near(sides[side], GREEN)

    canvas, seen = Canvas(obs), {"room": False}
    image = source(b"image_source", b"camera", {"file": pictures[0].as_posix()})
    obs.obs_set_output_source(0, image)
    wait(lambda: near(canvas.sides()[0], GREEN))
    seen["plain"] = canvas.sides()

    blue = {"background": "color", "background_color": 0xFFFF0000, "model": "green", "device": "cpu"}
    began = time.monotonic()
    obs.obs_source_filter_add(image, source(b"obs_bgremove", b"filter", blue))
    wait(lambda: not near(canvas.sides()[1], RED))
    wait(lambda: person(0))
    seen["first_s"] = time.monotonic() - began
    seen["filtered"] = canvas.sides()

    before = workers()
    began = time.monotonic()
    before[-1].kill()  # children come after their parents: the worker
    obs.obs_source_update(image, settings({"file": pictures[1].as_posix()}))
    # Only another worker can know where the person is now.
    wait(lambda: person(1))
    seen["back_s"] = time.monotonic() - began
    seen["again"] = canvas.sides()
    seen["workers"] = [[process.pid for process in them] for them in (before, workers())]
    return seen


def main() -> None:
    """Do what the module's docstring says."""
    renderer, *pictures, result = sys.argv[1:]
    obs = load()
    start(obs, renderer, Path(result).parent)
    obs_script.script_load(None)
    seen = show(obs, [Path(picture) for picture in pictures])
    Path(result).write_text(json.dumps(seen))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
