"""The density at the soft edge: high precision, the derived value at 0, the exact density at finite n."""

import math

import numpy as np
import pytest
from mpmath import mp

from spinglass._errors import InputError
from spinglass.random_matrices import goe_density, soft_edge_density
from spinglass.random_matrices.soft_edge import orthogonal_part

AT_ZERO = 0.18533016840893638723  # Ai′(0)² + Ai(0)/3, from the integral of the derivation "saddle-points.edge"


def test_the_derived_value_at_zero():
    assert soft_edge_density(0.0) == pytest.approx(AT_ZERO, rel=1e-14)


@pytest.mark.parametrize("s", [-20.0, -15.0, -6.0, -2.5, -0.3, 0.0, 0.8, 3.0, 12.0])
def test_against_high_precision(s):
    ai, slope = mp.airyai(s), mp.airyai(s, derivative=1)
    tail = mp.quad(mp.airyai, [*np.arange(s, 20.0), 20, 45])
    last = ai * (1 - tail) / 2
    assert orthogonal_part(s) == pytest.approx(float(last), rel=1e-11, abs=1e-15)
    assert soft_edge_density(s) == pytest.approx(float(slope**2 - s * ai**2 + last), rel=1e-11)


@pytest.mark.parametrize("s", [-4.0, -1.0, 0.0, 1.0])
def test_the_exact_density_approaches_it(s):
    sizes = (250, 2000)
    scaled = [goe_density(2 * math.sqrt(n) + s * n ** (-1 / 6), n) * n ** (-1 / 6) for n in sizes]
    errors = [abs(value - soft_edge_density(s)) for value in scaled]
    assert errors[1] < 0.03
    assert errors[1] < 0.65 * errors[0]  # n^{−1/3}: one half
    unitary = soft_edge_density(s) - orthogonal_part(s)
    assert abs(scaled[1] - unitary) > 2 * errors[1]


def test_scalars_shapes_and_bad_places():
    assert isinstance(soft_edge_density(1), float)
    assert soft_edge_density([[0.0, 1.0], [2.0, -3.0]]).shape == (2, 2)
    assert soft_edge_density([0.0, 1.0])[0] == soft_edge_density(0.0)
    for bad in (math.nan, math.inf, 20.5, "near", 1j, [0.0, -21.0]):
        with pytest.raises(InputError, match=r"^s "):
            soft_edge_density(bad)
