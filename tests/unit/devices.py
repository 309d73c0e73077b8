# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices that tests name, whether this machine has them or not."""

from obs_bgremove.worker.inference.providers import DEVICES

CUDA, COREML = (next(device for device in DEVICES if device.name == name) for name in ("cuda", "coreml"))
