"""Which latitudes hold critical points, and minima, as the strength of the field grows: the plane (λ, m)."""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import checked_int, input_error
from spinglass.complexity.latitude_profile import Profile, profile_of
from spinglass.complexity.leading_order import index_cost, typical_index
from spinglass.complexity.thresholds import checked_p
from spinglass.hamiltonians import OverlapField

__all__ = ["LatitudeDiagram", "latitude_diagram"]

Real = NDArray[np.float64]


@dataclass(frozen=True)
class LatitudeDiagram:
    """Growth rates at latitude m over all energies: arrays of shape (strengths, latitudes).

    complexity : of all critical points; it is zero and stationary at the signal.   minima : of minima; −inf never, but
        negative where none are expected.   shift, spike, index : of the most frequent critical points, the index as in
        `PhaseDiagram` (−3 for an index of order N).
    """

    p: int
    power: int
    strengths: Real
    latitudes: Real
    complexity: Real
    minima: Real
    shift: Real
    spike: Real
    index: NDArray[np.int64]

    def rows(self) -> list[dict[str, Any]]:
        """One dictionary per pair: strength, latitude, complexity, minima, shift, spike, index."""
        return [
            {
                "strength": float(strength),
                "latitude": float(m),
                "complexity": float(self.complexity[i, j]),
                "minima": float(self.minima[i, j]),
                "shift": float(self.shift[i, j]),
                "spike": float(self.spike[i, j]),
                "index": int(self.index[i, j]),
            }
            for i, strength in enumerate(self.strengths)
            for j, m in enumerate(self.latitudes)
        ]


def latitude_diagram(
    strengths: Sequence[float] | Real, latitudes: Sequence[float] | Real, p: int, power: int
) -> LatitudeDiagram:
    """Rates of all critical points and of minima at each latitude, in the field D = N λ m^power, over all energies.

    Where the rate of minima is positive away from the equator, minima that know of the field come in exponential
    numbers; where only the signal is left it is zero. λ = −√2 λ_T and power = p is the spiked tensor of strength λ_T
    (`spiked_tensor.spiked_field`).

    strengths : λ, |λ| <= 1e5.   latitudes : −1 < m < 1.   p : integer >= 2.   power : 1 to 1000.

    Source: equations phase-diagram.latitude (the supremum over energies in closed form) and .outlier-cost (for minima
    the supremum over shifts x <= −2 of a concave function, by golden section, to 1e-14).

    >>> table = latitude_diagram([-2.0], [0.0, 0.5], 3, 3)
    >>> table.complexity.round(6).tolist(), table.minima.round(6).tolist(), table.index.tolist()
    ([[0.346574, 0.015233]], [[0.01324, -0.092271]], [[-3, -3]])
    """
    p, power = checked_p(p), checked_int("power", power, 1, 1000)
    lam, m = _axis("strengths", strengths, 1e5), _axis("latitudes", latitudes, 1.0)
    if np.any(np.abs(m) >= 1):
        raise input_error("latitudes", latitudes, "must lie between -1 and 1, ends excluded")
    numbers = np.empty((4, lam.size, m.size))
    for i, strength in enumerate(lam.tolist()):
        profile = profile_of(OverlapField.spike(strength, power), p, None)
        numbers[0, i], numbers[1, i] = profile.height(m), _minima(profile, m)
        numbers[2, i], numbers[3, i] = profile.shift(m), profile.spike(m)
    indices = [typical_index(x, s) for x, s in zip(numbers[2].flat, numbers[3].flat, strict=True)]
    index = np.array([-3 if each is None else each for each in indices], dtype=np.int64).reshape(lam.size, m.size)
    complexity, minima, shift, spike = numbers
    return LatitudeDiagram(p, power, lam, m, complexity, minima, shift, spike, index)


def _minima(profile: Profile, m: Real) -> Real:
    """sup over x <= −2 of Σ(u, m) − L_0 at the energy that belongs to the shift x."""
    glass = profile.glass
    d1 = np.asarray(profile.field.derivative(m, 1), dtype=float)
    spike = np.asarray(profile.spike(m))

    def height(y: Real) -> Real:
        energy = (-glass.scale * y - m * d1) / glass.first  # the pure glass: y_radial = p (u − d)
        law = (glass.first, glass.second, glass.share, glass.spread)
        return np.asarray(_height(energy, m, d1, law) - index_cost(0, -y, spike))

    low = np.full(m.shape, 2.0)
    high = 4.0 + np.abs(m * d1) / glass.scale * 2 + np.abs(spike) + 1 / np.maximum(np.abs(spike), 1.0)
    ratio = (math.sqrt(5) - 1) / 2
    best = height(low)
    one, other = high - ratio * (high - low), low + ratio * (high - low)
    at_one, at_other = height(one), height(other)
    for _ in range(70):
        best = np.maximum(best, np.maximum(at_one, at_other))
        left = at_one > at_other
        low, high = np.where(left, low, one), np.where(left, other, high)
        one, other = high - ratio * (high - low), low + ratio * (high - low)
        at_one, at_other = height(one), height(other)
    return np.asarray(np.maximum(best, np.maximum(at_one, at_other)))


def _height(energy: Real, m: Real, d1: Real, law: tuple[float, float, float, float]) -> Real:
    kernels = importlib.import_module("spinglass.generated.phase_diagram")
    with np.errstate(divide="ignore", invalid="ignore"):  # of the branch that is not taken
        return np.asarray(kernels.latitude_complexity_ufunc(energy, m, d1, *law))


def _axis(name: str, given: Any, largest: float) -> Real:
    array = np.asarray(given)
    if array.dtype.kind not in "iuf" or array.ndim != 1 or array.size == 0 or not np.all(np.abs(array) <= largest):
        raise input_error(name, given, f"must be a one-dimensional array of numbers of size at most {largest:g}")
    return array.astype(float)
