# SPDX-License-Identifier: GPL-2.0-or-later
"""The descriptors of photographs: computed once, kept on disk."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from ..common.progress import Bar
from ..graph.runner import session
from . import portraits
from .onnx_model import export

if TYPE_CHECKING:
    from pathlib import Path

    from torch import nn

    from ..common.arrays import Bytes, Floats
    from .labels import Label

#: Descriptors that are kept in one file: what a stopped run loses at most.
_PIECE = 50
#: The least and the most of a person that a webcam shows: head and shoulders, and down to the waist.
_NEAR, _FAR = 0.3, 0.6


class Descriptors:
    """Finds the descriptors of photographs in a folder, or computes them and puts them there."""

    def __init__(self, network: nn.Module, size: int, cache: Path) -> None:
        """``network``: see ``Descriptor``; ``size``: height and width of the portraits."""
        self._cache = cache
        self._size = size
        cache.mkdir(parents=True, exist_ok=True)
        self._known = _read(cache)
        # In onnxruntime: twice as fast as in torch.
        self._session = session(export(network, size, "found"))
        self._portraits = portraits.Portraits(size, size)

    def of(self, labels: list[Label], near: bool = False) -> list[Floats | None]:
        """Return float16 [2, D] for each photograph: what the network sees with the room shown and hidden.

        ``near``: of the person framed as by a webcam, by a share that is fixed for each photograph; None
        where the photograph shows no more than that.
        """
        keys = [self._key(label.path, near) for label in labels]
        wanted = {key: label.path for key, label in zip(keys, labels) if key not in self._known}
        fresh: dict[str, Floats] = {}
        with Bar("  photographs", len(wanted)) as bar:
            for number, (key, path) in enumerate(wanted.items(), 1):
                fresh[key] = self._describe(self._portrait(path, key, near))
                bar.at(number)
                if len(fresh) == _PIECE or number == len(wanted):
                    _write(self._cache, fresh)
                    self._known |= fresh
                    fresh = {}
        return [self._known[key] if self._known[key].size else None for key in keys]

    def portraits(self, labels: list[Label], near: bool = False) -> list[Bytes | None]:
        """Return what the network is shown, uint8 [size, size, 4] each; ``near``: see ``of``."""
        made = []
        with Bar("  portraits", len(labels)) as bar:
            for number, label in enumerate(labels, 1):
                made.append(self._portrait(label.path, self._key(label.path, near), near))
                bar.at(number)
        return made

    def _key(self, path: Path, near: bool) -> str:
        content = hashlib.sha256(path.read_bytes()).hexdigest()[:24]
        return f"{self._size}-{content}{'-near' if near else ''}"

    def _portrait(self, path: Path, key: str, near: bool) -> Bytes | None:
        picture = portraits.read(path)
        if not near:
            return self._portraits.of(picture)
        random = np.random.default_rng(int.from_bytes(key.encode(), "big"))
        return self._portraits.near(picture, random.uniform(_NEAR, _FAR))

    def _describe(self, portrait: Bytes | None) -> Floats:
        if portrait is None:
            return np.zeros((0, 0), np.float16)
        (found,) = self._session.run(["found"], {"frame": portrait})
        short: Floats = found.astype(np.float16)
        return short


def _read(cache: Path) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for file in sorted(cache.glob("*.npz")):
        with np.load(file) as piece:
            found |= {key: piece[key] for key in piece.files}
    return found


def _write(cache: Path, fresh: dict[str, Floats]) -> None:
    name = hashlib.sha256("".join(fresh).encode()).hexdigest()[:16]
    unfinished = cache / f"{name}.part"
    with unfinished.open("wb") as file:
        np.savez(file, **fresh)  # type: ignore[arg-type] # its other parameters have names that no key has
    unfinished.replace(cache / f"{name}.npz")
