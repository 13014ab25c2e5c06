"""Formulas as objects: one expression in three arithmetics, and clear errors."""

import mpmath
import numpy as np
import pytest
import sympy as sp

from derivations import build
from spinglass import SpinGlassError, formulary

FORMULAS = {formula.name: formula for name in build.ORDER for formula in build.load(name).formulas}


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_double_multiprecision_and_the_plain_expression_agree(name):
    formula, derived = formulary.formula(name), FORMULAS[name]
    assert formula.expression == sp.sympify(derived.plain)
    for point in derived.sample(8, seed=5):
        precise = formula.precise(*point, digits=40)
        with mpmath.workdps(120):
            plain, scale = derived.plain_value(point), derived.scale_value(point)
            if mpmath.isfinite(plain):
                assert abs(precise - plain) <= mpmath.mpf(10) ** -38 * scale
        if abs(plain) < 1e300:
            assert formula(*point) == pytest.approx(float(plain), rel=0, abs=1e-15 * float(scale))


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_balls_contain_the_exact_value(name):
    pytest.importorskip("flint")
    formula = formulary.formula(name)
    compared = 0
    for point in FORMULAS[name].sample(8, seed=6):
        try:
            ball = formula.ball(*point, bits=256)
        except SpinGlassError:
            continue  # a point on the border of two branches
        precise = formula.precise(*point, digits=100)
        if not ball.is_finite():
            continue
        compared += 1
        with mpmath.workdps(60):
            middle, radius = mpmath.mpf(ball.mid().str(90, radius=False)), mpmath.mpf(ball.rad().str(10, radius=False))
            assert abs(middle - precise) <= radius + abs(precise) * mpmath.mpf(10) ** -55
            assert radius <= mpmath.mpf(10) ** -25 * max(abs(precise), 1)
    assert compared >= 4


def test_a_ball_over_a_branch_point_is_refused():
    flint = pytest.importorskip("flint")
    formula = formulary.formula("annealed_complexity")
    edge = flint.arb("1.632993161855452", 1e-6)
    with pytest.raises(SpinGlassError, match="branch"):
        formula.ball(edge, 3)
    assert formula.ball(flint.arb("1.5", 1e-6), 3).rad() < 1e-5


def test_wide_balls_enclose_the_values_of_their_points():
    flint = pytest.importorskip("flint")
    formula = formulary.formula("annealed_complexity")
    ball = formula.ball(flint.arb("-1.8", 1e-3), 3)
    for u in np.linspace(-1.801, -1.799, 11):
        assert ball.contains(formula.ball(float(np.clip(u, -1.8009999, -1.7990001)), 3).mid())


@pytest.mark.parametrize("bad", [1, 2.5, "three", float("nan"), None, [2, 3.5], -3])
def test_arguments_outside_the_domain_are_named(bad):
    formula = formulary.formula("threshold_energy")
    with pytest.raises(SpinGlassError, match="p = "):
        formula(bad)
    if not isinstance(bad, list):
        with pytest.raises(SpinGlassError, match="p = "):
            formula.precise(bad)


def test_wrong_names_and_numbers_of_arguments():
    with pytest.raises(SpinGlassError, match="threshold_energy"):
        formulary.formula("treshold_energy")
    with pytest.raises(SpinGlassError, match="takes 1"):
        formulary.formula("threshold_energy")(3, 4)
    with pytest.raises(SpinGlassError, match="digits"):
        formulary.formula("threshold_energy").precise(3, digits=0)


def test_texts_and_fractions_are_exact():
    formula = formulary.formula("annealed_complexity")
    third = formula.precise("1/3", 3, digits=40)
    assert third == formula.precise(mpmath.mpf(1) / 3, 3, digits=40) or abs(
        third - formula.precise("0.3333333333333333333333333333333333333333333333", 3, digits=40)
    ) < mpmath.mpf(10) ** -38
    assert formula.precise("0.1", 3, digits=40) != formula.precise(0.1, 3, digits=40)


HARD = [
    ("mean_slope_arctan", ("1e-20",)),
    ("mean_slope_arctan", ("1e-30",)),
    ("outlier_rate_at_angle", ("1e-20",)),
    ("log_total_ratio_quadratic", ("1e-25",)),
    ("mean_square_hard_swish", ("1e60",)),
    ("mean_intercept_hard_swish", ("1e90",)),
    ("edge_distance", ("-1.63299316185545206546485604980392759464396498710444675229", "3")),
    ("rank_one_factor", ("1e30", "1e30")),
    ("mean_square_sine", ("1e-99",)),
]


@pytest.mark.parametrize(("name", "arguments"), HARD)
@pytest.mark.parametrize("digits", [5, 50])
def test_digits_that_cancel_are_found_again(name, arguments, digits):
    value = formulary.formula(name).precise(*arguments, digits=digits)
    with mpmath.workdps(1200):
        exact = FORMULAS[name].plain_value(arguments)
        assert abs(value - exact) <= abs(exact) * mpmath.mpf(10) ** (1 - digits)


@pytest.mark.parametrize("text", ["1e-9999999", "1e99999999", "1" * 20_000, "1e+1000000000000"])
def test_numbers_that_would_fill_the_memory_are_refused_at_once(text):
    with pytest.raises(SpinGlassError, match="characters"):
        formulary.formula("rank_one_factor").precise(0.1, text)


def test_balls_outside_the_range_are_refused():
    flint = pytest.importorskip("flint")
    formula = formulary.formula("annealed_complexity")
    for p in (flint.arb(-3), flint.arb("2.5"), flint.arb(3, 0.1), flint.arb("nan")):
        with pytest.raises(SpinGlassError, match="p = "):
            formula.ball(-1.65, p)


def test_shapes_that_do_not_match_and_masks_are_refused():
    formula = formulary.formula("annealed_complexity")
    with pytest.raises(SpinGlassError, match="shapes"):
        formula(np.zeros(3), np.full(2, 3))
    with pytest.raises(SpinGlassError, match="u = "):
        formula(np.ma.masked_array([1.0, 2.0], [True, False]), 3)
