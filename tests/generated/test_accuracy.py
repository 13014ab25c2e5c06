"""Every emitted kernel against 50 digits of the plain formula, on ten thousand points of its domain."""

import importlib

import mpmath
import numpy as np
import pytest

from derivations import build, emit
from spinglass import formulary

POINTS = 10_000
ULPS = 4.0
FORMULAS = {formula.name: formula for name in build.ORDER for formula in build.load(name).formulas}


def _units(formula, points):
    """|kernel − exact| in units in the last place of the natural scale, and the worst point."""
    module = importlib.import_module(f"spinglass.generated.{formulary.formula(formula.name).module}")
    kernel = getattr(module, f"{formula.name}_ufunc")
    values = np.asarray(kernel(*(np.array(column) for column in zip(*points, strict=True))), dtype=float)
    worst, where = 0.0, None
    for point, value in zip(points, values.tolist(), strict=True):
        error, exact = _error(formula, point, value, 60)
        if not error <= ULPS:  # the plain form itself loses digits near its limits
            error, exact = _error(formula, point, value, 600)
        if not error <= worst:
            worst, where = error, (point, value, exact)
    return worst, where


def _error(formula, point, value, digits):
    with mpmath.workdps(digits):
        exact, scale = formula.plain_value(point), formula.scale_value(point)
        shown = mpmath.nstr(exact, 20)
        if mpmath.isinf(exact) or abs(exact) > 1.7976931348623157e308:
            return 0.0 if value == exact or abs(value) > 1.79e308 else float("inf"), shown
        if scale == 0:
            return 0.0 if value == 0 else float("inf"), shown
        return float(abs(value - exact) / np.spacing(max(float(scale), 2.3e-308))), shown


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_kernels_keep_four_units_in_the_last_place(name):
    formula = FORMULAS[name]
    points = formula.sample(POINTS, seed=20)
    assert len(points) >= POINTS
    worst, where = _units(formula, points)
    assert worst <= ULPS, where


def test_the_accuracy_test_sees_a_wrong_formula():
    formula = FORMULAS["threshold_energy"]
    changed = emit.Formula(**{**vars(formula), "plain": formula.plain * (1 + mpmath.mpf(10) ** -14)})
    assert _units(changed, formula.sample(50))[0] > ULPS


def test_the_manifest_lists_what_the_derivations_end_in():
    assert set(formulary.names()) == set(FORMULAS)


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_curves_scalars_and_ufuncs_are_the_same_function(name):
    formula = FORMULAS[name]
    module = importlib.import_module(f"spinglass.generated.{formulary.formula(name).module}")
    points = formula.sample(20, seed=3)
    ufunc = np.asarray(getattr(module, f"{name}_ufunc")(*(np.array(column) for column in zip(*points, strict=True))))
    scalar = [getattr(module, name)(*point) for point in points]
    np.testing.assert_array_equal(ufunc, scalar)
    if formula.kernel.curve:
        point = points[0]
        given, out = [], np.empty(1)
        for symbol, value in zip(formula.kernel.arguments, point, strict=True):
            given.append(np.array([value]) if symbol in formula.kernel.curve else value)
        getattr(module, f"{name}_curve")(*given, out)
        assert out[0] == scalar[0]
