"""Adaptive integrals over the latitude, θ = asin m, with many integrands at once and their error bounds."""

from __future__ import annotations

import itertools
import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import ComputationError

Real = NDArray[np.float64]

NEGLIGIBLE = 44.0  # natural logarithm of the range of weights that is kept
_TARGET = 1e-12
_NOISE = 1e-13  # of the mass of a panel: what the integrand itself is uncertain by
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

    def __call__(self, theta: Real) -> Real:
        """Values (len(θ), Q, I)."""


def integrate(integrand: Integrand) -> tuple[Real, Real]:
    """∫ dθ (Q, I) between the outer breaks and its error bound, by Gauss-Legendre panels compared with their halves.

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

    def panel(a: float, b: float) -> Real:
        middle, half = 0.5 * (a + b), 0.5 * (b - a)
        return np.asarray(half * np.tensordot(weights, integrand(middle + half * nodes), axes=1))

    pending: list[tuple[float, float, Real | None, int]] = [
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
        both = left + right
        scale = np.maximum(scale, np.max(np.abs(accepted + both), axis=0))
        difference = np.abs(both - coarse)
        # each column by its own size, down to the noise of this panel
        wanted = np.maximum(_TARGET * scale, (1 - integrand.resolution) * _TARGET * np.max(scale))
        allowed = np.maximum(wanted, _NOISE * float(np.max(np.abs(both))))
        if np.all(difference <= allowed) or depth >= 30:
            accepted = accepted + both
            error = error + difference
        else:
            pending += [(a, middle, left, depth + 1), (middle, b, right, depth + 1)]
    for *_, rest, _depth in pending:
        if rest is not None:
            error = error + np.abs(rest)
    if not np.all(np.isfinite(accepted)) or np.max(error) > _ACCEPTED * float(np.max(np.abs(accepted))):
        reached = float(np.max(error)) / max(float(np.max(scale)), 1e-300)
        raise ComputationError(f"the integral over latitudes reached a relative accuracy of {reached:.1e} only")
    return accepted, error
