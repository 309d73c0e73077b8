# SPDX-License-Identifier: GPL-2.0-or-later
"""What the soak looks at and counts; it runs in ``tests/obs/test_soak_short.py``."""

import socket

import numpy
import pytest

from obs_bgremove.private_obs.exit_report import ExitReport
from tests.obs import numbered
from tests.soak import report
from tests.soak.report import Memory, Moment, Run
from tests.soak.watch import Watch

SIZE = numbered.WIDTH, numbered.HEIGHT


USED = Memory(100.0, 18_000, 100_000)


def moment(at_s=0.0, room=0, obs_mb=300.0, workers=(7,), used=USED):
    return Moment(at_s, "model", 0.2, 6, room, obs_mb, used, 70.0, workers, 90, 40)


def run(moments, code=0, leaks=0, log="", people=50):
    return Run(moments, 100, people, 0, 90, 0, ExitReport(code, leaks, {}, 0, 0, log))


def test_each_frame_is_looked_at_and_the_room_is_counted(tmp_path):
    watch = Watch(tmp_path, SIZE)
    url = watch.sections["AdvOut"]["FFURL"]
    shown = numpy.full((*SIZE[::-1], 4), 255, numpy.uint8)
    shown[..., :3] = numbered.frame(5)
    hidden = numpy.zeros_like(shown)
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as obs:
        # OBS writes a frame as it likes, not whole.
        content = hidden.tobytes() + shown.tobytes() + hidden.tobytes()
        obs.sendall(content[:1000])
        obs.sendall(content[1000:])
    room = watch.end(30)
    assert (watch.frames, watch.people, watch.bad) == (3, 1, 1)
    assert room == numbered.room_visible(numbered.frame(5)) > 100_000
    assert watch.take() == 0
    assert [path.name for path in tmp_path.iterdir()] == [f"room-2-{room}.png"]


def test_what_is_wrong_is_named():
    well = [moment(at_s=at) for at in range(0, 90, 10)]
    assert report.faults(run(well)) == []
    assert "No frame" in report.faults(run(well, people=0))[0]
    assert "Traceback" in report.faults(run(well, log="x Traceback y"))[0]
    assert "code -11 and None" in report.faults(run(well, code=-11, leaks=None))[0]
    assert "1 leaked" in report.faults(run(well, leaks=1))[0]
    assert "5 pixels" in report.faults(run([*well, moment(room=5)]))[0]
    assert "several workers" in report.faults(run([*well, moment(workers=(7, 8))]))[0]


@pytest.mark.parametrize(
    ("each", "unit"),
    [(Memory(10, 0, 0), "MB"), (Memory(0, 250, 0), "libobs"), (Memory(0, 0, 8000), "Python")],
)
def test_growth_is_what_stays_allocated(each, unit):
    def after(number, spare=0):
        return Memory(*(one + number * more + spare * more for one, more in zip(USED, each)))

    grown = [moment(at_s=100 * number, used=after(number)) for number in range(15)]
    (fault,) = report.faults(run(grown))
    assert unit in fault
    assert report.faults(run(grown[:10])) == [], "too short to tell"
    now_and_then = [moment(at_s=100 * number, used=after(0, 40 * (number % 2))) for number in range(15)]
    assert report.faults(run(now_and_then)) == []
    resident = [moment(at_s=100 * number, obs_mb=300 + 40 * number) for number in range(15)]
    assert report.faults(run(resident)) == []


def test_slopes_are_those_of_the_second_half_and_of_one_workers_life():
    first = [moment(at_s=at, obs_mb=300 + at, workers=(1,)) for at in range(0, 100, 10)]
    second = [moment(at_s=at, obs_mb=400, workers=(2,)) for at in range(100, 220, 10)]
    assert abs(report.slope(first, lambda one: one.obs_mb) - 3600) < 1e-6
    assert report.longest_life(first + second) == second
    assert any("+0 MB an hour in the second half" in line for line in report.summary(run(first + second)))
