"""The Marchenko-Pastur law: eigenvalues of X Xᵀ/m for an n × m matrix X of independent entries of unit variance.

Convention: ratio c = n/m (rows over columns, dimension over samples). The law lives on [(1 − √c)², (1 + √c)²], has
mean 1 and variance c, and for c > 1 an atom of weight 1 − 1/c at 0. Derived in derivations/spectral_laws.py.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import checked_float, input_error
from spinglass.generated import classical_laws as law
from spinglass.random_matrices.level_density import real_array

__all__ = ["atom", "cdf", "density", "edges", "quantile", "stieltjes"]

Real = NDArray[np.float64]


def _ratio(ratio: Any) -> float:
    return checked_float("ratio", ratio, 1e-12, 1e12, rule="must be a number > 0 (from 1e-12 to 1e12)")


def _out(values: Any) -> Any:
    return values if np.ndim(values) else np.asarray(values).item()


def edges(ratio: float) -> tuple[float, float]:
    """The edges (1 − √c)² and (1 + √c)² of the continuous part.

    >>> edges(1.0)
    (0.0, 4.0)
    """
    c = _ratio(ratio)
    root = math.sqrt(c)
    return ((1 - c) / (1 + root)) ** 2, (1 + root) ** 2


def atom(ratio: float) -> float:
    """The weight of the atom at 0, max(0, 1 − 1/c).

    >>> atom(4.0), atom(0.5)
    (0.75, 0.0)
    """
    c = _ratio(ratio)
    return max(0.0, (c - 1) / c)


def density(x: ArrayLike, ratio: float) -> Any:
    """Density of the continuous part, √((b − x)(x − a))/(2π c x) on [a, b]; its integral is min(1, 1/c).

    For c = 1 it grows without bound towards 0; at 0 itself the value is 0. Equation classical-laws.marchenko-pastur.

    >>> round(density(1.0, 1.0) * math.pi, 12)
    0.866025403784
    """
    c = _ratio(ratio)
    return _out(law.marchenko_pastur_density_ufunc(real_array("x", x), c))


def stieltjes(x: ArrayLike, ratio: float) -> Any:
    """Stieltjes transform m(x) = ∫ dμ(y)/(y − x) of the whole law, complex; real x from the upper half plane.

    m solves c x m² + (x + c − 1) m + 1 = 0 and behaves like −1/x far away. The pole of the atom at x = 0 (c > 1) is an
    InputError. Equation classical-laws.marchenko-pastur-quadratic.

    >>> round(stieltjes(-1.0, 1.0).real, 12)
    0.61803398875
    """
    c = _ratio(ratio)
    array = np.asarray(x)
    if array.dtype.kind not in "iufc" or not np.all(np.isfinite(array)):
        raise input_error("x", x, "must be finite numbers")
    low, high = edges(c)
    if (c > 1 or low == 0.0) and np.any(array == 0):
        raise input_error("x", x, "must not be 0 for ratio >= 1: the law has a pole or a divergence there")
    z = array + 0j
    root = np.sqrt(z - low) * np.sqrt(z - high)
    linear = z + c - 1
    # the root with m ~ −1/z is 2/(−linear ∓ root) where the two terms add up, (−linear ± root)/(2cz) elsewhere
    below = (linear * np.conj(root)).real >= 0
    stable = -2 / np.where(below, linear + root, 1.0)
    other = (root - linear) / (2 * c * np.where(z == 0, 1.0, z))
    return _out(np.where(below, stable, other) + 0.0)


def _angles(x: Real, c: float) -> Real:
    """φ in [0, π] with x = 1 + c − 2√c cos φ: 0 at the lower edge."""
    low, high = edges(c)
    inside = np.clip(x, low, high)
    return 2 * np.arctan2(np.sqrt(inside - low), np.sqrt(high - inside))


def _mass(angle: Real, c: float) -> Real:
    """The continuous part's mass up to the angle, from 0 to min(1, 1/c)."""
    root = math.sqrt(c)
    sine, half = np.sin(angle), np.tan(np.minimum(angle / 2, math.pi / 2))
    gap = abs(1 - c) / (1 + root) ** 2
    # ∫ 2 sin²/(π (1 + c − 2√c cos φ)) dφ: elementary, with the angle of the lower edge seen from 0
    seen = np.arctan2(half, gap) if gap > 0 else np.where(angle > 0, math.pi / 2, 0.0)
    return (sine / root + angle * (1 + c) / (2 * c) - abs(1 - c) / c * seen) / math.pi


def cdf(x: ArrayLike, ratio: float) -> Any:
    """P(X <= x), the atom at 0 included.

    With x = 1 + c − 2√c cos φ the mass up to φ is
    [sin φ/√c + φ (1 + c)/(2c) − |1 − c|/c · atan((1 + √c)² tan(φ/2)/|1 − c|)]/π. Absolute accuracy 1e-15.
    Equation classical-laws.marchenko-pastur-distribution.

    >>> round(cdf(1.0, 1.0), 12)
    0.608997781044
    """
    c = _ratio(ratio)
    array = real_array("x", x)
    total = min(1.0, 1 / c)
    inner = np.clip(_mass(_angles(array, c), c), 0.0, total)
    low, high = edges(c)
    values = np.where(array >= high, total, np.where(array <= low, 0.0, inner))
    values = np.where(array >= 0, values + atom(c), 0.0)
    return _out(np.where(array >= high, 1.0, values))


def quantile(q: ArrayLike, ratio: float) -> Any:
    """Smallest x with cdf(x) >= q, 0 <= q <= 1: bisection in the angle, then Newton's method.

    >>> round(quantile(0.608997781044, 1.0), 9), quantile(0.3, 2.0)
    (1.0, 0.0)
    """
    c = _ratio(ratio)
    levels = real_array("q", q)
    if np.any((levels < 0) | (levels > 1)):
        raise input_error("q", levels.tolist(), "must be probabilities from 0 to 1")
    aim = np.clip(levels - atom(c), 0.0, min(1.0, 1 / c))
    outer, inner = np.zeros(aim.shape), np.full(aim.shape, math.pi)
    for _ in range(60):
        middle = (outer + inner) / 2
        below = _mass(middle, c) < aim
        outer, inner = np.where(below, middle, outer), np.where(below, inner, middle)
    angle = (outer + inner) / 2
    low, _ = edges(c)
    x = low + 4 * math.sqrt(c) * np.sin(angle / 2) ** 2
    return _out(np.where((levels <= atom(c)) & (atom(c) > 0), 0.0, x))
