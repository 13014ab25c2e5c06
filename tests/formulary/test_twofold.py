"""Twofold arithmetic against rational numbers, also with compiled code from the cache of another process."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinglass import _twofold as twofold

# products stay above 1e-291 (the low part is a float) and below the largest float
factors = st.floats(1e-140, 1e140) | st.floats(-1e140, -1e-140)
numbers = st.floats(-1e300, 1e300)
positive = st.floats(1e-140, 1e140)


def exact(*parts):
    return sum(map(Fraction, parts), Fraction(0))


@settings(deadline=None)  # the first call compiles
@given(numbers, numbers)
def test_a_sum_is_exact(a, b):
    high, low = twofold.exact_sum(a, b)
    assert high == a + b
    assert exact(high, low) == exact(a, b)


@settings(deadline=None)  # the first call compiles
@given(factors, factors)
def test_a_product_is_exact(a, b):
    high, low = twofold.exact_product(a, b)
    assert high == a * b
    assert exact(high, low) == Fraction(a) * Fraction(b)


@pytest.mark.parametrize(("a", "b"), [(1e200, 1e100), (-1e307, 3.3), (1.1e160, 1.3e148), (1e-160, 1.7e-131)])
def test_a_product_is_exact_as_long_as_it_is_a_float(a, b):
    assert exact(*twofold.exact_product(a, b)) == Fraction(a) * Fraction(b)


def test_a_product_of_integers_is_a_product_of_floats():
    high, low = twofold.exact_product(3, 0.1)
    assert exact(high, low) == 3 * Fraction(0.1)


def test_the_low_part_is_not_simply_zero():
    assert twofold.exact_product(0.1, 0.1)[1] != 0


@settings(deadline=None)  # the first call compiles
@given(factors, st.floats(-1, 1), factors, st.floats(-1, 1))
def test_products_and_quotients_of_pairs(a, share, b, other):
    a_low, b_low = a * share * 2.0**-54, b * other * 2.0**-54
    one, two = exact(a, a_low), exact(b, b_low)
    product = exact(*twofold.multiply(a, a_low, b, b_low))
    quotient = exact(*twofold.divide(a, a_low, b, b_low))
    assert abs(product / (one * two) - 1) <= Fraction(1, 2**102)
    assert abs(quotient * two / one - 1) <= Fraction(1, 2**101)


@settings(deadline=None)  # the first call compiles
@given(numbers, st.floats(-1, 1), numbers, st.floats(-1, 1))
def test_sums_of_pairs(a, share, b, other):
    a_low, b_low = a * share * 2.0**-54, b * other * 2.0**-54
    total = exact(*twofold.add(a, a_low, b, b_low))
    size = abs(Fraction(a)) + abs(Fraction(b))
    assert abs(total - exact(a, a_low, b, b_low)) <= size * Fraction(1, 2**102) + Fraction(1, 2**1072)


@settings(deadline=None)  # the first call compiles
@given(positive, st.floats(-1, 1))
def test_roots_of_pairs(a, share):
    a_low = a * share * 2.0**-54
    found = exact(*twofold.root(a, a_low))
    assert found >= 0
    assert abs(found**2 / exact(a, a_low) - 1) <= Fraction(1, 2**101)


def test_roots_end_at_zero():
    assert twofold.root(0.0, 0.0) == (0.0, 0.0)
    with mpmath.workdps(40):
        high, low = twofold.root(2.0, 0.0)
        assert abs(mpmath.mpf(high) + low - mpmath.sqrt(2)) < 1e-32


PROGRAM = """
from spinglass import _twofold
from spinglass.generated.complexity import annealed_complexity
print(_twofold.exact_product(0.1, 0.3), annealed_complexity(-1.7, 3))
print(sum(_twofold.exact_product.stats.cache_hits.values()), sum(annealed_complexity.stats.cache_hits.values()))
"""


def test_a_second_process_takes_the_compiled_product_from_the_cache(tmp_path):
    environment = {**os.environ, "SPINGLASS_CACHE_DIR": str(tmp_path)}
    outputs = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        for _ in range(2)
    ]
    assert outputs[0][0] == outputs[1][0]
    assert outputs[0][1] == "0 0"
    assert outputs[1][1] == "1 1"
