# SPDX-License-Identifier: GPL-2.0-or-later
"""The error that commands report to a person, and how they report it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from obs_bgremove.translate import tr

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
        _complain(error)
    except OSError as error:
        _complain(
            tr(
                "{path} cannot be read or written ({reason}); choose another place.",
                path=error.filename or "?",
                reason=error.strerror or error,
            )
        )
    except ModuleNotFoundError as error:
        _complain(
            f"The package {error.name!r} is missing; install the groups 'export' and 'worker-cpu' (for "
            "reports also 'evaluate', for training 'train', for TensorFlow Lite 'tflite')."
        )
    except KeyboardInterrupt:
        say(tr("Stopped."))
    else:
        return 0
    return 1


def _complain(sentence: object) -> None:
    say(tr("Error: {sentence}", sentence=sentence))
