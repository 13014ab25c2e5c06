"""Series of the laws of the soft edge: the committed table, and the compiled kernels that sum and invert it.

A law is stored as Chebyshev series of log cdf left of its middle and of log sf right of it, on the intervals between
`breaks`, each with an integer offset taken out, and with the series of the derivative beside it. Beyond both ends an
asymptotic form follows: with x = |s|^{3/2}, −a x² + b x − c log x + polynomial in 1/x.
The table is written by derivations/edge_tables.py (own computation to 19 digits and more).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._jit import jit
from spinglass._twofold import exact_product, exact_sum

Real = NDArray[np.float64]
TABLE = Path(__file__).resolve().parents[1] / "generated" / "edge_laws.json"
CDF, SF, PDF, LOG_CDF, LOG_SF, LOG_PDF, LOG_ERROR = range(7)
_EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Series:
    """The arrays of one law, as the kernels take them, and its moments."""

    breaks: Real
    switch: int  # series of log cdf on the intervals below this number, of log sf from it on
    offsets: Real
    values: Real  # (intervals, terms): Chebyshev coefficients of the logarithm minus the offset
    slopes: Real  # of its derivative
    sizes: NDArray[np.int64]
    tails: Real  # (2, 3 + terms): a, b, c and the polynomial, left and right
    moments: tuple[float, ...]
    split: float  # log cdf at the switch
    rest: float  # log sf there

    @property
    def arrays(self) -> tuple[Any, ...]:
        return self.breaks, self.switch, self.offsets, self.values, self.slopes, self.sizes, self.tails


@lru_cache(maxsize=1)
def _records() -> dict[str, Any]:
    body: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return body


@lru_cache(maxsize=32)
def series(beta: int, k: int) -> Series:
    """The law of the k-th eigenvalue for β = 1 or 2."""
    body = _records()
    record = next(each for each in body["laws"] if (each["beta"], each["k"]) == (beta, k))
    breaks = np.array(body["breaks"], dtype=float)
    width = max(map(len, record["values"] + record["slopes"]))
    values, slopes = _padded(record["values"], width), _padded(record["slopes"], width)
    sizes = np.array(
        [max(map(len, pair)) for pair in zip(record["values"], record["slopes"], strict=True)], dtype=np.int64
    )
    tails = np.array([[*form, *polynomial] for form, polynomial in (record["left"], record["right"])])
    offsets = np.array(record["offsets"], dtype=float)
    switch = int(record["switch"])
    moments = tuple(float(text) for text in record["moments"])
    rest = float(np.polynomial.chebyshev.chebval(-1.0, values[switch])) + offsets[switch]
    return Series(breaks, switch, offsets, values, slopes, sizes, tails, moments, math.log1p(-math.exp(rest)), rest)


def _padded(rows: list[list[float]], width: int) -> Real:
    return np.array([row + [0.0] * (width - len(row)) for row in rows])


@jit
def _clenshaw(row: Real, size: int, t: float) -> float:
    one, two = 0.0, 0.0
    for j in range(size - 1, 0, -1):
        one, two = 2.0 * t * one - two + row[j], one
    return t * one - two + row[0]


@jit
def _far(tail: Real, depth: float) -> tuple[float, float]:
    """The asymptotic form and its derivative in depth = |s|."""
    x = depth * math.sqrt(depth)
    if math.isinf(x):
        return -math.inf, 0.0
    w = 1.0 / x
    value, slope = 0.0, 0.0
    for j in range(tail.size - 1, 2, -1):
        slope = slope * w + value
        value = value * w + tail[j]
    total = (tail[1] - tail[0] * x) * x - tail[2] * math.log(x) + value
    rate = tail[1] - 2.0 * tail[0] * x - tail[2] * w - slope * w * w
    return total, rate * 1.5 * math.sqrt(depth)


@jit
def _at(
    s: float, low: float, breaks: Real, switch: int, offsets: Real, values: Real, slopes: Real, sizes: Any, tails: Real
) -> tuple[int, float, float, float, float]:
    """Side (0 log cdf, 1 log sf), integer part of the logarithm, rest, derivative, half width, at s + low."""
    last = breaks.size - 1
    if s < breaks[0]:
        value, slope = _far(tails[0], -s)
        return 0, 0.0, value, -slope, 0.0
    if s > breaks[last]:
        value, slope = _far(tails[1], s)
        return 1, 0.0, value, slope, 0.0
    left, right = 0, last
    while right - left > 1:
        centre = (left + right) // 2
        if s >= breaks[centre]:
            left = centre
        else:
            right = centre
    half = 0.5 * (breaks[left + 1] - breaks[left])
    t = ((s - (breaks[left] + half)) + low) / half
    value = _clenshaw(values[left], sizes[left], t)
    slope = _clenshaw(slopes[left], sizes[left], t)
    return (0 if left < switch else 1), offsets[left], value, slope, half


@jit
def _scaled(s: float, scale: float, scale_low: float) -> tuple[float, float]:
    """scale · s as an unevaluated sum."""
    if scale == 1.0 or not abs(s) < 1e100:
        return s * scale, 0.0
    high, low = exact_product(scale, s)
    return exact_sum(high, low + scale_low * s)


@jit
def evaluate(
    s: Real,
    mode: int,
    scale: float,
    scale_low: float,
    breaks: Real,
    switch: int,
    offsets: Real,
    values: Real,
    slopes: Real,
    sizes: Any,
    tails: Real,
) -> Real:
    """cdf, sf, pdf, their logarithms, or the error of the stored logarithm, at scale · s."""
    out = np.empty(s.size)
    for i in range(s.size):
        if math.isinf(s[i]):
            above = s[i] > 0.0
            if mode == CDF:
                out[i] = 1.0 if above else 0.0
            elif mode == SF:
                out[i] = 0.0 if above else 1.0
            elif mode == LOG_CDF:
                out[i] = 0.0 if above else -math.inf
            elif mode == LOG_SF:
                out[i] = -math.inf if above else 0.0
            elif mode == LOG_PDF:
                out[i] = -math.inf
            else:
                out[i] = 0.0
            continue
        place, low = _scaled(s[i], scale, scale_low)
        side, offset, rest, slope, half = _at(place, low, breaks, switch, offsets, values, slopes, sizes, tails)
        own = mode in (CDF, LOG_CDF) if side == 0 else mode in (SF, LOG_SF)
        if mode == LOG_ERROR:
            out[i] = _EPS * (6.0 + 4.0 * abs(rest) + 4.0 * half * abs(slope))
            if half == 0.0 and side == 0:
                out[i] += 5e-13 * abs(rest)  # extrapolated: compared with eigenvalues down to −45
        elif mode == LOG_PDF:
            total = offset + rest
            out[i] = total + math.log(abs(slope) * scale) if math.isfinite(total) else -math.inf
        elif mode in (LOG_CDF, LOG_SF):
            out[i] = offset + rest if own else math.log1p(-math.exp(offset + rest))
        else:
            # the root of the value keeps a factor normal where the product is not
            if offset + rest < -750.0:
                root, part = 0.0, 0.0
            elif abs(rest) < 600.0:
                root = math.exp(0.5 * offset)
                part = root * math.exp(rest)
            else:
                root = math.exp(0.5 * (offset + rest))
                part = root
            if mode == PDF:
                out[i] = (part * (abs(slope) * scale)) * root if part > 0.0 else 0.0
            elif own:
                out[i] = part * root
            elif offset + rest > -1.0:
                out[i] = -math.expm1(offset + rest)
            else:
                out[i] = 1.0 - part * root
    return out


@jit
def _inverted(
    target: float,
    side: int,
    breaks: Real,
    switch: int,
    offsets: Real,
    values: Real,
    slopes: Real,
    sizes: Any,
    tails: Real,
) -> float:
    """s with log cdf (side 0) or log sf (side 1) equal to the target; both are concave, so Newton's steps stay apart
    from the root on one side and a bracket is only a guard."""
    last = breaks.size - 1
    edge = breaks[0] if side == 0 else breaks[last]
    _, whole, rest, _, _ = _at(edge, 0.0, breaks, switch, offsets, values, slopes, sizes, tails)
    if target <= whole + rest:
        # beyond the table: from outside, where the leading order alone is below the target
        tail = tails[side]
        depth = abs(edge)
        while _far(tail, depth)[0] > target:
            depth *= 2.0
        for _ in range(200):
            value, rate = _far(tail, depth)
            step = (value - target) / rate
            depth -= step
            if abs(step) <= 2e-16 * depth:
                break
        return -depth if side == 0 else depth
    left, right = (0, switch) if side == 0 else (switch, last)
    while right - left > 1:
        centre = (left + right) // 2
        total = offsets[centre] + _clenshaw(values[centre], sizes[centre], -1.0)
        if (total < target) == (side == 0):
            left = centre
        else:
            right = centre
    half = 0.5 * (breaks[left + 1] - breaks[left])
    middle = breaks[left] + half
    goal = target - offsets[left]
    # from the outer end of the interval, where the logarithm is below the target
    t = -1.0 if side == 0 else 1.0
    for _ in range(60):
        step = (_clenshaw(values[left], sizes[left], t) - goal) / (_clenshaw(slopes[left], sizes[left], t) * half)
        t -= step
        if abs(step) <= 1e-9:
            # one step more is exact to rounding
            step = (_clenshaw(values[left], sizes[left], t) - goal) / (_clenshaw(slopes[left], sizes[left], t) * half)
            t -= step
            break
    return middle + half * t


@jit
def invert(
    targets: Real,
    sides: NDArray[np.int64],
    scale: float,
    breaks: Real,
    switch: int,
    offsets: Real,
    values: Real,
    slopes: Real,
    sizes: Any,
    tails: Real,
) -> Real:
    """Quantiles, divided by `scale`."""
    out = np.empty(targets.size)
    for i in range(targets.size):
        out[i] = _inverted(targets[i], sides[i], breaks, switch, offsets, values, slopes, sizes, tails) / scale
    return out
