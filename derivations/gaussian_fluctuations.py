"""Gaussian fluctuations around a saddle of the four-dimensional integral, with its cubic and quartic terms.

Deviations (δ1, δ2, ε1, ε2) of (y1, y2, z1, z2) from the saddle are of order n^{-1/2}. The prefactor vanishes with
(x + y1 + z1)(x + y2 + z2) inside the bulk, so that the first contribution is of order n^{-2}: fourth-order moments of
everything smooth, second order with the cubic and quartic terms of the exponent. Exact, over the field of rational
functions of m, the strengths and the logarithm at the saddle.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp
from sympy.polys.rings import PolyElement, ring

from derivations.moments import gaussian_moment


class BulkFluctuations:
    """Coefficients at the saddle y = (m, 1/m), z = (1/m, m) with x = −(m + 1/m)."""

    def __init__(self, m: Any, strengths: Sequence[Any], ell: Any, boson_sign: int = 1) -> None:
        symbols = [strength for strength in strengths if sp.sympify(strength).is_Symbol]  # the others are rational
        self.field = sp.QQ.frac_field(m, ell, *symbols)
        self.ring, *self.deviations = ring("delta1, delta2, epsilon1, epsilon2", self.field)
        self.m, self.ell = self.field(m), self.field(ell)
        self.strengths = [self.field(strength) for strength in strengths]
        self.x = -(self.m + 1 / self.m)
        self.y = (self.m, 1 / self.m)
        self.z = (1 / self.m, self.m)
        # F^{(k)}(y) = −(k−1)! y^k (k >= 3; 1 − y² for k = 2), G^{(k)}(z) = −½ (−1)^k (k−1)!/z^k (½(1 − 1/z²)).
        curvatures = [1 - y**2 for y in self.y] + [(1 - 1 / z**2) / 2 for z in self.z]
        self.variances = [-1 / curvature for curvature in curvatures]
        self.cubic = self._powers(3, [-(y**3) / 3 for y in self.y] + [boson_sign / (6 * z**3) for z in self.z])
        self.quartic = self._powers(4, [-(y**4) / 4 for y in self.y] + [-1 / (8 * z**4) for z in self.z])

    def _powers(self, exponent: int, coefficients: Sequence[Any]) -> PolyElement:
        terms = zip(coefficients, self.deviations, strict=True)
        return sum((deviation**exponent * coefficient for coefficient, deviation in terms), self.ring(0))

    def product(self, one: PolyElement, other: PolyElement, degree: int) -> PolyElement:
        """The product up to a total degree."""
        found: dict[tuple[int, ...], Any] = {}
        for first, a in one.items():
            for second, b in other.items():
                if sum(first) + sum(second) <= degree:
                    key = tuple(i + k for i, k in zip(first, second, strict=True))
                    found[key] = found.get(key, self.field(0)) + a * b
        return self.ring.from_dict({key: value for key, value in found.items() if value})

    def power(self, change: PolyElement, value: Any, exponent: Any, degree: int) -> PolyElement:
        """((value + change)/value)^exponent up to a degree, by the binomial series."""
        unit = change * (1 / value)
        term = total = self.ring(1)
        for k in range(1, degree + 1):
            term = self.product(term, unit, degree) * self.field((sp.Rational(exponent) - k + 1) / k)
            total += term
        return total

    def smooth_part(self, degree: int, logarithm: bool = True) -> PolyElement:
        """All factors that do not vanish at the saddle, over their values there; the logarithm as it is.

        (x+y_a)^{-2}, (x+y1+z2)(x+y2+z1), (y1−y2)^4, (z1−z2), (z1 z2)^{-3/2}, ∏(1+s z_b)^{-1/2}, log(i√n(z1−z2)).
        """
        (y1, y2), (z1, z2), x = self.y, self.z, self.x
        d1, d2, e1, e2 = self.deviations
        factors = [
            (d1, x + y1, -2),
            (d2, x + y2, -2),
            (d1 + e2, x + y1 + z2, 1),
            (d2 + e1, x + y2 + z1, 1),
            (d1 - d2, y1 - y2, 4),
            (e1 - e2, z1 - z2, 1),
            (e1, z1, sp.Rational(-3, 2)),
            (e2, z2, sp.Rational(-3, 2)),
        ]
        for s in self.strengths:
            factors += [(e1 * s, 1 + s * z1, sp.Rational(-1, 2)), (e2 * s, 1 + s * z2, sp.Rational(-1, 2))]
        total = self.ring(1)
        for change, value, exponent in factors:
            total = self.product(total, self.power(change, value, exponent, degree), degree)
        if not logarithm:
            return total
        unit = (e1 - e2) * (1 / (z1 - z2))
        return self.product(total, self.ring(self.ell) + unit - unit**2 * self.field(sp.Rational(1, 2)), degree)

    def average(self, prefactor: PolyElement, order: int) -> Any:
        """The coefficient of n^{-order/2} in ⟨prefactor · exp(cubic/√n + quartic/n)⟩, a prefactor of degree k counting
        n^{-k/2}.
        """
        expansion = (
            (self.ring(1), 0),
            (self.cubic, 1),
            (self.quartic + self.cubic**2 * self.field(sp.Rational(1, 2)), 2),
        )
        total = self.field(0)
        for exponential, weight in expansion:
            part = {key: value for key, value in prefactor.items() if sum(key) == order - weight}
            for key, value in (self.ring.from_dict(part) * exponential).items():
                for exponent, variance in zip(key, self.variances, strict=True):
                    value = value * gaussian_moment(exponent, variance)
                total += value
        return total

    def coefficient(self, logarithm: bool = True, source_sign: int = 1) -> Any:
        """The coefficient of n^{-2} of the prefactor's average, over the smooth part's value at the saddle.

        The vanishing factors, with a finite-rank perturbation, are Z_a A_a − B_a/n:  Z_a = δ_a + ε_a,
        A_a = ∏_j (1 − s_j/(x+y_a)), B_a = Σ_j s_j/(1 + s_j z_a) ∏_{i≠j}(1 − s_i/(x+y_a)).
        """
        d1, d2, e1, e2 = self.deviations
        vanishing, sources, strength_factors = (d1 + e1, d2 + e2), [], []
        for change, y, shift, z in ((d1, self.y[0], e1, self.z[0]), (d2, self.y[1], e2, self.z[1])):
            inverse = self.power(change, self.x + y, -1, 2) * (1 / (self.x + y))
            single = [self.ring(1) - inverse * s for s in self.strengths]
            whole, source = self.ring(1), self.ring(0)
            for factor in single:
                whole = self.product(whole, factor, 2)
            for j, s in enumerate(self.strengths):
                term = self.power(shift * s, 1 + s * z, -1, 2) * (source_sign * s / (1 + s * z))
                for i, factor in enumerate(single):
                    term = term if i == j else self.product(term, factor, 2)
                source += term
            strength_factors.append(whole)
            sources.append(source)
        (z1, z2), (a1, a2), (b1, b2) = vanishing, strength_factors, sources
        smooth = self.smooth_part(2, logarithm)
        both = self.product(self.product(a1, a2, 2), smooth, 2)
        total = self.average(self.product(z1 * z2, both, 4), 4)
        if self.strengths:
            total -= self.average(self.product(z1, self.product(self.product(a1, b2, 2), smooth, 2), 3), 2)
            total -= self.average(self.product(z2, self.product(self.product(a2, b1, 2), smooth, 2), 3), 2)
            total += self.average(self.product(self.product(b1, b2, 0), smooth, 0), 0)
        return sp.factor(total.as_expr())
