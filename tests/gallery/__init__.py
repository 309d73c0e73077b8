# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of a real OBS with the filter, for the documents and for looking at."""
