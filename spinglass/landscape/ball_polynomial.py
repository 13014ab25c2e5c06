"""The polynomial of a Hamiltonian with every coefficient enclosed in a ball."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import input_error
from spinglass.landscape.intervals import TINY, U
from spinglass.landscape.problem import PolynomialProblem

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BallPolynomial:
    """2^exponent Σ_k T_k(σ, …, σ), each entry of the symmetric T_k known as a ball.

    coefficients, radii : the tensors of k = 0 … degree one after the other, N^k numbers each.
    present : which degrees have a coefficient that is not exactly zero.
    random_degree : the highest degree of the couplings; the field may be of a higher one.
    """

    n_spins: int
    degree: int
    exponent: int
    coefficients: FloatArray
    radii: FloatArray
    present: NDArray[np.bool_]
    random_degree: int

    @classmethod
    def of(cls, problem: PolynomialProblem) -> BallPolynomial:
        """The polynomial of the doubles that ``polynomial_system()`` gives, without a rounding that is not enclosed.

        Enclosed are the sum of couplings and field, the field's powers D_j e⊗…⊗e, and the symmetric part of a tensor
        whose permuted entries differ. The scale is a power of two.
        """
        if not isinstance(problem, PolynomialProblem):
            raise input_error("s", problem, "must have n_spins and polynomial_system()")
        tensors, field, direction = problem.polynomial_system()
        n = int(problem.n_spins)
        e = np.asarray(direction, dtype=float)
        parts = _merged(n, {k: np.asarray(t, dtype=float) for k, t in tensors.items()}, np.asarray(field, float), e)
        present = np.array([bool(np.any(middle != 0) or np.any(radius > 0)) for middle, radius in parts])
        degree = int(np.max(np.flatnonzero(present), initial=0))
        parts, present = parts[: degree + 1], present[: degree + 1]
        largest = max([float(np.max(np.abs(middle), initial=0.0)) for middle, _ in parts[1:]], default=0.0)
        exponent = math.frexp(largest)[1] if 0 < largest < math.inf else 0
        coefficients = np.concatenate([middle.ravel() for middle, _ in parts])
        radii = np.concatenate([radius.ravel() for _, radius in parts])
        with np.errstate(under="ignore"):
            scaled = np.ldexp(coefficients, -exponent)
            lost = np.ldexp(scaled, exponent) != coefficients  # a power of two rounds in the subnormal range only
            radii = np.ldexp(radii, -exponent) + np.where(lost | (radii > 0), 2 * TINY, 0.0)
        couplings = max([0, *(int(k) for k, tensor in tensors.items() if np.any(tensor))])
        return cls(n, degree, exponent, scaled, radii, present, couplings)

    def tensor(self, k: int) -> tuple[FloatArray, FloatArray]:
        """T_k, N^k numbers and their radii."""
        start = sum(self.n_spins**j for j in range(k))
        part = slice(start, start + self.n_spins**k)
        return self.coefficients[part], self.radii[part]

    @property
    def is_homogeneous(self) -> bool:
        """Whether all terms but the constant have the same degree: then critical points come in pairs ±σ."""
        return int(np.sum(self.present[1:])) == 1

    def class_bound(self) -> int:
        """The largest number of isolated classes [x : μ] with Λ ≠ 0; if as many exist, no further point is critical.

        Degree d >= 3: for fixed Λ each class gives d − 2 solutions z, and N equations of degree d − 1 with z = 0 as one
        solution, or with x·x = μ² and the origin twice, have at most (d−1)^N, or 2(d−1)^N, isolated solutions counted
        with multiplicity, less if any are at infinity, Λ = 0, or of positive dimension (Bézout; Fulton, Intersection
        Theory, §8.4 and §12.3): ((d−1)^N − 1)/(d−2) classes, or twice as many (Cartwright, Sturmfels, LAA 438, 2013).
        Degree 2: N eigenlines; with a linear term the 2N roots of det(M−Λ)² (1 − |(M−Λ)^{-1}b|²), where an eigenvalue
        with several solutions is a root at least as often as it has isolated ones. Degree 1: b.

        A field of a degree j above that of the couplings, p >= 2, has solutions at infinity, and the number is that of
        generic members of the family, 2((j−1)c + 1) with c = ((p−1)^{N−1} − 1)/(p−2) (`HomogeneousSystem`), which no
        member can exceed in isolated solutions (Sommese, Wampler, The Numerical Solution of Systems of Polynomials,
        2005, theorem 7.1.1); manifolds of critical points are not excluded then.
        """
        d, n, p = self.degree, self.n_spins, self.random_degree
        if d > p >= 2:
            return 2 * ((d - 1) * _geometric(p - 1, n - 1) + 1)
        classes = _geometric(d - 1, n) if d > 0 else 0
        return classes if self.is_homogeneous else 2 * classes


def _geometric(base: int, count: int) -> int:
    """1 + base + … + base^{count − 1}."""
    return sum(base**k for k in range(count))


def _merged(
    n: int, tensors: dict[int, FloatArray], field: FloatArray, e: FloatArray
) -> list[tuple[FloatArray, FloatArray]]:
    """(midpoints, radii) of T_k + D_k e⊗…⊗e for k = 0, 1, …

    D_k e_i e_j … is off by at most (k + 1)u relative to it and k underflows, each below η times what multiplies it
    later; the sum by u relative to itself.
    """
    highest = max([0, *tensors, *(int(k) for k in np.flatnonzero(field))])
    reach = max(1.0, float(np.max(np.abs(e), initial=0.0)))
    parts = []
    power: FloatArray = np.array(1.0)
    for k in range(highest + 1):
        middle, radius = np.zeros((n,) * k), np.zeros((n,) * k)
        if k in tensors:
            if tensors[k].shape != (n,) * k or not np.all(np.isfinite(tensors[k])):
                raise input_error(f"polynomial_system()[0][{k}]", tensors[k], f"must be finite, of shape ({n},)*{k}")
            middle, radius = _symmetric(tensors[k])
        if k < len(field) and field[k] != 0:
            term = field[k] * power
            loss = (k + 1) * TINY * max(1.0, abs(float(field[k]))) * reach**k
            if np.any(middle):
                middle = middle + term
                radius = radius + 4 * U * np.abs(middle)
            else:
                middle = term
            # order of the factors differs between permuted entries: one of them stands for all
            middle = _sorted_entries(middle)
            radius = radius + ((4 * k + 8) * U * np.abs(term) + loss if k else 0.0)
        parts.append((middle, radius))
        power = np.multiply.outer(power, e)
    return parts


def _sorted_entries(tensor: FloatArray) -> FloatArray:
    """The tensor whose entries are those with sorted indices."""
    if tensor.ndim < 2:
        return tensor
    return np.ascontiguousarray(tensor[tuple(np.sort(np.indices(tensor.shape), axis=0))])


def _symmetric(tensor: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Midpoints and radii of the symmetric part: it lies between the extremes of the permuted entries."""
    swaps = (tensor.swapaxes(axis, axis + 1) for axis in range(tensor.ndim - 1))
    if all(np.array_equal(tensor, swap) for swap in swaps):
        return tensor, np.zeros(tensor.shape)
    middle = _sorted_entries(tensor)
    spread = np.zeros(tensor.shape)
    for order in itertools.permutations(range(tensor.ndim)):
        spread = np.maximum(spread, np.abs(tensor.transpose(order) - middle))
    return middle, spread * (1 + 4 * U)
