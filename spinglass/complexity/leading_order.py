"""Leading order with a field D = N d(m): which latitude dominates, with which index, and where nothing is left.

The growth rate Σ(u, m) at energy density u and latitude m (see `latitude_profile`) is maximised over the latitude. With
the spike s = (1−m²)d″/√ξ″ of the Hessian an eigenvalue sits at s + 1/s when |s| > 1; whether it lies below the shift
decides the index of the typical point, and another index has a price (equation phase-diagram.outlier-cost).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import checked_int, input_error
from spinglass.complexity.latitude_profile import Profile, profile_of
from spinglass.complexity.mixed_models import out
from spinglass.hamiltonians import OverlapField

__all__ = [
    "LatitudeMaximum",
    "dominant_latitude",
    "index_cost",
    "latitude_maxima",
    "leading_complexity",
    "typical_index",
]

Real = NDArray[np.float64]
NO_FIELD = OverlapField.spike(0.0, 1)


def _kernels() -> Any:
    """The emitted kernels, imported on first use: they are compiled."""
    return importlib.import_module("spinglass.generated.phase_diagram")


@dataclass(frozen=True)
class LatitudeMaximum:
    """A local maximum of Σ(u, ·): latitude m, Σ there, shift x and spike s of the Hessian, index of typical points.

    index : 0 or 1 below the threshold (x < −2); −1 or −2 above it (x > 2), counted from the top, N − 1 and N − 2; None
        in between, where the index is of order N.
    """

    latitude: float
    complexity: float
    shift: float
    spike: float
    index: int | None


def typical_index(shift: float, spike: float) -> int | None:
    """Index of the typical critical point where the Hessian is a Wigner matrix plus s e eᵀ less the shift x.

    The bulk is [−2, 2]; beyond |s| = 1 an eigenvalue lies at s + 1/s. x < −2: 0, or 1 where s + 1/s < x. x > 2: −1 (all
    directions go down), or −2 (all but one) where s + 1/s > x. |x| <= 2: None, the index is of order N.

    >>> typical_index(-2.1, 0.0), typical_index(-2.1, -3.0), typical_index(0.3, 1.0)
    (0, 1, None)
    """
    if abs(shift) <= 2:
        return None
    towards = spike if shift > 0 else -spike
    leaves = towards > 1 and towards + 1 / towards > abs(shift)
    if shift < 0:
        return 1 if leaves else 0
    return -2 if leaves else -1


def index_cost(index: int, shift: ArrayLike, spike: ArrayLike = 0.0) -> Any:
    """Rate L_k at which the points of index k are rarer than all points, at shift x and spike s of the Hessian.

        L_0 = K_θ(y) if θ > 1 and y < θ + 1/θ, else 0;      y = −x >= 2,  θ = −s,
        L_k = (k−1) I₁(y) + K_θ(y)   (without K_θ where L_0 > 0),   k >= 1,
        K_θ = ¼(w²−1)δ² + ½[log(1+δ) − δ + δ²/2],  δ = θ/w − 1,  y = w + 1/w  (θ w > 1; else K_θ = I₁(y)),

    and inf for x > −2, where a bounded index costs N² and not N. K_θ is the rate of the largest eigenvalue of a spiked
    matrix at y; the weight |det| of the mean number does not change it.

    index : k >= 0.   shift, spike : numbers or arrays that broadcast.   Returns a float, or an array.
    Accuracy: a few units in the last place.

    Source: equation phase-diagram.outlier-cost (Maïda 2007; for maxima Ben Arous, Mei, Montanari, Nica 2019).

    >>> import math
    >>> round(index_cost(0, -1.2 * math.sqrt(3), -2.59807621135332), 12), index_cost(0, -2.5), index_cost(1, -1.9)
    (0.262254456643, 0.0, inf)
    """
    index = checked_int("index", index, 0, 10**9)
    x, s = np.broadcast_arrays(_real("shift", shift), _real("spike", spike))
    below = x <= -2
    y, theta = np.where(below, -x, 2.0), -s
    v = (y - 2) * (y + 2) / 4
    cost = np.asarray(_kernels().spiked_outlier_cost_ufunc(theta, v))
    with np.errstate(divide="ignore"):
        leaves = (theta > 1) & (y < theta + 1 / np.where(theta > 1, theta, 1.0))
    if index == 0:
        price = np.where(leaves, cost, 0.0)
    else:
        free = np.asarray(_kernels().spiked_outlier_cost_ufunc(np.zeros_like(v), v))
        price = (index - 1) * free + np.where(leaves, 0.0, cost)
    return out(np.where(below, price, np.inf))


def latitude_maxima(
    u: float | None,
    p: int | None = None,
    field: OverlapField = NO_FIELD,
    *,
    mixture: Mapping[int, float] | None = None,
) -> list[LatitudeMaximum]:
    """All local maxima of Σ(u, m) over −1 < m < 1, the highest first; u = None: of the total number.

    Arguments as in `leading_complexity`. Σ → −∞ at the poles, so that there is at least one.

    >>> from spinglass.hamiltonians import OverlapField
    >>> [round(each.latitude, 6) for each in latitude_maxima(-1.9, 3, OverlapField.spike(-2.17, 2))]
    [0.585716, -0.585716, 0.0]
    """
    profile = profile_of(field, p, mixture, u)
    places = profile.maxima()
    heights, shifts, spikes = profile.height(places), profile.shift(places), profile.spike(places)
    rows = zip(places.tolist(), heights.tolist(), shifts.tolist(), spikes.tolist(), strict=True)
    found = [LatitudeMaximum(m, height, x, s, typical_index(x, s)) for m, height, x, s in rows]
    return sorted(found, key=lambda each: (-round(each.complexity, 14), -each.latitude))


def dominant_latitude(
    u: ArrayLike | None,
    p: int | None = None,
    field: OverlapField = NO_FIELD,
    *,
    mixture: Mapping[int, float] | None = None,
) -> tuple[Any, Any]:
    """(m, Σ(u)): the latitude where the critical points at energy density u are most numerous, and their rate there.

    Σ(u) = sup_m Σ(u, m). Of two latitudes that tie, as ±m in an even field, the larger one. u : energy densities, any
    shape, or None: latitude and rate of the total number. Other arguments and source as in `leading_complexity`.

    >>> from spinglass.hamiltonians import OverlapField
    >>> m, rate = dominant_latitude(None, 3, OverlapField.linear(1.5))
    >>> round(m * m, 12), round(rate, 12)
    (0.333333333333, 0.018841036226)
    """
    if u is None:
        return profile_of(field, p, mixture).supremum()
    profile, energies = profile_of(field, p, mixture, 0.0), _energies(u)
    found = np.array([profile.at(float(each)).supremum() for each in energies.flat]).reshape(*energies.shape, 2)
    return out(found[..., 0]), out(found[..., 1])


def leading_complexity(
    u: ArrayLike | None,
    p: int | None = None,
    field: OverlapField = NO_FIELD,
    index: int | None = None,
    *,
    cumulative: bool = False,
    mixture: Mapping[int, float] | None = None,
) -> Any:
    """lim (1/N) log of the mean number of critical points at energy density u, in a field of order N: sup_m Σ(u, m).

        Σ(u, m) = ½ + ½ log(p−1) + ½ log(1−m²) − d′²(1−m²)/(2p) − (u−d)²/2 + Φ(x),  x = (p(u−d) + m d′)/√(p(p−1)),

    all indices, or with ``index`` = k those of index k: sup_m {Σ(u, m) − L_k}, L_k of `index_cost` (−inf where no shift
    lies below the bulk). ``cumulative`` counts all energies below u. u = None: the total number, with the
    supremum over u in closed form. Mixtures: the supremum over the radial derivative too, also in closed form.

    u : finite energy densities, |u| <= 1e6, any shape, or None.   p or mixture = {p: a_p} : the glass.
    field : an `OverlapField` whose terms are of order N, D = N d(m); of an activation's field the terms below order N
        do not count. |d|, |d′|, |d″| <= 1e6.   index : None or k >= 0, for pure glasses at an energy.
    Returns a float, or an array of the shape of u.
    Accuracy: every zero of the analytic slope is followed to the last digit; Σ to a few units in the last place of its
    largest term. With an index or ``cumulative``, about 1e-13. Features narrower than 0.01 in artanh m, which only a
    field given by functions can have, may be missed.

    Source: equations phase-diagram.latitude, .slope, .outlier-cost; Ben Arous, Mei, Montanari, Nica, CPAM 72 (2019);
    Ros, Ben Arous, Biroli, Cammarota, PRX 9, 011003 (2019).

    >>> from spinglass.hamiltonians import OverlapField
    >>> round(leading_complexity(-1.0, 3), 14), round(leading_complexity(None, 3, OverlapField.linear(1.0)), 12)
    (0.22157359027997, 0.179906923613)
    """
    if index is not None:
        index = checked_int("index", index, 0, 10**6)
        if cumulative or u is None:
            raise input_error("index", index, "needs an energy density u, and no cumulative count")
    if u is None:
        return profile_of(field, p, mixture).supremum()[1]
    profile, energies = profile_of(field, p, mixture, 0.0), _energies(u)
    if index is not None and profile.glass.spread != -1.0:
        raise input_error("index", index, "is for pure glasses, whose energy fixes the shift of the Hessian")
    if index is None and not cumulative:
        values = [profile.at(float(each)).supremum()[1] for each in energies.flat]
    elif index is not None:
        values = [
            _largest(profile.at(float(each)), _by_index(profile.at(float(each)), index)) for each in energies.flat
        ]
    else:
        values = [_largest(profile.at(float(each)), _below(profile.at(float(each)))) for each in energies.flat]
    return out(np.array(values).reshape(energies.shape))


def _by_index(profile: Profile, index: int) -> Callable[[Real], Real]:
    def height(m: Real) -> Real:
        return np.asarray(profile.height(m) - index_cost(index, profile.shift(m), profile.spike(m)))

    return height


def _below(profile: Profile) -> Callable[[Real], Real]:
    """The rate at a latitude of all energies below u: that of the total once u has passed the most frequent energy."""
    total = profile.at(None)
    glass, u = profile.glass, profile.u
    assert u is not None

    def height(m: Real) -> Real:
        d, d1 = (np.asarray(part(m, 1)) for part in (profile.field.value, profile.field.derivative))
        radial = glass.scale * total.shift(m) - m * d1
        best = d + glass.first * radial / (glass.first + glass.second)
        return np.where(u >= best, total.height(m), profile.height(m))

    return height


def _largest(profile: Profile, height: Callable[[Real], Real]) -> float:
    """The supremum over latitudes of a function with kinks and forbidden stretches: the grid, then golden section."""
    m = np.unique(np.concatenate([profile.grid(), profile.at(None).grid()]))
    values = height(m)
    if not np.any(values > -np.inf):
        return -np.inf
    inner = values[1:-1]
    peaks = 1 + np.flatnonzero((inner >= values[:-2]) & (inner >= values[2:]) & (inner > -np.inf))
    peaks = peaks[np.argsort(values[peaks])[-6:]]
    best = float(np.max(values))
    if peaks.size == 0:
        return best
    low, high = m[peaks - 1], m[peaks + 1]
    ratio = (np.sqrt(5) - 1) / 2
    one, other = high - ratio * (high - low), low + ratio * (high - low)
    at_one, at_other = height(one), height(other)
    for _ in range(60):
        left = at_one > at_other
        # a maximum at the end of a forbidden stretch: where both are −inf, keep the side of the grid's peak
        both = (at_one == -np.inf) & (at_other == -np.inf)
        left = np.where(both, m[peaks] < one, left)
        low, high = np.where(left, low, one), np.where(left, other, high)
        one, other = high - ratio * (high - low), low + ratio * (high - low)
        at_one, at_other = height(one), height(other)
        best = max(best, float(np.max(at_one)), float(np.max(at_other)))
    return best


def _energies(u: ArrayLike) -> Real:
    energies = _real("u", u)
    if np.any(np.abs(energies) > 1e6):
        raise input_error("u", u, "must be of size at most 1e6")
    return energies


def _real(name: str, given: ArrayLike) -> Real:
    array = np.asarray(given)
    if array.dtype.kind not in "iuf" or not np.all(np.isfinite(array)):
        raise input_error(name, given, "must be finite real numbers")
    return array.astype(float)
