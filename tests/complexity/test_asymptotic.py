"""Annealed complexity against the textbook formula in 90 digits, neighbouring doubles of the edge included."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinglass import InputError
from spinglass.complexity import annealed_complexity, band_edge, field_complexity, threshold_energy
from spinglass.generated import complexity as kernels
from spinglass.random_matrices import semicircle

RECORDS = json.loads((Path(__file__).parents[2] / "validation/reference/thresholds.json").read_text())
PS = (2, 3, 4, 5, 7, 10, 30, 101, 1000, 99_999, 10**6)


def exact(u: float, p: int, k: int | None, sign: int = -1) -> mp.mpf:
    """The textbook formulas; sign = +1 is the negative control."""
    with mp.workdps(90):
        edge = 2 * mp.sqrt(mp.mpf(p - 1) / p)
        u = mp.mpf(u)
        if k is None:
            if abs(u) <= edge:
                return mp.log(p - 1) / 2 - u * u * (p - 2) / (4 * (p - 1))
            u, k = -abs(u), 0
        if u >= -edge:
            return mp.log(p - 1) / 2 - mp.mpf(p - 2) / p
        root = mp.sqrt(u * u - edge * edge)
        cost = -u * root / edge**2 - mp.log(-u + root) + mp.log(edge)
        return mp.log(p - 1) / 2 - (p - 2) * u * u / (4 * (p - 1)) + sign * (k + 1) * cost


def ulps(value: float, truth: mp.mpf, p: int) -> float:
    scale = max(abs(truth), mp.log(p - 1) / 2)
    if scale == 0:
        return 0.0 if value == 0 else math.inf
    return float(abs(value - truth) / mp.mpf(math.ulp(float(scale))))


def domain(p: int, k: int) -> list[float]:
    edge = threshold_energy(p)
    rng = np.random.default_rng([p, k])
    points = [-edge]
    for side in (-9.0, 9.0):
        x = -edge
        for _ in range(6):
            x = float(np.nextafter(x, side))
            points.append(x)
    points += (-edge * (1 + 10.0 ** rng.uniform(-16, 1, 200))).tolist()
    points += (-edge * rng.uniform(0, 1, 100)).tolist()
    points += (-edge - (band_edge(p, k) - edge + 0.3) * rng.uniform(0, 4, 300)).tolist()
    points += [-band_edge(p, k), -1e3, -1e8, -1e30, -1e60, 0.0, 0.5, 1e3]
    return points


@pytest.mark.parametrize("k", [None, 0, 1, 2, 3, 5, 10])
def test_units_in_the_last_place_over_the_whole_domain(k):
    bound = 4
    for p in PS:
        points = domain(p, k or 0)
        if k is None:
            points += [-x for x in points]
        values = annealed_complexity(np.array(points), p, k)
        for u, value in zip(points, values, strict=True):
            assert ulps(float(value), exact(u, p, k), p) <= bound, (u, p)


def test_negative_controls_fail_the_same_comparison():
    u, p, k = -1.7, 3, 1
    assert ulps(annealed_complexity(u, p, k), exact(u, p, k, sign=1), p) > 1e10
    assert ulps(annealed_complexity(u, p, k), exact(u, p, k + 1), p) > 1e10

    def textbook(u):  # the plain formula in doubles, next to the edge
        edge = threshold_energy(p)
        root = math.sqrt(u * u - edge * edge)
        cost = -u * root / edge**2 - math.log(-u + root) + math.log(edge)
        return 0.5 * math.log(p - 1) - (p - 2) * u * u / (4 * (p - 1)) - 11 * cost

    near = (-threshold_energy(3) * (1 + np.geomspace(1e-9, 1e-2, 60))).tolist()
    assert max(ulps(textbook(u), exact(u, 3, 10), 3) for u in near) > 8


def test_reference_records():
    seen = 0
    for record in RECORDS:
        inputs, name = record["inputs"], record["id"]
        p = inputs["p"]
        if name.startswith("E_"):
            continue
        seen += 1
        if name.startswith("total"):
            value = annealed_complexity(0.0, p)
        elif name.startswith("theta_at_threshold"):
            value = annealed_complexity(-threshold_energy(p), p, index=3)
        else:
            value = annealed_complexity(float(inputs["u"]), p, inputs.get("k"))
        # The decimal u of a record is not a double: its rounding moves Θ by |Θ′| ulp(u)/2, |Θ′| < 6 here.
        assert value == pytest.approx(float(record["value"]), abs=6 * 2.3e-16, rel=4e-15), name
    assert seen > 40


@pytest.mark.parametrize("p", [3, 4, 9])
def test_equals_the_log_potential_form(p):
    u = np.linspace(-2.6, 2.6, 401)
    shift = u * math.sqrt(p / (p - 1))
    direct = 0.5 + 0.5 * math.log(p - 1) - u**2 / 2 + semicircle.log_potential(shift)
    assert np.allclose(annealed_complexity(u, p), direct, atol=3e-15)


def test_cost_of_an_outlier_is_its_integral():
    p, u = 5, -2.3
    edge = mp.mpf(threshold_energy(p))
    integral = 2 / edge**2 * mp.quad(lambda z: mp.sqrt(z * z - edge * edge), [u, -edge])
    assert annealed_complexity(u, p, 0) - annealed_complexity(u, p, 1) == pytest.approx(-float(-integral), rel=1e-13)


@settings(max_examples=200, deadline=None)
@given(st.floats(-5, 5), st.integers(2, 200), st.integers(0, 50))
def test_symmetry_order_and_monotony(u, p, k):
    assert annealed_complexity(u, p) == annealed_complexity(-u, p)
    theta = annealed_complexity(u, p, k)
    assert theta >= annealed_complexity(u, p, k + 1)
    assert theta <= annealed_complexity(u + 0.1, p, k) + 1e-14
    edge = threshold_energy(p)
    if abs(u) > edge:
        assert annealed_complexity(u, p) == annealed_complexity(-abs(u), p, 0)
    if u >= -edge * (1 - 1e-15):
        assert theta == annealed_complexity(0.0, p, k)


def test_continuity_and_strict_decrease_at_the_edge():
    for p in (3, 4, 50):
        inside = np.nextafter(-threshold_energy(p), 0)
        outside = np.nextafter(np.nextafter(-threshold_energy(p), -9), -9)
        at_edge = annealed_complexity(0.0, p, 0)
        assert annealed_complexity(float(inside), p, 0) == pytest.approx(at_edge, abs=1e-15)
        assert annealed_complexity(float(outside), p, 0) == pytest.approx(at_edge, abs=1e-14)


def test_two_spins_have_no_exponential_number_of_points():
    u = np.linspace(-1.414, 1.414, 101)
    assert not np.any(annealed_complexity(u, 2))
    assert annealed_complexity(0.3, 2, index=4) == 0
    assert annealed_complexity(-1.5, 2) == annealed_complexity(-1.5, 2, 0) < 0
    assert annealed_complexity(-1.5, 2, 3) == pytest.approx(4 * annealed_complexity(-1.5, 2, 0), rel=1e-15)


def test_shapes_types_and_extremes():
    assert type(annealed_complexity(-1.0, 3)) is float
    assert type(annealed_complexity(-1, 3, 2)) is float
    grid = np.linspace(-2, 0, 12).reshape(3, 4)
    assert annealed_complexity(grid, 3).shape == (3, 4)
    table = annealed_complexity(grid[..., None], 3, [0, 1, 2])
    assert table.shape == (3, 4, 3)
    assert table[0, 0, 2] == annealed_complexity(float(grid[0, 0]), 3, 2)
    assert annealed_complexity(grid[:, ::2], 3)[2, 1] == annealed_complexity(float(grid[2, 2]), 3)
    assert annealed_complexity([], 3).shape == (0,)
    assert annealed_complexity(-1e200, 3) == -math.inf
    assert annealed_complexity(-1e150, 3) == pytest.approx(float(exact(-1e150, 3, None)), rel=1e-15)
    assert annealed_complexity(-2.0, 2**50, 0) == pytest.approx(float(exact(-2.0, 2**50, 0)), rel=1e-15)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((math.nan, 3), "u = nan: must be finite"),
        ((-math.inf, 3), "u = -inf"),
        (([0.0, math.inf], 3), "must be finite"),
        (("low", 3), "u = 'low'"),
        ((-1.0, 1), "p = 1"),
        ((-1.0, 2.5), r"p = 2\.5"),
        ((-1.0, True), "p = True"),
        ((-1.0, 3, -1), "index = -1"),
        ((-1.0, 3, 0.5), r"index = 0\.5"),
        ((-1.0, 3, "a"), "index = 'a'"),
    ],
)
def test_bad_input_names_argument_value_and_rule(arguments, message):
    with pytest.raises(InputError, match=message):
        annealed_complexity(*arguments)


def test_series_of_the_outlier_rate_is_exact():
    """The coefficients of [1 − q² − (1 − q)³ Σ q^m/(2m+1)]/(4q), as fractions, give the values of the kernel."""
    atanh = [Fraction(1, 2 * m + 1) for m in range(42)]
    cube = [1, -3, 3, -1]
    bracket = [-sum(cube[i] * atanh[k - i] for i in range(min(k, 3) + 1)) for k in range(41)]
    bracket[0] += 1
    bracket[2] -= 1
    assert bracket[0] == 0
    coefficients = [value / 4 for value in bracket[1:]]
    assert coefficients[0] == Fraction(2, 3)
    for j in range(1, 40):
        assert coefficients[j] == Fraction(12, (4 * j * j - 1) * (4 * j * j - 9))
    with mp.workdps(40):
        for v in (1e-18, 3e-7, 0.01, 0.4, 1.3, 1.99):
            q = v / (mp.sqrt(1 + mp.mpf(v)) + 1) ** 2
            series = (
                mp.mpf(v)
                * mp.sqrt(v)
                * mp.polyval([mp.mpf(c.numerator) / c.denominator for c in coefficients][::-1], q)
            )
            main, rest = kernels._outlier_cost(v, 0.0)
            assert abs(mp.mpf(main) + mp.mpf(rest) - series) <= 3e-16 * series


def test_complexity_in_a_field():
    u = np.linspace(-2.4, 2.4, 97)
    assert np.allclose(field_complexity(u, 0.0, 3, 0.0, 0.0), annealed_complexity(u, 3), atol=1e-15)
    assert np.all(field_complexity(u, 0.4, 3, 0.0, 0.0) < annealed_complexity(u, 3))
    # spiked tensors, f = lambda m^k: S(m, x) at u = −sqrt(2) x, d = −sqrt(2) lambda m^k (Ben Arous et al. 2019)
    for k, strength, m, x, value in (
        (3, 1.0, 0.3, 1.16, 0.0022295775992120886236),
        (3, 2.0, 0.5, 1.2, -0.19700510678987544084),
        (4, 1.0, 0.2, 1.2, 0.05248682707392728092),
    ):
        d = -math.sqrt(2) * strength * m**k
        d1 = -math.sqrt(2) * strength * k * m ** (k - 1)
        assert field_complexity(-math.sqrt(2) * x, m, k, d, d1) == pytest.approx(value, abs=1e-15)
        assert field_complexity(-math.sqrt(2) * x, m, k, d, -d1) != pytest.approx(value, abs=1e-3)  # negative control
    assert field_complexity(u[:, None], np.array([0.1, -0.5]), 4, 0.2, [0.3, 0.1]).shape == (97, 2)
    assert type(field_complexity(-1.0, 0.1, 3, 0.0, 0.0)) is float
    for bad, message in (
        ((0.0, 1.0, 3, 0.0, 0.0), "m = 1"),
        ((0.0, 0.0, 3, math.nan, 0.0), "d = nan"),
        ((0.0, 0.0, 1, 0.0, 0.0), "p = 1"),
    ):
        with pytest.raises(InputError, match=message):
            field_complexity(*bad)
