"""W_n(ξ, κ) by index: sums, limits, closed forms, no spike, sampling."""

import math

import numpy as np
import pytest

from spinglass.random_matrices.rank_one import spiked_ratio
from spinglass.random_matrices.rank_one_indices import spiked_index_ratio


@pytest.mark.parametrize("n", [2, 3, 8, 15, 32, 60])
def test_sum_over_the_index_is_the_total(n):
    xi = np.array([-2.3, -1.0, 0.0, 0.4, 2.0]) * math.sqrt(n)
    kappa = np.array([0.0, 0.1, -3.0, 10.0, -45.0, 2000.0])
    log_minor, total = spiked_ratio(n, xi, kappa)
    log_minor_by_index, ratio = spiked_index_ratio(n, xi, kappa)
    assert ratio.shape == (kappa.size, xi.size, n + 1)
    assert np.array_equal(log_minor, log_minor_by_index)
    assert ratio.sum(axis=-1) == pytest.approx(total, rel=1e-12)
