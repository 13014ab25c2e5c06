"""Samplers of the GOE in the convention A_n: off-diagonal variance 1, diagonal variance 2, spectrum about [−2√n, 2√n].

The joint density of the eigenvalues is proportional to ∏|λ_i − λ_j| e^{−Σ λ_i²/4}. The tridiagonal form of Dumitriu and
Edelman needs O(n) memory; counts of eigenvalues and log|det| are O(n) by recursion.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import checked_float, checked_int, input_error
from spinglass._jit import jit

Random = np.random.Generator | int | None


def _generator(rng: Random) -> np.random.Generator:
    if isinstance(rng, (bool, str, float)):
        raise input_error("rng", rng, "must be a numpy Generator, a seed or None")
    return np.random.default_rng(rng)


def sample_goe(n: int, size: int | None = None, kappa: float = 0.0, rng: Random = None) -> NDArray[np.float64]:
    """Dense samples of A_n + κ e_1 e_1ᵀ.

    Parameters
    ----------
    n : order, >= 1.
    size : number of matrices; None gives one matrix of shape (n, n), else the shape is (size, n, n).
    kappa : strength of the rank-one spike on the first basis vector (by rotation invariance, any unit vector).
    rng : Generator or seed.

    >>> sample_goe(3, rng=0).shape, sample_goe(3, size=5, rng=0).shape
    ((3, 3), (5, 3, 3))
    """
    n = checked_int("n", n, 1)
    count = 1 if size is None else checked_int("size", size, 0)
    kappa = checked_float("kappa", kappa)
    normal = _generator(rng).standard_normal((count, n, n))
    # (X + Xᵀ)/√2 has off-diagonal variance 1 and diagonal variance 2
    result = (normal + normal.transpose(0, 2, 1)) / math.sqrt(2)
    result[:, 0, 0] += kappa
    return result[0] if size is None else result


def sample_goe_tridiagonal(
    n: int, size: int | None = None, kappa: float = 0.0, rng: Random = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Tridiagonal matrices with the eigenvalue law of A_n + κ e eᵀ: diagonals (…, n) and off-diagonals (…, n − 1).

    Diagonal entries are N(0, 2), the j-th off-diagonal entry is chi with n − j degrees of freedom. The spike is added
    to the corner entry: e can be rotated to the first basis vector, which the tridiagonalisation leaves fixed.

    Parameters as for `sample_goe`. Source: Dumitriu, Edelman, J. Math. Phys. 43 (2002) 5830, scaled to A_n.

    >>> diagonal, off_diagonal = sample_goe_tridiagonal(4, rng=0)
    >>> diagonal.shape, off_diagonal.shape
    ((4,), (3,))
    """
    n = checked_int("n", n, 1)
    count = 1 if size is None else checked_int("size", size, 0)
    kappa = checked_float("kappa", kappa)
    generator = _generator(rng)
    diagonal = math.sqrt(2) * generator.standard_normal((count, n))
    diagonal[:, 0] += kappa
    off_diagonal = np.sqrt(generator.chisquare(np.arange(n - 1, 0, -1), (count, n - 1)))
    return (diagonal[0], off_diagonal[0]) if size is None else (diagonal, off_diagonal)


@jit
def _count_below(diagonal: NDArray[np.float64], off_diagonal: NDArray[np.float64], cut: float) -> NDArray[np.int64]:
    counts = np.zeros(diagonal.shape[0], dtype=np.int64)
    for s in range(diagonal.shape[0]):
        pivot = 1.0
        for i in range(diagonal.shape[1]):
            square = off_diagonal[s, i - 1] ** 2 if i > 0 else 0.0
            if pivot == 0.0:
                pivot = 1e-300  # an exact zero pivot: the limit of a shift by an infinitesimal amount
            pivot = diagonal[s, i] - cut - square / pivot
            if pivot < 0:
                counts[s] += 1
    return counts


@jit
def _log_abs_determinant(
    diagonal: NDArray[np.float64], off_diagonal: NDArray[np.float64], shift: float
) -> NDArray[np.float64]:
    result = np.empty(diagonal.shape[0])
    for s in range(diagonal.shape[0]):
        before, now, logarithm = 0.0, 1.0, 0.0
        for i in range(diagonal.shape[1]):
            square = off_diagonal[s, i - 1] ** 2 if i > 0 else 0.0
            before, now = now, (diagonal[s, i] - shift) * now - square * before
            size = max(abs(before), abs(now))
            if size > 1e150 or (0.0 < size < 1e-150):
                before, now = before / size, now / size
                logarithm += math.log(size)
        result[s] = logarithm + math.log(abs(now)) if now != 0.0 else -np.inf
    return result


def _tridiagonal(diagonal: ArrayLike, off_diagonal: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64], bool]:
    d, e = np.asarray(diagonal, dtype=float), np.asarray(off_diagonal, dtype=float)
    if d.ndim not in (1, 2) or d.shape[-1] < 1:
        raise input_error("diagonal", d.shape, "must have shape (n,) or (samples, n)")
    if e.shape != (*d.shape[:-1], d.shape[-1] - 1):
        raise input_error(
            "off_diagonal", e.shape, "must have one entry less than the diagonal, and the same leading shape"
        )
    if not (np.all(np.isfinite(d)) and np.all(np.isfinite(e))):
        raise input_error("diagonal", diagonal, "entries must be finite")
    return np.atleast_2d(d), e.reshape(1, -1) if e.ndim == 1 else e, d.ndim == 1


def count_below(diagonal: ArrayLike, off_diagonal: ArrayLike, cut: float) -> Any:
    """Number of eigenvalues below the cut of symmetric tridiagonal matrices, by Sturm sequences in O(n).

    diagonal (…, n), off_diagonal (…, n − 1), at most one leading dimension; gives an int or an integer array.

    >>> count_below([0.0, 0.0], [1.0], 0.5)
    1
    """
    d, e, single = _tridiagonal(diagonal, off_diagonal)
    counts = _count_below(d, e, checked_float("cut", cut))
    return int(counts[0]) if single else counts


def log_abs_determinant(diagonal: ArrayLike, off_diagonal: ArrayLike, shift: float = 0.0) -> Any:
    """log|det(T − shift)| of symmetric tridiagonal matrices by the three-term recursion in O(n), with rescaling.

    diagonal (…, n), off_diagonal (…, n − 1), at most one leading dimension; −inf for an exactly singular matrix.

    >>> log_abs_determinant([2.0, 1.0], [1.0])
    0.0
    """
    d, e, single = _tridiagonal(diagonal, off_diagonal)
    values = _log_abs_determinant(d, e, checked_float("shift", shift))
    return float(values[0]) if single else values
