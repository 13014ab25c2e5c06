"""Mean total numbers of critical points as algebraic functions of p: the exact counts of few spins."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spinglass._errors import checked_int, input_error

__all__ = ["total_count_closed_form"]

MAX_SPINS = 12
LARGEST = 2.0**50


def total_count_closed_form(n_spins: int, p: ArrayLike) -> Any:
    """Mean total number of critical points of N <= 12 spins as an algebraic function of p, for real p > 1.

    𝒜_N(p) + 2·1{N odd}: 𝒜_2 = 2√(3p−2), 𝒜_3 = 8(p−1)^{3/2}/√(3p−2), 𝒜_4 = (29p³ − 63p² + 48p − 12)/(3p−2)^{3/2}, …:
    a polynomial over a power of 3p − 2, times √(3p−2) (N even) or √((p−1)(3p−2)) (N odd); p = 2 gives 2N.

    Parameters
    ----------
    n_spins : N, 1 to 12.
    p : spins per interaction, 1 < p <= 2^50, any shape. Real values are those of other models with the same law of
        gradient and Hessian: a mixture with covariance N ξ(q) in an isotropic Gaussian field of variance h² has
        p = 1 + ξ″/(ξ′ + h²), the derivatives at q = 1.

    Returns a float, or an array of the shape of p. Critical points on |w|² = N, w and −w counted separately.
    Accuracy: one unit in the last place for N <= 2 and N >= 10, four for N = 3 … 9, which are a hundred times faster.

    Raises `InputError` for a bad argument.

    Source: derived in derivations/finite_counts.py, equation finite-counts.stable, from the identity of Auffinger,
    Ben Arous, Černý, CPAM 66 (2013), and Fyodorov, PRL 92 (2004) 240601.

    >>> round(total_count_closed_form(3, 3), 10), total_count_closed_form(12, 2)
    (10.5523597412, 24.0)
    """
    n_spins = checked_int("n_spins", n_spins, 1, MAX_SPINS)
    rule = "must be real numbers with 1 < p <= 2**50"
    if isinstance(p, (bool, str)):
        raise input_error("p", p, rule)
    try:
        values = np.asarray(p, dtype=float)
    except (TypeError, ValueError):
        raise input_error("p", p, rule) from None
    if np.asarray(p).dtype.kind not in "iuf" or not np.all((values > 1) & (values <= LARGEST)):
        raise input_error("p", p, rule)
    kernels = importlib.import_module("spinglass.generated.finite_counts")
    counts = getattr(kernels, f"total_count_{n_spins}_ufunc")(values)
    return float(counts) if values.ndim == 0 else counts
