"""The derivation of the path sum: every step holds, every flipped sign is noticed, and its values are the package's."""

from __future__ import annotations

import math

import pytest
import sympy as sp

from derivations import path_sum
from derivations.derivation import Step, run
from derivations.symbols import q
from spinglass.activations import activation
from spinglass.activations import path_sum as package_path_sum


@pytest.mark.parametrize("step", path_sum.derivation.steps, ids=lambda step: step.id)
def test_steps_hold_and_their_controls_fail(step: Step) -> None:
    report = run(step)
    assert all(verdict.holds for verdict in report.verdicts), [verdict.detail for verdict in report.verdicts]
    assert report.control.holds, report.control.detail


def test_symbols_and_sources_are_given() -> None:
    for step in path_sum.derivation.steps:
        assert step.text
        assert step.flips


@pytest.mark.parametrize(("depth", "share"), [(2, 0.5), (5, 1.0), (9, 0.25), (40, 3.0)])
def test_residual_ratio_is_that_of_the_binomial_lengths(depth: int, share: float) -> None:
    value = path_sum.residual_border()
    branch, layers = sp.Symbol("s", positive=True), sp.Symbol("H", positive=True)
    symbolic = float(value["ratio"].subs({branch: share, layers: depth}))
    law = [math.comb(depth, k) * share**k for k in range(depth + 1)]
    first = sum(k * weight for k, weight in enumerate(law))
    second = sum(k * (k - 1) * weight for k, weight in enumerate(law))
    assert symbolic == pytest.approx(second / first, rel=1e-13)


def test_depth_limit_is_approached() -> None:
    xi = path_sum.residual_covariance()
    branch, layers = sp.Symbol("s", positive=True), sp.Symbol("H", positive=True)
    limit = path_sum.residual_border()["limit"]
    tau = sp.Symbol("tau", positive=True)
    for overlap in (-0.5, 0.0, 0.7):
        exact = float(limit.subs({tau: 1.3, q: overlap}))
        gaps = [abs(float(xi.subs({branch: 1.3 / size, layers: size, q: overlap})) - exact) for size in (50, 100, 200)]
        assert gaps[0] / gaps[1] == pytest.approx(2.0, rel=0.05)
        assert gaps[1] / gaps[2] == pytest.approx(2.0, rel=0.05)


def test_coefficients_with_one_law_are_powers_of_the_mean_slope() -> None:
    found = path_sum.coefficients()[4]
    alpha, beta = sp.symbols("alpha beta")
    point = {sp.Symbol(f"alpha_{j}", nonzero=True, real=True): alpha for j in range(1, 5)}
    point |= {sp.Symbol(f"beta_{j}", real=True): beta for j in range(1, 5)}
    point |= {sp.Symbol(f"c_{j}"): 1 for j in range(1, 5)}
    assert [sp.simplify(entry.subs(point) - beta / alpha**level) for level, entry in enumerate(found, 1)] == [0] * 4
    package = package_path_sum(activation("softplus"), 4)
    numbers = {alpha: package.slopes[0], beta: package.intercepts[0]}
    for entry, rho in zip(found, package.rho, strict=True):
        assert float(entry.subs(point).subs(numbers)) == pytest.approx(rho, rel=1e-13)
