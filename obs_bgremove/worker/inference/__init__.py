# SPDX-License-Identifier: GPL-2.0-or-later
"""One model on one device, and one filter's frames on it."""
