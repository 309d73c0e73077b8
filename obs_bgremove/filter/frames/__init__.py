# SPDX-License-Identifier: GPL-2.0-or-later
"""The way of a frame: captured, handed to the worker, and paired with its alpha."""
