# SPDX-License-Identifier: GPL-2.0-or-later
"""Obtains third-party networks, converts them and compares them with their own runtime."""
