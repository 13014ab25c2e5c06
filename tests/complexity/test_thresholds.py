"""Threshold energy and band edges against stored records and 60-digit root finding."""

from __future__ import annotations

import json
import math
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest

from spinglass import InputError
from spinglass.complexity import annealed_complexity, band_edge, band_width, threshold_energy
from spinglass.complexity.thresholds import complexity_at_threshold, edge_distance

RECORDS = json.loads((Path(__file__).parents[2] / "validation/reference/thresholds.json").read_text())


def exact_edge(p: int, k: int) -> tuple[mp.mpf, mp.mpf]:
    """E_k and E_k − E_∞ by bracketing the zero of the textbook Θ_k in 80 digits."""
    with mp.workdps(80):
        edge = 2 * mp.sqrt(mp.mpf(p - 1) / p)

        def theta(excess):
            u = edge + excess
            root = mp.sqrt(excess * (u + edge))
            cost = u * root / edge**2 - mp.log((u + root) / edge)
            return mp.log(p - 1) / 2 - (p - 2) * u * u / (4 * (p - 1)) - (k + 1) * cost

        high = mp.mpf(1)
        while theta(high) > 0:
            high *= 2
        low = high
        while theta(low) < 0:
            low /= 16
        width = mp.findroot(theta, (low, 16 * low), solver="anderson", tol=1e-120, maxsteps=200)
        return edge + width, width


def test_reference_records():
    counts = {"threshold": 0, "band": 0}
    for record in RECORDS:
        inputs, value = record["inputs"], mp.mpf(record["value"])
        if record["id"].startswith("E_inf"):
            counts["threshold"] += 1
            assert abs(threshold_energy(inputs["p"]) / value - 1) < 4e-16
        elif record["id"].startswith("E_"):
            counts["band"] += 1
            assert abs(band_edge(inputs["p"], inputs["k"]) / value - 1) <= 4e-15, record["id"]
    assert counts == {"threshold": 6, "band": 44}


@pytest.mark.parametrize("p", [3, 4, 5, 6, 10, 100, 10**5])
def test_edges_and_widths_to_full_relative_accuracy(p):
    for k in (0, 1, 2, 10, 100, 10**4):
        edge, width = exact_edge(p, k)
        assert abs(band_edge(p, k) / edge - 1) < 1e-15
        assert abs(band_width(p, k) / width - 1) < 4e-15
        # Negative control: the next band is another number.
        assert abs(band_edge(p, k + 1) / edge - 1) > 1e-13


def test_edges_are_zeros_of_the_complexity():
    for p in (3, 7, 1000):
        for k in (0, 3, 40):
            edge = band_edge(p, k)
            assert annealed_complexity(-edge * (1 + 1e-13), p, k) < 0 < annealed_complexity(-edge * (1 - 1e-13), p, k)


def test_order_of_the_bands():
    for p in (3, 4, 17, 10**5):
        edges = band_edge(p, np.arange(200))
        assert np.all(np.diff(edges) < 0)
        assert np.all(edges > threshold_energy(p))
        widths = band_width(p, [10**3, 10**6, 10**9, 2**53])
        assert np.all(np.diff(widths) < 0)
        assert np.all(widths > 0)
        # For k → ∞, (k+1) y³/12 = Θ_edge: the widths fall like (k+1)^{−2/3}.
        assert widths[3] / widths[2] == pytest.approx((1e9 / 2.0**53) ** (2 / 3), rel=1e-3)
    ps = [3, 4, 5, 10, 100, 10**4]
    assert np.all(np.diff([band_edge(p, 0) for p in ps]) > 0)


def test_two_spins():
    assert threshold_energy(2) == pytest.approx(math.sqrt(2), rel=1e-16)
    assert np.array_equal(band_edge(2, [0, 5, 100]), [threshold_energy(2)] * 3)
    assert band_width(2, 0) == 0


@pytest.mark.parametrize("p", [2, 3, 4, 5, 6, 100, 10**6, 2**50])
def test_complexity_at_the_threshold(p):
    with mp.workdps(60):
        truth = mp.log(p - 1) / 2 - mp.mpf(p - 2) / p
        assert abs(complexity_at_threshold(p) - truth) <= 1e-15 * abs(truth)


def test_distance_from_the_edge_keeps_sign_and_digits():
    for p in (2, 3, 5, 977, 10**6):
        edge = threshold_energy(p)
        for u in (edge, np.nextafter(edge, 0), np.nextafter(edge, 9), 0.3 * edge, 40.0):
            with mp.workdps(80):
                truth = mp.mpf(float(u)) ** 2 * p / (4 * (p - 1)) - 1
                main, rest = edge_distance(float(u), float(p))
                assert abs(mp.mpf(main) + mp.mpf(rest) - truth) < 1e-27 * max(abs(truth), mp.mpf(10) ** -4)
                assert (main > 0) == (truth > 0)


def test_shapes_and_bad_input():
    assert type(threshold_energy(3)) is float
    assert type(band_edge(3, 0)) is float
    assert type(band_width(3, 0)) is float
    assert band_edge(3, [[0, 1], [2, 3]]).shape == (2, 2)
    assert band_edge(3, np.array([7]))[0] == band_edge(3, 7)
    for bad in (1, 0, -3, 2.5, "3", True, 2**51):
        with pytest.raises(InputError, match="p = "):
            threshold_energy(bad)
    for bad in (-1, 0.5, math.nan, [0, -2], "0", 2.0**54):
        with pytest.raises(InputError, match="index = "):
            band_edge(3, bad)
