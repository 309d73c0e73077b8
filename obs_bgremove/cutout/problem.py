# SPDX-License-Identifier: GPL-2.0-or-later
"""What goes wrong with a user's file or wish."""


class CutoutProblem(Exception):
    """Something cannot be cut out; the message is a sentence for the user that says what to do."""
