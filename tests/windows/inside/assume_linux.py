# SPDX-License-Identifier: GPL-2.0-or-later
"""Plugin of pytest: skips unit tests that would hang on Windows and end the whole run."""

import pytest

#: A test's file and name, without parameters, and the reason.
SKIPPED = {
    "test_pipes.py::test_a_line_that_is_no_message_costs_nothing_but_itself": (
        "writes more than a pipe of Windows holds before anybody reads"
    ),
}


def pytest_collection_modifyitems(items):
    """Mark the tests."""
    for item in items:
        reason = SKIPPED.get(f"{item.path.name}::{getattr(item, 'originalname', item.name)}")
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))
