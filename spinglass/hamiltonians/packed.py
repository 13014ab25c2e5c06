"""Forms S(w, …, w) of packed symmetric tensors: value, gradient, Hessian and products with it, each in one pass.

With the slab of i as row i of a matrix over J (see `packed_loops`), S(w, …, w) = d Σ_i w_i Σ_J (S_(i, J)/r) P_J, where
P_J is the number of orderings of J times w_J and r the number of leading indices of (i, J) equal to i. The gradient is
then d (D + gradient of the form of degree d − 1 with the coefficients A), D_i = Σ_J (S/r) P_J, A_J = Σ_i (S/r) w_i: one
look at each entry for D and A together, and N times less work for the rest.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Table = NDArray[np.uint64]

_TILE = 8192  # columns whose P and A stay in the cache of the second level
_TOGETHER = 8  # points that share one pass


def packed_size(n_spins: int, p: int) -> int:
    """The number of multisets of p indices."""
    return math.comb(n_spins + p - 1, p)


@lru_cache(maxsize=32)
def slab_starts(n_spins: int, p: int) -> Table:
    """starts[d, i]: how many multisets of degree d begin with an index below i; shape (p + 1, N + 1)."""
    table = np.zeros((p + 1, n_spins + 1), dtype=np.uint64)
    for d in range(1, p + 1):
        table[d] = [packed_size(n_spins, d) - math.comb(n_spins - i + d - 1, d) for i in range(n_spins + 1)]
    table.setflags(write=False)
    return table


@lru_cache(maxsize=32)
def leading_runs(n_spins: int, degree: int) -> Table:
    """runs[r, i]: how many multisets of this degree in the slab of i begin with at least r indices i."""
    rows = [[math.comb(n_spins - i + degree - r - 1, degree - r) for i in range(n_spins)] for r in range(degree + 1)]
    table = np.array(rows, dtype=np.uint64)
    table.setflags(write=False)
    return table


class Monomials:
    """P_J = orderings × w_J of every degree below p, and the derivative of P_J in a direction v."""

    def __init__(self, p: int, w: FloatArray, v: FloatArray | None = None) -> None:
        from spinglass.hamiltonians import packed_loops

        n = len(w)
        starts = slab_starts(n, max(p, 2))
        self.w, self.v, self.starts = w, v, starts
        self.values: dict[int, FloatArray] = {1: w}
        self.slopes: dict[int, FloatArray] = {} if v is None else {1: v}
        for degree in range(2, p):
            runs = leading_runs(n, degree)
            self.values[degree] = np.zeros(packed_size(n, degree))
            packed_loops.raise_monomials(self.values[degree - 1], starts, runs, w, self.values[degree])
            if v is not None:
                slope = self.slopes[degree] = np.zeros(packed_size(n, degree))
                packed_loops.raise_monomials(self.values[degree - 1], starts, runs, v, slope)
                packed_loops.raise_monomials(self.slopes[degree - 1], starts, runs, w, slope)


def _fold(
    entries: FloatArray, degree: int, starts: Table, points: list[FloatArray], monomials: list[FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """(A, D) for several points and several P: shapes (points, size of degree − 1) and (monomials, N)."""
    from spinglass.hamiltonians import packed_loops

    n = len(points[0])
    weights, columns = np.array(points), np.array(monomials)
    rows = np.zeros((len(points), columns.shape[1]))
    sums = np.zeros((len(monomials), n))
    packed_loops.heads(entries, starts, leading_runs(n, degree), columns, weights, rows, sums)
    packed_loops.tails(entries, starts, np.uint64(degree), columns, weights, rows, sums, np.uint64(_TILE))
    return rows, sums


def _gradient(entries: FloatArray, degree: int, at: Monomials) -> FloatArray:
    """∇ S(w, …, w)."""
    if degree == 1:
        return entries
    rows, sums = _fold(entries, degree, at.starts, [at.w], [at.values[degree - 1]])
    return degree * (sums[0] + _gradient(rows[0], degree - 1, at))


def _hessian_vector(entries: FloatArray, degree: int, at: Monomials) -> FloatArray:
    """∇² S(w, …, w) v."""
    if degree == 1:
        return np.zeros(len(entries))
    assert at.v is not None
    rows, sums = _fold(entries, degree, at.starts, [at.w, at.v], [at.slopes[degree - 1]])
    lower = _hessian_vector(rows[0], degree - 1, at) + _gradient(rows[1], degree - 1, at)
    return degree * (sums[0] + lower)


def value_and_gradient(entries: FloatArray, p: int, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """S(w, …, w), shape (batch,), and its gradient, shape (batch, N); p >= 2."""
    batch, n = points.shape
    gradient = np.empty((batch, n))
    for start in range(0, batch, _TOGETHER):
        group = [Monomials(p, w) for w in points[start : start + _TOGETHER]]
        rows, sums = _fold(entries, p, group[0].starts, [at.w for at in group], [at.values[p - 1] for at in group])
        for b, at in enumerate(group):
            gradient[start + b] = p * (sums[b] + _gradient(rows[b], p - 1, at))
    return np.einsum("bi,bi->b", points, gradient) / p, gradient


def hessian_vector(entries: FloatArray, p: int, points: FloatArray, vectors: FloatArray) -> FloatArray:
    """∇²S(w, …, w) v, shape (batch, N); p >= 2."""
    result = np.empty(points.shape)
    for b, (w, v) in enumerate(zip(points, vectors, strict=True)):
        result[b] = _hessian_vector(entries, p, Monomials(p, w, v))
    return result


def gradient_and_hessian_vector(
    entries: FloatArray, p: int, points: FloatArray, vectors: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """∇S(w, …, w) and ∇²S(w, …, w) v with one pass for both; p >= 2."""
    gradient, product = np.empty(points.shape), np.empty(points.shape)
    for b, (w, v) in enumerate(zip(points, vectors, strict=True)):
        at = Monomials(p, w, v)
        rows, sums = _fold(entries, p, at.starts, [w, v], [at.values[p - 1], at.slopes[p - 1]])
        gradient[b] = p * (sums[0] + _gradient(rows[0], p - 1, at))
        product[b] = p * (sums[1] + _hessian_vector(rows[0], p - 1, at) + _gradient(rows[1], p - 1, at))
    return gradient, product


def hessian(entries: FloatArray, p: int, points: FloatArray) -> FloatArray:
    """∇²S(w, …, w), shape (batch, N, N); p >= 2."""
    from spinglass.hamiltonians import packed_loops

    batch, n = points.shape
    result = np.empty((batch, n, n))
    starts = slab_starts(n, p)
    for b in range(batch):
        tensor = entries
        for degree in range(p, 2, -1):
            lower = np.zeros(packed_size(n, degree - 1))
            packed_loops.contract(tensor, starts, np.uint64(degree), points[b], lower)
            tensor = lower
        packed_loops.unpack_matrix(tensor, result[b], float(p * (p - 1)))
    return result
