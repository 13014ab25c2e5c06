"""Multiplicative statistics of the GOE, E ∏ g(λ_i), exact at finite n by de Bruijn's formula.

With f_j = ψ_j g, ψ_j the orthonormal Hermite functions of weight e^{−x²/4},

    E_{GOE_n} ∏ g(λ_i) = Pf S[g] / Pf S[1],   S_jk[g] = ∬ sgn(y − x) f_j(x) f_k(y) dx dy,

and for odd n the matrix is bordered by the column ∫ f_j. Convention of A_n: off-diagonal variance 1, diagonal
variance 2. Integrals run over panels of Gauss-Legendre nodes broken where g is not smooth; the inner integral is that
of the interpolating polynomial, panel by panel. Source: de Bruijn, J. Indian Math. Soc. 19 (1955) 133.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import checked_int, input_error
from spinglass._jit import jit, one_blas_thread
from spinglass.random_matrices.pfaffian import log_pfaffian

NODES_PER_PANEL = 16


@lru_cache(maxsize=16)
def panel_rule(order: int = NODES_PER_PANEL) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Gauss-Legendre nodes and weights on [−1, 1], and the matrix C with ∫_{−1}^{x_i} f = Σ_k C_ik f(x_k).

    C is exact for polynomials of degree < order: f is expanded in Legendre polynomials, ∫P_l = (P_{l+1} −
    P_{l−1})/(2l+1).
    """
    nodes, weights = np.polynomial.legendre.leggauss(order)
    values = np.polynomial.legendre.legvander(nodes, order)  # P_l(x_i)
    integrals = np.empty((order, order))
    integrals[:, 0] = nodes + 1
    for degree in range(1, order):
        integrals[:, degree] = (values[:, degree + 1] - values[:, degree - 1]) / (2 * degree + 1)
    coefficients = (values[:, :order] * weights[:, None]).T * (np.arange(order)[:, None] + 0.5)
    cumulative = integrals @ coefficients
    for array in (nodes, weights, cumulative):
        array.flags.writeable = False
    return nodes, weights, cumulative


@jit
def hermite_functions(n: int, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """ψ_j(x) = He_j(x) e^{−x²/4} / √(√(2π) j!), j < n; shape (n, len(x))."""
    result = np.empty((n, x.shape[0]))
    for i in range(x.shape[0]):
        before, now = 0.0, (2 * math.pi) ** -0.25 * math.exp(-0.25 * x[i] * x[i])
        for j in range(n):
            result[j, i] = now
            before, now = now, (x[i] * now - math.sqrt(float(j)) * before) / math.sqrt(j + 1.0)
    return result


def support_radius(n: int) -> float:
    """A radius beyond which every ψ_j, j < n, is below 1e-17 of its maximum."""
    return 2 * math.sqrt(n) + 4 + 8 * n ** (-1 / 6)


def panel_edges(n: int, breaks: Sequence[float] = ()) -> NDArray[np.float64]:
    """Edges of panels on which products of two ψ_j, j < n, are resolved to rounding, broken at the given points."""
    radius = support_radius(n)
    inside = sorted(float(b) for b in breaks if -radius < b < radius)
    points = [-radius, *inside, radius]
    width = min(1.6, 7.0 / math.sqrt(n))
    edges = [points[0]]
    for left, right in itertools.pairwise(points):
        count = max(1, math.ceil((right - left) / width))
        edges.extend(np.linspace(left, right, count + 1)[1:])
    return np.array(edges)


def panel_nodes(
    edges: NDArray[np.float64], order: int = NODES_PER_PANEL
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and half-widths of the panels: (panels, order) and (panels,)."""
    half = np.diff(edges) / 2
    return (edges[:-1] + half)[:, None] + half[:, None] * panel_rule(order)[0], half


def skew_moments(
    values: NDArray[Any], half: NDArray[np.float64], order: int = NODES_PER_PANEL
) -> tuple[NDArray[Any], NDArray[Any]]:
    """S_jk = ∬ sgn(y − x) f_j(x) f_k(y), and ∫ f_j, from the values (n, panels · order) of f_j at panel nodes."""
    _, weights, cumulative = panel_rule(order)
    n = values.shape[0]
    panels = values.reshape(n, half.size, order)
    totals = (panels @ weights) * half
    before = np.cumsum(totals, axis=1) - totals
    primitive = before[:, :, None] + (panels @ cumulative.T) * half[:, None]
    weighted = (panels * (half[:, None] * weights)).reshape(n, -1)
    product = primitive.reshape(n, -1) @ weighted.T
    return product - product.T, totals.sum(axis=1)


def bordered(moments: NDArray[Any], border: NDArray[Any]) -> NDArray[Any]:
    """The matrix of even order whose Pfaffian enters: `moments` itself, or bordered by the integrals when n is odd."""
    n = moments.shape[0]
    if n % 2 == 0:
        return moments
    result = np.zeros((n + 1, n + 1), dtype=np.result_type(moments, border))
    result[:n, :n] = moments
    result[:n, n] = border
    result[n, :n] = -border
    return result


@lru_cache(maxsize=256)
def log_pfaffian_of_one(n: int) -> float:
    """log Pf S[1]: the normalisation of de Bruijn's formula.

    ∏_{i<j}|λ_i − λ_j| is det of monic polynomials, √(√(2π) j!) ψ_j e^{x²/4}, so n! Pf S[1] ∏ √(√(2π) j!) is the
    normalisation of the eigenvalue density, known from Selberg's integral: 4^n 2^{n(n−1)/4} ∏ Γ(1 + j/2).
    """
    log_density = (
        n * 2 * math.log(2) + n * (n - 1) / 4 * math.log(2) + math.fsum(math.lgamma(1 + j / 2) for j in range(1, n + 1))
    )
    log_monic = math.fsum(0.25 * math.log(2 * math.pi) + 0.5 * math.lgamma(j + 1) for j in range(n))
    return log_density - math.lgamma(n + 1) - log_monic


def mean_product(
    n: int, g: Callable[[NDArray[np.float64]], Any], breaks: Sequence[float] = ()
) -> tuple[float, float | complex]:
    """E_{GOE_n} ∏ g(λ_i), as (log modulus, phase): the mean is phase · exp(log modulus).

    Parameters
    ----------
    n : order of the matrix A_n (off-diagonal variance 1, diagonal variance 2), 1 <= n <= 500.
    g : vectorised function, real or complex, smooth between the break points, of polynomial growth (or such that the
        products with e^{−x²/4} end inside |x| < 2√n + 4 + 8 n^{−1/6}).
    breaks : the points where g or a derivative of it jumps.

    Accuracy: 1e-13 in the logarithm for a g that is smooth on the scale of the eigenvalue spacing between breaks, up to
    the cancellation that the mean itself contains (a g that changes sign).

    Source: de Bruijn 1955; checked against closed forms of E|det| and E det.

    >>> log_modulus, sign = mean_product(3, lambda x: abs(x), breaks=[0.0])
    >>> round(math.exp(log_modulus) - 6 / math.sqrt(math.pi), 9) + 0.0
    0.0
    """
    n = checked_int("n", n, 1, 500)
    nodes, half = panel_nodes(panel_edges(n, breaks))
    x = nodes.ravel()
    weight = np.broadcast_to(np.asarray(g(x)), x.shape)
    if not np.all(np.isfinite(weight)):
        raise input_error("g", g, "must be finite on the spectrum")
    scale = float(np.max(np.abs(weight)))
    if scale == 0.0:
        return -math.inf, 0.0
    with one_blas_thread():
        moments, border = skew_moments(hermite_functions(n, x) * (weight / scale), half)
        log_modulus, phase = log_pfaffian(bordered(moments, border))
    return log_modulus + n * math.log(scale) - log_pfaffian_of_one(n), phase
