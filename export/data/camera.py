# SPDX-License-Identifier: GPL-2.0-or-later
"""What a webcam and a bad room do to a clip: light, noise, blur, compression.

All clips are float32 [T, H, W, 3] in 0..1.
"""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Pictures: TypeAlias = NDArray[np.float32]


def light(clip: Pictures, random: np.random.Generator) -> Pictures:
    """Return the clip in dim or coloured light and another gamma; at times its exposure drifts or jumps."""
    gain = random.uniform(0.75, 1.2) if random.random() < 0.7 else random.uniform(0.2, 0.6)
    colour = 1 + random.normal(0, 0.05 if random.random() < 0.7 else 0.2, 3)
    gamma = np.exp(random.normal(0, 0.2))
    gains = np.full(len(clip), gain, np.float32)
    if random.random() < 0.2:
        gains *= np.linspace(1, random.uniform(0.7, 1.4), len(clip))
    if random.random() < 0.1:
        gains[random.integers(len(clip)) :] *= random.uniform(0.7, 1.4)
    # In single precision: this is done for each frame that is learned from.
    lit = np.empty_like(clip, np.float32)
    for number, frame in enumerate(clip):
        cv2.pow(np.clip(frame, 0, 1).astype(np.float32, copy=False), gamma, lit[number])
    lit *= gains[:, None, None, None] * np.clip(colour, 0.3, 1.7).astype(np.float32)
    if random.random() < 0.25:
        # A screen or window to one side.
        across = np.linspace(0, 1, clip.shape[2])[:: random.choice([-1, 1])]
        glow = random.uniform(0, 0.3) * across[None, None, :, None] ** 2 * random.uniform(0.3, 1, 3)
        lit += glow.astype(np.float32)
    return np.clip(lit, 0, 1, out=lit)


def noise(clip: Pictures, random: np.random.Generator) -> Pictures:
    """Return the clip with noise, new on each frame.

    Bright pixels get more of it (photons); sometimes it is coarse, as after denoising.
    """
    read, shot = random.exponential(0.008), random.exponential(0.012)
    # OpenCV's normal numbers are made faster than numpy's.
    cv2.setRNGSeed(int(random.integers(2**31)))
    grains = np.empty(clip.shape, np.float32)
    cv2.randn(grains.reshape(len(clip), -1), 0, 1)
    if random.random() < 0.3:
        grains = np.stack([1.8 * cv2.GaussianBlur(frame, (0, 0), 0.8) for frame in grains])
    grains *= np.sqrt(np.float32(read**2) + np.float32(shot**2) * clip)
    grains += clip
    return np.clip(grains, 0, 1, out=grains)


def compression(clip: Pictures, random: np.random.Generator) -> Pictures:
    """Return the clip as a webcam's motion JPEG gives it, with one quality for all frames."""
    quality = int(random.integers(25, 96))
    frames = []
    for frame in clip:
        coded = cv2.imencode(
            ".jpg", np.rint(frame[..., ::-1] * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality]
        )[1]
        frames.append(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.float32)[..., ::-1] / 255)
    return np.stack(frames)


def film(clip: Pictures, random: np.random.Generator) -> Pictures:
    """Return the clip as a webcam films it: each effect by chance. The alpha does not change."""
    clip = light(clip, random)
    if random.random() < 0.25:
        sigma = random.uniform(0.3, 1.5)
        clip = np.stack([cv2.GaussianBlur(frame, (0, 0), sigma) for frame in clip])
    if random.random() < 0.9:
        clip = noise(clip, random)
    return compression(clip, random) if random.random() < 0.5 else clip
