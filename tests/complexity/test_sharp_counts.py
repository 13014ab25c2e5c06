"""Asymptotic numbers with prefactors against stored records and exact counts at finite N."""

from __future__ import annotations

import itertools
import math

import pytest

from spinglass import ComputationError, InputError
from spinglass.complexity import annealed_complexity, mean_count, sharp_count


@pytest.mark.parametrize(
    ("p", "u", "power", "constant"),
    [
        (3, -1.66, 0.5, 0.94386817769057110873),
        (3, -1.8, 0.5, 0.32523338710048804761),
        (3, -1.0, 0.0, 2.01316848417948),
        (4, -1.0, 0.0, 1.27323954473516),
    ],
)
def test_constants(p, u, power, constant):
    for n in (10, 1000):
        value = sharp_count(n, p, u, log=True) - n * annealed_complexity(u, p) + power * math.log(n)
        assert value == pytest.approx(math.log(constant), abs=1e-11)


@pytest.mark.parametrize(("p", "u"), [(3, None), (5, None), (3, -1.0), (4, -1.2), (3, -1.8), (5, -2.2)])
def test_exact_counts_approach_it_like_one_over_n(p, u):
    window = None if u is None else (-math.inf, u)
    gaps = [mean_count(n, p, energy=window) / sharp_count(n, p, u) - 1 for n in (100, 200, 400)]
    assert all(abs(gap) < 0.11 for gap in gaps)
    assert all(1.75 < first / second < 2.25 for first, second in itertools.pairwise(gaps))
    # Negative control: half a power of N more does not converge.
    wrong = [(1 + gap) * n**0.5 - 1 for n, gap in zip((100, 200, 400), gaps, strict=True)]
    assert wrong[2] > wrong[0] > 1


def test_logarithm_and_bad_input():
    assert sharp_count(50, 3, -1.7) == pytest.approx(math.exp(sharp_count(50, 3, -1.7, log=True)), rel=1e-14)
    assert sharp_count(10**6, 3, log=True) == pytest.approx(0.5 * 10**6 * math.log(2), rel=1e-4)
    with pytest.raises(ComputationError, match="log=True"):
        sharp_count(10**6, 3)
    for arguments, message in (
        ((0, 3), "n_spins = 0"),
        ((10, 2), "p = 2"),
        ((10, 3, 0.0), "u = 0"),
        ((10, 3, 0.4), "u = 0.4"),
        ((10, 3, math.nan), "u = nan"),
    ):
        with pytest.raises(InputError, match=message):
            sharp_count(*arguments)
