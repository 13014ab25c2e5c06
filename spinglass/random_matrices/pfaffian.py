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


@jit
def _eliminate_all(batch: NDArray[Any], logarithm: NDArray[np.float64], phase: NDArray[Any]) -> None:
    """`_eliminate` for every matrix of a batch (m, n, n), which is overwritten."""
    for i in range(batch.shape[0]):
        logarithm[i], phase[i] = _eliminate(batch[i])


def log_pfaffian(matrix: ArrayLike) -> tuple[Any, Any]:
    """Logarithm of the modulus, and phase, of the Pfaffian of a skew-symmetric matrix, or of a batch of them.

    Pf(S) = phase · exp(log_modulus), with |phase| = 1 (±1 for a real matrix) or, for a singular matrix, (−inf, 0).

    Parameters
    ----------
    matrix : (..., n, n) real or complex, skew-symmetric to rounding. Odd n gives Pf = 0; n = 0 gives Pf = 1.

    Returns two Python numbers for one matrix, two arrays of shape (...) for a batch.

    Raises
    ------
    InputError : not square, not finite, or not skew-symmetric.

    Source: Wimmer, ACM TOMS 38 (2012) 30, section 2; Pf(S)² = det(S).

    >>> log_modulus, sign = log_pfaffian([[0.0, 2.0], [-2.0, 0.0]])
    >>> round(sign * math.exp(log_modulus), 12)
    2.0
    >>> log_pfaffian([[[0.0, 1.0], [-1.0, 0.0]], [[0.0, -1.0], [1.0, 0.0]]])[1].tolist()
    [1.0, -1.0]
    """
    a = np.array(matrix)
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise input_error("matrix", a.shape, "must be a square matrix, or an array of them")
    a = a.astype(np.complex128 if np.iscomplexobj(a) else np.float64)
    if not np.all(np.isfinite(a)):
        raise input_error("matrix", matrix, "must have finite entries")
    n, shape = a.shape[-1], a.shape[:-2]
    a = a.reshape(math.prod(shape), n, n)
    scale = np.max(np.abs(a), axis=(1, 2), initial=0.0)  # no overflow of products near the ends of the double range
    transposed = a.transpose(0, 2, 1)
    if np.any(
        np.max(np.abs(a + transposed), axis=(1, 2), initial=0.0) > 1e-8 * np.maximum(scale, np.finfo(float).tiny)
    ):
        raise input_error("matrix", matrix, "must be skew-symmetric: S^T = -S")
    logarithm, phase = np.zeros(len(a)), np.ones(len(a), dtype=a.dtype)
    if n % 2:
        logarithm[:], phase[:] = -math.inf, 0.0
    elif n and len(a):
        divisor = np.where(scale > 0, scale, 1.0)[:, None, None]
        _eliminate_all((a / divisor - transposed / divisor) / 2, logarithm, phase)
        logarithm += n / 2 * np.log(np.where(scale > 0, scale, 1.0))
    if shape:
        return logarithm.reshape(shape), phase.reshape(shape)
    return float(logarithm[0]), complex(phase[0]) if np.iscomplexobj(a) else float(phase[0])
