"""Independent routes for the growth rates: exact densities, the semicircle's potential, the ground state energy."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np


def log_exact_density(u_value: float, spins: int, degree: int) -> float:
    """log of the exact mean density in u of critical points, from the one-point density of A_N."""
    from spinglass.random_matrices.level_density import log_scaled_density

    scale = math.sqrt(degree * spins / (degree - 1))
    place = u_value * scale
    constant = math.log(2 * scale) + 0.5 * math.log(2 / degree) + 0.5 * spins * math.log(degree - 1)
    level = float(log_scaled_density(np.array([place]), spins)[0])
    return constant + level - place**2 / 4 - (degree - 2) * place**2 / (4 * degree)


def one_step_value(degree: int) -> Any:
    """The stationary value of the zero-temperature functional; with r = c/L, L²ξ′(1 − r) = 1 from the slope in L."""
    p_value = mpmath.mpf(degree)

    def slope(r: Any) -> Any:
        # in c: −(ξ′ − ξ) − c⁻² log(L/(L−c)) + 1/(c(L−c))
        return 1 - p_value + p_value * (1 - r) * mpmath.log(1 - r) / r**2 + p_value / r

    r = mpmath.findroot(slope, (mpmath.mpf("0.1"), 1 - mpmath.mpf(10) ** -6), solver="anderson", tol=1e-50)
    length = 1 / mpmath.sqrt(p_value * (1 - r))
    return (length * p_value - r * length * (p_value - 1) - mpmath.log(1 - r) / (r * length)) / 2


def mean_logarithm(place: Any) -> Any:
    """∫ log|x − y| over the semicircle, y = 2 cos φ."""
    cuts = [0, mpmath.acos(place / 2), mpmath.pi] if abs(place) < 2 else [0, mpmath.pi]

    def weighted(angle: Any) -> Any:
        return mpmath.log(abs(place - 2 * mpmath.cos(angle))) * 2 / mpmath.pi * mpmath.sin(angle) ** 2

    return mpmath.quad(weighted, cuts)


def hermite(order: int, place: Any) -> Any:
    """He_n by its recurrence."""
    before, value = mpmath.mpf(0), mpmath.mpf(1)
    for j in range(order):
        before, value = value, place * value - j * before
    return value
