# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo, and the private OBS that it and the tests run: no screen, no user, no setting of theirs."""
