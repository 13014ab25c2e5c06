"""Averages over the GOE: exact moments, the dual integrals against them and against samples, and every step."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.polys.rings import PolyRing

from derivations.derivation import run
from derivations.dual_means import (
    FIELD_VARIANCES,
    QUATERNION_SQUARE,
    determinant,
    direct_mean,
    one_copy_mean,
    r11,
    r22,
    ring_of,
    two_copy_mean,
    two_point_mean,
)
from derivations.duality import derivation, jacobian
from derivations.moments import (
    gaussian_expectation,
    gaussian_moment,
    goe_matrix,
    mean_with_source,
    symmetric_matrix,
)
from derivations.symbols import r1, r2, xi
from spinglass._errors import InputError
from spinglass.random_matrices import sample_goe

A, B, Y, V = sp.symbols("a b y v")


def rational_symmetric(size: int, seed: int) -> sp.Matrix:
    numbers = np.random.default_rng(seed).integers(-4, 5, size=(size, size))
    return sp.Matrix(size, size, lambda j, k: sp.Rational(int(numbers[min(j, k), max(j, k)]), 3))


@pytest.mark.parametrize("order", range(9))
def test_moments_of_one_variable(order):
    density = lambda a: a**order * mpmath.exp(-(a**2) / 6) / mpmath.sqrt(6 * mpmath.pi)  # noqa: E731
    assert abs(mpmath.quad(density, [-40, 0, 40]) - gaussian_moment(order, 3)) < 1e-9


def test_expectations_with_symbols_in_coefficients_and_variances():
    assert gaussian_expectation((Y + A) ** 4 * B**2, {A: 2, B: 1}) == Y**4 + 12 * Y**2 + 12
    assert gaussian_expectation((sp.I * Y + A) ** 2, {A: V}) == V - Y**2
    assert gaussian_expectation(sp.Poly((sp.sqrt(2) + A) ** 2, A), {A: V}) == V + 2
    assert gaussian_expectation(sp.exp(Y) * A**2 / Y, {A: 3}) == 3 * sp.exp(Y) / Y
    assert gaussian_expectation(Y, {A: 1}) == Y
    assert gaussian_expectation(A**2, {A: 0}) == 0


def test_expectation_inside_a_ring():
    ring = PolyRing([A, Y], sp.QQ)
    a, y = ring.gens
    assert gaussian_expectation((a + y) ** 2, {A: 5}) == y**2 + 5


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.integers(-3, 3), min_size=9, max_size=9))
def test_expectation_of_a_product_of_independent_factors(values):
    one = sum(c * A**k for k, c in enumerate(values[:4]))
    two = sum(c * B**k for k, c in enumerate(values[4:]))
    variances = {A: 2, B: sp.Rational(1, 3)}
    product = gaussian_expectation(one, variances) * gaussian_expectation(two, variances)
    assert gaussian_expectation(one * two, variances) == product


@pytest.mark.parametrize(
    "refused",
    [
        lambda: gaussian_expectation(A, {}),
        lambda: gaussian_expectation(A, {A: -1}),
        lambda: gaussian_expectation(A, {A: A}),
        lambda: gaussian_expectation(sp.sin(A), {A: 1}),
        lambda: gaussian_expectation(1 / A, {A: 1}),
        lambda: gaussian_expectation(sp.sqrt(2) * A * sp.exp(A), {A: 1}),
        lambda: gaussian_moment(-1),
        lambda: goe_matrix(0),
        lambda: symmetric_matrix(1.5, "m"),
        lambda: direct_mean([]),
        lambda: direct_mean([sp.eye(2), sp.eye(3)]),
        lambda: direct_mean([[[1, 2], [3, 4]]]),
        lambda: one_copy_mean(sp.zeros(0, 0)),
        lambda: one_copy_mean([[1, 2]]),
        lambda: one_copy_mean([[1, 2], [3, 4]]),
        lambda: two_copy_mean([]),
        lambda: two_copy_mean([[xi, 1], [xi, 2]]),
        lambda: two_point_mean([[1]], sp.eye(2)),
        lambda: two_point_mean([[1, 2], [3, 4]], sp.eye(2)),
        lambda: two_copy_mean("matrix"),
    ],
)
def test_bad_input_is_refused_with_the_rule(refused):
    with pytest.raises(InputError, match=r"(?s) = .*: .*must"):
        refused()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_determinants_in_a_ring(size):
    matrix = sp.Matrix(size, size, lambda j, k: (j + 2 * k + 1) * sp.Symbol("y") ** ((j * k) % 3) + sp.I * (j - k))
    assert sp.expand(determinant(ring_of(matrix), matrix).as_expr() - matrix.det(method="berkowitz")) == 0
    assert determinant(ring_of(sp.zeros(size)), sp.zeros(size)) == 0


def test_known_averages():
    assert sp.expand(direct_mean([xi * sp.eye(2)] * 2) - (xi**4 + 2 * xi**2 + 7)) == 0
    four = two_copy_mean(xi * sp.eye(4))
    assert sp.expand(four - direct_mean([xi * sp.eye(4)] * 2)) == 0
    assert abs(float(four.subs(xi, sp.sqrt(sp.Rational(98, 100)))) - 249.76960016) < 1e-9
    assert direct_mean([xi * sp.eye(1)]) == xi


@pytest.mark.parametrize(("size", "seed"), [(1, 1), (2, 2), (2, 3), (3, 4), (3, 5), (4, 6)])
def test_dual_integrals_with_rational_matrices(size, seed):
    one, two = rational_symmetric(size, seed), rational_symmetric(size, seed + 50)
    assert one_copy_mean(one) == direct_mean([one])
    assert two_copy_mean(one) == direct_mean([one, one])
    assert two_point_mean(one, two) == direct_mean([one, two])
    assert two_point_mean(one, two) == two_point_mean(two, one)


def test_complex_symmetric_matrices_as_the_shift_makes_them():
    matrix = sp.Matrix([[1 + 2 * sp.I, sp.I], [sp.I, xi - sp.I]])
    assert sp.expand(two_copy_mean(matrix) - direct_mean([matrix, matrix])) == 0
    assert sp.expand(one_copy_mean(matrix) - direct_mean([matrix])) == 0


@pytest.mark.parametrize("power", [1, 2, 3])
def test_other_repulsions_are_noticed(power):
    density = (r1 - r2) ** (2 * power) / gaussian_expectation((r1 - r2) ** (2 * power), {r1: 1, r2: 1})
    same = sp.expand(two_copy_mean(xi * sp.eye(2), density) - direct_mean([xi * sp.eye(2)] * 2)) == 0
    assert same == (power == 2)


def test_two_points_are_not_the_field_in_its_eigenvalues():
    one, two = sp.Rational(1, 2) * sp.eye(2), 3 * sp.eye(2)
    ring = ring_of([[r1, r2, sp.I]])
    rotated = ring.from_expr((r1 - r2) ** 4 / 12 * (one[0] + sp.I * r1) ** 2 * (two[0] + sp.I * r2) ** 2)
    assert gaussian_expectation(rotated, {r1: 1, r2: 1}).as_expr() != direct_mean([one, two])


@pytest.mark.parametrize("half", [1, 2, 3, 4])
def test_the_eigenvalues_of_the_field_have_the_derived_density(half):
    trace, square = r11 + r22, (r11 - r22) ** 2 + 4 * QUATERNION_SQUARE
    for other in (0, 2):
        field = gaussian_expectation(sp.expand(square**half * trace**other), FIELD_VARIANCES)
        eigenvalues = gaussian_expectation(
            sp.expand(jacobian() * (r1 - r2) ** (2 * half) * (r1 + r2) ** other), {r1: 1, r2: 1}
        )
        assert field == eigenvalues
    assert sp.expand(jacobian() - (r1 - r2) ** 4 / 12) == 0


@pytest.mark.parametrize("kernel", [-0.8, 0.3, 1.7])
@pytest.mark.parametrize("power", range(5))
def test_the_mean_with_a_source_against_an_integral(kernel, power):
    matrix = sp.Matrix([[sp.Rational(str(kernel))]])
    entry = goe_matrix(1)[0][0]
    ring = PolyRing([entry], sp.QQ_I)
    exact = complex(mean_with_source(ring.from_expr(entry) ** power, matrix).as_expr())
    integrand = lambda a: a**power * mpmath.exp(-(a**2) / 4 + 0.5j * a * kernel) / mpmath.sqrt(4 * mpmath.pi)  # noqa: E731
    numeric = complex(mpmath.quad(integrand, [-30, 0, 30])) * math.exp(kernel**2 / 4)
    assert abs(exact - numeric) < 1e-10 * max(1.0, abs(numeric))


def test_averages_against_samples_of_the_package():
    rng = np.random.default_rng(20260103)
    count, size = 40_000, 3
    one, two = rational_symmetric(size, 8), rational_symmetric(size, 9)
    numbers = [np.array(matrix, dtype=float) for matrix in (one, two)]
    samples = sample_goe(size, size=count, rng=rng)
    first, second = (np.linalg.det(matrix - samples) for matrix in numbers)
    for values, exact in (
        (first, one_copy_mean(one)), (first**2, two_copy_mean(one)), (first * second, two_point_mean(one, two)),
    ):  # fmt: skip
        error = values.std(ddof=1) / math.sqrt(count)
        assert abs(values.mean() - float(exact)) < 4.5 * error


@pytest.mark.parametrize("step", derivation.steps, ids=lambda step: step.id)
def test_step_holds_and_its_flip_fails(step):
    report = run(step)
    assert [verdict.detail for verdict in report.verdicts if not verdict.holds] == []
    assert report.control.holds, "the flipped sign went unnoticed"
