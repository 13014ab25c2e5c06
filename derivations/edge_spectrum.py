"""Eigenvalues of the Airy operator on a half line to many digits, through the differential operator it commutes with.

T_s f(x) = ∫_0^∞ Ai(x + y + s) f(y) dy (the kernel ½Ai((x+y)/2) on (s, ∞) after a change of variable) commutes with
H f = −(x f′)′ + x(x + s) f (Tracy and Widom 1994). H has a simple spectrum and well separated eigenfunctions: they are
found in a basis of integrated Legendre polynomials on [0, L], where H is banded, and T only enters through
λ_j f_j(0) = ∫ Ai(y + s) f_j(y) dy. Eigenvalues next to ±1 or next to 0 are then a matter of working digits alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from flint import arb, arb_mat, ctx
from scipy import linalg

WIDTH = 4  # of the bands beside the diagonal
_DIGIT = math.log(10)
Band = list[list[Any]]


@dataclass(frozen=True)
class Resolution:
    """Size of the basis, length of the interval [0, length], and working digits."""

    size: int
    length: float
    digits: int

    def finer(self) -> Resolution:
        """The resolution that a value must not depend on."""
        return Resolution(int(1.15 * self.size) + 16, 1.06 * self.length, int(1.15 * self.digits) + 10)


def first_resolution(s: float) -> Resolution:
    """Where to start: cut where an Airy tail leaves the digits that the smallest 1 − |λ| and |λ| need."""
    depth, start = max(0.0, -s), max(0.0, s)
    near_one = 0.41 * depth**1.5  # digits: 1 − λ_0 ~ exp(−(2√2/3)|s|^{3/2})
    spread = 32 * math.log10(1 + start)  # digits between the first and the last eigenvalue in use, right of 0
    length = (start**1.5 + 0.75 * _DIGIT * (near_one + 56 + spread)) ** (2 / 3) - start + depth
    return Resolution(int(104 + 2.3 * near_one + 5 * depth + 0.6 * spread), length, int(104 + 1.6 * near_one + spread))


class _Basis:
    """ψ_j(y) = ∫_y^1 P_j on [−1, 1], scaled: banded moments, and values at Gauss–Legendre nodes."""

    def __init__(self, size: int, digits: int) -> None:
        ctx.dps = digits
        self.scale = [(arb(2 * j + 1) / 2).sqrt().mid() for j in range(size)]
        plain: list[dict[int, Any]] = [{0: arb(1), 1: arb(-1)}]
        plain += [{j - 1: arb(1) / (2 * j + 1), j + 1: arb(-1) / (2 * j + 1)} for j in range(1, size)]
        once = [_times_one_plus_y(row) for row in plain]
        twice = [_times_one_plus_y(row) for row in once]
        self.mass, self.linear, self.square = (self._products(plain, other) for other in (plain, once, twice))
        self.stiffness = [[arb(1)] + [arb(0)] * WIDTH for _ in range(size)]
        for j in range(size - 1):
            self.stiffness[j][1] = (
                arb(2 * (j + 1)) / ((2 * j + 1) * (2 * j + 3)) * self.scale[j] * self.scale[j + 1]
            ).mid()
        count = size + 10
        pairs = [arb.legendre_p_root(count, number, weight=True) for number in range(count)]
        self.nodes, self.weights = [node.mid() for node, _ in pairs], [weight.mid() for _, weight in pairs]
        self.values = arb_mat([self._row(node) for node in self.nodes]).transpose()

    def _products(self, rows: list[dict[int, Any]], others: list[dict[int, Any]]) -> Band:
        size = len(rows)
        band: Band = [[arb(0)] * (WIDTH + 1) for _ in range(size)]
        for i in range(size):
            for k in range(min(WIDTH, size - 1 - i) + 1):
                other = others[i + k]
                total = sum((c * other[m] * 2 / (2 * m + 1) for m, c in rows[i].items() if m in other), arb(0))
                band[i][k] = (total * self.scale[i] * self.scale[i + k]).mid()
        return band

    def _row(self, node: Any) -> list[Any]:
        size = len(self.scale)
        legendre = [arb(1), node]
        for k in range(1, size):
            legendre.append((((2 * k + 1) * node * legendre[k] - k * legendre[k - 1]) / (k + 1)).mid())
        row = [(legendre[0] - legendre[1]) * self.scale[0]]
        return row + [(legendre[j - 1] - legendre[j + 1]) * self.scale[j] / (2 * j + 1) for j in range(1, size)]


def _times_one_plus_y(row: dict[int, Any]) -> dict[int, Any]:
    out: dict[int, Any] = {}
    for m, c in row.items():
        for target, part in ((m, c), (m + 1, c * (m + 1) / (2 * m + 1)), (m - 1, c * m / (2 * m + 1))):
            if target >= 0:
                out[target] = out.get(target, arb(0)) + part
    return out


@lru_cache(maxsize=4)
def _basis(size: int, digits: int) -> _Basis:
    return _Basis(size, digits)


def eigenvalues(s: Any, resolution: Resolution, least: int = 10, drop: float = 1e-24) -> list[Any]:
    """λ_0 > 0 > λ_1, …, by falling modulus, until |λ_j| < `drop` · |λ_{least−1}|, as flint numbers.

    The precision of flint's context is set to the working digits and stays so.
    """
    basis = _basis(resolution.size, resolution.digits)
    ctx.dps = resolution.digits
    size, half, place = resolution.size, arb(resolution.length) / 2, arb(s)
    cube, square = (half**3).mid(), (place * half**2).mid()
    operator = [
        [
            (basis.stiffness[i][k] + cube * basis.square[i][k] + square * basis.linear[i][k]).mid()
            for k in range(WIDTH + 1)
        ]
        for i in range(size)
    ]
    mass = [[(half * entry).mid() for entry in row] for row in basis.mass]
    count = min(size // 2, int(0.2123 * max(0.0, -float(s)) ** 1.5) + 45)
    _, vectors = linalg.eigh(_dense(operator), _dense(mass), subset_by_index=[0, count - 1])
    airy = [(w * (half * (1 + y) + place).airy_ai()).mid() for y, w in zip(basis.nodes, basis.weights, strict=True)]
    column = basis.values * arb_mat(len(airy), 1, airy)
    functional = [(half * column[i, 0]).mid() for i in range(size)]
    found: list[Any] = []
    for j in range(count):
        start = [arb(float(entry)) for entry in vectors[:, j]]
        value = _refined(operator, mass, start, functional, 2 * basis.scale[0])
        if found and not abs(value) < abs(found[-1]):
            raise ArithmeticError(f"the eigenvalues at s = {float(s)} are not in order at number {j}")
        found.append(value)
        if j >= least and abs(value) < abs(found[least - 1]) * drop:
            return found
    raise ArithmeticError(f"more than {count} eigenvalues are needed at s = {float(s)}")


def _refined(operator: Band, mass: Band, vector: list[Any], functional: list[Any], at_zero: Any) -> Any:
    """Rayleigh-quotient iteration from a vector in double precision; the eigenvalue of T once it has settled."""
    previous = arb(0)
    settled = arb(10) ** (-(ctx.dps * 3 // 5))
    for rounds in range(4):
        shift = (_dot(vector, _times(operator, vector)) / _dot(vector, _times(mass, vector))).mid()
        factors = _factorised(operator, mass, shift)
        for _ in range(1 if rounds == 0 else 4):
            vector = _solved(factors, _times(mass, vector))
            value = (_dot(vector, functional) / (at_zero * vector[0])).mid()
            if abs(value - previous) < settled * abs(value):
                return value
            previous = value
    raise ArithmeticError("an eigenvector did not settle")


def _dense(band: Band) -> Any:
    size = len(band)
    full = np.zeros((size, size))
    for i, row in enumerate(band):
        for k in range(min(WIDTH, size - 1 - i) + 1):
            full[i, i + k] = full[i + k, i] = float(row[k])
    return full


def _dot(one: list[Any], other: list[Any]) -> Any:
    return sum((a * b for a, b in zip(one, other, strict=True)), arb(0))


def _times(band: Band, vector: list[Any]) -> list[Any]:
    size = len(vector)
    out = []
    for i in range(size):
        total = band[i][0] * vector[i]
        for k in range(1, WIDTH + 1):
            if i + k < size:
                total += band[i][k] * vector[i + k]
            if i >= k:
                total += band[i - k][k] * vector[i - k]
        out.append(total.mid())
    return out


def _factorised(operator: Band, mass: Band, shift: Any) -> list[tuple[Any, list[Any]]]:
    """LDLᵀ of operator − shift · mass without pivoting: (1/pivot, multipliers) row by row; spare digits pay for it."""
    size = len(operator)
    rows = [
        [a - shift * b for a, b in zip(left, right, strict=True)] for left, right in zip(operator, mass, strict=True)
    ]
    factors = []
    for i, row in enumerate(rows):
        inverse = (1 / row[0]).mid()
        multipliers = [(entry * inverse).mid() for entry in row[1:]]
        for a in range(1, min(WIDTH, size - 1 - i) + 1):
            below = rows[i + a]
            for b in range(a, WIDTH + 1):
                below[b - a] = (below[b - a] - multipliers[a - 1] * row[b]).mid()
        factors.append((inverse, multipliers))
    return factors


def _solved(factors: list[tuple[Any, list[Any]]], right: list[Any]) -> list[Any]:
    """The solution, scaled to a largest component of about one."""
    size, w = len(factors), right
    for i, (_, multipliers) in enumerate(factors):
        for a in range(1, min(WIDTH, size - 1 - i) + 1):
            w[i + a] = (w[i + a] - multipliers[a - 1] * w[i]).mid()
    for i in range(size - 1, -1, -1):
        inverse, multipliers = factors[i]
        total = w[i] * inverse
        for a in range(1, min(WIDTH, size - 1 - i) + 1):
            total -= multipliers[a - 1] * w[i + a]
        w[i] = total.mid()
    largest = w[max(range(size), key=lambda i: abs(w[i].mid()))]
    return [(entry / largest).mid() for entry in w]
