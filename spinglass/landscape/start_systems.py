"""Start systems of the homotopies with all their solutions: as many as the generic number, none of them singular.

Coordinates apart, c_i μ^{d−p} x_i^{p−1} = λ x_i is solved by every choice of zeros and roots of unity. A field of a
degree j > p needs a start with as many solutions, in coordinates with e = e_N: there the same equations hold for i < N,
and g(x_N, μ) = λ x_N with a polynomial g of degree j − 1. At μ = 1 the first give x = (r v, m) with v a class for N − 1
unknowns, v_i^{p−2} = 1/c_i on its support, λ = r^{p−2} and r² v·v = 1 − m²; what is left is a polynomial in m,

    p even: g(m) = m ((1 − m²)/v·v)^{(p−2)/2}, with both signs of r,
    p odd: g(m)² = m² ((1 − m²)/v·v)^{p−2}, with r^{p−2} = g(m)/m,

2(j − 1) solutions for each class; besides there are m = ±1, x = ±e, λ = ±g(±1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

ComplexArray = NDArray[np.complex128]

_SEED = 20130415


@dataclass(frozen=True, eq=False)
class StartSystem:
    """c_i, the coefficients S_k of Σ_k S_k m^k μ^{d−k} (g is its derivative), and the solutions (z, λ), |z| = 1."""

    diagonal: ComplexArray
    field: ComplexArray
    solutions: ComplexArray

    def times(self, gamma: complex) -> StartSystem:
        """γ S: the same points, λ times γ."""
        turned = self.solutions.copy()
        turned[:, -1] *= gamma
        return StartSystem(gamma * self.diagonal, gamma * self.field, turned)


@lru_cache(maxsize=8)
def start_system(
    n_spins: int, p: int, degree: int, has_mu: bool, has_field: bool, has_parity: bool, attempt: int
) -> StartSystem:
    """The start system of a family, made once and kept: fixed random numbers, others for each attempt."""
    rng = np.random.default_rng([_SEED, attempt])
    if has_field:
        return _field_start(n_spins, p, degree, has_parity, rng)
    return _diagonal_start(n_spins, p, has_mu, rng)


def _diagonal_start(n_spins: int, p: int, has_mu: bool, rng: np.random.Generator) -> StartSystem:
    """The start for tensors of degree p >= 3 without field: (x, λ), or (x, μ, λ) with both signs of μ."""
    c = _on_the_circle(n_spins, rng)
    x = _classes(c, p)
    if has_mu:
        mu = np.sqrt(np.sum(x * x, axis=1))
        x = np.concatenate([np.column_stack([x, mu]), np.column_stack([x, -mu])])
    return StartSystem(c, np.zeros(0, dtype=complex), _normalised(x, np.ones(len(x), dtype=complex), p))


def subset_start(n_spins: int, has_mu: bool, gamma: complex) -> StartSystem:
    """γ x_i² = λ x_i in the order of `spinglass.landscape.homotopy`: x_i is 1 or 0 by the bits of a number."""
    subsets = np.arange(1, 1 << n_spins)[:, None] >> np.arange(n_spins) & 1
    x = subsets.astype(complex)
    if has_mu:
        mu = np.sqrt(np.sum(x, axis=1))
        x = np.column_stack([x, mu]).repeat(2, axis=0)
        x[1::2, -1] *= -1
    c = np.full(n_spins, gamma)
    return StartSystem(c, np.zeros(0, dtype=complex), _normalised(x, np.full(len(x), gamma), 3))


def _field_start(n_spins: int, p: int, degree: int, has_parity: bool, rng: np.random.Generator) -> StartSystem:
    """The start for tensors of degree p >= 2 with a field of a higher degree; one of each pair ±x for one parity."""
    n = n_spins
    c = _on_the_circle(n, rng)
    c[-1] = 0
    field = rng.normal(size=degree + 1) + 1j * rng.normal(size=degree + 1)
    field[0] = 0
    if has_parity:
        field[(degree - np.arange(degree + 1)) % 2 == 1] = 0
    g = np.polyder(field[::-1]).astype(complex)
    points: list[ComplexArray] = []
    multipliers: list[complex] = []
    for v, square, multiplier in _lower_classes(c[:-1], p):
        one_minus: ComplexArray = np.array([-1, 0, 1], dtype=complex) / square
        for m, r in _latitudes(g, one_minus, multiplier, p):
            points.append(np.array([*(r * v), m, 1.0]))
            multipliers.append(multiplier * r ** (p - 2))
    for m in (1.0, -1.0):
        points.append(np.array([*np.zeros(n - 1), m, 1.0], dtype=complex))
        multipliers.append(complex(np.polyval(g, m) / m))
    z, values = np.array(points), np.array(multipliers)
    if has_parity:
        half = z[:, :n] @ (rng.normal(size=n) + 1j * rng.normal(size=n))
        z, values = z[half.real > 0], values[half.real > 0]
    return StartSystem(c, field, _normalised(z, values, degree))


def _lower_classes(c: ComplexArray, p: int) -> list[tuple[ComplexArray, complex, complex]]:
    """(v, v·v, λ at |r| = 1) of the classes of c_i v_i^{p−1} = λ v_i."""
    if p == 2:
        units = np.eye(len(c), dtype=complex)
        return [(unit, 1.0 + 0j, complex(value)) for unit, value in zip(units, c, strict=True)]
    return [(v, complex(np.sum(v * v)), 1.0 + 0j) for v in _classes(c, p)] if len(c) else []


def _latitudes(g: ComplexArray, one_minus: ComplexArray, multiplier: complex, p: int) -> list[tuple[complex, complex]]:
    """(m, r) with r² = (1 − m²)/v·v and g(m) = λ r^{p−2} m."""
    pairs: list[tuple[complex, complex]] = []
    if p % 2 == 0:
        other = np.array([multiplier, 0])
        for _ in range((p - 2) // 2):
            other = np.polymul(other, one_minus)
        for m in np.roots(np.polysub(g, other)):
            r = np.sqrt(np.polyval(one_minus, m))
            pairs += [(m, r), (m, -r)]
        return pairs
    squares = np.array([1.0, 0, 0], dtype=complex)
    for _ in range(p - 2):
        squares = np.polymul(squares, one_minus)
    for m in np.roots(np.polysub(np.polymul(g, g), squares)):
        r = np.sqrt(np.polyval(one_minus, m))
        if abs(np.polyval(g, m) - r ** (p - 2) * m) > abs(np.polyval(g, m) + r ** (p - 2) * m):
            r = -r
        pairs.append((m, r))
    return pairs


def _classes(c: ComplexArray, p: int) -> ComplexArray:
    """All nonzero solutions of c_i x_i^{p−1} = x_i up to a common root of unity, p >= 3."""
    n, roots = len(c), p - 2
    turns = np.arange(1, (p - 1) ** n)[:, None] // (p - 1) ** np.arange(n) % (p - 1)  # 0 or 1 + the root's number
    leading = turns[np.arange(len(turns)), np.argmax(turns > 0, axis=1)]
    turns = turns[leading == 1]
    values = np.concatenate([[0.0], np.exp(2j * np.pi * np.arange(roots) / roots)])
    classes: ComplexArray = values[turns] * c ** (-1 / roots)
    return classes


def _normalised(z: ComplexArray, multipliers: ComplexArray, degree: int) -> ComplexArray:
    """(z, λ) at |z| = 1."""
    size = np.linalg.norm(z, axis=1)
    return np.column_stack([z / size[:, None], multipliers / size ** (degree - 2)])


def _on_the_circle(count: int, rng: np.random.Generator) -> ComplexArray:
    """Random complex numbers of modulus one."""
    return np.exp(2j * np.pi * rng.random(count))
