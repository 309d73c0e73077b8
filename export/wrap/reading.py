# SPDX-License-Identifier: GPL-2.0-or-later
"""How a user's network takes pictures, and where in its output the person is."""

from __future__ import annotations

from dataclasses import dataclass

#: Mean and standard deviation of ImageNet's pictures, RGB in 0..1: what most backbones expect.
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Reading:
    """How a network is read: what it expects of pixels, and where in its answer the person is.

    Pixels become (``scale`` * byte - ``mean``) / ``std``, planes in the ``order`` "rgb" or "bgr" (in which
    ``mean`` and ``std`` are too). ``logits``: the answer still needs a sigmoid (one channel) or a softmax.
    ``channels``: those of what is kept, of several (None: the last); their shares are added. ``output``: the
    mask's name, if there are several.
    """

    scale: float = 1 / 255
    mean: tuple[float, ...] = (0, 0, 0)
    std: tuple[float, ...] = (1, 1, 1)
    order: str = "rgb"
    logits: bool = False
    channels: tuple[int, ...] | None = None
    output: str | None = None
