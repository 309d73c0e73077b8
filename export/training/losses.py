# SPDX-License-Identifier: GPL-2.0-or-later
"""The loss that training minimises, after Robust Video Matting (Lin et al., WACV 2022).

All tensors are float [B, T, 1, H, W].
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

#: Pixels that the contour of a label counts for on either side.
REACH = 5


def losses(
    logits: Tensor, alpha: Tensor, weight: Tensor, entropy: float = 0.3, edge: float = 0.0
) -> dict[str, Tensor]:
    """Return the parts of the loss; their sum is minimised. Where ``weight`` is 0 nothing is learned.

    ``entropy``: weight of the cross entropy. A network learns from it while it is far off; later it keeps
    undecided edges wide, which the absolute difference makes narrow. ``edge``: how much more what is near a
    contour counts than the rest: most of what a viewer sees wrong lies there, but few of the pixels.
    """
    # Not in half precision: small differences between frames would round to nothing.
    logits, alpha, weight = logits.float(), alpha.float(), weight.float()
    guess = torch.sigmoid(logits)
    counts = weight * (1 + edge * _near_contour(alpha)) if edge else weight
    parts = {
        "l1": _mean((guess - alpha).abs(), counts),
        # Keeps gradients alive where the sigmoid is flat, which an absolute difference does not.
        "entropy": entropy * _mean(
            functional.binary_cross_entropy_with_logits(logits, alpha, reduction="none"), counts
        ),
        "laplacian": _laplacian(
            guess.flatten(0, 1) * weight.flatten(0, 1), alpha.flatten(0, 1) * weight.flatten(0, 1)
        ),
    }  # fmt: skip
    if logits.shape[1] > 1:
        change = (guess[:, 1:] - guess[:, :-1]) - (alpha[:, 1:] - alpha[:, :-1])
        # In absolute terms as well: squares hardly see the small changes that flicker is made of.
        sure = torch.minimum(counts[:, 1:], counts[:, :-1])
        parts["time"] = _mean(5 * change.square() + 0.5 * change.abs(), sure)
    return parts


def _near_contour(alpha: Tensor) -> Tensor:
    """Return how much the alpha changes within REACH pixels of each, 0..1."""
    low, high = -alpha.flatten(0, 1), alpha.flatten(0, 1)
    for size in ((2 * REACH + 1, 1), (1, 2 * REACH + 1)):
        around = (size[0] // 2, size[1] // 2)
        low, high = (functional.max_pool2d(values, size, 1, around) for values in (low, high))
    return (high + low).unflatten(0, alpha.shape[:2])


def _mean(values: Tensor, weight: Tensor) -> Tensor:
    return (values * weight).sum() / weight.sum().clamp(min=1)


def _laplacian(guess: Tensor, alpha: Tensor, levels: int = 4) -> Tensor:
    """Return the mean absolute difference of Laplacian pyramids: edges count at every size."""
    total = guess.new_zeros(())
    difference = guess - alpha  # the pyramid is linear
    for level in range(levels):
        smaller = functional.avg_pool2d(difference, 2)
        larger = functional.interpolate(
            smaller, size=difference.shape[2:], mode="bilinear", align_corners=False
        )
        total = total + 2**level * (difference - larger).abs().mean() / levels
        difference = smaller
        if min(difference.shape[2:]) < 4:
            break
    return total
