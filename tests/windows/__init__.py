# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests under Windows' Python and in Windows' libobs, on Linux: ``python3 -m tests --windows``.

``test_under_wine.py`` builds the lab (``lab.py``, on what ``tests/labs`` has for all labs)
and runs in it the unit tests of what runs on users' machines and the tests in ``inside``. It needs root,
debootstrap, npm, the network and 4 GB. Where the lab cannot be built, the tests are skipped with the reason.
"""
