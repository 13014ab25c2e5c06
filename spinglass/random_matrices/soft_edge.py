"""The density of the GOE at its soft edge, on the Airy scale s = (λ − 2√n) n^{1/6}."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import input_error

__all__ = ["orthogonal_part", "soft_edge_density"]

_NODES = 96  # of the integral of Ai: digits for |s| <= 20; scipy's own has seven at most
_FARTHEST = 20.0


def soft_edge_density(s: ArrayLike) -> Any:
    """The limiting density of eigenvalues of A_n at the edge: Ai′(s)² − s Ai(s)² + ½ Ai(s)(1 − ∫_s^∞ Ai).

    The limit of n^{−1/6} times the density at λ = 2√n + s n^{−1/6}, reached with an error of order n^{−1/3}; its value
    at 0 is derived as "saddle-points.edge". Relative accuracy 1e-11. Raises `InputError` unless s are finite real
    numbers, |s| <= 20. Source: Forrester, Nagao, Honner, Nucl. Phys. B 553 (1999) 601.

    >>> round(soft_edge_density(0.0), 12)
    0.185330168409
    """
    from scipy.special import airy

    place = _places(s)
    value, slope, _, _ = airy(place)
    return _out(slope**2 - place * value**2 + _orthogonal(place))


def orthogonal_part(s: ArrayLike) -> Any:
    """½ Ai(s)(1 − ∫_s^∞ Ai): what the soft-edge density of the GOE has beyond that of the unitary ensemble."""
    return _out(_orthogonal(_places(s)))


def _orthogonal(place: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.special import airy

    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    steps = place[..., None] / 2
    below = 2 / 3 + (steps * weights * airy(steps * (1 + nodes))[0]).sum(axis=-1)  # ∫_{−∞}^s Ai
    return np.asarray(airy(place)[0] * below / 2)


def _places(s: ArrayLike) -> NDArray[np.float64]:
    rule = f"must be finite real numbers, |s| <= {_FARTHEST:g}"
    try:
        place = np.asarray(s)
        if place.dtype.kind not in "iuf":
            raise TypeError
    except (TypeError, ValueError):
        raise input_error("s", s, rule) from None
    place = place.astype(float)
    if not np.all(np.abs(place) <= _FARTHEST):
        raise input_error("s", s, rule)
    return place


def _out(values: Any) -> Any:
    return values if np.ndim(values) else np.asarray(values).item()
