"""Smooth activations by finitely many sections: continuous piecewise-linear approximation with free knots."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import checked_choice, checked_float, checked_int
from spinglass.activations.activation import Activation
from spinglass.activations.section_law import STD_RANGE

_REACH = 9.0  # standard deviations on which the fit is made; the weight beyond is 1e-19
_FINE = 6000


def sectioned(activation: Activation, n_sections: int, std: float = 1.0, method: str = "least-squares") -> Activation:
    """A continuous piecewise-linear approximation of f with at most L = `n_sections` sections, for x ~ N(0, std²).

    The knots are spread with the density (|f″|² φ)^{1/5}, which minimises the mean square error for many sections,
    and then moved downhill in E (f − s)².

    method : "least-squares" (default): s is the best continuous function with these knots in L²(Gaussian). Since 1 and
        x are among them, E α = E z s/σ is exact, and the error of E β = E (2 − z²) s is a product of two errors of
        order L^{-2}: ρ_ℓ converges at the rate L^{-4}. "interpolation": s = f at the knots and at two outer points;
        E α, E β and ρ_ℓ converge at the rate L^{-2}.

    The symmetry of f (odd up to a constant, even up to a line) is kept exactly.

    Returns an activation with sections. A piecewise-linear f with no more than L sections is returned as it is.

    Source: density of free knots: C. de Boor, A Practical Guide to Splines, chapter XII; the rate of the least-squares
    sections is this project's own result; both rates are checked in the tests.

    >>> from spinglass.activations import activation
    >>> sectioned(activation("silu"), 8).sections.n_sections
    8
    """
    n_sections = checked_int("n_sections", n_sections, 2, 2000)
    std = checked_float("std", std, *STD_RANGE)
    checked_choice("method", method, ("interpolation", "least-squares"))
    if activation.sections is not None and activation.sections.n_sections <= n_sections:
        return activation
    z, weight = _mesh(np.zeros(0))
    f = np.asarray(activation.value(std * z))
    symmetric = activation.formulas.slope is not None or activation.formulas.level is not None
    knots = _moved_knots(z, weight, f, _spread_knots(activation, z, std, n_sections - 1), symmetric)
    if method == "interpolation":
        ends = np.array([-1.0, 1.0]) * (np.abs(knots).max() + max(0.5, float(np.diff(knots).max(initial=0.0))))
        points = np.concatenate([ends[:1], knots, ends[1:]])
        heights = np.asarray(activation.value(std * points))
        slopes = np.diff(heights) / np.diff(points)
    else:
        z, weight = _mesh(knots)
        coefficients = _fit(z, weight, np.asarray(activation.value(std * z)), knots)[0]
        slopes = np.cumsum(coefficients[1:])
        heights = np.concatenate([[math.nan], _values(coefficients, knots, knots)])
    # through a knot and its height, continued: f(0) follows from the section that holds 0
    home = int(np.searchsorted(knots, 0.0, side="left"))
    anchor = max(home - 1, 0)
    at_zero = float(heights[anchor + 1] - knots[anchor] * slopes[home])
    if activation.formulas.level is not None:  # f − level is odd
        slopes, at_zero = 0.5 * (slopes + slopes[::-1]), activation.formulas.level
    elif activation.formulas.slope is not None:  # f − slope x is even
        slopes = activation.formulas.slope * std + 0.5 * (slopes - slopes[::-1])
    name = f"{activation.name}-{n_sections}-sections"
    return Activation.from_sections(std * knots, slopes / std, at_zero, name=name)


def _mesh(knots: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    edges = np.unique(np.concatenate([np.linspace(-_REACH, _REACH, _FINE // 6 + 1), knots]))
    nodes, weights = np.polynomial.legendre.leggauss(6)
    half = 0.5 * np.diff(edges)
    z = (0.5 * (edges[1:] + edges[:-1])[:, None] + half[:, None] * nodes).ravel()
    w = (half[:, None] * weights).ravel() * np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    return z, w


def _spread_knots(activation: Activation, z: NDArray[np.float64], std: float, count: int) -> NDArray[np.float64]:
    slope = np.asarray(activation.derivative(std * z))
    curvature = np.abs(np.diff(slope)) / np.diff(z)
    middle = 0.5 * (z[1:] + z[:-1])
    density = (curvature**2 * np.exp(-0.5 * middle**2)) ** 0.2
    density = density + 1e-6 * density.max() * np.exp(-0.1 * middle**2) + 1e-300
    cumulative = np.concatenate([[0.0], np.cumsum(density * np.diff(z))])
    # ends of the sections at (j − ½)/count: the outer sections reach to infinity and carry half a share
    return np.interp((np.arange(count) + 0.5) / count * cumulative[-1], cumulative, z)


def _values(coefficients: NDArray[np.float64], knots: NDArray[np.float64], z: NDArray[np.float64]) -> Any:
    ramps = np.maximum(z[:, None] - knots, 0.0)
    return coefficients[0] + coefficients[1] * z + ramps @ coefficients[2:]


def _fit(
    z: NDArray[np.float64], weight: NDArray[np.float64], f: NDArray[np.float64], knots: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least squares in the basis of hats (well conditioned), returned as (f(0)-line, slope, ramps) coefficients."""
    from scipy.linalg import solveh_banded

    ends = [min(-_REACH, knots[0] - 1.0), max(_REACH, knots[-1] + 1.0)]
    points = np.concatenate([ends[:1], knots, ends[1:]])
    cell = np.clip(np.searchsorted(points, z, side="right") - 1, 0, points.size - 2)
    right = (z - points[cell]) / (points[cell + 1] - points[cell])
    left = 1.0 - right
    size = points.size
    diagonal = np.bincount(cell, weight * left * left, size) + np.bincount(cell + 1, weight * right * right, size)
    above = np.bincount(cell, weight * left * right, size)
    load = np.bincount(cell, weight * left * f, size) + np.bincount(cell + 1, weight * right * f, size)
    banded = np.zeros((2, size))
    banded[0, 1:] = above[:-1]
    banded[1] = diagonal
    scale = 1.0 / np.sqrt(banded[1] + 1e-300)
    banded[1] = 1.0
    banded[0, 1:] *= scale[1:] * scale[:-1]
    heights = scale * solveh_banded(banded, scale * load)
    slopes = np.diff(heights) / np.diff(points)
    residual = f - (left * heights[cell] + right * heights[cell + 1])
    start = heights[0] - slopes[0] * points[0]
    return np.concatenate([[start, slopes[0]], np.diff(slopes)]), residual


def _moved_knots(
    z: NDArray[np.float64],
    weight: NDArray[np.float64],
    f: NDArray[np.float64],
    knots: NDArray[np.float64],
    symmetric: bool,
) -> NDArray[np.float64]:
    """Knots after a descent in E (f − s)²; d/dk_i = 2 Δ_i E[(f − s) 1_{x > k_i}] with the slope's jump Δ_i at k_i."""
    from scipy.optimize import minimize

    if symmetric:
        knots = 0.5 * (knots - knots[::-1])
    norm = float(weight @ (f - weight @ f) ** 2) + 1e-300

    def unpack(u: NDArray[np.float64]) -> NDArray[np.float64]:
        return u[0] + np.concatenate([[0.0], np.cumsum(np.exp(np.clip(u[1:], -12.0, 3.0)))])

    def loss(u: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        k = unpack(u)
        if abs(k[0]) > 8.0 or abs(k[-1]) > 8.0:
            return 1e3 + float(k[0] ** 2 + k[-1] ** 2), np.zeros_like(u)
        coefficients, residual = _fit(z, weight, f, k)
        total = float(weight @ residual**2)
        beyond = np.concatenate([np.cumsum((weight * residual)[::-1])[::-1], [0.0]])
        by_knot = 2.0 * coefficients[2:] * beyond[np.searchsorted(z, k, side="right")]
        tails = np.cumsum(by_knot[::-1])[::-1]
        gradient = np.concatenate([tails[:1], tails[1:] * np.exp(np.clip(u[1:], -12.0, 3.0))])
        return math.log(total / norm + 1e-300), gradient / (total + 1e-300 * norm)

    start = np.concatenate([knots[:1], np.log(np.maximum(np.diff(knots), 1e-6))])
    result = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 60})
    moved, knots = unpack(result.x), unpack(start)
    if symmetric:
        moved, knots = 0.5 * (moved - moved[::-1]), 0.5 * (knots - knots[::-1])

    def size(k: NDArray[np.float64]) -> float:
        return float(weight @ _fit(z, weight, f, k)[1] ** 2)

    return moved if size(moved) < size(knots) else knots
