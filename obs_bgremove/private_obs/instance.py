# SPDX-License-Identifier: GPL-2.0-or-later
"""A real OBS with its own configuration directory: started, driven, recorded and ended by a program.

The user's own OBS, its settings and its scenes are never touched. Needs ``obsws-python`` and OpenCV
(the dependency group ``demo``) and OBS 28 or newer.
"""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from . import exit_report, launch, profile, recording, screenshot
from .conversation import Conversation, free_address
from .own_process import OwnProcess
from .wait import PATIENCE, ObsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy
    import obsws_python
    from numpy.typing import NDArray

    from .collection import Entry
    from .conversation import Address, Answer
    from .exit_report import ExitReport

#: How often a recording that ended by itself is begun at most.
_RECORDINGS = 3


class PrivateObs:
    """One private OBS; a context manager that starts it and makes sure that it ends.

    ``directory`` keeps everything of this OBS: use it again and OBS goes on with what it saved.
    ``collections`` are made by :mod:`obs_bgremove.private_obs.collection`; the first one is shown.
    ``size`` is (width, height) of canvas and recording in pixels. ``environment`` is added to that of the
    process (a value of None takes the variable away). ``show`` opens OBS on the user's display; otherwise it
    gets an Xvfb of its own and software OpenGL. ``preview`` draws the preview in OBS' window too.
    ``arguments`` are added to OBS' command line: a collection with missing files wants
    ``--disable-missing-files-check``, or a dialog lists them (with that option OBS 29 itself leaks one
    allocation per loaded collection).
    ``language`` is that of OBS' windows.
    ``sections`` replaces keys of the sections of OBS' profile, and adds some (an HDR canvas, say).
    """

    def __init__(
        self,
        directory: Path | str,
        collections: Entry | Sequence[Entry],
        size: tuple[int, int] = (640, 360),
        fps: int = 30,
        environment: Mapping[str, str | None] | None = None,
        show: bool = False,
        preview: bool = False,
        arguments: Sequence[str] = (),
        sections: Mapping[str, Mapping[str, object]] | None = None,
        language: str = "en-US",
    ) -> None:
        self.directory = Path(directory).resolve()
        self.collections = [collections] if isinstance(collections, dict) else list(collections)
        self.size = size
        self.address: Address | None = None
        self._profile = profile.Profile(self.recordings, size, fps, preview, sections or {}, language)
        self._process = OwnProcess(self.directory, environment or {}, show, arguments)
        self._conversation: Conversation | None = None

    # Where things lie

    @property
    def configuration(self) -> Path:
        """The private ``obs-studio`` directory."""
        return launch.configuration(self.directory)

    @property
    def recordings(self) -> Path:
        """Where recordings go."""
        return self.directory / "recordings"

    @property
    def log_file(self) -> Path:
        """What OBS printed during the newest start."""
        return self._process.log_file

    def scenes_file(self, name: str | None = None) -> Path:
        """Return the JSON file of a scene collection (default: the first one) as OBS saves it."""
        return self.configuration / "basic" / "scenes" / f"{name or self.collections[0]['name']}.json"

    @property
    def pid(self) -> int:
        """Process id of OBS; ObsError if it has not been started."""
        return self._process.process.pid

    @property
    def display(self) -> str:
        """Name of the X display that OBS' window is on; empty if there is none."""
        return self._process.display

    # Life

    def __enter__(self) -> PrivateObs:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, current: str | None = None, language: str | None = None) -> PrivateObs:
        """Start OBS and wait until it answers; again after :meth:`stop`, in the same configuration.

        ``current`` is the name of the scene collection to show, by default the first one; ``language`` that
        of OBS' windows from now on, by default the one before. Raises ObsError.
        """
        if self.running:
            raise ObsError("OBS runs already.")
        if language:
            self._profile = dataclasses.replace(self._profile, language=language)
        self.address = free_address()
        shown = current or str(self.collections[0]["name"])
        profile.write(self.configuration, self._profile, self.address, self.collections, shown)
        self._process.start()
        self._conversation = self._connected(self.address)
        return self

    def _connected(self, address: Address) -> Conversation:
        deadline = time.monotonic() + PATIENCE
        while True:
            if not self.running:
                code = self._process.process.returncode
                raise ObsError(f"OBS ended with code {code} while it started.\n{self._process.log_end()}")
            try:
                return Conversation(address)
            except Exception as error:
                if time.monotonic() > deadline:
                    end = self._process.log_end()
                    raise ObsError(f"OBS does not answer: {error}\n{end}") from error
                time.sleep(0.2)

    def _disconnect(self) -> None:
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            conversation.close()

    @property
    def running(self) -> bool:
        """Whether the process of OBS lives."""
        return self._process.running

    def stop(self, seconds: float = PATIENCE) -> ExitReport:
        """End OBS as its window's close button does, and return how it ended.

        Raises ObsError (after killing it) if it has not ended after ``seconds``, or was not started.
        """
        lagged = skipped = None
        if self.running and self._conversation is not None:
            lagged, skipped = self._conversation.late_frames()
        self._disconnect()
        self._process.ask_to_end()
        return exit_report.parse(self._process.wait(seconds), self.log(), lagged, skipped)

    def wait(self) -> ExitReport:
        """Wait until the user closes OBS, and return how it ended."""
        self._disconnect()
        while self.running:  # in steps: on Windows, Ctrl-C does not end a wait for a process
            time.sleep(0.2)
        return exit_report.parse(self._process.wait(0), self.log())

    def kill(self, number: int = getattr(signal, "SIGKILL", signal.SIGTERM)) -> None:
        """End OBS at once, as a crash would."""
        self._disconnect()
        self._process.kill(number)

    def close(self) -> None:
        """End everything that still runs; never fails because OBS does."""
        if self.running:
            with contextlib.suppress(ObsError):
                self.stop(30)
        self._process.close_display()

    # What it says

    def log(self) -> str:
        """Return what OBS has printed since its newest start."""
        return self._process.log()

    def _talk(self) -> Conversation:
        if self._conversation is None:
            raise ObsError("OBS is not connected: it has not been started, or was stopped.")
        return self._conversation

    @property
    def ws(self) -> obsws_python.ReqClient:
        """The client of OBS' websocket, for one thread at a time; ObsError while OBS is not connected."""
        return self._talk().client

    def vendor(self, request: str, data: Answer | None = None, vendor: str = "obs_bgremove") -> Answer:
        """Return the answer of a script or plugin that registered the request ``request`` as ``vendor``."""
        return self._talk().vendor(request, data, vendor)

    # What it does

    def switch_collection(self, name: str) -> None:
        """Switch to another scene collection and wait until OBS is ready again."""
        self._talk().switch_collection(name)

    def screenshot(
        self, source: str | None = None, size: tuple[int, int] | None = None
    ) -> NDArray[numpy.uint8]:
        """Return a picture; see :func:`screenshot.screenshot`."""
        return screenshot.screenshot(self.ws, source, size)

    def start_record(self) -> None:
        """Start a recording of the program output and wait until it runs."""
        recording.start(self.ws)

    def stop_record(self) -> Path:
        """Stop the recording and return its file, complete and closed: it has what was shown before."""
        return recording.stop(self.ws, self.log)

    def record(self, seconds: float) -> Path:
        """Record the program output for ``seconds`` and return the file: lossless, no pixel changed."""
        for _again in range(_RECORDINGS):
            self.start_record()
            # The length of the recording is asked for.
            time.sleep(seconds)
            if recording.runs(self.ws):
                break
        return self.stop_record()

    @staticmethod
    def frames(path: Path | str) -> Iterator[NDArray[numpy.uint8]]:
        """Yield the frames of a recording in their order: uint8 [H, W, 3], BGR."""
        return recording.frames(path)
