"""Exact values approach their sharp asymptotics with the stated order of the error, for every quantity."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinglass import InputError
from spinglass.complexity import (
    activation_ratio,
    approach_table,
    mean_count,
    mean_count_density,
    saddle_ratio,
    sharp_count,
    sharp_density,
)
from spinglass.complexity.convergence import QUANTITIES
from spinglass.hamiltonians import OverlapField

CASES = [
    ("total", [25, 50, 100, 200], 3, {}),
    ("total", [25, 50, 100], 5, {}),
    ("count", [100, 200, 400], 3, {"u": -1.0}),
    ("count", [50, 100, 200], 3, {"u": -1.8}),
    ("minima", [20, 40, 80], 3, {"u": -1.85}),
    ("density", [25, 50, 100, 200], 3, {"u": -1.0}),
    ("density", [50, 100, 200], 3, {"u": -1.8}),
    ("density", [50, 100, 200], 4, {"u": 1.95}),
    ("density", [25, 50, 100], 4, {"u": 0.7}),
    ("total ratio", [4, 8], 3, {"rho": 0.5}),
    ("density ratio", [6, 12], 3, {"rho": 0.3, "u": -1.8}),
    ("index ratio", [6, 12], 3, {"rho": 0.3, "u": -1.8}),
]


@pytest.mark.parametrize(("quantity", "sizes", "p", "inputs"), CASES)
def test_the_error_term_settles(quantity, sizes, p, inputs):
    table = approach_table(quantity, sizes, p, **inputs)
    assert table.order == 1
    assert table.n_spins.tolist() == sizes
    # the error halves when N doubles, and the error term tends to a constant
    errors = np.abs(table.ratio - 1)
    assert np.all(errors[1:] < 0.75 * errors[:-1])
    terms = table.error_term
    assert abs(terms[-1] - terms[-2]) <= 0.3 * abs(terms[-1])
    np.testing.assert_allclose(terms, (table.ratio - 1) * table.n_spins)
    # negative control: an asymptotic form without its power of N does not settle
    slipped = (table.ratio * np.sqrt(table.n_spins) - 1) * table.n_spins
    assert abs(slipped[-1] - slipped[-2]) > 0.3 * abs(slipped[-1])


def test_the_error_at_the_threshold_falls_like_the_cube_root():
    table = approach_table("threshold", [50, 100, 200, 400, 800], 3)
    assert table.order == pytest.approx(1 / 3)
    assert table.ratio[[1, 3]] == pytest.approx([0.5525, 0.6813], abs=5e-5)
    ratios = (1 - table.ratio[1:]) / (1 - table.ratio[:-1])
    assert np.all(ratios < 0.9)
    assert np.all(ratios > 0.75)  # 2^{-1/3} = 0.794
    assert np.all(np.abs(np.diff(table.error_term)) < 0.12 * np.abs(table.error_term[1:]))


def test_known_ratios():
    assert approach_table("total", [51, 100, 200], 3).ratio == pytest.approx([0.98, 0.9899, 0.99498], abs=5e-6)
    assert approach_table("count", [50, 100, 200, 400], 3, u=-1.66).ratio == pytest.approx(
        [0.656, 0.761, 0.846, 0.907], abs=5e-4
    )
    assert approach_table("count", [50, 100, 200], 3, u=-1.8).ratio == pytest.approx([0.901, 0.946, 0.971], abs=5e-4)
    assert approach_table("count", [100, 400], 3, u=-1.0).ratio == pytest.approx([0.93724, 0.98337], abs=5e-6)
    assert approach_table("total ratio", [4, 8], 3, rho=0.5).exact == pytest.approx([0.965404, 0.951341], abs=5e-7)
    ratio = approach_table("density ratio", [6, 12], 3, rho=0.3, u=-1.8)
    assert ratio.exact == pytest.approx([0.746880, 0.774735], abs=5e-7)
    assert ratio.asymptotic == pytest.approx([0.808948] * 2, abs=5e-7)
    index = approach_table("index ratio", [8], 3, rho=0.3, u=-1.8, index=1)
    assert index.exact == pytest.approx([0.574], abs=5e-4)
    assert index.asymptotic == pytest.approx([0.71983], abs=5e-6)
    saddle = approach_table("saddle ratio", [8], 4, rho=1.0, u=-1.9)
    assert saddle.exact == pytest.approx([0.110], abs=5e-4)
    assert saddle.asymptotic == pytest.approx([0.074398], abs=5e-7)


def test_the_columns_are_the_functions():
    table = approach_table("minima", [20, 30], 3, u=-1.9)
    assert table.log
    for row in table.rows():
        n = row["n_spins"]
        exact = mean_count(n, 3, index=0, energy=(-math.inf, -1.9))
        assert row["exact"] == pytest.approx(math.log(exact), rel=1e-13)
        assert row["asymptotic"] == sharp_count(n, 3, -1.9, log=True)
        assert row["ratio"] == pytest.approx(exact / sharp_count(n, 3, -1.9), rel=1e-11)
    ratio = approach_table("density ratio", [5], 3, rho=-0.2, u=-1.8)
    field = OverlapField(p=3, rho=[-0.2])
    exact = mean_count_density(-1.8, 5, 3, field=field) / mean_count_density(-1.8, 5, 3)
    assert not ratio.log
    assert ratio.exact[0] == pytest.approx(exact, rel=1e-12)
    assert ratio.asymptotic[0] == activation_ratio(3, -0.2, u=-1.8)
    assert 0 < saddle_ratio(4, 1.0, -1.9) < 1


def test_the_sharp_density_is_the_slope_of_the_sharp_count_outside_the_bulk():
    for p, u in ((3, -1.9), (4, -2.2), (7, -3.0)):
        n, step = 4000, 1e-6
        slope = (sharp_count(n, p, u + step, log=True) - sharp_count(n, p, u - step, log=True)) / (2 * step)
        density = sharp_density(n, p, u, log=True) - sharp_count(n, p, u, log=True)
        assert math.exp(density) == pytest.approx(slope, rel=3e-3)
    assert sharp_density(50, 3, 1.9) == sharp_density(50, 3, -1.9)
    assert sharp_density(50, 3, -1.0, log=True) == pytest.approx(math.log(sharp_density(50, 3, -1.0)), rel=1e-14)
    assert math.isfinite(sharp_density(10**7, 3, -1.0, log=True))


def test_bad_input():
    assert len(QUANTITIES) == 9
    for call in (
        lambda: approach_table("totals", [10], 3),
        lambda: approach_table("total", [], 3),
        lambda: approach_table("total", [20, 10], 3),
        lambda: approach_table("total", [1], 3),
        lambda: approach_table("total", [10], 2),
        lambda: approach_table("total", [10], 3, u=-1.0),
        lambda: approach_table("density", [10], 3),
        lambda: approach_table("count", [10], 3, u=0.5),
        lambda: approach_table("minima", [10], 3, u=-1.0),
        lambda: approach_table("total", [10], 3, rho=0.5),
        lambda: approach_table("total ratio", [10], 3),
        lambda: approach_table("total", [10], 3, index=1),
        lambda: approach_table("index ratio", [10], 3, rho=0.3, u=-1.0),
        lambda: approach_table("density ratio", [10], 3, rho=-1.0, u=-1.8),
        lambda: sharp_density(10, 2, -1.0),
        lambda: sharp_density(10, 3, math.nan),
    ):
        with pytest.raises(InputError):
            call()
