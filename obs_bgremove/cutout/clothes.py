# SPDX-License-Identifier: GPL-2.0-or-later
"""``--background auto``: the background that suits the clothes of a picture, or of a clip's first seconds."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from ..filter.options.settings import OUTFITS
from ..filter.wardrobe import CLOTHES
from ..translate import tr
from ..worker.outfits.outfit_card import OutfitProblem, find
from ..worker.outfits.outfit_network import OutfitNetwork
from ..worker.outfits.votes import OTHER, decide
from . import picture_files, videos
from .problem import CutoutProblem
from .wanted import background_for, suited_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from ..filter.options.settings import Settings
    from .cutter import Cutter
    from .files_to_do import Job
    from .software_gpu import SoftwareGpu

#: Looks at a clip, one a second from its beginning.
_LOOKS = 5


class Clothes:
    """The network that tells clothes apart, and what it decides for a file."""

    def __init__(self, settings: Settings, gpu: SoftwareGpu) -> None:
        """Load the network; raise CutoutProblem."""
        self._settings = settings
        self._gpu = gpu
        try:
            self._network = OutfitNetwork(find())
        except OutfitProblem as problem:
            raise CutoutProblem(str(problem)) from None

    def dress(self, cutter: Cutter, job: Job) -> str:
        """Have ``cutter`` show what suits the person of a file; return what was seen, a sentence.

        What the looks are in the mean decides. Nobody, and clothes that belong to no class, get the preset.
        Raises CutoutProblem.
        """
        looks = [self._network.look(*cutter.seen(frame)) for frame in _frames(job)]
        shares = [look for look in looks if look is not None]
        card, worn = self._network.card, OTHER
        if shares:
            mean = {name: sum(look[name] for look in shares) / len(shares) for name in card.classes}
            worn = decide(mean, card.least)
        settings = replace(self._settings, outfit_shown=worn if worn in OUTFITS else "")
        cutter.background = background_for(settings, self._gpu)
        background = suited_by(settings)
        if not shares:
            return tr(
                "{path}: nobody is seen; {background} is shown.", path=job.source, background=background
            )
        clothes = tr(CLOTHES[worn]) if worn in CLOTHES else tr("something else")
        return tr(
            "{path}: {clothes}; {background} is shown.",
            path=job.source,
            clothes=clothes,
            background=background,
        )


def _frames(job: Job) -> Iterator[NDArray[np.uint8]]:
    """Yield the pictures to look at, uint8 [H, W, 4] BGRA; raise CutoutProblem."""
    if not job.is_video:
        yield picture_files.read(job.source)
        return
    rate, frames = videos.read(job.source)
    with contextlib.closing(frames):
        yield from itertools.islice(frames, 0, round(_LOOKS * rate), max(1, round(rate)))
