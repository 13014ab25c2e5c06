"""What a pairing of theory and simulation returns, and the rule for approaches to a limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import checked_int, input_error
from spinglass.claims.decision import Comparison

_SLOPES = (-1.5, -0.6)  # accepted slopes of log|error| against log N, in units of the order of the correction


@dataclass(frozen=True)
class Evidence:
    """What a pairing returns: comparisons of the theory, the same for a wrong theory, or a decided approach to a limit.

    `settled` and `control_settled` are set by pairings that decide without random samples.
    """

    comparisons: tuple[Comparison, ...] = ()
    control: str = ""
    control_comparisons: tuple[Comparison, ...] = ()
    settled: bool | None = None
    control_settled: bool | None = None
    text: str = ""
    complete: bool = True


def checked_sizes(argument: str, sizes: Sequence[int], low: int, high: int | None = None) -> list[int]:
    """At least three different sizes in increasing order, as an approach to a limit needs."""
    if isinstance(sizes, str) or not isinstance(sizes, Sequence):
        raise input_error(argument, sizes, "must be a list of sizes")
    found = sorted({checked_int(argument, size, low, high) for size in sizes})
    if len(found) < 3:
        raise input_error(argument, list(sizes), "must hold at least three sizes")
    return found


def approach(
    sizes: Sequence[int],
    exact: ArrayLike,
    limit: float,
    control: str,
    *,
    wrong_limit: float | None = None,
    wrong_exact: ArrayLike | None = None,
    order: float = 1.0,
    name: str = "N",
) -> Evidence:
    """Whether exact values approach a limit like N^−order, and a wrong limit, or wrong values, do not.

    Decided by the slope of log|exact − limit| against log N, which must lie between −1.5 and −0.6 times the order.
    """
    wrong = limit if wrong_limit is None else wrong_limit
    right = _slope(sizes, exact, limit)
    off = _slope(sizes, exact if wrong_exact is None else wrong_exact, wrong)
    last = float(np.asarray(exact)[-1])
    return Evidence(
        settled=_SLOPES[0] * order <= right <= _SLOPES[1] * order,
        control_settled=_SLOPES[0] * order <= off <= _SLOPES[1] * order,
        control=f"{control}: limit {wrong:.6f}, error ∝ {name}^{off:.2f}",
        text=f"limit {limit:.6f}, exact {last:.6f} at {name} = {sizes[-1]}, error ∝ {name}^{right:.2f}",
    )


def together(cases: Iterable[Evidence]) -> Evidence:
    """Several approaches as one: all must hold, and every wrong one must fail."""
    found = list(cases)
    return Evidence(
        settled=all(case.settled for case in found),
        control_settled=any(case.control_settled for case in found),
        control="; ".join(case.control for case in found),
        text="; ".join(case.text for case in found),
    )


def outlier_power(index: int) -> float:
    """The power of N in the density of critical points of index k below the threshold, ½ − k(k+2)/2.

    Each outlier lies within 1/N in x of the shift: N^−1 from |det|, N^−½ from dλ, and N^−1 from each pair of them.
    """
    return 0.5 - index * (index + 2) / 2


def _slope(sizes: Sequence[int], values: ArrayLike, limit: float) -> float:
    """The fitted power of N in |values − limit|; −inf when a difference vanishes."""
    errors: NDArray[np.float64] = np.abs(np.asarray(values, dtype=float) - limit)
    if not np.all(errors > 0):
        return -np.inf
    return float(np.polyfit(np.log(sizes), np.log(errors), 1)[0])
