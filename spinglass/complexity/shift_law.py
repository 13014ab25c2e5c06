"""The Gaussian law of the Hessian shift and of the energy at a point, for every spherical glass at finite N.

A glass of covariance N ξ(q), derivatives at q = 1, has at a given point of the sphere |w|² = N, n = N − 1,

    gradient variance N ξ′ per tangent direction (unit sphere),    Hessian √(Nξ″) (A_n − ζ),    ζ = y/√(Nξ″),

y the radial derivative: Var y = N(ξ″ + ξ′), Var h = N ξ, Cov(h, y) = N ξ′. With r = ξ″/ξ′ the shift ζ is Gaussian of
variance 1 + 1/r, and the density of all critical points in ζ is that of the pure glass with p → 1 + r:

    2 √(2/(1+r)) r^{N/2} R_N(ζ) exp(−(r−1)ζ²/(4(r+1))),   R_N the one-point density of A_N.

Given ζ the energy density u is Gaussian, and given u the shift is; both conditional variances are in proportion to
Δ = ξξ″ + ξξ′ − ξ′², which vanishes for a single degree. A constant term of ξ moves all energies together by one
Gaussian number; it is left out here, as in `complexity.annealed_complexity`.

Source: Auffinger, Ben Arous, Ann. Probab. 41 (2013); Fyodorov, PRL 92 (2004) 240601.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import ComputationError, input_error
from spinglass.hamiltonians.covariance import checked_mixture
from spinglass.random_matrices.index_law import index_probabilities
from spinglass.random_matrices.level_density import log_mean_abs_determinant, log_scaled_density
from spinglass.random_matrices.multiplicative import support_radius

Real = NDArray[np.float64]

_SMALLEST, _LARGEST = 1e-200, 1e200
_laws: OrderedDict[tuple[int, float, bool], tuple[Real, Real]] = OrderedDict()


@dataclass(frozen=True)
class ShiftLaw:
    """ξ, ξ′, ξ″ at 1 without the constant term, Δ, and the largest degree, for N spins."""

    n_spins: int
    degree: int
    value: float
    first: float
    second: float
    determinant: float

    @property
    def order(self) -> int:
        """n = N − 1, the order of the Hessian."""
        return self.n_spins - 1

    @property
    def growth(self) -> float:
        """r = ξ″/ξ′; p − 1 for the pure glass."""
        return self.second / self.first

    @property
    def deviation(self) -> float:
        """Standard deviation of ζ, √(1 + 1/r)."""
        return math.sqrt(1 + self.first / self.second)

    @property
    def energy_slope(self) -> float:
        """d E[u | ζ]/dζ."""
        return self.first * math.sqrt(self.second) / ((self.first + self.second) * math.sqrt(self.n_spins))

    @property
    def energy_spread(self) -> float:
        """Standard deviation of u given ζ; 0 for a single degree."""
        return math.sqrt(self.determinant / (self.n_spins * (self.first + self.second)))

    @property
    def energy_deviation(self) -> float:
        """Standard deviation of u at a point, √(ξ/N)."""
        return math.sqrt(self.value / self.n_spins)

    @property
    def shift_slope(self) -> float:
        """d E[ζ | u]/du."""
        return self.first * math.sqrt(self.n_spins) / (self.value * math.sqrt(self.second))

    @property
    def shift_spread(self) -> float:
        """Standard deviation of ζ given u, at most 1; 0 for a single degree."""
        return math.sqrt(self.determinant / (self.value * self.second))

    @property
    def log_points(self) -> float:
        """log of |S^{N−1}| (r/2π)^{n/2}: what multiplies E W_n(ζ) in the mean number of critical points."""
        sphere = math.log(2) + 0.5 * self.n_spins * math.log(math.pi) - math.lgamma(0.5 * self.n_spins)
        return sphere + 0.5 * self.order * math.log(self.growth / (2 * math.pi))

    def log_density(self, shift: Real) -> Real:
        """log of the density of all critical points in ζ."""
        r = self.growth
        constant = math.log(2) + 0.5 * math.log(2 / (1 + r)) + 0.5 * self.n_spins * math.log(r)
        return constant + log_scaled_density(shift, self.n_spins) - 0.5 * (shift / self.deviation) ** 2

    def log_determinant(self, shift: Real) -> Real:
        """log E|det(A_n − ζ)|."""
        return log_mean_abs_determinant(self.order, shift)

    def reach(self) -> float:
        """A radius in ζ beyond which no index has 1e-18 of its critical points."""
        radius = support_radius(self.n_spins)
        if self.growth < 1:  # the Gaussian tail of ζ is longer than the spectrum
            radius = max(radius, self.deviation * (10 + 1.1 * math.sqrt(self.n_spins)))
        return radius


def shift_law(n_spins: int, p: int | None, mixture: Mapping[int, float] | None) -> ShiftLaw:
    """The law of a pure glass (p) or of a mixture {p: a_p}; exactly one of them is given."""
    pairs = checked_mixture(p, mixture)
    squares = [(degree, a * a) for degree, a in pairs if degree >= 1]
    sums = [
        math.fsum(s * falling(degree) for degree, s in squares)
        for falling in (lambda d: 1.0, lambda d: float(d), lambda d: float(d) * (d - 1))
    ]
    if not all(_SMALLEST < x < _LARGEST for x in sums):
        raise input_error("mixture", dict(mixture or {}), "must have amplitudes whose squares stay in double precision")
    # ξ Σd²s − (Σds)² as a sum over pairs: no cancellation where one term dominates
    determinant = math.fsum(s * t * float(d - e) ** 2 for i, (d, s) in enumerate(squares) for e, t in squares[:i])
    return ShiftLaw(n_spins, pairs[-1][0], sums[0], sums[1], sums[2], determinant)


def law_of_index(n: int, shift: float, relative: bool = False) -> tuple[Real, Real]:
    """`index_probabilities` and their error bounds, (n + 1,) each; remembered (about 32 MB at n = 500)."""
    if shift > 0:
        law, bound = law_of_index(n, -shift, relative)
        return law[::-1], bound[::-1]
    if shift < -support_radius(max(n, 1)) and not relative:
        return np.eye(1, n + 1)[0], np.zeros(n + 1)
    key = (n, shift, relative)
    if key not in _laws:
        _laws[key] = index_probabilities(n, shift, relative=relative, with_error=True)
        if len(_laws) > 4096:
            _laws.popitem(last=False)
    return _laws[key]


def exponential(logarithm: Real) -> Real:
    """e^x, or a `ComputationError` where a count leaves double precision."""
    if logarithm.size and float(np.max(logarithm)) > 700.0:
        raise ComputationError("the mean number of critical points exceeds the range of double precision")
    return np.asarray(np.exp(logarithm))


def shaped(values: Any) -> Any:
    """Scalars leave as Python floats."""
    return float(values) if np.ndim(values) == 0 else np.asarray(values)
