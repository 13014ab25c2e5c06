"""Closed forms of the counts of few spins: every step, its control, and the compiled kernels."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from derivations import finite_counts
from derivations.derivation import run
from spinglass import InputError
from spinglass.complexity import mean_count, total_count_closed_form


@pytest.mark.parametrize("step", finite_counts.derivation.steps, ids=lambda step: step.id)
def test_step_holds_and_notices_a_flipped_sign(step):
    report = run(step)
    assert all(verdict.holds for verdict in report.verdicts), report.verdicts
    assert report.control.holds, report.control.detail


def error_in_last_places(value: float, truth: mpmath.mpf) -> float:
    return float(abs(mpmath.mpf(value) - truth) / mpmath.mpf(math.ulp(float(truth))))


@pytest.mark.parametrize("formula", finite_counts.derivation.formulas, ids=lambda formula: formula.name)
def test_kernels_against_fifty_digits(formula):
    size = int(formula.name.rsplit("_", 1)[1])
    points = formula.sample(300, seed=size)
    values = total_count_closed_form(size, np.array([point[0] for point in points]))
    with mpmath.workdps(50):
        worst = max(
            error_in_last_places(float(value), formula.plain_value(point))
            for value, point in zip(values, points, strict=True)
        )
    assert worst <= (4.0 if 3 <= size <= 9 else 1.0)  # where speed is worth three units


def test_closed_forms_against_the_density_route():
    for n_spins in range(1, 13):
        for p in (2, 3, 4, 5, 8, 25):
            assert total_count_closed_form(n_spins, p) == pytest.approx(mean_count(n_spins, p), rel=2e-12)
        assert total_count_closed_form(n_spins, 2.0) == 2 * n_spins


def test_real_p_is_monotone_and_starts_at_the_least_number():
    # p -> 1: the strong field, one minimum and one maximum.
    for n_spins in range(2, 13):
        counts = total_count_closed_form(n_spins, 1 + np.geomspace(1e-12, 1e3, 200))
        assert np.all(np.diff(counts) > -1e-13)
        assert counts[0] == pytest.approx(2, abs=1e-10)


def test_shapes_types_and_bad_input():
    assert type(total_count_closed_form(4, 3)) is float
    assert total_count_closed_form(4, np.full((2, 3), 3)).shape == (2, 3)
    assert total_count_closed_form(4, []).shape == (0,)
    for arguments, message in [
        ((0, 3), "n_spins = 0"),
        ((13, 3), "n_spins = 13"),
        ((3.5, 3), r"n_spins = 3\.5"),
        ((3, 1.0), r"p = 1\.0.*1 < p"),
        ((3, 0.5), r"p = 0\.5"),
        ((3, math.nan), "p = nan"),
        ((3, 2.0**51), "p = 2251799813685248"),
        ((3, "three"), "p = 'three'"),
        ((3, True), "p = True"),
        ((3, [2.0, -1.0]), "p = "),
        ((3, 1j), "p = 1j"),
    ]:
        with pytest.raises(InputError, match=message):
            total_count_closed_form(*arguments)
