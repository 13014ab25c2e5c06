"""Symmetric tensors stored once: one number per multiset of indices, and the forms S(w, …, w) they define."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import InputError, input_error
from spinglass.hamiltonians import kernels, packed
from spinglass.hamiltonians.memory import memory_limit

FloatArray = NDArray[np.float64]

_AXES = 32  # of an array, in every version of numpy
_KEPT = 1 << 20  # entries up to which the map from ordered to sorted indices is kept
_DENSE_IS_FASTER = 1 << 18  # entries up to which products with the full tensor win


def sorted_multisets(n_spins: int, p: int) -> NDArray[np.int64]:
    """All i₁ ≤ … ≤ i_p in lexicographic order; shape (count, p)."""
    result = np.zeros((1, 0), dtype=np.int64)
    for degree in range(p):
        smallest = result[:, -1] if degree else np.zeros(1, dtype=np.int64)
        counts = n_spins - smallest
        ends = np.cumsum(counts)
        last = np.arange(ends[-1]) - np.repeat(ends - counts - smallest, counts)
        result = np.column_stack([np.repeat(result, counts, axis=0), last])
    return result


def orderings(multisets: NDArray[np.int64]) -> FloatArray:
    """The number of orderings p!/Π m! of each multiset."""
    number = np.ones(len(multisets))
    run = np.ones(len(multisets))
    for column in range(1, multisets.shape[1]):
        run = np.where(multisets[:, column] == multisets[:, column - 1], run + 1, 1.0)
        number = number * (column + 1) / run
    return number


def multisets_of_block(n_spins: int, p: int, first: int) -> NDArray[np.int64]:
    """The sorted indices of the entries (first, i₂, …, i_p) of the full tensor, in its order; shape (N^{p−1}, p)."""
    index = np.empty((n_spins ** (p - 1), p), dtype=np.int64)
    index[:, 0] = first
    index[:, 1:] = np.indices((n_spins,) * (p - 1)).reshape(p - 1, -1).T
    index.sort(axis=1)
    return index


def packed_positions(multisets: NDArray[np.int64], n_spins: int) -> NDArray[np.int64]:
    """The positions of multisets in the packed order."""
    p = multisets.shape[1]
    starts = packed.slab_starts(n_spins, p).astype(np.int64)
    position = starts[p, multisets[:, 0]]
    for t in range(1, p):
        position += starts[p - t, multisets[:, t]] - starts[p - t, multisets[:, t - 1]]
    return position


@lru_cache(maxsize=16)
def _kept_positions(n_spins: int, p: int) -> NDArray[np.int64]:
    rows = [packed_positions(multisets_of_block(n_spins, p, first), n_spins) for first in range(n_spins)]
    return np.array(rows).reshape((n_spins,) * p)


class SymmetricTensor:
    """A symmetric tensor S of degree p over N indices, packed: `entries` in lexicographic order of the multisets.

    The forms choose what is fastest: the full tensor where it is small, one pass over the entries elsewhere. A
    contiguous array of doubles is used as it is, read-only and without a copy (also one mapped from a file); pickles
    carry the entries alone.

    >>> S = SymmetricTensor(2, 2, np.array([1.0, 2.0, 3.0]))
    >>> S.dense()
    array([[1., 2.],
           [2., 3.]])
    """

    def __init__(self, p: int, n_spins: int, entries: FloatArray) -> None:
        count = packed.packed_size(n_spins, p)
        view = np.ascontiguousarray(entries, dtype=float).view(np.ndarray)
        if view.shape != (count,):
            raise input_error("entries.shape", view.shape, f"must be ({count},): one per multiset of {p} of {n_spins}")
        self.p, self.n_spins = p, n_spins
        view.setflags(write=False)
        self.entries: FloatArray = view
        self._dense: FloatArray | None = None

    def __reduce__(self) -> tuple[type[SymmetricTensor], tuple[int, int, FloatArray]]:
        return SymmetricTensor, (self.p, self.n_spins, self.entries)

    def dense(self) -> FloatArray:
        """The full array of shape (N,)*p, made at the first call; `InputError` with the bytes where it is too large."""
        if self._dense is None:
            n, p = self.n_spins, self.p
            if p > _AXES:
                raise input_error("p", p, f"must be at most {_AXES} for a full array of the couplings")
            need, limit = 8 * n**p + (24 * p * n ** (p - 1) if p > 2 else 0), memory_limit()
            if need > limit:
                raise InputError(
                    f"n_spins = {n}, p = {p}: the full array of the couplings would take {need} bytes "
                    f"({need / 2**30:.3g} GiB), more than the {limit} bytes allowed here (half of the memory); "
                    "energies and derivatives work with the packed couplings"
                )
            if p == 0:
                dense = self.entries.reshape(())
            elif p == 1:
                dense = self.entries
            elif n**p <= _KEPT:
                dense = self.entries[_kept_positions(n, p)]
            else:
                dense = np.empty((n,) * p)
                for first in range(n):
                    positions = packed_positions(multisets_of_block(n, p, first), n)
                    dense[first] = self.entries[positions].reshape((n,) * (p - 1))
            dense.setflags(write=False)
            self._dense = dense
        return self._dense

    @property
    def _full(self) -> bool:
        return self.p <= 2 or (self.p <= _AXES and self.n_spins**self.p <= _DENSE_IS_FASTER)

    def value(self, points: FloatArray) -> FloatArray:
        """S(w, …, w), shape (batch,)."""
        if self._full:
            return kernels.form_value(self.dense(), points)
        return packed.value_and_gradient(self.entries, self.p, points)[0]

    def gradient(self, points: FloatArray) -> FloatArray:
        """Its gradient, shape (batch, N)."""
        if self._full:
            return kernels.form_gradient(self.dense(), points)
        return packed.value_and_gradient(self.entries, self.p, points)[1]

    def value_and_gradient(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Both with one pass."""
        if not self._full:
            return packed.value_and_gradient(self.entries, self.p, points)
        if self.p == 0:
            return self.value(points), self.gradient(points)
        gradient = self.gradient(points)
        return np.einsum("bi,bi->b", points, gradient) / self.p, gradient

    def hessian(self, points: FloatArray) -> FloatArray:
        """Its Hessian, shape (batch, N, N)."""
        if self._full:
            return kernels.form_hessian(self.dense(), points)
        return packed.hessian(self.entries, self.p, points)

    def hessian_vector(self, points: FloatArray, vectors: FloatArray) -> FloatArray:
        """Its Hessian times v, shape (batch, N)."""
        if self._full:
            return kernels.form_hessian_vector(self.dense(), points, vectors)
        return packed.gradient_and_hessian_vector(self.entries, self.p, points, vectors)[1]

    def gradient_and_hessian_vector(self, points: FloatArray, vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The gradient and the Hessian times v, shapes (batch, N), with one pass."""
        if self._full:
            return self.gradient(points), self.hessian_vector(points, vectors)
        return packed.gradient_and_hessian_vector(self.entries, self.p, points, vectors)
