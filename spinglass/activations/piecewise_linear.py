"""Continuous piecewise-linear functions: sections, their probabilities and exact Gaussian means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import input_error
from spinglass.activations.formulas import Formulas, Mean, emitted


def _numbers(argument: str, values: ArrayLike) -> NDArray[np.float64]:
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "iuf" and array.size:
            raise TypeError
        array = array.astype(float)
    except (TypeError, ValueError):
        raise input_error(argument, values, "must be real numbers") from None
    if array.ndim != 1:
        raise input_error(argument, values, "must be a one-dimensional list of numbers")
    if not np.all(np.isfinite(array)):
        raise input_error(argument, values, "must be finite (no NaN, no infinity)")
    return array


@dataclass(frozen=True)
class Sections:
    """f(x) = α_j x + β_j on (a_{j−1}, a_j], j = 1…L, with a_0 = −∞ and a_L = ∞, continuous.

    knots : (a_1, …, a_{L−1}), strictly increasing; slopes : (α_1, …, α_L); intercepts : (β_1, …, β_L).
    """

    knots: tuple[float, ...]
    slopes: tuple[float, ...]
    intercepts: tuple[float, ...]

    @classmethod
    def continuous(cls, knots: ArrayLike, slopes: ArrayLike, intercept: float) -> Sections:
        """The sections of the continuous function with these knots and slopes and with f(0) = `intercept`."""
        a, alpha = _numbers("knots", knots), _numbers("slopes", slopes)
        if alpha.size != a.size + 1:
            raise input_error("slopes", slopes, f"must hold one slope more than knots, here {a.size + 1}")
        if np.any(np.diff(a) <= 0):
            raise input_error("knots", knots, "must be strictly increasing")
        home = int(np.searchsorted(a, 0.0, side="left"))
        beta = np.empty(alpha.size)
        beta[home] = intercept
        for j in range(home + 1, alpha.size):
            beta[j] = beta[j - 1] + (alpha[j - 1] - alpha[j]) * a[j - 1]
        for j in range(home - 1, -1, -1):
            beta[j] = beta[j + 1] + (alpha[j + 1] - alpha[j]) * a[j]
        if not np.all(np.isfinite(beta)):
            raise input_error("slopes", slopes, "lead to intercepts that overflow")
        return cls(tuple((a + 0.0).tolist()), tuple((alpha + 0.0).tolist()), tuple((beta + 0.0).tolist()))

    @property
    def n_sections(self) -> int:
        """L."""
        return len(self.slopes)

    def section_of(self, x: ArrayLike) -> Any:
        """The index j − 1 = 0…L−1 of the section that holds x."""
        return np.searchsorted(self._knots, np.asarray(x, dtype=float), side="left")

    def value(self, x: Any) -> Any:
        """f(x), formed from the nearest knot so that large intercepts do not cancel."""
        x = np.asarray(x, dtype=float)
        j = self.section_of(x)
        anchors, heights, slopes = self._anchors
        return heights[j] + slopes[j] * (x - anchors[j])

    @cached_property
    def _anchors(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        # One point of the graph per section: its knot nearest to 0, or (0, f(0)) for the section that holds 0.
        knots, slopes = np.asarray(self.knots), np.asarray(self.slopes)
        home = int(self.section_of(0.0))
        anchors, heights = np.zeros(slopes.size), np.zeros(slopes.size)
        heights[home] = self.intercepts[home]
        for j in range(home + 1, slopes.size):
            anchors[j] = knots[j - 1]
            heights[j] = heights[j - 1] + slopes[j - 1] * (knots[j - 1] - anchors[j - 1])
        for j in range(home - 1, -1, -1):
            anchors[j] = knots[j]
            heights[j] = heights[j + 1] + slopes[j + 1] * (knots[j] - anchors[j + 1])
        return anchors, heights, slopes

    @cached_property
    def _knots(self) -> NDArray[np.float64]:
        return np.asarray(self.knots, dtype=float)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if not key.startswith("_")}

    def derivative(self, x: Any) -> Any:
        """The slope of the section that holds x; at a knot that of the section on its left."""
        return self._anchors[2][self.section_of(x)]

    def intercept(self, x: Any) -> Any:
        """The intercept β_j of the section that holds x."""
        return np.asarray(self.intercepts)[self.section_of(x)]

    def probabilities(self, std: float) -> NDArray[np.float64]:
        """π_j = P(a_{j−1} < x <= a_j) for x ~ N(0, std²); relative accuracy also in the tails; shape (L,)."""
        from scipy.special import erf, erfc

        with np.errstate(over="ignore", under="ignore"):
            y = np.asarray(self.knots) / (std * math.sqrt(2.0))
            low, high = np.concatenate([[-np.inf], y]), np.concatenate([y, [np.inf]])
            outer = np.where(low >= 0, erfc(low) - erfc(high), erfc(-high) - erfc(-low))
            inner = erf(high) - erf(low)
        tail = (np.minimum(np.abs(low), np.abs(high)) > 0.5) & (np.sign(low) == np.sign(high))
        return 0.5 * np.where(tail, outer, inner)

    def fractions(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """The measured π_j: the fraction of the samples in each section; shape (L,)."""
        return np.bincount(self.section_of(samples).ravel(), minlength=self.n_sections) / samples.size

    def mean_slope(self, std: float) -> float:
        """E α = Σ π_j α_j for pre-activations N(0, std²)."""
        return math.fsum(self.probabilities(std) * np.asarray(self.slopes))

    def mean_intercept(self, std: float) -> float:
        """E β = f(0) − Σ_k Δ_k |a_k| Q(|a_k|/σ), Q(t) = erfc(t/√2)/2, with the jump Δ_k of the slope at knot a_k.

        Own rearrangement of Σ π_j β_j: each kink is written as a ramp that starts at a_k and points away from 0.
        Its terms are local, so E β = 0 comes out exactly when kinks sit at 0 or cancel in pairs (odd functions).
        """
        from scipy.special import erfc

        size = np.abs(np.asarray(self.knots))
        with np.errstate(over="ignore", under="ignore"):
            tail = 0.5 * erfc(size / (std * math.sqrt(2.0)))
            terms = np.diff(np.asarray(self.slopes)) * size * tail
        return math.fsum([float(self.value(0.0)), *(-terms).tolist()])

    def formulas(self) -> Formulas:
        """f, f′, β and the exact means."""
        return Formulas(
            self.value,
            self.derivative,
            self.intercept,
            kinks=self.knots,
            mean_slope=self.mean_slope,
            mean_intercept=self.mean_intercept,
            mean_square=_closed_mean_square(self),
        )


def _closed_mean_square(sections: Sections) -> Mean | None:
    """E f(x)² for a line through 0, one kink at 0, and a line clipped at ±c or to [0, c]; None for other shapes."""
    knots, slopes = sections.knots, sections.slopes
    at_zero = float(sections.value(0.0))
    if len(knots) <= 1 and at_zero == 0.0 and not any(knots):
        left, right = slopes[0], slopes[-1]
        if right == 1.0:
            return emitted("mean_square_leaky_relu", left)
        return lambda std: std * std * (0.5 * (left * left + right * right))
    if len(knots) != 2 or slopes[0] != 0.0 or slopes[2] != 0.0:
        return None
    low, high, slope = *knots, slopes[1]
    if low == -high:  # b + a clip(x, ±c): the cross term is odd
        clipped = emitted("mean_square_clip", high, factor=slope * slope)
        return lambda std: at_zero * at_zero + clipped(std)
    if low == 0.0 and at_zero == 0.0:
        return emitted("mean_square_clip", high, factor=0.5 * slope * slope)
    return None


def through_points(x: ArrayLike, y: ArrayLike) -> Sections:
    """The piecewise-linear function through (x_i, y_i), the end slopes continued."""
    a, b = _numbers("x", x), _numbers("y", y)
    if a.size != b.size:
        raise input_error("y", y, f"must hold as many numbers as x, here {a.size}")
    if a.size < 2:
        raise input_error("x", x, "a table needs at least 2 points")
    steps = np.diff(a)
    if np.any(steps <= 0):
        first = int(np.argmax(steps <= 0))
        raise input_error("x", float(a[first + 1]), f"must be strictly increasing; it follows {float(a[first])!r}")
    with np.errstate(over="ignore"):
        slopes = np.diff(b) / steps
    if not np.all(np.isfinite(slopes)):
        raise input_error("y", y, "leads to slopes that overflow")
    if np.all(slopes == 0):
        raise input_error("y", y, "must not be constant: every slope would be zero")
    centre = min(max(int(np.searchsorted(a, 0.0)) - 1, 0), slopes.size - 1)
    at_zero = float(b[centre] + slopes[centre] * (0.0 - a[centre]))
    if centre + 1 < a.size and a[centre + 1] == 0.0:
        at_zero = float(b[centre + 1])
    return simplified(Sections.continuous(a[1:-1], slopes, at_zero))


def simplified(sections: Sections) -> Sections:
    """The same function without the knots at which the slope does not change."""
    kept = [j for j, (left, right) in enumerate(pairwise(sections.slopes)) if left != right]
    if len(kept) == len(sections.knots):
        return sections
    slopes = [sections.slopes[0], *(sections.slopes[j + 1] for j in kept)]
    intercepts = [sections.intercepts[0], *(sections.intercepts[j + 1] for j in kept)]
    return Sections(tuple(sections.knots[j] for j in kept), tuple(slopes), tuple(intercepts))


def text(sections: Sections) -> str:
    """The function as an expression in x, for display: a line plus one ramp per knot, at most six of them."""
    home = int(sections.section_of(0.0))
    if not sections.knots:
        return _sum([_term(sections.slopes[0], "x"), _term(sections.intercepts[0], "")])
    if len(sections.knots) > 6:
        return f"piecewise linear, {sections.n_sections} sections from {sections.knots[0]:g} to {sections.knots[-1]:g}"
    terms = [_term(sections.slopes[home], "x"), _term(sections.intercepts[home], "")]
    for knot, (left, right) in zip(sections.knots, pairwise(sections.slopes), strict=True):
        shifted = "x" if knot == 0 else f"x {'-' if knot > 0 else '+'} {abs(knot):g}"
        if knot >= 0:  # a ramp points away from 0: the line through 0 is exact between the innermost knots
            terms.append(_term(right - left, f"Max({shifted}, 0)"))
        else:
            terms.append(_term(left - right, f"Min({shifted}, 0)"))
    return _sum(terms)


def _term(factor: float, body: str) -> str:
    if factor == 0:
        return ""
    if not body:
        return f"{factor:g}"
    return body if factor == 1 else f"-{body}" if factor == -1 else f"{factor:g}*{body}"


def _sum(terms: Sequence[str]) -> str:
    return " + ".join(term for term in terms if term).replace("+ -", "- ") or "0"
