"""Couplings of a spherical glass: symmetric tensors drawn with the right variances, or symmetrised from given ones.

H_p(w) = N^{−(p−1)/2} Σ_{i₁…i_p} X_{i₁…i_p} w_{i₁}⋯w_{i_p} depends on X only through its symmetric part S, whose entry
at a multiset with n orderings is the mean of n independent standard normals: variance 1/n.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import input_error
from spinglass.hamiltonians.memory import check_fits
from spinglass.hamiltonians.symmetric_tensor import (
    SymmetricTensor,
    multisets_of_block,
    orderings,
    packed_positions,
    sorted_multisets,
)

FloatArray = NDArray[np.float64]

_SMALL = 1 << 14  # couplings up to which their deviations are kept
_BLOCK = 1 << 23  # normals between two calls of `progress`


@lru_cache(maxsize=16)
def _kept_deviations(n_spins: int, p: int) -> FloatArray:
    return 1 / np.sqrt(orderings(sorted_multisets(n_spins, p)))


def draw(
    n_spins: int, p: int, rng: np.random.Generator, progress: Callable[[int, int], None] | None = None
) -> SymmetricTensor:
    """A random symmetric tensor, the law of the symmetric part of i.i.d. standard normal X_{i₁…i_p}.

    One standard normal per multiset of indices, in lexicographic order, so that a generator gives the same couplings
    on every platform; nothing larger than the packed couplings is made. `progress` hears (drawn, total).
    """
    check_fits(n_spins, p)
    count = math.comb(n_spins + p - 1, p)
    entries = np.empty(count)
    for start in range(0, count, _BLOCK):
        block = entries[start : start + _BLOCK]
        rng.standard_normal(out=block)
        if progress is not None:
            progress(start + len(block), count)
    if p >= 2 and count <= _SMALL:
        entries *= _kept_deviations(n_spins, p)
    elif p >= 2:
        from spinglass.hamiltonians import packed_loops

        packed_loops.scale_by_orderings(entries, np.uint64(n_spins), np.uint64(p))
    return SymmetricTensor(p, n_spins, entries)


def symmetrised(p: int, x: ArrayLike, n_spins: int | None = None) -> SymmetricTensor:
    """The symmetric part of given couplings X of shape (N,)*p; `InputError` on a wrong shape or a non-finite entry."""
    name = f"couplings[{p}]"
    try:
        tensor = np.asarray(x, dtype=float)
    except (TypeError, ValueError):
        raise input_error(name, x, "must be an array of real numbers") from None
    if tensor.ndim != p or len(set(tensor.shape)) > 1 or tensor.size == 0:
        raise input_error(f"{name}.shape", tensor.shape, f"must be (N,)*{p} with N >= 1")
    if n_spins is not None and p > 0 and tensor.shape[0] != n_spins:
        raise input_error(f"{name}.shape", tensor.shape, f"must be ({n_spins},)*{p}, the N of the other couplings")
    if not np.all(np.isfinite(tensor)):
        raise input_error(name, x, "must be finite")
    n = tensor.shape[0] if p else (n_spins or 1)
    if p < 2:
        return SymmetricTensor(p, n, tensor.flatten())
    entries = np.zeros(math.comb(n + p - 1, p))
    for first in range(n):
        multisets = multisets_of_block(n, p, first)
        np.add.at(entries, packed_positions(multisets, n), tensor[first].reshape(-1) / orderings(multisets))
    return SymmetricTensor(p, n, entries)
