# SPDX-License-Identifier: GPL-2.0-or-later
"""How good an alpha is: one measure a file.

Alphas and truths are float arrays [H, W] in 0..1. Values carry the factors that the literature's
tables do: x 1e3 for ``mad``, ``mse`` and ``edge_mad``, x 1e2 for ``dtssd``, / 1e3 for ``grad`` and
``conn``. The definitions of the matting measures are those of Rhemann et al., "A Perceptually
Motivated Online Benchmark for Image Matting" (CVPR 2009) and Erofeev et al., "Perceptually Motivated
Benchmark for Video Matting" (BMVC 2015), in the form of the evaluation of Robust Video Matting
(Lin et al., WACV 2022), so that figures can be compared with published ones.
"""

from .boundary import boundary_f
from .conn import conn
from .dtssd import dtssd
from .edge import edge_mad
from .flicker import flicker
from .grad import grad
from .mad import mad
from .mse import mse
from .segmentation import Overlap, overlap
from .thresholds import Thresholds

__all__ = ["Overlap", "Thresholds", "boundary_f", "conn", "dtssd", "edge_mad", "flicker", "grad", "mad",
           "mse", "overlap"]  # fmt: skip
