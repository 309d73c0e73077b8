# SPDX-License-Identifier: GPL-2.0-or-later
"""The workshop: everything that makes a folder in models/. A streamer needs only ``fetch`` of it."""
