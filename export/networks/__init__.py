# SPDX-License-Identifier: GPL-2.0-or-later
"""Network architectures, all with one face: see :class:`export.networks.network.Network`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ..common.errors import ExportError

if TYPE_CHECKING:
    from .network import Network

#: Architecture -> (module, class). Imported on demand: each needs torch.
_ARCHITECTURES = {
    "fast": ("fast", "Fast"),
    "quality": ("quality", "Quality"),
    "unet": ("unet", "UNet"),
    "segnet": ("segnet", "SegNet"),
    "segresnet": ("segresnet", "SegResNet"),
    "deeplabv3": ("deeplab", "DeepLabV3"),
    "deeplabv3plus": ("deeplab", "DeepLabV3Plus"),
}


def names() -> list[str]:
    """Return the names of the architectures."""
    return list(_ARCHITECTURES)


def build(name: str, options: dict[str, Any] | None = None) -> Network:
    """Return a fresh network; raise ExportError if the name or an option is unknown."""
    if name not in _ARCHITECTURES:
        raise ExportError(f"There is no architecture {name!r}; choose one of: {', '.join(_ARCHITECTURES)}.")
    module, kind = _ARCHITECTURES[name]
    try:
        network: Network = getattr(importlib.import_module(f"{__name__}.{module}"), kind)(**(options or {}))
    except TypeError as error:
        raise ExportError(f"The architecture {name!r} does not take these [options]: {error}.") from None
    return network
