# SPDX-License-Identifier: GPL-2.0-or-later
"""The shared-memory protocol, both sides of it in one process."""

import ctypes
import dataclasses
import os
import sys

import pytest

from obs_bgremove.link import layout, memory
from obs_bgremove.link.layout import Box, Layout, LayoutError
from obs_bgremove.link.messages import Place
from obs_bgremove.link.ring import Ring
from obs_bgremove.worker.inference.slots import Slots

HEIGHT, WIDTH = 6, 10
FRAME, ALPHA = HEIGHT * WIDTH * 4, HEIGHT * WIDTH


class Pair:
    """A ring and its slots."""

    def __init__(self):
        self.slots = Slots(HEIGHT, WIDTH)
        self.wakes = 0
        self.ring = Ring(memory.open_place(self.slots.memory.place), "model", "cpu", self._wake)

    def _wake(self):
        self.wakes += 1

    def hand_over(self, serial, value=None):
        picture = ctypes.create_string_buffer(
            bytes([(serial if value is None else value) % 256]) * FRAME, FRAME
        )
        return self.ring.hand_over(serial, ctypes.addressof(picture), WIDTH * 4)

    def frame(self, slot):
        return ctypes.string_at(self.slots.frames[slot], FRAME)

    def write_alpha(self, slot, value):
        ctypes.memset(self.slots.alphas[slot], value, ALPHA)

    def read_alpha(self, alpha):
        return ctypes.string_at(alpha.address, ALPHA)


@pytest.fixture
def pair():
    made = Pair()
    yield made
    made.slots.close()


def test_a_frame_goes_over_and_its_alpha_comes_back(pair):
    assert pair.ring.alphas(0) == []
    assert pair.slots.take() is None
    assert pair.hand_over(7, 77)
    assert pair.wakes == 1
    slot, same = pair.slots.take()
    assert not same
    assert pair.frame(slot) == bytes([77]) * FRAME
    assert pair.ring.taken == 7
    pair.write_alpha(slot, 200)
    assert pair.ring.alphas(0) == []
    assert pair.slots.give(1234)
    (alpha,) = pair.ring.alphas(6)
    assert (alpha.serial, alpha.infer_ns) == (7, 1234)
    assert alpha.round_trip_ns > 0
    assert pair.read_alpha(alpha) == bytes([200]) * ALPHA
    assert pair.ring.alphas(7) == []
    assert pair.slots.take() is None


def test_rows_may_be_further_apart_than_they_are_long(pair):
    rows = [bytes([row]) * (WIDTH * 4) + b"\xee" * 24 for row in range(HEIGHT)]
    picture = ctypes.create_string_buffer(b"".join(rows))
    pair.ring.hand_over(1, ctypes.addressof(picture), WIDTH * 4 + 24)
    slot, _ = pair.slots.take()
    assert pair.frame(slot) == b"".join(row[: WIDTH * 4] for row in rows)


def test_rows_that_are_too_short_are_refused(pair):
    with pytest.raises(ValueError, match="too short for 10 pixels"):
        pair.ring.hand_over(1, 0, WIDTH * 4 - 1)
    assert pair.slots.take() is None


def test_the_newest_frame_wins(pair):
    for serial in (1, 2, 3):
        pair.hand_over(serial)
    slot, _ = pair.slots.take()
    assert pair.frame(slot)[0] == 3
    assert pair.slots.take() is None


def test_the_frame_in_work_and_the_newest_are_never_overwritten(pair):
    pair.hand_over(1)
    slot, _ = pair.slots.take()
    for serial in range(2, 30):
        pair.hand_over(serial)
        assert pair.frame(slot) == bytes([1]) * FRAME
    assert pair.slots.give(1)
    assert [alpha.serial for alpha in pair.ring.alphas(0)] == [1]
    slot, _ = pair.slots.take()
    assert pair.frame(slot) == bytes([29]) * FRAME


def test_alphas_come_oldest_first_and_only_new_ones(pair):
    for serial in (1, 2, 3):
        pair.hand_over(serial)
        pair.slots.take()
        pair.slots.give(serial)
    assert [alpha.serial for alpha in pair.ring.alphas(0)] == [1, 2, 3]
    assert [alpha.serial for alpha in pair.ring.alphas(2)] == [3]


def test_slots_are_used_again_without_end(pair):
    for serial in range(1, 500):
        pair.hand_over(serial)
        slot, _ = pair.slots.take()
        assert pair.frame(slot)[0] == serial % 256
        pair.write_alpha(slot, serial % 256)
        assert pair.slots.give(1)
        (alpha,) = pair.ring.alphas(serial - 1)
        assert pair.read_alpha(alpha)[0] == serial % 256


def test_a_torn_frame_gives_no_alpha(pair):
    pair.hand_over(1)
    pair.slots.take()
    # As if OBS had looked just before the worker wrote TAKEN.
    pair.slots.memory.words[layout.TAKEN] = 0
    for serial in range(2, 6):
        pair.hand_over(serial)
    assert not pair.slots.give(1)
    assert pair.ring.alphas(0) == []


def test_a_frame_that_is_being_overwritten_gives_no_alpha(pair):
    pair.hand_over(1)
    slot, _ = pair.slots.take()
    pair.slots.memory.words[pair.slots.layout.slot_words()[slot] + layout.FRAME_SERIAL] = 0
    assert not pair.slots.give(1)
    assert pair.ring.alphas(0) == []


def test_an_alpha_of_a_slot_with_another_frame_is_not_shown(pair):
    pair.hand_over(1)
    slot, _ = pair.slots.take()
    pair.slots.give(1)
    for serial in range(2, 6):
        pair.hand_over(serial)
        pair.slots.take()
    # The slot carries another frame, whose alpha is half written now.
    assert pair.frame(slot)[0] != 1
    assert pair.ring.alphas(0) == []


def test_the_same_picture_brings_its_alpha_along(pair):
    pair.hand_over(1, 50)
    slot, same = pair.slots.take()
    assert not same
    pair.write_alpha(slot, 123)
    pair.slots.give(1)
    pair.hand_over(2, 50)
    slot, same = pair.slots.take()
    assert same
    pair.slots.give(0)
    (alpha,) = pair.ring.alphas(1)
    assert pair.read_alpha(alpha) == bytes([123]) * ALPHA


def test_one_changed_byte_is_another_picture(pair):
    pair.hand_over(1, 50)
    pair.slots.take()
    pair.slots.give(1)
    picture = ctypes.create_string_buffer(bytes([50]) * (FRAME - 1) + b"\x33", FRAME)
    pair.ring.hand_over(2, ctypes.addressof(picture), WIDTH * 4)
    _slot, same = pair.slots.take()
    assert not same


def test_a_picture_whose_alpha_never_came_cannot_be_repeated(pair):
    pair.hand_over(1, 50)
    pair.slots.take()
    pair.hand_over(2, 50)
    _slot, same = pair.slots.take()
    assert not same


def test_the_box_comes_with_its_alpha(pair):
    for serial, box in ((1, Box(1, 2, 10, 6)), (2, None), (3, Box(0, 0, 1, 1))):
        pair.hand_over(serial)
        pair.slots.take()
        pair.slots.give(1, box)
    assert [alpha.box for alpha in pair.ring.alphas(0)] == [(1, 2, 10, 6), None, (0, 0, 1, 1)]


def test_the_largest_box_fits_into_a_word():
    assert Box.unpack(Box(0, 1, 16384, 16383).pack()) == (0, 1, 16384, 16383)


@pytest.mark.parametrize("box", [(0, 0, 11, 6), (0, 0, 10, 7), (5, 0, 5, 6), (6, 0, 5, 6), (0, 3, 5, 2)])
def test_a_box_that_is_no_part_of_the_alpha_is_none(pair, box):
    pair.hand_over(1)
    pair.slots.take()
    pair.slots.give(1, Box(*box))
    pair.slots.answer_overview(Box(*box))
    assert [alpha.box for alpha in pair.ring.alphas(0)] == [None]
    assert pair.ring.overview()[1] is None


MOST = 2**64 - 1


@pytest.mark.parametrize("value", [1, 2, 3, MOST])
def test_words_that_the_worker_must_not_write_move_no_frame(pair, value):
    """All slots look like the newest or the one in work: there would be no slot for the next frame."""
    words = pair.slots.memory.words
    for serial in (1, 2, 3, 4, 5, 6):
        for base in pair.slots.layout.slot_words():
            words[base + layout.FRAME_SERIAL] = words[base + layout.ALPHA_SERIAL] = value
        words[layout.TAKEN] = value
        assert pair.hand_over(serial)
        assert Overviews(pair)(7) in (True, False)
    header = words[:10].tolist()
    assert Layout.read(words) == pair.slots.layout and header[0] == layout.MAGIC
    assert sum(pair.frame(slot) == bytes([6]) * FRAME for slot in range(layout.SLOT_COUNT)) == 1


def test_what_part_a_frame_shows_goes_with_it(pair):
    picture = ctypes.create_string_buffer(FRAME)
    for serial, part in enumerate((layout.ALL, layout.Part(0.25, 0.0, 0.5, 1.0)), 1):
        pair.ring.hand_over(serial, ctypes.addressof(picture), WIDTH * 4, part.pack())
        pair.slots.take()
        assert pair.slots.part() == part
    # A word that is of no part.
    pair.ring.hand_over(3, ctypes.addressof(picture), WIDTH * 4, 7)
    pair.slots.take()
    assert pair.slots.part() == layout.ALL


def test_whether_only_the_person_in_front_is_wanted_goes_with_it_and_how_many_were_cleared_comes_back(pair):
    picture = ctypes.create_string_buffer(FRAME)
    for serial, front in ((1, False), (2, True)):
        pair.ring.hand_over(serial, ctypes.addressof(picture), WIDTH * 4, 0, front)
        pair.slots.take()
        assert pair.slots.front() == front
        pair.slots.give(1, None, 3 * front)
        (alpha,) = pair.ring.alphas(serial - 1)
        assert alpha.cleared == 3 * front


class Overviews:
    """Hands overviews of one value over."""

    def __init__(self, pair):
        self.pair = pair

    def __call__(self, value):
        picture = ctypes.create_string_buffer(bytes([value]) * FRAME, FRAME)
        return self.pair.ring.hand_over_overview(ctypes.addressof(picture), WIDTH * 4)


def test_an_overview_is_answered_beside_the_frames(pair):
    overview, before = Overviews(pair), pair.ring.overview()
    assert before == (0, None)
    assert not pair.slots.overview_waits()
    assert overview(5)
    assert pair.slots.overview_waits()
    assert pair.frame(layout.OVERVIEW) == bytes([5]) * FRAME
    # It is the worker's until that has answered, and no frame is written there.
    assert not overview(6)
    for serial in range(1, 10):
        pair.hand_over(serial)
        pair.slots.take()
    assert pair.frame(layout.OVERVIEW) == bytes([5]) * FRAME
    assert pair.ring.overview() == before
    pair.slots.answer_overview(Box(1, 2, 3, 4))
    assert pair.ring.overview() == (1, (1, 2, 3, 4))
    assert overview(6) and pair.slots.overview_waits()
    pair.slots.answer_overview(None)
    assert pair.ring.overview() == (2, None)


def test_an_overview_that_is_the_one_before_is_known(pair):
    overview, same = Overviews(pair), []
    for value in (0, 5, 5, 6, 5):
        overview(value)
        same.append(pair.slots.same_overview())
        pair.slots.answer_overview(None)
    assert same == [False, False, True, False, False]


def test_a_retired_ring_takes_nothing(pair):
    pair.ring.retire()
    assert pair.ring.dead
    assert not pair.hand_over(1) and not Overviews(pair)(1)
    assert pair.wakes == 0
    assert pair.slots.take() is None


def test_the_ring_outlives_the_worker_side():
    pair = Pair()
    pair.slots.close()
    del pair.slots
    for serial in range(1, 10):
        assert pair.hand_over(serial)
    assert pair.ring.alphas(0) == []


@pytest.mark.parametrize("word", range(10))
def test_a_header_that_differs_anywhere_is_refused(pair, word):
    pair.slots.memory.words[word] += 1
    with pytest.raises(LayoutError) as refusal:
        Layout.read(pair.slots.memory.words)
    assert str(refusal.value).endswith(".")


def test_another_version_is_named(pair):
    pair.slots.memory.words[1] = 99
    with pytest.raises(LayoutError, match="version 99 of the frame protocol, this filter version 3"):
        Ring(pair.slots.memory, "model", "cpu", pair._wake)


@pytest.mark.parametrize("size", [0, 64, 192, Layout(HEIGHT, WIDTH).size - 8])
def test_memory_that_is_cut_short_is_refused(pair, size):
    whole = pair.slots.memory.words
    with pytest.raises(LayoutError, match=r"cut short|too small"):
        Layout.read(memoryview(bytes(whole.cast("B")[:size])).cast("Q"))


@pytest.mark.parametrize("side", [1, 23, 144, 720, 1281])
def test_nothing_overlaps_and_all_is_aligned(side):
    made = Layout(side, side + 3)
    assert made.frame_offset >= (layout.WRITTEN_NS + 1) * 8
    assert made.alpha_offset >= made.frame_offset + made.height * made.width * 4
    assert made.slot_size >= made.alpha_offset + made.height * made.width
    offsets = made.slot_offsets()
    assert offsets[0] >= (layout.TAKEN + 1) * 8
    for offset in (*offsets, made.frame_offset, made.alpha_offset):
        assert offset % layout.ALIGNMENT == 0
    assert offsets[-1] + made.slot_size == made.size


needs_files = pytest.mark.skipif(sys.platform == "win32", reason="Windows' shared memory is not a file")


@needs_files
def test_a_file_disappears_when_it_is_opened(monkeypatch, tmp_path):
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr(memory, "_folders", lambda: [str(tmp_path)])
    made = memory.create(4096)
    (file,) = tmp_path.iterdir()
    assert str(file) == made.place.path
    opened = memory.open_place(made.place)
    assert list(tmp_path.iterdir()) == []
    made.words[5] = 42
    assert opened.words[5] == 42


@needs_files
def test_files_of_a_dead_worker_are_removed(monkeypatch, tmp_path):
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr(memory, "_folders", lambda: [str(tmp_path)])
    memory.create(4096)
    memory.remove_leftovers(os.getpid() + 1)
    assert len(list(tmp_path.iterdir())) == 1
    memory.remove_leftovers(os.getpid())
    assert list(tmp_path.iterdir()) == []


@needs_files
def test_a_full_file_system_is_a_sentence_and_leaves_nothing(monkeypatch, tmp_path):
    def full(fd, size):
        os.write(fd, b"some of it")
        raise OSError(28, "No space left on device")

    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr(memory, "_folders", lambda: [str(tmp_path)])
    monkeypatch.setattr(memory, "_fill", full)
    with pytest.raises(memory.MemoryProblem, match="No space left on device"):
        memory.create(4096)
    assert list(tmp_path.iterdir()) == []


@needs_files
def test_without_a_system_call_for_it_a_file_is_filled_by_writing(monkeypatch, tmp_path):
    real = os.write
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.delattr(os, "posix_fallocate", raising=False)
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:1000]))
    monkeypatch.setattr(memory, "_folders", lambda: [str(tmp_path)])
    made = memory.create(4096)
    (file,) = tmp_path.iterdir()
    assert file.read_bytes() == bytes(4096)
    assert len(made.words) == 512


@needs_files
def test_memory_that_is_gone_is_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_folders", lambda: [str(tmp_path)])
    with pytest.raises(memory.MemoryProblem, match=r"cannot be used.*restart OBS"):
        memory.open_place(Place(4096, str(tmp_path / "obs_bgremove-gone"), remove=True))


@needs_files
def test_memory_that_is_too_small_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_folders", lambda: [str(tmp_path)])
    path = tmp_path / "obs_bgremove-small"
    path.write_bytes(bytes(100))
    with pytest.raises(memory.MemoryProblem, match="smaller than announced"):
        memory.open_place(Place(4096, str(path), remove=True))


@needs_files
@pytest.mark.parametrize("size", [0, -8, 4097, 1 << 40, 1 << 70])
def test_a_size_that_no_ring_has_is_refused(pair, size):
    with pytest.raises(memory.MemoryProblem, match="it would have"):
        memory.open_place(dataclasses.replace(pair.slots.memory.place, size=size))


@needs_files
def test_what_is_not_the_workers_is_neither_written_nor_removed(tmp_path):
    diary = tmp_path / "diary"
    diary.write_bytes(b"mine" * 1024)
    with pytest.raises(memory.MemoryProblem, match="lies at another place"):
        memory.open_place(Place(4096, str(diary), remove=True))
    assert diary.read_bytes() == b"mine" * 1024
    with diary.open("r+b") as file, pytest.raises(memory.MemoryProblem, match="may become smaller"):
        memory.open_place(Place(4096, f"/proc/{os.getpid()}/fd/{file.fileno()}"))
    with open("/dev/zero", "r+b") as file, pytest.raises(memory.MemoryProblem, match="is no memory"):
        memory.open_place(Place(4096, f"/proc/{os.getpid()}/fd/{file.fileno()}"))


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="there are no memory files")
def test_memory_never_becomes_smaller(pair):
    """Whoever reads beyond the end of a file that was cut is ended by the system."""
    descriptor = int(pair.slots.memory.place.path.rpartition("/")[2])
    with pytest.raises(OSError, match="not permitted"):
        os.ftruncate(descriptor, 0)
