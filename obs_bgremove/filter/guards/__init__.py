# SPDX-License-Identifier: GPL-2.0-or-later
"""The room guards: filters of OBS' own that hide a source where ours does not run."""
