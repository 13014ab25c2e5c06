"""E α and E β of every activation against an independent quadrature in 40 digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from spinglass import ComputationError
from spinglass.activations import Activation, activation, names
from spinglass.activations.section_law import gaussian_moments, mean_square

STDS = (0.05, 0.3, 1.0, 1.7, 5.0, 20.0)
TOLERANCE = 1e-12


def _s(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x)) if x > 0 else mp.exp(x) / (1 + mp.exp(x))


def _softplus(x: Any) -> Any:
    return mp.log1p(mp.exp(-abs(x))) + max(x, 0)


def _pieces(knots: tuple[float, ...], slopes: tuple[Any, ...], at_zero: Any = 0) -> Callable[[Any], Any]:
    """A continuous piecewise-linear function by integration of its slope from 0."""

    def f(x: Any) -> Any:
        total = mpf(at_zero)
        edges = [-mp.inf, *map(mpf, knots), mp.inf]
        for (low, high), slope in zip(pairwise(edges), slopes, strict=True):
            if x > 0:
                total += slope * max(mpf(0), min(x, high) - max(mpf(0), low))
            else:
                total -= slope * max(mpf(0), min(mpf(0), high) - max(x, low))
        return total

    return f


ORACLES: dict[str, tuple[Callable[[Any], Any], tuple[float, ...]]] = {
    "relu": (lambda x: max(x, 0), (0,)),
    "leaky-relu": (lambda x: x if x > 0 else x * mpf(0.01), (0,)),
    "gelu": (lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2, ()),
    "silu": (lambda x: x * _s(x), ()),
    "softplus": (_softplus, ()),
    "elu": (lambda x: x if x > 0 else mp.expm1(x), (0,)),
    "tanh": (mp.tanh, ()),
    "sigmoid": (_s, ()),
    "erf": (mp.erf, ()),
    "hard-tanh": (lambda x: max(-1, min(1, x)), (-1, 1)),
    "linear": (lambda x: x, ()),
    "gaussian": (lambda x: mp.exp(-x * x), ()),
    "five-section": (_pieces((-2, -1, 1, 2), (mpf(0.01), mpf(0.1), mpf(1), mpf(0.3), mpf(0.03))), (-2, -1, 1, 2)),
    "hard-sigmoid": (lambda x: max(mpf(0), min(mpf(1), x / 6 + mpf(1) / 2)), (-3, 3)),
    "hard-swish": (lambda x: x * max(mpf(0), min(mpf(1), x / 6 + mpf(1) / 2)), (-3, 3)),
    "relu6": (lambda x: min(max(x, 0), 6), (0, 6)),
    "selu": (
        lambda x: mpf("1.0507009873554804934") * (x if x > 0 else mpf("1.6732632423543772848") * mp.expm1(x)),
        (0,),
    ),
    "mish": (lambda x: x * mp.tanh(_softplus(x)), ()),
    "softsign": (lambda x: x / (1 + abs(x)), (0,)),
    "arctan": (mp.atan, ()),
    "sine": (mp.sin, ()),
}


def oracle(f: Callable[[Any], Any], kinks: tuple[float, ...], std: float) -> tuple[float, float, float]:
    """(E f′, E[f − x f′], E f²) by Stein's identities E f′ = E z f/σ, E x f′ = E (z²−1) f: no derivative is needed.

    Composite Gauss–Legendre with 40 nodes on panels graded around 0 and the kinks, in 50 digits.
    """
    with mp.workdps(50):
        sigma = mpf(std)
        points = {mpf(z) for z in (-26, -20, -15, -12, -9, -7, -5, -3.5, -2, -1, 0, 1, 2, 3.5, 5, 7, 9, 12, 15, 20, 26)}
        for centre in {0.0, *kinks}:
            steps = [mpf(0)] + [mpf(2) ** k / 4 for k in range(8)] if std > 0.4 else [mpf(0)]
            points |= {(centre + s * step) / sigma for step in steps for s in (-1, 1)}
        edges = sorted(p for p in points if abs(p) <= 26)
        slope = intercept = square = mpf(0)
        for low, high in pairwise(edges):
            if high - low < mpf(10) ** -40:
                continue
            half, centre_z = (high - low) / 2, (high + low) / 2
            for node, weight in NODES:
                z = centre_z + half * node
                value = f(sigma * z)
                mass = half * weight * mp.exp(-z * z / 2)
                slope += mass * z * value
                intercept += mass * (2 - z * z) * value
                square += mass * value * value
        norm = 1 / mp.sqrt(2 * mp.pi)
        return float(slope * norm / sigma), float(intercept * norm), float(square * norm)


def _nodes(n: int) -> list[tuple[Any, Any]]:
    """Gauss–Legendre nodes in 60 digits by Newton's method from the double ones."""
    with mp.workdps(60):
        found = []
        for start in np.polynomial.legendre.leggauss(n)[0]:
            x = mpf(float(start))
            for _ in range(4):
                before, current = mpf(1), x
                for k in range(2, n + 1):
                    before, current = current, ((2 * k - 1) * x * current - (k - 1) * before) / k
                slope = n * (x * current - before) / (x * x - 1)
                x -= current / slope
            found.append((x, 2 / ((1 - x * x) * slope**2)))
        return found


NODES = _nodes(40)


def test_every_catalogue_entry_has_an_oracle() -> None:
    assert set(ORACLES) == set(names())


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_moments_agree_with_high_precision(name: str) -> None:
    f, kinks = ORACLES[name]
    a = activation(name)
    for std in STDS:
        slope, intercept, square = oracle(f, kinks, std)
        moments = gaussian_moments(a, std)
        for found, expected in ((moments.slope, slope), (moments.intercept, intercept)):
            if abs(expected) < 1e-25:
                assert found == 0.0 or abs(found) < 1e-80, (name, std, found, expected)
            else:
                assert abs(found - expected) <= TOLERANCE * abs(expected), (name, std, found, expected)
        assert math.isclose(mean_square(a, std), square, rel_tol=TOLERANCE), (name, std)


@pytest.mark.parametrize(
    ("text", "f", "kinks"),
    [
        ("x/(1 + exp(-x))", lambda x: x * _s(x), ()),
        ("log(1 + exp(x))", _softplus, ()),
        ("x**3 - 2*x**2 + x/3 + 1", lambda x: x**3 - 2 * x**2 + x / 3 + 1, ()),
        ("Max(x - 0.5, 0)", lambda x: max(x - mpf(1) / 2, 0), (0.5,)),
        ("tanh(x) + 0.1*x*x", lambda x: mp.tanh(x) + x * x / 10, ()),
        ("Max(0.1*x, sinh(x/9)) + atan(x)", lambda x: max(x / 10, mp.sinh(x / 9)) + mp.atan(x), (0.0,)),
        ("sqrt(1 + x**2) + x", lambda x: mp.sqrt(1 + x * x) + x, ()),
        ("x*sigmoid(1.5*x - 1)", lambda x: x * _s(x * 3 / 2 - 1), ()),
        ("softplus(x) - log(2)", lambda x: _softplus(x) - mp.log(2), ()),
        ("sin(x) + cos(2*x)", lambda x: mp.sin(x) + mp.cos(2 * x), ()),
        ("relu(x)*tanh(x)", lambda x: max(x, 0) * mp.tanh(x), (0.0,)),
    ],
)
@pytest.mark.parametrize("std", [0.05, 1.0, 4.0])
def test_moments_of_expressions(text: str, f: Callable[[Any], Any], kinks: tuple[float, ...], std: float) -> None:
    slope, intercept, _ = oracle(f, kinks, std)
    moments = gaussian_moments(Activation.from_expression(text), std)
    assert math.isclose(moments.slope, slope, rel_tol=TOLERANCE)
    assert math.isclose(moments.intercept, intercept, rel_tol=TOLERANCE)


@pytest.mark.parametrize("steepness", [10.0, 1e3, 1e6, 1e8])
@pytest.mark.parametrize("centre", [0.0, 1.0, -2.375])
def test_steep_expressions_are_resolved(steepness: float, centre: float) -> None:
    """f = erf(a(x − c)) + x: E f′ = 1 + 2a/√(π(1+2a²σ²)) e^{−a²c²/(1+2a²σ²)}, a Gaussian integral; E f likewise."""
    text = f"erf({steepness:.0f}*(x - {centre})) + x".replace("- -", "+ ")
    for std in (0.7, 3.0) if steepness < 1e6 else (0.7,):
        with mp.workdps(40):
            a, c, s = mpf(steepness), mpf(centre), mpf(std)
            width = 1 + 2 * a * a * s * s
            peak = 2 * a / mp.sqrt(mp.pi * width) * mp.exp(-a * a * c * c / width)
            # E x f′ = (mean of x under the product of both Gaussians) × peak; E erf(a(x−c)) = −erf(a c/√(1+2a²σ²))
            level = float(-mp.erf(a * c / mp.sqrt(width)) - peak * 2 * a * a * s * s * c / width)
            slope = float(1 + peak)
        try:
            moments = gaussian_moments(Activation.from_expression(text), std)
        except ComputationError:
            assert steepness > 1e7  # the rounding of x alone exceeds the accuracy: refused, never silently wrong
            continue
        assert math.isclose(moments.slope, slope, rel_tol=TOLERANCE), (text, std)
        assert math.isclose(moments.intercept, level, rel_tol=1e-11, abs_tol=0.0), (text, std)
