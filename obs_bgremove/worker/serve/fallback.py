# SPDX-License-Identifier: GPL-2.0-or-later
"""What is tried after a failure, of loading or of running: all of it is decided here.

- A device that fails is left for the next one of the order, and named with the reason.
- One that can go plainly (CUDA without graphs and half precision) is tried once more before that.
- On the CPU, the last of the order, nothing is left to try.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...link.messages import USUAL, Allowance
from ...translate import tr
from ..inference import providers
from ..inference.providers import CPU

if TYPE_CHECKING:
    from ..inference.providers import Device


class Request(NamedTuple):
    """A filter's wish. ``failed``: devices (by title) that it was moved away from, and the reason.

    ``plain``: why it goes plainly on a device that can; empty if it need not.
    """

    number: int
    model: str
    device: str
    avoid: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    plain: str = ""
    allowance: Allowance = USUAL


def candidates(request: Request) -> tuple[list[Device], list[str]]:
    """Return the devices to try for a request, best first, and why others are not tried."""
    devices, reasons = providers.order(request.device, request.avoid)
    failed = dict(request.failed)
    left = [device for device in devices if device.title not in failed]
    return left, [*reasons, *(failure(title, why) for title, why in failed.items())]


def after(request: Request, device: Device, why: str) -> Request | None:
    """Return the request to go on with after one failed on a device; None if nothing is left to try.

    ``why``: half a sentence.
    """
    if device is CPU:
        return None
    if device.plainly and not request.plain:
        return request._replace(plain=why)
    return request._replace(failed=(*request.failed, (device.title, why)))


def goes_plainly(request: Request, device: Device) -> bool:
    """Whether a device is used with its plain settings."""
    return bool(request.plain and device.plainly)


def failure(title: str, why: str) -> str:
    """Return that a device failed, a sentence; ``why``: half a one."""
    return tr("{device} failed: {reason}.", device=title, reason=why)


def notes(request: Request, device: Device, reasons: list[str]) -> list[str]:
    """Return the sentences about a device that was taken; ``reasons``: why others were not."""
    found = [*reasons, tr("It runs on {device}.", device=device.title)] if reasons else []
    if goes_plainly(request, device):
        found.append(tr(device.plainly, device=device.title, reason=request.plain))
    return found
