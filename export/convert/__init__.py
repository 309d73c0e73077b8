# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes third-party networks into models that keep the graph contract."""
