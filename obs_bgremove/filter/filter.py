# SPDX-License-Identifier: GPL-2.0-or-later
"""The background filter: one object per filter that a streamer has added.

``render`` and ``update`` run on the graphics thread (OBS puts off changes of the settings until its
next frame) and never wait. ``properties`` runs on the UI thread. ``look_after`` runs on a thread of
our own, twice a second and when it is woken, and does what may take time (reading pictures, asking
for files, writing the log). What they share is replaced as a whole, so that none waits for another.
"""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING

from .. import home
from ..obs import data, log, properties, sources
from ..obs.functions import lib
from ..obs.graphics import entered
from ..obs.sources import WeakSource
from ..obs.structs import SPACE_709_EXTENDED, SPACE_SRGB
from . import page
from .backgrounds import kinds as backgrounds
from .backgrounds.chosen import Backdrop
from .frames.capture import Capture
from .frames.framing import Framing
from .frames.pairing import Frame, Pairing
from .frames.pictures import Picture, Pictures
from .hotkey_actions import Hotkeys
from .passes import Passes
from .passes.composite import Ground, composite
from .passes.cut import Cut
from .settings import AUTO, Settings
from .shared import shared
from .stall import Stall
from .status import Meter, Status, Stopwatch

if TYPE_CHECKING:
    from ..link.layout import Box
    from .passes.geometry import Region

#: The techniques of composite.effect for the views other than the result.
_SHOW = {"alpha": b"ShowAlpha", "foreground": b"ShowForeground", "comparison": b"ShowComparison"}
#: See ``Shared.listed``.
_UNLISTED = (
    "This scene collection does not list the filter's script: add "
    f"{home.PROJECT / 'obs_bgremove' / 'obs_script.py'} under Tools > Scripts, or OBS shows the room at its "
    "next start."
)


class BackgroundFilter:
    """Implements ``obs.registration.VideoFilter``."""

    ID = "obs_bgremove"
    NAME = "Background Removal"

    #: A filter that was not drawn for so many OBS frames starts anew: what it has is old.
    FORGET_AFTER = 15
    #: Seconds after which a new filter that OBS has put on no source will hardly come to one: it is a copy.
    ARRIVAL = 2.0

    def __init__(self, source: int, settings: int):
        self.source = source
        self.settings = Settings.read(settings)
        self._channel = shared.open_channel()
        self._channel.request(self.settings.model, self.settings.device)
        self._backdrop = Backdrop(self.settings)

        # The filtered source, as far as it is known: OBS tells it when the filter is drawn.
        self._parents = [WeakSource(None)]
        self._parent_handle: int | None = None

        self._made_at = time.monotonic()
        self._hotkeys: Hotkeys | None = None

        # Made on the graphics thread, when first drawn.
        self._passes: Passes | None = None
        self._capture: Capture | None = None
        self._pictures = Pictures()
        self._pairing = Pairing(self._pictures.give_back)
        self._ring = None
        self._framing = Framing()
        self._looked_over = 0
        self._serial = 0
        self._handed_over = 0
        self._newest_alpha = 0
        self._drawn_at = -self.FORGET_AFTER - 1
        self._drawing = False
        self._hdr_wanted_at = -1
        self._picture: tuple[Ground, Cut] | None = None

        self._stall = Stall()
        self._meter = Meter()
        self._stopwatch = Stopwatch()
        self._shown_alpha = False
        self._delay = 0
        self._background_problem = ""
        self._drawing_problem = ""
        self._told: tuple = ()
        # Held while a thread that is neither OBS' UI nor its graphics thread asks the source.
        self._alive = threading.Lock()
        self._destroyed = False

    def registered(self) -> None:
        """Have the hotkeys bound before OBS saves the scene collection without their keys."""
        shared.wake()

    # --- settings -----------------------------------------------------------------------

    @staticmethod
    def defaults(settings: int) -> None:
        """Write the default settings."""
        Settings.write_defaults(settings)

    def update(self, settings: int) -> None:
        """Take over changed settings."""
        self.settings = Settings.read(settings)
        self._channel.request(self.settings.model, self.settings.device)
        self._backdrop.choose(self.settings)
        shared.wake()

    def properties(self) -> int:
        """Return the properties page."""
        status = self._status()
        names = [name for name in sources.video_source_names() if name != status.source]
        models = [model for model in shared.client.models if model.installed]
        devices = [(device.name, device.title) for device in shared.client.devices]
        options = {
            "background_source": [("", "(choose)"), *((name, name) for name in names)],
            "model": [(AUTO, "Automatic"), *((model.name, model.title) for model in models)],
            "device": [(AUTO, "Automatic"), *devices],
        }
        # What OBS keeps: the filter itself learns of a change only in the next frame.
        with data.of_source(self.source) as values:
            settings = Settings.read(values)
        # What was chosen stays in its list, also while it is not there: else OBS would choose the first.
        for name, offered in options.items():
            chosen = getattr(settings, name)
            if chosen and chosen not in dict(offered):
                offered.append((chosen, f"{chosen} (not available)"))
        more = {"model": [f"{model.title}: {model.summary}" for model in models if model.summary]}
        return page.build(status.text, bool(status.problem), options, more)

    def tell(self, opened: int) -> None:
        """Show the status as it is now on a properties page that is open."""
        status = self._status()
        properties.tell(opened, page.STATUS, status.text, bool(status.problem))

    # --- graphics thread ----------------------------------------------------------------

    def render(self) -> None:
        """Draw the person on the new background; if there is no alpha, the background alone."""
        target = lib.obs_filter_get_target(self.source)
        parent = lib.obs_filter_get_parent(self.source)
        # Drawn while drawing: the background shows the very source that we filter.
        if self._drawing or not target or not parent:
            return
        width = lib.obs_source_get_base_width(target)
        height = lib.obs_source_get_base_height(target)
        if not width or not height:
            return
        if self._drawn_at != shared.clock.number:
            self._remember(parent)
            with self._stopwatch.running():
                self._drawing, self._picture = True, None
                linear = lib.gs_set_linear_srgb(True)
                backgrounds.being_drawn.append(parent)
                try:
                    self._picture = self._make_frame(target, parent, width, height)
                    self._drawing_problem = ""
                except Exception as error:
                    self._shown_alpha = False
                    self._drawing_problem = f"Nothing can be drawn: {error}; see the log of OBS."
                    raise
                finally:
                    lib.gs_set_linear_srgb(linear)
                    backgrounds.being_drawn.remove(parent)
                    self._drawing = False
        if self._picture:
            composite(self._passes, *self._picture, width, height)

    def color_space(self, wanted: list[int]) -> int:
        """Draw in HDR if the source is, and who asks can take it."""
        target = lib.obs_filter_get_target(self.source)
        if SPACE_709_EXTENDED not in wanted or not target or not sources.is_hdr(target):
            return SPACE_SRGB
        self._hdr_wanted_at = shared.clock.number
        return SPACE_709_EXTENDED

    def _remember(self, parent: int) -> None:
        """Note the filtered source for threads that it may be deleted under."""
        if parent != self._parent_handle:
            self._parent_handle = parent
            # Another thread may be asking an earlier one: all are kept until the end.
            self._parents.append(WeakSource(parent))

    def tick(self) -> None:
        """Rest while nobody looks."""
        if shared.clock.number - self._drawn_at > self.FORGET_AFTER and self._alive.acquire(blocking=False):
            # Not while it is destroyed on another thread. Nor waiting for that: the next frame comes.
            try:
                if not self._destroyed:
                    self._backdrop.rest()
            finally:
                self._alive.release()

    def _make_frame(self, target: int, parent: int, width: int, height: int) -> tuple[Ground, Cut] | None:
        """Do what is done once in an OBS frame; return what ``composite`` draws in it."""
        now = shared.clock.number
        if self._passes is None:
            self._passes = Passes(shared.shaders)
            self._capture = Capture(shared.shaders.shrink)
        if now - self._drawn_at >= self.FORGET_AFTER:
            self._pairing.reset()
            self._capture.forget()
            self._framing.look_everywhere()
            self._stall.resume()
            # The source that is the background may have come since it was looked for.
            shared.wake()
        self._drawn_at = now
        self._pairing.matched = self.settings.sync == "matched"

        ring = self._use_ring(self._channel.ring)
        if ring is not None:
            self._exchange(ring, now)
        else:
            # Nobody will give these frames an alpha; kept, they would fill the GPU's memory.
            self._pairing.forget_alphas()
        picture = self._pictures.take()
        if picture is not None:
            try:
                self._capture.draw(picture, target, parent, width, height, now - self._hdr_wanted_at <= 1)
            except Exception:
                # It never gets an alpha: waiting for one it would be lost.
                self._pictures.give_back(picture)
                raise
            self._serial += 1
            self._pairing.add(Frame(self._serial, now, picture))
            if ring is not None:
                self._capture.stage(picture, self._serial, ring.width, ring.height, self._framing)
        return self._compose(now, width, height)

    def _use_ring(self, ring):
        if ring is not self._ring:
            # Another worker, or another model: what the old one had in work is lost.
            self._pairing.forget_alphas()
            self._pairing.delay.reset()
            self._handed_over = self._serial
            self._looked_over = 0
            self._ring = ring
        return ring

    def _exchange(self, ring, now: int) -> None:
        """Take the alphas that have come, then hand over the frame that was read back."""
        for alpha in ring.alphas(self._newest_alpha):
            self._newest_alpha = alpha.serial
            self._stall.progress()
            self._meter.count(alpha.infer_ns)
            frame = self._pairing.alpha_ready(alpha.serial, now)
            if frame:
                frame.picture.upload_alpha(alpha.address, ring.width, ring.height)
                self._frame(ring, alpha.box, frame.picture.seen)
        handed_over = self._capture.hand_over(ring)
        if handed_over:
            self._handed_over = handed_over
        self._pairing.prune(ring.taken, self._handed_over)

    def _frame(self, ring, box: Box | None, seen: Region) -> None:
        """Choose what part of the next pictures the network sees, by where it found somebody."""
        if not self.settings.crop_to_people:
            self._framing.look_everywhere()
            return
        looked_over, overview = ring.overview()
        if looked_over != self._looked_over:
            self._looked_over = looked_over
            self._framing.overview(overview, ring.width, ring.height)
        self._framing.found(box, seen, ring.width, ring.height)

    def _compose(self, now: int, width: int, height: int) -> tuple[Ground, Cut] | None:
        shown, alpha_of = self._pairing.choose(now)
        if alpha_of and self._stall.over():
            # The last complete composite has stood long enough: only the background is left.
            self._pairing.hide(older_than=now - int(self._stall.patience / shared.frame_seconds()))
            shown = alpha_of = None
        self._shown_alpha = alpha_of is not None
        self._delay = now - shown.drawn_at if shown else 0

        picture = shown or self._pairing.newest
        if picture is None:
            return None
        images = picture.picture
        cut = Cut(images.frame.texture, images.hdr.texture if images.has_hdr else None)
        if alpha_of:
            cut = self._cut(cut, alpha_of.picture, width, height)
        background = self._backdrop.show()
        if self.settings.view in _SHOW:
            return Ground(_SHOW[self.settings.view], alpha_of and alpha_of.picture.alpha.texture), cut
        ground = background.ground(self._passes, cut, width, height)
        settings = self.settings
        # Before the room itself the person is in its light already.
        matching = 0.0 if settings.background == "blur" else settings.light_matching / 100
        wrap, seconds = settings.light_wrap / 100, shared.frame_seconds()
        return self._passes.light.falling(ground, cut, width, height, wrap, matching, seconds), cut

    def _cut(self, cut: Cut, of: Picture, width: int, height: int) -> Cut:
        settings = self.settings
        cut = cut._replace(
            alpha=of.alpha.texture,
            seen=of.seen,
            refine=settings.refinement,
            clean=settings.color_cleaning,
        )
        if cut.refine or cut.clean or settings.light_wrap or settings.light_matching:
            cut = cut._replace(colors=self._passes.colors.draw(of.small, cut.alpha))
        return self._passes.edge.draw(cut, width, height, settings.edge_shift, settings.edge_softness)

    # --- our own thread -----------------------------------------------------------------

    def look_after(self) -> None:
        """Find out what is wrong, tell it once, and try what may have become possible."""
        if self._hotkeys is None:
            self._bind_hotkeys()
        with self._alive:
            if not self._destroyed:
                self._look_after()

    @property
    def arriving(self) -> bool:
        """Whether OBS has created it a moment ago and not put it on its source yet."""
        return self._hotkeys is None and time.monotonic() - self._made_at < self.ARRIVAL

    def _bind_hotkeys(self) -> None:
        # Filters are private to OBS and have no hotkeys of their own: they are those of the source.
        # Never with the lock taken: OBS may keep its hotkeys locked while it waits for us to end.
        with sources.parent_of(self.source) as parent:
            # The filter is held here; if it is destroyed already this is another one at its address.
            if parent and not self._destroyed:
                self._hotkeys = Hotkeys(self.source, parent)

    def _look_after(self) -> None:
        with self._parents[-1].held() as parent:
            self._background_problem = self._backdrop.look_after(parent)
        status = self._status()
        # Numbers in a sentence change every second; the sentence is told once.
        telling = (status.state, re.sub(r"\d+", "", status.problem), status.note)
        if telling != self._told and status.state != Status.IDLE:
            self._told = telling
            (log.warning if status.problem else log.info)(f"{status.source}: {status.text}")
            lib.obs_source_update_properties(self.source)

    def status(self) -> Status | None:
        """Return how the filter is doing (any thread); None if it is no more."""
        with self._alive:
            return None if self._destroyed else self._status()

    def _status(self) -> Status:
        with self._parents[-1].held() as parent:
            source = sources.name_of(parent)
        ring = self._ring
        rate, milliseconds = self._meter.read()
        if shared.clock.number - self._drawn_at > self.FORGET_AFTER:
            state = Status.IDLE
        elif self._shown_alpha:
            state = Status.RUNNING
        else:
            state = Status.HIDDEN if self._stall.began and self._stall.over() else Status.STARTING
        problems = (
            shared.client.problem,
            self._channel.problem,
            self._background_problem,
            self._drawing_problem,
        )
        problem = " ".join(one for one in problems if one)
        if not problem and state == Status.HIDDEN:
            problem = (
                f"The worker has given no alpha for {self._stall.seconds:.0f} s; see {home.log_directory()}."
            )
        # While OBS changes the scene collection the filters of the one that goes have no source any more.
        if source and not shared.listed:
            problem = f"{problem} {_UNLISTED}".strip()
        return Status(
            source=source,
            filter=sources.name_of(self.source),
            model=ring.model if ring else self.settings.model,
            device=ring.device if ring else self.settings.device,
            alphas_per_second=rate,
            milliseconds_per_alpha=milliseconds,
            delay_frames=self._delay,
            delay_milliseconds=self._delay * shared.frame_seconds() * 1000,
            **self._stopwatch.read(),
            state=state,
            problem=problem,
            note=self._channel.note,
            worker_pid=shared.client.pid or 0,
            pictures_without_alpha=self._meter.missing(1 / shared.frame_seconds()),
        )

    # --- end ----------------------------------------------------------------------------

    def destroyed(self) -> None:
        """Free everything. OBS frees the source right after this, so nobody may still be asking it."""
        with self._alive:
            self._destroyed = True
        if self._hotkeys:
            self._hotkeys.release()
        shared.close_channel(self._channel)
        self._backdrop.release()
        for parent in self._parents:
            parent.release()
        with entered():
            self._pictures.free()
            if self._passes:
                self._capture.free()
                self._passes.free()
