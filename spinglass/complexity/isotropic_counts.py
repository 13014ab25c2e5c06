"""Exact mean counts without a deterministic field: sums over the Hessian shift, of any pure or mixed glass.

All indices together need the one-point density only; each index needs the law of the number of eigenvalues below the
shift. Energies enter through the conditional Gaussian laws of `shift_law`: the density at u is an average over the
shift given u, a window is an integral over the shift with a difference of two normal distribution functions. For a
single degree the energy is determined by the shift, and both become one point and one interval.

Each function returns values and absolute error bounds: the difference between two rules, and rounding.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from spinglass.complexity.shift_law import Real, ShiftLaw, exponential, law_of_index
from spinglass.random_matrices.level_density import log_scaled_density
from spinglass.random_matrices.multiplicative import panel_rule, support_radius

_FARTHEST = 1e4  # from this ζ on every density without a far tail is zero in double precision
_FEW_NODES = 8.0  # band limit times width up to which a Gaussian average is done by Gauss-Hermite nodes
_SMOOTH = 2.8  # a Gaussian of so many grid steps is summed on the grid to rounding

Window = tuple[float, float]
Pair = tuple[Real, Real]


def rounding(n_spins: int) -> float:
    """Relative rounding error of the densities: the recurrence of N steps and the exponents."""
    return 2e-15 * (4 + math.sqrt(n_spins)) + 1.5e-15 * n_spins


def index_step(n: int) -> float:
    """Step of the ζ grid on which the density of critical points of each index is summed to rounding.

    The k-th eigenvalue fluctuates by √(log n)/π level spacings in the bulk, more at the edges: the Fourier transform
    of its density ends near 4√n, and slightly earlier for large n (measured: 2e-13 at n = 5 … 200).
    """
    return min(0.37, (1.7 + 0.12 * max(0.0, math.log((n + 1) / 30))) / math.sqrt(n + 1))


# panels


def line_panels(low: float, high: float, law: ShiftLaw, unit: float, tail: float, coarse: float = 1.0) -> Real:
    """Edges of panels between low and high of a variable x with ζ = unit · x (or its mean), Gaussian of deviation tail.

    Inside the spectrum the width is a few level spacings, outside it grows, and shrinks again in the Gaussian tail.
    """
    n_spins = law.n_spins
    radius = support_radius(n_spins) / unit
    base = coarse * min(0.8, 5.0 / math.sqrt(n_spins)) / unit
    base = min(base, 0.7 * coarse * tail)
    if low >= high:
        return np.array([low])

    def width(x: float) -> float:
        outside = max(abs(x) - radius, 0.0)
        return min(base + 0.3 * outside, 6.0 * coarse * tail**2 / max(abs(x), tail), base + 2.5 * abs(x) / n_spins**0.5)

    if max(abs(low), abs(high)) <= radius:  # even panels; where the whole interval is one panel its width is exact
        smallest = min(width(low), width(high), base)
        return np.linspace(low, high, max(1, math.ceil((high - low) / smallest)) + 1)
    edges = [low]
    while edges[-1] < high:
        x = edges[-1]
        step = width(x)
        step = min(step, width(x + step))
        edges.append(x + step)
    edges[-1] = high
    return np.array(edges)


def panel_points(edges: Real) -> Pair:
    """Nodes and weights of Gauss-Legendre panels."""
    nodes, weights, _ = panel_rule()
    half = np.diff(edges) / 2
    return ((edges[:-1] + half)[:, None] + half[:, None] * nodes).ravel(), (half[:, None] * weights).ravel()


def _with_error(law: ShiftLaw, rule: Callable[[float], float], exponent: float = 0.0) -> tuple[float, float]:
    """A sum over panels and over panels of 3/4 of their width; the finer one is the result."""
    fine, coarse = rule(0.75), rule(1.0)
    return fine, abs(fine - coarse) + (rounding(law.n_spins) + 4e-16 * exponent) * abs(fine)


# all indices


def total(law: ShiftLaw) -> tuple[float, float]:
    """All critical points."""
    radius = law.reach()

    def rule(coarse: float) -> float:
        x, weight = panel_points(line_panels(0.0, radius, law, 1.0, law.deviation, coarse))
        return 2 * float(weight @ exponential(law.log_density(x)))

    return _with_error(law, rule)


def _conditional_nodes(law: ShiftLaw, u: Real, uniform: bool) -> Pair:
    """Shifts (len(u), G) and logarithms of weights of the average over ζ given u.

    Gauss-Hermite where the width of the conditional law is small against the level spacing, else equal steps: with
    `uniform` on the grid of all multiples of one step, so that the index laws are shared where there are many u.
    """
    mean, spread = law.shift_slope * u, law.shift_spread
    band = 2 * math.sqrt(law.order) + 5.0
    count = 1 if spread == 0 else 8 + math.ceil(8 * spread * band)
    step = min(index_step(law.order), 0.45 * max(spread, 1e-300))
    shared = (float(np.ptp(mean)) + 30 * spread) / step if uniform else math.inf
    if spread == 0 or (spread * band <= _FEW_NODES and u.size * count <= shared):
        nodes, weights = np.polynomial.hermite_e.hermegauss(count)
        kept = weights > 1e-40
        nodes, weights = nodes[kept], weights[kept]
        return mean[:, None] + spread * nodes, np.broadcast_to(np.log(weights / weights.sum()), (u.size, nodes.size))
    # the weight of the determinant moves the centre outwards, by less than the distance itself, and widens by √2
    shift = np.linspace(-1.0, 1.0, 201)
    reach = 12 * spread + np.minimum(np.abs(mean), 1.1 * math.sqrt(law.n_spins))
    scan = mean[:, None] + reach[:, None] * shift
    table = np.linspace(scan.min(), scan.max(), 4001)
    heights = np.interp(scan, table, law.log_determinant(table)) - 0.5 * (reach[:, None] * shift / spread) ** 2
    centre = scan[np.arange(u.size), heights.argmax(axis=1)]
    half = math.ceil((14.5 * spread + reach.max() / 100) / step)
    offset = np.rint(centre / step)[:, None] if uniform else (centre / step)[:, None]
    shifts = step * (offset + np.arange(-half, half + 1))
    logs = -0.5 * ((shifts - mean[:, None]) / spread) ** 2 + math.log(step / (spread * math.sqrt(2 * math.pi)))
    return shifts, logs


def log_density(law: ShiftLaw, u: Real) -> Real:
    """log of the density of all critical points in u."""
    shifts, logs = _conditional_nodes(law, u, False)
    # E|det(A_n − ζ)| = 2^{(n+2)/2} Γ((n+1)/2) e^{ζ²/4} R_N(ζ): the Gaussian factors are put together before the sum
    logs = logs + law.log_determinant(shifts)
    top = logs.max(axis=1)
    average = top + np.log(np.exp(logs - top[:, None]).sum(axis=1))
    deviation = law.energy_deviation
    constant = law.log_points - math.log(deviation * math.sqrt(2 * math.pi))
    return np.asarray(constant + average - 0.5 * (u / deviation) ** 2)


def density(law: ShiftLaw, u: Real) -> Pair:
    """The density of all critical points in u, at each u."""
    u = np.clip(u, -_FARTHEST * law.energy_deviation, _FARTHEST * law.energy_deviation)
    logarithm = log_density(law, u)
    values = exponential(logarithm)
    exponent = 0.5 * (u / law.energy_deviation) ** 2 + np.abs(logarithm)
    return values, values * (rounding(law.n_spins) + 4e-16 * exponent)


def window(law: ShiftLaw, low: float, high: float) -> tuple[float, float]:
    """All critical points with low <= u <= high; relative to its size, tails included.

    In u, so that the width of a narrow window is exact.
    """
    unit, tail = law.shift_slope, law.energy_deviation
    spread = max(support_radius(law.n_spins) / unit, tail * (10 + 1.1 * math.sqrt(law.n_spins)))
    if low > 0 or high < 0:  # a window far in the tail ends within 30 deviations of its inner end
        spread = max(spread, min(abs(low), abs(high)) + 30.0 * tail)
    low, high = max(low, -spread), min(high, spread)
    if low >= high or max(low, -high) > _FARTHEST * tail:
        return 0.0, 0.0

    def rule(coarse: float) -> float:
        edges = line_panels(low, high, law, unit, tail, coarse)
        nodes, weights, _ = panel_rule()
        half = np.diff(edges) / 2
        u = ((edges[:-1] + half)[:, None] + half[:, None] * nodes).ravel()
        values = exponential(np.concatenate([log_density(law, part) for part in np.array_split(u, 1 + u.size // 4000)]))
        return float(half @ (values.reshape(-1, nodes.size) @ weights))

    return _with_error(law, rule, 0.5 * (min(abs(low), abs(high)) / tail) ** 2)


# by index


def _log_window(law: ShiftLaw, shift: Real, low: float, high: float) -> Real:
    """log P(low <= u <= high | ζ)."""
    from scipy.special import log_ndtr

    centre, spread = law.energy_slope * shift, law.energy_spread
    a, b = (low - centre) / spread, (high - centre) / spread
    flip = a > 0  # the upper tail by symmetry
    a, b = np.where(flip, -b, a), np.where(flip, -a, b)
    upper, lower = log_ndtr(b), log_ndtr(a)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(lower < upper, upper + np.log1p(-np.exp(lower - upper)), -np.inf)


def _index_points(law: ShiftLaw, low: float, high: float) -> tuple[Real, Real]:
    """ζ and logarithms of weight times density of all critical points (inside the window) there."""
    n_spins, unit = law.n_spins, law.energy_slope
    reach, step = law.reach(), index_step(law.order)
    radius = support_radius(n_spins)
    infinite = math.isinf(low) and math.isinf(high)
    smooth = law.energy_spread / unit > _SMOOTH * step
    if (infinite or smooth) and reach <= 3 * radius:
        count = math.ceil(reach / step)
        x = step * np.arange(-count, count + 1, dtype=float)
        logs = law.log_density(x) + math.log(step)
        if not infinite:
            logs = logs + _log_window(law, x, low, high)
        return x, logs
    width = law.energy_spread / unit
    inner_low, inner_high = max(low / unit, -reach), min(high / unit, reach)
    if not infinite and width > 0:  # the ends of the window are softened on the scale `width`
        ends = [end / unit for end in (low, high) if math.isfinite(end)]
        steps = width * np.array([3.0, 6.0, 9.0])
        marks = np.concatenate([[e] for e in ends] + [e + steps for e in ends] + [e - steps for e in ends])
        inner_low, inner_high = max(inner_low - 9 * width, -reach), min(inner_high + 9 * width, reach)
    else:
        marks = np.zeros(0)
    if inner_low >= inner_high:
        return np.zeros(0), np.zeros(0)
    marks = np.unique(np.concatenate([marks, [inner_low, inner_high]]))
    marks = marks[(marks >= inner_low) & (marks <= inner_high)]
    pieces = [line_panels(a, b, law, 1.0, law.deviation, 1.5) for a, b in itertools.pairwise(marks)]
    x, weight = panel_points(np.unique(np.concatenate(pieces)))
    logs = law.log_density(x) + np.log(weight)
    if not infinite and width > 0:
        logs = logs + _log_window(law, x, low, high)
    return x, logs


def index_counts(law: ShiftLaw, indices: NDArray[np.int64], low: float, high: float) -> tuple[Real, Real, Real]:
    """Numbers of critical points of each index in a window, their error bounds, and Σ of ζ over them."""
    wanted, places = np.unique(indices, return_inverse=True)
    n = law.order
    x, logs = _index_points(law, low, high)
    counts, errors, shifts = np.zeros((3, wanted.size))
    if x.size:
        weight = exponential(logs)
        line = np.linspace(-law.reach(), law.reach(), 2001)
        cumulative = np.cumsum(np.exp(log_scaled_density(line, law.n_spins) - line**2 / 4)) * (line[1] - line[0])
        # outwards from the place where index k is typical, until nothing is added in either direction
        for position, k in enumerate(wanted):
            typical = line[min(int(np.searchsorted(cumulative, k + 0.5)), line.size - 1)]
            centre = int(np.clip(np.searchsorted(x, typical), 0, x.size - 1))
            for direction in (1, -1):
                place = centre if direction == 1 else centre - 1
                idle = 0
                while 0 <= place < x.size and idle < 6:
                    probability, bound = law_of_index(n, float(x[place]))
                    term = weight[place] * probability[k]
                    counts[position] += term
                    shifts[position] += term * x[place]
                    errors[position] += weight[place] * bound[k]
                    idle = idle + 1 if term <= 1e-17 * counts[position] else 0
                    place += direction
    errors += counts * (rounding(law.n_spins) + 3e-13)
    return (
        counts[places].reshape(indices.shape),
        errors[places].reshape(indices.shape),
        shifts[places].reshape(indices.shape),
    )


def index_density(law: ShiftLaw, u: Real, indices: NDArray[np.int64], relative: bool = False) -> Pair:
    """The density in u of the critical points of each index; u and indices of one shape."""
    flat, wanted = np.clip(u.ravel(), -_FARTHEST, _FARTHEST), indices.ravel()
    places, inverse = np.unique(flat, return_inverse=True)
    values, errors = np.zeros((2, flat.size))
    shifts, logs = _conditional_nodes(law, places, True)
    logs = logs + law.log_determinant(shifts)
    deviation = law.energy_deviation
    constant = law.log_points - math.log(deviation * math.sqrt(2 * math.pi))
    logs = logs + (constant - 0.5 * (places / deviation) ** 2)[:, None]
    weight = exponential(logs)
    for row in range(places.size):
        kept = weight[row] > 1e-20 * weight[row].max()
        laws = [law_of_index(law.order, float(x), relative) for x in shifts[row, kept]]
        here = inverse == row
        values[here] = weight[row, kept] @ np.array([share for share, _ in laws])[:, wanted[here]]
        errors[here] = weight[row, kept] @ np.array([bound for _, bound in laws])[:, wanted[here]]
    errors += values * (rounding(law.n_spins) + 1e-13)
    return values.reshape(u.shape), errors.reshape(u.shape)
