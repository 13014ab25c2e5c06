"""The supersymmetric integral for E|det(A_n − ξ)|: every step, its control, values, closed forms, compiled kernels."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import sympy as sp

from derivations import determinant, determinant_closed_forms, determinant_integral, double_integral, fyodorov_routes
from derivations.derivation import run
from derivations.symbols import n, xi
from spinglass import InputError
from spinglass.random_matrices import mean_abs_determinant, mean_abs_determinant_closed_form


@pytest.mark.parametrize("step", determinant.derivation.steps, ids=lambda step: step.id)
def test_step_holds_and_notices_a_flipped_sign(step):
    report = run(step)
    assert all(verdict.holds for verdict in report.verdicts), report.verdicts
    assert report.control.holds, report.control.detail


def integral(size: int, shift: str, digits: int) -> mpmath.mpf:
    with mpmath.workdps(digits + 10):
        terms = determinant_integral.numeric_polynomial(size, shift)
        value, _ = double_integral.quadrature(size, mpmath.mpf(shift), terms, digits)
        return value * mpmath.mpf(str(determinant_integral.logarithmic_kernel().subs(n, size).evalf(digits + 20)))


# Fourteen-digit values of E|det(A_n − ξ)|, computed from the Pfaffian of |λ − ξ| (de Bruijn 1955).
@pytest.mark.parametrize(
    ("size", "shift", "value"),
    [(2, "0", "1.8284271247461901"), (4, "0.7", "8.0324130093116"), (8, "2", "884.909578645688")],
)
def test_integral_at_known_values(size, shift, value):
    assert abs(integral(size, shift, 16) / mpmath.mpf(value) - 1) < 1e-14


@pytest.mark.parametrize(("size", "shift"), [(6, "-3.5"), (7, "1.25"), (11, "0.3")])
def test_integral_at_other_orders(size, shift):
    with mpmath.workdps(30):
        other = fyodorov_routes.by_skew_moments(size, mpmath.mpf(shift))
        assert abs(integral(size, shift, 18) / other - 1) < 1e-15


def test_integral_to_thirty_digits():
    with mpmath.workdps(45):
        root = 2 * mpmath.sqrt(2) - 1
        assert abs(integral(2, "0", 30) / root - 1) < mpmath.mpf(10) ** -29


def test_dropping_a_factor_of_the_integral_is_noticed():
    with mpmath.workdps(20):
        terms = determinant_integral.numeric_polynomial(3, "0.7")
        for change in [
            [(i, j, c) for i, j, c in terms if (i, j) != (0, 1)],
            [(i, j, c * (1 + mpmath.mpf("1e-10") * i)) for i, j, c in terms],
        ]:
            value, _ = double_integral.quadrature(3, mpmath.mpf("0.7"), change, 15)
            correct, _ = double_integral.quadrature(3, mpmath.mpf("0.7"), terms, 15)
            assert abs(value / correct - 1) > 1e-12


@pytest.mark.parametrize("order", [0, 3, 6])
def test_hermite_reduction(order):
    reduced = determinant_integral.hermite_reduced(order)
    for size in (2, 3, 6):
        assert sp.expand(determinant_integral.at_order(reduced, size) - fyodorov_routes.hermite(size - 2 + order)) == 0
    assert sp.expand(sp.hermite_prob(7, xi) - fyodorov_routes.hermite(7)) == 0


def test_taylor_coefficients_are_in_the_stated_fields():
    for size in (2, 3, 4, 5, 6):
        for order in range(0, 13):
            value = determinant_closed_forms.taylor_series()(size, order)
            assert not value.free_symbols
            if order % 2:
                assert value == 0
            elif size % 2:
                assert (value * sp.sqrt(sp.pi)).is_rational
            else:
                part = value.coeff(sp.sqrt(2))
                assert part.is_rational
                assert sp.expand(value - part * sp.sqrt(2)).is_rational


def test_closed_forms_are_as_published_here():
    even, odd = determinant_closed_forms.closed_even(), determinant_closed_forms.closed_odd()
    gauss = sp.exp(-(xi**2) / 4)
    assert sp.expand(even[2] - (2 * sp.sqrt(2) * gauss + xi**2 - 1)) == 0
    assert sp.expand(even[4] - (sp.sqrt(2) * (xi**4 + 6 * xi**2 + 3) * gauss + xi**4 - 6 * xi**2 + 3)) == 0
    assert sp.expand(odd[1] - (2 * gauss / sp.sqrt(sp.pi) + xi * sp.erf(xi / 2))) == 0
    assert sp.expand(odd[3] - (6 * (xi**2 + 1) * gauss / sp.sqrt(sp.pi) + (xi**3 - 3 * xi) * sp.erf(xi / 2))) == 0
    assert odd[3].subs(xi, 0) == 6 / sp.sqrt(sp.pi)


@pytest.mark.parametrize("size", range(1, 9))
def test_closed_forms_against_skew_moments(size):
    form = {**determinant_closed_forms.closed_even(), **determinant_closed_forms.closed_odd()}[size]
    function = sp.lambdify(xi, form, "mpmath")
    with mpmath.workdps(40):
        for place in ("-7.5", "-1.1", "0", "0.4", "2.6", "9"):
            other = fyodorov_routes.by_skew_moments(size, mpmath.mpf(place))
            assert abs(function(mpmath.mpf(place)) / other - 1) < mpmath.mpf(10) ** -35


def error_in_last_places(value: float, truth: mpmath.mpf) -> float:
    return float(abs(mpmath.mpf(value) - truth) / mpmath.mpf(math.ulp(float(truth))))


@pytest.mark.parametrize("formula", determinant.derivation.formulas, ids=lambda formula: formula.name)
def test_kernels_against_fifty_digits(formula):
    size = int(formula.name.rsplit("_", 1)[1])
    points = formula.sample(1500, seed=size)
    values = mean_abs_determinant_closed_form(size, np.array([point[0] for point in points]))
    with mpmath.workdps(50):
        worst = max(
            error_in_last_places(float(value), formula.plain_value(point))
            for value, point in zip(values, points, strict=True)
        )
    assert worst <= 2.5  # in units of the value's own last place


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_kernels_against_the_density_route(size):
    shifts = np.linspace(-12, 12, 201)
    values = mean_abs_determinant_closed_form(size, shifts)
    assert np.allclose(values, mean_abs_determinant(size, shifts), rtol=2e-14, atol=0)
    assert np.array_equal(values, mean_abs_determinant_closed_form(size, -shifts))
    for shift in (1e6, -1e50, 1e70):
        assert mean_abs_determinant_closed_form(size, shift) == pytest.approx(abs(shift) ** size, rel=1e-11)


def test_shapes_types_and_bad_input():
    assert type(mean_abs_determinant_closed_form(2, 0)) is float
    assert mean_abs_determinant_closed_form(3, np.zeros((2, 3))).shape == (2, 3)
    assert mean_abs_determinant_closed_form(4, []).shape == (0,)
    for arguments, message in [
        ((0, 0.0), "n = 0"),
        ((5, 0.0), "n = 5"),
        ((2.5, 0.0), "n = 2.5"),
        ((2, math.nan), "xi = nan"),
        ((2, "0"), "xi = '0'"),
        ((2, -2e70), "xi = 2e"),
    ]:
        with pytest.raises(InputError, match=message):
            mean_abs_determinant_closed_form(*arguments)
