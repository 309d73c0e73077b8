# SPDX-License-Identifier: GPL-2.0-or-later
"""What Windows' Python runs in the lab."""
