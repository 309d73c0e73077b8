# SPDX-License-Identifier: GPL-2.0-or-later
"""The sound in step with the picture: a microphone is delayed by as much as the filter delays the picture."""
