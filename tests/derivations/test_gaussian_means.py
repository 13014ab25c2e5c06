"""The derivation of the Gaussian means: steps and controls, and the emitted kernels against 50-digit values."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import scipy.special

from derivations import gaussian_means
from derivations.derivation import Step, run
from derivations.emit import Formula
from derivations.half_line_functions import chebyshev_polynomial
from spinglass.generated import gaussian_means as emitted

_COUNT = 600
FORMULAS = gaussian_means.derivation.formulas


@pytest.mark.parametrize("step", gaussian_means.derivation.steps, ids=lambda step: step.id)
def test_steps_hold_and_their_controls_fail(step: Step) -> None:
    report = run(step)
    assert all(verdict.holds for verdict in report.verdicts), [verdict.detail for verdict in report.verdicts]
    assert report.control.holds, report.control.detail


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: formula.name)
def test_kernels_to_four_units_in_the_last_place(formula: Formula) -> None:
    points = formula.sample(_COUNT, seed=11)
    values = getattr(emitted, f"{formula.name}_ufunc")(*(np.array(column) for column in zip(*points, strict=True)))
    with mpmath.workdps(60):
        for point, value in zip(points, values, strict=True):
            error = abs(mpmath.mpf(float(value)) - formula.plain_value(point))
            scale = float(formula.scale_value(point))
            assert error <= 4 * np.spacing(max(scale, 1e-300)), (point, float(value), float(error / np.spacing(scale)))


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: formula.name)
def test_stable_and_plain_form_agree(formula: Formula) -> None:
    for verdict in formula.agreement(15):
        assert verdict.holds, verdict.detail


def test_both_ends_of_the_range() -> None:
    tiny, huge = 1e-100, 1e100
    assert emitted.mean_intercept_gelu(tiny) == pytest.approx(-(tiny**2) / math.sqrt(2 * math.pi), rel=1e-15)
    assert emitted.mean_intercept_gelu(huge) == pytest.approx(-1 / (huge * math.sqrt(2 * math.pi)), rel=1e-15)
    assert emitted.mean_square_gelu(huge) == pytest.approx(huge**2 / 2, rel=1e-15)
    assert emitted.mean_slope_elu(tiny, 1.0) == 1.0
    assert emitted.mean_slope_elu(huge, 1.0) == 0.5
    assert emitted.mean_intercept_elu(tiny, 2.0) == pytest.approx(-(tiny**2) / 2, rel=1e-15)
    assert emitted.mean_intercept_elu(huge, 2.0) == -1.0
    assert emitted.mean_square_elu(tiny, 1.0) == pytest.approx(tiny**2, rel=1e-15)
    assert emitted.mean_slope_arctan(tiny) == 1.0
    assert emitted.mean_slope_arctan(huge) == pytest.approx(math.sqrt(math.pi / 2) / huge, rel=1e-15)
    assert emitted.mean_slope_sine(huge) == 0.0
    assert emitted.mean_square_sine(huge) == 0.5
    assert emitted.mean_square_clip(tiny, 1.0) == pytest.approx(tiny**2, rel=1e-15)
    assert emitted.mean_square_clip(huge, 1.0) == pytest.approx(1.0, rel=1e-15)
    assert emitted.mean_intercept_cap(1e-3, 1.0) == 0.0
    assert emitted.mean_intercept_cap(huge, 1.0) == pytest.approx(0.5, rel=1e-15)
    assert emitted.scaled_erfc(0.0) == 1.0
    assert emitted.scaled_erfc(huge) == pytest.approx(1 / (huge * math.sqrt(math.pi)), rel=1e-15)


def test_numbers_of_the_former_closed_forms() -> None:
    for std in np.geomspace(1e-3, 1e3, 61).tolist():
        y = std / math.sqrt(2)
        e = float(scipy.special.erfcx(y))
        assert emitted.scaled_erfc(y) == pytest.approx(e, rel=2e-15)
        assert emitted.mean_slope_elu(std, 1.3) == pytest.approx(0.5 + 0.65 * e, rel=1e-15)
        assert emitted.mean_slope_erf(std) == pytest.approx(2 / math.sqrt(math.pi * (1 + 2 * std * std)), rel=2e-15)
        assert emitted.mean_slope_sine(std) == pytest.approx(math.exp(-0.5 * std * std), rel=1e-12, abs=1e-300)
        gauss = (1 + 4 * std * std) * (1 + 2 * std * std) ** -1.5
        assert emitted.mean_intercept_gaussian(std) == pytest.approx(gauss, rel=2e-15)
        voigt = math.sqrt(0.5 * math.pi) / std * float(scipy.special.erfcx(1 / (std * math.sqrt(2))))
        assert emitted.mean_slope_arctan(std) == pytest.approx(voigt, rel=3e-15)
        swish = -std * std / 6 * float(scipy.special.gammainc(1.5, 4.5 / (std * std)))
        assert emitted.mean_intercept_hard_swish(std) == pytest.approx(swish, rel=1e-13)


@pytest.mark.parametrize("name", ["scaled", "elu_intercept", "elu_square"])
def test_polynomials_hold_between_their_nodes(name: str) -> None:
    polynomial = chebyshev_polynomial(name)
    with mpmath.workdps(50):
        for k in range(-40, 41):
            place = mpmath.mpf(10) ** (mpmath.mpf(k) / 9.7)
            assert abs(polynomial.at(place) - polynomial.function(place)) < 1.3e-16


def test_continuity_at_the_branch_points() -> None:
    for at in (0.5, 0.5 - 2**-54, 0.5 + 2**-53):
        assert emitted.scaled_erfc(at) == pytest.approx(float(scipy.special.erfcx(0.5)), rel=4e-16)
    for bound in (1.0, 2.1, 3.0):
        values = [emitted.mean_square_hard_swish(3 / bound * (1 + k * 2**-50)) for k in (-4, -1, 0, 1, 4)]
        assert max(values) - min(values) <= 1e-13 * values[0]
