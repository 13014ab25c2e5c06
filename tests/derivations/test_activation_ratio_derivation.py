"""Activation ratios: every step of the derivation, its control, and the compiled kernels against 50 digits."""

from __future__ import annotations

import importlib
import math

import mpmath
import numpy as np
import pytest

from derivations import activation_ratio
from derivations.derivation import run
from spinglass.complexity import activation_ratio as package_ratio
from spinglass.complexity import ratio_divergence


@pytest.mark.parametrize("step", activation_ratio.derivation.steps, ids=lambda step: step.id)
def test_step_holds_and_notices_a_flipped_sign(step):
    report = run(step)
    assert all(verdict.holds for verdict in report.verdicts), report.verdicts
    assert report.control.holds, report.control.detail


@pytest.mark.parametrize("formula", activation_ratio.derivation.formulas, ids=lambda formula: formula.name)
def test_kernels_against_fifty_digits(formula):
    kernels = importlib.import_module("spinglass.generated.activation_ratio")
    points = formula.sample(250, seed=11)
    values = getattr(kernels, f"{formula.name}_ufunc")(*np.array(points).T)
    finite = 0
    with mpmath.workdps(130):
        for value, point in zip(values, points, strict=True):
            truth = formula.plain_value(point)
            if not mpmath.isfinite(truth):
                assert float(value) == float(truth), point
                continue
            finite += 1
            scale = float(formula.scale_value(point))
            assert abs(mpmath.mpf(float(value)) - truth) <= 4 * math.ulp(scale), point
    assert finite > 100


def test_wide_arguments_stay_finite_or_infinite_where_they_should():
    kernels = importlib.import_module("spinglass.generated.activation_ratio")
    rng = np.random.default_rng(5)
    u = rng.choice([-1, 1], 4000) * 10 ** rng.uniform(-30, 30, 4000)
    rho = rng.choice([-1, 1], 4000) * 10 ** rng.uniform(-50, 50, 4000)
    with np.errstate(all="raise", under="ignore"):
        values = kernels.log_energy_ratio_cubic_ufunc(u, rho)
        assert not np.any(np.isnan(values))
        edges = kernels.divergence_energy_ufunc(rho)
        beyond = (np.abs(u) > edges * (1 + 1e-12)) & (u * rho > 0)
        assert np.array_equal(np.isinf(values) & (values > 0), beyond)
        below = -math.sqrt(8 / 3) * (1 + 10 ** rng.uniform(-15, 30, 4000))
        indices = rng.integers(0, 10**6, 4000).astype(float)
        assert not np.any(np.isnan(kernels.log_index_ratio_cubic_ufunc(below, rho, indices)))
        assert np.all(kernels.log_index_ratio_quadratic_ufunc(below, rho, indices) >= 0)
        assert not np.any(np.isnan(kernels.log_total_ratio_quadratic_ufunc(rho)))


def test_strong_activations_of_two_spins_by_the_leading_power():
    # e^{-z}(I0 - I1)(z) ~ (2z)^{-3/2}/sqrt(pi) (1 + 3/(8z))
    kernels = importlib.import_module("spinglass.generated.activation_ratio")
    for rho in (1e6, 1e20, 1e50):
        z = mpmath.mpf(rho) ** 2 / 8
        truth = -mpmath.mpf(3) / 2 * mpmath.log(2 * z) - mpmath.log(mpmath.pi) / 2 + 3 / (8 * z)
        assert kernels.log_total_ratio_quadratic(rho) == pytest.approx(float(truth), rel=1e-14)


def test_the_package_evaluates_through_the_kernels(monkeypatch):
    kernels = importlib.import_module("spinglass.generated.activation_ratio")
    before = package_ratio(3, 0.5), package_ratio(2, 0.5), package_ratio(4, 0.5), ratio_divergence(3, 0.5)
    monkeypatch.setattr(kernels, "log_total_ratio_cubic", lambda rho: 1.0)
    monkeypatch.setattr(kernels, "log_total_ratio_quadratic", lambda rho: 1.0)
    monkeypatch.setattr(kernels, "spike_coefficient", lambda p: 0.5)
    monkeypatch.setattr(kernels, "divergence_energy", lambda rho: 1.0)
    after = package_ratio(3, 0.5), package_ratio(2, 0.5), package_ratio(4, 0.5), ratio_divergence(3, 0.5)
    assert all(old != new for old, new in zip(before, after, strict=True))
