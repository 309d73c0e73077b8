# SPDX-License-Identifier: GPL-2.0-or-later
"""What is kept, by what the installed models can keep: a list that stands for the setting of the model.

Nothing but the model is kept. Which subject is shown follows from it, so it is always true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...obs import data
from ...translate import tr
from .settings import AUTO

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from ...link.messages import ModelInfo

#: The key of the list on the page; OBS keeps there what the list shows: a model's name, or "" for people.
KEY = "subject"


def offered(models: Sequence[ModelInfo]) -> list[tuple[str, str]]:
    """Return (value, label) of the list; empty if the installed models keep nothing but people."""
    others = [model for model in models if model.installed and model.subject]
    if not others:
        return []
    known = [model.subject for model in others]
    labels = [
        model.subject if known.count(model.subject) == 1 else f"{model.subject} ({model.title})"
        for model in others
    ]
    return [("", tr("People")), *zip((model.name for model in others), labels)]


def show(settings: int, names: Container[str]) -> bool:
    """Have the list show what is true of an OBS settings object; return whether it showed something else.

    ``names`` are the values of the list.
    """
    model = str(data.read(settings, "model", AUTO))
    return data.change_text(settings, KEY, model if model in names else "")


def choose(settings: int, names: Container[str]) -> bool:
    """Set the model by what the list was set to; return whether it is another one now."""
    chosen, model = str(data.read(settings, KEY, "")), str(data.read(settings, "model", AUTO))
    if chosen == model or chosen not in names or (not chosen and model not in names):
        return False
    data.write(settings, {"model": chosen or AUTO})
    return True
