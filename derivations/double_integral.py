"""The two-dimensional integral over the eigenvalues q1 > 0 > q2 of LQ: quadrature, and its exact Taylor series.

Coordinates q1 = R cos θ, q2 = −R sin θ and y = cos θ − sin θ in [−1, 1]: Δ dq1 dq2 = R² dR dy, q1 + q2 = R y,
q1 q2 = −R²(1 − y²)/2, Δ = R √(2 − y²).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import mpmath
import sympy as sp
from sympy import QQ

LOG2, EULER, ROOT, SHARE = sp.symbols("log2 euler K T")  # log 2, Euler's γ, K and T at the lowest ν
_RING = sp.polys.rings.PolyRing([LOG2, EULER, ROOT, SHARE], QQ)
_LOG2, _EULER, _ROOT, _SHARE = _RING.gens


def quadrature(
    size: int,
    shift: Any,
    terms: Sequence[tuple[int, int, Any]],
    digits: int,
    logarithm: bool = True,
    phase: int = 1,
    delta_sign: int = 1,
) -> tuple[Any, Any]:
    """∫ dq1 dq2 Δ·(−log Δ, or 1)·|q1q2|^{(n−3)/2} e^{−(q1²+q2²)/4 − iξ(q1+q2)/2} P, and the integral of the modulus.

    terms : P as (i, j, c), the sum of c (i(q1+q2))^i (q1q2)^j with real c and i, j <= 2.
    phase, delta_sign : the signs of ξ in the exponent and of q2 in Δ, for controls.
    Gauss rules in y (Chebyshev for even n, Legendre for odd n), a double exponential rule in R; about 0.2 s.
    """
    with mpmath.workdps(digits + 8):
        step = mpmath.mpf(1) / digits
        largest = mpmath.log(mpmath.sqrt(4 * 2.31 * (digits + 8)) + 2 * size)
        total, modulus = mpmath.mpf(0), mpmath.mpf(0)
        negligible = mpmath.mpf(10) ** (-digits - 6)
        for k in range(-int(4.2 / step), int(largest / step) + 1):
            t = k * step
            radius = mpmath.exp(t - mpmath.exp(-t))
            measure = step * (1 + mpmath.exp(-t)) * radius**size * mpmath.exp(-(radius**2) / 4)
            if measure * (1 + radius**4) < negligible:
                continue
            log_radius = mpmath.log(radius)
            table = [[mpmath.mpf(0)] * 3 for _ in range(3)]
            for i, j, c in terms:
                table[i][j] += c * radius ** (i + 2 * j)
            for y, weight, product, log_share, ratio in _angular_rule(size, digits + 8):
                angle = phase * shift * radius * y / 2
                p0, p1, p2 = ((row[2] * product + row[1]) * product + row[0] for row in table)
                value = weight * measure * ((p0 - y * y * p2) * mpmath.cos(angle) + y * p1 * mpmath.sin(angle))
                if delta_sign < 0:
                    value *= ratio
                total += -(log_radius + log_share) * value if logarithm else value
                modulus += abs(value)
        return total, modulus


@lru_cache(maxsize=16)
def _angular_rule(size: int, digits: int) -> list[tuple[Any, ...]]:
    """The nodes y > 0 for the weight ((1−y²)/2)^{(n−3)/2}: y, weight, q1q2/R², log(Δ/R), (q1+q2)/Δ."""
    count = 2 * (2 * digits // 3)
    with mpmath.workdps(digits + 5):
        if size % 2 == 0:
            nodes = [mpmath.cos((2 * k - 1) * mpmath.pi / (2 * count)) for k in range(1, count // 2 + 1)]
            weights = [mpmath.pi / count * mpmath.sqrt(1 - y * y) for y in nodes]
        else:
            nodes, weights = _legendre(count)
        power = mpmath.mpf(size - 3) / 2
        rule = []
        for y, weight in zip(nodes, weights, strict=True):
            half, root = (1 - y * y) / 2, mpmath.sqrt(2 - y * y)
            rule.append((y, 2 * weight * half**power, -half, mpmath.log(root), y / root))
        return rule


def _legendre(count: int) -> tuple[list[Any], list[Any]]:
    """Positive nodes and weights of the Gauss–Legendre rule with an even number of nodes, by Newton's method."""
    nodes, weights = [], []
    for k in range(1, count // 2 + 1):
        y = mpmath.cos(mpmath.pi * (k - mpmath.mpf("0.25")) / (count + mpmath.mpf("0.5")))
        slope = mpmath.mpf(1)
        for _ in range(6):
            before, value = mpmath.mpf(1), y
            for j in range(2, count + 1):
                before, value = value, ((2 * j - 1) * y * value - (j - 1) * before) / j
            slope = count * (y * value - before) / (y * y - 1)
            y -= value / slope
        nodes.append(y)
        weights.append(2 / ((1 - y * y) * slope**2))
    return nodes, weights


def taylor_coefficient(size: int, order: int, terms: Sequence[tuple[int, int, int, Any]], sign: int = 1) -> Any:
    """The coefficient of ξ^order in ∫ dq1 dq2 (−Δ log Δ)|q1q2|^{(n−3)/2} e^{...} P, exactly, with the symbols above.

    terms : P as (i, j, k, c), the sum of c (i(q1+q2))^i (q1q2)^j ξ^k with rational c.
    sign : of K in the recursion of T, for a control.
    """
    lowest = (size - 3) // 2 if size % 2 else (size - 2) // 2  # level of ν at the power 0 of q1q2
    total = _RING.zero
    for i, j, k, coefficient in terms:
        phases = order - k  # powers of ξ from the exponential
        if phases < 0 or (i + phases) % 2:
            continue
        power = size - 1 + i + 2 * j + phases  # of R; ∫ R^power e^{−R²/4} dR in units of √π for odd n
        half = sp.Rational(power + 1, 2)
        radial = 2**power * (sp.gamma(half) / sp.sqrt(sp.pi) if size % 2 else sp.gamma(half))
        angular = _RING.zero
        count = (i + phases) // 2
        for m in range(count + 1):
            beta, _, logarithm = _angular_integrals(size, lowest + j + m, sign)
            angular += math.comb(count, m) * (-1) ** m * ((_LOG2 + _digamma(half) / 2) * beta + logarithm / 2)
        factor = (-1) ** (phases + count) * sp.Rational(1, 2) ** phases / sp.factorial(phases)
        total -= angular * QQ.from_sympy(factor * sp.Rational(-1, 2) ** j * radial * coefficient)
    expression = total.as_expr().subs(ROOT, ROOT if size % 2 else 1 / sp.sqrt(2))  # K = π/√2 at ν = −1/2
    return sp.expand(2 ** sp.Rational(3 - size, 2) * (sp.sqrt(sp.pi) if size % 2 else sp.pi) * expression)


@lru_cache(maxsize=256)
def _digamma(argument: Any) -> Any:
    """ψ of a positive integer or half-integer."""
    if argument.is_Integer:
        return QQ.from_sympy(sp.harmonic(argument - 1)) - _EULER
    return (
        QQ.from_sympy(sum((sp.Rational(2, 2 * m + 1) for m in range(int(argument))), sp.Integer(0)))
        - _EULER
        - 2 * _LOG2
    )


@lru_cache(maxsize=256)
def _angular_integrals(size: int, level: int, sign: int) -> tuple[Any, Any, Any]:
    """B, K, T at the lowest ν + level; in units of π for even n, where the lowest ν is −1/2, else 0."""
    if level == 0:
        return (_RING.one * 2, _ROOT, 4 * sign * _ROOT - 4) if size % 2 else (_RING.one, _ROOT, _SHARE)
    beta, root, logarithm = _angular_integrals(size, level - 1, sign)
    double = 2 * level - (0 if size % 2 else 1)  # 2ν
    beta, root = beta * QQ(double, double + 1), beta - root
    return beta, root, (double * logarithm - 2 * beta + 4 * sign * root) / (1 + double)
