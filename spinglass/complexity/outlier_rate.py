"""The rate at which an eigenvalue leaves the semicircle: I₁ = (sinh y − y)/2 at x = 2 cosh(y/2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def sinh_minus_identity(y: NDArray[np.float64]) -> NDArray[np.float64]:
    """sinh y − y for y >= 0, without cancellation."""
    squared = np.minimum(y, 1.5) ** 2
    series = np.ones_like(squared)
    for j in range(10, 1, -1):
        series = 1 + squared / (2 * j * (2 * j + 1)) * series
    return np.where(y < 1.5, y * squared / 6 * series, np.sinh(y) - y)
