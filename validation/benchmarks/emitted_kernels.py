"""Speed and accuracy of the emitted evaluators, beside numpy and sympy's lambdify of the plain formula.

Every formula is timed on the same million points, in the same run, on one thread: the compiled loop (`NAME_curve`,
where the formula has one, else the ufunc), numpy on the stable form branch by branch, and lambdify of the plain form.
The elementary formulas (+ − × ÷ √) must reach 1e8 evaluations per second and core. Errors are units in the last place
of each formula's natural scale against 60 digits.

Run as ``python -m validation.benchmarks.emitted_kernels [NAME ...]`` in a checkout.
"""

from __future__ import annotations

import importlib
import math
import sys
import time
from collections.abc import Callable

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.printing.numpy import SciPyPrinter

from derivations import build
from derivations.emit import Formula
from spinglass import formulary
from spinglass._jit import one_blas_thread

Real = NDArray[np.float64]
SIZE = 1_000_000
GOAL = 1e8


def points(formula: Formula) -> list[Real]:
    """A million points over the domain; arguments outside the curve are held at their first value."""
    drawn = formula.sample(2000, seed=11)
    columns = [np.array(column) for column in zip(*drawn, strict=True)]
    tiled = [np.ascontiguousarray(np.resize(column, SIZE)) for column in columns]
    for position, symbol in enumerate(formula.kernel.arguments):
        if formula.kernel.curve and symbol not in formula.kernel.curve:
            tiled[position][:] = columns[position][-1]
    return tiled


def compiled(formula: Formula) -> Callable[[list[Real]], Real]:
    """The emitted loop."""
    module = importlib.import_module(f"spinglass.generated.{formulary.formula(formula.name).module}")
    if not formula.kernel.curve:
        ufunc = getattr(module, f"{formula.name}_ufunc")
        return lambda given: np.asarray(ufunc(*given))
    curve, varying = getattr(module, f"{formula.name}_curve"), formula.kernel.curve
    out = np.empty(SIZE)

    def run(given: list[Real]) -> Real:
        values = [
            column if symbol in varying else float(column[0])
            for symbol, column in zip(formula.kernel.arguments, given, strict=True)
        ]
        curve(*values, out[: given[0].size])
        return out[: given[0].size]

    return run


def known_to_numpy(plain: sp.Basic) -> bool:
    """Whether numpy and scipy have every function of an expression, for arrays."""
    printer = SciPyPrinter()
    names = {type(node).__name__ for node in plain.atoms(sp.Function)}
    return not plain.has(sp.Integral, sp.Sum) and all(
        name in printer.known_functions or hasattr(printer, f"_print_{name}") for name in names
    )


def lambdified(formula: Formula, cse: bool) -> Callable[[list[Real]], Real] | None:
    """sympy's lambdify of the plain form over numpy, or None where numpy lacks a function of it."""
    plain = sp.sympify(formula.plain)
    if not known_to_numpy(plain):
        return None
    function = sp.lambdify(formula.kernel.arguments, plain, ["numpy", "scipy"], cse=cse)
    return lambda given: np.broadcast_to(np.asarray(function(*given), dtype=float), given[0].shape)


def rate(function: Callable[[list[Real]], Real], given: list[Real], repeats: int = 5) -> float:
    """Evaluations per second of CPU time, the best of a few runs."""
    best = math.inf
    with np.errstate(all="ignore"):
        function([column[:8] for column in given])
        for _ in range(repeats):
            start = time.process_time()
            function(given)
            best = min(best, time.process_time() - start)
    return given[0].size / max(best, 1e-9)


def worst_error(formula: Formula, function: Callable[[list[Real]], Real], count: int = 400) -> float:
    """In units in the last place of the natural scale; arguments outside the curve as in the timing."""
    drawn = formula.sample(count, seed=12)
    worst = 0.0
    for point in drawn:
        with np.errstate(all="ignore"):
            value = float(function([np.array([number]) for number in point])[0])
        with mpmath.workdps(60):
            exact, scale = formula.plain_value(point), formula.scale_value(point)
            if scale and mpmath.isfinite(exact) and abs(exact) < 1e308:
                error = float(abs(mpmath.mpf(value) - exact) / np.spacing(max(float(scale), 2.3e-308)))
                worst = max(worst, error) if error == error else math.nan
    return worst


def main(names: list[str]) -> int:
    """Print the table; 1 if an elementary formula misses the goal."""
    known: dict[str, Formula] = {
        formula.name: formula for identifier in build.ORDER for formula in build.load(identifier).formulas
    }
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"unknown formula {unknown[0]}; known are {', '.join(known)}", file=sys.stderr)
        return 2
    missed = []
    print("evaluations per CPU second, ratios of rates, and worst errors in units in the last place")
    print(f"{'':34}{'compiled':>10}{'/lambdify':>11}{'/with cse':>11}{'error':>8}{'lambdify error':>16}")
    with one_blas_thread():
        for name in names or known:
            formula = known[name]
            given = points(formula)
            kernel, plain, shared = compiled(formula), lambdified(formula, False), lambdified(formula, True)
            speed = rate(kernel, given)
            ratios = [speed / rate(other, given, 2) if other else math.nan for other in (plain, shared)]
            errors = [worst_error(formula, other) if other else math.nan for other in (kernel, plain)]
            mark = ""
            if formula.elementary:
                mark = "  elementary" if speed >= GOAL else "  elementary, below 1e8"
                missed += [] if speed >= GOAL else [name]
            print(f"{name:34}{speed:10.3g}{ratios[0]:11.3g}{ratios[1]:11.3g}{errors[0]:8.2f}{errors[1]:16.3g}{mark}")
            sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
