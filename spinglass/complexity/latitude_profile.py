"""The growth rate of the number of critical points as a function of the latitude, in a field D = N d(m).

One form serves the pure glass and mixtures at an energy density u, and the total number (phase-diagram.latitude):

    Σ(u, m) = ½ + ½ log(ξ″/ξ′) + ½ log(1−m²) − d′²(1−m²)/(2ξ′) − βe²/(2ξ′) + G(|βe + md′|/√ξ″, κ),   e = u − d,

with β = ξ′/ξ and κ = −ξ′(ξ′−ξ)/(ξξ″) at an energy (pure: β = p, κ = −1) and β = 0, κ = ξ′/ξ″ for the total. All
stationary latitudes are found on a grid in η = artanh m that is refined where the shift of the Hessian crosses the bulk
and where the slope nearly vanishes; each change of sign of the analytic slope is then followed to the last digit.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import checked_float, input_error
from spinglass.complexity.mixed_models import mixed_model
from spinglass.complexity.thresholds import checked_p, only_one_given
from spinglass.hamiltonians import OverlapField

__all__ = ["Glass", "Profile", "extensive_field", "glass_of", "profile_of"]

Real = NDArray[np.float64]

_STEP = 0.02  # of the grid in η = artanh m
_HALF = 850  # steps to either side: 1 − |m| = 3e-15 at the ends
_LARGEST = 1e6  # of |d|, |d′|, |d″|


def _kernels() -> Any:
    """The emitted kernels, imported on first use: they are compiled."""
    return importlib.import_module("spinglass.generated.phase_diagram")


@dataclass(frozen=True)
class Glass:
    """ξ, ξ′, ξ″ at q = 1 of a pure glass or a mixture, with β and κ of a count at an energy; p for a pure q^p."""

    value: float
    first: float
    second: float
    share: float
    spread: float
    p: int | None

    @property
    def scale(self) -> float:
        """√ξ″: the shift of the Hessian is the radial derivative over it."""
        return math.sqrt(self.second)


def glass_of(p: int | None, mixture: Mapping[int, float] | None) -> Glass:
    """The glass of a degree p or of a mixture {p: a_p}."""
    only_one_given(p, mixture)
    if mixture is None:
        degree = checked_p(p)
        return Glass(1.0, degree, degree * (degree - 1.0), degree, -1.0, degree)
    model = mixed_model(mixture)
    value, first, second = model.value, model.first, model.second
    if model.pure is not None:
        return Glass(value, first, second, model.pure[0], -1.0, model.pure[0] if model.pure[1] == 1 else None)
    return Glass(value, first, second, first / value, model.determinant / (value * second) - 1, None)


def extensive_field(field: OverlapField, glass: Glass) -> OverlapField:
    """The field of order N that `field` leaves at large N: D = N d(m).

    Of an activation's terms ρ_ℓ N^{(p+1)/2−ℓ} m^{p−ℓ} those of order N stay (p = 3: ρ_1 N m²), smaller ones vanish, and
    larger ones have no leading order (`InputError`).
    """
    if not isinstance(field, OverlapField):
        raise input_error("field", field, "must be a hamiltonians.OverlapField")
    if field.p is not None and field.p != glass.p:
        raise input_error("field", field, f"was built for p = {field.p}")
    if field.functions is not None:
        return field
    if any(power > 1 for _, power, _ in field.terms):
        raise input_error("field", field, "has a term above order N: its coefficients depend on N; use N d(m) fields")
    kept = [(a, power, j) for a, power, j in field.terms if power == 1]
    return OverlapField._any_p(kept)


@dataclass(frozen=True)
class Profile:
    """Σ as a function of the latitude: at energy density u, or, with u = None, of the total number."""

    glass: Glass
    field: OverlapField
    u: float | None

    def at(self, u: float | None) -> Profile:
        """The same glass and field at another energy."""
        return replace(self, u=u)

    def _field(self, m: Real) -> tuple[Real, Real, Real]:
        """d, d′, d″; D does not depend on N beyond its factor."""
        parts = (self.field.value(m, 1), self.field.derivative(m, 1), self.field.second_derivative(m, 1))
        values = tuple(np.asarray(part, dtype=float) for part in parts)
        if not all(np.all(np.abs(part) <= _LARGEST) for part in values):  # also for NaN
            raise input_error("field", self.field, f"d, d' and d'' must be finite and at most {_LARGEST:g} in size")
        return values[0], values[1], values[2]

    def _law(self) -> tuple[float, float, float, float]:
        """ξ′, ξ″, β, κ."""
        glass = self.glass
        if self.u is None:
            return glass.first, glass.second, 0.0, glass.first / glass.second
        return glass.first, glass.second, glass.share, glass.spread

    def _energy(self, d: Real) -> Real:
        return np.zeros_like(d) if self.u is None else self.u - d

    def height(self, m: Any) -> Real:
        """Σ at latitudes −1 < m < 1."""
        m = np.asarray(m, dtype=float)
        d, d1, _ = self._field(m)
        with np.errstate(divide="ignore", invalid="ignore"):  # of the branch that is not taken
            return np.asarray(_kernels().latitude_complexity_ufunc(self._energy(d), m, d1, *self._law()))

    def slope(self, m: Any) -> Real:
        """∂Σ/∂m."""
        m = np.asarray(m, dtype=float)
        d, d1, d2 = self._field(m)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(_kernels().latitude_slope_ufunc(self._energy(d), m, d1, d2, *self._law()))

    def shift(self, m: Any) -> Real:
        """The dominant shift x of the Hessian, in units in which its bulk is [−2, 2]."""
        m = np.asarray(m, dtype=float)
        d, d1, _ = self._field(m)
        _, _, share, spread = self._law()
        pull = (share * self._energy(d) + m * d1) / self.glass.scale
        if spread == -1.0:
            return np.asarray(pull)
        gain = _kernels().shifted_pull_ufunc(np.abs(pull), spread)  # x = c + (1 + κ) G′
        return np.asarray(pull + np.sign(pull) * (1 + spread) * gain)

    def spike(self, m: Any) -> Real:
        """s = (1−m²) d″/√ξ″: the Hessian is a Wigner matrix plus s e eᵀ, minus the shift."""
        m = np.asarray(m, dtype=float)
        return np.asarray((1 - m) * (1 + m) * self._field(m)[2] / self.glass.scale)

    def grid(self) -> Real:
        """Latitudes that resolve Σ: uniform in artanh m, halved where the shift passes the bulk quickly."""
        near = _STEP * 0.5 ** np.arange(1, 40)  # even fields are stationary at 0: see what leaves it
        eta = np.sort(np.concatenate([_STEP * np.arange(-_HALF, _HALF + 1), near, -near]))
        for _ in range(24):
            x = self.shift(np.tanh(eta))
            jump = np.abs(np.diff(x))
            close = np.minimum(np.abs(x[1:]), np.abs(x[:-1])) < 4
            crossing = np.sign(x[1:]) != np.sign(x[:-1])
            wanted = (jump > 0.1) & (close | crossing)
            if not np.any(wanted):
                break
            eta = np.sort(np.concatenate([eta, (eta[1:] + eta[:-1])[wanted] / 2]))
        return np.tanh(eta)

    def maxima(self) -> Real:
        """All local maxima of Σ, in increasing latitude."""
        return self._stationary()[0]

    def _stationary(self) -> tuple[Real, Real]:
        """(maxima, minima)."""
        m = self.grid()
        slope = self.slope(m)
        # near-tangencies: |slope| has a dip without a change of sign; look 64 times closer there
        size = np.abs(slope) * (1 - m) * (1 + m)
        dip = np.flatnonzero(
            (size[1:-1] <= size[:-2])
            & (size[1:-1] <= size[2:])
            & (slope[1:-1] * slope[:-2] > 0)
            & (slope[1:-1] * slope[2:] > 0)
        )
        if dip.size:
            eta = np.arctanh(m)
            fine = [np.linspace(eta[i], eta[i + 2], 66)[1:-1] for i in dip]
            m = np.unique(np.concatenate([m, np.tanh(np.concatenate(fine))]))
            slope = self.slope(m)
        exact = np.flatnonzero(slope == 0)
        falling = np.flatnonzero((slope[:-1] > 0) & (slope[1:] < 0))
        rising = np.flatnonzero((slope[:-1] < 0) & (slope[1:] > 0))
        maxima = self._zeros(m[falling], m[falling + 1])
        minima = self._zeros(m[rising], m[rising + 1])
        if exact.size:  # the grid holds m = 0, where even fields are stationary
            inner = exact[(exact > 0) & (exact < m.size - 1)]
            up = slope[inner - 1] > 0
            maxima = np.concatenate([maxima, m[inner[up & (slope[inner + 1] < 0)]]])
            minima = np.concatenate([minima, m[inner[~up & (slope[inner + 1] > 0)]]])
        return np.sort(maxima), np.sort(minima)

    def _zeros(self, low: Real, high: Real) -> Real:
        """Zeros of the slope between the ends, where it has opposite signs, to the last digit."""
        if low.size == 0:
            return low
        from scipy.optimize import brentq

        slope, pairs = self._scalar_slope(), zip(low.tolist(), high.tolist(), strict=True)
        return np.array([brentq(slope, a, b, xtol=1e-18, rtol=8.9e-16) for a, b in pairs], dtype=float)

    def _scalar_slope(self) -> Callable[[float], float]:
        """∂Σ/∂m of one latitude at a time."""
        kernel, law, u = _kernels().latitude_slope, self._law(), self.u
        if not self.field.is_polynomial:
            return lambda m: float(self.slope(m))
        rows = [tuple(_derivative(self.field.polynomial(1), order)[::-1].tolist()) for order in range(3)]

        def slope(m: float) -> float:
            values = []
            for row in rows:
                value = 0.0
                for coefficient in row:
                    value = value * m + coefficient
                values.append(value)
            d, d1, d2 = values
            return float(kernel(0.0 if u is None else u - d, m, d1, d2, *law))

        return slope

    def supremum(self) -> tuple[float, float]:
        """(latitude, Σ) of the largest maximum; of two that agree to rounding the one of larger m."""
        places = self.maxima()
        heights = self.height(places)
        best = float(np.max(heights))
        tied = heights >= best - 4e-15 * max(1.0, abs(best))
        place = float(places[np.flatnonzero(tied)[-1]])
        return place, best


def _derivative(coefficients: Real, order: int) -> Real:
    """Coefficients of the derivative of that order of a polynomial, lowest first."""
    for _ in range(order):
        coefficients = coefficients[1:] * np.arange(1, coefficients.size)
    return coefficients


def profile_of(field: OverlapField, p: int | None, mixture: Mapping[int, float] | None, u: Any = None) -> Profile:
    """The profile of a glass in a field at an energy density (None: the total)."""
    glass = glass_of(p, mixture)
    return Profile(glass, extensive_field(field, glass), None if u is None else checked_float("u", u, -1e6, 1e6))
