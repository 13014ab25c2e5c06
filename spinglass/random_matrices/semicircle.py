"""The semicircle law μ_sc on [−2, 2] (Wigner): density, distribution, quantiles, Stieltjes transform, log-potential.

Positions are x = ξ/√n in the A_n convention. Every function is accurate next to the edges ±2 and far outside: no
difference of nearly equal numbers is formed there.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import input_error

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


def _out(values: NDArray[Any]) -> Any:
    return values.item() if values.ndim == 0 else values


def density(x: ArrayLike) -> Any:
    """Density of the semicircle law, √(4 − x²)/(2π) on [−2, 2] and 0 outside.

    >>> round(density(0.0) * math.pi, 15)
    1.0
    """
    x = _real("x", x)
    inside = np.clip(x, -2.0, 2.0)
    return _out(np.sqrt((2 - inside) * (2 + inside)) / (2 * math.pi))


def _angle_minus_sine(b: Real) -> Real:
    """b − sin b for 0 <= b <= π, without cancellation at small b."""
    squared = b * b
    series = np.ones_like(b)
    for j in range(10, 1, -1):  # 1 − b²/(4·5)(1 − b²/(6·7)(…)): below 1e-17 of the sum for b <= 1.6
        series = 1 - squared / (2 * j * (2 * j + 1)) * series
    return np.where(b < 1.5, b * squared / 6 * series, b - np.sin(b))


def cdf(x: ArrayLike) -> Any:
    """Distribution function, ½ + x√(4 − x²)/(4π) + asin(x/2)/π on [−2, 2].

    With x = −2 cos(b/2) it is (b − sin b)/(2π), the form used for x < −1, where it keeps the relative accuracy of the
    left tail; the right tail is 1 − cdf(−x).

    >>> cdf([-2.5, 0.0, 2.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    x = _real("x", x)
    near = np.clip(x, -2.0, 2.0)
    middle = 0.5 + (near * np.sqrt((2 - near) * (2 + near)) / 4 + np.arcsin(near / 2)) / math.pi
    tail = _angle_minus_sine(4 * np.arcsin(np.sqrt((2 - np.abs(near)) / 4))) / (2 * math.pi)
    return _out(np.where(np.abs(x) < 1, middle, np.where(x < 0, tail, 1 - tail)))


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
    size = np.abs(real)
    inside = size <= 2
    outer = np.where(inside, 2.0, size)
    # |m| = 2/(|x| + √(x²−4)); written with halves so that nothing overflows.
    away = -np.sign(real) / (outer / 2 + np.sqrt(outer / 2 - 1) * np.sqrt(outer / 2 + 1))
    within = np.clip(real, -2.0, 2.0)
    return _out(np.where(inside, -within / 2, away) + 0.5j * np.sqrt((2 - within) * (2 + within)))


def log_potential(x: ArrayLike) -> Any:
    """Logarithmic potential Φ(x) = ∫ log|x − y| dμ_sc(y).

    Φ = x²/4 − ½ for |x| <= 2; outside, Φ = x²/4 − ½ − ½∫₂^{|x|}√(y² − 4)dy, evaluated as m²/2 − log|m| with
    m = m_sc(x), which does not cancel. Φ′ = −Re m_sc.

    >>> log_potential(2.0), round(log_potential(2.5), 15)
    (0.5, 0.818147180559945)
    """
    x = _real("x", x)
    half = np.maximum(np.abs(x) / 2, 1.0)
    inverse = half + np.sqrt(half - 1) * np.sqrt(half + 1)  # 1/|m|
    near = np.minimum(np.abs(x), 2.0)
    return _out(np.where(np.abs(x) <= 2, (near * near - 2) / 4, np.log(inverse) + 0.5 / inverse / inverse))
