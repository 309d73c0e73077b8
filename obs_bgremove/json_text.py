# SPDX-License-Identifier: GPL-2.0-or-later
"""JSON as the standard has it, also where another script of the same OBS has replaced ``json.loads`` (to read
numbers as decimals, say): all scripts share one interpreter.

Standard library only.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def read_text(text: str, object_hook: Callable[[dict[str, Any]], Any] | None = None) -> Any:  # noqa: ANN401
    """Return what a text says; ``object_hook`` as of ``json.loads``. ValueError; RecursionError if deep."""
    return json.JSONDecoder(object_hook=object_hook).decode(text)


def write_text(value: object, **options: Any) -> str:  # noqa: ANN401 (those of json.JSONEncoder)
    """Return a value as text; raises as ``json.dumps`` does."""
    return json.JSONEncoder(**options).encode(value)
