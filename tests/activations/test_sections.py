"""Piecewise-linear activations: sections, tables, files, exact moments, and approximation by sections."""

from __future__ import annotations

import math
import pickle
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from spinglass import InputError
from spinglass.activations import (
    Activation,
    activation,
    names,
    path_sum,
    read_table,
    section_probabilities,
    sectioned,
)

_number = st.floats(-50, 50, allow_nan=False).map(lambda v: round(v, 3) + 0.0)


@st.composite
def _sections(draw: Any) -> tuple[list[float], list[float], float]:
    knots = sorted(set(draw(st.lists(_number, max_size=6))))
    slopes = draw(st.lists(_number, min_size=len(knots) + 1, max_size=len(knots) + 1))
    assume(any(slopes))
    return knots, slopes, draw(_number)


@given(_sections())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_sections_are_continuous_with_the_given_slopes(given_sections: tuple[list[float], list[float], float]) -> None:
    knots, slopes, intercept = given_sections
    a = Activation.from_sections(knots, slopes, intercept)
    assert a(0.0) == intercept
    scale = 1 + abs(intercept) + 100 * max(map(abs, slopes))
    for knot in knots:
        assert abs(a(np.nextafter(knot, 99)) - a(np.nextafter(knot, -99))) <= 1e-13 * scale
    edges = np.array([*([knots[0] - 2] if knots else [-2.0]), *knots, *([knots[-1] + 2] if knots else [2.0])])
    middles = 0.5 * (edges[1:] + edges[:-1])
    assert a.derivative(middles).tolist() == slopes
    assert a.sections is not None
    inside = a.sections.section_of(middles)
    lines = np.asarray(a.sections.slopes)[inside] * middles + np.asarray(a.sections.intercepts)[inside]
    assert np.allclose(lines, a(middles), rtol=0, atol=1e-12 * scale)


@given(_sections(), st.floats(0.05, 20))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_moments_of_sections(given_sections: tuple[list[float], list[float], float], std: float) -> None:
    knots, slopes, intercept = given_sections
    a = Activation.from_sections(knots, slopes, intercept)
    assert a.sections is not None
    with mp.workdps(40):
        edges = [-mp.inf, *map(mpf, a.sections.knots), mp.inf]
        pi = []
        for low, high in pairwise(edge / (mpf(std) * mp.sqrt(2)) for edge in edges):
            if low > 0:  # differences of small tails, not of numbers near one
                pi.append((mp.erfc(low) - mp.erfc(high)) / 2)
            else:
                pi.append((mp.erfc(-high) - mp.erfc(-low)) / 2)
        # continuity gives the intercepts anew, in 40 digits
        home = sum(knot < 0 for knot in a.sections.knots)
        beta = {home: mpf(intercept)}
        alpha = list(map(mpf, a.sections.slopes))
        for j in range(home + 1, len(pi)):
            beta[j] = beta[j - 1] + (alpha[j - 1] - alpha[j]) * mpf(a.sections.knots[j - 1])
        for j in range(home - 1, -1, -1):
            beta[j] = beta[j + 1] + (alpha[j + 1] - alpha[j]) * mpf(a.sections.knots[j])
        slope = mp.fsum(p * s for p, s in zip(pi, alpha, strict=True))
        level = mp.fsum(p * beta[j] for j, p in enumerate(pi))
        kinks = enumerate(a.sections.knots)
        jumps = [abs((alpha[j + 1] - alpha[j]) * mpf(k)) * min(pi[j], pi[j + 1]) for j, k in kinks]
        slope_scale = float(mp.fsum(p * abs(s) for p, s in zip(pi, alpha, strict=True)))
        level_scale = float(abs(level) + abs(intercept) + 50 * mp.fsum(jumps))
    assert abs(a.sections.mean_slope(std) - float(slope)) <= 1e-13 * slope_scale
    assert abs(a.sections.mean_intercept(std) - float(level)) <= 1e-12 * level_scale + 1e-13 * slope_scale
    assert np.allclose(a.sections.probabilities(std), np.array(pi, dtype=float), rtol=1e-11, atol=1e-300)


def test_rare_sections_are_relatively_accurate() -> None:
    a = Activation.from_sections([-2.0, 2.0], [0.0, 1.0, 0.5])
    for std in (0.06, 0.1, 0.5):
        with mp.workdps(40):
            tail = float(mp.erfc(2 / (mpf(std) * mp.sqrt(2))) / 2)
        pi = section_probabilities(a, std)
        assert math.isclose(pi[0], tail, rel_tol=1e-12)
        assert math.isclose(pi[2], tail, rel_tol=1e-12)
        # β = −2 on the left; on the right slope 0.5 gives β = 1: (−2 + 1) tail
        assert math.isclose(path_sum(a, 2, std).mean_intercept, -tail, rel_tol=1e-11)


@given(st.lists(st.tuples(_number, _number), min_size=2, max_size=12, unique_by=lambda p: p[0]))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_tables_are_interpolated_and_continued(points: list[tuple[float, float]]) -> None:
    points.sort()
    x, y = np.array(points).T
    assume(np.ptp(y) > 0)
    a = Activation.from_table(x, y)
    steep = 1 + np.max(np.abs(np.diff(y) / np.diff(x)))
    inside = np.linspace(x[0], x[-1], 57)
    assert np.allclose(a(inside), np.interp(inside, x, y), rtol=0, atol=1e-12 * steep * 100)
    assert np.allclose(a(x), y, rtol=0, atol=1e-12 * steep * 100)
    for end, neighbour in ((0, 1), (-1, -2)):
        slope = (y[end] - y[neighbour]) / (x[end] - x[neighbour])
        far = x[end] + (7.0 if end else -7.0)
        assert math.isclose(a(far), y[end] + slope * (far - x[end]), rel_tol=1e-9, abs_tol=1e-10 * steep)


@given(_sections(), st.floats(-8, 8).filter(lambda c: abs(c) > 1e-3), st.floats(0.1, 5))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_rho_one_does_not_see_a_factor(given_sections: Any, c: float, std: float) -> None:
    knots, slopes, intercept = given_sections
    a = Activation.from_sections(knots, slopes, intercept)
    b = Activation.from_sections(knots, [c * s for s in slopes], c * intercept)
    assert a.sections is not None
    assert b.sections is not None
    scale = sum(map(abs, slopes))
    assert math.isclose(b.sections.mean_slope(std), c * a.sections.mean_slope(std), abs_tol=1e-13 * scale * abs(c))
    level = a.sections.mean_intercept(std)
    assert math.isclose(b.sections.mean_intercept(std), c * level, abs_tol=1e-11 * (scale + abs(intercept)) * abs(c))
    assume(abs(a.sections.mean_slope(std)) > 1e-3 * scale)
    r, s = path_sum(a, 2, std), path_sum(b, 2, std)
    assert math.isclose(r.rho[0], s.rho[0], rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("knots", "slopes", "intercept"),
    [
        ([1, 0], [1, 2, 3], 0),
        ([0, 0], [1, 2, 3], 0),
        ([0], [1], 0),
        ([0], [1, 2, 3], 0),
        ([], [], 0),
        ([0], [0, 0], 1),
        ([float("nan")], [1, 2], 0),
        ([0], [1, float("inf")], 0),
        ([0], [1, 2], float("nan")),
        (["a"], [1, 2], 0),
        ([[0]], [1, 2], 0),
        ([0], [1, 2j], 0),
        ([0], [True, False], 0),
        ([0], None, 0),
        ([0], [1, 2], "x"),
        ([1e308], [1e308, -1e308], 0),
    ],
)
def test_bad_sections(knots: Any, slopes: Any, intercept: Any) -> None:
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(InputError):
        Activation.from_sections(knots, slopes, intercept)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([0], [1]),
        ([], []),
        ([0, 1], [1]),
        ([0, 0], [1, 2]),
        ([1, 0], [1, 2]),
        ([0, float("nan")], [1, 2]),
        ([0, 1], [1, float("nan")]),
        ([0, 1], [1, float("inf")]),
        ([0, 1], [2, 2]),
        (["0", "1"], [1, 2]),
        (3, 4),
        ([[0, 1]], [[1, 2]]),
        ([0, 1], [1, 2j]),
        (None, None),
        ([0, 5e-324], [0, 1]),
        ([0, [1]], [1, 2]),
    ],
)
def test_bad_tables(x: Any, y: Any) -> None:
    with pytest.raises(InputError):
        Activation.from_table(x, y)


def test_the_offending_abscissa_is_named() -> None:
    with pytest.raises(InputError, match=r"x = 1\.5: must be strictly increasing; it follows 2\.0"):
        Activation.from_table([0, 2, 1.5, 3], [0, 1, 2, 3])


@pytest.mark.parametrize(
    "content",
    [
        "-1,0\n0,0\n2,2\n",
        "x,f\n-1,0\n0,0\n2,2",
        "\ufeffx;f(x)\r\n-1; 0\r\n0;0\r\n\r\n2;2\r\n",
        "# made by hand\nx\ty\n-1\t0\n0\t0\n2\t2\n",
        '"x","f"\n"-1","0.0"\n0,0\n2e0,2',
    ],
)
def test_csv_tables(content: str, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(content.encode())
    x, y = read_table(file)
    assert x.tolist() == [-1, 0, 2]
    assert y.tolist() == [0, 0, 2]
    assert Activation.from_table(*read_table(str(file)))(1.0) == 1.0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x,f\n0,0\n1,nan\n", r"line 3 .*finite"),
        ("0,0\n1,inf\n", r"line 2 .*finite"),
        ("0,0\n0,1\n", r"line 2 .*increasing"),
        ("x,f\n0,0\n2,1\n1,5\n", r"line 4 .*increasing; it follows 2\.0"),
        ("0,0\n1,b\n", r"line 2 .*two numbers"),
        ("0,0,0\n1,1,1\n", r"line 1 .*two columns.*found 3"),
        ("0\n1\n", r"two columns.*found 1"),
        ("", "at least 2 points"),
        ("x,f\n", "at least 2 points"),
        ("0,1\n", "at least 2 points, found 1"),
        ("a,b\nc,d\n0,0\n", r"line 2 .*two numbers"),
        ("0,\n1,1\n", "two numbers"),
        ("x,1\n2,3\n4,5", "line 1 .*two numbers"),
    ],
)
def test_bad_csv(content: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text(content)
    with pytest.raises(InputError, match=message):
        read_table(file)


def test_unreadable_csv(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_table(tmp_path / "absent.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_table(tmp_path)
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError, match="UTF-8"):
        read_table(tmp_path / "binary.csv")


def test_display_text_of_sections() -> None:
    for knots, slopes, level in [
        ([], [2], 1),
        ([0], [0, 1], 0),
        ([-2, -1, 1, 2], [0.01, 0.1, 1, 0.3, 0.03], 0),
        ([-1, 0, 3], [1, -1, 0.5, 2], -0.25),
    ]:
        a = Activation.from_sections(knots, slopes, level)
        b = Activation.from_expression(a.expression)
        x = np.linspace(-5, 5, 41)
        assert np.allclose(a(x), b(x), atol=1e-12)
    assert "12 sections" in Activation.from_sections(range(11), range(1, 13)).expression


def test_pickling_and_equality_of_sections_and_tables() -> None:
    a = Activation.from_sections([0, 1], [0, 1, 2], 0.5, name="mine")
    assert a == Activation.from_sections([0.0, 1.0], (0, 1, 2), 0.5, name="mine") == pickle.loads(pickle.dumps(a))
    assert hash(a) == hash(pickle.loads(pickle.dumps(a)))
    t = Activation.from_table([0, 1, 2], [0, 1, 2])
    assert t.sections is not None
    assert t.sections.n_sections == 1
    assert t(5.0) == 5.0


@pytest.mark.parametrize("name", [n for n in names() if n not in ("gaussian", "linear", "relu", "leaky-relu")])
def test_approximation_by_sections_improves(name: str) -> None:
    a = activation(name)
    exact = path_sum(a, 3).rho
    scale = np.abs(exact) + 1e-3
    errors = [np.max(np.abs(path_sum(sectioned(a, n), 3).rho - exact) / scale) for n in (6, 24)]
    if exact[0] == 0.0:
        assert errors == [0.0, 0.0]
    assert errors[1] < 2e-3
    assert errors[1] <= errors[0] + 1e-12


@pytest.mark.parametrize("name", ["softplus", "silu", "mish", "gelu", "elu"])
@pytest.mark.parametrize(("method", "low", "high"), [("interpolation", 1.75, 2.6), ("least-squares", 3.2, 5.0)])
def test_rate_of_approximation_by_sections(name: str, method: str, low: float, high: float) -> None:
    """ρ_ℓ(L) → ρ_ℓ(∞) at L^{-2} by interpolation and at L^{-4} by least squares, from L = 4 to 32."""
    a = activation(name)
    exact = path_sum(a, 3).rho
    counts = np.array([4, 8, 16, 32])
    approximations = [sectioned(a, int(n), method=method) for n in counts]
    for level in range(3):
        errors = [abs(path_sum(b, 3).rho[level] - exact[level]) for b in approximations]
        rate = -np.polyfit(np.log(counts), np.log(errors), 1)[0]
        assert low < rate < high, (name, method, level, errors)


def test_least_squares_keeps_the_mean_slope() -> None:
    for name in ("softplus", "tanh", "sigmoid"):
        a = activation(name)
        for std in (0.3, 2.0):
            b = sectioned(a, 9, std=std)
            assert b.sections is not None
            assert b.sections.mean_slope(std) == pytest.approx(path_sum(a, 2, std).mean_slope, rel=1e-9)


def test_sectioned_arguments() -> None:
    a = activation("silu")
    assert sectioned(activation("hard-tanh"), 3) == activation("hard-tanh")
    wrong = ({"n_sections": 1}, {"n_sections": 2.5}, {"n_sections": 4, "std": 0.0}, {"n_sections": 4, "method": "x"})
    for arguments in wrong:
        with pytest.raises(InputError):
            sectioned(a, **arguments)  # type: ignore[arg-type]
