"""Mixed glasses: the closed maximisation against stored records and a brute-force supremum in 30 digits."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest

from spinglass import InputError
from spinglass.complexity import annealed_complexity, band_edge, threshold_energy

RECORDS = json.loads((Path(__file__).parents[2] / "validation/reference/mixed_models.json").read_text())
RESIDUAL = {k: math.sqrt(math.comb(10, k) / 2**10) for k in range(1, 11)}  # ((1 + q)/2)^10 without its constant
MIXTURES = [
    {3: math.sqrt(0.5), 4: math.sqrt(0.5)},
    {2: math.sqrt(0.5), 3: math.sqrt(0.5)},
    {1: 0.4, 2: 0.8, 3: 1.0},
    {3: 1.0, 16: 0.1},
    RESIDUAL,
]


def bracket(mixture, u, z, weight):
    """Σ(u, y) at y = √ξ″ z as it is printed, with the cost of eigenvalues beyond the bulk."""
    terms = [(p, mp.mpf(a) ** 2) for p, a in mixture.items() if p]
    value, first = sum(a for _, a in terms), sum(p * a for p, a in terms)
    second = sum(p * (p - 1) * a for p, a in terms)
    y = mp.sqrt(second) * z
    inverse = mp.matrix([[value, first], [first, first + second]]) ** -1
    quadratic = inverse[0, 0] * u * u + 2 * inverse[0, 1] * u * y + inverse[1, 1] * y * y
    size = abs(z)
    root = mp.sqrt(size * size - 4) if size > 2 else mp.mpf(0)
    cost = size * root / 4 - mp.log((size + root) / 2) if size > 2 else mp.mpf(0)
    return mp.log(second / first) / 2 + mp.mpf(1) / 2 + z * z / 4 - mp.mpf(1) / 2 - weight * cost - quadratic / 2


def supremum(function, low, high):
    """Golden-section search of a concave function."""
    ratio = (mp.sqrt(5) - 1) / 2
    a, b = mp.mpf(low), mp.mpf(high)
    for _ in range(90):
        c, d = b - ratio * (b - a), a + ratio * (b - a)
        if function(c) > function(d):
            b = d
        else:
            a = c
    return function((a + b) / 2)


def brute_force(mixture, u, k):
    with mp.workdps(30):
        u = mp.mpf(u)
        if k is None:
            return supremum(lambda z: bracket(mixture, u, z, 1), -12, 12)
        return supremum(lambda z: bracket(mixture, u, z, k + 1), -12, -2)


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r["id"])
def test_reference_records(record):
    mixture = {int(p): math.sqrt(Fraction(c)) for p, c in record["inputs"]["coefficients"].items()}
    value = {
        "total": lambda: annealed_complexity(0.0, mixture=mixture),
        "E_th": lambda: threshold_energy(mixture=mixture),
        "E_0": lambda: band_edge(index=0, mixture=mixture),
    }["E_th" if "E_th" in record["id"] else "E_0" if "E_0" in record["id"] else "total"]()
    assert value == pytest.approx(float(record["value"]), rel=4e-15)


def test_printed_residual_network():
    assert threshold_energy(mixture=RESIDUAL) == pytest.approx(1.79124, abs=5e-6)
    assert band_edge(mixture=RESIDUAL) == pytest.approx(1.88746, abs=5e-6)
    shifted = {0: 0.7, **RESIDUAL}  # a constant shifts all energies together
    assert threshold_energy(mixture=shifted) == threshold_energy(mixture=RESIDUAL)
    assert threshold_energy(mixture={3: math.sqrt(0.5), 4: math.sqrt(0.5)}) == pytest.approx(71 / 42, rel=1e-15)


@pytest.mark.parametrize("mixture", MIXTURES)
def test_curves_against_brute_force(mixture):
    threshold = threshold_energy(mixture=mixture)
    for u in np.array([-1.5, -1.1, -1.001, -0.9, -0.4, 0.0, 0.7, 1.2]) * threshold:
        value = annealed_complexity(float(u), mixture=mixture)
        assert value == pytest.approx(float(brute_force(mixture, u, None)), abs=2e-14)
    for u in np.array([-1.5, -1.1, -1.001]) * threshold:
        for k in (0, 1, 4):
            value = annealed_complexity(float(u), index=k, mixture=mixture)
            truth = float(brute_force(mixture, u, k))
            assert value == pytest.approx(truth, abs=4e-14)
            assert value != pytest.approx(float(brute_force(mixture, u, k + 1)), abs=1e-9)  # negative control


@pytest.mark.parametrize("mixture", MIXTURES)
def test_cumulative_curves_saturate_at_the_best_energy(mixture):
    threshold = threshold_energy(mixture=mixture)
    for k in (0, 3):
        grid = np.linspace(-1.3 * threshold, 0.5, 60)
        curve = annealed_complexity(grid, index=k, mixture=mixture)
        assert np.all(np.diff(curve) >= -1e-14)
        u = np.linspace(-1.1 * threshold, -0.5 * threshold, 7)
        best = max(float(brute_force(mixture, x, k)) for x in u)
        assert 0 <= curve[-1] - best < 0.05  # coarse in u; the exact height is compared below
    r = curve_ratio(mixture)
    if r > 1:
        assert curve[-1] == pytest.approx(0.5 * math.log(r) - (r - 1) / (r + 1), abs=1e-14)


def curve_ratio(mixture) -> float:
    first = sum(p * a * a for p, a in mixture.items())
    return sum(p * (p - 1) * a * a for p, a in mixture.items()) / first


@pytest.mark.parametrize("mixture", MIXTURES)
def test_band_edges_are_ordered_zeros(mixture):
    edges = band_edge(index=[0, 1, 2, 30], mixture=mixture)
    assert np.all(np.diff(edges) < 0)
    for k, edge in zip((0, 1, 2, 30), edges, strict=True):
        assert abs(float(brute_force(mixture, -edge, k))) < 1e-13


def test_one_degree_is_the_pure_glass_rescaled():
    u = np.linspace(-2, 2, 9)
    assert np.array_equal(annealed_complexity(u, mixture={3: 1.0}), annealed_complexity(u, 3))
    assert np.allclose(annealed_complexity(2 * u, index=1, mixture={4: -2.0}), annealed_complexity(u, 4, 1), rtol=1e-14)
    assert threshold_energy(mixture={0: 5.0, 4: 2.0}) == 2 * threshold_energy(4)
    assert band_edge(mixture={5: 0.5}, index=[0, 2]).tolist() == (0.5 * band_edge(5, [0, 2])).tolist()
    nearly = {3: 1.0, 4: 1e-7}
    assert np.allclose(annealed_complexity(u, mixture=nearly), annealed_complexity(u, 3), atol=1e-12)


def test_a_strong_linear_field_leaves_no_band():
    mixture = {1: 3.0, 3: 1.0}  # ξ′ = 12 > ξ″ = 6
    assert annealed_complexity(0.0, mixture=mixture) < 0
    assert annealed_complexity(5.0, index=0, mixture=mixture) == pytest.approx(0, abs=1e-14)  # one minimum
    with pytest.raises(InputError, match="a band needs xi'' > xi'"):
        band_edge(mixture=mixture)


def test_shapes_and_bad_input():
    mixture = MIXTURES[0]
    assert type(annealed_complexity(-1.0, mixture=mixture)) is float
    assert type(annealed_complexity(-1.0, index=2, mixture=mixture)) is float
    assert type(band_edge(mixture=mixture)) is float
    assert annealed_complexity(np.zeros((2, 1)), index=[0, 1, 2], mixture=mixture).shape == (2, 3)
    for call in (annealed_complexity, lambda u, **k: threshold_energy(**k), lambda u, **k: band_edge(**k)):
        with pytest.raises(InputError, match="give exactly one"):
            call(-1.0)
        with pytest.raises(InputError, match="give exactly one"):
            call(-1.0, p=3, mixture=mixture)
        with pytest.raises(InputError, match="mixture"):
            call(-1.0, mixture={1: 1.0})
        with pytest.raises(InputError, match="mixture"):
            call(-1.0, mixture={3: 1.0, 4: 1e-20})
    with pytest.raises(InputError, match="u = "):
        annealed_complexity(1e200, mixture=mixture)


@pytest.mark.parametrize("small", [1e-5, 1e-6, 1e-7, 3e-8, 1e-9, 1e-12])
def test_a_tiny_second_amplitude_changes_nothing(small):
    mixture = {3: 1.0, 4: small}
    assert band_edge(mixture=mixture) == pytest.approx(band_edge(3), abs=2 * small**2 + 1e-12)
    for u in (-1.0, -1.65, -2.0):
        expected = annealed_complexity(u, 3)
        assert annealed_complexity(u, mixture=mixture) == pytest.approx(expected, abs=2 * small**2 + 1e-14)
