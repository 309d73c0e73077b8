# SPDX-License-Identifier: GPL-2.0-or-later
"""Hours of use in minutes: ``python -m tests.bench.stress --minutes 3 [--seed N]``.

Two filters in a real OBS; each second the scene changes, settings change at random (also to values of
wrong types), sources and filters come and go, the worker is killed now and then, and another client asks for
the status all the while. Prints the memory of OBS over time; exit code 1 if OBS crashes, complains, grows,
leaks, or shows the room.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import cv2
import obsws_python
import psutil
from websocket import WebSocketException

from obs_bgremove.private_obs import collection
from tests.obs import networks, numbered
from tests.obs.stage import (
    BLUE,
    SCRIPT,
    filtered,
    make_home,
    megabytes,
    open_obs,
    statuses,
    wait_until_running,
)

FILTER = "Background Removal"
BASE = {"background": "color", "background_color": BLUE, "model": "green"}
#: Growth of OBS, in MB, that is no more than noise.
NOISE = 40
#: No lists and objects: over a setting that has a default they crash OBS 29 itself, without any filter.
WRONG = ["", "a word", -1, 10**18, 3.7, True, None, "ä" * 300, "../..", -1e300, 1e300]


def choices(picture: Path, clip: Path) -> dict[str, list]:
    """Return for each setting the values that are tried."""
    return {
        "background": ["transparent", "blur", "color", "image", "video", "source"],
        "background_path": [str(picture), str(clip), "/nonexistent.png", ""],
        "background_source": ["Plain", "One", "Two", "nobody", ""],
        "background_fit": ["cover", "contain", "stretch"],
        "background_color": [BLUE, 0xFF008000, 0],
        "blur": [1.0, 40.0, 100.0],
        "edge_softness": [0.0, 3.0, 20.0],
        "edge_shift": [-20.0, 0.0, 20.0],
        "model": ["green", "green-slow", "no-such-model"],
        "device": ["auto", "cpu", "no-such-device"],
        "sync": ["matched", "lowest_latency"],
    }


class Stress:
    """One OBS under stress."""

    def __init__(self, folder: Path, seed: int):
        self.random = random.Random(seed)
        models = {
            "green": networks.write_green_is_person(folder / "green"),
            "green-slow": networks.write_green_is_person(folder / "green-slow", ballast=10),
        }
        clip = numbered.write(folder / "numbered.mkv")
        picture = folder / "picture.png"
        cv2.imwrite(str(picture), cv2.resize(numbered.frame(1), (320, 180))[..., ::-1] // 3)
        self.choices = choices(picture, clip)
        sources = [
            collection.clip("One", clip, [filtered(BASE)]),
            collection.clip("Two", clip, [filtered(BASE)]),
            collection.color("Plain", (0, 128, 0), (320, 180)),
        ]
        self.scenes = ["First", "Second", "Both"]
        shown = [["One"], ["Two"], ["One", "Two"]]
        things = collection.collection(
            "Test",
            sources,
            [
                *(collection.scene(name, items) for name, items in zip(self.scenes, shown)),
                collection.scene("Shelf", ["Plain"]),
            ],
            scripts=[collection.script(SCRIPT)],
        )
        home = make_home(folder / "home", models)
        # Should OBS crash, its log tells what each Python thread was doing.
        environment = {"PYTHONFAULTHANDLER": "1"}
        self.obs = open_obs(folder / "obs", home, things, preview=True, environment=environment)
        self.memory: list[tuple[float, float, float]] = []
        self.faults: list[str] = []
        self.asked = 0
        self._ending = threading.Event()

    def run(self, seconds: float) -> bool:
        """Return whether all went well."""
        with self.obs:
            asking = threading.Thread(target=self._ask)
            asking.start()
            began, second = time.monotonic(), 0
            try:
                while time.monotonic() - began < seconds:
                    self._one_second(second)
                    second += 1
                    self._measure(time.monotonic() - began)
                    time.sleep(max(0.0, began + second - time.monotonic()))
                self._calm_down()
            except (OSError, WebSocketException):
                if self.obs.running:
                    raise
            finally:
                self._ending.set()
                asking.join()
            report = self.obs.stop()
        return self._judge(report)

    def _request(self, name: str, **data) -> dict:
        try:
            return self.obs.ws.send(name, data, raw=True) or {}
        except obsws_python.error.OBSSDKRequestError:
            # Refused: a value of a wrong type, or something that has just gone.
            return {}

    def _one_second(self, second: int) -> None:
        self._request("SetCurrentProgramScene", sceneName=self.random.choice(self.scenes))
        for source in ("One", "Two"):
            for key in self.random.sample(sorted(self.choices), 3):
                values = self.choices[key]
                value = self.random.choice(WRONG if self.random.random() < 0.1 else values)
                self._request(
                    "SetSourceFilterSettings",
                    sourceName=source,
                    filterName=FILTER,
                    filterSettings={key: value},
                    overlay=True,
                )
        what = second % 6
        if what == 0:
            self._come_and_go()
        elif what == 2:
            self._request("RemoveSourceFilter", sourceName="Two", filterName=FILTER)
            self._request(
                "CreateSourceFilter",
                sourceName="Two",
                filterName=FILTER,
                filterKind="obs_bgremove",
                filterSettings=BASE,
            )
        elif what == 4 and self.random.random() < 0.5:
            for one in statuses(self.obs)[:1]:
                if one["worker_pid"]:
                    os.kill(one["worker_pid"], signal.SIGKILL)

    def _come_and_go(self) -> None:
        """A source with a filter for a moment, and one for sound alone that takes none."""
        for kind, settings in (
            ("color_source_v3", {"color": 0xFF00FF00, "width": 200, "height": 100}),
            ("pulse_input_capture", {}),
        ):
            self._request(
                "CreateInput",
                sceneName=self.random.choice(self.scenes),
                inputName="Guest",
                inputKind=kind,
                inputSettings=settings,
            )
            self._request(
                "CreateSourceFilter",
                sourceName="Guest",
                filterName=FILTER,
                filterKind="obs_bgremove",
                filterSettings=BASE,
            )
            # A guest stays for a while, or hardly at all.
            time.sleep(self.random.random() * 0.6)
            self._request("RemoveInput", inputName="Guest")

    def _ask(self) -> None:
        """Ask for the status from another connection, as often as it is answered."""
        client = obsws_python.ReqClient(
            host="127.0.0.1", port=self.obs.address.port, password=self.obs.address.password, timeout=30
        )
        question = {"vendorName": "obs_bgremove", "requestType": "get_status", "requestData": {"all": True}}
        with contextlib.suppress(OSError, WebSocketException):
            while not self._ending.wait(0.005):
                client.send("CallVendorRequest", question, raw=True)
                self.asked += 1
            client.disconnect()

    def _measure(self, at: float) -> None:
        host = psutil.Process(self.obs.pid)
        workers = [one for one in host.children() if _is_worker(one)]
        if len(workers) > 1:
            self.faults.append(f"{len(workers)} workers at {at:.0f} s")
        memory = [megabytes(one.pid) for one in (host, *workers[:1])]
        self.memory.append((at, memory[0], memory[1] if workers else 0.0))
        if len(self.memory) % 10 == 1:
            print(
                f"{at:5.0f} s: OBS {memory[0]:4.0f} MB, worker {self.memory[-1][2]:4.0f} MB, "
                f"{host.num_threads()} threads, {host.num_fds()} files, {self.asked} times asked",
                flush=True,
            )

    def _calm_down(self) -> None:
        """With good settings again, both filters run, and no room is to be seen."""
        self._request("SetCurrentProgramScene", sceneName="Both")
        for source in ("One", "Two"):
            self._request(
                "SetSourceFilterSettings",
                sourceName=source,
                filterName=FILTER,
                filterSettings=BASE,
                overlay=False,
            )
        wait_until_running(self.obs, 2)
        for source in ("One", "Two"):
            room = numbered.room_visible(self.obs.screenshot(source))
            if room:
                self.faults.append(f"{room} pixels of the room in {source}")

    def _judge(self, report) -> bool:
        print(f"exit code {report.code}, {report.leaks} leaks, lagged {report.lagged}")
        if report.code:
            self.faults.append(f"exit code {report.code}")
        if report.leaks:
            self.faults.append(f"{report.leaks} leaks")
        if "Traceback" in report.log:
            self.faults.append(report.log[report.log.index("Traceback") :][:2000])
        (Path(tempfile.gettempdir()) / "obs_bgremove-stress.log").write_text(report.log)
        third = len(self.memory) // 3
        before, after = (
            statistics.median(obs for _at, obs, _worker in part)
            for part in (self.memory[third : 2 * third], self.memory[2 * third :])
        )
        print(f"memory of OBS: median {before:.0f} MB in the second third, {after:.0f} MB in the last")
        if after - before > NOISE:
            self.faults.append(f"OBS grew by {after - before:.0f} MB")
        for fault in self.faults:
            print(f"FAULT: {fault}")
        return not self.faults


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "obs_bgremove" in " ".join(process.cmdline())
    except psutil.Error:
        return False  # it has just ended


def main() -> int:
    """Run; see the module."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.stress", description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return 0 if Stress(Path(folder), options.seed).run(options.minutes * 60) else 1


if __name__ == "__main__":
    sys.exit(main())
