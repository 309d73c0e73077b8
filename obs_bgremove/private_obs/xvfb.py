# SPDX-License-Identifier: GPL-2.0-or-later
"""An X server that draws into memory, for a program that needs a display.

``xvfb-run`` is of no use here: it dies with the SIGINT that ends OBS and takes OBS with it.
"""

from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import time

from ..translate import tr


class DisplayError(RuntimeError):
    """There is no display and none could be started; the text says what to do."""


class Xvfb:
    """An X server that draws into memory; ``name`` is its display, such as ``:1``."""

    def __init__(self, size: tuple[int, int] = (1280, 1024)) -> None:
        program = shutil.which("Xvfb")
        if program is None:
            raise DisplayError(
                tr(
                    "There is no display and no Xvfb to make one: install it (Debian, Ubuntu: apt install "
                    "xvfb)."
                )
            )
        read_end, write_end = os.pipe()
        try:
            # -displayfd: the server itself finds a free number, so two of them never collide.
            self._process = subprocess.Popen(
                [program, "-displayfd", str(write_end), "-screen", "0", f"{size[0]}x{size[1]}x24",
                 "-nolisten", "tcp", "-noreset"],
                pass_fds=(write_end,),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(write_end)
        try:
            self.name = f":{self._read_number(read_end)}"
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise
        finally:
            os.close(read_end)

    def _read_number(self, pipe: int, seconds: float = 60) -> int:
        text, deadline = b"", time.monotonic() + seconds
        while not text.endswith(b"\n"):
            ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
            piece = os.read(pipe, 64) if ready else b""
            if not piece:
                raise DisplayError(tr("Xvfb did not start: run 'Xvfb :99' by hand to see why."))
            text += piece
        return int(text)

    def _wait_until_it_answers(self, seconds: float = 60) -> None:
        """Make a real X connection: Qt aborts the program when the display is not ready yet."""
        path, deadline = f"/tmp/.X11-unix/X{self.name[1:]}", time.monotonic() + seconds
        hello = b"l\0" + (11).to_bytes(2, "little") + bytes(8)  # little endian, X11, no authorisation
        while time.monotonic() < deadline:
            try:
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                    connection.settimeout(5)
                    connection.connect(path)
                    connection.sendall(hello)
                    if connection.recv(8)[:1] == b"\1":
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise DisplayError(f"Xvfb runs as display {self.name} but does not answer.")

    def stop(self) -> None:
        """End the server; nothing happens if it has ended already."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
