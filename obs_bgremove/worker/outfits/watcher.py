# SPDX-License-Identifier: GPL-2.0-or-later
"""Looks now and then at what people wear, on a thread of its own.

No alpha waits for it: the thread that infers alphas only copies a small frame for it. It rests a hundred and
fifty times as long as a look takes, so that all looks together cost less than one percent of one processor.
A low priority would be wrong: a thread that gets no processor while it holds Python's lock keeps the alphas
waiting, on a busy machine for a second.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...link.messages import Outfit
from ...translate import tr
from .. import journal
from ..reason import reason
from .outfit_card import OutfitProblem, find
from .votes import Votes, decide

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from .outfit_network import OutfitNetwork

    #: Frame, uint8 [H, W, 4] BGRA, and its alpha, uint8 [H, W].
    Seen = tuple[NDArray[np.uint8], NDArray[np.uint8]]

#: The least seconds between two looks, how many times as long as a look the pause after it is, and the pause
#: after a look that failed.
_PAUSE, _REST, _FAILED = 3.0, 150, 60.0


@dataclass
class _Watched:
    """A ring: what was seen of it so far, and when a look at it was begun (time.monotonic)."""

    ring: int
    votes: Votes = field(default_factory=Votes)
    looked_at: float = -math.inf


class Watcher:
    """``watch``, ``forget`` and ``offer`` are for the thread that serves; none of them waits."""

    def __init__(self, tell: Callable[[Outfit], None]) -> None:
        """``tell`` sends a message to OBS, from the watcher's own thread."""
        self._tell = tell
        self._watched: dict[int, _Watched] = {}
        self._looks: queue.SimpleQueue[tuple[_Watched, Seen]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        #: Seconds between two looks, whichever rings they are at; set by the watcher's thread.
        self._pause = _PAUSE
        # Of the watcher's own thread:
        self._network: OutfitNetwork | None = None

    def watch(self, ring: int) -> None:
        """Begin to look at a ring."""
        self._watched.setdefault(ring, _Watched(ring))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
            self._thread.start()

    def forget(self, ring: int) -> None:
        """Look at a ring no longer."""
        self._watched.pop(ring, None)

    def offer(self, ring: int, seen: Callable[[], Seen]) -> None:
        """Take what a ring shows if it is due; ``seen`` returns copies of the frame and the alpha."""
        watched = self._watched.get(ring)
        if watched is None or not self._looks.empty():
            # On a busy machine looks may take longer than the pauses between them.
            return
        now = time.monotonic()
        if now - watched.looked_at >= self._pause * len(self._watched):
            watched.looked_at = now
            self._looks.put((watched, seen()))

    def _run(self) -> None:
        while True:
            watched, seen = self._looks.get()
            began = time.thread_time()
            try:
                message = self._look(watched, seen)
            except OutfitProblem as problem:
                message = Outfit(watched.ring, problem=str(problem))
            except Exception as error:  # noqa: BLE001 (whatever it is, it must not cost an alpha)
                journal.note_error(error)
                sentence = tr("What you wear cannot be seen ({reason}).", reason=reason(error))
                message = Outfit(watched.ring, problem=sentence)
            pause = _FAILED if message.problem else _REST * (time.thread_time() - began)
            self._pause = max(_PAUSE, pause)
            self._tell(message)

    def _look(self, watched: _Watched, seen: Seen) -> Outfit:
        """Look once; raise OutfitProblem."""
        if self._network is None:
            # It imports onnxruntime, which this process may start without.
            from .outfit_network import OutfitNetwork

            self._network = OutfitNetwork(find())
            # The first look takes many times as long as the others: it is none that counts.
            self._network.look(*seen)
        shares, least = self._network.look(*seen), self._network.card.least
        watched.votes.add(shares, least)
        if shares is None:
            return Outfit(watched.ring, watched.votes.worn)
        found = decide(shares, least)
        return Outfit(watched.ring, watched.votes.worn, found, round(shares[found], 3))
