# SPDX-License-Identifier: GPL-2.0-or-later
"""A real OBS with a configuration of its own, opened and driven by a program: for the demo and the tests."""
