"""The tables behind the figures of campaigns: exact values, what was found, spectra in units of their semicircle."""

import csv
import json
import math
from itertools import pairwise

import numpy as np
import pytest

from spinglass import landscape
from spinglass.campaigns import Campaign, Cell, Plan
from spinglass.claims import census_tables, search_tables
from spinglass.claims.censuses import census_plan
from spinglass.claims.figure_tables import write_figure_tables
from spinglass.claims.searches import search_plan, search_report
from spinglass.claims.spectrum_tables import PointSpectrum, spectrum_rows
from spinglass.hamiltonians import OverlapField, SphericalGlass

MINIMA = 3.1380899353  # the exact mean at p = 3, N = 3


def rows_of(folder, name):
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{key: _value(text) for key, text in row.items()} for row in csv.DictReader(file)]


def _value(text):
    try:
        return float(text) if text else None
    except ValueError:
        return text


@pytest.fixture(scope="module")
def census_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("census")
    campaign = Campaign.begin(census_plan([3, 4], 40, 5, p=3, certify=False), folder)
    campaign.run()
    seen = []
    assert write_figure_tables(campaign, lambda *step: seen.append(step))
    assert seen[-1] == ("exact values", 2, 2)
    return folder, campaign


def test_exact_growth_has_the_known_means_and_the_growth_rates(census_folder):
    rows = rows_of(census_folder[0], "count_growth")
    exact = {(row["population"], row["n_spins"]): row["count"] for row in rows if row["kind"] == "exact"}
    assert exact["all", 2] == pytest.approx(2 * math.sqrt(7), abs=1e-9)
    assert exact["all", 3] == pytest.approx(10.5523597412, abs=1e-9)
    assert exact["minima", 3] == pytest.approx(MINIMA, abs=1e-9)
    asymptotic = {row["n_spins"]: row["count"] for row in rows if row["kind"] == "asymptotic"}
    assert all(a < b < 1 for a, b in pairwise(exact["all", n] / asymptotic[n] for n in range(4, 11)))
    rates = {row["population"]: row["rate"] for row in rows if row["kind"] == "rate"}
    assert rates["all"] == pytest.approx(math.log(2) / 2)
    assert rates["minima"] == pytest.approx(math.log(2) / 2 - 1 / 3)


def test_found_numbers_are_those_of_the_shards(census_folder):
    folder, campaign = census_folder
    growth = rows_of(folder, "count_growth")
    found = {(row["population"], row["n_spins"]): row for row in growth if row["kind"] == "found"}
    for cell, n in enumerate((3, 4)):
        tables = campaign.tables(cell)
        counts, points = tables["samples"]["count"], tables["points"]
        row = found["all", n]
        assert row["count"] == pytest.approx(counts.mean())
        assert row["standard_error"] == pytest.approx(counts.std(ddof=1) / math.sqrt(40))
        energies = points["energy_density"][points["index"] == 0]
        assert found["minima", n]["count"] == pytest.approx(len(energies) / 40)
        shown = [r["energy_density"] for r in rows_of(folder, "census_points") if r["n_spins"] == n]
        assert sorted(shown) == sorted(points["energy_density"].tolist())
        bins = [r for r in rows_of(folder, "minima_bins") if r["n_spins"] == n]
        inside = (energies > bins[0]["bin_low"]) & (energies <= bins[-1]["bin_high"])
        assert sum(r["mean"] for r in bins) == pytest.approx(inside.sum() / 40)


def test_exact_minima_and_mean_indices(census_folder):
    folder, _ = census_folder
    bins = [row for row in rows_of(folder, "minima_bins") if row["n_spins"] == 3]
    assert sum(row["theory"] for row in bins) == pytest.approx(0.994 * MINIMA, rel=1e-3)  # 3 in a thousand at each end
    density = [row for row in rows_of(folder, "density_minima") if row["n_spins"] == 3]
    u, values = (np.array([row[name] for row in density]) for name in ("energy_density", "density"))
    assert np.trapezoid(values, u) == pytest.approx(MINIMA, rel=1e-4)
    for n in (3, 4):
        curve = [row for row in rows_of(folder, "mean_indices") if row["n_spins"] == n]
        mean = np.array([row["mean"] for row in curve])
        assert np.all(np.diff(mean) > 0)
        assert np.allclose(mean + mean[::-1], 1)  # u → −u exchanges index k and N − 1 − k
        assert all(row["low"] <= row["high"] for row in curve)
        limit = [row["limit"] for row in curve]
        assert (limit[0], limit[-1]) == (0, 1)
        assert limit[len(limit) // 2] == pytest.approx(0.5)


def test_settings_say_where_the_numbers_come_from(census_folder):
    folder, campaign = census_folder
    about = json.loads((folder / "data" / "settings.json").read_text())
    assert about["campaign"] == "census"
    assert about["n_spins"] == [3, 4]
    assert (about["samples"], about["seed"], about["p"]) == (40, 5, 3)
    assert about["code_digest"] == campaign.plan.code
    assert about["minima_z_critical"] > 3


@pytest.mark.parametrize(
    "field",
    [None, OverlapField.spike(1.4, 2), OverlapField(3, [0.7]), OverlapField.linear(0.8)],
)
def test_the_centre_of_a_spectrum_is_the_multiplier(field):
    glass = SphericalGlass(3, field)
    realisation = glass.sample(n_spins=4, rng=3)
    found = landscape.census(realisation, rng=1)
    assert found.count >= 2
    for w, u, multiplier in zip(found.points, found.energy_density, found.multiplier, strict=True):
        values = landscape.spectrum_at(realisation, w)
        point = PointSpectrum(4, glass, float(u), float(w.mean()), values)
        assert point.centre == pytest.approx(multiplier, abs=1e-8)
        assert np.allclose(point.scaled, (values + multiplier) / math.sqrt(6))


def test_the_strength_of_the_spike_is_the_rank_one_part_of_the_hessian():
    plain, spiked = SphericalGlass(3), SphericalGlass(3, OverlapField.spike(1.4, 2))
    w = np.random.default_rng(0).standard_normal(6)
    w *= math.sqrt(6) / np.linalg.norm(w)
    a, b = (np.asarray(glass.sample(n_spins=6, rng=4).riemannian_hessian(w)) for glass in (plain, spiked))
    m = float(w.mean())
    strength = PointSpectrum(6, spiked, 0.0, m, np.zeros(5)).strength * math.sqrt(6)
    shift = -2 * 1.4 * m * m
    assert np.allclose(np.linalg.eigvalsh(b - a), [shift] * 4 + [shift + strength], atol=1e-9)


def test_histograms_of_a_semicircle_with_an_outlier():
    n, strength, u = 400, 3.0, -1.5
    glass = SphericalGlass(3, OverlapField.spike(strength, 2))
    s = 2 * strength / math.sqrt(6)  # at latitude 0
    rng = np.random.default_rng(7)
    points = []
    for _ in range(4):
        a = rng.standard_normal((n, n))
        matrix = (a + a.T) / math.sqrt(2 * n)
        matrix[0, 0] += s
        points.append(PointSpectrum(n, glass, u, 0.0, np.linalg.eigvalsh(matrix) * math.sqrt(6) - 3 * u))
    bins, marks = spectrum_rows([("minima", n, points)])
    width = bins[0]["bin_high"] - bins[0]["bin_low"]
    assert sum(row["density"] for row in bins) * width == pytest.approx(1)
    assert sum(row["limit"] for row in bins) * width == pytest.approx(1)
    assert sum(abs(row["density"] - row["limit"]) for row in bins) * width < 0.05
    here = {row["kind"]: row["value"] for row in marks}
    assert here["strength"] == pytest.approx(s)
    assert here["outlier expected"] == pytest.approx(s + 1 / s)
    assert here["outlier found"] == pytest.approx(s + 1 / s, abs=0.15)
    assert here["zero"] == pytest.approx(3 * u / math.sqrt(6))


def test_searches_at_several_sizes_keep_energies_spectra_and_levels(tmp_path):
    campaign = Campaign.begin(search_plan([6, 8, 10], 2, 1, samples=5, p=3, spectra=True), tmp_path)
    campaign.run()
    summary = search_report(campaign).summary
    assert [size["n_spins"] for size in summary["sizes"]] == [6, 8, 10]
    assert all((size["starts"], size["hamiltonians"]) == (10, 5) for size in summary["sizes"])
    assert write_figure_tables(campaign)
    energies = rows_of(tmp_path, "final_energies")
    for cell, n in enumerate((6, 8, 10)):
        ends = campaign.tables(cell)["ends"]
        mean = next(row for row in energies if row["kind"] == "mean" and row["n_spins"] == n)
        by_sample = [ends["energy_density"][ends["sample"] == i].mean() for i in range(5)]
        assert mean["energy_density"] == pytest.approx(np.mean(by_sample))
        assert mean["standard_error"] == pytest.approx(np.std(by_sample, ddof=1) / math.sqrt(5))
        assert sum(row["kind"] == "end" and row["n_spins"] == n for row in energies) == 10
    levels = {row["kind"]: row["value"] for row in rows_of(tmp_path, "energy_levels")}
    assert levels["threshold"] == pytest.approx(-2 * math.sqrt(2 / 3))
    assert levels["ground state"] == pytest.approx(-1.6569983635, abs=1e-9)
    assert "limit" not in levels  # three sizes fix no power law
    zeros = [row for row in rows_of(tmp_path, "spectrum_marks") if row["kind"] == "zero"]
    assert [row["n_spins"] for row in zeros] == [6, 8, 10]
    for row, size in zip(zeros, summary["sizes"], strict=True):
        assert row["value"] == pytest.approx(3 * size["mean_energy_density"] / math.sqrt(6))


def test_a_power_law_through_four_sizes_is_found_again(tmp_path, monkeypatch):
    campaign = Campaign.begin(search_plan([4, 5, 6, 8], 1, 2, samples=4, p=3), tmp_path)
    campaign.run()
    given = iter([-1.6 + 1.1 * n**-0.7 for n in (4, 5, 6, 8)])

    class Mean:
        def with_values(self, values):
            self.mean, self.standard_error = next(given), 1e-3
            return self

    monkeypatch.setattr(search_tables, "Estimate", Mean)
    assert write_figure_tables(campaign)
    levels = {row["kind"]: row["value"] for row in rows_of(tmp_path, "energy_levels")}
    assert levels["limit"] == pytest.approx(-1.6, abs=1e-5)
    assert levels["power"] == pytest.approx(0.7, abs=1e-4)
    assert levels["factor"] == pytest.approx(1.1, abs=1e-4)


def test_other_campaigns_have_no_figures(tmp_path):
    plan = Plan.of("spinglass.campaigns.plan:sample_mean", [Cell("a", {"draws": 4}, 10, 4, (0,))], seed=1)
    campaign = Campaign.begin(plan, tmp_path)
    campaign.run()
    assert not write_figure_tables(campaign)
    assert not write_figure_tables(Campaign(census_plan([3], 20, p=3)))
    assert not (tmp_path / "data" / "settings.json").exists()


def test_a_mixture_has_exact_values_and_no_limit(tmp_path):
    campaign = Campaign.begin(census_plan([3], 20, 1, mixture={2: 1.0, 3: 0.5}, certify=False), tmp_path)
    campaign.run()
    assert write_figure_tables(campaign)
    for name, columns in census_tables.COLUMNS.items():
        header = (tmp_path / "data" / f"{name}.csv").read_text().splitlines()[0]
        assert header == ",".join(columns)
    assert {row["kind"] for row in rows_of(tmp_path, "count_growth")} == {"exact", "found"}
    assert all(row["limit"] is None for row in rows_of(tmp_path, "mean_indices"))
    assert rows_of(tmp_path, "spectrum_bins") == []  # N = 3: too few eigenvalues for a histogram
