"""The semicircle law μ_sc on [−2, 2] (Wigner): density, distribution, quantiles, Stieltjes transform, log-potential.

Positions are x = ξ/√n in the A_n convention. The evaluators are those of the derivation "semicircle", accurate next to
the edges ±2 and far outside.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import input_error
from spinglass.generated import semicircle as law

__all__ = ["cdf", "density", "log_potential", "quantile", "stieltjes"]

Real = NDArray[np.float64]


def _real(argument: str, value: ArrayLike) -> Real:
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "iuf":
            raise TypeError
        array = array.astype(float)
    except (TypeError, ValueError):
        raise input_error(argument, value, "must be real numbers") from None
    if not np.all(np.isfinite(array)):
        raise input_error(argument, value, "must be finite")
    return array


def _bounded(x: Real) -> Real:
    """Positions with far ones brought to where squares do not overflow, for what is constant outside the bulk."""
    return np.clip(x, -4.0, 4.0)


def _out(values: Any) -> Any:
    return values if np.ndim(values) else np.asarray(values).item()


def density(x: ArrayLike) -> Any:
    """Density of the semicircle law, √(4 − x²)/(2π) on [−2, 2] and 0 outside. Derived as "semicircle.density".

    >>> round(density(0.0) * math.pi, 15)
    1.0
    """
    return _out(law.semicircle_density_ufunc(_bounded(_real("x", x))))


def _angle_minus_sine(b: Real) -> Real:
    """b − sin b for 0 <= b <= π, without cancellation at small b."""
    squared = b * b
    series = np.ones_like(b)
    for j in range(10, 1, -1):  # 1 − b²/(4·5)(1 − b²/(6·7)(…)): below 1e-17 of the sum for b <= 1.6
        series = 1 - squared / (2 * j * (2 * j + 1)) * series
    return np.where(b < 1.5, b * squared / 6 * series, b - np.sin(b))


def cdf(x: ArrayLike) -> Any:
    """Distribution function, ½ + x√(4 − x²)/(4π) + asin(x/2)/π on [−2, 2].

    The left tail, for x < −3/4, is (8/π) t^{3/2} Σ_k c_k t^k with t = (2 + x)/4, to full relative accuracy; the right
    tail is 1 − cdf(−x). Derived as "semicircle.distribution-tail".

    >>> cdf([-2.5, 0.0, 2.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    return _out(law.semicircle_cdf_ufunc(_bounded(_real("x", x))))


def quantile(q: ArrayLike) -> Any:
    """Inverse of `cdf` on 0 <= q <= 1.

    Newton's method for b − sin b = 2πq (Kepler's equation of eccentricity one), x = −2 cos(b/2), from the left bound
    (12πq)^{1/3}; the left side is convex, so that every later step decreases to the root.

    >>> round(quantile(0.5), 15), quantile(0.0), quantile(1.0)
    (0.0, -2.0, 2.0)
    """
    q = _real("q", q)
    if np.any((q < 0) | (q > 1)):
        raise input_error("q", q.tolist(), "must be probabilities from 0 to 1")
    mean_anomaly = 2 * math.pi * np.minimum(q, 1 - q)
    b = np.cbrt(6 * mean_anomaly)
    for _ in range(12):
        slope = 2 * np.sin(b / 2) ** 2
        moving = slope > 0
        step = np.where(moving, (_angle_minus_sine(b) - mean_anomaly) / np.where(moving, slope, 1.0), 0.0)
        b = np.minimum(b - step, math.pi)
    x = -2 * np.sin((math.pi - b) / 2)
    return _out(np.where(q <= 0.5, x, -x) + 0.0)


def stieltjes(x: ArrayLike) -> Any:
    """Stieltjes transform m_sc(x) = ∫ dμ_sc(y)/(y − x), complex.

    On the real axis it is the boundary value from the upper half plane: −x/2 + (i/2)√(4 − x²) for |x| <= 2 and
    (−x + sign(x)√(x² − 4))/2 outside; complex x off the axis are allowed. m² + x m + 1 = 0, and m ~ −1/x far away.
    Derived as "semicircle.boundary-value".

    >>> stieltjes(0.0), stieltjes(-2.5)
    (1j, (0.5+0j))
    """
    array = np.asarray(x)
    if array.dtype.kind == "c":
        if not np.all(np.isfinite(array)):
            raise input_error("x", x, "must be finite")
        z = array + 0j  # turns a negative zero of the imaginary part into +0: the upper side of the cut
        return _out(-2 / (z + np.sqrt(z - 2) * np.sqrt(z + 2)))
    real = _real("x", x)
    return _out(law.stieltjes_real_ufunc(real) + 1j * law.stieltjes_imaginary_ufunc(_bounded(real)))


def log_potential(x: ArrayLike) -> Any:
    """Logarithmic potential Φ(x) = ∫ log|x − y| dμ_sc(y).

    Φ = x²/4 − ½ for |x| <= 2; outside, Φ = x²/4 − ½ − ½∫₂^{|x|}√(y² − 4)dy, evaluated as m²/2 − log|m| with
    m = m_sc(x), which does not cancel. Φ′ = −Re m_sc. Derived as "semicircle.stable-forms".

    >>> log_potential(2.0), round(log_potential(2.5), 15)
    (0.5, 0.818147180559945)
    """
    return _out(law.log_potential_ufunc(_real("x", x)))
