"""Gaps and spacings in the bulk of the spectrum, β = 1, 2, 4, unit mean spacing: exact laws of Gaudin and Mehta.

E_β(k; s) is the probability that an interval of length s holds k levels. From the parities of the sine kernel,

    β = 2:  Σ_k E_2(k) w^k = Σ_n E_+(n) w^n Σ_n E_−(n) w^n,
    β = 1:  E_+(n; s) = E_1(2n; s) + E_1(2n − 1; s),   E_−(n; s) = E_1(2n; s) + E_1(2n + 1; s),
    β = 4:  E_4(n; s) = (E_+(n; 2s) + E_−(n; 2s))/2.

With G_k = Σ_{j<=k} (k − j + 1) E_β(j) the spacing S that has k levels inside obeys P(S > s) = −G_k′(s) and has the
density G_k″(s). Derivatives are those of the Chebyshev interpolant of G_k (of log G_k in the tail) on panels of unit
length, taken in the high precision of `sine_determinants`; then log(f(s)/s^a) is kept in double precision, a the
exponent of f at 0. A panel is computed when it is first needed (about 0.1 to 1 s) and kept.

Source: Mehta, Random Matrices, 3rd ed., chapters 6, 7, 11, 20; Bornemann, Math. Comp. 79 (2010) 871.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import ComputationError, checked_choice, checked_int, input_error

__all__ = ["MAX_INSIDE", "gap_probability", "spacing_cdf", "spacing_pdf", "spacing_sf", "spacing_variance"]

MAX_INSIDE = 3
TAIL_NODES = 24  # of a panel where log G is interpolated
NEGLIGIBLE = 1e-18  # terms of a logarithm that double precision cannot hold
Real = NDArray[np.float64]


_QUANTITIES = ("gap", "total", "sf", "cdf", "pdf")


class _Series(NamedTuple):
    """Chebyshev coefficients of log(f(s)/s^power) on a panel, and a bound of what they miss."""

    coefficients: Real
    power: int
    error: float


def _argument_scale(beta: int) -> int:
    """The parities are needed at this multiple of s."""
    return 2 if beta == 4 else 1


def last_panel(beta: int, inside: int) -> int:
    """Panels from this one on hold only values below the smallest double."""
    return {1: 37 + 6 * inside, 2: 26 + 4 * inside, 4: 37 + 6 * inside}[beta]


def exponents(beta: int, inside: int) -> dict[str, int]:
    """f ~ s^a at 0 for the gap probability, the density and the distribution function of the spacing."""
    density = inside + beta * (inside + 1) * (inside + 2) // 2
    return {"gap": inside + beta * inside * (inside - 1) // 2, "pdf": density, "cdf": density + 1, "sf": 0, "total": 0}


def _nodes(panel: int, inside: int, tail: bool) -> int:
    """Nodes of a panel: many where G itself is interpolated and tiny derivatives are wanted of it."""
    return TAIL_NODES if tail else 40 + (12 if panel == 0 else 3) * inside


def _digits(panel: int, most: int, nodes: int) -> tuple[int, int]:
    """Binary digits and nodes of the determinants; the differences of probabilities lose digits for short intervals."""
    c = math.pi * (panel + 1.25) / 2
    more = nodes - TAIL_NODES
    return 160 + int(3 * c * (most + 1)) + (8 if panel == 0 else 2) * more, int(0.75 * c) + 10 + more // 3


def _places(panel: int, nodes: int) -> tuple[list[Any], Any]:
    """Chebyshev nodes of a panel and half its length; not at 0, where the probabilities of k levels vanish."""
    import mpmath

    low, high = (mpmath.mpf(1) / 4, mpmath.mpf(5) / 4) if panel == 0 else (mpmath.mpf(panel), mpmath.mpf(panel + 1))
    middle, half = (low + high) / 2, (high - low) / 2
    return [middle + half * mpmath.cos(mpmath.pi * (2 * j + 1) / (2 * nodes)) for j in range(nodes)], half


@lru_cache(maxsize=256)
def _parities(panel: int, most: int, nodes: int) -> list[tuple[list[Any], list[Any]]]:
    """E_±(n), n <= most, at the Chebyshev nodes of a panel."""
    import mpmath

    from spinglass.random_matrices.sine_determinants import parity_probabilities

    bits, count = _digits(panel, most, nodes)
    with mpmath.workprec(bits + 64):
        return [parity_probabilities(place, most, bits, count) for place in _places(panel, nodes)[0]]


def _gaps(beta: int, inside: int, even: list[Any], odd: list[Any]) -> list[Any]:
    """E_β(0) … E_β(inside) from the parities."""
    if beta == 2:
        return [sum(even[j] * odd[k - j] for j in range(k + 1)) for k in range(inside + 1)]
    if beta == 4:
        return [(even[k] + odd[k]) / 2 for k in range(inside + 1)]
    found = [even[0]]
    for k in range(1, inside + 1):
        found.append((odd if k % 2 else even)[k // 2] - found[-1])
    return found


@lru_cache(maxsize=8)
def _cosines(nodes: int, bits: int) -> Any:
    """cos(π k (2j + 1)/(2 nodes)) as an array [k, j] of mpmath numbers."""
    import mpmath

    with mpmath.workprec(bits):
        table = [mpmath.cos(mpmath.pi * j / (2 * nodes)) for j in range(4 * nodes)]
    return np.array([[table[k * (2 * j + 1) % (4 * nodes)] for j in range(nodes)] for k in range(nodes)], dtype=object)


def _chebyshev(values: list[Any], bits: int) -> Any:
    """Chebyshev coefficients of the interpolant of the values at the nodes."""
    result = _cosines(len(values), bits) @ np.array(values, dtype=object) * 2 / len(values)
    result[0] /= 2
    return result


def _derivative(coefficients: Any, half: Any) -> Any:
    """Chebyshev coefficients of the derivative, on an interval of this half-length."""
    slope = np.array([half * 0] * (len(coefficients) + 1), dtype=object)
    for k in range(len(coefficients) - 1, 0, -1):
        slope[k - 1] = slope[k + 1] + 2 * k * coefficients[k]
    slope[0] /= 2
    return slope[: len(coefficients)] / half


def _at(coefficients: Any, x: Any) -> Any:
    """The value of a Chebyshev series."""
    one = two = x * 0
    for value in coefficients[:0:-1]:
        one, two = 2 * x * one - two + value, one
    return x * one - two + coefficients[0]


@lru_cache(maxsize=512)
def _panel_series(beta: int, inside: int, panel: int) -> dict[str, _Series]:
    """The series of every quantity on the panel [panel, panel + 1] of the argument of the determinants."""
    import mpmath

    scale = _argument_scale(beta)
    most = (inside + 1) // 2 if beta == 1 else inside
    tail = panel >= scale * (inside + 1) + 3
    nodes = _nodes(panel, inside, tail)
    bits = _digits(panel, most, nodes)[0]
    with mpmath.workprec(bits + 64):
        places, half = _places(panel, nodes)
        gaps = [_gaps(beta, inside, even, odd) for even, odd in _parities(panel, most, nodes)]
        totals = [mpmath.fsum((inside - j + 1) * row[j] for j in range(inside + 1)) for row in gaps]
        first = _derivative(_chebyshev([mpmath.log(each) for each in totals] if tail else totals, bits), half / scale)
        cosines = _cosines(nodes, bits)
        values: dict[str, list[Any]] = {name: [] for name in _QUANTITIES}
        for number, (total, slope, bend) in enumerate(
            zip(totals, first @ cosines, _derivative(first, half / scale) @ cosines, strict=True)
        ):
            if tail:
                slope, bend = total * slope, total * (bend + slope * slope)
            for name, value in zip(_QUANTITIES, (gaps[number][inside], total, -slope, 1 + slope, bend), strict=True):
                values[name].append(value)
        powers = exponents(beta, inside)
        result = {}
        for name, row in values.items():
            power = powers[name] if panel == 0 else 0
            row = [value / (place / scale) ** power for value, place in zip(row, places, strict=True)]
            if panel == 0:  # to the panel itself, which begins at 0
                series = _chebyshev(row, bits)
                row = [_at(series, (mpmath.mpf(1) / 2 + each / 2 - mpmath.mpf(3) / 4) * 2) for each in cosines[1]]
            if min(row) <= 0:
                raise ComputationError(f"spacing law: {name} of {inside} levels lost all digits in panel {panel}")
            series = _chebyshev([mpmath.log(value) for value in row], bits)
            # as many terms as count; what a series cut by the number of nodes misses is of the size of its last terms
            sizes: Real = np.abs(series.astype(float))
            size = max(1.0, float(sizes.max()))
            kept = int(np.flatnonzero(np.append(sizes > NEGLIGIBLE, False)).max(initial=0)) + 1
            result[name] = _Series(series[:kept].astype(float), power, 10 * float(sizes[-3:].max()) + 4e-16 * size)
        return result


def _arguments(s: ArrayLike, beta: Any, inside: Any) -> tuple[Real, int, int]:
    beta = checked_choice("beta", beta, (1, 2, 4))
    inside = checked_int("inside", inside, 0, MAX_INSIDE)
    rule = "must be real numbers >= 0"
    array = np.asarray(s)
    if array.dtype.kind not in "iuf":
        raise input_error("s", s, rule)
    array = array.astype(float)
    if not np.all(np.isfinite(array)) or np.any(array < 0):
        raise input_error("s", s, rule)
    return array, int(beta), inside


def _evaluate(name: str, s: ArrayLike, beta: Any, inside: Any, with_error: bool) -> Any:
    place, beta, inside = _arguments(s, beta, inside)
    argument = np.atleast_1d(place).ravel() * _argument_scale(beta)
    value = np.zeros(argument.shape)
    error = np.zeros(argument.shape)
    last = last_panel(beta, inside)
    if name == "cdf":
        value[argument >= last] = 1.0
    inner = np.minimum(argument, last).astype(int)
    for panel in np.unique(inner[argument < last]):
        chosen = (inner == panel) & (argument < last)
        series = _panel_series(beta, inside, int(panel))[name]
        x = argument[chosen]
        logs = np.polynomial.chebyshev.chebval(2 * (x - panel) - 1, series.coefficients)
        value[chosen] = np.exp(logs) * (x / _argument_scale(beta)) ** series.power
        error[chosen] = value[chosen] * (series.error + 4e-16 * (1 + series.power))
    error += 5e-324
    if np.ndim(place) == 0:
        return (float(value[0]), float(error[0])) if with_error else float(value[0])
    shaped = value.reshape(place.shape)
    return (shaped, error.reshape(place.shape)) if with_error else shaped


def gap_probability(s: ArrayLike, beta: int, inside: int = 0, *, with_error: bool = False) -> Any:
    """Probability E_β(k; s) that an interval of length s in the bulk holds exactly k = `inside` levels.

    Parameters
    ----------
    s : length of the interval in units of the mean spacing, >= 0, any shape.
    beta : 1, 2 or 4 (orthogonal, unitary, symplectic).
    inside : number of levels k, 0 <= k <= 3.
    with_error : give (value, error) with an absolute bound of the error.

    Accuracy: relative, about 1e-15 (1 + |log E|): both tails, down to the smallest double; 0 where E underflows.

    Source: Mehta, Random Matrices, 3rd ed., section 20.1; determinants as in the module's docstring.

    >>> round(gap_probability(1.0, 2), 13)
    0.1702174213792
    """
    return _evaluate("gap", s, beta, inside, with_error)


def spacing_pdf(s: ArrayLike, beta: int, inside: int = 0, *, with_error: bool = False) -> Any:
    """Density of the distance between two levels with `inside` levels between them, mean inside + 1: G_k″(s).

    inside = 0 is the nearest-neighbour spacing, E_β″(0; s): Gaudin's law. Arguments and accuracy as for
    `gap_probability`.

    >>> round(spacing_pdf(1.0, 1), 12)
    0.70182264762
    """
    return _evaluate("pdf", s, beta, inside, with_error)


def spacing_cdf(s: ArrayLike, beta: int, inside: int = 0, *, with_error: bool = False) -> Any:
    """Distribution function of the distance between two levels with `inside` levels between them, 1 + G_k′(s).

    Arguments and accuracy as for `gap_probability`; the lower tail is relatively accurate.

    >>> spacing_cdf(0.0, 1), spacing_cdf(100.0, 1)
    (0.0, 1.0)
    """
    return _evaluate("cdf", s, beta, inside, with_error)


def spacing_sf(s: ArrayLike, beta: int, inside: int = 0, *, with_error: bool = False) -> Any:
    """Survival function 1 − `spacing_cdf`, −G_k′(s); the upper tail is relatively accurate.

    >>> spacing_sf(0.0, 4)
    1.0
    """
    return _evaluate("sf", s, beta, inside, with_error)


@lru_cache(maxsize=32)
def spacing_variance(beta: int, inside: int = 0) -> float:
    """Variance of the distance between two levels with `inside` levels between them: 2 ∫ G_k − (k + 1)².

    Accuracy 1e-14.

    >>> round(spacing_variance(1), 12)
    0.285530655731
    """
    _, beta, inside = _arguments(0.0, beta, inside)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    scale = _argument_scale(beta)
    total: list[float] = []
    for panel in range(scale * (inside + 1) + 16):
        series = _panel_series(beta, inside, panel)["total"]
        values = np.exp(np.polynomial.chebyshev.chebval(nodes, series.coefficients))
        total.extend((weights * values / (2 * scale)).tolist())
        if values[-1] < 1e-18:
            break
    return 2 * math.fsum(total) - (inside + 1) ** 2
