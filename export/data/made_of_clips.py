# SPDX-License-Identifier: GPL-2.0-or-later
"""What data sets share that change the clips of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.utils.data import Dataset

if TYPE_CHECKING:
    from .sequence import Clips


class MadeOfClips(Dataset):
    """As many entries as ``clips``, of the same epoch."""

    def __init__(self, clips: Clips | MadeOfClips) -> None:
        self.clips = clips

    @property
    def epoch(self) -> int:
        """That of the clips."""
        return self.clips.epoch

    @epoch.setter
    def epoch(self, number: int) -> None:
        self.clips.epoch = number

    def __len__(self) -> int:
        return len(self.clips)
