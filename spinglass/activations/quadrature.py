"""Means of a function under a centred Gaussian law, to full double precision, with an error estimate."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import ComputationError

Function = Callable[[Any], Any]

REACH = 30.0  # standard deviations covered: the weight there is 1e-196
_NODES = 20
_MAX_LEVELS = 400
_MAX_PANELS = 20_000
_MARKS = (0.0, 0.5, 1.0, 2.0, 3.5, 5.5, 8.0, 11.0, 15.0, 22.0, REACH)


class DivergentMean(ComputationError):
    """The function grows too fast for the Gaussian law: the mean does not exist in double precision."""


@dataclass(frozen=True)
class GaussianMean:
    """E g(σz): the value, an estimate of its error and the mean of |g| (the scale of rounding)."""

    value: float
    error: float
    absolute: float


@lru_cache(maxsize=1)
def _rule() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights


def panel_edges(std: float, kinks: Sequence[float] = ()) -> NDArray[np.float64]:
    """First panels in z: broken at the kinks, and both at the scale of the law and at that of the function."""
    marks = {sign * mark for mark in _MARKS for sign in (-1.0, 1.0)}
    marks |= {sign * x / std for x in (1.0, 4.0, 16.0) for sign in (-1.0, 1.0) if x / std < 8.0}
    marks |= {kink / std for kink in kinks if abs(kink) < REACH * std}
    edges = np.array(sorted(marks))
    return edges[np.concatenate([[True], np.diff(edges) > 1e-12])]


def _grows(g: Function, std: float, left: float, right: float) -> bool:
    """Whether |g| e^{−z²/2} does not fall by a thousand from the start to the end of an outermost panel."""
    z = np.array([-REACH, left, right, REACH])
    with np.errstate(over="ignore", under="ignore"):
        values = np.abs(np.broadcast_to(np.asarray(g(std * z), dtype=float), z.shape)) * np.exp(-0.5 * z * z)
    return bool(values[0] > 1e-3 * values[1] or values[3] > 1e-3 * values[2])


def gaussian_mean(g: Function, std: float, kinks: Sequence[float] = (), floor: float = 0.0) -> GaussianMean:
    """E g(σz) = ∫ g(σz) e^{−z²/2} dz/√(2π) over |z| <= 30, by adaptive Gauss–Legendre panels.

    `g` is vectorised and smooth between the `kinks` (in x = σz); algebraic singularities at a kink are allowed.
    A panel is accepted when 20 nodes and 2 × 20 nodes agree to 2e-14 of its share, 1e-17 of the whole, or `floor`
    (the rounding noise of g), so the estimate (the sum of the differences) exceeds the true error by far.

    Raises `ComputationError` when panels do not converge or g is not finite, `DivergentMean` when |g| e^{−z²/2} is
    not negligible at the ends.
    """
    nodes, weights = _rule()

    def panels(low: NDArray[np.float64], high: NDArray[np.float64]) -> tuple[Any, Any]:
        half = 0.5 * (high - low)
        z = 0.5 * (high + low)[:, None] + half[:, None] * nodes
        with np.errstate(over="ignore", under="ignore"):
            values = np.asarray(g(std * z), dtype=float) * np.exp(-0.5 * z * z)
        if not np.all(np.isfinite(values)):
            raise ComputationError("a Gaussian mean meets a value that is not finite")
        return half * (values @ weights), half * (np.abs(values) @ weights)

    edges = panel_edges(std, kinks)
    low, high = edges[:-1], edges[1:]
    coarse, size = panels(low, high)
    tail = float(size[0] + size[-1]) if _grows(g, std, float(edges[1]), float(edges[-2])) else 0.0
    done: list[float] = []
    done_size: list[float] = []
    error = 0.0
    for _ in range(_MAX_LEVELS):
        middle = 0.5 * (low + high)
        left, left_size = panels(low, middle)
        right, right_size = panels(middle, high)
        fine, fine_size = left + right, left_size + right_size
        difference = np.abs(fine - coarse)
        total = math.fsum(done_size) + float(np.sum(fine_size))
        accepted = (difference <= 2e-14 * fine_size) | (difference <= max(1e-17 * total, floor))
        done.extend(fine[accepted].tolist())
        done_size.extend(fine_size[accepted].tolist())
        error += float(np.sum(difference[accepted]))
        rest = ~accepted
        if not np.any(rest):
            break
        if 2 * int(np.count_nonzero(rest)) > _MAX_PANELS:
            raise ComputationError("a Gaussian mean does not converge: the function oscillates or jumps too much")
        low, high = np.concatenate([low[rest], middle[rest]]), np.concatenate([middle[rest], high[rest]])
        coarse, size = np.concatenate([left[rest], right[rest]]), np.concatenate([left_size[rest], right_size[rest]])
    else:
        raise ComputationError("a Gaussian mean does not converge: the function is too singular")
    scale = 1.0 / math.sqrt(2.0 * math.pi)
    absolute = math.fsum(done_size)
    if tail > 1e-15 * absolute:
        raise DivergentMean("a Gaussian mean does not converge: the function grows too fast for a Gaussian law")
    rounding = 2.0**-52 * absolute
    return GaussianMean(scale * math.fsum(done), scale * (error + rounding), scale * absolute)
