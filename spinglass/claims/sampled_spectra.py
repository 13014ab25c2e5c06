"""What pairings with sampled spectra share: the leading corner of tridiagonal matrices, probabilities that cut bins."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
BETAS = (1, 2, 4)


def leading_corner(
    n: int, beta: int, rows: int, size: int, rng: np.random.Generator, spike: float = 0.0
) -> tuple[Real, Real]:
    """Leading rows of `sample_hermite_tridiagonal`: diagonals (size, rows), off-diagonals one less.

    Eigenvectors that belong to the edge decay beyond row n^{1/3} like the Airy function, that of a spike in the corner
    entry geometrically, so that the corner has their eigenvalues (Edelman, Persson 2005).
    """
    diagonal = math.sqrt(2 / beta) * rng.standard_normal((size, rows))
    diagonal[:, 0] += spike
    freedom = beta * np.arange(n - 1, n - rows, -1.0)
    return diagonal, np.sqrt(rng.chisquare(freedom, (size, rows - 1)) / beta)


def quantile_bins(bins: int) -> Real:
    """The probabilities 1/bins, …, 1 − 1/bins."""
    return np.arange(1, bins) / bins
