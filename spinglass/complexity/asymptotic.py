"""Annealed complexity of the spherical pure p-spin glass: lim (1/N) log of mean numbers of critical points.

Written in v = x²/4 − 1 (see `thresholds`), with I₁ = √(v(1+v)) − asinh √v,

    Θ_k = Θ_edge − (p−2)/p · v − (k+1) I₁,   Θ_edge = ½ log(p−1) − (p−2)/p,

the form that keeps its accuracy next to the threshold, where the textbook form loses half of its digits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import input_error
from spinglass._jit import jit
from spinglass.complexity.mixed_models import mixed_model, out
from spinglass.complexity.thresholds import (
    checked_indices,
    checked_p,
    complexity_at_threshold,
    edge_distance,
    only_one_given,
)

__all__ = ["annealed_complexity"]

_edge_distance = jit(edge_distance)


# fmt: off
(_C1, _C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11, _C12,
 _C13, _C14, _C15, _C16, _C17, _C18, _C19, _C20, _C21, _C22, _C23, _C24) = (
    12 / ((4 * j * j - 1) * (4 * j * j - 9)) for j in range(1, 25)
)
# fmt: on
_SPLIT = 134217729.0  # 2^27 + 1
_TWO_THIRDS = 2 / 3
_TWO_THIRDS_REST = float(Fraction(2, 3) - Fraction(_TWO_THIRDS))


@jit
def _product(a: float, b: float) -> tuple[float, float]:
    """a · b as an unevaluated sum of two floats (Veltkamp, Dekker)."""
    big = _SPLIT * a
    a_high = big - (big - a)
    a_low = a - a_high
    big = _SPLIT * b
    b_high = big - (big - b)
    b_low = b - b_high
    ab = a * b
    return ab, ((a_high * b_high - ab) + a_high * b_low + a_low * b_high) + a_low * b_low


@jit
def _outlier_cost(v: float, rest: float) -> tuple[float, float]:
    """I₁ = √(v(1+v)) − asinh √v at v + rest > 0, the rate at which one eigenvalue leaves the bulk, as a sum of two.

    For v < 2, where the difference loses digits, by its expansion in q = (√(1+v) − 1)/(√(1+v) + 1):
    I₁ = v√v · {2/3 + Σ_{j>=1} 12 q^j/((4j² − 1)(4j² − 9))}, convergent for all v, here to 1e-17.
    Derivation: √v = sinh t, q = tanh²(t/2), t = 2 artanh √q = 2√q Σ q^m/(2m+1), so that
    I₁/v^{3/2} = (sinh t cosh t − t)/sinh³t = [1 − q² − (1 − q)³ Σ q^m/(2m+1)]/(4q): third differences of 1/(2m+1).
    """
    w = math.sqrt(v)
    if v < 2.0:
        root = math.sqrt(1 + v) + 1
        q = v / (root * root)
        # Four interleaved Horner chains in q⁴: one chain would wait for itself at every step.
        q2 = q * q
        q4 = q2 * q2
        a = _C1 + q4 * (_C5 + q4 * (_C9 + q4 * (_C13 + q4 * (_C17 + q4 * _C21))))
        b = _C2 + q4 * (_C6 + q4 * (_C10 + q4 * (_C14 + q4 * (_C18 + q4 * _C22))))
        c = _C3 + q4 * (_C7 + q4 * (_C11 + q4 * (_C15 + q4 * (_C19 + q4 * _C23))))
        d = _C4 + q4 * (_C8 + q4 * (_C12 + q4 * (_C16 + q4 * (_C20 + q4 * _C24))))
        series = q * ((a + c * q2) + q * (b + d * q2))
        factor = _TWO_THIRDS + series
        factor_rest = (_TWO_THIRDS - factor) + series + _TWO_THIRDS_REST
        square, square_rest = _product(w, w)
        w_rest = ((v - square) - square_rest + rest) / (2 * w)
        cube, cube_rest = _product(v, w)
        cube_rest += v * w_rest + rest * w
        cost, cost_rest = _product(cube, factor)
        return cost, cost_rest + (cube_rest * factor + cube * factor_rest)
    # √(v(1+v)) = v + 1/(1 + √(1 + 1/v)): only the smaller part of the difference is rounded.
    smaller = 1 / (1 + math.sqrt(1 + 1 / v)) - math.asinh(w)
    cost = v + smaller
    return cost, (v - cost) + smaller + rest * math.sqrt(v / (1 + v))


@jit
def _complexity(
    u: float, weight: float, p: float, slope: float, slope_rest: float, edge: float, edge_rest: float, total: float
) -> float:
    """Θ_k(u) with weight = k + 1, or Σ(u) with weight = 0; the constants are those of `_constants`."""
    everything = weight == 0.0
    if u >= 0 and not everything:
        return edge
    if everything:
        weight = 1.0
    if abs(u) >= 1e50:
        v = u * u * (p / (4 * (p - 1)))
        return -(slope * v + weight * v)
    v, rest = _edge_distance(u, p)
    if v <= 0:
        return total - (p - 2) / (4 * (p - 1)) * (u * u) if everything else edge
    # edge − slope v − weight I₁ in twofold precision: next to a zero of Θ the two large parts cancel.
    drop, drop_rest = _product(slope, v)
    cost, cost_rest = _outlier_cost(v, rest)
    outliers, outliers_rest = _product(weight, cost)
    tail = (slope_rest * v + slope * rest + drop_rest) + (weight * cost_rest + outliers_rest) - edge_rest
    fall = drop + outliers
    shadow = fall - drop
    tail += (drop - (fall - shadow)) + (outliers - shadow)
    value = edge - fall
    shadow = value - edge
    return value + ((edge - (value - shadow)) - (fall + shadow) - tail)


@jit
def _complexity_curve(
    u: NDArray[np.float64],
    weight: NDArray[np.float64],
    p: float,
    slope: float,
    slope_rest: float,
    edge: float,
    edge_rest: float,
    total: float,
    out: NDArray[np.float64],
) -> None:
    one = weight.size == 1
    for i in range(u.size):
        k = weight[0] if one else weight[i]
        out[i] = _complexity(u[i], k, p, slope, slope_rest, edge, edge_rest, total)


@lru_cache(maxsize=64)
def _constants(p: int) -> tuple[float, ...]:
    """p, (p−2)/p and its rounding error, Θ_edge and its rounding error, ½ log(p−1)."""
    slope = (p - 2) / p
    slope_rest = float(Fraction(p - 2, p) - Fraction(slope))
    total = 0.5 * math.log(p - 1)
    edge = complexity_at_threshold(p)
    edge_rest = float(Fraction(total) - Fraction(p - 2, p) - Fraction(edge)) if slope > 0.55 else 0.0
    return float(p), slope, slope_rest, edge, edge_rest, total


def annealed_complexity(
    u: ArrayLike,
    p: int | None = None,
    index: ArrayLike | None = None,
    *,
    mixture: Mapping[int, float] | None = None,
) -> Any:
    """Annealed complexity of the pure p-spin glass, or of a mixture {p: a_p}, at energy density u.

    ``index=None``: the density of critical points of all indices at u (not cumulative, symmetric in u),

        Σ(u) = ½ + ½ log(p−1) − u²/2 + Φ(u√(p/(p−1))),

    which is ½ log(p−1) − (p−2)u²/(4(p−1)) for |u| <= E_∞. ``index=k``: the number of critical points of index k with
    energy density below u,

        Θ_k(u) = ½ log(p−1) − (p−2)u²/(4(p−1)) − (k+1) I₁(u)   for u <= −E_∞,   I₁ = (2/E_∞²)∫_u^{−E_∞}√(z²−E_∞²)dz,

    and the constant ½ log(p−1) − (p−2)/p above. Σ(u) = Θ_0(−|u|) outside the bulk.

    u : finite energy densities u = h/N (covariance N q^p), any shape.   p : integer >= 2.
    index : None, an integer k >= 0, or an array of them that broadcasts with u.
    Returns a float for scalars, else an array of the broadcast shape; −inf only where the value is below −1.8e308.

    p = 2 has exactly 2N critical points, two of each index: the formulas hold, with Σ = 0 on |u| <= √2 and Θ_k = 0
    above −√2. Agrees with 50-digit values within 4 units in the last place of max(|Θ|, ½ log(p−1)) for k <= 2, within
    8 for k <= 10, everywhere, neighbouring doubles of −E_∞ included.

    ``mixture`` = {p: a_p} in place of p: the glass of covariance N ξ(q), ξ(q) = Σ a_p² q^p. Σ(u) is then the supremum
    over the radial derivative y of Σ(u, y) (see `mixed_models`), Θ_k(u) its cumulative form by index, k eigenvalues
    below the shift costing I₁ each; about 14 digits of max(1, |Θ|).

    Source: Auffinger, Ben Arous, Černý, CPAM 66 (2013), and Auffinger, Ben Arous, Ann. Probab. 41 (2013) for mixtures.

    >>> round(annealed_complexity(-1.0, 3), 14), round(annealed_complexity(-1.65, 3, index=1), 14)
    (0.22157359027997, 0.00224669774935)
    """
    only_one_given(p, mixture)
    if mixture is not None:
        return _mixed_complexity(u, mixture, index)
    p = checked_p(p)
    energies = _checked_energies(u)
    weights = np.zeros(()) if index is None else checked_indices(index) + 1
    if energies.ndim == 0 and weights.ndim == 0:
        return _complexity(float(energies), float(weights), *_constants(p))
    if weights.ndim:
        energies, weights = np.broadcast_arrays(energies, weights)
    out = np.empty(energies.size)
    _complexity_curve(np.ravel(energies), np.ravel(weights), *_constants(p), out)
    return out.reshape(energies.shape)


def _mixed_complexity(u: ArrayLike, mixture: Mapping[int, float], index: ArrayLike | None) -> Any:
    model, energies = mixed_model(mixture), _checked_energies(u)
    if model.pure is not None:
        return annealed_complexity(out(energies / model.pure[1]), model.pure[0], index)
    if np.any(np.abs(energies) > 1e100):
        raise input_error("u", u, "must be of size at most 1e100 for a mixture")
    if index is None:
        return out(model.all_indices(energies))
    return out(model.cumulative(energies, checked_indices(index) + 1))


def _checked_energies(u: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(u)
    if array.dtype.kind not in "iuf":
        raise input_error("u", u, "must be real energy densities h/N")
    energies = array.astype(float)
    if not np.all(np.isfinite(energies)):
        raise input_error("u", u, "must be finite")
    return energies
