"""A spike in the semicircle: the outlier, its overlap with the spike, its fluctuation (Baik, Ben Arous, Péché).

Convention: A_n + s√n e eᵀ with a unit vector e, positions in units of √n, where the bulk is [−2, 2]. For |s| <= 1 the
spike leaves no trace at first order: the largest eigenvalue sits at the edge and the overlap tends to zero. Derived in
derivations/spectral_laws.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spinglass._errors import checked_int, input_error
from spinglass.generated import classical_laws as law
from spinglass.random_matrices.level_density import real_array

__all__ = ["outlier_overlap", "outlier_position", "outlier_standard_deviation"]


def _out(values: Any) -> Any:
    return values if np.ndim(values) else np.asarray(values).item()


def _strength(strength: ArrayLike) -> tuple[Any, Any]:
    array = real_array("strength", strength)
    if np.any(np.abs(array) > 1e150):
        raise input_error("strength", strength, "must be at most 1e150 in modulus")
    return array, np.maximum(np.abs(array), 1.0)


def outlier_position(strength: ArrayLike) -> Any:
    """Limit of the outermost eigenvalue on the side of the spike: s + 1/s for |s| > 1, ±2 for |s| <= 1 (2 at s = 0).

    strength : s, the spike in units of √n, any shape. Equation classical-laws.outlier.

    >>> outlier_position(2.0), outlier_position(-2.0), outlier_position(0.5)
    (2.5, -2.5, 2.0)
    """
    array, size = _strength(strength)
    return _out(np.where(array < 0, -1.0, 1.0) * law.outlier_position_ufunc(size))


def outlier_overlap(strength: ArrayLike) -> Any:
    """Limit of the squared overlap of the spike with the outlier's eigenvector: 1 − 1/s² for |s| > 1, else 0.

    Equation classical-laws.overlap.

    >>> outlier_overlap(2.0), outlier_overlap(1.0)
    (0.75, 0.0)
    """
    return _out(law.outlier_overlap_ufunc(_strength(strength)[1]))


def outlier_standard_deviation(strength: ArrayLike, n: int) -> Any:
    """Standard deviation of the outlier of A_n + s√n e eᵀ in units of √n: √(2 (1 − 1/s²)/n); 0 for |s| <= 1.

    The fluctuation is Gaussian for |s| > 1 fixed; the value is its leading order, with corrections of relative order
    1/n. At |s| <= 1 fluctuations are of order n^{−2/3} (the edge laws). Equation classical-laws.outlier-variance.

    >>> outlier_standard_deviation(2.0, 150)
    0.1
    """
    n = checked_int("n", n, 1)
    return _out(np.sqrt(law.outlier_variance_ufunc(_strength(strength)[1]) / n))
