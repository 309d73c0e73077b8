# SPDX-License-Identifier: GPL-2.0-or-later
"""Plugin of pytest: unit tests that fail on Windows for a known reason are expected to fail.

One that passes counts as a failure, so that it leaves this list.
"""

import pytest

_POKED = "closes what only the inlet of systems with poll has"
#: The end of a test's file and name, without parameters, and the reason.
REASONS = {
    "test_install.py::test_a_gpu_flavour_that_fails_becomes_cpu_and_is_not_tried_again": (
        "expects the CPU, but Windows falls back to DirectML first"
    ),
    "test_install.py::test_a_gpu_flavour_that_cannot_be_imported_becomes_cpu": (
        "expects the CPU, but Windows falls back to DirectML first"
    ),
    "test_install.py::test_check_of_an_empty_directory_says_how_to_begin": (
        "quotes python3, but Windows' command is py"
    ),
    "test_runtime_choice.py::test_the_python_of_the_microsoft_store_gets_a_sentence": (
        "takes the system it runs on for another one than Windows"
    ),
    "test_pipes.py::test_what_a_full_pipe_does_not_take_is_sent_later": (
        "os.set_blocking is not on Windows before Python 3.12"
    ),
    "test_scene_collections.py::test_the_mode_of_the_file_is_kept": "Windows' files have no such modes",
}
#: Those that would never end, or fail while they tidy up.
SKIPPED = {
    "test_better_device.py::test_the_worker_replaces_the_stream": _POKED,
    "test_better_device.py::test_the_worker_drops_a_stream_whose_filter_has_gone_meanwhile": _POKED,
    "test_scene_collections.py::test_a_backup_that_fails_comes_before_any_change": (
        "a file in place of the data directory makes _backup look for a free name for ever"
    ),
}


def pytest_collection_modifyitems(items):
    """Mark the tests."""
    for item in items:
        name = f"{item.path.name}::{item.originalname}"
        if name in REASONS:
            item.add_marker(pytest.mark.xfail(reason=REASONS[name], strict=True))
        elif name in SKIPPED:
            item.add_marker(pytest.mark.skip(reason=SKIPPED[name]))
