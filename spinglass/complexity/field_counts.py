"""Exact mean counts of critical points of the pure glass with a deterministic overlap field D(m), at finite N.

Kac-Rice formula, n = N − 1, θ = asin m, c(m) = m D′(m)/√(Np(p−1)), κ(m) = (1−m²) D″(m)/√(Np(p−1)):

    E Crt(B) = |S^{N−2}| ((p−1)/2π)^{n/2} ∫ dθ cos^{N−2}θ exp(−D′² cos²θ/(2Np)) ∫ φ(z) W_n(ξ, κ) 1{√N z + D ∈ N B} dz,

ξ = c + z √(p/(p−1)). The inner integrand is entire and decays, so it lives on one uniform grid of ξ, the same for every
latitude and field: its sum is the total, its cardinal (sinc) series gives the density at any energy and, integrated,
windows of energy. Own derivation; checked against complete enumeration and against the supersymmetric integral.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import ComputationError
from spinglass.hamiltonians import OverlapField
from spinglass.random_matrices.level_density import log_mean_abs_determinant
from spinglass.random_matrices.rank_one import spiked_ratio

_NEGLIGIBLE = 44.0  # natural logarithm of the range of weights that is kept
_TARGET = 1e-12
_ACCEPTED = 1e-9
_ORDER = 12
_MOST_PANELS = 3000

Weights = Callable[[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]


def shift_step(n: int) -> float:
    """Step of the ξ grid on which the sum of φ W_n is exact to rounding: its Fourier transform ends near 2√n + 5."""
    return min(0.4, 2 * math.pi / (2 * math.sqrt(n) + 5.0))


@lru_cache(maxsize=64)
def _log_plain(n: int, step: float, low: int, high: int) -> NDArray[np.float64]:
    """log E|det(A_n − ξ)| on the grid, a guide to where the weight lies."""
    return log_mean_abs_determinant(n, step * np.arange(low, high + 1, dtype=float))


class FieldIntegrand:
    """The integrand over θ of a list of quantities that are linear in the inner integrand on the ξ grid."""

    def __init__(self, n_spins: int, p: int, field: OverlapField, fine: bool, weights: Weights) -> None:
        self.n_spins, self.p, self.field, self.weights = n_spins, p, field, weights
        self.n = n_spins - 1
        self.step = shift_step(self.n) / (2 if fine else 1)
        self.slope = math.sqrt((p - 1) / p)  # z = (ξ − c) · slope
        self.unit = math.sqrt(n_spins * p * (p - 1))
        log_sphere = math.log(2) + 0.5 * self.n * math.log(math.pi) - math.lgamma(0.5 * self.n)
        self.log_constant = log_sphere + 0.5 * self.n * math.log((p - 1) / (2 * math.pi))
        self.peak = -math.inf

    def latitudes(self, theta: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """(log weight, c, κ, D) at θ."""
        m, cosine = np.sin(theta), np.cos(theta)
        slope = np.asarray(self.field.derivative(m, self.n_spins))
        curvature = np.asarray(self.field.second_derivative(m, self.n_spins))
        with np.errstate(over="ignore"):  # a weight of zero
            log_weight = -((slope * cosine) ** 2) / (2 * self.n_spins * self.p) + self.log_constant
        if self.n_spins > 2:
            log_weight = log_weight + (self.n_spins - 2) * np.log(np.maximum(cosine, 1e-300))
        return (
            log_weight,
            m * slope / self.unit,
            cosine**2 * curvature / self.unit,
            np.asarray(self.field.value(m, self.n_spins)),
        )

    def log_mass(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """A guide to the logarithm of the integrand of the total, good to a few units."""
        log_weight, centre, kappa, _ = self.latitudes(theta)
        # the largest of −(ξ−c)²(p−1)/2p + log E|det(A_n − ξ)| around the centre
        shift = 2.5 * math.sqrt(self.n) * np.linspace(-1, 1, 11)[:, None]
        growth = np.max(log_mean_abs_determinant(self.n, centre + shift) - 0.5 * (self.slope * shift) ** 2, axis=0)
        return np.asarray(log_weight + growth + np.log1p(np.abs(kappa)))

    def __call__(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values (len(θ), quantities)."""
        log_weight, centre, kappa, value = self.latitudes(theta)
        reach = 9.5 / self.slope + 2 * math.sqrt(self.n) + 4
        low = math.floor((float(centre.min()) - reach) / self.step)
        high = math.ceil((float(centre.max()) + reach) / self.step)
        guide = _log_plain(self.n, self.step, low, high)
        xi = self.step * np.arange(low, high + 1, dtype=float)
        z = self.slope * (xi - centre[:, None])
        exponent = guide - 0.5 * z**2
        top = exponent.max(axis=1, keepdims=True)
        kept = np.flatnonzero(np.any(exponent > top - _NEGLIGIBLE - np.log1p(np.abs(kappa))[:, None], axis=0))
        columns = slice(int(kept[0]), int(kept[-1]) + 1)
        xi, z = xi[columns], z[:, columns]
        log_minor, ratio = spiked_ratio(self.n, xi, kappa)
        inner = (
            ratio
            * np.exp(log_minor + log_weight[:, None] - 0.5 * z**2)
            * (self.slope * self.step / math.sqrt(2 * math.pi))
        )
        # energy density at which each grid point lies, and the grid spacing in energy density
        energy = (value[:, None] + math.sqrt(self.n_spins) * z) / self.n_spins
        return self.weights(inner, energy, np.full(theta.size, self.slope * self.step / math.sqrt(self.n_spins)))


def total_weights(
    inner: NDArray[np.float64], energy: NDArray[np.float64], spacing: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The total over all energies."""
    return inner.sum(axis=1, keepdims=True)


def density_weights(u: NDArray[np.float64]) -> Weights:
    """The density in u at the given energies, with the total as the last column.

    With d = (u − energy_0)/spacing the cardinal series is Σ_j f_j sinc(d − j) = (−1)^⌊d⌉ sin(π(d − ⌊d⌉))/π ·
    Σ_j (−1)^j f_j/(d − j), ⌊d⌉ the nearest integer: one sine per energy. Numerator and denominators hold the same
    rounded d, so that nothing is lost next to a grid point.
    """

    def weights(
        inner: NDArray[np.float64], energy: NDArray[np.float64], spacing: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        result = np.empty((inner.shape[0], u.size + 1))
        grid = np.arange(inner.shape[1], dtype=float)
        sign = 1.0 - 2.0 * (grid % 2)
        for row in range(inner.shape[0]):
            position = (u - energy[row, 0]) / spacing[row]
            nearest = np.rint(position)
            on_grid = position == nearest
            sine = np.where(nearest % 2 == 0, 1.0, -1.0) * np.sin(math.pi * (position - nearest)) / math.pi
            series = (1.0 / (np.where(on_grid, 0.5, position)[:, None] - grid)) @ (sign * inner[row])
            inside = on_grid & (nearest >= 0) & (nearest < grid.size)
            at_grid = inner[row][np.where(inside, nearest, 0).astype(int)]
            result[row, :-1] = np.where(inside, at_grid, sine * series) / spacing[row]
        result[:, -1] = inner.sum(axis=1)
        return result

    return weights


def window_weights(edges: NDArray[np.float64]) -> Weights:
    """The numbers in the windows between consecutive energy densities, and the total as the last column."""
    from scipy.special import sici

    def weights(
        inner: NDArray[np.float64], energy: NDArray[np.float64], spacing: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        total = inner.sum(axis=1)
        below = []
        for edge in edges:
            if math.isinf(edge):
                below.append(0.5 * math.copysign(1.0, edge) * total)
            else:
                step = sici(math.pi * (edge - energy) / spacing[:, None])[0] / math.pi
                below.append((inner * step).sum(axis=1))
        return np.column_stack([*(high - low for low, high in itertools.pairwise(below)), total])

    return weights


def _breaks(integrand: FieldIntegrand) -> NDArray[np.float64]:
    """Poles, equator, and the latitudes where D′ = 0, next to which a strong field concentrates the points."""
    from scipy.optimize import brentq

    def slope(theta: float) -> float:
        return float(integrand.field.derivative(math.sin(theta), integrand.n_spins))

    scan = np.linspace(-math.pi / 2, math.pi / 2, 1201)
    values = np.asarray(integrand.field.derivative(np.sin(scan), integrand.n_spins))
    points = {-math.pi / 2, 0.0, math.pi / 2}
    for i in np.flatnonzero(values[:-1] * values[1:] < 0):
        points.add(float(brentq(slope, scan[i], scan[i + 1], xtol=1e-14)))
    return np.array(sorted(points))


def integrate(integrand: FieldIntegrand) -> NDArray[np.float64]:
    """∫ dθ over all latitudes by adaptive Gauss-Legendre panels; each panel is compared with its two halves.

    Panels whose guide weight is below e^{−44} of the largest are left out; a panel over which the weight changes by
    more than e^{20} is halved without evaluation. Raises `ComputationError` when the sum of the differences exceeds
    1e-9 of the result.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_ORDER)
    sample = np.concatenate([[-1.0], nodes, [1.0]])
    breaks = _breaks(integrand)
    edges = np.unique(np.concatenate([np.linspace(a, b, 5) for a, b in itertools.pairwise(breaks)]))
    scan = np.concatenate([edges, np.linspace(-math.pi / 2, math.pi / 2, 1999)])
    for point in breaks:
        scan = np.concatenate([scan, point + np.geomspace(1e-9, 0.1, 80), point - np.geomspace(1e-9, 0.1, 80)])
    scan = np.unique(scan[np.abs(scan) <= math.pi / 2])
    scan_mass = integrand.log_mass(scan)
    peak = float(np.max(scan_mass))
    if not math.isfinite(peak):
        raise ComputationError("the field is too strong: the weight of every latitude underflows")

    def panel(a: float, b: float) -> NDArray[np.float64]:
        middle, half = 0.5 * (a + b), 0.5 * (b - a)
        return half * (weights @ integrand(middle + half * nodes))

    pending: list[tuple[float, float, NDArray[np.float64] | None, int]] = [
        (float(a), float(b), None, 0) for a, b in itertools.pairwise(edges)
    ]
    accepted: NDArray[np.float64] | float = 0.0
    error = 0.0
    scale = 0.0
    panels = 0
    while pending and panels < _MOST_PANELS:
        # widest panels first: they set the scale that the others are judged by
        pending.sort(key=lambda item: item[1] - item[0])
        a, b, coarse, depth = pending.pop()
        middle = 0.5 * (a + b)
        if coarse is None:
            mass = integrand.log_mass(middle + 0.5 * (b - a) * sample)
            # the scan sees maxima that fall between the nodes: a strong field holds points next to a pole
            seen = scan_mass[np.searchsorted(scan, a) : np.searchsorted(scan, b, side="right")]
            largest = max(float(mass.max()), float(seen.max(initial=-math.inf)))
            if largest + math.log(b - a) < peak - _NEGLIGIBLE:
                continue
            if largest - float(mass[1:-1].min()) > 20.0 and depth < 30:
                pending += [(a, middle, None, depth + 1), (middle, b, None, depth + 1)]
                continue
            coarse = panel(a, b)
        left, right = panel(a, middle), panel(middle, b)
        panels += 1
        both = left + right
        scale = max(scale, float(np.max(np.abs(accepted + both))))
        difference = float(np.max(np.abs(both - coarse)))
        if difference <= _TARGET * scale or depth >= 30:
            accepted = accepted + both
            error += difference
        else:
            pending += [(a, middle, left, depth + 1), (middle, b, right, depth + 1)]
    result = np.asarray(accepted, dtype=float)
    error += sum(float(np.max(np.abs(coarse))) for *_, coarse, _ in pending if coarse is not None)
    if not np.all(np.isfinite(result)) or error > _ACCEPTED * float(np.max(np.abs(result))):
        raise ComputationError(
            f"the integral over latitudes reached a relative accuracy of {error / max(scale, 1e-300):.1e} only"
        )
    return result
