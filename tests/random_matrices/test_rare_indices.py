"""Every count with relative accuracy: reflection, sums, closed integrals, the double route, both kinds of integers."""

import math

import mpmath
import numpy as np
import pytest

from spinglass.random_matrices import count_probabilities, index_probabilities, rare_indices

LAWS = pytest.mark.parametrize("law", [count_probabilities, index_probabilities])


@pytest.mark.parametrize(("n", "x"), [(2, 0.5), (5, 0.7), (10, 0.5), (11, -4.0), (24, 1.3), (31, 0.0)])
@LAWS
def test_reflection_and_sum(law, n, x):
    """The reflected law is computed from other integrals: left and right change places."""
    logarithm, bound = law(n, x, relative=True, log=True, with_error=True)
    weights = rare_indices._weights(n, abs(x), law is index_probabilities, rare_indices._rarest_bits(n, x) + 400)
    total = mpmath.mpf(int(sum(weights)))
    reflected = [float(mpmath.log(int(weight) / total)) for weight in weights]
    if x < 0:
        reflected.reverse()
    assert np.all(np.abs(logarithm - reflected) <= bound + 1e-15 * np.abs(logarithm))
    assert math.fsum(np.exp(logarithm)) == pytest.approx(1, abs=1e-14)
    assert np.all(np.diff(logarithm, 2) < 0)  # log-concave


def test_ten_by_ten_has_all_digits():
    """The case in which double precision has few digits: index 0 of order 10 at 0.5."""
    exact = index_probabilities(10, 0.5, relative=True)
    found, bound = index_probabilities(10, 0.5, with_error=True)
    assert exact[0] < 1e-18
    assert np.all(np.abs(found - exact) <= bound)
    log_law, error = index_probabilities(10, 0.5, relative=True, log=True, with_error=True)
    assert np.max(error) < 2e-14
    assert np.exp(log_law) == pytest.approx(exact, rel=1e-13)


def test_underflow_is_left_to_the_logarithm():
    logarithm = count_probabilities(40, -9.0, relative=True, log=True)
    law, bound = count_probabilities(40, -9.0, relative=True, with_error=True)
    assert logarithm[-1] < -900
    assert law[-1] == 0.0
    assert bound[-1] > 0
    assert np.all(np.isfinite(logarithm))


@LAWS
def test_python_integers_give_the_same_numbers(law, monkeypatch):
    expected = law(9, -1.2, relative=True, log=True)
    monkeypatch.setattr(rare_indices, "_integer", lambda: int)
    assert law(9, -1.2, relative=True, log=True).tolist() == expected.tolist()


def test_one_bit_less_is_noticed(monkeypatch):
    """Negative control: a precision that misses the rarest weight is refused, not rounded."""
    assert rare_indices._log_law(12, -2.0, False, 60) is None
    coarse = rare_indices._log_law(12, -2.0, False, 140)
    fine = count_probabilities(12, -2.0, relative=True, log=True)
    assert coarse is None or np.max(np.abs(coarse - fine)) > 1e-13


def test_order_sixty():
    logarithm, bound = index_probabilities(60, 0.0, relative=True, log=True, with_error=True)
    assert logarithm == pytest.approx(logarithm[::-1], rel=1e-14)
    assert logarithm[0] == pytest.approx(-math.log(3) / 4 * 3600, rel=0.06)
    assert np.max(bound) < 1e-12
