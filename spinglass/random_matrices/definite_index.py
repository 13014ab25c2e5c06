"""W_n(ξ, κ) when every eigenvalue is above ξ, or every one below, in relative accuracy at any size.

With the minor B and y of `rank_one`, index 0 means that B − ξ is positive and κ + y > 0. Over these B

    F(t) = E_{GOE_{n−1}} ∏ (λ_i − ξ)(1 + 2it/(λ_i − ξ))^{−1/2} 1{λ_i > ξ}

is analytic below the real axis, so that the line of integration may be lowered to Im t = −s:

    W_{n,0}(ξ, κ) = −(1/2π) ∫ e^{it(κ−ξ) − t²} F(t)/t² dt,

and on the line through the saddle point the integrand is no larger than the integral, however rare the index. F is a
mean of products (`multiplicative`), whose logarithm is known at every t. W_{n,n}(ξ, κ) = W_{n,0}(−ξ, −κ). Own
derivation.
"""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass.random_matrices.multiplicative import mean_product

_NEGLIGIBLE = 40.0  # natural logarithm
_MOST_NODES = 400
_DIGITS = 1e-12  # of two step sizes


def _log_integrand(n: int, xi: float, kappa: float, t: complex) -> tuple[complex, float]:
    """The logarithm of e^{it(κ−ξ) − t²} F(t)/(−t²), and a bound of its error."""

    def factor(x: NDArray[np.float64]) -> NDArray[Any]:
        above = np.maximum(x - xi, 0.0)
        return np.where(above > 0, above, 0.0) / np.sqrt(1 + 2j * t / np.where(above > 0, above, 1.0))

    if n == 1:
        logarithm, phase, error = 0.0, 1.0 + 0.0j, 0.0
    elif t.real == 0:
        (logarithm, phase), error = mean_product(n - 1, lambda x: factor(x).real, breaks=[xi], with_error=True)
    else:
        (logarithm, phase), error = mean_product(n - 1, factor, breaks=[xi], with_error=True)
    return logarithm + cmath.log(phase) + 1j * t * (kappa - xi) - t * t - cmath.log(-t * t), error


def log_definite_determinant(n: int, xi: float, kappa: float) -> tuple[float, float]:
    """(log W_{n,0}(ξ, κ), a bound of its error): E|det| over the matrices with no eigenvalue below ξ.

    The step of the trapezoidal rule on the line through the saddle point is halved until nothing changes.
    """

    def height(logarithm_of_s: float) -> float:
        return _log_integrand(n, xi, kappa, complex(0.0, -math.exp(logarithm_of_s)))[0].real

    from scipy.optimize import minimize_scalar

    low, high = -1.0, 1.0
    while height(low - 1.0) < height(low):
        low -= 1.0
    while height(high + 1.0) < height(high):
        high += 1.0
    found = minimize_scalar(height, bounds=(low - 1.0, high + 1.0), method="bounded", options={"xatol": 0.03})
    s = math.exp(float(found.x))
    top = _log_integrand(n, xi, kappa, complex(0.0, -s))
    values = {0.0: top}

    def total(step: float) -> tuple[float, float]:
        """The sum over the line, and that of the moduli times their errors; in units of e^top."""
        parts, sizes = [0.5], [0.5 * top[1]]
        for k in range(1, _MOST_NODES):
            tau = k * step
            if tau not in values:
                values[tau] = _log_integrand(n, xi, kappa, complex(tau, -s))
            logarithm, error = values[tau]
            modulus = math.exp(logarithm.real - top[0].real)
            parts.append(modulus * math.cos(logarithm.imag))
            sizes.append(modulus * error)
            if logarithm.real < top[0].real - _NEGLIGIBLE:
                break
        return step * math.fsum(parts) / math.pi, step * math.fsum(sizes) / math.pi

    step = 0.4 * s
    coarse, _ = total(step)
    while True:
        step /= 2
        fine, loss = total(step)
        change = abs(fine - coarse)
        if change <= _DIGITS * abs(fine) or step < 0.02 * s:
            break
        coarse = fine
    # the rule converges like e^{−2πs/step}: halving squares what is left
    error = (change**2 / abs(fine) if change < 1e-3 * abs(fine) else change) + loss + 2e-15 * abs(fine)
    if not (fine > 0 and error < 0.1 * fine):
        return -math.inf, math.inf
    return top[0].real + math.log(fine), error / fine + 1e-15 * abs(top[0].real)
