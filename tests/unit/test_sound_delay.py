# SPDX-License-Identifier: GPL-2.0-or-later
"""The delay of a microphone in a scene collection's file."""

from __future__ import annotations

import pytest

from obs_bgremove import scene_files, sound_delay

DELAYED = {"name": "Voice", "sync": 86_000_000, "private_settings": {"x": 1, sound_delay.NOTE: 66_000_000}}
GIVEN_BACK = {"name": "Voice", "sync": 20_000_000, "private_settings": {"x": 1}}


def test_it_goes_with_the_filters():
    """A global sound device of OBS is no list: it has a key of its own."""
    collection = {"name": "C", "sources": [DELAYED, {"name": "Other"}], "AuxAudioDevice1": DELAYED}
    wanted = {"name": "C", "sources": [GIVEN_BACK, {"name": "Other"}], "AuxAudioDevice1": GIVEN_BACK}
    assert scene_files.without_filters(collection) == wanted
    assert scene_files.without_filters(wanted) == wanted


@pytest.mark.parametrize(
    "entry",
    [None, 3, {}, {"private_settings": []}, {"private_settings": {sound_delay.NOTE: "much"}}],
    ids=str,
)
def test_what_has_no_note_is_left_alone(entry):
    assert not sound_delay.is_delayed(entry)


@pytest.mark.parametrize("sync", [None, "x"])
def test_a_source_without_a_sync_offset_had_none(sync):
    given_back = sound_delay.given_back({**DELAYED, "sync": sync})
    assert given_back["sync"] == -66_000_000
