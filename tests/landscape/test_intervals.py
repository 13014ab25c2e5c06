"""Ball arithmetic against exact rational arithmetic, from the smallest subnormal to huge numbers."""

import math
from fractions import Fraction

import numpy as np
import pytest

from spinglass.landscape.intervals import (
    TINY,
    U,
    add,
    bounds,
    exact,
    largest_row_sum,
    multiply,
    product,
    row_sums,
    size,
    subtract,
)

SIDES = ((Fraction(0), Fraction(0)), (Fraction(1), Fraction(0)), (Fraction(-3, 5), Fraction(4, 5)))
CASES = [(kind, scale) for kind in ("real", "complex") for scale in ("one", "all", "subnormal", "integers", "huge")]


def numbers(rng, scale, shape):
    """Doubles of one kind of size; "all" mixes every exponent."""
    mantissa = rng.uniform(-1, 1, shape)
    if scale == "one":
        return mantissa
    if scale == "integers":
        return rng.integers(-3, 4, shape).astype(float)
    low, high = {"all": (-1074, 480), "subnormal": (-1074, -480), "huge": (380, 500)}[scale]
    values = np.ldexp(mantissa, rng.integers(low, high, shape))
    return np.where(rng.random(shape) < 0.1, 0.0, values)


def balls(rng, kind, scale, shape):
    middle = numbers(rng, scale, shape)
    if kind == "complex":
        middle = middle + 1j * numbers(rng, scale, shape)
    radius = np.abs(middle) * 10.0 ** rng.uniform(-20, 0, shape) * rng.integers(0, 2, shape)
    return middle, radius


def rational(z):
    return Fraction(float(z.real)), Fraction(float(z.imag))


def inside(rng, ball, at):
    """A number in a ball, exactly: its centre or a point of its edge."""
    middle, radius = ball[0][at], Fraction(float(ball[1][at]))
    real, imaginary = rational(middle)
    a, b = SIDES[rng.integers(3)]
    if not np.iscomplexobj(ball[0]):
        b = Fraction(0)
    return real + a * radius, imaginary + b * radius


def contains(ball, at, value):
    middle, radius = rational(ball[0][at]), Fraction(float(ball[1][at]))
    return (value[0] - middle[0]) ** 2 + (value[1] - middle[1]) ** 2 <= radius**2


def plus(a, b):
    return a[0] + b[0], a[1] + b[1]


def minus(a, b):
    return a[0] - b[0], a[1] - b[1]


def times(a, b):
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


@pytest.mark.parametrize(("kind", "scale"), CASES)
def test_sums_and_products_contain_the_exact_results(kind, scale):
    rng = np.random.default_rng(1)
    count = 400
    a, b = balls(rng, kind, scale, count), balls(rng, kind, scale, count)
    b[0][: count // 4] = -a[0][: count // 4] * (1 + rng.integers(-2, 3, count // 4) * 2 * U)  # cancellation
    for operation, law in ((add, plus), (subtract, minus), (multiply, times)):
        result = operation(a, b)
        assert np.all(np.isfinite(result[0]) & np.isfinite(result[1]))
        for at in range(count):
            for _ in range(4):
                assert contains(result, at, law(inside(rng, a, at), inside(rng, b, at)))


@pytest.mark.parametrize(("kind", "scale"), CASES)
@pytest.mark.parametrize("inner", [1, 2, 7])
def test_matrix_products_contain_the_exact_results(kind, scale, inner):
    rng = np.random.default_rng(2)
    a = balls(rng, kind, scale, (3, 2, inner))
    b = balls(rng, "real" if inner == 2 else kind, scale, (1 if inner == 7 else 3, inner, 2))
    a[0][0, :, inner // 2 :] = -a[0][0, :, : inner - inner // 2]
    result = product(a, b)
    assert np.all(np.isfinite(result[0]) & np.isfinite(result[1]))
    for at in np.ndindex(result[0].shape):
        for _ in range(3):
            total = (Fraction(0), Fraction(0))
            for j in range(inner):
                right = inside(rng, b, (at[0] if len(b[0]) > 1 else 0, j, at[2]))
                total = plus(total, times(inside(rng, a, (at[0], at[1], j)), right))
            assert contains(result, at, total)


def test_radii_are_those_of_rounding_and_needed():
    """Balls of exact numbers are a few units of the last place wide, and without the radius the result is wrong."""
    rng = np.random.default_rng(3)
    a, b = exact(rng.normal(size=(1, 40, 5))), exact(rng.normal(size=(1, 5, 40)))
    middle, radius = product(a, b)
    weight = np.abs(a[0]) @ np.abs(b[0])
    assert np.all(radius < 9 * U * weight)
    wrong = 0
    for i in range(40):
        true = sum(Fraction(float(a[0][0, i, j])) * Fraction(float(b[0][0, j, i])) for j in range(5))
        wrong += true != Fraction(float(middle[0, i, i]))
    assert wrong > 20
    tiny = multiply(exact(np.array(0.75 * 2.0**-537)), exact(np.array(2.0**-537)))
    assert tiny[0] == TINY
    assert tiny[1] > 0
    total = add(exact(np.array(1.0)), exact(np.array(2.0**-60)))
    assert total[0] == 1
    assert total[1] >= 2.0**-60


def test_overflow_leaves_no_finite_ball():
    with np.errstate(over="ignore"):
        assert not math.isfinite(multiply(exact(np.array(1e200)), exact(np.array(1e200)))[0])
        assert not math.isfinite(add(exact(np.array(1.7e308)), exact(np.array(1e308)))[0])


@pytest.mark.parametrize("kind", ["real", "complex"])
def test_norms_and_bounds_are_on_the_safe_side(kind):
    rng = np.random.default_rng(4)
    matrix = balls(rng, kind, "all", (5, 4, 6))
    sums, norms = row_sums(matrix), largest_row_sum(matrix)
    for s in range(5):
        for i in range(4):
            exact_sum = Fraction(0)
            for j in range(6):
                real, imaginary = rational(matrix[0][s, i, j])
                longest = max(abs(real), abs(imaginary)) + Fraction(float(matrix[1][s, i, j]))
                exact_sum += longest  # at most the sum of moduli
            assert Fraction(float(sums[s, i])) >= exact_sum
        assert norms[s] == np.max(sums[s])
    assert np.all(size(matrix[0]) >= np.abs(matrix[0]) * (1 - 4 * U))
    middle, radius = balls(rng, "real", "all", 500)
    low, high = bounds(middle, radius)
    for m, r, l, h in zip(middle, radius, low, high, strict=True):
        assert Fraction(float(l)) < Fraction(float(m)) - Fraction(float(r))
        assert Fraction(float(h)) > Fraction(float(m)) + Fraction(float(r))
