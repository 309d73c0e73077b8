# SPDX-License-Identifier: GPL-2.0-or-later
"""Names of the arrays that pass between rooms; docstrings give their shapes."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

#: Pictures, frames and alphas as the filter has them: 0 to 255.
Bytes: TypeAlias = NDArray[np.uint8]
#: Alphas and truths in 0..1, of any width of float.
Floats: TypeAlias = NDArray[np.floating[Any]]
#: Masks.
Bools: TypeAlias = NDArray[np.bool_]
#: Constants of a network, of any type.
Numbers: TypeAlias = NDArray[Any]
