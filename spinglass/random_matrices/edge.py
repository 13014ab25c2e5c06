"""Laws of the largest eigenvalues at the soft edge: Tracy–Widom β = 1, 2, 4 and the k-th eigenvalue from the top.

The edge variable of A_N (GOE) is s = N^{1/6}(λ − 2√N). Cdf and survival function keep their relative accuracy in their
own tail down to the smallest float; the logarithms go on by asymptotic forms. Measured against many digits: the smaller
of cdf and sf to a relative 1e-15 where it is above 1e-3 and 1e-13 in its tail down to 1e-300; logarithms to 1e-15 of
their size in the table, −32 <= s <= 105, and to 5e-13 beyond.

β = 4: three variables are in use. Here it is the one of mean −2.3069 (Bornemann 2010; Tracy and Widom 1996), in which
the k-th eigenvalue is the 2k-th GOE eigenvalue over √2. `BETA4_SCALES` has the factors to the two others.

Sources: Tracy, Widom, Commun. Math. Phys. 159 (1994) and 177 (1996); Dieng, Int. Math. Res. Not. 2005; Ferrari,
Spohn, J. Phys. A 38 (2005); Bornemann, Markov Process. Relat. Fields 16 (2010). Derived in derivations/edge_laws.py.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import checked_choice, checked_int, input_error
from spinglass.random_matrices import edge_series as table

__all__ = [
    "BETA4_SCALES",
    "TracyWidomMoments",
    "sample_tracy_widom",
    "tracy_widom_cdf",
    "tracy_widom_moments",
    "tracy_widom_pdf",
    "tracy_widom_quantile",
    "tracy_widom_sf",
]

Real = NDArray[np.float64]
Random = np.random.Generator | int | None

BETA4_SCALES = {
    "second_goe": math.sqrt(2.0),  # mean −3.2624: the second GOE eigenvalue; matrix size counted as 2N
    "bornemann": 1.0,  # mean −2.3069: used here
    "stochastic_airy": 2.0 ** (-1 / 6),  # mean −2.0552: stochastic Airy operator, weight exp(−βλ²/4), n eigenvalues
}
"""Factors by which the β = 4 variable of this module is multiplied to get the other variables in use."""

_ROOT2, _ROOT2_LOW = math.sqrt(2.0), -9.667293313452913e-17  # √2 in two floats
_LARGEST_K = {1: 8, 2: 8, 4: 4}


class TracyWidomMoments(NamedTuple):
    """Mean, variance, skewness and excess kurtosis."""

    mean: float
    variance: float
    skewness: float
    excess_kurtosis: float


def _law(beta: Any, k: Any) -> tuple[table.Series, float, float]:
    """The series, and the factor (in two floats) from the variable of the law to that of the series."""
    if isinstance(beta, bool) or np.ndim(beta):
        raise input_error("beta", beta, "must be one of 1, 2, 4")
    beta = checked_choice("beta", beta, (1, 2, 4))
    k = checked_int("k", k, 1, _LARGEST_K[int(beta)])
    if beta == 4:
        return table.series(1, 2 * k), _ROOT2, _ROOT2_LOW
    return table.series(int(beta), k), 1.0, 0.0


def _reals(argument: str, value: ArrayLike) -> Real:
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "iuf":
            raise TypeError
        array = array.astype(float)
    except (TypeError, ValueError):
        raise input_error(argument, value, "must be real numbers") from None
    if np.isnan(array).any():
        raise input_error(argument, value, "must not be NaN")
    return array


def _out(values: Real, like: Real) -> Any:
    return values.reshape(like.shape) if like.ndim else float(values[0])


def _evaluated(s: ArrayLike, beta: int, k: int, mode: int, with_error: bool) -> Any:
    law, scale, low = _law(beta, k)
    places = _reals("s", s)
    flat = np.ascontiguousarray(places.reshape(-1))
    values = table.evaluate(flat, mode, scale, low, *law.arrays)
    if not with_error:
        return _out(values, places)
    relative = table.evaluate(flat, table.LOG_ERROR, scale, low, *law.arrays)  # of the smaller of cdf and sf
    eps = np.finfo(float).eps
    if mode in (table.PDF, table.LOG_PDF):
        error = 2 * relative
        error = error * values if mode == table.PDF else error + eps * np.abs(values)
    else:
        cdf, sf = (table.evaluate(flat, each, scale, low, *law.arrays) for each in (table.CDF, table.SF))
        smaller = np.minimum(cdf, sf) * relative
        if mode in (table.CDF, table.SF):
            error = smaller + eps * values
        else:
            base = cdf if mode == table.LOG_CDF else sf
            error = np.where(base <= 0.5, relative, smaller / np.maximum(base, 0.5)) + eps * np.abs(values)
    error = np.where(np.isfinite(error), error + 5e-324, 0.0)
    return _out(values, places), _out(error, places)


def tracy_widom_cdf(s: ArrayLike, beta: int, k: int = 1, *, log: bool = False, with_error: bool = False) -> Any:
    """Probability that the k-th eigenvalue from the top is below s, at the soft edge.

    F_{β,k}(s) = Σ_{j<k} E_β(j; s), E_β(j; s) the probability of exactly j eigenvalues above s. β = 2: det(1 − K_Airy)
    and its derivatives; β = 1: the determinants of 1 ∓ T, T = ½Ai((x+y)/2); β = 4: F_{4,k}(s) = F_{1,2k}(√2 s).

    Parameters
    ----------
    s : places, of any shape; ±inf are allowed (0 and 1), NaN is refused.
    beta : 1, 2 or 4.   k : 1 … 8 (1 … 4 for β = 4).
    log : return log F, also where F is below the smallest float.
    with_error : return (value, bound of its absolute error).

    Errors: `InputError`. Sources: module docstring; equations "edge-laws.*".

    >>> round(tracy_widom_cdf(-2.0, 1), 12), round(tracy_widom_cdf(0.0, 4), 12)
    (0.274320197909, 0.998574197358)
    """
    return _evaluated(s, beta, k, table.LOG_CDF if log else table.CDF, with_error)


def tracy_widom_sf(s: ArrayLike, beta: int, k: int = 1, *, log: bool = False, with_error: bool = False) -> Any:
    """Survival function: probability that the k-th eigenvalue from the top is above s, accurate in the right tail.

    Arguments as for `tracy_widom_cdf`.

    >>> tracy_widom_sf(40.0, 2) < 1e-140
    True
    """
    return _evaluated(s, beta, k, table.LOG_SF if log else table.SF, with_error)


def tracy_widom_pdf(s: ArrayLike, beta: int, k: int = 1, *, log: bool = False, with_error: bool = False) -> Any:
    """Density of the k-th eigenvalue from the top, with relative accuracy in both tails.

    F′ = F · (log F)′ left of the middle of the law, −(1 − F)′ = (1 − F) · (−log(1 − F))′ right of it; both derivatives
    have series of their own. Arguments as for `tracy_widom_cdf`.

    >>> tracy_widom_pdf([-40.0, 60.0], 2, log=True).round(6).tolist()
    [-5327.93951, -626.997372]
    """
    return _evaluated(s, beta, k, table.LOG_PDF if log else table.PDF, with_error)


def tracy_widom_quantile(q: ArrayLike, beta: int, k: int = 1, tail: str = "lower", *, log: bool = False) -> Any:
    """The s at which the cdf (`tail` = "lower") or the survival function ("upper") of the k-th eigenvalue equals q.

    Newton's method on the logarithm of the smaller of the two, which is concave. Relative accuracy of q in both tails.

    Parameters
    ----------
    q : probabilities inside (0, 1); with `log`, their logarithms (< 0, finite), which reach beyond the smallest float.
    beta, k : as for `tracy_widom_cdf`.   tail : "lower" or "upper".

    >>> round(tracy_widom_quantile(0.5, 1), 12)
    -1.268574616581
    """
    law, scale, _ = _law(beta, k)
    tail = checked_choice("tail", tail, ("lower", "upper"))
    places = _reals("q", q)
    flat = places.reshape(-1)
    if log and not np.all((flat < 0) & np.isfinite(flat)):
        raise input_error("q", q, "must be finite and < 0: the logarithm of a probability")
    if not log and not np.all((flat > 0) & (flat < 1)):
        raise input_error("q", q, "must be inside (0, 1)")
    own = 0 if tail == "lower" else 1
    with np.errstate(under="ignore"):
        direct = flat if log else np.log(flat)
        other = np.log(-np.expm1(flat)) if log else np.log1p(-flat)
    inside = direct <= (law.split, law.rest)[own]
    sides = np.where(inside, own, 1 - own)
    return _out(table.invert(np.where(inside, direct, other), sides, scale, *law.arrays), places)


def tracy_widom_moments(beta: int, k: int = 1) -> TracyWidomMoments:
    """Mean, variance, skewness and excess kurtosis of the k-th eigenvalue from the top, to double precision.

    >>> round(tracy_widom_moments(1).mean, 12)
    -1.206533574582
    """
    law, scale, _ = _law(beta, k)
    mean, variance, skewness, kurtosis = law.moments
    return TracyWidomMoments(mean / scale, variance / 2 if beta == 4 else variance, skewness, kurtosis)


def sample_tracy_widom(size: int | tuple[int, ...] | None = None, beta: int = 1, k: int = 1, rng: Random = None) -> Any:
    """Random variates of the law of the k-th eigenvalue from the top, by inversion: one draw of the Generator each.

    Uniforms are odd multiples of 2⁻⁵³, taken from the nearer end of (0, 1), so both tails are sampled alike.

    Parameters
    ----------
    size : number or shape; None gives a float.
    beta, k : as for `tracy_widom_cdf`.   rng : Generator or seed.

    >>> sample_tracy_widom(3, 2, rng=0).shape
    (3,)
    """
    law, scale, _ = _law(beta, k)
    if isinstance(rng, (bool, str, float)):
        raise input_error("rng", rng, "must be a numpy Generator, a seed or None")
    if size is None:
        shape: tuple[int, ...] = ()
    else:
        shape = tuple(checked_int("size", n, 0) for n in (size if isinstance(size, tuple) else (size,)))
    numbers = np.random.default_rng(rng).integers(0, 2**52, shape)
    flat = np.asarray(numbers).reshape(-1)
    below, above = (flat + 0.5) / 2.0**52, ((2**52 - 1 - flat) + 0.5) / 2.0**52
    inside = below <= math.exp(law.split)
    targets = np.log(np.where(inside, below, above))
    values = table.invert(targets, np.where(inside, 0, 1), scale, *law.arrays)
    return values.reshape(shape) if shape or size is not None else float(values[0])
