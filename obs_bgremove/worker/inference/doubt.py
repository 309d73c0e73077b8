# SPDX-License-Identifier: GPL-2.0-or-later
"""Alphas that are nonsense: a device that computes wrongly, and a memory of the network that is no number.

A provider may run without an error and be wrong: from the start (a driver's fault), or from one moment on.
An alpha that says "person" everywhere would show the room. So another device than the CPU is compared with it
on a drawn person: when a filter is to be served, and again when there is a person everywhere or nowhere.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from ...translate import tr
from .. import journal
from ..reason import reason
from .drawn_person import pictures
from .engine import session_options, zeros
from .graph import bind
from .providers import CPU

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...link.layout import Box
    from ..choice.catalogue import Model
    from ..choice.measured import Setting
    from .contract import State
    from .engine import Engine, States
    from .graph import Bound

#: How far alphas of a device may be from those of the CPU, of 255 in the mean. Half precision changes them by
#: less than a tenth; what is wrong is off by tens.
_OFF = 12.0
#: Seconds without a person before that is doubted, and between two comparisons.
_NOBODY, _PAUSE = 3.0, 5.0
#: An alpha of at least this everywhere says that there is no room at all.
_HALF = 128


class Nonsense(Exception):
    """What a device gives is no alpha. A reason, without a full stop."""


class Doubt:
    """Looks at the alphas of one filter. Made on one thread, used on another."""

    def __init__(self, engine: Engine, states: list[States]) -> None:
        """``states``: those of the filter. Compares the device with the CPU; raises Nonsense."""
        self._states = states
        self._probe = None if engine.device is CPU else _Probe.of(engine)
        #: When there was a person last, and when the next doubt may be (time.monotonic).
        self._person_at = self._again_at = time.monotonic()
        #: Whether the alpha before said that there is no room at all.
        self._everywhere = False
        if self._probe:
            self._probe.compare()

    def look(self, alpha: NDArray[np.uint8], box: Box | None) -> bool:
        """Look at an alpha (uint8 [H, W]) with its box, before anybody gets it; raise Nonsense.

        Returns False if the memory of the network is no number any more: it has to begin again.
        """
        now = time.monotonic()
        if not self._is_doubtful(alpha, box, now):
            return True
        self._again_at = now + _PAUSE
        if not all(np.isfinite(value.numpy()).all() for states in self._states for value in states.values()):
            journal.note("the memory of the network is no number any more; it begins again")
            self._again_at = now
            return False
        if self._probe:
            self._probe.compare()
        return True

    def _is_doubtful(self, alpha: NDArray[np.uint8], box: Box | None, now: float) -> bool:
        before = self._everywhere
        height, width = alpha.shape
        self._everywhere = box == (0, 0, width, height) and int(np.min(alpha)) >= _HALF
        if box is not None:
            self._person_at = now
        if self._everywhere and not before:
            # The first one is never shown before it was doubted.
            return True
        nobody = box is None and now - self._person_at > _NOBODY
        return (nobody or self._everywhere) and now >= self._again_at


class _Probe:
    """A picture, the CPU's alpha of it, and the means to get the device's."""

    def __init__(self, engine: Engine, picture: NDArray[np.uint8], right: NDArray[np.uint8]) -> None:
        self._engine = engine
        self._right = right
        # They are read and written where they lie.
        self._frame, self._alpha = np.ascontiguousarray(picture), np.zeros_like(right)
        self._binding: Bound | None = None

    @classmethod
    def of(cls, engine: Engine) -> _Probe | None:
        """Return the probe of an engine; None if the CPU cannot run the model."""
        try:
            picture = next(pictures(engine.height, engine.width))
            return cls(engine, picture, _on_processor(engine.model, engine.setting, picture, engine.states))
        except Exception as error:  # noqa: BLE001 (whatever onnxruntime raises: there is nothing to compare with)
            journal.note(f"{engine.model.name} is not compared with the CPU: {reason(error)}")
            return None

    def compare(self) -> None:
        """Let the device infer the picture; raise Nonsense if its alpha is another one than the CPU's."""
        engine = self._engine
        with engine.lock:
            if self._binding is None:
                slots = [(self._frame.ctypes.data, self._alpha.ctypes.data)]
                (self._binding,) = bind(engine, slots, zeros(engine), zeros(engine))
            self._binding.run()
        off = float(np.abs(self._alpha.astype(np.int16) - self._right).mean())
        if off > _OFF:
            raise Nonsense(
                tr("its alphas are nonsense, {off} of 255 from those of the CPU", off=f"{off:.0f}")
            )


def _on_processor(
    model: Model, setting: Setting, picture: NDArray[np.uint8], states: dict[str, State]
) -> NDArray[np.uint8]:
    """Return the alpha of a picture (uint8 [H, W, 4]) by a session that is made for it."""
    session = onnxruntime.InferenceSession(
        str(model.file), session_options(model, setting), providers=[CPU.provider]
    )
    feed = {f"state_{stem}": np.zeros(shape, dtype) for stem, (dtype, shape) in states.items()}
    (alpha,) = session.run(["alpha"], {"frame": picture, **feed})
    made: NDArray[np.uint8] = alpha
    return made
