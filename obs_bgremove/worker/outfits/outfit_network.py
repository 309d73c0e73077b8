# SPDX-License-Identifier: GPL-2.0-or-later
"""The network that tells clothes apart, under a contract of its own: a portrait in, class shares out.

frame    input    uint8 [H, W, 4]: B, G, R and the alpha of the person
shares   output   float32 [N], one for each class of the card, together 1
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from ...translate import tr
from ..choice import model_file
from ..reason import reason
from .outfit_card import OutfitProblem, read_card
from .portrait import portrait

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_LARGEST_SIDE = 1024


def _unusable(file: Path, why: str) -> str:
    return tr(
        "The network that looks at clothes, {file}, cannot be used ({reason}); put it there again.",
        file=file,
        reason=why,
    )


class OutfitNetwork:
    """The loaded network, on one thread of the processor. ``height``, ``width``: of its portraits."""

    def __init__(self, folder: Path) -> None:
        """Load it; raise OutfitProblem."""
        self.card = read_card(folder)
        file = folder / "model.onnx"
        fault = model_file.fault(file)
        if fault:
            raise OutfitProblem(_unusable(file, fault))
        try:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            self._session = onnxruntime.InferenceSession(
                str(file), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise OutfitProblem(_unusable(file, reason(error))) from error
        self.height, self.width = self._face(file)

    def _face(self, file: Path) -> tuple[int, int]:
        """Return height and width of the portraits; raise OutfitProblem if the contract is broken."""
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        found = [(one.name, one.type, one.shape) for one in (*inputs, *outputs)]
        shape = inputs[0].shape if len(inputs) == 1 else []
        right = (
            len(shape) == 3
            and all(isinstance(side, int) and 0 < side <= _LARGEST_SIDE for side in shape)
            and found
            == [
                ("frame", "tensor(uint8)", [*shape[:2], 4]),
                ("shares", "tensor(float)", [len(self.card.classes)]),
            ]
        )
        if not right:
            raise OutfitProblem(
                _unusable(
                    file,
                    f"it has {found}; it must have 'frame', uint8 [H, W, 4], and 'shares', float "
                    f"[{len(self.card.classes)}]",
                )
            )
        return shape[0], shape[1]

    def shares(self, made: NDArray[np.uint8]) -> dict[str, float]:
        """Return class -> share of a portrait, uint8 [height, width, 4]."""
        (found,) = self._session.run(["shares"], {"frame": made})
        return dict(zip(self.card.classes, map(float, np.nan_to_num(found))))

    def look(self, frame: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> dict[str, float] | None:
        """Return class -> share of the person in a frame (see ``portrait``); None if there is no portrait."""
        made = portrait(frame, alpha, self.height, self.width)
        return None if made is None else self.shares(made)
