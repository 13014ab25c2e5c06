"""Couplings of a spherical glass: symmetric tensors drawn with the right variances, or symmetrised from given ones.

H_p(w) = N^{−(p−1)/2} Σ_{i₁…i_p} X_{i₁…i_p} w_{i₁}⋯w_{i_p} depends on X only through its symmetric part S, whose entry
at a multiset with n orderings is the mean of n independent standard normals: variance 1/n.
"""

from __future__ import annotations

import itertools
import math
import os
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import InputError, input_error

FloatArray = NDArray[np.float64]

_SMALL = 1 << 22  # entries up to which the map from ordered to sorted indices is kept


def tensor_bytes(n_spins: int, p: int) -> int:
    """Bytes that a draw of the p-spin couplings needs: the full symmetric tensor and the map of its entries."""
    return 16 * n_spins**p


def memory_limit() -> int:
    """Bytes that one tensor may take: half of the machine's memory, or 2 GiB where that is unknown."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, OSError, ValueError):
        return 2 << 30


def check_fits(n_spins: int, p: int) -> None:
    """Refuse couplings that do not fit into memory, with the number of bytes they would take."""
    need, limit = tensor_bytes(n_spins, p), memory_limit()
    if need > limit:
        raise InputError(
            f"n_spins = {n_spins}, p = {p}: the couplings would take {need} bytes ({need / 2**30:.3g} GiB), "
            f"more than the {limit} bytes allowed here (half of the memory)"
        )


def _sorted_positions(n_spins: int, p: int) -> tuple[NDArray[np.int64], FloatArray]:
    """For each entry of the (N,)*p tensor the position of its multiset, and the 1/√(orderings) of each multiset."""
    multisets = np.array(list(itertools.combinations_with_replacement(range(n_spins), p)), dtype=np.int64)
    multisets = multisets.reshape(-1, p)
    orderings = np.empty(len(multisets))
    run = np.ones(len(multisets))
    repeats = np.ones(len(multisets))  # the product of the factorials of the multiplicities
    for column in range(1, p):
        run = np.where(multisets[:, column] == multisets[:, column - 1], run + 1, 1.0)
        repeats *= run
    orderings = math.factorial(p) / repeats
    positions = np.empty((n_spins,) * p, dtype=np.int64)
    numbers = np.arange(len(multisets))
    for order in itertools.permutations(range(p)):
        positions[tuple(multisets[:, column] for column in order)] = numbers
    return positions, 1 / np.sqrt(orderings)


@lru_cache(maxsize=16)
def _kept_positions(n_spins: int, p: int) -> tuple[NDArray[np.int64], FloatArray]:
    return _sorted_positions(n_spins, p)


def draw(n_spins: int, p: int, rng: np.random.Generator) -> FloatArray:
    """A random symmetric tensor, the law of the symmetric part of i.i.d. standard normal X_{i₁…i_p}.

    One standard normal per multiset of indices, in lexicographic order, so that a generator gives the same couplings
    on every platform.
    """
    check_fits(n_spins, p)
    if p == 0:
        return np.asarray(rng.standard_normal())
    if p == 1:
        return rng.standard_normal(n_spins)
    positions, deviations = (_kept_positions if n_spins**p <= _SMALL else _sorted_positions)(n_spins, p)
    packed = deviations * rng.standard_normal(len(deviations))
    return packed[positions]


def symmetrised(p: int, x: ArrayLike, n_spins: int | None = None) -> FloatArray:
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
    if p < 2:
        return tensor.copy()
    total = np.zeros(tensor.shape)
    for order in itertools.permutations(range(p)):
        total += tensor.transpose(order)
    return total / math.factorial(p)
