"""Adaptive integrals over the latitude, θ = asin m, with many integrands at once and their error bounds."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import ComputationError

Real = NDArray[np.float64]
Pair = tuple[Real, Real]

NEGLIGIBLE = 44.0  # natural logarithm of the range of weights that is kept
_TARGET = 1e-12
_ACCEPTED = 1e-9
_ORDER = 12
_MOST_PANELS = 3000


class Integrand(Protocol):
    """A function of θ with values (Q, I), and a guide to the logarithm of its size."""

    @property
    def breaks(self) -> Real:
        """θ where the integrand may be concentrated, increasing; the first and the last are the ends."""

    @property
    def resolution(self) -> float:
        """Of what size of each column of I, besides the largest of them, the target accuracy is wanted: 0 or 1."""

    def log_mass(self, theta: Real) -> Real:
        """A guide, good to a few units."""

    def __call__(self, theta: Real) -> tuple[Real, Real]:
        """Values and bounds of their errors, both (len(θ), Q, I)."""


Progress = Callable[[int, int], None]


def integrate(integrand: Integrand, progress: Progress | None = None) -> tuple[Real, Real]:
    """∫ dθ (Q, I) between the outer breaks and its error bound, by Gauss-Legendre panels compared with their halves;
    the bound contains the integral of the integrand's own. `progress` is told of panels done and known by now.

    Panels whose guide weight is below e^{−44} of the largest are left out; a panel over which the weight changes by
    more than e^{20} is halved without evaluation. Raises `ComputationError` when the sum of the differences exceeds
    1e-9 of the largest result.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_ORDER)
    sample = np.concatenate([[-1.0], nodes, [1.0]])
    breaks = integrand.breaks
    edges = np.unique(np.concatenate([np.linspace(a, b, 5) for a, b in itertools.pairwise(breaks)]))
    scan = np.concatenate([edges, np.linspace(breaks[0], breaks[-1], 1999)])
    for point in breaks:
        scan = np.concatenate([scan, point + np.geomspace(1e-9, 0.1, 80), point - np.geomspace(1e-9, 0.1, 80)])
    scan = np.unique(scan[(scan >= breaks[0]) & (scan <= breaks[-1])])
    scan_mass = integrand.log_mass(scan)
    peak = float(np.max(scan_mass))
    if not math.isfinite(peak):
        raise ComputationError("the field is too strong: the weight of every latitude underflows")

    def panel(a: float, b: float) -> Pair:
        middle, half = 0.5 * (a + b), 0.5 * (b - a)
        values, bounds = integrand(middle + half * nodes)
        return half * np.tensordot(weights, values, axes=1), half * np.tensordot(weights, bounds, axes=1)

    pending: list[tuple[float, float, Pair | None, int]] = [
        (float(a), float(b), None, 0) for a, b in itertools.pairwise(edges)
    ]
    accepted: Real = np.zeros((1, 1))
    error: Real = np.zeros((1, 1))
    scale: Real = np.zeros(1)
    panels = 0
    while pending and panels < _MOST_PANELS:
        # widest panels first: they set the scale that the others are judged by
        pending.sort(key=lambda item: item[1] - item[0])
        a, b, coarse, depth = pending.pop()
        middle = 0.5 * (a + b)
        if coarse is None:
            mass = integrand.log_mass(middle + 0.5 * (b - a) * sample)
            # the scan sees maxima that fall between the nodes: a strong field holds points next to a pole
            seen = scan_mass[np.searchsorted(scan, a) : np.searchsorted(scan, b, side="right")]
            largest = max(float(mass.max()), float(seen.max(initial=-math.inf)))
            if largest + math.log(b - a) < peak - NEGLIGIBLE:
                continue
            if largest - float(mass[1:-1].min()) > 20.0 and depth < 30:
                pending += [(a, middle, None, depth + 1), (middle, b, None, depth + 1)]
                continue
            coarse = panel(a, b)
        left, right = panel(a, middle), panel(middle, b)
        panels += 1
        if progress is not None:
            progress(panels, panels + len(pending))
        both, own = left[0] + right[0], left[1] + right[1]
        scale = np.maximum(scale, np.max(np.abs(accepted + both), axis=0))
        difference = np.abs(both - coarse[0])
        # each column by its own size, down to what the integrand itself is uncertain by
        wanted = np.maximum(_TARGET * scale, (1 - integrand.resolution) * _TARGET * np.max(scale))
        if np.all(difference <= np.maximum(wanted, own)) or depth >= 30:
            accepted = accepted + both
            error = error + difference + own
        else:
            pending += [(a, middle, left, depth + 1), (middle, b, right, depth + 1)]
    for *_, rest, _depth in pending:
        if rest is not None:
            error = error + np.abs(rest[0])
    if not np.all(np.isfinite(accepted)) or np.max(error) > _ACCEPTED * float(np.max(np.abs(accepted))):
        reached = float(np.max(error)) / max(float(np.max(scale)), 1e-300)
        raise ComputationError(f"the integral over latitudes reached a relative accuracy of {reached:.1e} only")
    return accepted, error
