# SPDX-License-Identifier: GPL-2.0-or-later
"""Mouse and keyboard for what a person does in OBS' window and obs-websocket cannot."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest

from obs_bgremove.private_obs.wait import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds until a key is pressed again, and how often it is pressed.
_UNTIL_AGAIN, _PRESSED = 5.0, 6

needs_hands = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not shutil.which("xdotool"),
    reason="needs xdotool to press keys (Debian, Ubuntu: apt install xdotool)",
)


class Hands:
    """Mouse and keyboard on an X display."""

    def __init__(self, display: str):
        self._environment = {**os.environ, "DISPLAY": display}

    def _do(self, *words) -> str:
        done = subprocess.run(
            ["xdotool", *map(str, words)], env=self._environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def find(self, title: str) -> str:
        """Return the visible window of that title (a regular expression); empty if there is none."""
        return self._do("search", "--onlyvisible", "--name", title).partition("\n")[0]

    def wait(self, title: str) -> str:
        """Return the window when it is there."""
        return wait_for(lambda: self.find(title), f"a window “{title}”", 30)

    def place(self, window: str) -> tuple[int, int, int, int]:
        """Return where a window is on the display: x, y, width and height in pixels."""
        lines = self._do("getwindowgeometry", "--shell", window).splitlines()
        found = dict(line.split("=", 1) for line in lines if "=" in line)
        return int(found["X"]), int(found["Y"]), int(found["WIDTH"]), int(found["HEIGHT"])

    def picture(self, window: str) -> numpy.ndarray:
        """Return what a window shows once it is drawn, uint8 [H, W, 3] BGR (needs ffmpeg)."""
        return wait_for(lambda: [one for one in [self._shot(window)] if one.std() > 10], "it is drawn", 60)[0]

    def _shot(self, window: str) -> numpy.ndarray:
        x, y, width, height = self.place(window)
        command = ["ffmpeg", "-loglevel", "error", "-f", "x11grab", "-video_size", f"{width}x{height}", "-i"]
        command += [f"{self._environment['DISPLAY']}+{x},{y}", "-frames:v", "1", "-f", "image2pipe", "-c:v"]
        png = subprocess.run([*command, "png", "-"], capture_output=True, check=True).stdout
        shown = cv2.imdecode(numpy.frombuffer(png, numpy.uint8), cv2.IMREAD_COLOR)
        if shown is None:
            raise OSError("ffmpeg took no picture of the window")
        return shown

    def press(self, window: str, key: str) -> None:
        """Press a key in a window."""
        self._do("windowfocus", "--sync", window)
        self._do("key", key)

    def press_until(self, window: str, key: str, happened: Callable[[], object], what: str) -> None:
        """Press a key in a window, and again every few seconds, until ``happened()`` is true.

        For keys that do nothing the second time: a window that is just being given the keyboard may lose one.
        """
        for _again in range(_PRESSED):
            self.press(window, key)
            with contextlib.suppress(TimeoutError):
                wait_for(happened, what, _UNTIL_AGAIN)
                return
        raise TimeoutError(f"{key} was pressed {_PRESSED} times, and still not: {what}")

    def keys(self, *keys: str) -> None:
        """Press keys, one after the other, in the window that has the keyboard."""
        self._do("key", "--delay", "100", *keys)

    def click(self, window: str, x: int, y: int) -> None:
        """Click into a window."""
        self._do("windowfocus", "--sync", window)
        self._do("mousemove", "--sync", "--window", window, x, y)
        self._do("click", 1)

    def hold(self, x: int, y: int) -> None:
        """Press the mouse on the display, and keep it pressed."""
        self.move(x, y)
        self._do("mousedown", 1)

    def move(self, x: int, y: int) -> None:
        """Move the mouse to a place on the display."""
        self._do("mousemove", "--sync", x, y)

    def let_go(self) -> None:
        """Let the mouse go."""
        self._do("mouseup", 1)

    def put_away(self, title: str) -> None:
        """Close the messages of that title (a regular expression), if there are any."""

        def gone() -> bool:
            message = self.find(title)
            if message:
                self.press(message, "Return")
            return not message

        wait_for(gone, f"no message “{title}”", 30)

    def asked(self) -> str:
        """Return the window in which OBS asks whether something is to be removed; empty while it does not."""
        return self.find("^Confirm Remove")

    def confirm(self) -> None:
        """Say yes to OBS' question whether something is to be removed."""
        question = wait_for(self.asked, "OBS asks", 30)
        self.press_until(question, "Return", lambda: not self.asked(), "the question is answered")
