"""Low-rank perturbations in the supersymmetric integral: steps, controls, values, Humbert's function, bad input."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from derivations import rank_one
from derivations.derivation import run
from derivations.spiked_integral import (
    fermionic_table,
    frame_rule,
    hermite_values,
    humbert_integral,
    row_rule,
    spiked_integral,
    weighted_humbert,
)
from spinglass import InputError
from spinglass.random_matrices import mean_abs_determinant


@pytest.mark.parametrize("step", rank_one.derivation.steps, ids=lambda step: step.id)
def test_step_holds_and_notices_a_flipped_sign(step):
    report = run(step)
    assert all(verdict.holds for verdict in report.verdicts), report.verdicts
    assert report.control.holds, report.control.detail


# W_n(ξ, κ) = E|det(A_n + κ e eᵀ − ξ)|, from the Fourier–Pfaffian integral over the minor.
VALUES = [
    (2, 0.7, 1.3, 2.15895339667),
    (3, 0.0, 1.0, 3.76856433245),
    (3, 0.7, -2.0, 5.91079650756),
    (4, -1.0, 1.5, 12.08544648998),
]


@pytest.mark.parametrize(("size", "place", "strength", "value"), VALUES)
def test_known_values(size, place, strength, value):
    assert spiked_integral(size, place, [strength]) == pytest.approx(value, rel=5e-12)
    assert humbert_integral(size, place, strength) == pytest.approx(value, rel=5e-12)


@pytest.mark.parametrize(
    ("size", "place", "strength"), [(2, -1.5, 3.0), (3, 1.0, 0.0), (4, 0.3, -2.5), (6, 1.2, 0.8), (8, 2.0, -1.0)]
)
def test_against_the_package(size, place, strength):
    other = mean_abs_determinant(size, place, strength)
    assert spiked_integral(size, place, [strength]) == pytest.approx(other, rel=5e-12)
    if abs(strength) <= 2:
        assert humbert_integral(size, place, strength) == pytest.approx(other, rel=5e-12)


@pytest.mark.parametrize("size", [2, 3, 4])
def test_rank_two_does_not_depend_on_the_order_of_the_strengths(size):
    strengths = [1.1, -0.7]
    one = spiked_integral(size, 0.3, strengths, nodes=7, angles=24)
    other = spiked_integral(size, 0.3, strengths[::-1], nodes=7, angles=24)
    assert one == pytest.approx(other, rel=1e-9)  # the rows are not alike in the quadrature
    assert one != pytest.approx(spiked_integral(size, 0.3, [1.1, 0.7], nodes=7, angles=24), rel=1e-3)


@pytest.mark.parametrize("size", [3, 4])
def test_rank_two_with_one_zero_strength(size):
    other = mean_abs_determinant(size, 0.7, 0.9)
    for strengths in ([0.9, 0.0], [0.0, 0.9]):
        assert spiked_integral(size, 0.7, strengths, nodes=7, angles=24) == pytest.approx(other, rel=1e-9)


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_ward_integral_vanishes_at_rank_two(size):
    assert abs(spiked_integral(size, 0.4, [0.8, -0.5], nodes=7, logarithm=False, angles=24)) < 1e-9


def test_order_two_by_cases():
    # equal means are a shift; large means of one sign give their product less the variance of the off-diagonal entry
    for shift in (0.0, 0.7, -2.0):
        assert rank_one.order_two_mean(-shift, -shift) == pytest.approx(mean_abs_determinant(2, shift), rel=1e-13)
    assert rank_one.order_two_mean(9.0, 8.0) == pytest.approx(71.0, rel=1e-5)
    assert rank_one.order_two_mean(0.3, -1.1) == pytest.approx(rank_one.order_two_mean(-1.1, 0.3), rel=1e-14)


@pytest.mark.parametrize("size", [2, 3, 5])
@pytest.mark.parametrize("powers", [(0, 0), (2, 0), (1, 1)])
def test_humbert_function_against_mpmath(size, powers):
    j, k = powers
    x, y = 0.3 - 2.5j, 4.0j
    value = weighted_humbert(size, j, k, np.array([x]), np.array([y]))[0]
    with mpmath.workdps(25):
        half, gamma = mpmath.mpf(1) / 2, mpmath.mpf(size) / 2
        moment = mpmath.rf(half, j) * mpmath.rf(half, k) / mpmath.rf(gamma, j + k)
        series = mpmath.hyper2d({"m": [half + j], "n": [half + k]}, {"m+n": [gamma + j + k]}, x, y)
        assert abs(value - moment * series) < 1e-13


def test_rules_have_the_moments_of_a_uniform_frame():
    for size in (2, 3, 4, 6):
        points, weight = row_rule(size, 8, False)
        assert weight.sum() == pytest.approx(1)
        assert weight @ points[:, 0] ** 2 == pytest.approx(1 / size)
        assert weight @ (points[:, 0] * points[:, 1]) ** 2 == pytest.approx(1 / (size * (size + 2)))
    for size in (2, 3, 4, 5):
        frames, weight = frame_rule(size, 2, 6)
        assert weight.sum() == pytest.approx(1)
        assert weight @ frames[:, 1, 1] ** 2 == pytest.approx(1 / size)
        assert weight @ (frames[:, 0, 0] * frames[:, 1, 0]) ** 2 == pytest.approx(1 / (size * (size + 2)))
        # E u_11² u_22² of an orthogonal matrix
        mixed = (size + 1) / (size * (size - 1) * (size + 2))
        assert weight @ (frames[:, 0, 0] * frames[:, 1, 1]) ** 2 == pytest.approx(mixed)


def test_hermite_values_and_table():
    assert hermite_values(4, 2.0) == [1.0, 2.0, 3.0, 2.0, -5.0]
    assert hermite_values(0, 2.0) == [1.0]
    # the last entry is E det(ξ − A_n)²: for n = 2 it is ξ⁴ + 2ξ² + 7
    assert fermionic_table(2, 1.5, -2)[4, 4] == pytest.approx(1.5**4 + 2 * 1.5**2 + 7)
    assert fermionic_table(2, 1.5, -2)[1, 3] == 0.0


def test_perturbation_matrix():
    rng = np.random.default_rng(5)
    direction = rng.standard_normal(4)
    direction /= np.linalg.norm(direction)
    spike = 1.5 * np.outer(direction, direction)
    spike = (spike + spike.T) / 2
    assert rank_one.perturbed_mean(spike, -1.0) == pytest.approx(12.08544648998, rel=1e-9)
    assert rank_one.perturbed_mean(np.zeros((3, 3)), 0.7) == pytest.approx(mean_abs_determinant(3, 0.7), rel=1e-10)
    assert rank_one.perturbed_mean([[0.5, 0.0], [0.0, 0.5]], 0.7) == pytest.approx(
        mean_abs_determinant(2, 0.2), rel=1e-10
    )


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1.0, 2.0], [3.0, 4.0]], "symmetric"),
        ([[1.0, 2.0, 3.0], [2.0, 1.0, 0.0]], "symmetric"),
        ([1.0, 2.0], "symmetric"),
        ([[1.0]], "order 2"),
        ([[1.0, float("nan")], [float("nan"), 1.0]], "symmetric"),
        ([[1j, 0.0], [0.0, 1.0]], "real"),
        (np.eye(3), "rank at most 2, not 3"),
    ],
)
def test_bad_perturbations(matrix, message):
    with pytest.raises(InputError, match=message):
        rank_one.perturbed_mean(matrix, 0.0)


def test_bad_arguments():
    for call in (
        lambda: spiked_integral(1, 0.0, [1.0]),
        lambda: spiked_integral(3, 0.0, [1.0, 2.0, 3.0]),
        lambda: spiked_integral(3, 0.0, []),
        lambda: humbert_integral(3, 0.0, 2.5),
        lambda: rank_one.perturbed_mean(np.zeros((2, 2)), float("inf")),
    ):
        with pytest.raises(InputError):
            call()
