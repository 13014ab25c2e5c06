"""Symmetric tensors stored once: one number per multiset of indices, and the forms S(w, …, w) they define."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import InputError
from spinglass.hamiltonians import kernels, packed
from spinglass.hamiltonians.memory import memory_limit

FloatArray = NDArray[np.float64]

_KEPT = 1 << 20  # entries up to which the map from ordered to sorted indices is kept
_DENSE_IS_FASTER = 1 << 15  # entries up to which products with the full tensor win


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


def _positions(n_spins: int, p: int) -> NDArray[np.int64]:
    """For each entry of the (N,)*p tensor the position of its multiset in the packed order."""
    position = np.zeros((n_spins,) * p, dtype=np.int64)
    index = np.sort(np.indices((n_spins,) * p, sparse=False).reshape(p, -1), axis=0)
    starts = packed.slab_starts(n_spins, p).astype(np.int64)
    flat = position.reshape(-1)
    before: Any = 0
    for t in range(p):
        flat += starts[p - t, index[t]] - starts[p - t, before]
        before = index[t]
    return position


@lru_cache(maxsize=16)
def _kept_positions(n_spins: int, p: int) -> NDArray[np.int64]:
    return _positions(n_spins, p)


class SymmetricTensor:
    """A symmetric tensor S of degree p over N indices, packed: `entries` in lexicographic order of the multisets.

    The forms choose what is fastest: the full tensor where it is small, one pass over the entries elsewhere. Pickles
    carry the entries alone.
    """

    def __init__(self, p: int, n_spins: int, entries: FloatArray) -> None:
        self.p, self.n_spins = p, n_spins
        view = entries.view()
        view.setflags(write=False)
        self.entries: FloatArray = view
        self._dense: FloatArray | None = None

    def __reduce__(self) -> tuple[type[SymmetricTensor], tuple[int, int, FloatArray]]:
        return SymmetricTensor, (self.p, self.n_spins, self.entries)

    def dense(self) -> FloatArray:
        """The full array of shape (N,)*p, made at the first call; `InputError` with the bytes where it is too large."""
        if self._dense is None:
            n, p = self.n_spins, self.p
            need, limit = 24 * n**p if p > 2 else 8 * n**p, memory_limit()
            if need > limit:
                raise InputError(
                    f"n_spins = {n}, p = {p}: the full array of the couplings would take {8 * n**p} bytes, and {need} "
                    f"while it is made ({need / 2**30:.3g} GiB), more than the {limit} bytes allowed here (half of the "
                    "memory); energies and derivatives work with the packed couplings"
                )
            if p == 0:
                dense = self.entries.reshape(())
            elif p == 1:
                dense = self.entries
            elif p == 2 and n * n > _KEPT:
                from spinglass.hamiltonians import packed_loops

                dense = np.empty((n, n))
                packed_loops.unpack_matrix(self.entries, dense, 1.0)
            else:
                dense = self.entries[(_kept_positions if n**p <= _KEPT else _positions)(n, p)]
            dense.setflags(write=False)
            self._dense = dense
        return self._dense

    @property
    def _full(self) -> bool:
        return self.p <= 2 or self.n_spins**self.p <= _DENSE_IS_FASTER

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
        return packed.hessian_vector(self.entries, self.p, points, vectors)

    def gradient_and_hessian_vector(self, points: FloatArray, vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The gradient and the Hessian times v, shapes (batch, N), with one pass."""
        if self._full:
            return self.gradient(points), self.hessian_vector(points, vectors)
        return packed.gradient_and_hessian_vector(self.entries, self.p, points, vectors)
