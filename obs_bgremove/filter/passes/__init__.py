# SPDX-License-Identifier: GPL-2.0-or-later
"""The drawing passes, all on OBS' GPU context.

Every pass owns its render targets and uses them again in each frame; nothing is allocated
per frame unless a size changes.
"""
