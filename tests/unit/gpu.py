# SPDX-License-Identifier: GPL-2.0-or-later
"""A stand-in for OBS' graphics: draws nothing, but records what it is asked to do."""

from __future__ import annotations

import pytest

from obs_bgremove.obs.functions import Functions
from obs_bgremove.obs.library import ObsError
from obs_bgremove.obs.structs import SPACE_SRGB


class Gpu:
    """What libobs does with effects and render targets; a function that it has no answer for does nothing."""

    def __init__(self):
        #: Each drawing: file of the effect, technique, uniforms that were set for it.
        self.drawn: list[tuple[str, str, frozenset[str]]] = []
        #: The paths of the effects, as OBS was given them.
        self.compiled: list[str] = []
        self.compiles = True
        self.linear = True
        #: How many frames OBS has made.
        self.frames = 0
        self.space = SPACE_SRGB
        #: Whether there is room for another texture.
        self.has_room = True
        #: How many more render targets can be made; None: any number.
        self.targets_left: int | None = None
        self._names: dict[int, str] = {}
        self._owners: dict[int, int] = {}
        self._set: dict[int, set[str]] = {}
        self._looping: set[int] = set()
        #: The render targets: size and texture (0: none) of each.
        self.targets: dict[int, tuple[tuple[int, int], int]] = {}

    def call(self, name: str):
        """Return the function of that name."""
        if hasattr(self, name):
            return getattr(self, name)
        if name.startswith("gs_effect_set_"):
            return self._set_uniform
        return lambda *_arguments: self._new(name) if name.endswith("_create") else None

    def _new(self, name: str) -> int:
        self._names[len(self._names) + 1] = name
        return len(self._names)

    def gs_effect_create_from_file(self, path, _error):
        self.compiled.append(path.decode())
        return self._new(path.decode().rpartition("/")[2]) if self.compiles else None

    def gs_effect_get_param_by_name(self, effect, name):
        uniform = self._new(name.decode())
        self._owners[uniform] = effect
        return uniform

    def _set_uniform(self, uniform, _value):
        self._set.setdefault(self._owners[uniform], set()).add(self._names[uniform])

    def gs_effect_loop(self, effect, technique):
        if effect in self._looping:
            self._looping.remove(effect)
            return False
        self._looping.add(effect)
        # As OBS does it: at the end of a technique all values are forgotten.
        self.drawn.append((self._names[effect], technique.decode(), frozenset(self._set.pop(effect, ()))))
        return True

    def gs_texrender_create(self, _color_format, _depth_format):
        if self.targets_left is not None:
            if not self.targets_left:
                raise ObsError("gs_texrender_create failed")
            self.targets_left -= 1
        target = self._new("texrender")
        self.targets[target] = (0, 0), 0
        return target

    def gs_texrender_destroy(self, target):
        del self.targets[target]

    def gs_texrender_begin_with_color_space(self, target, width, height, _space):
        if self.targets[target][0] != (width, height):
            # As OBS does it: the new size is kept, also where there is no texture of it.
            self.targets[target] = (width, height), self._new("texture") if self.has_room else 0
        return bool(self.targets[target][1])

    def gs_texrender_get_texture(self, target):
        return self.targets[target][1]

    def obs_get_frame_interval_ns(self):
        return 33_333_333

    def obs_get_total_frames(self):
        return self.frames

    def obs_get_lagged_frames(self):
        return 0

    def gs_get_linear_srgb(self):
        return self.linear

    def gs_get_color_space(self):
        return self.space


@pytest.fixture
def gpu(monkeypatch):
    """Have libobs' functions led to a stand-in, and return it."""
    made = Gpu()
    monkeypatch.setattr(Functions, "__getattr__", lambda _self, name: made.call(name))
    return made
