# SPDX-License-Identifier: GPL-2.0-or-later
"""Benchmarks in a real OBS: each prints its figures; nothing here can fail a test."""
