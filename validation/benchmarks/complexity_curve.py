"""Speed and accuracy of Θ_k(u) side by side: this package, a numpy vector formula, sympy's lambdify, mpmath.

All are timed in the same run on one thread; errors are units in the last place of max(|Θ|, ½ log(p−1)) against
50-digit values, worst over the same points, most of which lie next to the threshold, where digits are lost.

Run as ``python -m validation.benchmarks.complexity_curve``.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import sympy as sp
from numpy.typing import NDArray

from spinglass.complexity import annealed_complexity, threshold_energy

Real = NDArray[np.float64]
Curve = Callable[[Real], Real]

P, INDEX = 3, 3


def exact(u: float) -> Any:
    with mp.workdps(50):
        edge = 2 * mp.sqrt(mp.mpf(P - 1) / P)
        u = mp.mpf(u)
        if u >= -edge:
            return mp.log(P - 1) / 2 - mp.mpf(P - 2) / P
        root = mp.sqrt(u * u - edge * edge)
        cost = -u * root / edge**2 - mp.log((-u + root) / edge)
        return mp.log(P - 1) / 2 - (P - 2) * u * u / (4 * (P - 1)) - (INDEX + 1) * cost


def numpy_formula(u: Real) -> Real:
    edge = 2 * math.sqrt((P - 1) / P)
    outer = np.minimum(u, -edge)
    root = np.sqrt(np.maximum(outer * outer - edge * edge, 0.0))
    cost = -outer * root / edge**2 - np.log((-outer + root) / edge)
    return 0.5 * math.log(P - 1) - (P - 2) / (4 * (P - 1)) * outer * outer - (INDEX + 1) * cost


def lambdified() -> Curve:
    u = sp.Symbol("u", real=True)
    edge = 2 * sp.sqrt(sp.Rational(P - 1, P))
    outer = sp.Min(u, -edge)
    root = sp.sqrt(sp.Max(outer**2 - edge**2, 0))
    cost = -outer * root / edge**2 - sp.log((-outer + root) / edge)
    theta = sp.log(P - 1) / 2 - sp.Rational(P - 2, 4 * (P - 1)) * outer**2 - (INDEX + 1) * cost
    function: Curve = sp.lambdify(u, theta, "numpy", cse=True)
    return function


def mpmath_curve(u: Real) -> Real:
    return np.array([float(exact(x)) for x in u])


def package(u: Real) -> Real:
    values: Real = annealed_complexity(u, P, INDEX)
    return values


def scalar(u: Real) -> Real:
    return np.array([annealed_complexity(x, P, INDEX) for x in u.tolist()])


def rate(curve: Curve, u: Real, repeats: int = 7) -> float:
    """Evaluations per second of CPU time, the best of a few runs."""
    curve(u[:2])
    best = math.inf
    for _ in range(repeats):
        start = time.process_time()
        curve(u)
        best = min(best, time.process_time() - start)
    return u.size / max(best, 1e-9)


def worst_error(curve: Curve, u: Real) -> float:
    worst = 0.0
    for x, value in zip(u, curve(u), strict=True):
        truth = exact(float(x))
        scale = math.ulp(max(abs(float(truth)), 0.5 * math.log(P - 1)))
        worst = max(worst, float(abs(mp.mpf(float(value)) - truth)) / scale)
    return worst


def main() -> None:
    """Print the table."""
    edge = threshold_energy(P)
    grid = np.linspace(-2.2, 0.0, 1_000_000)
    outside = np.linspace(-2.2, -edge - 1e-3, 1_000_000)
    rng = np.random.default_rng(1)
    hard = -edge * (1 + 10 ** rng.uniform(-15, 0.5, 1500))
    curves: list[tuple[str, Curve, int]] = [
        ("spinglass, array", package, grid.size),
        ("numpy vector formula", numpy_formula, grid.size),
        ("sympy lambdify, cse", lambdified(), grid.size),
        ("spinglass, one by one", scalar, 20_000),
        ("mpmath, 50 digits", mpmath_curve, 2_000),
    ]
    rows = []
    for name, curve, size in curves:
        step = grid.size // size
        rows.append((name, rate(curve, grid[::step]), rate(curve, outside[::step]), worst_error(curve, hard)))
    reference = rows[0]
    print(f"Theta_{INDEX}(u), p = {P}: evaluations per CPU second; worst error in units in the last place")
    print(f"{'':24}{'[-2.2, 0]':>12}{'ratio':>9}{'u < -E_inf':>14}{'ratio':>9}{'error':>10}")
    for name, whole, out, error in rows:
        print(f"{name:24}{whole:12.3g}{reference[1] / whole:9.3g}{out:14.3g}{reference[2] / out:9.3g}{error:10.3g}")


if __name__ == "__main__":
    main()
