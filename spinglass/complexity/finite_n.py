"""Exact mean numbers of critical points of the pure spherical p-spin glass at finite N, with or without a field.

Counts are of points on the sphere |w|² = N, w and −w separately; energies are densities u = h/N; the index k is the
number of negative eigenvalues of the Riemannian Hessian (0 for a minimum). Without a field, with λ_0 <= … <= λ_{N−1}
the eigenvalues of A_N (off-diagonal variance 1, diagonal variance 2),

    E Crt_{N,k}(B) = 2 √(2/p) (p−1)^{N/2} E[exp(−(p−2) λ_k²/(4p)) 1{u(λ_k) ∈ B}],   u(λ) = λ √((p−1)/(pN)).

Source: Auffinger, Ben Arous, Černý, CPAM 66 (2013) 165, Theorem 2.1; in the variables of this package.
"""

from __future__ import annotations

import itertools
import math
from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import ComputationError, checked_int, input_error
from spinglass.complexity.field_counts import (
    FieldIntegrand,
    density_weights,
    integrate,
    total_weights,
    window_weights,
)
from spinglass.hamiltonians import OverlapField
from spinglass.random_matrices.index_law import index_probabilities
from spinglass.random_matrices.level_density import log_scaled_density
from spinglass.random_matrices.multiplicative import panel_rule, support_radius

MAX_SPINS = 2000
MAX_SPINS_INDEX = 501
MAX_SPINS_FIELD = 64
_FARTHEST = 1e4  # from this λ or u on every density, e^{−λ²/4} times a power of λ, is zero in double precision

_laws: OrderedDict[tuple[int, float], NDArray[np.float64]] = OrderedDict()


def _index_law(n: int, x: float) -> NDArray[np.float64]:
    """`index_probabilities`, remembered (about 4 MB per thousand at n = 500)."""
    if x > 0:
        return _index_law(n, -x)[::-1]
    key = (n, x)
    if key not in _laws:
        _laws[key] = index_probabilities(n, x)
        if len(_laws) > 4096:
            _laws.popitem(last=False)
    return _laws[key]


def _checked_indices(index: Any, n_spins: int) -> NDArray[np.int64]:
    if isinstance(index, (bool, str)) or index is None:
        raise input_error("index", index, f"must be integers from 0 to n_spins - 1 = {n_spins - 1}")
    array = np.asarray(index)
    if array.dtype == object or array.dtype.kind not in "iuf" or array.size == 0:
        raise input_error("index", index, f"must be integers from 0 to n_spins - 1 = {n_spins - 1}")
    for value in array.ravel().tolist():
        if not float(value).is_integer() or not 0 <= value < n_spins:
            raise input_error("index", index, f"must be integers from 0 to n_spins - 1 = {n_spins - 1}")
    return array.astype(np.int64)


def _checked_window(energy: Any) -> tuple[float, float]:
    rule = "must be a pair (lo, hi) of energy densities with lo <= hi; infinities are allowed"
    try:
        low, high = (float(bound) for bound in energy)
    except (TypeError, ValueError):
        raise input_error("energy", energy, rule) from None
    if math.isnan(low) or math.isnan(high) or low > high:
        raise input_error("energy", energy, rule)
    return low, high


def _checked_field(field: Any, p: int, n_spins: int, index: Any) -> OverlapField | None:
    if field is None:
        return None
    if not isinstance(field, OverlapField):
        raise input_error("field", field, "must be a hamiltonians.OverlapField")
    if field.p is not None and field.p != p:
        raise input_error("field", field, f"was built for p = {field.p}, not for p = {p}")
    if field.is_zero:
        return None
    if index is not None:
        raise input_error("index", index, "is not available with a field; leave out index or the field")
    checked_int("n_spins (with a field)", n_spins, 2, MAX_SPINS_FIELD)
    return field


def _log_level_density(x: NDArray[np.float64], n_spins: int, p: int) -> NDArray[np.float64]:
    """log of the density of all critical points in λ."""
    constant = math.log(2) + 0.5 * math.log(2 / p) + 0.5 * n_spins * math.log(p - 1)
    return constant + log_scaled_density(x, n_spins) - x**2 / 4 - (p - 2) * x**2 / (4 * p)


def _exponential(logarithm: NDArray[np.float64]) -> NDArray[np.float64]:
    if logarithm.size and float(np.max(logarithm)) > 700.0:
        raise ComputationError("the mean number of critical points exceeds the range of double precision")
    return np.exp(logarithm)


def _relevant_range(n_spins: int, p: int) -> float:
    """A radius in λ beyond which the density of critical points is below 1e-20 of its maximum."""
    radius = support_radius(n_spins)
    x = np.linspace(0.0, radius, 400)
    log_density = _log_level_density(x, n_spins, p)
    kept = np.flatnonzero(log_density > log_density.max() - 46.0)
    return float(x[min(kept[-1] + 1, x.size - 1)])


def _panel_sum(low: float, high: float, scale: float, n_spins: int, p: int) -> float:
    """∫ of the density of all critical points over the energies low <= u <= high, λ = u · scale; relative to its size.

    In u, so that the width of a narrow window is exact.
    """
    spread = support_radius(n_spins) / scale
    if low > 0 or high < 0:  # a window far in the tail ends within 30 of its inner end
        spread = max(spread, min(abs(low), abs(high)) + 30.0 / scale)
    low, high = max(low, -spread), min(high, spread)
    if low >= high:
        return 0.0
    # beyond the spectrum the density falls like e^{−λ²/4}: panels shrink with the distance of the window from 0
    distance = max(low * scale, -high * scale, 1.0)
    widest = min(0.8, 5.0 / math.sqrt(n_spins), 6.0 / distance)
    if distance > _FARTHEST:
        return 0.0
    count = max(1, math.ceil((high - low) * scale / widest))
    edges = np.linspace(low, high, count + 1)
    nodes, weights, _ = panel_rule()
    half = np.diff(edges) / 2
    x = scale * ((edges[:-1] + half)[:, None] + half[:, None] * nodes)
    return float(half @ (_exponential(_log_level_density(x, n_spins, p)) @ weights)) * scale


def _index_sums(indices: NDArray[np.int64], low: float, high: float, n_spins: int, p: int) -> NDArray[np.float64]:
    """∫ of the density of critical points of each index over low <= λ <= high.

    All indices over the whole line share one grid on which the sum is spectrally exact; a window uses panels.
    """
    wanted = np.unique(indices)
    n = n_spins - 1
    reach = support_radius(n_spins)
    if math.isinf(low) and math.isinf(high):
        step = min(0.4, 1.55 / math.sqrt(n_spins))
        count = math.ceil(reach / step)
        x, weight = step * np.arange(-count, count + 1, dtype=float), np.full(2 * count + 1, step)
    else:
        low, high = max(low, -reach), min(high, reach)
        if low >= high:
            return np.zeros(indices.shape)
        panels = max(1, math.ceil((high - low) / min(1.6, 3.0 / math.sqrt(n_spins))))
        edges = np.linspace(low, high, panels + 1)
        nodes, rule, _ = panel_rule()
        half = np.diff(edges) / 2
        x = ((edges[:-1] + half)[:, None] + half[:, None] * nodes).ravel()
        weight = (half[:, None] * rule).ravel()
    density = _exponential(_log_level_density(x, n_spins, p))
    sums = np.zeros(wanted.size)
    # outwards from the place where index k is typical, until nothing is added in either direction
    line = np.linspace(-reach, reach, 2001)
    cumulative = np.cumsum(np.exp(log_scaled_density(line, n_spins) - line**2 / 4)) * (line[1] - line[0])
    for k_position, k in enumerate(wanted):
        typical = line[min(int(np.searchsorted(cumulative, k + 0.5)), line.size - 1)]
        centre = int(np.clip(np.searchsorted(x, typical), 0, x.size - 1))
        for direction in (1, -1):
            position = centre if direction == 1 else centre - 1
            idle = 0
            while 0 <= position < x.size and idle < 6:
                term = weight[position] * density[position] * _index_law(n, float(x[position]))[k]
                sums[k_position] += term
                idle = idle + 1 if term <= 1e-17 * sums[k_position] else 0
                position += direction
    return sums[np.searchsorted(wanted, indices)]


def mean_count(
    n_spins: int,
    p: int,
    index: ArrayLike | None = None,
    energy: tuple[float, float] | None = None,
    field: OverlapField | None = None,
) -> Any:
    """Exact mean number of critical points of the pure p-spin glass on the sphere |w|² = N.

    Without a field E Crt_{N,k}(B) = 2√(2/p) (p−1)^{N/2} E[exp(−(p−2)λ_k²/(4p)) 1{λ_k √((p−1)/(pN)) ∈ B}] through the
    law of the k-th eigenvalue of A_N; with a field D(m) the Kac-Rice integral over latitude and energy with
    W_n(ξ, κ) = E|det(A_n + κ e eᵀ − ξ)|, n = N − 1.

    Parameters
    ----------
    n_spins : N >= 1 (up to 2000; 501 with an index, 64 with a field, where N >= 2).
    p : spins per interaction, >= 2; p = 2 has exactly 2N critical points, two of each index.
    index : None for all indices, or an integer or array of integers in [0, N − 1].
    energy : None for all energies, or (lo, hi) in energy densities u = h/N, infinities allowed.
    field : None or an `OverlapField` for this p. Counts by index are not available with a field.

    Returns a float, or an array of the shape of `index`.

    Accuracy: 1e-12 for totals and windows without a field (relative, tails included), 1e-11 by index, 1e-10 of the
    total with a field (`ComputationError` if the latitude integral misses 1e-9).

    Raises `InputError` for a bad argument, `ComputationError` when the count exceeds the range of double precision.

    Source: Auffinger, Ben Arous, Černý 2013 (no field); with a field, own result, checked against complete enumeration.

    >>> round(mean_count(2, 3), 10), round(mean_count(3, 3, index=0), 10)
    (5.2915026221, 3.1380899353)
    >>> mean_count(10, 2)
    20.0
    >>> round(mean_count(4, 3, field=OverlapField(p=3, rho=[0.5])), 8)
    18.14015844
    """
    n_spins = checked_int("n_spins", n_spins, 1, MAX_SPINS)
    p = checked_int("p", p, 2)
    window = None if energy is None else _checked_window(energy)
    indices = None if index is None else _checked_indices(index, n_spins)
    active = _checked_field(field, p, n_spins, index)
    if active is not None:
        if window is None:
            return float(integrate(FieldIntegrand(n_spins, p, active, False, total_weights))[0])
        found = integrate(FieldIntegrand(n_spins, p, active, True, window_weights(np.array(window))))[0]
        return max(float(found), 0.0)  # what lies below the accuracy may come out negative
    low, high = (-math.inf, math.inf) if window is None else window
    if low == high:
        return 0.0 if indices is None else _shaped(np.zeros(indices.shape))
    if p == 2 and math.isinf(low) and math.isinf(high):
        return 2.0 * n_spins if indices is None else _shaped(np.full(indices.shape, 2.0))
    scale = math.sqrt(p * n_spins / (p - 1))  # λ = u · scale
    if indices is None:
        if math.isinf(low) and math.isinf(high):
            high = _relevant_range(n_spins, p) / scale
            low = -high
        return _panel_sum(low, high, scale, n_spins, p)
    low, high = low * scale, high * scale
    checked_int("n_spins (with an index)", n_spins, 1, MAX_SPINS_INDEX)
    return _shaped(_index_sums(indices, low, high, n_spins, p))


def mean_count_bins(edges: ArrayLike, n_spins: int, p: int, field: OverlapField | None = None) -> NDArray[np.float64]:
    """Exact mean numbers of critical points between consecutive energy densities: `mean_count` of many windows at once.

    edges : at least two strictly increasing energy densities u = h/N, infinities allowed at the ends.
    n_spins, p, field : as for `mean_count`; one latitude integral serves all bins.

    Returns shape (len(edges) − 1,). Accuracy, errors and source as for `mean_count`.

    >>> counts = mean_count_bins([-float("inf"), 0.0, float("inf")], 3, 3)
    >>> counts.round(10).tolist()
    [5.2761798706, 5.2761798706]
    """
    n_spins = checked_int("n_spins", n_spins, 1, MAX_SPINS)
    p = checked_int("p", p, 2)
    try:
        cuts = np.asarray(edges, dtype=float)
    except (TypeError, ValueError):
        raise input_error("edges", edges, "must be real numbers") from None
    if cuts.ndim != 1 or cuts.size < 2 or not np.all(cuts[1:] > cuts[:-1]):
        raise input_error("edges", edges, "must be at least two strictly increasing energy densities")
    active = _checked_field(field, p, n_spins, None)
    if active is not None:
        return np.maximum(integrate(FieldIntegrand(n_spins, p, active, True, window_weights(cuts)))[:-1], 0.0)
    return np.array([mean_count(n_spins, p, energy=window) for window in itertools.pairwise(cuts.tolist())])


def mean_count_density(
    u: ArrayLike,
    n_spins: int,
    p: int,
    index: ArrayLike | None = None,
    field: OverlapField | None = None,
) -> Any:
    """Density of the exact mean number of critical points in the energy density u: d/du of `mean_count` over (−∞, u).

    Without a field: 2√(2/p)(p−1)^{N/2} exp(−(p−2)λ²/(4p)) ϱ_k(λ) dλ/du at λ = u√(pN/(p−1)), ϱ_k the density of the
    k-th eigenvalue of A_N (summed over k: the one-point density R_N).

    Parameters
    ----------
    u : energy densities, any shape.
    n_spins, p, index, field : as for `mean_count`; the result has the broadcast shape of u and index.

    Accuracy: 1e-12 relative without index and field, 1e-13 of the maximum by index, 1e-10 of the maximum with a field.

    Source: as for `mean_count`.

    >>> round(mean_count_density(-1.0, 3, 3), 10)
    2.7248325732
    """
    n_spins = checked_int("n_spins", n_spins, 1, MAX_SPINS)
    p = checked_int("p", p, 2)
    indices = None if index is None else _checked_indices(index, n_spins)
    active = _checked_field(field, p, n_spins, index)
    try:
        energies = np.asarray(u, dtype=float)
    except (TypeError, ValueError):
        raise input_error("u", u, "must be real numbers") from None
    if isinstance(u, (bool, str)) or not np.all(np.isfinite(energies)):
        raise input_error("u", u, "must be finite")
    if active is not None:
        if energies.size == 0:
            return np.zeros(energies.shape)
        flat = np.ascontiguousarray(energies.ravel())
        values = integrate(FieldIntegrand(n_spins, p, active, True, density_weights(flat)))
        return _shaped(np.maximum(values[:-1], 0.0).reshape(energies.shape))
    scale = math.sqrt(p * n_spins / (p - 1))
    x = np.clip(energies, -_FARTHEST, _FARTHEST) * scale
    density = _exponential(_log_level_density(x, n_spins, p)) * scale
    if indices is None:
        return _shaped(density)
    checked_int("n_spins (with an index)", n_spins, 1, MAX_SPINS_INDEX)
    positions, selected = np.broadcast_arrays(x, indices)
    laws = [_index_law(n_spins - 1, float(y))[k] for y, k in zip(positions.ravel(), selected.ravel(), strict=True)]
    return _shaped(np.broadcast_to(density, positions.shape) * np.reshape(laws, positions.shape))


def _shaped(values: NDArray[np.float64]) -> Any:
    """Scalars leave as Python floats."""
    return float(values) if np.ndim(values) == 0 else values
