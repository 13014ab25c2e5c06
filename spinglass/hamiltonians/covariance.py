"""The covariance N ξ(q), ξ(q) = Σ_p a_p² q^p, of the random part of a spherical glass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spinglass._errors import checked_float, checked_int, input_error


def checked_mixture(p: int | None, mixture: Mapping[int, float] | None) -> tuple[tuple[int, float], ...]:
    """The pairs (p, a_p) with a_p ≠ 0 in increasing p; a pure glass is {p: 1}."""
    if (p is None) == (mixture is None):
        raise input_error("p, mixture", (p, mixture), "give exactly one of them")
    if p is not None:
        return ((checked_int("p", p, 2), 1.0),)
    if not isinstance(mixture, Mapping):
        raise input_error("mixture", mixture, "must be a mapping {p: a_p}")
    pairs = sorted(
        (checked_int("mixture key", key, 0), checked_float("mixture value", a)) for key, a in mixture.items()
    )
    pairs = [(degree, a) for degree, a in pairs if a != 0]
    if not any(degree >= 2 for degree, _ in pairs):
        raise input_error("mixture", dict(mixture), "must have a nonzero a_p for some p >= 2")
    return tuple(pairs)


def covariance(mixture: tuple[tuple[int, float], ...], overlap: ArrayLike, order: int = 0) -> Any:
    """ξ(q) or, with `order` 1 or 2, its derivatives, per spin."""
    q = np.asarray(overlap, dtype=float)
    total = np.zeros(q.shape)
    for degree, a in mixture:
        if degree >= order:
            falling = float(np.prod(np.arange(degree - order + 1, degree + 1)))
            total = total + a * a * falling * q ** (degree - order)
    return float(total) if total.ndim == 0 else total
