"""Threshold energy and band edges of spherical spin glasses.

In pure models positions near the threshold are measured by v = x²/4 − 1, x = u√(p/(p−1)) the shift of the Hessian:
v < 0 inside the bulk, v = 0 at |u| = E_∞, and v = sinh²(y/2) outside. In these terms every formula is free of
cancellation.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import checked_int, input_error
from spinglass.complexity.mixed_models import mixed_model, out

__all__ = ["band_edge", "band_width", "threshold_energy"]

MAX_P = 2**50  # 4(p − 1) stays an exact double


def compiled() -> Any:
    """The emitted kernels, imported on first use: the room is imported without its compiled code."""
    return importlib.import_module("spinglass.generated.complexity")


def checked_p(p: Any, low: int = 2) -> int:
    """`p` as an integer from `low` (2) to 2^50."""
    return checked_int("p", p, low, MAX_P)


def edge_distance(u: Any, p: float) -> tuple[Any, Any]:
    """v = u² p/(4(p−1)) − 1 as an unevaluated sum of two floats for a float u, |u| <= 1e50; for arrays (v, 0).

    p u²/(4(p−1)) − 1 is formed with error-free products, so that v keeps its sign and its relative accuracy for the
    neighbouring doubles of ±E_∞. It is never zero: no double squares to 4(p−1)/p. Equation complexity.stable.
    """
    if np.ndim(u) == 0:
        main, rest = compiled().edge_distance_pair(float(u), float(p))
        return main, rest
    values = compiled().edge_distance_ufunc(np.asarray(u, dtype=float), float(p))
    return values, np.zeros_like(values)


def complexity_at_threshold(p: int) -> float:
    """Θ_k(−E_∞) = ½ log(p−1) − (p−2)/p, the same for every index k, to full relative accuracy.

    Equation complexity.threshold.
    """
    return float(compiled().complexity_at_threshold(float(p)))


def only_one_given(p: Any, mixture: Any) -> None:
    """Refuse p and mixture together, and neither."""
    if (p is None) == (mixture is None):
        raise input_error("p, mixture", (p, mixture), "give exactly one of them")


def threshold_energy(p: int | None = None, *, mixture: Mapping[int, float] | None = None) -> float:
    """Threshold energy: E_∞(p) = 2√((p−1)/p) > 0 of the pure p-spin glass, or E_th of a mixture {p: a_p}.

    Critical points of energy density u < −E_∞ have a bounded index; above it the index is of order N. Convention
    u = h/N, covariance N q^p, p >= 2; mixture: covariance N ξ(q), ξ = Σ a_p² q^p, and
    E_th = [ξ(ξ″ − ξ′) + ξ′²]/(ξ′√ξ″) at q = 1 without the constant term of ξ.
    Equations complexity.threshold and complexity.mixed-exponent.
    Source: Auffinger, Ben Arous, Černý, CPAM 66 (2013); Auffinger, Ben Arous, Ann. Probab. 41 (2013).

    >>> round(threshold_energy(3), 15)
    1.632993161855452
    """
    only_one_given(p, mixture)
    if mixture is not None:
        model = mixed_model(mixture)
        return model.pure[1] * threshold_energy(model.pure[0]) if model.pure else model.threshold
    p = checked_p(p)
    return float(compiled().threshold_energy(float(p)))


def checked_indices(index: ArrayLike) -> NDArray[np.float64]:
    """Indices k >= 0 as floats, or an `InputError`."""
    rule = "must be an integer from 0 to 2**53 or an array of them"
    array = np.asarray(index)
    if array.dtype.kind not in "iuf":
        raise input_error("index", index, rule)
    values = array.astype(float)
    if not np.all((values == np.floor(values)) & (values >= 0) & (values <= 2.0**53)):
        raise input_error("index", index, rule)
    return values


def _edge_angle(p: int, k: NDArray[np.float64]) -> NDArray[np.float64]:
    """The root y > 0 of Θ_k in the variable E = E_∞ cosh(y/2); zero for p = 2."""
    height, a = complexity_at_threshold(p), (p - 2) / p
    if height == 0:
        return np.zeros_like(k)
    # Θ_k = height − a (cosh y − 1)/2 − (k+1)(sinh y − y)/2 is concave and decreasing: from any point on the right of
    # the root Newton's method decreases to it. cosh y − 1 >= y²/2 and sinh y − y >= y³/6 give such points.
    y = np.minimum(2 * math.sqrt(height / a), np.cbrt(12 * height / (k + 1)))
    kernels = compiled()
    for _ in range(60):
        step = -kernels.index_complexity_at_angle_ufunc(y, float(p), k) / kernels.index_slope_at_angle_ufunc(
            y, float(p), k
        )
        y = y + step
        if np.all(np.abs(step) <= 2e-16 * y):
            break
    return y


def band_edge(p: int | None = None, index: ArrayLike = 0, *, mixture: Mapping[int, float] | None = None) -> Any:
    """Band edge E_k(p) > 0: the zero of Θ_k(−E), below which no critical point of index >= k is expected.

    ``index``: k >= 0, or an array of them. E_0 > E_1 > … → E_∞; −E_0 is the ground-state energy for p >= 3 (Subag
    2017). For p = 2, Θ_k vanishes on the whole of u >= −E_∞ and E_k = E_∞ = √2 for every k. Where E_k is close to
    E_∞, `band_width` gives the difference to full relative accuracy.

    ``mixture`` = {p: a_p} in place of p: the zero of the annealed complexity of points of index >= k of the mixed
    glass; needs ξ″ > ξ′ (otherwise Θ_k is nowhere positive).

    Source: Auffinger, Ben Arous, Černý, CPAM 66 (2013); Auffinger, Ben Arous, Ann. Probab. 41 (2013); solved by
    Newton's method in y, E = E_∞ cosh(y/2), equation complexity.bands.

    >>> round(band_edge(3, 0), 13), band_edge(3, [0, 1, 2]).round(6).tolist()
    (1.6569983635275, [1.656998, 1.652873, 1.650253])
    """
    only_one_given(p, mixture)
    if mixture is not None:
        model, k = mixed_model(mixture), checked_indices(index)
        return out(model.pure[1] * band_edge(model.pure[0], k) if model.pure else model.band_edge(k + 1))
    p = checked_p(p)
    edges = threshold_energy(p) * np.cosh(_edge_angle(p, checked_indices(index)) / 2)
    return edges.item() if edges.ndim == 0 else edges


def band_width(p: int, index: ArrayLike = 0) -> Any:
    """Width E_k(p) − E_∞(p) of the band of index k, to full relative accuracy also for large k; 0 for p = 2.

    Arguments as in `band_edge`.

    >>> round(band_width(3, 0), 12)
    0.024005201672
    """
    p = checked_p(p)
    widths = 2 * threshold_energy(p) * np.sinh(_edge_angle(p, checked_indices(index)) / 4) ** 2
    return widths.item() if widths.ndim == 0 else widths
