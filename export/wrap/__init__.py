# SPDX-License-Identifier: GPL-2.0-or-later
"""Bring your own: a user's segmentation network becomes a model on the shelf."""
