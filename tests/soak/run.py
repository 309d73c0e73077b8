# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs an OBS, does one step after the other to it, and keeps what was seen."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from typing import TYPE_CHECKING

import cv2
import numpy
import obsws_python
import psutil
from websocket import WebSocketException

from obs_bgremove.link.layout import SLOT_COUNT
from obs_bgremove.private_obs.wait import wait_for
from tests.obs import networks, numbered
from tests.obs.stage import frames_drawn, make_home, megabytes, open_obs, statuses, wait_until_running
from tests.soak.report import Memory, Moment, Run
from tests.soak.steps import SIZE, WATCHED, Steps, scenes
from tests.soak.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from obs_bgremove.private_obs.instance import PrivateObs

#: Alphas that may have been under way when a step was done: more of them are new ones.
UNDER_WAY = SLOT_COUNT


def soak(folder: Path, seconds: float, most: int, seed: int, say: bool = False) -> Run:
    """Run an OBS in ``folder`` for some seconds, or ``most`` steps if that is not 0; return what was seen."""
    clips = [numbered.write(folder / "small.mkv"), numbered.write(folder / "large.mkv", 2)]
    picture, wild = folder / "picture.png", folder / "wild.png"
    cv2.imwrite(str(picture), numpy.full((90, 160, 3), (90, 60, 20), numpy.uint8))
    cv2.imwrite(
        str(wild),
        cv2.rectangle(numpy.full((90, 160, 3), 30, numpy.uint8), (50, 20), (110, 89), (0, 255, 0), -1),
    )
    home = make_home(folder / "home", networks.write_models(folder / "models"))
    watch = Watch(folder, SIZE)
    moments: list[Moment] = []
    # Should OBS crash, its log shows what each Python thread was doing.
    environment = {"PYTHONFAULTHANDLER": "1"}
    things = scenes(clips[0], wild)
    with open_obs(
        folder / "obs",
        home,
        things,
        size=SIZE,
        preview=True,
        environment=environment,
        sections=watch.sections,
    ) as obs:
        wait_until_running(obs, len(WATCHED) + 1)
        obs.start_record()
        steps = Steps(obs, random.Random(seed), picture, clips)
        begin, drawn = time.monotonic(), frames_drawn(obs)
        with asking(obs):
            while time.monotonic() - begin < seconds and (not most or len(moments) < most):
                moments.append(one_step(obs, steps, watch, begin))
                if say:
                    print(*moments[-1].shown(), flush=True)
        obs.ws.stop_record()
        drawn, left = frames_drawn(obs) - drawn, watch.end(60)
        return Run(moments, watch.frames, watch.people, watch.bad, drawn, left, obs.stop())


def one_step(obs: PrivateObs, steps: Steps, watch: Watch, begin: float) -> Moment:
    """Do one step, and wait until alphas come again."""
    name, ended = steps.one()
    done, drawn = time.monotonic(), frames_drawn(obs)
    before = {one["source"]: one["alphas"] for one in seen(obs, steps)}

    def back() -> bool:
        return all(
            one["state"] == "running"
            and one["worker_pid"] not in (0, ended)
            and one["alphas"] > before[one["source"]] + UNDER_WAY
            for one in seen(obs, steps)
        )

    wait_for(back, f"alphas come after “{name}”")
    back_s, back_frames = time.monotonic() - done, frames_drawn(obs) - drawn
    process = psutil.Process(obs.pid)
    workers = [one.pid for one in process.children() if _is_worker(one)]
    resident = megabytes(obs.pid)
    return Moment(
        at_s=time.monotonic() - begin,
        step=name,
        back_s=back_s,
        back_frames=back_frames,
        room=watch.take(),
        obs_mb=resident,
        used=memory(obs, resident),
        worker_mb=megabytes(workers[0]) if workers else 0.0,
        workers=tuple(workers),
        files=process.num_fds(),
        threads=process.num_threads(),
    )


def memory(obs: PrivateObs, resident: float) -> Memory:
    """Ask for what is allocated; ``resident``: MB."""
    used = obs.vendor("used", vendor="memory")
    mb = used["bytes"] / 1e6 if "bytes" in used else resident
    return Memory(mb, used["allocations"], used["blocks"])


def seen(obs: PrivateObs, steps: Steps) -> list[dict]:
    """Return the statuses of the watched filters that the scene shows."""
    found = [one for one in statuses(obs) if one["source"] in steps.seen]
    assert len(found) == len(steps.seen), found
    return found


@contextlib.contextmanager
def asking(obs: PrivateObs) -> Iterator[None]:
    """Ask for the status from another connection, all the while."""
    address, ending = obs.address, threading.Event()
    assert address is not None

    def ask() -> None:
        client = obsws_python.ReqClient(
            host="127.0.0.1", port=address.port, password=address.password, timeout=90
        )
        question = {"vendorName": "obs_bgremove", "requestType": "get_status", "requestData": {"all": True}}
        with contextlib.suppress(OSError, WebSocketException):
            while not ending.wait(0.05):
                client.send("CallVendorRequest", question, raw=True)
            client.disconnect()

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "obs_bgremove" in " ".join(process.cmdline())
    except psutil.Error:
        return False  # it has just ended
