"""The Grassmann algebra keeps its axioms, and every step from determinants to Gaussian integrals holds."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from derivations.circles import normal_form
from derivations.derivation import run
from derivations.grassmann import bosonic_integral, derivation
from derivations.grassmann_algebra import (
    Fermions,
    GrassmannAlgebra,
    GrassmannElement,
    append_coefficients,
    berezin_determinant,
    checked_matrix,
)
from spinglass._errors import InputError

SIZE = 5
ALGEBRA = GrassmannAlgebra([f"theta_{j}" for j in range(SIZE)])
MASKS = range(2**SIZE)
NUMBERS = st.fractions(min_value=-3, max_value=3, max_denominator=4)


def elements(parity: int | None = None, constant: bool = True):
    """Random elements with up to six monomials, of one parity if wanted."""
    allowed = [mask for mask in MASKS if (parity is None or mask.bit_count() % 2 == parity) and (constant or mask)]
    terms = st.dictionaries(st.sampled_from(allowed), NUMBERS, max_size=6)
    return terms.map(
        lambda chosen: GrassmannElement(
            ALGEBRA, {mask: ALGEBRA.coefficient(sp.Rational(value)) for mask, value in chosen.items() if value}
        )
    )


def matrices(size: int):
    return st.lists(NUMBERS, min_size=size**2, max_size=size**2).map(
        lambda values: sp.Matrix(size, size, [sp.Rational(value) for value in values])
    )


def test_generators_anticommute_and_have_square_zero():
    for one, two in itertools.product(ALGEBRA.generators(), repeat=2):
        assert one * two + two * one == ALGEBRA.constant(0)
    assert all(theta * theta == ALGEBRA.constant(0) for theta in ALGEBRA.generators())


def test_monomials_are_the_ordered_products():
    theta = ALGEBRA.generators()
    for order in itertools.permutations(range(3)):
        product = theta[order[0]] * theta[order[1]] * theta[order[2]]
        assert product.coefficient("theta_0", "theta_1", "theta_2") == sp.LeviCivita(*order)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(elements(), elements(), elements())
def test_products_are_associative_and_distributive(one, two, three):
    assert (one * two) * three == one * (two * three)
    assert one * (two + three) == one * two + one * three
    assert (one + two) * three == one * three + two * three
    assert one - two == -(two - one)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(elements(parity=1), elements(parity=1), elements(parity=0))
def test_odd_elements_anticommute_and_even_elements_commute(one, two, even):
    assert one * two == -(two * one)
    assert one * one == ALGEBRA.constant(0)
    assert even * one == one * even


@settings(max_examples=50, deadline=None, derandomize=True)
@given(elements(parity=0, constant=False), elements(parity=0, constant=False))
def test_exponentials_of_even_elements(one, two):
    assert one.exp() * two.exp() == (one + two).exp()
    series = sum((one**k * sp.Rational(1, math.factorial(k)) for k in range(SIZE)), ALGEBRA.constant(0))
    assert one.exp() == series


@settings(max_examples=50, deadline=None, derandomize=True)
@given(elements(), elements(), NUMBERS)
def test_the_integral_is_linear_and_differentials_anticommute(one, two, number):
    value = sp.Rational(number)
    names = ALGEBRA.names
    assert (value * one + two).integral(*names) == value * one.integral(*names) + two.integral(*names)
    assert one.integral("theta_1", "theta_3") == -one.integral("theta_3", "theta_1")
    theta = ALGEBRA.generator("theta_2")
    assert (theta * one).integral("theta_2") == one - theta * one.integral("theta_2")


def test_the_integral_of_a_pair_is_normalised():
    chibar, chi = (fermions := Fermions(1)).chibar()[0], fermions.chi()[0]
    assert fermions.integral(chi * chibar) == 1
    assert fermions.integral(chibar * chi) == -1
    assert fermions.integral(1 + chi + chibar) == 0


@settings(max_examples=50, deadline=None, derandomize=True)
@given(elements(), matrices(SIZE))
def test_a_linear_change_of_variables_gives_the_determinant(element, matrix):
    theta = ALGEBRA.generators()
    images = [sum((matrix[j, k] * theta[k] for k in range(SIZE)), ALGEBRA.constant(0)) for j in range(SIZE)]
    changed = ALGEBRA.substitute(element, images)
    assert changed.integral(*ALGEBRA.names) == matrix.det() * element.integral(*ALGEBRA.names)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(elements())
def test_the_integral_does_not_see_an_odd_shift(element):
    names = [*ALGEBRA.names, *(f"eta_{j}" for j in range(SIZE))]
    larger = GrassmannAlgebra(names)
    lifted = GrassmannElement(larger, element.terms)
    theta, eta = larger.generators()[:SIZE], larger.generators()[SIZE:]
    shifted = larger.substitute(lifted, [t + e for t, e in zip(theta, eta, strict=True)] + eta)
    assert shifted.integral(*ALGEBRA.names) == lifted.integral(*ALGEBRA.names)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(matrices(3), matrices(3))
def test_berezin_integrals_are_determinants(one, two):
    assert berezin_determinant([one]) == one.det()
    assert berezin_determinant([one], [-1]) == -one.det()
    assert berezin_determinant([one, two]) == one.det() * two.det()


def test_commuting_generators_would_give_the_permanent():
    matrix = sp.Matrix([[1, 2, 3], [4, 5, 6], [7, 8, 10]])
    assert berezin_determinant([matrix], exchange=1) == (-1) ** 3 * matrix.per()
    assert abs(matrix.per()) != abs(matrix.det())


def test_complex_coefficients():
    matrix = sp.Matrix([[sp.I, 2], [1 - sp.I, sp.Symbol("y")]])
    assert sp.expand(berezin_determinant([matrix]) - matrix.det()) == 0


def test_repr_and_coefficients():
    y = sp.Symbol("y")
    algebra = GrassmannAlgebra(["a", "b"], [y])
    element = (y + 1) * algebra.generator("a") * algebra.generator("b") - 2
    assert repr(element) == "(-2) + (y + 1)*a*b"
    assert repr(algebra.constant(0)) == "0"
    assert element.coefficient("a", "b") == y + 1
    assert element.coefficient("a") == 0
    assert 3 - element == -(element - 3)
    left: list = []
    right: list = []
    append_coefficients(left, right, element, algebra.constant(4))
    assert (left, right) == ([-2, y + 1], [4, 0])


def test_averages_of_coefficients():
    y, z = sp.symbols("y z")
    algebra = GrassmannAlgebra(["a", "b"], [y, z])
    pair = algebra.generator("a") * algebra.generator("b")
    assert (y * z + (y + z) ** 2 * pair).mean({y: 2}) == (2 + z**2) * pair


@pytest.mark.parametrize(
    "refused",
    [
        lambda: GrassmannAlgebra([]),
        lambda: GrassmannAlgebra(["a", "a"]),
        lambda: GrassmannAlgebra(["a"], exchange=0),
        lambda: ALGEBRA.generator("theta"),
        lambda: ALGEBRA.constant(sp.Symbol("unknown")),
        lambda: ALGEBRA.constant(sp.sqrt(2)),
        lambda: ALGEBRA.constant(sp.I),
        lambda: ALGEBRA.generators()[0] + GrassmannAlgebra(["a"]).generators()[0],
        lambda: ALGEBRA.generators()[0].exp(),
        lambda: ALGEBRA.constant(1).exp(),
        lambda: ALGEBRA.generators()[0] ** -1,
        lambda: ALGEBRA.generators()[0].integral("nothing"),
        lambda: ALGEBRA.substitute(ALGEBRA.constant(1), []),
        lambda: Fermions(0),
        lambda: Fermions(1, 0),
        lambda: Fermions(1.5),
        lambda: berezin_determinant([]),
        lambda: berezin_determinant([sp.zeros(0, 0)]),
        lambda: berezin_determinant([[[1, 2]]]),
        lambda: berezin_determinant([[[1]], sp.eye(2)]),
        lambda: berezin_determinant(["matrix"]),
        lambda: checked_matrix("B", [[1, 2], [3, 4]], symmetric=True),
        lambda: checked_matrix("B", [], symmetric=True),
        lambda: checked_matrix("B", [[1, 2], [3]]),
    ],
)
def test_bad_input_is_refused_with_the_rule(refused):
    with pytest.raises(InputError, match=r"(?s) = .*: .*(must|needs)"):
        refused()


def test_trigonometric_normal_forms():
    a, b = sp.symbols("a b", real=True)
    addition = sp.sin(a) ** 2 * sp.cos(b) ** 2 + sp.cos(a) ** 2 + sp.sin(a) ** 2 * sp.sin(b) ** 2 - 1
    assert normal_form(addition, [a, b]) == 0
    assert normal_form(sp.cos(a) ** 2 - sp.sin(a) ** 2, [a]) != 0
    assert normal_form(addition + sp.cos(a) * sp.sin(b), [a, b]) != 0


@pytest.mark.parametrize("eigenvalues", [(0.4, 0.9), (-0.7, 0.3), (-1.0, -0.2)])
@pytest.mark.parametrize("entry", [1, -1])
def test_bosonic_integrals_of_rotated_matrices(eigenvalues, entry):
    angle = 0.6
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = rotation @ np.diag(eigenvalues) @ rotation.T
    expected = np.prod([(0.8 - 1j * entry * value) ** -0.5 for value in eigenvalues])
    assert abs(bosonic_integral(matrix, 0.8, (entry,)) - expected) < 1e-13


def test_the_principal_root_of_the_whole_determinant_has_the_wrong_sign():
    eigenvalues = (2.0, 2.0, 2.0)
    integral = np.prod([bosonic_integral([[value]], 1.0, (1,), points=80) for value in eigenvalues])
    whole = np.prod([1.0 - 1j * value for value in eigenvalues]) ** -0.5
    assert abs(integral + whole) < 1e-12


@pytest.mark.parametrize("step", derivation.steps, ids=lambda step: step.id)
def test_step_holds_and_its_flip_fails(step):
    report = run(step)
    assert [verdict.detail for verdict in report.verdicts if not verdict.holds] == []
    assert report.control.holds, "the flipped sign went unnoticed"
