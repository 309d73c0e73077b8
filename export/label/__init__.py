# SPDX-License-Identifier: GPL-2.0-or-later
"""Teachers label photographs for the training."""
