"""Where fields leave little to count: the trivial landscape of a linear field, points of the signal, band edges."""

from __future__ import annotations

import importlib
import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spinglass._errors import ComputationError, checked_int, input_error
from spinglass.complexity.latitude_profile import glass_of, profile_of
from spinglass.complexity.leading_order import LatitudeMaximum, leading_complexity, typical_index
from spinglass.complexity.mixed_models import out
from spinglass.complexity.thresholds import checked_p, threshold_energy
from spinglass.hamiltonians import OverlapField

__all__ = ["field_band_edge", "field_rate", "signal_points", "trivialisation_field"]


def _kernels() -> Any:
    """The emitted kernels, imported on first use: they are compiled."""
    return importlib.import_module("spinglass.generated.phase_diagram")


def trivialisation_field(p: int | None = None, *, mixture: Mapping[int, float] | None = None) -> float:
    """h_c = √(ξ″ − ξ′): from this strength on a linear field leaves one minimum and one maximum.

    The same for the deterministic field N h m and for an isotropic Gaussian field of variance h² per component. Pure
    glass: √(p(p−2)). 0 where ξ″ <= ξ′ (p = 2, or a strong linear term): trivial without a field, at leading order.

    Source: Fyodorov, Le Doussal, JSP 154 (2014); Belius, Černý, Nakajima, Schmidt, JSP 186 (2022).

    >>> round(trivialisation_field(3) ** 2, 12)
    3.0
    """
    glass = glass_of(p, mixture)
    return math.sqrt(max(0.0, glass.second - glass.first))


def field_rate(
    h: ArrayLike, p: int | None = None, *, gaussian: bool = False, mixture: Mapping[int, float] | None = None
) -> Any:
    """lim (1/N) log of the mean total number of critical points in a linear field of strength h.

    Deterministic field N h m (the default), r = h²/(ξ″ − ξ′):

        ½ log(ξ″/ξ′) − h²/(2ξ′)  for h² <= ξ′(ξ″ − ξ′)/ξ″;   ½(r − 1 − log r)  up to r = 1;   0 beyond;

    ``gaussian``: an isotropic Gaussian field of variance h² per component, ½ log(ξ″/(ξ′ + h²)), 0 beyond. They are
    different models: same h_c = `trivialisation_field`, reached quadratically and linearly.

    h : field strengths of any shape.   p or mixture : the glass. Returns a float or an array; relative accuracy 1e-15
    of ½ log(ξ″/ξ′), next to h_c of the value itself.

    Source: equation phase-diagram.linear-field; Fyodorov 2013, Belius et al. 2022.

    >>> round(field_rate(math.sqrt(2), 3), 12), round(field_rate(math.sqrt(2), 3, gaussian=True), 12)
    (0.036065887387, 0.091160778397)
    """
    glass = glass_of(p, mixture)
    array = np.asarray(h)
    if array.dtype.kind not in "iuf" or not np.all(np.abs(array) <= 1e50):
        raise input_error("h", h, "must be real numbers of size at most 1e50")
    name = "gaussian_field_rate_ufunc" if gaussian else "deterministic_field_rate_ufunc"
    with np.errstate(divide="ignore", invalid="ignore"):  # of branches that are not taken
        return out(getattr(_kernels(), name)(array.astype(float) ** 2, glass.first, glass.second))


def signal_points(
    p: int | None = None, field: OverlapField | None = None, *, mixture: Mapping[int, float] | None = None
) -> list[tuple[LatitudeMaximum, float]]:
    """Points that follow the field, not exponentially many: the zeros of the rate of the total number off the bulk.

    They sit where (1−m²) d′(m)² = ξ′ m² and 1 − m² <= ξ′/ξ″. Each comes as a `LatitudeMaximum` (complexity 0, shift,
    spike, typical index) with its energy density, u = d ∓ ξ′√(1−m²)/√ξ′ (− for md′ < 0, a minimum); increasing in m.
    Where the rate has a minimum in m instead the point is a saddle between the signal and the equator.

    Source: equation phase-diagram.signal; for the spiked tensor Ben Arous, Mei, Montanari, Nica 2019.

    >>> from spinglass.hamiltonians import OverlapField
    >>> point, u = signal_points(3, OverlapField.spike(-2 * 2**0.5, 3))[-1]
    >>> round(point.latitude, 12), round(-u / 2**0.5, 12), point.index
    (0.97797518608, 2.126370510665, 0)
    """
    if field is None:
        raise input_error("field", field, "must be an OverlapField")
    profile = profile_of(field, p, mixture)
    glass = profile.glass

    def excess(m: Any) -> Any:
        slope = np.asarray(profile.field.derivative(m, 1))
        return (1 - m) * (1 + m) * slope**2 - glass.first * np.square(m)

    m = profile.grid()
    m = m[(1 - m) * (1 + m) <= glass.first / glass.second * (1 + 1e-12)]
    sides = [m[m < 0], m[m > 0]]
    if glass.first >= glass.second:  # the equator itself is off the bulk
        sides = [m]
    from scipy.optimize import brentq

    places: list[float] = []
    for side in sides:
        values = excess(side)
        cells = np.flatnonzero(np.sign(values[1:]) * np.sign(values[:-1]) < 0)
        places += [float(brentq(excess, side[i], side[i + 1], xtol=1e-18, rtol=8.9e-16)) for i in cells]
    found = []
    for place in sorted(places):
        shift, spike = float(profile.shift(place)), float(profile.spike(place))
        radial = glass.scale * shift - place * float(np.asarray(profile.field.derivative(place, 1)))
        energy = float(np.asarray(profile.field.value(place, 1))) + glass.first * radial / (glass.first + glass.second)
        found.append((LatitudeMaximum(place, 0.0, shift, spike, typical_index(shift, spike)), energy))
    return found


def field_band_edge(p: int, field: OverlapField, index: int = 0) -> float:
    """E > 0 such that no critical point of this index is expected below energy density −E, in a field of order N.

    −E is the lower of the lowest zero of sup_m {Σ(u, m) − L_k} and, for minima, of the energies of `signal_points`:
    without field `band_edge`. Annealed: an upper bound on −(ground-state energy)/N, which it equals without field.

    Source: equations phase-diagram.latitude, .outlier-cost, .signal.

    >>> from spinglass.hamiltonians import OverlapField
    >>> round(field_band_edge(3, OverlapField.spike(0.0, 2)), 12)
    1.656998363527
    """
    p, index = checked_p(p), checked_int("index", index, 0, 10**6)
    lowest = math.inf
    if index == 0:
        lowest = min((u for point, u in signal_points(p, field) if point.index == 0), default=math.inf)
    edge = _lowest_zero(p, field, index)
    lowest = min(lowest, math.inf if edge is None else edge)
    if lowest == math.inf:
        raise ComputationError(f"no energy at which critical points of index {index} are expected")
    return -lowest


def _lowest_zero(p: int, field: OverlapField, index: int) -> float | None:
    """The lowest energy from which on the rate of this index is positive; None if it never is."""
    from scipy.optimize import brentq

    d = np.asarray(profile_of(field, p, None).field.value(profile_of(field, p, None).grid(), 1))
    reach = 2 * threshold_energy(p) + 2.0
    grid = np.linspace(float(np.min(d)) - reach, float(np.max(d)) + reach, 481)
    near = np.asarray(leading_complexity(grid, p, field)) > -0.1  # no index is more frequent than all of them

    def rate(energy: float) -> float:
        return float(leading_complexity(energy, p, field, index))

    points: list[tuple[float, float]] = []
    for u, worth in zip(grid.tolist(), near.tolist(), strict=True):
        points.append((u, rate(u) if worth else -math.inf))
        if len(points) > 2 and points[-2][1] > -math.inf and points[-3][1] <= points[-2][1] >= points[-1][1]:
            points.insert(-1, _peak(rate, points[-3][0], points[-2], points[-1][0]))
            points[-3:-1] = sorted(points[-3:-1])
        if any(value > 1e-12 for _, value in points[-3:]):
            break
    # at the signal the rate touches 0 from below: not a band
    points = [each for each in points if not 0 <= each[1] <= 1e-12]
    for (left, before), (right, after) in itertools.pairwise(points):
        if after > 0:
            if before > 0:
                raise ComputationError("the lowest band reaches the end of the search; rescale the field")
            while before == -math.inf and right - left > 4e-16 * abs(right):  # such points begin with a jump
                middle = (left + right) / 2
                value = rate(middle)
                left, before, right = (middle, value, right) if value < 0 else (left, before, middle)
            return right if before == -math.inf else float(brentq(rate, left, right, xtol=1e-15, rtol=8.9e-16))
    return None


def _peak(rate: Callable[[float], float], low: float, middle: tuple[float, float], high: float) -> tuple[float, float]:
    """(place, value) of the largest value next to a peak of a scan, which may be the end of a stretch of −inf."""
    ratio = (math.sqrt(5) - 1) / 2
    best = middle
    one, other = high - ratio * (high - low), low + ratio * (high - low)
    at_one, at_other = rate(one), rate(other)
    for _ in range(45):
        best = max(best, (one, at_one), (other, at_other), key=lambda each: each[1])
        if at_one > at_other or (at_one == at_other == -math.inf and best[0] < one):
            high, other, at_other = other, one, at_one
            one = high - ratio * (high - low)
            at_one = rate(one)
        else:
            low, one, at_one = one, other, at_other
            other = low + ratio * (high - low)
            at_other = rate(other)
    return best
