# SPDX-License-Identifier: GPL-2.0-or-later
"""What features that take time do in a real OBS, recorded: strips of pictures, from second to second."""
