"""Samplers of the GOE in the convention A_n: off-diagonal variance 1, diagonal variance 2, spectrum about [−2√n, 2√n].

The joint density of the eigenvalues is proportional to ∏|λ_i − λ_j| e^{−Σ λ_i²/4}. The tridiagonal form of Dumitriu and
Edelman needs O(n) memory; counts of eigenvalues and log|det| are O(n) by recursion. Other β (unitary, symplectic) and
covariance matrices have tridiagonal forms as well.
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


def sample_hermite_tridiagonal(
    n: int, beta: float, size: int | None = None, rng: Random = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Tridiagonal matrices whose eigenvalues have the density ∝ ∏|λ_i − λ_j|^β e^{−β Σ λ_i²/4}.

    β = 1 is A_n; β = 2 and 4 are Hermitian and quaternion matrices with off-diagonal entries of mean square modulus 1
    and diagonal variance 2/β. The spectrum is about [−2√n, 2√n] for every β. Diagonal N(0, 2/β), j-th off-diagonal
    entry chi with β (n − j) degrees of freedom over √β. Shapes as for `sample_goe_tridiagonal`; β > 0.

    Source: Dumitriu, Edelman, J. Math. Phys. 43 (2002) 5830, scaled.

    >>> diagonal, off_diagonal = sample_hermite_tridiagonal(4, 2, size=7, rng=0)
    >>> diagonal.shape, off_diagonal.shape
    ((7, 4), (7, 3))
    """
    n = checked_int("n", n, 1)
    beta = checked_float("beta", beta, 0, low_open=True)
    count = 1 if size is None else checked_int("size", size, 0)
    generator = _generator(rng)
    diagonal = math.sqrt(2 / beta) * generator.standard_normal((count, n))
    off_diagonal = np.sqrt(generator.chisquare(beta * np.arange(n - 1, 0, -1), (count, n - 1)) / beta)
    return (diagonal[0], off_diagonal[0]) if size is None else (diagonal, off_diagonal)


def sample_wishart(rows: int, columns: int, size: int | None = None, rng: Random = None) -> NDArray[np.float64]:
    """Dense samples of X Xᵀ/m, X of n × m = rows × columns independent standard normal entries.

    Shape (n, n), or (size, n, n). The spectrum follows the Marchenko-Pastur law of ratio n/m.

    >>> sample_wishart(3, 5, size=2, rng=0).shape
    (2, 3, 3)
    """
    rows, columns = checked_int("rows", rows, 1), checked_int("columns", columns, 1)
    count = 1 if size is None else checked_int("size", size, 0)
    normal = _generator(rng).standard_normal((count, rows, columns))
    result = normal @ normal.transpose(0, 2, 1) / columns
    return np.asarray(result[0] if size is None else result)


def sample_laguerre_tridiagonal(
    rows: int, columns: int, beta: float = 1, size: int | None = None, rng: Random = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Tridiagonal matrices with the eigenvalue law of X X†/m, X of n × m = rows × columns entries, n <= m.

    Entries of unit mean square modulus: real (β = 1), complex (2), quaternion (4), or any β > 0. The matrix is
    B Bᵀ/(βm), B lower bidiagonal with chi entries of β m, β (m − 1), … degrees of freedom on the diagonal and
    β (n − 1), …, β below it. Gives diagonals (…, n) and off-diagonals (…, n − 1).

    Source: Dumitriu, Edelman, J. Math. Phys. 43 (2002) 5830.

    >>> diagonal, off_diagonal = sample_laguerre_tridiagonal(3, 5, rng=0)
    >>> diagonal.shape, off_diagonal.shape
    ((3,), (2,))
    """
    rows = checked_int("rows", rows, 1)
    columns = checked_int("columns", columns, rows)
    beta = checked_float("beta", beta, 0, low_open=True)
    count = 1 if size is None else checked_int("size", size, 0)
    generator = _generator(rng)
    squares = generator.chisquare(beta * np.arange(columns, columns - rows, -1), (count, rows))
    below = generator.chisquare(beta * np.arange(rows - 1, 0, -1), (count, rows - 1))
    scale = beta * columns
    off_diagonal = np.sqrt(squares[:, :-1] * below) / scale
    diagonal = squares / scale
    diagonal[:, 1:] += below / scale
    return (diagonal[0], off_diagonal[0]) if size is None else (diagonal, off_diagonal)


@jit
def _count_below(
    diagonal: NDArray[np.float64], off_diagonal: NDArray[np.float64], cuts: NDArray[np.float64]
) -> NDArray[np.int64]:
    counts = np.zeros((diagonal.shape[0], cuts.shape[0]), dtype=np.int64)
    for s in range(diagonal.shape[0]):
        for c in range(cuts.shape[0]):
            pivot = 1.0
            for i in range(diagonal.shape[1]):
                square = off_diagonal[s, i - 1] ** 2 if i > 0 else 0.0
                if pivot == 0.0:
                    pivot = 1e-300  # an exact zero pivot: the limit of a shift by an infinitesimal amount
                pivot = diagonal[s, i] - cuts[c] - square / pivot
                if pivot < 0:
                    counts[s, c] += 1
    return counts


@jit
def _log_abs_determinant(
    diagonal: NDArray[np.float64], off_diagonal: NDArray[np.float64], shifts: NDArray[np.float64]
) -> NDArray[np.float64]:
    result = np.empty((diagonal.shape[0], shifts.shape[0]))
    for s in range(diagonal.shape[0]):
        for c in range(shifts.shape[0]):
            before, now, logarithm = 0.0, 1.0, 0.0
            for i in range(diagonal.shape[1]):
                square = off_diagonal[s, i - 1] ** 2 if i > 0 else 0.0
                before, now = now, (diagonal[s, i] - shifts[c]) * now - square * before
                size = max(abs(before), abs(now))
                if size > 1e150 or (0.0 < size < 1e-150):
                    before, now = before / size, now / size
                    logarithm += math.log(size)
            result[s, c] = logarithm + math.log(abs(now)) if now != 0.0 else -np.inf
    return result


def _cuts(argument: str, value: ArrayLike) -> NDArray[np.float64]:
    if isinstance(value, (np.ndarray, list, tuple)):
        array = np.asarray(value)
        if array.dtype.kind not in "iuf" or not np.all(np.isfinite(array)):
            raise input_error(argument, value, "must be finite real numbers")
        return array.astype(float)
    return np.asarray(checked_float(argument, value))


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


def count_below(diagonal: ArrayLike, off_diagonal: ArrayLike, cut: ArrayLike) -> Any:
    """Number of eigenvalues below the cut of symmetric tridiagonal matrices, by Sturm sequences in O(n).

    diagonal (…, n), off_diagonal (…, n − 1), at most one leading dimension; cut a number or an array. Gives integers of
    shape (…) + cut.shape, a plain int for one matrix and one cut. An eigenvalue equal to the cut is not below it.

    >>> count_below([0.0, 0.0], [1.0], 0.5), count_below([0.0, 0.0], [1.0], [-2, 0, 2]).tolist()
    (1, [0, 1, 2])
    """
    d, e, single = _tridiagonal(diagonal, off_diagonal)
    cuts = _cuts("cut", cut)
    counts = _count_below(d, e, cuts.ravel()).reshape(len(d), *cuts.shape)
    if single:
        return counts[0] if cuts.ndim else int(counts[0])
    return counts


def log_abs_determinant(diagonal: ArrayLike, off_diagonal: ArrayLike, shift: ArrayLike = 0.0) -> Any:
    """log|det(T − shift)| of symmetric tridiagonal matrices by the three-term recursion in O(n), with rescaling.

    diagonal (…, n), off_diagonal (…, n − 1), at most one leading dimension; shift a number or an array, shape of the
    result (…) + shift.shape; −inf for an exactly singular matrix.

    >>> log_abs_determinant([2.0, 1.0], [1.0])
    0.0
    """
    d, e, single = _tridiagonal(diagonal, off_diagonal)
    shifts = _cuts("shift", shift)
    values = _log_abs_determinant(d, e, shifts.ravel()).reshape(len(d), *shifts.shape)
    if single:
        return values[0] if shifts.ndim else float(values[0])
    return values
