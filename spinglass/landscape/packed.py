"""Packed second derivatives of a homogeneous system: coefficients of monomials, each entry of a symmetric tensor once.

∂²Φ/∂x_i∂z_k = Σ_α C_{(i,k),α} z^α. Rows are the pairs i <= k <= N, then the pairs (i, μ); monomials are the nodes of a
tree, each its parent times one unknown, so that products, and power series of them, are made one factor at a time.
The field enters through its latitude, the last coordinate, and keeps polynomials of two unknowns for itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from spinglass.landscape.homogeneous_system import HomogeneousSystem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Powers = tuple[int, ...]
FieldArray = TypeVar("FieldArray", FloatArray, NDArray[np.complex128])


@dataclass(frozen=True, eq=False)
class Monomials:
    """The tree of monomials that a family of systems needs; one for all members of the family.

    parent, variable : of each monomial but the first, which is 1.
    diagonal, edge : the monomials x_i^{p−2} μ^q and x_i^{p−1} μ^{q−1} (−1 for q = 0), q = d − p.
    bends : the first of the monomials m^k μ^{d−2−k}, k = 0, …, d − 2, of the field.
    """

    parent: IntArray
    variable: IntArray
    diagonal: IntArray
    edge: IntArray
    bends: int
    first: int  # of those in C
    groups: tuple[tuple[Powers, ...], ...]


@lru_cache(maxsize=32)
def monomials(n_spins: int, p: int, degree: int, has_mu: bool, has_field: bool) -> Monomials:
    """The tree for p the degree of the random part and `degree` >= p that of the whole."""
    n, q = n_spins, degree - p
    lower = [(*x, q + 1) for x in _powers(n, p - 3)] if has_mu else []
    middle = [(*x, q) for x in _powers(n, p - 2)]
    upper = [(*x, q - 1) for x in _powers(n, p - 1)] if q > 0 else []
    bends = [(*(0,) * (n - 1), k, degree - 2 - k) for k in range(degree - 1)] if has_field else []
    groups = (tuple(lower), tuple(middle), tuple(upper), tuple(bends))
    ancestors: dict[Powers, None] = {}
    for group in groups:
        for powers in group:
            while any(powers):
                powers = _reduced(powers)[0]
                ancestors[powers] = None
    ancestors[(0,) * (n + 1)] = None
    ordered = sorted(ancestors, key=sum)
    place = {powers: number for number, powers in enumerate(ordered)}
    parent, variable = [0], [0]
    for powers in [*ordered[1:], *lower, *middle, *upper, *bends]:
        above, factor = _reduced(powers) if any(powers) else (powers, -1)
        parent.append(place[above])
        variable.append(factor)
    first = len(ordered)
    marks = first + np.cumsum([0, *(len(group) for group in groups)])
    units = np.eye(n, dtype=int)
    middles = {powers: number for number, powers in enumerate(middle, start=marks[1])}
    uppers = {powers: number for number, powers in enumerate(upper, start=marks[2])}
    diagonal = [middles[(*((p - 2) * unit).tolist(), q)] for unit in units]
    edge = [uppers[(*((p - 1) * unit).tolist(), q - 1)] if q > 0 else -1 for unit in units]
    return Monomials(
        np.array(parent),
        np.array(variable),
        np.array(diagonal),
        np.array(edge),
        int(marks[3]),
        first,
        groups,
    )


def coefficients(system: HomogeneousSystem, table: Monomials) -> FloatArray:
    """C of a system whose field, if any, is along the last axis: (rows, monomials from `table.first`)."""
    n, p, q = system.n_spins, system.random_degree, system.degree - system.random_degree
    lower, middle, upper, _ = table.groups
    pairs = np.triu_indices(n)
    rows = len(pairs[0])
    result = np.zeros((rows + n * system.has_mu, len(lower) + len(middle) + len(upper)))
    at = {"lower": 0, "middle": len(lower), "upper": len(lower) + len(middle)}
    top, below = system.tensors.get(p), system.tensors.get(p - 1)
    if top is not None:
        result[:rows, at["middle"] : at["upper"]] = p * (p - 1) * _columns(top, middle, n)[pairs]
        if q > 0:
            result[rows:, at["upper"] :] = p * q * _columns(top, upper, n)
    if below is not None:
        if p > 2:
            result[:rows, : at["middle"]] = (p - 1) * (p - 2) * _columns(below, lower, n)[pairs]
        result[rows:, at["middle"] : at["upper"]] = (p - 1) * (q + 1) * _columns(below, middle, n)
    return result


def bend_coefficients(field: FieldArray, degree: int, has_field: bool) -> FieldArray:
    """Of m^k μ^{d−2−k} in ∂²/∂m² and in ∂²/∂m∂μ of Σ_k D_k m^k μ^{d−k}: shape (2, d − 1), (2, 0) without field."""
    if not has_field:
        return np.zeros((2, 0), dtype=field.dtype)
    padded = np.zeros(degree + 1, dtype=field.dtype)
    padded[: len(field)] = field
    k = np.arange(degree - 1)
    return np.stack([(k + 2) * (k + 1) * padded[2:], (k + 1) * (degree - 1 - k) * padded[1:-1]])


def along_last_axis(system: HomogeneousSystem) -> tuple[HomogeneousSystem, FloatArray]:
    """The system in coordinates in which e is the last axis, and the symmetric rotation R with x = R x′."""
    n = system.n_spins
    v = system.direction.copy()
    v[-1] -= 1.0
    length = float(v @ v)
    reflection = np.eye(n) - (2 / length) * np.outer(v, v) if length > 1e-30 else np.eye(n)
    tensors: dict[int, FloatArray] = {}
    for k, tensor in system.tensors.items():
        for axis in range(k):
            tensor = np.moveaxis(np.tensordot(reflection, tensor, axes=(1, axis)), 0, axis)
        tensors[k] = tensor
    return replace(system, tensors=tensors, direction=np.eye(n)[-1]), reflection


def _columns(tensor: FloatArray, group: Iterable[Powers], n: int) -> FloatArray:
    """T_{…,α} times the number of orders of the indices α, the last axis running over the monomials of a group."""
    entries = []
    for powers in group:
        indices = tuple(i for i in range(n) for _ in range(powers[i]))
        place = sum(i * n**k for k, i in enumerate(reversed(indices)))
        orders = math.factorial(len(indices)) / math.prod(math.factorial(k) for k in powers[:n])
        entries.append(orders * tensor.reshape(*tensor.shape[: tensor.ndim - len(indices)], -1)[..., place])
    return np.stack(entries, axis=-1)


def _powers(n: int, degree: int) -> list[Powers]:
    """The exponents of all monomials of a degree in n unknowns; none for negative degrees."""
    if degree < 0:
        return []
    return [tuple(indices.count(i) for i in range(n)) for indices in combinations_with_replacement(range(n), degree)]


def _reduced(powers: Powers) -> tuple[Powers, int]:
    """A monomial without one factor, an x as long as there is one, and that factor."""
    n = len(powers) - 1
    factor = next((i for i in range(n) if powers[i]), n)
    return (*powers[:factor], powers[factor] - 1, *powers[factor + 1 :]), factor
