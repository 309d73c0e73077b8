# SPDX-License-Identifier: GPL-2.0-or-later
"""A real OBS with its own configuration directory: started, driven, recorded and ended by a program.

The user's own OBS, its settings and its scenes are never touched. Needs ``obsws-python`` and OpenCV
(the dependency group ``demo``) and OBS 28 or newer.
"""

from __future__ import annotations

import base64
import contextlib
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy
import obsws_python

from ..setup.errors import COMMAND
from ..setup.obs_program import find_program
from . import exit_report, profile
from .xvfb import Xvfb, has_display
from .x_window import close_window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .exit_report import ExitReport

#: How long OBS may take for things that normally take a second or two, on a machine that is busy.
PATIENCE = 90.0

# The client logs each refused request as a traceback before it raises it; the exception is enough.
logging.getLogger("obsws_python").setLevel(logging.CRITICAL)


class ObsError(RuntimeError):
    """OBS did not do what it was asked to; the text says what, with the end of its log."""


class Program(NamedTuple):
    """How OBS is started: the command and the directory to start it in (None: any)."""

    command: list[str]
    directory: Path | None


def wait_for(condition: Callable[[], Any], what: str, seconds: float = PATIENCE, pause: float = 0.05) -> Any:
    """Return the first true value of ``condition()``; TimeoutError naming ``what`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds:g} s still not: {what}")
        time.sleep(pause)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PrivateObs:
    """One private OBS; a context manager that starts it and makes sure that it ends.

    ``directory`` keeps everything of this OBS: use it again and OBS goes on with what it saved.
    ``collections`` are made by :mod:`obs_bgremove.private_obs.collection`; the first one is shown. ``size`` is
    (width, height) of canvas and recording in pixels. ``environment`` is added to that of the process
    (a value of None takes the variable away). ``show`` opens OBS on the user's display; otherwise it gets
    an Xvfb of its own and software OpenGL. ``preview`` draws the preview in OBS' window too. ``arguments``
    are added to OBS' command line: a collection with missing files wants ``--disable-missing-files-check``,
    or a dialog lists them (with that option OBS 29 itself leaks one allocation per loaded collection).
    ``video`` replaces keys of the profile's video settings (an HDR canvas, say).

    ``ws`` is an ``obsws_python.ReqClient`` (one thread at a time), ``pid`` the process id of OBS.
    """

    def __init__(
        self,
        directory: Path | str,
        collections: dict | Sequence[dict],
        size: tuple[int, int] = (640, 360),
        fps: int = 30,
        environment: Mapping[str, str | None] | None = None,
        show: bool = False,
        preview: bool = False,
        arguments: Sequence[str] = (),
        video: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = Path(directory).resolve()
        self.collections = [collections] if isinstance(collections, dict) else list(collections)
        self.size = size
        self.fps = fps
        self.ws: obsws_python.ReqClient | None = None
        self._environment = dict(environment or {})
        self._show = show and has_display()
        self._preview = preview
        self._arguments = list(arguments)
        self._video = dict(video or {})
        self._display: Xvfb | None = None
        self._process: subprocess.Popen | None = None
        self._runs = 0
        self._port = 0
        self._password = ""

    # Where things lie

    @property
    def configuration(self) -> Path:
        """The private ``obs-studio`` directory."""
        if sys.platform == "win32":
            return self.directory / "config" / "obs-studio"
        if sys.platform == "darwin":
            return self.directory / "Library" / "Application Support" / "obs-studio"
        return self.directory / "config" / "obs-studio"

    @property
    def recordings(self) -> Path:
        """Where recordings go."""
        return self.directory / "recordings"

    @property
    def log_file(self) -> Path:
        """What OBS printed during the newest start."""
        return self.directory / f"obs-{self._runs}.log"

    def scenes_file(self, name: str | None = None) -> Path:
        """Return the JSON file of a scene collection (default: the first one) as OBS saves it."""
        return self.configuration / "basic" / "scenes" / f"{name or self.collections[0]['name']}.json"

    @property
    def pid(self) -> int:
        """Process id of OBS."""
        if self._process is None:
            raise ObsError("OBS has not been started.")
        return self._process.pid

    @property
    def display(self) -> str:
        """Name of the X display that OBS' window is on; empty if there is none."""
        return self._display.name if self._display else os.environ.get("DISPLAY", "")

    # Life

    def __enter__(self) -> PrivateObs:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, current: str | None = None) -> PrivateObs:
        """Start OBS and wait until it answers; again after :meth:`stop`, in the same configuration.

        ``current`` is the name of the scene collection to show, by default the first one.
        """
        if self.running:
            raise ObsError("OBS runs already.")
        self._spawn(current or self.collections[0]["name"])
        self._connect()
        return self

    def _spawn(self, current: str) -> None:
        self._port, self._password = _free_port(), secrets.token_hex(8)
        self._runs += 1
        profile.write(
            self.configuration,
            self.collections,
            current,
            self.recordings,
            self.size,
            self.fps,
            self._port,
            self._password,
            self._preview,
            self._video,
        )
        if not self._show and self._display is None and sys.platform not in ("win32", "darwin"):
            self._display = Xvfb()
        program = self._program()
        with open(self.log_file, "wb") as log:
            self._process = subprocess.Popen(
                [
                    *program.command,
                    "--multi",
                    "--disable-updater",
                    "--disable-shutdown-check",
                    *self._arguments,
                ],
                cwd=program.directory,
                env=self._variables(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A Ctrl-C in the terminal is ours to handle, not OBS'.
                start_new_session=True,
            )

    def _program(self) -> Program:
        path = find_program()
        if path is None:
            raise ObsError(f"OBS Studio is not installed: run '{COMMAND} --check' to see how to get it.")
        if sys.platform != "win32":
            return Program([str(path)], None)
        # Windows knows no environment variable for the settings: portable mode keeps them two folders
        # above the program, so a look-alike of directory junctions is made around our own config folder.
        import _winapi

        home = path.parent.parent.parent
        for name in ("bin", "data", "obs-plugins"):
            if not (self.directory / name).exists():
                _winapi.CreateJunction(str(home / name), str(self.directory / name))
        folder = self.directory / "bin" / path.parent.name
        return Program([str(folder / path.name), "--portable"], folder)

    def _variables(self) -> dict[str, str]:
        variables = dict(os.environ)
        changes: dict[str, str | None] = {
            "HOME": str(self.directory),
            "XDG_CONFIG_HOME": str(self.directory / "config"),
            "XDG_CACHE_HOME": str(self.directory / "cache"),
            "XDG_DATA_HOME": str(self.directory / "data"),
            "CFFIXED_USER_HOME": str(self.directory),
        }
        if sys.platform == "win32":
            changes = {}
        # The interpreter of the program that starts OBS is not that of OBS.
        changes.update(PYTHONPATH=None, PYTHONHOME=None, VIRTUAL_ENV=None)
        if self._show and "XAUTHORITY" not in variables:
            changes["XAUTHORITY"] = str(Path.home() / ".Xauthority")  # else it is looked for in our HOME
        if self._display is not None:
            changes.update(
                DISPLAY=self._display.name,
                WAYLAND_DISPLAY=None,
                QT_QPA_PLATFORM="xcb",
                LIBGL_ALWAYS_SOFTWARE="1",
                # No drawing threads: Mesa's (22.3, and newer) let go of the lock of a fence that the thread
                # which draws may have freed by then, and what lies there is overwritten. Now and then
                # OBS crashes of it, with any filter or none.
                LP_NUM_THREADS="0",
                # No sound server and no session bus: nothing is searched for, started or waited for.
                PULSE_SERVER="unix:/nonexistent",
                DBUS_SESSION_BUS_ADDRESS="disabled:",
                XDG_RUNTIME_DIR=str(self._runtime_directory()),
            )
        # OBS' Python is not to leave compiled files of its own version in the checkout.
        changes.setdefault("PYTHONDONTWRITEBYTECODE", "1")
        changes.update(self._environment)
        for name, value in changes.items():
            if value is None:
                variables.pop(name, None)
            else:
                variables[name] = value
        return variables

    def _runtime_directory(self) -> Path:
        path = self.directory / "run"
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def _connect(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            if not self.running:
                raise ObsError(
                    f"OBS ended with code {self._process.returncode} while it started.\n{self._tail()}"
                )
            try:
                # First a bare connection: the client logs a traceback for each one that is refused.
                socket.create_connection(("127.0.0.1", self._port), 5).close()
                self.ws = obsws_python.ReqClient(
                    host="127.0.0.1", port=self._port, password=self._password, timeout=PATIENCE
                )
                # Until the scene collection is loaded, obs-websocket refuses requests as "not ready".
                self.ws.get_scene_list()
                return
            except Exception as error:
                self._disconnect()
                if time.monotonic() > deadline:
                    raise ObsError(f"OBS does not answer: {error}\n{self._tail()}") from error
                time.sleep(0.2)

    def _disconnect(self) -> None:
        client, self.ws = self.ws, None
        if client is not None:
            with contextlib.suppress(Exception):
                client.disconnect()

    @property
    def running(self) -> bool:
        """Whether the process of OBS lives."""
        return self._process is not None and self._process.poll() is None

    def stop(self, seconds: float = PATIENCE) -> ExitReport:
        """End OBS as its window's close button does, and return how it ended.

        Raises ObsError (after killing it) if it has not ended after ``seconds``.
        """
        if self._process is None:
            raise ObsError("OBS has not been started.")
        lagged = skipped = None
        if self.running and self.ws is not None:
            with contextlib.suppress(Exception):
                statistics = self.ws.get_stats()
                lagged, skipped = statistics.render_skipped_frames, statistics.output_skipped_frames
        self._disconnect()
        if self.running:
            if sys.platform == "win32":
                # Posts WM_CLOSE to its windows, which is what the close button does.
                subprocess.run(["taskkill", "/PID", str(self.pid)], capture_output=True, check=False)
            elif self._display is None or not close_window(self._display.name, "OBS "):
                self._process.send_signal(signal.SIGINT)
        return self._wait(seconds, lagged, skipped)

    def _wait(self, seconds: float, lagged: int | None = None, skipped: int | None = None) -> ExitReport:
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise ObsError(f"OBS did not end within {seconds:g} s.\n{self._tail()}") from None
        return exit_report.parse(code, self.log(), lagged, skipped)

    def wait(self) -> ExitReport:
        """Wait until the user closes OBS, and return how it ended."""
        self._disconnect()
        while self.running:
            time.sleep(0.2)
        return exit_report.parse(self._process.returncode, self.log())

    def kill(self, number: int = getattr(signal, "SIGKILL", signal.SIGTERM)) -> None:
        """End OBS at once, as a crash would."""
        self._disconnect()
        if self.running:
            self._process.send_signal(number)
        if self._process is not None:
            self._process.wait()

    def close(self) -> None:
        """End everything that still runs; never fails because OBS does."""
        if self.running:
            with contextlib.suppress(ObsError):
                self.stop(30)
        if self._display is not None:
            self._display.stop()
            self._display = None

    # What it says

    def log(self) -> str:
        """Return what OBS has printed since its newest start."""
        try:
            return self.log_file.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def _tail(self, lines: int = 30) -> str:
        return "\n".join(self.log().splitlines()[-lines:])

    def vendor(self, request: str, data: dict | None = None, vendor: str = "obs_bgremove") -> dict:
        """Return the answer of a script or plugin that registered the request ``request`` as ``vendor``."""
        answer = self.ws.send(
            "CallVendorRequest",
            # obs-websocket refuses an empty object.
            {"vendorName": vendor, "requestType": request, "requestData": data or {"all": True}},
            raw=True,
        )
        return answer["responseData"]

    # What it does

    def switch_collection(self, name: str) -> None:
        """Switch to another scene collection and wait until OBS is ready again."""
        self.ws.set_current_scene_collection(name)

        def ready() -> bool:
            try:
                return self.ws.get_scene_collection_list().current_scene_collection_name == name
            except obsws_python.error.OBSSDKRequestError:
                return False

        wait_for(ready, f"the scene collection {name} is shown")

    def screenshot(self, source: str | None = None, size: tuple[int, int] | None = None) -> numpy.ndarray:
        """Return a picture of a source or scene (default: the program scene): uint8 [H, W, 4], BGRA.

        ``size`` = (width, height) scales it; by default it has the source's own size.
        """
        name = source or self.ws.get_current_program_scene().current_program_scene_name
        request: dict[str, Any] = {"sourceName": name, "imageFormat": "png"}
        if size:
            request.update(imageWidth=size[0], imageHeight=size[1])
        data = self.ws.send("GetSourceScreenshot", request, raw=True)["imageData"]
        picture = cv2.imdecode(
            numpy.frombuffer(base64.b64decode(data.split(",", 1)[1]), numpy.uint8), cv2.IMREAD_UNCHANGED
        )
        if picture.shape[2] == 3:
            picture = cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA)
        return picture

    def start_record(self) -> None:
        """Start a recording of the program output and wait until it runs."""
        self.ws.start_record()
        self._recorded(100)

    def stop_record(self) -> Path:
        """Stop the recording and return its file, complete and closed: it has what was shown before."""
        # What is on the screen is on its way through the encoder.
        self._recorded(self.ws.get_record_status().output_duration + 300)
        mark = "==== Recording Stop ===="
        before = self.log().count(mark)
        path = Path(self.ws.stop_record().output_path)
        # obs-websocket says "inactive" before the file is closed; OBS' log has the last word.
        wait_for(lambda: self.log().count(mark) > before, "the recording is written and closed")
        return path

    def _recorded(self, milliseconds: float) -> None:
        """Wait until so much is recorded."""
        wait_for(lambda: self.ws.get_record_status().output_duration >= milliseconds, "the recording runs")

    def record(self, seconds: float) -> Path:
        """Record the program output for ``seconds`` and return the file: lossless, no pixel changed."""
        self.start_record()
        time.sleep(seconds)
        return self.stop_record()

    @staticmethod
    def frames(path: Path | str) -> Iterator[numpy.ndarray]:
        """Yield the frames of a recording in their order: uint8 [H, W, 3], BGR."""
        video = cv2.VideoCapture(str(path))
        if not video.isOpened():
            raise ObsError(f"{path} cannot be read as a video.")
        try:
            while True:
                good, frame = video.read()
                if not good:
                    return
                yield frame
        finally:
            video.release()
