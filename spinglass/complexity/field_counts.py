"""Exact mean counts of critical points of a glass with a deterministic overlap field D(m), at finite N.

Kac-Rice formula, n = N − 1, θ = asin m, covariance N ξ(q), r = ξ″/ξ′, c(m) = m D′(m)/√(Nξ″),
κ(m) = (1−m²) D″(m)/√(Nξ″), ζ the shift of the Hessian, Gaussian of mean c and variance 1 + 1/r:

    E Crt = |S^{N−2}| (r/2π)^{n/2} ∫ dθ cos^{N−2}θ exp(−D′² cos²θ/(2Nξ′)) E_ζ W_n(ζ, κ),

W_n(ζ, κ) = E|det(A_n + κ e eᵀ − ζ)|, or with |det| 1{index = k}. Given ζ the energy is Gaussian of mean
D + N b (ζ − c), b = `energy_slope`, and a variance that vanishes for a single degree (`shift_law`). The inner
integrand is entire and decays, so it lives on one uniform grid of ζ, the same for every latitude and field. Without
curvature, D″ = 0, the rank-one term is absent and Fyodorov's identity and the index law at ζ serve all latitudes.

Own derivation; checked against complete enumeration and against the supersymmetric integral.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from spinglass.complexity.energy_weights import EnergyWeights
from spinglass.complexity.isotropic_counts import index_step, rounding
from spinglass.complexity.latitude_integral import NEGLIGIBLE, Progress, Real, integrate
from spinglass.complexity.shift_law import ShiftLaw, exponential, law_of_index
from spinglass.hamiltonians import OverlapField
from spinglass.random_matrices.level_density import log_mean_abs_determinant
from spinglass.random_matrices.rank_one import spiked_ratio, spiked_ratio_bound
from spinglass.random_matrices.rank_one_indices import spiked_index_ratio


def shift_step(n: int, by_index: bool, fine: bool) -> float:
    """Step of the ζ grid on which the sum of φ W_n is exact to rounding: its Fourier transform ends near 2√n + 5.

    One index varies faster than the sum over all; the cardinal series needs half the step.
    """
    step = index_step(n) if by_index else min(0.4, 2 * math.pi / (2 * math.sqrt(n) + 5.0))
    return step / 2 if fine else step


@lru_cache(maxsize=64)
def _log_plain(n: int, step: float, low: int, high: int) -> Real:
    """log E|det(A_n − ζ)| on the grid."""
    return log_mean_abs_determinant(n, step * np.arange(low, high + 1, dtype=float))


class FieldIntegrand:
    """The integrand over θ of a list of quantities that are linear in the inner integrand on the ζ grid."""

    def __init__(self, law: ShiftLaw, field: OverlapField, weights: EnergyWeights, by_index: bool = False) -> None:
        self.law, self.field, self.weights, self.by_index = law, field, weights, by_index
        self.n = law.order
        self.step = shift_step(self.n, by_index, weights.fine)
        self.unit = math.sqrt(law.n_spins * law.second)
        log_sphere = math.log(2) + 0.5 * self.n * math.log(math.pi) - math.lgamma(0.5 * self.n)
        self.log_constant = log_sphere + 0.5 * self.n * math.log(law.growth / (2 * math.pi))
        self.even = field.is_polynomial and all(degree % 2 == 0 for _, _, degree in field.terms)
        if self.even:  # the southern half counts like the northern
            self.log_constant += math.log(2)
        self.resolution = 1.0 if by_index else 0.0

    @property
    def breaks(self) -> Real:
        """Poles, equator, and the latitudes where D′ = 0, next to which a strong field concentrates the points."""
        from scipy.optimize import brentq

        def slope(theta: float) -> float:
            return float(self.field.derivative(math.sin(theta), self.law.n_spins))

        scan = np.linspace(0.0 if self.even else -math.pi / 2, math.pi / 2, 1201)
        values = np.asarray(self.field.derivative(np.sin(scan), self.law.n_spins))
        points = {float(scan[0]), 0.0, math.pi / 2}
        for i in np.flatnonzero(values[:-1] * values[1:] < 0):
            points.add(float(brentq(slope, scan[i], scan[i + 1], xtol=1e-14)))
        return np.array(sorted(points))

    def latitudes(self, theta: Real) -> tuple[Real, ...]:
        """(log weight, c, κ, D) at θ."""
        n_spins = self.law.n_spins
        m, cosine = np.sin(theta), np.cos(theta)
        slope = np.asarray(self.field.derivative(m, n_spins))
        curvature = np.asarray(self.field.second_derivative(m, n_spins))
        with np.errstate(over="ignore"):  # a weight of zero
            log_weight = -((slope * cosine) ** 2) / (2 * n_spins * self.law.first) + self.log_constant
        if n_spins > 2:
            log_weight = log_weight + (n_spins - 2) * np.log(np.maximum(cosine, 1e-300))
        return (
            log_weight,
            m * slope / self.unit,
            cosine**2 * curvature / self.unit,
            np.asarray(self.field.value(m, n_spins)),
        )

    def log_mass(self, theta: Real) -> Real:
        """A guide to the logarithm of the integrand of the total, good to a few units."""
        log_weight, centre, kappa, _ = self.latitudes(theta)
        # the largest of −(ζ−c)²/2s² + log E|det(A_n − ζ)| around the centre
        shift = 2.5 * math.sqrt(self.n) * max(1.0, 0.5 * self.law.deviation) * np.linspace(-1, 1, 11)[:, None]
        growth = log_mean_abs_determinant(self.n, centre + shift) - 0.5 * (shift / self.law.deviation) ** 2
        return np.asarray(log_weight + np.max(growth, axis=0) + np.log1p(np.abs(kappa)))

    def _inner(self, xi: Real, kappa: Real, plain: Real) -> tuple[Real, Real, Real]:
        """(log of a factor at each ζ, W_n(ζ, κ) over it, its error bound), (J,) and twice (K, J, 1 or N)."""
        if self.by_index and np.any(kappa):
            return spiked_index_ratio(self.n, xi, kappa)
        if self.by_index:
            laws = [law_of_index(self.n, float(x)) for x in xi]
            return plain, np.array([law for law, _ in laws])[None], np.array([bound for _, bound in laws])[None]
        if not np.any(kappa):
            one = np.ones((1, xi.size, 1))
            return plain, one, rounding(self.n) * one
        log_factor, ratio = spiked_ratio(self.n, xi, kappa)
        return log_factor, ratio[:, :, None], spiked_ratio_bound(self.n, xi, kappa)[:, :, None]

    def __call__(self, theta: Real) -> tuple[Real, Real]:
        """Values and bounds of their errors, (len(θ), Q, I)."""
        law = self.law
        log_weight, centre, kappa, value = self.latitudes(theta)
        outside = min(max(law.deviation - 2.0, 0.0), 1.1)  # a wide law of ζ has its weight beyond the spectrum
        reach = law.deviation * (9.5 + outside * math.sqrt(self.n)) + 2 * math.sqrt(self.n) + 4
        low = math.floor((float(centre.min()) - reach) / self.step)
        high = math.ceil((float(centre.max()) + reach) / self.step)
        guide = _log_plain(self.n, self.step, low, high)
        xi = self.step * np.arange(low, high + 1, dtype=float)
        z = (xi - centre[:, None]) / law.deviation
        exponent = guide - 0.5 * z**2
        top = exponent.max(axis=1, keepdims=True)
        kept = np.flatnonzero(np.any(exponent > top - NEGLIGIBLE - np.log1p(np.abs(kappa))[:, None], axis=0))
        columns = slice(int(kept[0]), int(kept[-1]) + 1)
        xi, z = xi[columns], z[:, columns]
        log_factor, ratio, bound = self._inner(xi, kappa, guide[columns])
        normal = self.step / (law.deviation * math.sqrt(2 * math.pi))
        gauss = normal * exponential(log_factor + log_weight[:, None] - 0.5 * z**2)
        # mean energy density at each grid point, and the grid spacing in energy density
        spacing = law.energy_slope * self.step
        energy = value[:, None] / law.n_spins + law.energy_slope * (xi - centre[:, None])
        weights = (self.weights(energy, spacing) * gauss[:, :, None]).transpose(0, 2, 1)
        return np.asarray(np.matmul(weights, ratio)), np.asarray(np.matmul(np.abs(weights), bound))


def field_counts(
    law: ShiftLaw,
    field: OverlapField,
    weights: EnergyWeights,
    by_index: bool = False,
    progress: Progress | None = None,
) -> tuple[Real, Real]:
    """The quantities of `weights` (Q, 1), or (Q, N) by index, and bounds of their absolute errors.

    The closing columns of `weights` are left out of both. The bound is the sum of what the panels of the latitude
    leave, of the bounds of the determinants, of what the cardinal series leaves out, and of rounding in proportion to
    all critical points of that index: a window or density far below these is known to that absolute accuracy only.
    """
    integrand = FieldIntegrand(law, field, weights, by_index)
    values, errors = integrate(integrand, progress)
    everything, beyond = values[-2], np.abs(values[-1])  # of each index
    noise = 2e-13 + rounding(law.n_spins)
    lost = noise * everything + beyond
    bound = errors[:-2] + noise * np.abs(values[:-2]) + lost * weights.gain(law.energy_slope * integrand.step)
    return values[:-2], bound
