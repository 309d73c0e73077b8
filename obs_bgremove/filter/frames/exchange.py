# SPDX-License-Identifier: GPL-2.0-or-later
"""The exchange with the worker: frames go out, alphas come back, and pairs of both are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...link.layout import Part
from ..passes.geometry import Size
from .framing import Framing
from .pairing import Frame, Pairing
from .pictures import Picture, Pictures
from .serials import Serials

if TYPE_CHECKING:
    from ...link.layout import Box
    from ...link.ring import Ring
    from ..options.settings import Settings
    from ..passes.geometry import Region
    from ..report.meters import Meter
    from .capture import Capture, Target
    from .stall import Stall


class Shown(NamedTuple):
    """What is shown in one OBS frame."""

    #: The picture that is shown.
    picture: Picture
    #: The picture whose alpha cuts it; None if only the background is shown.
    alpha_of: Picture | None
    #: The number of OBS frames since the picture was drawn; 0 if there is no alpha.
    delay: int


class _Replaced(NamedTuple):
    """A ring that another one has replaced, with the frames that it got: they are still answered."""

    ring: Ring
    handed_over: int
    #: The OBS frame in which it was replaced.
    at: int

    def expected(self) -> tuple[int, ...]:
        """Return the serials that may still get an alpha, see ``Pairing.prune``."""
        return self.ring.taken, self.handed_over - 1, self.handed_over


#: For this many OBS frames the alphas of a ring that was replaced are waited for.
_LAST_ALPHAS = 15


class Exchange:
    """The frames of one filter. Everything here runs on the graphics thread and never waits.

    ``now`` is the number of the OBS frame.
    """

    def __init__(self, stall: Stall, meter: Meter) -> None:
        """``stall`` and ``meter`` are notified of each alpha."""
        self._stall = stall
        self._meter = meter
        self._pictures = Pictures()
        self._pairing: Pairing[Picture] = Pairing(self._pictures.give_back)
        self._framing = Framing()
        self._serials = Serials()
        #: The frame that was drawn and is not being read back yet.
        self._drawn: Frame[Picture] | None = None
        #: The ring that is used at present; other threads read it.
        self.ring: Ring | None = None
        #: How many people were cleared from the newest alpha; other threads read it.
        self.cleared = 0
        self._replaced: _Replaced | None = None
        #: How many overviews of this ring were answered.
        self._overviews = 0

    def restart(self, capture: Capture) -> None:
        """Forget all frames: the source was not drawn for some time."""
        self._pairing.reset()
        capture.forget()
        self._framing.look_everywhere()
        self._stall.resume()

    def receive(self, capture: Capture, ring: Ring | None, settings: Settings, now: int) -> None:
        """Take the alphas that have come, then hand over the frame that was read back."""
        self._pairing.matched = settings.sync == "matched"
        self._use(capture, ring, settings, now)
        if ring is None:
            # Nobody will give these frames an alpha; kept, they would fill the GPU's memory.
            self._pairing.forget_alphas()
            return
        replaced = self._replaced
        if replaced:
            self._take_alphas(replaced.ring, self._serials.answered_before, settings, now)
        self._take_alphas(ring, self._serials.answered, settings, now)
        handed_over = _hand_over(capture, ring, settings)
        if handed_over:
            self._serials.handed_over = handed_over
        self._pairing.prune(ring.taken, self._serials.handed_over, replaced.expected() if replaced else ())

    def _take_alphas(self, ring: Ring, after: int, settings: Settings, now: int) -> None:
        """Take the alphas that a ring has of frames after serial ``after``."""
        for alpha in ring.alphas(after):
            if ring is self.ring:
                self._serials.answered = alpha.serial
            else:
                self._serials.answered_before = alpha.serial
            self._stall.progress()
            self._meter.count(alpha.infer_ns)
            self.cleared = alpha.cleared
            frame = self._pairing.alpha_ready(alpha.serial, now)
            if frame:
                frame.picture.upload_alpha(alpha.address, ring.width, ring.height)
                if ring is self.ring:
                    self._choose_region(ring, alpha.box, frame.picture.seen, settings)

    def _use(self, capture: Capture, ring: Ring | None, settings: Settings, now: int) -> None:
        if self._replaced and now - self._replaced.at >= _LAST_ALPHAS:
            self._replaced = None
        before = self.ring
        if ring is before:
            return
        self._overviews = 0
        self.ring = ring
        serials = self._serials
        if before is not None and ring is not None and not before.dead:
            # Another model takes over. The one before answers what it has, so that no picture is left out.
            serials.handed_over = _hand_over(capture, before, settings) or serials.handed_over
            self._replaced = _Replaced(before, serials.handed_over, now)
            serials.answered_before = serials.answered
            self._pairing.delay.forget()
            return
        # Another worker: the frames that the old one had are lost.
        self._replaced = None
        self._pairing.forget_alphas()
        self._pairing.delay.reset()
        serials.worker_changed()

    def _choose_region(self, ring: Ring, box: Box | None, seen: Region, settings: Settings) -> None:
        """Choose what part of the next pictures the network sees, by where it found somebody."""
        # What the network has not seen is hidden. Where the room is shown, that must be nothing.
        if settings.invert or not settings.crop_to_people:
            self._framing.look_everywhere()
            return
        self._framing.area = settings.area
        overviews, people = ring.overview()
        if overviews != self._overviews:
            self._overviews = overviews
            self._framing.overview(people, ring.width, ring.height)
        self._framing.found(box, seen, ring.width, ring.height)

    def draw(self, capture: Capture, target: Target, hdr: bool, now: int) -> None:
        """Draw a new frame, if ``hdr`` in HDR too."""
        picture = self._pictures.take(target.size)
        if picture is None:
            return
        try:
            capture.draw(picture, target, hdr)
        except Exception:
            # It never gets an alpha, so it must not wait for one.
            self._pictures.give_back(picture)
            raise
        self._drawn = Frame(self._serials.next(), now, picture)
        self._pairing.add(self._drawn)

    def stage(self, capture: Capture) -> None:
        """Begin to read back for the worker what was drawn (inside ``Replacing``)."""
        frame, self._drawn = self._drawn, None
        if frame is not None and self.ring is not None:
            capture.stage(frame, Size(self.ring.width, self.ring.height), self._framing)

    def choose(self, now: int, frame_seconds: float) -> Shown | None:
        """Return what is shown; None before the first frame. ``frame_seconds``: seconds per OBS frame."""
        shown, alpha_of = self._pairing.choose(now)
        if alpha_of and self._stall.over():
            # The last complete composite has stood long enough: only the background is left.
            self._pairing.hide(older_than=now - int(self._stall.patience / frame_seconds))
            shown = alpha_of = None
        frame = shown or self._pairing.newest
        if frame is None:
            return None
        delay = now - shown.drawn_at if shown else 0
        return Shown(frame.picture, alpha_of.picture if alpha_of else None, delay)

    def free(self) -> None:
        """Free the GPU objects."""
        self._pictures.free()


def _hand_over(capture: Capture, ring: Ring, settings: Settings) -> int | None:
    """See ``Capture.hand_over``."""
    return capture.hand_over(ring, settings.keep == "front", Part(*settings.area).pack())
