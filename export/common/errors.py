# SPDX-License-Identifier: GPL-2.0-or-later
"""The error that commands report to a person, and how they report it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .progress import say

if TYPE_CHECKING:
    from collections.abc import Callable


class ExportError(Exception):
    """A sentence or two: what is wrong, and what to do about it."""


def exit_code(command: Callable[[], None]) -> int:
    """Run a command; return 0, or 1 after a sentence about what is wrong."""
    try:
        command()
    except ExportError as error:
        say(f"Error: {error}")
    except OSError as error:
        where = error.filename or "A file"
        say(f"Error: {where} cannot be read or written ({error.strerror or error}); choose another place.")
    except ModuleNotFoundError as error:
        say(
            f"Error: The package {error.name!r} is missing; install the groups 'export' and 'worker-cpu' "
            "(for reports also 'evaluate', for training 'train', for TensorFlow Lite 'tflite')."
        )
    except KeyboardInterrupt:
        say("Stopped.")
    else:
        return 0
    return 1
