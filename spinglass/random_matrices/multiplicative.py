"""Multiplicative statistics of the GOE, E ∏ g(λ_i), exact at finite n by de Bruijn's formula.

With f_j = p_j e^{−x²/4} g, p_j polynomials of degree j with leading coefficients c_j, those of the Hermite functions
ψ_j being a_j,

    E_{GOE_n} ∏ g(λ_i) = ∏ (a_j/c_j) Pf S[f] / Pf S[ψ],   S_jk[f] = ∬ sgn(y − x) f_j(x) f_k(y) dx dy,

and for odd n the matrix is bordered by the column ∫ f_j. Convention of A_n: off-diagonal variance 1, diagonal
variance 2. The p_j are orthonormal for the weight e^{−x²/2}|g|² (Stieltjes' procedure): with Hermite's, S is as badly
conditioned as g is uneven. Integrals run over panels of Gauss-Legendre nodes broken where g is not smooth; the inner
integral is that of the interpolating polynomial, panel by panel. Source: de Bruijn, J. Indian Math. Soc. 19 (1955) 133.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import ComputationError, checked_float, checked_int, input_error
from spinglass._jit import jit, one_blas_thread
from spinglass.random_matrices.level_density import log_integral
from spinglass.random_matrices.pfaffian import log_pfaffian

NODES_PER_PANEL = 16
_MAX_HALVINGS = 60
_MAX_PANELS = 3000
_RESOLVED = 1e-17  # what a panel may leave unresolved, relative to the largest |f_j|
_UNRESOLVED = 1e-8
_FARTHEST = 1000.0
_AT_ENDS = 1e-16
_ROUNDING = 8.0
_LARGEST_ERROR = 1e-6


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
    """ψ_j(x) = He_j(x) e^{−x²/4} / √(√(2π) j!), j < n; shape (n, len(x)). Any x: e^{−x²/4} may underflow on the way."""
    result = np.empty((n, x.shape[0]))
    for i in range(x.shape[0]):
        exponent = -0.25 * x[i] * x[i]
        held = exponent < -600.0  # then the Gaussian is kept apart
        factor = math.exp(exponent)
        before, now = 0.0, (2 * math.pi) ** -0.25
        if not held:
            now *= factor
        for j in range(n):
            result[j, i] = now * factor if held else now
            before, now = now, (x[i] * now - math.sqrt(float(j)) * before) / math.sqrt(j + 1.0)
            if held and abs(now) > 1e100:
                now, before, exponent = now * 1e-100, before * 1e-100, exponent + 100 * math.log(10.0)
                factor = math.exp(exponent)
    return result


def support_radius(n: int) -> float:
    """A radius beyond which every ψ_j, j < n, is below 1e-17 of its maximum."""
    return 2 * math.sqrt(n) + 4 + 8 * n ** (-1 / 6)


def panel_edges(n: int, breaks: Sequence[float] = (), radius: float | None = None) -> NDArray[np.float64]:
    """Edges of panels on which products of two ψ_j, j < n, are resolved to rounding, broken at the given points."""
    radius = support_radius(n) if radius is None else radius
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


def _log_pfaffian_of_one(n: int) -> float:
    """log Pf S[1], from the basis (ψ_j′, ψ_j) in which S[1] is J: ∏ 4/√(2k+1), and ∫ψ_{n−1} for odd n."""
    pairs = math.fsum(math.log(4) - 0.5 * math.log(2 * k + 1) for k in range(n // 2))
    return pairs + (log_integral(n - 1) if n % 2 else 0.0)


@jit
def _orthonormal(
    n: int, x: NDArray[np.float64], root_weight: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """p_j(x) √W(x) for the polynomials orthonormal with respect to W, and α_j, β_j of their recurrence
    (x − α_j) p_j = β_{j+1} p_{j+1} + β_j p_{j−1}, by Stieltjes' procedure.

    The ratios β_j = ‖π_j‖/‖π_{j−1}‖ of monic norms (β_0 = ‖π_0‖) hold for the p_j as computed, orthogonal or not.
    """
    result = np.empty((n, x.shape[0]))
    centres = np.empty(n)
    beta = np.empty(n)
    now, before = root_weight.copy(), np.zeros(x.shape[0])
    for j in range(n):
        beta[j] = math.sqrt(np.sum(now * now * weights))
        now = now / beta[j]
        result[j] = now
        centres[j] = np.sum(now * now * x * weights)
        following = (x - centres[j]) * now
        if j > 0:
            following -= beta[j] * before
        before, now = now, following
    return result, centres, beta


def orthonormal_recurrence(
    n: int, x: NDArray[np.float64], root_weight: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """α_j, β_j, j < n, for the weight given by its root at the nodes x: (x − α_j) p_j = β_{j+1} p_{j+1} + β_j p_{j−1},
    p_0 = 1/β_0."""
    return _orthonormal(n, x, root_weight, weights)[1:]


def _values(g: Callable[[NDArray[np.float64]], Any], x: NDArray[np.float64]) -> NDArray[Any]:
    values = np.broadcast_to(np.asarray(g(x)), x.shape)
    if not np.all(np.isfinite(values)):
        raise input_error("g", g, "must be finite on the spectrum")
    return values


class _Mesh:
    """Panels, g at their nodes, and the functions f_j = p_j e^{−x²/4} g with p_j orthonormal for e^{−x²/2} |g|²."""

    def __init__(self, n: int, g: Callable[[NDArray[np.float64]], Any], edges: NDArray[np.float64]) -> None:
        nodes, self.half = panel_nodes(edges)
        self.n, self.edges, self.shape, x = n, edges, nodes.shape, nodes.ravel()
        self.g = _values(g, x)
        modulus = np.abs(self.g)
        self.empty = not modulus.any()
        if self.empty:
            return
        with np.errstate(divide="ignore"):
            logarithm = np.log(modulus) - x * x / 4
        self.log_scale = float(np.max(logarithm))
        size = np.exp(logarithm - self.log_scale)
        weights = (self.half[:, None] * panel_rule()[1]).ravel()
        functions, _, self.beta = _orthonormal(n, x, size, weights)
        self.amplitude = np.max(np.abs(functions), axis=0).reshape(self.shape)
        self.phase = np.where(modulus > 0, self.g / np.where(modulus > 0, modulus, 1.0), 0.0)
        self.functions = functions * self.phase

    def unresolved(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """On each panel: the last Legendre coefficients of g times what multiplies them, and that for rounding."""
        nodes, weights, _ = panel_rule()
        order = nodes.size
        last = np.polynomial.legendre.legvander(nodes, order - 1)[:, -2:] * (order - np.array([1.5, 0.5]))
        values = self.g.reshape(self.shape)
        size = np.max(np.abs(values), axis=1)
        share = np.max(self.amplitude, axis=1) * np.minimum(self.half, 1.0) / np.where(size > 0, size, 1.0)
        left = np.max(np.abs(values @ (last * weights[:, None])), axis=1) * share
        # the rounding errors of g itself: those of an exponential grow with its exponent
        own = 64 + 16 * np.abs(np.log(np.where(size > 0, size, 1.0)))
        return left, own * np.finfo(float).eps * size * share

    def at_ends(self) -> float:
        """The functions at the ends of the range, relative to their maximum."""
        return float(max(self.amplitude[0, 0], self.amplitude[-1, -1]) / np.max(self.amplitude))

    def log_mean(self) -> tuple[float, float | complex, float]:
        """(log modulus, phase, rounding error of the logarithm) of the mean."""
        matrix = bordered(*skew_moments(self.functions, self.half))
        log_modulus, phase = log_pfaffian(matrix)
        if math.isinf(log_modulus):
            return -math.inf, phase, math.inf
        n = self.n
        order = np.arange(1, n)
        parts = (n - order) * np.log(self.beta[1:] / np.sqrt(order))
        first = n * (self.log_scale + math.log(self.beta[0]) - 0.25 * math.log(2 * math.pi))
        try:
            loss = float(np.linalg.norm(np.linalg.inv(matrix)))
        except np.linalg.LinAlgError:
            loss = math.inf
        rounding = loss + n + abs(first) + float(np.sum(np.abs(parts))) / math.sqrt(n) + float(np.sum(n - order)) / n
        total = math.fsum([log_modulus, first, *parts, -_log_pfaffian_of_one(n)])
        return total, phase, _ROUNDING * np.finfo(float).eps * rounding


def _resolving_mesh(n: int, g: Callable[[NDArray[np.float64]], Any], named: list[float]) -> tuple[_Mesh, float]:
    """A mesh on which g is resolved, wide enough for the f_j, and what it leaves unresolved.

    Panels are halved where the last Legendre coefficients of g matter: next to a jump or a half-power that is not
    named they end at a width of about 1e-15.
    """
    radius = support_radius(n)
    while True:
        mesh = _Mesh(n, g, panel_edges(n, named, radius))
        if mesh.empty or mesh.at_ends() <= _AT_ENDS:
            break
        radius *= 1.15
        if radius > _FARTHEST:
            raise ComputationError(f"the mean of a product over order {n}: g grows too fast or is too wide")
    for _ in range(_MAX_HALVINGS):
        if mesh.empty:
            return mesh, 0.0
        left, rounding = mesh.unresolved()
        edges = mesh.edges
        rough = left > np.maximum(_RESOLVED, rounding)
        remaining = float(np.sum(left[rough])) + mesh.at_ends()
        rough &= mesh.half > 4 * np.spacing(np.maximum(np.abs(edges[1:]), np.abs(edges[:-1])))
        if not rough.any() or edges.size > _MAX_PANELS:
            break
        mesh = _Mesh(n, g, np.sort(np.concatenate([edges, (edges[:-1] + mesh.half)[rough]])))
    return mesh, remaining


def mean_product(
    n: int,
    g: Callable[[NDArray[np.float64]], Any],
    breaks: Sequence[float] = (),
    with_error: bool = False,
) -> Any:
    """E_{GOE_n} ∏ g(λ_i), as (log modulus, phase): the mean is phase · exp(log modulus).

    Parameters
    ----------
    n : order of the matrix A_n (off-diagonal variance 1, diagonal variance 2), 1 <= n <= 500.
    g : vectorised function, real or complex, such that g(x) e^{−x²/4} decays.
    breaks : the points where g or a derivative of it jumps. Panels are refined by themselves where g is rough, next to
        a point that is not named too; naming it saves work.
    with_error : return ((log modulus, phase), error), error a bound of the error of the complex logarithm.

    Accuracy: 1e-11 in the logarithm for positive g, n = 500 included (1e-14 at n = 10, 3e-12 at n = 500), also where g
    pushes the eigenvalues far from their places, since the polynomials are orthonormal for the pushed weight. For a g
    of varying sign or phase digits are lost as the mean of ∏ g falls below that of ∏ |g|. The error is found from two
    meshes, from what the panels leave unresolved, and from the inverse of the Pfaffian's matrix; inf: no digit is left.

    Raises `ComputationError` when g is not resolved, or (without `with_error`) when the error exceeds 1e-6.

    Source: de Bruijn 1955; checked against closed forms of E|det|, E det, E exp(s tr A) and E exp(−s tr A²).

    >>> log_modulus, sign = mean_product(3, lambda x: abs(x), breaks=[0.0])
    >>> round(math.exp(log_modulus) - 6 / math.sqrt(math.pi), 9) + 0.0
    0.0
    """
    n = checked_int("n", n, 1, 500)
    named = [checked_float("breaks", point) for point in breaks]
    with one_blas_thread():
        mesh, unresolved = _resolving_mesh(n, g, named)
        if n * unresolved > _UNRESOLVED:
            raise ComputationError(
                f"the mean of a product over order {n}: g is not resolved by {mesh.half.size} panels, "
                f"{unresolved:.1e} of its size is left; name the points where it jumps"
            )
        if mesh.empty:
            return ((-math.inf, 0.0), 0.0) if with_error else (-math.inf, 0.0)
        logarithm, phase, rounding = mesh.log_mean()
        edges = mesh.edges
        cuts = np.unique(np.concatenate([edges, edges[:-1] + np.diff(edges) * 0.43]))
        other, other_phase, _ = _Mesh(n, g, cuts).log_mean()
    change = 0.0 if other == logarithm else abs(other - logarithm)
    error = rounding + 4 * (change + abs(phase - other_phase)) + 4 * n * unresolved
    if not error < 0.1:
        error = math.inf  # no digit is left, and both meshes may be wrong alike
    if not with_error and not error <= _LARGEST_ERROR:
        raise ComputationError(
            f"the mean of a product over order {n} cancels: its logarithm {logarithm:.6g} has an error {error:.1e}"
        )
    value = (float(logarithm), phase)
    return (value, float(error)) if with_error else value
