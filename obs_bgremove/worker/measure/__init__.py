# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast the models are on this machine: what install.py records, and a table for people."""
