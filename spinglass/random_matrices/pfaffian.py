"""Pfaffians of skew-symmetric matrices by elimination with pivoting; magnitude and phase are kept apart.

For a skew-symmetric S of even order Pf(S)² = det(S), and Pf(Q S Qᵀ) = det(Q) Pf(S). The elimination is that of
Parlett and Reid in the form of M. Wimmer, "Efficient numerical computation of the Pfaffian", ACM TOMS 38 (2012) 30: a
Gauss transformation per pair of rows, with the largest entry of the leading row as pivot.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import input_error
from spinglass._jit import jit


@jit
def _eliminate(a: NDArray[Any]) -> tuple[float, Any]:
    """(log|Pf|, unit phase) of the skew-symmetric matrix `a`, which is overwritten."""
    n = a.shape[0]
    logarithm = 0.0
    phase = a[0, 0] * 0 + 1.0  # one, real or complex like the matrix
    for k in range(0, n - 1, 2):
        pivot_row = k + 1
        largest = abs(a[k, k + 1])
        for i in range(k + 2, n):
            if abs(a[k, i]) > largest:
                largest = abs(a[k, i])
                pivot_row = i
        if largest == 0.0:
            return -np.inf, phase * 0
        if pivot_row != k + 1:
            for j in range(n):
                a[k + 1, j], a[pivot_row, j] = a[pivot_row, j], a[k + 1, j]
            for j in range(n):
                a[j, k + 1], a[j, pivot_row] = a[j, pivot_row], a[j, k + 1]
            phase = -phase
        pivot = a[k, k + 1]
        logarithm += math.log(largest)
        phase = phase * (pivot / largest)
        for i in range(k + 2, n):
            factor = a[k, i] / pivot
            if factor != 0:
                for j in range(k + 2, n):
                    a[i, j] -= factor * a[k + 1, j]
                for j in range(k + 2, n):
                    a[j, i] -= factor * a[j, k + 1]
    return logarithm, phase / abs(phase)


def log_pfaffian(matrix: ArrayLike) -> tuple[float, float | complex]:
    """Logarithm of the modulus, and phase, of the Pfaffian of a skew-symmetric matrix.

    Pf(S) = phase · exp(log_modulus), with |phase| = 1 (±1 for a real matrix) or, for a singular matrix, (−inf, 0).

    Parameters
    ----------
    matrix : (n, n) real or complex, skew-symmetric to rounding. Odd n gives Pf = 0; n = 0 gives Pf = 1.

    Raises
    ------
    InputError : not square, not finite, or not skew-symmetric.

    Source: Wimmer, ACM TOMS 38 (2012) 30, section 2; Pf(S)² = det(S).

    >>> log_modulus, sign = log_pfaffian([[0.0, 2.0], [-2.0, 0.0]])
    >>> round(sign * math.exp(log_modulus), 12)
    2.0
    """
    a = np.array(matrix)
    if a.ndim != 2 or a.shape[0] != a.shape[1]:
        raise input_error("matrix", a.shape, "must be a square matrix")
    a = a.astype(np.complex128 if np.iscomplexobj(a) else np.float64)
    if not np.all(np.isfinite(a)):
        raise input_error("matrix", matrix, "must have finite entries")
    if a.size and np.max(np.abs(a + a.T)) > 1e-8 * max(float(np.max(np.abs(a))), np.finfo(float).tiny):
        raise input_error("matrix", matrix, "must be skew-symmetric: S^T = -S")
    if a.shape[0] == 0:
        return 0.0, 1.0
    if a.shape[0] % 2:
        return -math.inf, 0.0
    scale = float(np.max(np.abs(a)))  # entries near the ends of the double range must not overflow in the products
    if scale == 0.0:
        return -math.inf, 0.0
    logarithm, phase = _eliminate((a - a.T) / (2 * scale))
    logarithm += a.shape[0] / 2 * math.log(scale)
    return float(logarithm), complex(phase) if np.iscomplexobj(a) else float(phase)
