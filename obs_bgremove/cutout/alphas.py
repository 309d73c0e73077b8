# SPDX-License-Identifier: GPL-2.0-or-later
"""The network's alphas of pictures and clips, with the same look closer at people as in OBS."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..filter.frames.framing import Framing
from ..filter.passes.geometry import WHOLE
from ..translate import tr
from ..worker import processors
from ..worker.choice import catalogue
from ..worker.choice.catalogue import Model, ModelProblem
from ..worker.choice.measured import Setting
from ..worker.inference import providers
from ..worker.inference.box import bounding_box
from ..worker.inference.doubt import Doubt, Nonsense
from ..worker.inference.engine import Engine
from ..worker.inference.providers import DeviceProblem
from ..worker.measure.bare import Bare
from .problem import CutoutProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ..filter.options.settings import Settings
    from ..filter.passes.geometry import Region
    from ..link.layout import Box

    Bytes = NDArray[np.uint8]
    #: Gives a part of the picture at the network's size, uint8 [H, W, 4] BGRA.
    Look = Callable[[Region], Bytes]

#: Pictures after which OBS has chosen its part of a picture that stands still, and those in which it must not
#: have changed any more.
_SETTLING, _SETTLED = 600, 90


class Seen(NamedTuple):
    """An alpha, uint8 [H, W], and the part of the picture that it covers."""

    alpha: Bytes
    region: Region


def choose_model(name: str) -> Model:
    """Return the model of a name; "auto": the one with the smallest error, for files have time.

    Raises CutoutProblem.
    """
    models = catalogue.read()
    usable = [one for one in models.values() if one.installed and not one.problem and not one.subject]
    measured = [one for one in usable if one.error is not None]
    try:
        if name == "auto" and measured:
            return min(measured, key=lambda one: one.error or 0.0)
        return catalogue.choose(models, "" if name == "auto" else name)
    except ModelProblem as problem:
        raise CutoutProblem(str(problem)) from None


def load(model: Model, device: str) -> Engine:
    """Return a model on a device ("auto": the first one that it runs on); raise CutoutProblem."""
    providers.prepare()
    devices, reasons = providers.order(device)
    for one in devices:
        try:
            # OBS needs the processors for other things; here there is nothing else to do.
            return Engine(model, one, setting=Setting(threads=processors.count()), plain=True)
        except DeviceProblem as problem:
            reasons.append(f"{one.title} failed: {problem}")
        except ModelProblem as problem:
            raise CutoutProblem(str(problem)) from None
    raise CutoutProblem(
        tr("The model {model} runs on no device ({reasons}).", model=model.name, reasons="; ".join(reasons))
    )


class Alphas:
    """The alphas of one picture or clip. A new one begins without memory of others."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        """``settings``: whether the network sees only the part with people in it. Raises CutoutProblem."""
        self._engine = engine
        # What the network has not seen is hidden. Where the room is shown, that must be nothing.
        self._look_closer = settings.crop_to_people and not settings.invert
        self._framing = Framing()
        self._framing.area = settings.area
        self._network = Bare(engine)
        self._part = self._framing.part
        try:
            self._doubt = Doubt(engine, [])
        except Nonsense as nonsense:
            raise self._not_on_this_device(nonsense) from None

    def of_picture(self, look: Look) -> Seen:
        """Return the alpha of a picture that stands still, as OBS shows it once it has settled."""
        boxes: dict[Region, Box | None] = {}
        found: dict[Region, Bytes] = {}
        unchanged = 0
        for _ in range(_SETTLING if self._look_closer else 1):
            region = self._framing.region
            if region not in found:
                self._network = Bare(self._engine)
                picture = look(region)
                for _ in range(1 + (self._engine.model.settle_frames if self._engine.states else 0)):
                    alpha = self._infer(picture)
                found[region], boxes[region] = alpha, bounding_box(alpha)
            if self._framing.overview_due():
                self._overview(boxes[WHOLE])
            self._found(boxes[region], region)
            unchanged = unchanged + 1 if self._framing.region == region else 0
            if unchanged == _SETTLED:
                break
        return Seen(found[region], region)

    def of_frame(self, look: Look) -> Seen:
        """Return the alpha of the next frame of a clip."""
        if self._framing.part != self._part:
            self._part, self._network = self._framing.part, Bare(self._engine)
        region = self._framing.region
        if self._framing.overview_due():
            # As in the worker: an overview is seen without memory of others.
            overview = Bare(self._engine)
            overview.run(look(WHOLE))
            self._overview(bounding_box(overview.alpha))
        alpha = self._infer(look(region))
        if self._look_closer:
            self._found(bounding_box(alpha), region)
        return Seen(alpha, region)

    def _overview(self, box: Box | None) -> None:
        self._framing.overview(box, self._engine.width, self._engine.height)

    def _found(self, box: Box | None, region: Region) -> None:
        self._framing.found(box, region, self._engine.width, self._engine.height)

    def _infer(self, picture: Bytes) -> Bytes:
        self._network.run(picture)
        alpha = self._network.alpha
        try:
            self._doubt.look(alpha, bounding_box(alpha))
        except Nonsense as nonsense:
            raise self._not_on_this_device(nonsense) from None
        return alpha

    def _not_on_this_device(self, why: Nonsense) -> CutoutProblem:
        model, device = self._engine.model.name, self._engine.device
        return CutoutProblem(
            tr(
                "The model {model} cannot be used on {device} ({reason}). Add --device cpu.",
                model=model,
                device=device.title,
                reason=why,
            )
        )
