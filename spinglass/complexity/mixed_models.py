"""Annealed complexity of mixed spherical glasses, covariance N ξ(q) with ξ(q) = Σ a_p² q^p.

The energy density u and the radial derivative y are jointly Gaussian with covariance C = [[ξ, ξ′], [ξ′, ξ′ + ξ″]] (all
at q = 1), and the Hessian is shifted by z = y/√ξ″ in units in which the semicircle lives on [−2, 2]:

    Σ_k(u) = sup_z { ½ + ½ log(ξ″/ξ′) + z²/4 − ½ − w I₁(z) − ½ (u, y) C⁻¹ (u, y)ᵀ },   w = k + 1,

I₁(z) = ½∫₂^{|z|}√(t² − 4)dt beyond the bulk. All indices: w = 1 and any z; index k: z <= −2, where each of the k
eigenvalues below z costs I₁ once more. For fixed u the bracket is strictly concave in z, and its maximum solves a
quadratic equation in e^θ, z = −2 cosh θ (derivation
"complexity"). The constant term of ξ shifts all energies together and is left out.

Source: Auffinger, Ben Arous, Ann. Probab. 41 (2013).
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import input_error
from spinglass.hamiltonians.covariance import checked_mixture

Real = NDArray[np.float64]


def _kernels() -> Any:
    """The emitted kernels, imported on first use: they are compiled."""
    return importlib.import_module("spinglass.generated.complexity")


@dataclass(frozen=True)
class MixedModel:
    """ξ, ξ′, ξ″ at 1 and Δ = det C = ξξ″ + ξξ′ − ξ′² > 0; ``pure`` is (p, |a_p|) where one degree stands alone."""

    value: float
    first: float
    second: float
    determinant: float
    pure: tuple[int, float] | None

    @property
    def entries(self) -> tuple[float, float, float, float]:
        """ξ, ξ′, ξ″, Δ."""
        return self.value, self.first, self.second, self.determinant

    @property
    def threshold(self) -> float:
        """E_th = [ξ(ξ″ − ξ′) + ξ′²]/(ξ′√ξ″), where the dominant points turn marginal (complexity.mixed-exponent)."""
        return float(_kernels().mixed_threshold(self.value, self.first, self.second))

    def height(self, u: Real, z: Real, cost: Real) -> Real:
        """The bracket at u and z, given w I₁(z) (complexity.mixed-exponent)."""
        return np.asarray(_kernels().mixed_height_ufunc(u, z, *self.entries) - cost)

    def outer(self, u: Real, weight: Real) -> tuple[Real, Real]:
        """The maximising z <= −2 for u < 0, and w I₁ there (complexity.mixed-maximum)."""
        kernels = _kernels()
        theta = kernels.mixed_angle_ufunc(u, weight, *self.entries)
        return -2 * np.cosh(theta), weight * kernels.outlier_rate_at_angle_ufunc(2 * theta)

    def all_indices(self, u: Real) -> Real:
        """Σ(u)."""
        u = -np.abs(u)
        z, cost = self.outer(u, np.ones(()))
        inner = 2 * u / self.threshold
        inside = u >= -self.threshold
        return self.height(u, np.where(inside, inner, z), np.where(inside, 0.0, cost))

    def saturation(self, weight: Real) -> Real:
        """The energy above which Θ_k is constant (complexity.mixed-saturation)."""
        return np.asarray(_kernels().mixed_saturation_ufunc(weight, self.first, self.second))

    def cumulative(self, u: Real, weight: Real) -> Real:
        """Θ_k(u), weight = k + 1."""
        u = np.minimum(u, self.saturation(weight))
        z, cost = self.outer(u, weight)
        return self.height(u, z, cost)

    def band_edge(self, weight: Real) -> Real:
        """The zero of Θ_k(−E): Newton's method, which decreases to the root of a concave function from its right."""
        if self.second <= self.first:
            raise input_error(
                "mixture", f"xi' = {self.first:g}, xi'' = {self.second:g}", "a band needs xi'' > xi' at q = 1"
            )
        energy = np.full(weight.shape, self.threshold + 1.0)
        while np.any(self.cumulative(-energy, weight) > 0):
            energy = energy * 1.5
        for _ in range(100):
            z, _cost = self.outer(-energy, weight)
            slope = _kernels().mixed_slope_ufunc(-energy, z, self.first, self.second, self.determinant)
            step = self.cumulative(-energy, weight) / slope
            energy = energy + step
            if np.all(np.abs(step) <= 4e-16 * energy):
                break
        return energy


def mixed_model(mixture: Mapping[int, float]) -> MixedModel:
    """The numbers of a mixture {p: a_p}; keys 0 and 1 are allowed beside some p >= 2."""
    squares = [(degree, a * a) for degree, a in checked_mixture(None, mixture) if degree >= 1 and a]
    value = math.fsum(s for _, s in squares)
    first = math.fsum(p * s for p, s in squares)
    second = math.fsum(p * (p - 1) * s for p, s in squares)
    # Lagrange's identity: no cancellation where one term dominates.
    determinant = math.fsum(s * t * (p - q) ** 2 for i, (p, s) in enumerate(squares) for q, t in squares[:i])
    if not (0 < second < 1e100 and value > 1e-100 and (len(squares) == 1 or determinant > 1e-30 * value * second)):
        raise input_error("mixture", dict(mixture), "must have amplitudes of comparable, finite size")
    if determinant <= 1e-14 * value * second:  # pure to rounding: C would be singular
        squares = [max(squares, key=lambda pair: pair[1])]
    pure = (squares[0][0], math.sqrt(squares[0][1])) if len(squares) == 1 else None
    return MixedModel(value, first, second, determinant, pure)


def out(values: Any) -> Any:
    """Scalars as floats."""
    values = np.asarray(values)
    return values.item() if values.ndim == 0 else values
