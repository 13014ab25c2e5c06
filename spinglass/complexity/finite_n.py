"""Exact mean numbers of critical points of spherical spin glasses at finite N: pure or mixed, with or without a field.

Counts are of points on the sphere |w|² = N, w and −w separately; energies are densities u = h/N; the index k is the
number of negative eigenvalues of the Riemannian Hessian (0 for a minimum). For the pure glass without a field, with
λ_0 <= … <= λ_{N−1} the eigenvalues of A_N (off-diagonal variance 1, diagonal variance 2),

    E Crt_{N,k}(B) = 2 √(2/p) (p−1)^{N/2} E[exp(−(p−2) λ_k²/(4p)) 1{u(λ_k) ∈ B}],   u(λ) = λ √((p−1)/(pN)).

Mixtures have p → 1 + ξ″/ξ′ in the total, and energies that are Gaussian given the shift of the Hessian (`shift_law`,
`isotropic_counts`); a field is integrated over latitudes (`field_counts`).

Source: Auffinger, Ben Arous, Černý, CPAM 66 (2013) 165, Theorem 2.1; Auffinger, Ben Arous, Ann. Probab. 41 (2013); in
the variables of this package.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import ComputationError, checked_int, input_error
from spinglass.complexity import isotropic_counts
from spinglass.complexity.count_arguments import (
    MAX_SPINS,
    MAX_SPINS_INDEX,
    checked_edges,
    checked_energies,
    checked_field,
    checked_indices,
    checked_window,
)
from spinglass.complexity.energy_weights import Densities, EnergyWeights, Everything, Mean, Windows
from spinglass.complexity.field_counts import field_counts
from spinglass.complexity.latitude_integral import Progress
from spinglass.complexity.shift_law import Real, ShiftLaw, shaped, shift_law
from spinglass.hamiltonians import OverlapField

Mixture = Mapping[int, float]


def _opened(
    n_spins: Any, p: Any, mixture: Any, field: Any, index: Any
) -> tuple[ShiftLaw, OverlapField | None, NDArray[np.int64] | None]:
    """The checked glass, field and indices."""
    n_spins = checked_int("n_spins", n_spins, 1, MAX_SPINS)
    law = shift_law(n_spins, p, mixture)
    indices = None if index is None else checked_indices(index, n_spins)
    active = checked_field(field, law, indices is not None)
    if indices is not None:
        checked_int("n_spins (with an index)", n_spins, 1, MAX_SPINS_INDEX)
    return law, active, indices


def _closed(values: Any, errors: Any, with_error: bool) -> Any:
    """The values, not negative, alone or with their error bounds."""
    values, errors = np.asarray(values, dtype=float), np.asarray(errors, dtype=float)
    if not (np.all(np.isfinite(values)) and np.all(np.isfinite(errors))):
        raise ComputationError("the mean number of critical points exceeds the range of double precision")
    values = np.maximum(values, 0.0)  # what lies below the accuracy may come out negative
    return (shaped(values), shaped(errors)) if with_error else shaped(values)


def _known(counts: Real, errors: Real) -> None:
    """A `ComputationError` where a count is not known to a millionth of itself."""
    if np.any(errors > 1e-6 * counts):
        worst = float(np.max(errors / np.maximum(counts, 1e-300)))
        raise ComputationError(f"an index is too rare here: its count is known to {worst:.1e} of itself only")


def _with_field(
    law: ShiftLaw,
    field: OverlapField,
    weights: EnergyWeights,
    indices: NDArray[np.int64] | None,
    progress: Progress | None = None,
) -> tuple[Real, Real]:
    """Quantities (Q, …) with the shape of `indices` in place of the dots."""
    values, errors = field_counts(law, field, weights, indices is not None, progress)
    if indices is None:
        return values[:, 0], errors[:, 0]
    return values[:, indices], errors[:, indices]


def mean_count(
    n_spins: int,
    p: int | None = None,
    index: ArrayLike | None = None,
    energy: tuple[float, float] | None = None,
    field: OverlapField | None = None,
    *,
    mixture: Mixture | None = None,
    with_error: bool = False,
    progress: Progress | None = None,
) -> Any:
    """Exact mean number of critical points of a spherical spin glass on |w|² = N.

    Without a field the law of the k-th eigenvalue of A_N gives every index (for a mixture with p → 1 + ξ″/ξ′ in the
    weight); with a field D(m) the Kac-Rice integral runs over latitude and Hessian shift with
    W_n(ζ, κ) = E|det(A_n + κ e eᵀ − ζ)| or its part of one index, n = N − 1.

    Parameters
    ----------
    n_spins : N >= 1; up to 2000 without field and index, 501 with an index; with a field N >= 2, up to 64, or where
        the field is linear (D″ = 0) up to 2000 and with an index 501.
    p : spins per interaction of the pure glass, >= 2; p = 2 has exactly 2N critical points, two of each index.
    index : None for all indices, or an integer or array of integers in [0, N − 1].
    energy : None for all energies, or (lo, hi) in energy densities u = h/N, infinities allowed.
    field : None or an `OverlapField`; one built for a p other than the glass's largest is refused.
    mixture : {p: a_p} in place of p, covariance N Σ a_p² q^p, with some p >= 2. Key 1 is an isotropic Gaussian field.
        Key 0 moves all energies of a sample by one Gaussian number; energies are counted from there, as in
        `annealed_complexity`, so that it changes nothing here.
    with_error : return (value, error), error an absolute bound.
    progress : called with (done, known by now) panels of the latitude; with a field every index takes seconds at
        N = 30 and minutes at N = 60.

    Returns a float, or an array of the shape of `index`.

    Accuracy: relative 1e-12 for totals and windows without a field, tails included, and 1e-8 for every index, the
    rarest included (p = 3: 1e-11 at N = 200; p = 10: 2e-10 at N = 100; the error says what was reached). With a field
    1e-11 of all critical points, and of those of each index (p = 3, ρ = 0.5: 7e-12 of the rarest at N = 48); a window
    that holds few of them is known to that absolute accuracy only.

    Raises `InputError` for a bad argument, `ComputationError` when the count exceeds the range of double precision, an
    index without a field is not known to a millionth of itself, or the integral over latitudes misses 1e-9.

    Source: Auffinger, Ben Arous, Černý 2013; Auffinger, Ben Arous 2013 (mixtures); with a field, own result, checked
    against complete enumeration.

    >>> round(mean_count(2, 3), 10), round(mean_count(3, 3, index=0), 10)
    (5.2915026221, 3.1380899353)
    >>> mean_count(10, 2)
    20.0
    >>> round(mean_count(4, 3, field=OverlapField(p=3, rho=[0.5])), 8)
    18.14015844
    >>> round(mean_count(5, mixture={1: math.sqrt(3), 3: 1.0}), 10)
    10.0
    """
    law, active, indices = _opened(n_spins, p, mixture, field, index)
    low, high = (-math.inf, math.inf) if energy is None else checked_window(energy)
    infinite = math.isinf(low) and math.isinf(high) and low < high
    shape = () if indices is None else indices.shape
    if low == high:
        return _closed(np.zeros(shape), np.zeros(shape), with_error)
    if active is not None:
        weights = Everything() if infinite else Windows(np.array([low, high]), law.energy_spread)
        values, errors = _with_field(law, active, weights, indices, progress)
        return _closed(values[0], errors[0], with_error)
    if infinite and law.degree == 2 and law.second == law.first:
        exact = 2.0 * law.n_spins if indices is None else 2.0
        return _closed(np.full(shape, exact), np.zeros(shape), with_error)
    if indices is None:
        count, error = isotropic_counts.total(law) if infinite else isotropic_counts.window(law, low, high)
        return _closed(count, error, with_error)
    counts, errors, _ = isotropic_counts.index_counts(law, indices, low, high)
    if infinite:
        _known(counts, errors)
    return _closed(counts, errors, with_error)


def mean_count_bins(
    edges: ArrayLike,
    n_spins: int,
    p: int | None = None,
    field: OverlapField | None = None,
    *,
    index: ArrayLike | None = None,
    mixture: Mixture | None = None,
    with_error: bool = False,
) -> Any:
    """Exact mean numbers of critical points between consecutive energy densities: `mean_count` of many windows at once.

    edges : at least two strictly increasing energy densities u = h/N, infinities allowed at the ends.
    n_spins, p, field, index, mixture, with_error : as for `mean_count`; one latitude integral serves all bins.

    Returns shape (len(edges) − 1,) followed by the shape of `index`. Accuracy, errors and source as for `mean_count`.

    >>> counts = mean_count_bins([-float("inf"), 0.0, float("inf")], 3, 3)
    >>> counts.round(10).tolist()
    [5.2761798706, 5.2761798706]
    """
    law, active, indices = _opened(n_spins, p, mixture, field, index)
    cuts = checked_edges(edges)
    if active is not None:
        return _closed(*_with_field(law, active, Windows(cuts, law.energy_spread), indices), with_error)
    windows = list(itertools.pairwise(cuts.tolist()))
    pairs = [
        mean_count(law.n_spins, p, index=index, energy=window, mixture=mixture, with_error=True) for window in windows
    ]
    return _closed([value for value, _ in pairs], [error for _, error in pairs], with_error)


def mean_count_density(
    u: ArrayLike,
    n_spins: int,
    p: int | None = None,
    index: ArrayLike | None = None,
    field: OverlapField | None = None,
    *,
    mixture: Mixture | None = None,
    with_error: bool = False,
    relative: bool = False,
) -> Any:
    """Density of the exact mean number of critical points in the energy density u: d/du of `mean_count` over (−∞, u).

    The pure glass without a field: 2√(2/p)(p−1)^{N/2} exp(−(p−2)λ²/(4p)) ϱ_k(λ) dλ/du at λ = u√(pN/(p−1)), ϱ_k the
    density of the k-th eigenvalue of A_N (summed over k: the one-point density R_N). A mixture: the average over the
    Hessian shift given u.

    Parameters
    ----------
    u : energy densities, any shape.
    n_spins, p, index, field, mixture, with_error : as for `mean_count`; the result has the broadcast shape of u and
        index.
    relative : every index with relative accuracy, the rarest included (pure glass without field, N <= 61; half a
        second to ten seconds for each u).

    Accuracy: 1e-12 relative without index and field; by index some 1e-15 √N of the density of all indices at u, rarer
    ones being zero unless `relative`; with a field 1e-11 of the largest density, which is all that is known far in
    the tails (`with_error` says so).

    Source: as for `mean_count`.

    >>> round(mean_count_density(-1.0, 3, 3), 10)
    2.7248325732
    """
    law, active, indices = _opened(n_spins, p, mixture, field, index)
    energies = checked_energies(u)
    if indices is not None:
        energies, indices = np.broadcast_arrays(energies, indices)
    if energies.size == 0:
        return _closed(np.zeros(energies.shape), np.zeros(energies.shape), with_error)
    if relative and (indices is None or active is not None or law.shift_spread > 0):
        raise input_error("relative", relative, "is for counts by index of a pure glass without field")
    if active is not None:
        places, inverse = np.unique(energies, return_inverse=True)
        values, errors = field_counts(law, active, Densities(places, law.energy_spread), indices is not None)
        column: Any = 0 if indices is None else indices
        inverse = inverse.reshape(energies.shape)
        return _closed(values[inverse, column], errors[inverse, column], with_error)
    if indices is None:
        value, error = isotropic_counts.density(law, energies.ravel())
        return _closed(value.reshape(energies.shape), error.reshape(energies.shape), with_error)
    return _closed(*isotropic_counts.index_density(law, energies, indices, relative), with_error)


def mean_energy_density(
    n_spins: int,
    p: int | None = None,
    index: ArrayLike | None = None,
    field: OverlapField | None = None,
    *,
    mixture: Mixture | None = None,
    with_error: bool = False,
) -> Any:
    """Mean energy density of the critical points, each weighted alike: E Σ u / E of their number.

    Parameters as for `mean_count`; odd under k → N − 1 − k without a field, and 0 for all indices together.

    Returns a float, or an array of the shape of `index`. Raises `ComputationError` where an index is too rare to have
    its mean (error of the count above 1e-6 of it).

    Accuracy: that of the count, times the width of the spectrum of energies.

    Source: as for `mean_count`.

    >>> round(mean_energy_density(4, 3, index=0), 10)
    -0.9422066041
    """
    law, active, indices = _opened(n_spins, p, mixture, field, index)
    if active is not None:
        m = np.linspace(-1.0, 1.0, 401)
        scale = float(np.max(np.abs(active.value(m, law.n_spins)))) / law.n_spins + 4 * math.sqrt(law.value)
        values, errors = _with_field(law, active, Mean(scale), indices)
        (count, total), (count_error, total_error) = values, errors
    elif indices is None:
        return _signed(np.zeros(()), np.zeros(()), with_error)
    else:
        count, count_error, shifts = isotropic_counts.index_counts(law, indices, -math.inf, math.inf)
        total = law.energy_slope * shifts
        total_error = law.energy_slope * law.reach() * count_error
    _known(count, count_error)
    mean = total / count
    return _signed(mean, (total_error + np.abs(mean) * count_error) / count, with_error)


def _signed(values: Real, errors: Real, with_error: bool) -> Any:
    return (shaped(values), shaped(errors)) if with_error else shaped(values)
