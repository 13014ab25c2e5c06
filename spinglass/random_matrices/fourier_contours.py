"""Contours for ∫_0^∞ e^{itμ} h(t) dt with h like log t at 0 and analytic for Re t > 0, at any size of μ.

On the real axis e^{itμ} oscillates; beyond |μ| = `REAL_REACH` the contour is turned by ±30° to the side where it
decays, so that the number of nodes does not grow with μ.
"""

from __future__ import annotations

import cmath
import itertools
import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

REAL_REACH = 28.0  # the largest |μ| served by the contour on the real axis
_ROTATION = math.pi / 6


def direction(octave: int) -> complex:
    """The phase of t on the contour of this octave: ±30° where e^{itμ} decays, the real axis for octave 0."""
    return cmath.exp(1j * _ROTATION * ((octave > 0) - (octave < 0)))


@lru_cache(maxsize=64)
def contour(octave: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights for t in units of the contour's direction.

    Octave 0 is the real axis, for |μ| <= REAL_REACH. Octave j >= 1 serves REAL_REACH 4^{j−1} < |μ| <= REAL_REACH 4^j
    on a ray of ±30°, where |e^{itμ}| = e^{−|tμ|/2}. The first panel is mapped by t = t_1 x^7, in which log t is
    harmless.
    """
    if octave == 0:
        edges, orders = np.array([0.0, 0.1, 0.6, 1.4, 2.3, 3.3, 4.6, 6.4]), [20, 24, 24, 24, 22, 16]
    else:
        scale = REAL_REACH * 4.0 ** (octave - 1)
        edges, orders = np.array([0.0, 0.5, 3.0, 8.0, 16.0, 30.0, 70.0]) / scale, [20, 26, 26, 24, 18]
    first, first_weights = np.polynomial.legendre.leggauss(22)
    y = 0.5 * (1 + first)
    nodes, weights = [edges[1] * y**7], [edges[1] * 3.5 * first_weights * y**6]
    for order, (left, right) in zip(orders, itertools.pairwise(edges[1:]), strict=True):
        rule, rule_weights = np.polynomial.legendre.leggauss(order)
        nodes.append(0.5 * (left + right) + 0.5 * (right - left) * rule)
        weights.append(0.5 * (right - left) * rule_weights)
    return np.concatenate(nodes), np.concatenate(weights)


def contour_of_mean(mu: float) -> int:
    """The contour that serves this mean of κ + y."""
    if abs(mu) <= REAL_REACH:
        return 0
    steps = math.ceil(math.log(abs(mu) / REAL_REACH, 4) - 1e-12)
    return max(steps, 1) * (1 if mu > 0 else -1)
