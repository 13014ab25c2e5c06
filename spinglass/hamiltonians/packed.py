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
        w = np.array(w)  # contiguous and writable: one compiled version of each loop serves all
        v = None if v is None else np.array(v)
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


def _gradient(entries: FloatArray, p: int, at: Monomials) -> FloatArray:
    """∇ S(w, …, w) = Σ_d p!/(d − 1)! D_d + p! A_1, from degree p down."""
    from spinglass.hamiltonians import packed_loops

    n = len(at.w)
    result, factor = np.zeros(n), 1.0
    for degree in range(p, 1, -1):
        columns = at.values[degree - 1]
        row, sums = np.zeros(len(columns)), np.zeros(n)
        packed_loops.heads(entries, at.starts, leading_runs(n, degree), columns, at.w, row, sums)
        packed_loops.tails(entries, at.starts, np.uint64(degree), columns, at.w, row, sums)
        factor *= degree
        result += factor * sums
        row.setflags(write=False)  # as the couplings are: one compiled version
        entries = row
    return result + factor * entries


def _both(entries: FloatArray, p: int, at: Monomials) -> tuple[FloatArray, FloatArray]:
    """∇ S(w, …, w) and its derivative in the direction v, ∇² S(w, …, w) v."""
    from spinglass.hamiltonians import packed_loops

    assert at.v is not None
    n = len(at.w)
    gradient, product, factor = np.zeros(n), np.zeros(n), 1.0
    for degree in range(p, 1, -1):
        values, slopes = at.values[degree - 1], at.slopes[degree - 1]
        row, row_along = np.zeros(len(values)), np.zeros(len(values))
        sums, sums_along = np.zeros(n), np.zeros(n)
        runs = leading_runs(n, degree)
        packed_loops.heads(entries, at.starts, runs, values, at.w, row, sums)
        packed_loops.heads(entries, at.starts, runs, slopes, at.v, row_along, sums_along)
        packed_loops.tails_along(
            entries, at.starts, np.uint64(degree), values, slopes, at.w, at.v, row, row_along, sums, sums_along
        )
        row.setflags(write=False)
        row_along.setflags(write=False)
        factor *= degree
        gradient += factor * sums
        product += factor * (sums_along + _gradient(row_along, degree - 1, at))
        entries = row
    return gradient + factor * entries, product


def value_and_gradient(entries: FloatArray, p: int, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """S(w, …, w), shape (batch,), and its gradient, shape (batch, N); one pass per point; p >= 2."""
    gradient = np.array([_gradient(entries, p, Monomials(p, w)) for w in points]).reshape(points.shape)
    return np.einsum("bi,bi->b", points, gradient) / p, gradient


def gradient_and_hessian_vector(
    entries: FloatArray, p: int, points: FloatArray, vectors: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """∇S(w, …, w) and ∇²S(w, …, w) v, shapes (batch, N); one pass per point for both; p >= 2."""
    gradient, product = np.empty(points.shape), np.empty(points.shape)
    for b, (w, v) in enumerate(zip(points, vectors, strict=True)):
        gradient[b], product[b] = _both(entries, p, Monomials(p, w, v))
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
            packed_loops.contract(tensor, starts, np.uint64(degree), np.array(points[b]), lower)
            lower.setflags(write=False)
            tensor = lower
        packed_loops.unpack_matrix(tensor, result[b], float(p * (p - 1)))
    return result
