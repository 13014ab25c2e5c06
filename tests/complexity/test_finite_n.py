"""Exact mean counts at finite N without a field: closed forms, reference numbers, sum rules, asymptotics."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
import sympy

from spinglass._errors import ComputationError, InputError
from spinglass.complexity import mean_count, mean_count_density
from spinglass.hamiltonians import OverlapField
from spinglass.random_matrices import index_probabilities

RECORDS = json.loads((Path(__file__).parents[2] / "validation" / "reference" / "finite_n.json").read_text())
GAUSS = np.polynomial.legendre.leggauss(40)
EVERYTHING = (-math.inf, math.inf)


def panels(edges):
    edges = np.asarray(edges, dtype=float)
    half, middle = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
    return (middle[:, None] + half[:, None] * GAUSS[0]).ravel(), (half[:, None] * GAUSS[1]).ravel()


def of(prefix):
    return [r for r in RECORDS if r["id"].startswith(prefix)]


def test_closed_forms():
    p = sympy.symbols("p")
    for record in of("closed_form"):
        formula = sympy.sympify(record["value"], locals={"p": p})
        for q in (2, 3, 4, 5, 7, 20, 101):
            exact = float(formula.subs(p, q).evalf(30))
            assert mean_count(record["inputs"]["N"], q) == pytest.approx(exact, rel=1e-13)


def test_totals():
    for record in of("total"):
        n_spins, p = record["inputs"]["N"], record["inputs"]["p"]
        assert mean_count(n_spins, p) == pytest.approx(float(record["value"]), rel=1e-14)


def test_counts_by_index():
    for record in of("index"):
        n_spins, p, k = (record["inputs"][name] for name in ("N", "p", "k"))
        value = mean_count(n_spins, p, index=k)
        assert isinstance(value, float)
        assert value == pytest.approx(float(record["value"]), rel=1e-12)
        assert mean_count(n_spins, p, index=n_spins - 1 - k) == pytest.approx(float(record["value"]), rel=1e-12)


def test_mean_energies_by_index():
    for record in of("mean_u"):
        n_spins, p, k = (record["inputs"][name] for name in ("N", "p", "k"))
        if n_spins > 5 or p > 4:
            continue
        u, w = panels(np.linspace(-8, 8, 25) if n_spins < 4 else np.linspace(-4, 4, 13))
        density = mean_count_density(u, n_spins, p, index=k)
        count = mean_count(n_spins, p, index=k)
        assert w @ density == pytest.approx(count, rel=1e-10)
        assert w @ (u * density) / count == pytest.approx(float(record["value"]), abs=1e-10)


@pytest.mark.parametrize("n_spins", [2, 3, 4, 10, 23, 41, 60])
@pytest.mark.parametrize("p", [3, 4, 9])
def test_sum_rules_over_indices(n_spins, p):
    counts = mean_count(n_spins, p, index=np.arange(n_spins))
    assert counts.sum() == pytest.approx(mean_count(n_spins, p), rel=1e-12)
    assert counts == pytest.approx(counts[::-1], rel=1e-11)
    euler = np.sum((-1.0) ** np.arange(n_spins) * counts)
    assert euler == pytest.approx(2 * (n_spins % 2), abs=1e-12 * counts.sum())


@pytest.mark.parametrize(("n_spins", "p"), [(9, 3), (9, 50), (20, 3)])
def test_rare_indices_in_integers_of_many_bits(n_spins, p):
    """The same sum with laws whose every probability is known relatively, the rarest included."""
    step = min(0.25, 1.3 / math.sqrt(n_spins))
    reach = int((2 * math.sqrt(n_spins - 1) + 9) / step)
    x = step * np.arange(-reach, reach + 1)
    scale = math.sqrt(p * n_spins / (p - 1))
    weight = step / scale * mean_count_density(x / scale, n_spins, p)
    laws = np.array([index_probabilities(n_spins - 1, float(y), relative=True) for y in x])
    exact = weight @ laws
    value, error = mean_count(n_spins, p, index=np.arange(n_spins), with_error=True)
    assert value == pytest.approx(exact, rel=1e-10)
    assert np.all(np.abs(value - exact) <= error)
    assert np.all(error < 1e-8 * value)
    u = np.array([-1.9, -1.2, -0.3])
    chosen = np.array([index_probabilities(n_spins - 1, float(y) * scale, relative=True) for y in u]).T
    exact = chosen * mean_count_density(u, n_spins, p)
    value, error = mean_count_density(u, n_spins, p, index=np.arange(n_spins)[:, None], with_error=True)
    assert np.all(np.abs(value - exact) <= error)


def test_large_n_by_index():
    counts = mean_count(200, 3, index=[0, 1, 99, 198, 199])
    assert counts[:2] == pytest.approx(counts[:2:-1], rel=1e-10)
    near = mean_count(200, 3, index=np.arange(90, 110))
    assert near.max() == pytest.approx(near[9], rel=1e-10)
    assert counts[2] == pytest.approx(near[9], rel=1e-12)
    assert counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize("n_spins", [1, 2, 3, 8, 50, 200])
def test_p_2_is_exact(n_spins):
    assert mean_count(n_spins, 2) == 2.0 * n_spins
    assert mean_count(n_spins, 2, index=np.arange(min(n_spins, 5))).tolist() == [2.0] * min(n_spins, 5)
    assert mean_count(n_spins, 2, energy=EVERYTHING) == 2.0 * n_spins
    window = mean_count(n_spins, 2, energy=(-30, 30))  # by quadrature, not by the shortcut
    assert window == pytest.approx(2.0 * n_spins, rel=1e-12)


def test_one_spin_has_two_points():
    for p in (2, 3, 8):
        assert mean_count(1, p) == pytest.approx(2, rel=1e-14)
        assert mean_count(1, p, index=0) == pytest.approx(2, rel=1e-13)


# windows of energy and densities


@pytest.mark.parametrize(("n_spins", "p"), [(2, 3), (5, 4), (12, 3), (40, 3), (9, 2)])
def test_windows_add_up_and_match_the_density(n_spins, p):
    total = mean_count(n_spins, p)
    cuts = [-math.inf, -1.9, -1.2, -0.1, 0.4, 2.0, math.inf]
    parts = [mean_count(n_spins, p, energy=(a, b)) for a, b in itertools.pairwise(cuts)]
    assert sum(parts) == pytest.approx(total, rel=1e-13)
    assert mean_count(n_spins, p, energy=(-math.inf, 0)) == pytest.approx(total / 2, rel=1e-13)
    for (a, b), part in zip([(-1.9, -1.2), (-0.1, 0.4)], [parts[1], parts[3]], strict=True):
        u, w = panels(np.linspace(a, b, 6))
        assert w @ mean_count_density(u, n_spins, p) == pytest.approx(part, rel=1e-12)
    assert mean_count(n_spins, p, energy=(0.3, 0.3)) == 0.0


@pytest.mark.parametrize(("n_spins", "p"), [(3, 3), (8, 3), (15, 4)])
def test_windows_by_index(n_spins, p):
    k = np.arange(n_spins)
    for window in ((-math.inf, -1.0), (-1.3, 0.4), (0.1, 0.2), (0.9, math.inf)):
        counts = mean_count(n_spins, p, index=k, energy=window)
        assert counts.sum() == pytest.approx(mean_count(n_spins, p, energy=window), rel=1e-12)
        mirrored = mean_count(n_spins, p, index=k, energy=(-window[1], -window[0]))
        assert counts == pytest.approx(mirrored[::-1], abs=1e-11 * counts.sum())
    split = mean_count(n_spins, p, index=k, energy=(-math.inf, -0.7)) + mean_count(
        n_spins, p, index=k, energy=(-0.7, math.inf)
    )
    assert split == pytest.approx(mean_count(n_spins, p, index=k), rel=1e-11)


@pytest.mark.parametrize(("n_spins", "u"), [(3, -4.0), (8, -6.0), (100, -2.5)])
def test_tail_windows_keep_relative_accuracy(n_spins, u):
    steps = u - np.concatenate([[0.0], np.geomspace(1e-3, 3.0, 60)])
    x, w = panels(steps[::-1])
    exact = w @ mean_count_density(x, n_spins, 3)
    assert mean_count(n_spins, 3, energy=(-math.inf, u)) == pytest.approx(exact, rel=1e-12)


def test_minima_lie_lowest():
    # conditional mean energies increase with the index
    u, w = panels(np.linspace(-4, 4, 13))
    densities = mean_count_density(u, 8, 3, index=np.arange(8)[:, None])
    assert densities.shape == (8, u.size)
    means = (densities @ (w * u)) / (densities @ w)
    assert np.all(np.diff(means) > 0.1)
    assert densities.sum(axis=0) == pytest.approx(mean_count_density(u, 8, 3), rel=1e-12)


def test_two_spins_by_direct_kac_rice():
    """N = 2: h on the circle, u = h/2; the Kac-Rice formula in one dimension by plain quadrature.

    h ~ N(0, 2), h′ ~ N(0, 2p) independent, h″ = −p h + noise of variance 2·p(p−1)·2 (unit circle).
    """
    for p in (3, 4):
        h, w = panels(np.linspace(-20, 20, 41))
        spread = math.sqrt(4 * p * (p - 1))
        mean = p * h
        folded = spread * math.sqrt(2 / math.pi) * np.exp(-((mean / spread) ** 2) / 2)
        folded += mean * np.array([math.erf(m / (spread * math.sqrt(2))) for m in mean])
        density = 2 * math.pi * folded * np.exp(-(h**2) / 4) / math.sqrt(4 * math.pi) / math.sqrt(4 * math.pi * p)
        assert w @ density == pytest.approx(mean_count(2, p), rel=1e-12)
        assert 2 * density == pytest.approx(mean_count_density(h / 2, 2, p), rel=1e-11)


# asymptotics


@pytest.mark.parametrize(
    ("n_spins", "p", "ratio"),
    [
        (51, 3, 0.980004318958),
        (100, 3, 0.989902866604),
        (200, 3, 0.994976153429),
        (51, 4, 0.985131643501),
        (100, 4, 0.992458572527),
    ],
)
def test_totals_over_their_asymptotic_form(n_spins, p, ratio):
    leading = 4 * math.sqrt(2 * n_spins / (math.pi * (p - 2))) * (p - 1) ** (n_spins / 2)
    assert mean_count(n_spins, p) / leading == pytest.approx(ratio, rel=2e-12)


def cumulative_exponent(u, p):
    """Θ_0(u) below threshold, the bulk form above."""
    edge = 2 * math.sqrt((p - 1) / p)
    base = 0.5 * math.log(p - 1) - (p - 2) * u * u / (4 * (p - 1))
    if u >= -edge:
        return base
    root = math.sqrt(u * u - edge * edge)
    return base - (-u * root / edge**2 - math.log(-u + root) + math.log(edge))


@pytest.mark.parametrize(
    ("n_spins", "p", "u", "constant", "power", "ratio", "tolerance"),
    [
        (50, 3, -1.66, 0.94386817769057110873, -0.5, 0.6563244965, 1e-8),
        (200, 3, -1.66, 0.94386817769057110873, -0.5, 0.8455818417, 1e-8),
        (400, 3, -1.66, 0.94386817769057110873, -0.5, 0.9067488989, 1e-8),
        (50, 3, -1.8, 0.32523338710048804761, -0.5, 0.9013756282, 1e-8),
        (100, 3, -1.0, 2.01316848417948, 0.0, 0.937240146082, 1e-11),
        (400, 3, -1.0, 2.01316848417948, 0.0, 0.983372796424, 1e-11),
        (100, 4, -1.0, 1.27323954473516, 0.0, 0.954291046147, 1e-11),
        (100, 3, -math.sqrt(8 / 3), 0.907928693091937, -1 / 3, 0.55252343, 1e-6),
        (400, 3, -math.sqrt(8 / 3), 0.907928693091937, -1 / 3, 0.68126998, 1e-6),
    ],
)
def test_counts_below_an_energy_over_their_asymptotic_form(n_spins, p, u, constant, power, ratio, tolerance):
    leading = constant * n_spins**power * math.exp(n_spins * cumulative_exponent(u, p))
    assert mean_count(n_spins, p, energy=(-math.inf, u)) / leading == pytest.approx(ratio, rel=tolerance)


def test_large_totals_and_overflow():
    leading = 4 * math.sqrt(2 * 500 / (3 * math.pi)) * 4.0**250
    assert mean_count(500, 5) == pytest.approx(leading, rel=3e-3)
    with pytest.raises(ComputationError, match="double precision"):
        mean_count(500, 100)


# the door


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: mean_count(0, 3), "n_spins"),
        (lambda: mean_count(2.5, 3), "n_spins"),
        (lambda: mean_count(2001, 3), "n_spins"),
        (lambda: mean_count(502, 3, index=0), "n_spins"),
        (lambda: mean_count(4, 1), "p = 1"),
        (lambda: mean_count(4, 3, index=4), "index"),
        (lambda: mean_count(4, 3, index=-1), "index"),
        (lambda: mean_count(4, 3, index=[0, 1.5]), "index"),
        (lambda: mean_count(4, 3, index=True), "index"),
        (lambda: mean_count(4, 3, index="0"), "index"),
        (lambda: mean_count(4, 3, index=[]), "index"),
        (lambda: mean_count(4, 3, energy=(1, 0)), "energy"),
        (lambda: mean_count(4, 3, energy=(math.nan, 0)), "energy"),
        (lambda: mean_count(4, 3, energy=0.5), "energy"),
        (lambda: mean_count(4, 3, energy=(0, 1, 2)), "energy"),
        (lambda: mean_count(4, 3, field=[0.5]), "field"),
        (lambda: mean_count(4, 3, field=OverlapField(p=4, rho=[0.5])), "p = 4"),
        (lambda: mean_count(65, 3, field=OverlapField(p=3, rho=[0.5])), "n_spins"),
        (lambda: mean_count(1, 3, field=OverlapField(p=3, rho=[0.5])), "n_spins"),
        (lambda: mean_count_density(math.nan, 4, 3), "u ="),
        (lambda: mean_count_density("a", 4, 3), "u ="),
        (lambda: mean_count_density(0.0, 4, 3, index=9), "index"),
    ],
)
def test_bad_input(call, word):
    with pytest.raises(InputError, match=word):
        call()


def test_shapes():
    assert isinstance(mean_count(4, 3), float)
    assert mean_count(4, 3, index=np.array([[0, 1], [2, 3]])).shape == (2, 2)
    assert isinstance(mean_count_density(0.1, 4, 3), float)
    assert mean_count_density([[0.1], [0.2]], 4, 3, index=[0, 1, 2]).shape == (2, 3)
    assert mean_count_density(np.zeros((0,)), 4, 3).shape == (0,)


def test_windows_at_the_ends_of_the_line():
    assert mean_count(5, 3, energy=(math.inf, math.inf)) == 0
    assert mean_count(5, 2, energy=(-math.inf, -math.inf)) == 0
    assert mean_count(5, 3, energy=(-1e12, math.inf)) == pytest.approx(mean_count(5, 3), rel=1e-13)
    assert mean_count(5, 3, energy=(1e150, 1e300)) == 0
    assert mean_count_density([1e200, -1e308], 5, 3).tolist() == [0, 0]


def test_narrow_window_is_the_density_times_its_width():
    low = -1.3
    high = low + 1e-10
    expected = mean_count_density(low + 5e-11, 9, 4) * (high - low)
    assert mean_count(9, 4, energy=(low, high)) == pytest.approx(expected, rel=1e-13)


def test_rare_indices_have_relative_accuracy_on_request():
    n, u = 16, -1.9
    rare, bound = mean_count_density(u, n, 3, index=np.arange(n), relative=True, with_error=True)
    plain, plain_bound = mean_count_density(u, n, 3, index=np.arange(n), with_error=True)
    assert np.all(np.abs(rare - plain) <= bound + plain_bound)
    assert np.all(rare > 0)
    assert plain[-1] == 0 < rare[-1] < 1e-60
    assert rare.sum() == pytest.approx(mean_count_density(u, n, 3), rel=1e-12)
    assert np.all(np.diff(np.log(rare), 2) < 0)  # log-concave
    with pytest.raises(InputError, match="relative"):
        mean_count_density(u, n, 3, relative=True)
    with pytest.raises(InputError, match="relative"):
        mean_count_density(u, n, mixture={2: 1.0, 3: 1.0}, index=0, relative=True)
