"""The semicircle law and the saddle points: every step and its control, the emitted kernels, values from elsewhere."""

from __future__ import annotations

import importlib
import math

import mpmath
import numpy as np
import pytest
import sympy as sp

from derivations import edge_reduction, saddle_points, semicircle
from derivations.derivation import run
from derivations.gaussian_fluctuations import BulkFluctuations
from derivations.saddle_bulk import bulk, outside, rank_one_bulk
from derivations.saddle_integral import ell, m, phi
from derivations.semicircle_law import outlier_series, wick_trace
from derivations.symbols import n, s, v
from spinglass.random_matrices import mean_abs_determinant
from spinglass.random_matrices import semicircle as law

DERIVATIONS = {"semicircle": semicircle.derivation, "saddle_points": saddle_points.derivation}
STEPS = [step for derivation in DERIVATIONS.values() for step in derivation.steps]
FORMULAS = {formula.name: (name, formula) for name, made in DERIVATIONS.items() for formula in made.formulas}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_step_holds_and_its_flip_fails(step):
    report = run(step)
    assert [verdict.detail for verdict in report.verdicts if not verdict.holds] == []
    assert report.control.holds, "the flipped sign went unnoticed"


def test_wick_traces_are_those_of_the_goe():
    # E tr A² = n² + n and E tr A⁴ = 2n³ + 5n² + 5n (Goulden, Jackson 1997; also by hand at n = 1: E a⁴ = 12).
    assert wick_trace(2) == {2: 1, 1: 1}
    assert wick_trace(4) == {3: 2, 2: 5, 1: 5}
    assert sum(wick_trace(6).values()) == 15 * 2**3  # n = 1: E a⁶ with variance 2


def test_the_series_of_the_rate_is_the_known_one():
    series = outlier_series()
    found = [series["first"], *(series["coefficient"].subs(series["index"], j) for j in (1, 2, 3))]
    assert found == [sp.Rational(2, 3), -sp.Rational(4, 5), sp.Rational(4, 35), sp.Rational(4, 315)]
    assert series["ratio"].subs(v, 3) == sp.Rational(1, 3)


def test_the_bulk_prefactor_is_the_semicircle_density():
    # E|det(A_n − ξ)| = 2^{(n+2)/2} Γ((n+1)/2) e^{ξ²/4} R_{n+1}(ξ) (Fyodorov 2004) with R = √n √(4 − x²)/(2π).
    leading = bulk()["leading"]
    for x in (0.0, 0.9, -1.7):
        at = complex(leading.subs({phi: sp.acos(-sp.Float(x) / 2), n: 400, ell: 3}).evalf())
        assert at == pytest.approx(math.sqrt(2 * 400 * (4 - x * x) / math.pi), rel=1e-12)


def test_outside_the_bulk_the_mean_modulus_is_the_hermite_polynomial():
    size, x = 300, 2.6
    prefactor = float(outside().subs(m, law.stieltjes(x).real))
    with mpmath.workdps(30):
        hermite = mpmath.hermite(size, x * mpmath.sqrt(mpmath.mpf(size) / 2)) / mpmath.mpf(2) ** (mpmath.mpf(size) / 2)
        level = mpmath.log(hermite) - mpmath.mpf(size) / 2 * mpmath.log(size) - size * law.log_potential(x)
    assert float(level) == pytest.approx(math.log(prefactor), abs=1e-3)
    assert float(level) == pytest.approx(
        mean_abs_determinant(size, x * math.sqrt(size), log=True)
        - size / 2 * math.log(size)
        - size * law.log_potential(x),
        abs=1e-9,
    )


def test_three_strengths_multiply():
    plain = BulkFluctuations(m, (), ell).coefficient()
    strengths = (sp.Rational(1, 2), sp.Rational(-2, 5), sp.Rational(3, 7))
    found = sp.factor(BulkFluctuations(m, strengths, ell).coefficient() / plain)
    expected = math.prod((1 + strength * m) * (1 + strength / m) for strength in strengths)
    assert sp.expand(found - expected) == 0
    assert rank_one_bulk().free_symbols == {m, s}


def test_the_edge_value_is_the_density_of_the_goe():
    shape = saddle_points.edge()["shape"]
    value = shape.subs(
        {edge_reduction.airy: mpmath.airyai(0), edge_reduction.airy_slope: mpmath.airyai(0, derivative=1)}
    )
    at_zero = float(value.subs(sp.Symbol("h"), sp.Rational(1, 3)).subs(s, 0))
    assert at_zero == pytest.approx(0.18533016840893638723, rel=1e-14)  # Ai′(0)² + Ai(0)/3


def test_another_power_of_the_repulsion_breaks_the_ward_identity():
    polynomial = edge_reduction.fermionic_polynomial()
    w1, w2 = edge_reduction.w1, edge_reduction.w2
    assert edge_reduction.reduced(polynomial, logarithm=False) == 0
    quadratic = sp.Poly(sp.quo(polynomial.as_expr(), (w1 - w2) ** 2, w1), *polynomial.gens)
    assert edge_reduction.reduced(quadratic, logarithm=False) != 0


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_emitted_kernels_are_accurate_and_silent_on_arrays(name):
    module_name, formula = FORMULAS[name]
    module = importlib.import_module(f"spinglass.generated.{module_name}")
    points = formula.sample(1000, seed=77)
    values = np.asarray(getattr(module, f"{name}_ufunc")(*(np.array(part) for part in zip(*points, strict=True))))
    with mpmath.workdps(60):
        for point, value in zip(points, values.tolist(), strict=True):
            exact, scale = formula.plain_value(point), formula.scale_value(point)
            assert abs(value - exact) <= 3.5 * np.spacing(max(float(scale), 1e-300)), (point, value)


def test_the_rank_one_factor_crosses_zero_at_the_outlier():
    kernels = importlib.import_module("spinglass.generated.saddle_points")
    for strength in (1.5, -2.0, 7.0):
        place = strength + 1 / strength
        assert kernels.rank_one_factor(place, strength) < 1e-15
        assert kernels.rank_one_factor(-place, strength) > 1
    for x, strength in ((0.3, 0.8), (-1.9, -3.0), (2.7, 5.0), (-3.0, 1.0)):
        assert kernels.rank_one_factor(x, strength) == pytest.approx(abs(1 + strength * law.stieltjes(x)), rel=1e-14)


def test_the_law_keeps_its_values_far_outside():
    for x in (1e200, -1e300):
        assert (law.density(x), law.cdf(x)) == (0.0, 1.0 if x > 0 else 0.0)
        assert law.stieltjes(x) == -1 / x
        assert law.log_potential(x) == math.log(abs(x))
