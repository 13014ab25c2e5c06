"""Rates at a latitude over all energies, of all points and of minima, against brute force over the energy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinglass import InputError
from spinglass.complexity import index_cost, leading_complexity, spiked_tensor
from spinglass.complexity.latitude_planes import latitude_diagram
from spinglass.hamiltonians import OverlapField


@pytest.mark.parametrize(("p", "power"), [(3, 3), (3, 2), (4, 4), (5, 1), (3, 5)])
def test_rates_are_suprema_over_the_energy(p, power):
    from spinglass.complexity import field_complexity

    strengths, latitudes = np.array([-4.0, -1.7, 0.6, 2.5]), np.array([-0.93, -0.4, 0.0, 0.55, 0.8, 0.97])
    table = latitude_diagram(strengths, latitudes, p, power)
    u = np.linspace(-14, 14, 280_001)
    for row in table.rows():
        lam, m = row["strength"], row["latitude"]
        d, d1 = lam * m**power, lam * power * m ** (power - 1)
        d2 = lam * power * (power - 1) * m ** (power - 2) if power > 1 else 0.0
        values = field_complexity(u, m, p, d, d1)
        x = (p * (u - d) + m * d1) / math.sqrt(p * (p - 1))
        spike = (1 - m * m) * d2 / math.sqrt(p * (p - 1))
        minima = np.max(values - index_cost(0, x, np.full_like(x, spike)))
        assert row["complexity"] == pytest.approx(values.max(), abs=1e-6)
        assert row["complexity"] >= values.max() - 1e-13
        assert row["minima"] == pytest.approx(minima, abs=2e-4 * (1 + abs(minima)))
        assert row["minima"] >= minima - 1e-13
        assert row["minima"] <= row["complexity"] + 1e-14
        assert row["shift"] == pytest.approx(x[np.argmax(values)], abs=1e-3)
        assert row["spike"] == pytest.approx(spike, abs=1e-14)
        if row["index"] == 0:
            assert row["minima"] == pytest.approx(row["complexity"], abs=1e-13)


def test_the_signal_is_where_the_rate_touches_zero():
    lam = 1.2
    m, _ = spiked_tensor.signal_maximum(lam, 3)
    near = latitude_diagram([-math.sqrt(2) * lam], [m - 1e-3, m, m + 1e-3], 3, 3)
    assert abs(near.complexity[0, 1]) < 1e-14
    assert abs(near.minima[0, 1]) < 1e-14
    assert np.all(near.complexity[0, [0, 2]] < -1e-7)
    assert near.index[0, 1] == 0


def test_the_equator_has_the_rates_of_the_glass():
    table = latitude_diagram([0.0, 1.0], [0.0], 3, 3)
    np.testing.assert_allclose(table.complexity, 0.5 * math.log(2), rtol=1e-15)
    np.testing.assert_allclose(table.minima, 0.5 * math.log(2) - 1 / 3, rtol=1e-13)
    assert table.complexity[0, 0] == leading_complexity(None, 3, OverlapField.spike(0.0, 3))


def test_bad_input():
    for arguments in (
        ([], [0.0], 3, 3),
        ([1.0], [1.0], 3, 3),
        ([1.0], [[0.0]], 3, 3),
        ([math.inf], [0.0], 3, 3),
        ([1.0], [0.0], 1, 3),
        ([1.0], [0.0], 3, 0),
    ):
        with pytest.raises(InputError):
            latitude_diagram(*arguments)
