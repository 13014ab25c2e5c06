"""Pairings of searches with censuses, thresholds and semicircles: they hold, and they can fail."""

import math

import numpy as np
import pytest

from spinglass import ComputationError, InputError, complexity, landscape, random_matrices
from spinglass.claims import descent
from spinglass.claims.decision import judge
from spinglass.claims.descent import SearchCell, descended_energies, descent_limit, fitted_power, searches_in_census
from spinglass.claims.equilibrium import gibbs_weights, langevin_energies, sphere_nodes
from spinglass.claims.found_spectra import SpectrumCell, found_outliers, found_spectra, found_spectrum

# final energies of gradient descent, pure p = 3: mean and standard error of an independent run for each N
REFERENCE = {10: (-1.339997, 0.0093), 20: (-1.432407, 0.0082), 40: (-1.501012, 0.0089), 80: (-1.543343, 0.0068)}


@pytest.mark.parametrize(("n", "samples"), [(10, 100), (20, 60), (40, 30), (80, 12)])
def test_final_energies_of_gradient_descent(n, samples):
    energies = descended_energies(SearchCell(seed=3, p=3, n_spins=n, first=0, samples=samples))
    mean, error = REFERENCE[n]
    own = energies.std(ddof=1) / math.sqrt(samples)
    assert abs(energies.mean() - mean) < 4.5 * math.hypot(own, error)
    assert energies.mean() + 4.5 * own > -complexity.threshold_energy(3)  # the shift is there
    again = descended_energies(SearchCell(seed=3, p=3, n_spins=n, first=5, samples=2))
    assert again.tolist() == energies[5:7].tolist()


def test_a_power_law_is_found_again():
    sizes, errors = [10, 20, 40, 80, 160], [1e-4] * 5
    means = [-1.6 + 1.3 * n**-0.7 for n in sizes]
    fit = fitted_power(sizes, means, errors)
    assert (fit.limit, fit.factor, fit.power) == pytest.approx((-1.6, 1.3, 0.7), abs=1e-4)
    assert fit.chi_squared < 1e-3
    fixed = fitted_power(sizes, means, errors, limit=-1.6)
    assert (fixed.factor, fixed.power) == pytest.approx((1.3, 0.7), abs=1e-4)
    assert fitted_power(sizes, means, errors, limit=-1.65).chi_squared > 100
    rng, ends = np.random.default_rng(0), []
    for _ in range(200):
        ends.append(fitted_power(sizes, np.array(means) + 1e-4 * rng.standard_normal(5), errors).limit)
    assert np.std(ends) == pytest.approx(fit.limit_error, rel=0.25)
    with pytest.raises(ComputationError, match="fix no power"):
        fitted_power(sizes, [1.0, 1.1, 1.3, 1.7, 2.5], errors)


@pytest.mark.parametrize(("end", "agrees"), [(-math.sqrt(8 / 3), True), (-1.5, False)])
def test_the_limit_of_the_final_energies_is_judged(end, agrees, monkeypatch):
    """Energies of a known limit in place of descent's: the true one passes, another one fails."""

    def drawn(cell):
        rng = np.random.default_rng([cell.n_spins, cell.first])
        return end + 1.2 * cell.n_spins**-0.6 + 0.02 * rng.standard_normal(cell.samples)

    monkeypatch.setattr(descent, "descended_energies", drawn)
    found = descent_limit(4000, 0, 1, 3, [10, 20, 40, 80, 160])
    assert judge(found.comparisons).agrees == agrees
    assert not judge(found.control_comparisons).agrees
    assert "standard errors away" in found.text


def test_descent_tends_to_the_threshold():
    found = descent_limit(80, 3, 1, 3, [8, 16, 32, 48])
    assert judge(found.comparisons).agrees
    assert not judge(found.control_comparisons).agrees


def test_searches_end_at_points_of_the_census(monkeypatch):
    found = searches_in_census(1, 1, 1, 3, [4, 5], [0.5])
    assert found.settled
    assert found.control_settled is False
    right = landscape.search

    def slipped(s, method="trust-region", index=0, *more, **options):
        return right(s, method, index if method != "trust-region" or index == 0 else index - 1, *more, **options)

    monkeypatch.setattr(landscape, "search", slipped)
    assert not searches_in_census(1, 1, 1, 3, [5], [0.5]).settled


def test_spectra_at_found_points(monkeypatch):
    found = found_spectra(8, 1, 1, 3, 0.2, [21, 41, 81])
    assert found.settled
    assert found.control_settled is False
    assert found_spectra(8, 1, 1, 3, 0.0, [20, 40, 80]).settled
    point = found_spectrum(SpectrumCell(1, 3, 21, 0, 4))
    assert np.sum(point.eigenvalues < 0) == 4
    right = landscape.spectrum_at
    monkeypatch.setattr(landscape, "spectrum_at", lambda s, w: 1.2 * right(s, w))
    assert not found_spectra(4, 1, 1, 3, 0.0, [20, 40, 80]).settled


def test_outliers_at_found_minima(monkeypatch):
    found = found_outliers(20, 1, 1, 3, 60, [2.0])
    assert judge(found.comparisons).agrees
    assert not judge(found.control_comparisons).agrees
    monkeypatch.setattr(random_matrices, "outlier_position", lambda s: s + 1 / s**2, raising=False)
    assert not judge(found_outliers(20, 1, 1, 3, 60, [2.0]).comparisons).agrees


@pytest.mark.parametrize("n", [2, 3])
def test_quadrature_on_small_spheres(n):
    points, weights = sphere_nodes(n)
    assert np.allclose(np.sum(points**2, axis=1), n)
    assert weights.sum() == pytest.approx(1)
    for degree, mean in ((2, 1.0), (3, 0.0), (4, 3 * n / (n + 2))):  # of a component on |w|² = N
        assert np.allclose(weights @ points**degree, mean, atol=1e-12)
    s = SearchCell(seed=0, p=3, n_spins=n, first=0, samples=1).hamiltonian(0)
    cold = gibbs_weights(s, 0.02)
    assert cold[1] @ cold[2] == pytest.approx(cold[2].min(), abs=0.02)


def test_langevin_dynamics_have_gibbs_energies(monkeypatch):
    found = langevin_energies(25, 1, 1, 3, [2, 3], [1.0], [0.5])
    assert len(found.comparisons) == 2
    assert judge(found.comparisons).agrees
    assert not judge(found.control_comparisons).agrees
    right = landscape.langevin
    monkeypatch.setattr(landscape, "langevin", lambda s, t, *a, **k: right(s, 1.3 * t, *a, **k))
    assert not judge(langevin_energies(25, 1, 1, 3, [3], [1.0], [0.5]).comparisons).agrees


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: descent_limit(10, 0, 1, 3, [10, 20, 40, 80]), "samples = 10"),
        (lambda: descent_limit(20, 0, 1, 3, [10, 20, 40]), "at least four sizes"),
        (lambda: descent_limit(20, 0, 1, 2, [10, 20, 40, 80]), "p = 2"),
        (lambda: searches_in_census(1, 0, 1, 3, [11]), "n_spins = 11"),
        (lambda: searches_in_census(1, 0, 1, 3, []), "at least one size"),
        (lambda: found_spectra(1, 0, 1, 3, 0.2, [20, 40, 80]), r"make 0.2 \(N − 1\) whole numbers"),
        (lambda: found_spectra(1, 0, 1, 3, 0.7, [21, 41, 81]), "fraction = 0.7"),
        (lambda: found_outliers(20, 0, 1, 3, 60, [1.0]), "no outlier"),
        (lambda: found_outliers(20, 0, 1, 3, 60, []), "at least one strength"),
        (lambda: langevin_energies(20, 0, 1, 3, [4], [1.0]), "n_spins = 4"),
        (lambda: langevin_energies(20, 0, 1, 3, [2], [0.0]), "temperature = 0.0"),
        (lambda: langevin_energies(20, 0, 1, 3, [2], []), "at least one value"),
    ],
)
def test_bad_parameters(call, named):
    with pytest.raises(InputError, match=named):
        call()
