"""The tables of an atlas, its figures and its page, at small sizes."""

from __future__ import annotations

import csv
import json
import math

import numpy as np
import pytest

from spinglass import complexity, random_matrices, reports
from spinglass._errors import InputError
from spinglass.campaigns import Store
from spinglass.claims import atlas
from spinglass.hamiltonians import OverlapField

NAMES = reports.figures.names("atlas")


def _silent(stage: str, done: int, total: int) -> None:
    assert 0 < done <= total


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("atlas") / "out")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "RANK_ONE_SIZES": (3, 6, 12),
            "FREE_SIZES": (6, 12, 24),
            "FIELD_SIZES": (3, 4, 5),
            "EDGE_ORDERS": (4, 8),
            "PHASE_CELLS": (27, 15),
            "BOUNDARY_ENERGIES": 8,
            "SPIKE_CELLS": (17, 16),
            "LINEAR_SIZES": (4, 8),
        }.items():
            patch.setattr(atlas, name, value)
        atlas.write_atlas_tables(atlas.AtlasSettings(n_spins=4), store, atlas.TABLES, _silent, "spinglass atlas")
    return store.folder


def _rows(folder, name):
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_rank_one_table_holds_exact_ratios_and_the_law(folder):
    rows = _rows(folder, "rank_one_law")
    assert len(rows) == 3 * len(atlas.RANK_ONE_PLACES) * len(atlas.RANK_ONE_STRENGTHS)
    for row in rows[:: len(rows) // 7]:
        n, x, s = int(row["n"]), float(row["x"]), float(row["s"])
        root = math.sqrt(n)
        exact = random_matrices.mean_abs_determinant(n, x * root, kappa=s * root)
        exact /= random_matrices.mean_abs_determinant(n, x * root)
        assert float(row["ratio"]) == pytest.approx(exact, rel=1e-11)
        assert float(row["law"]) == pytest.approx(abs(1 + s * random_matrices.stieltjes(x)), rel=1e-13)
        assert float(row["scaled_error"]) == pytest.approx(n * (exact - float(row["law"])), rel=1e-7, abs=1e-9)


def test_densities_by_index_integrate_to_counts(folder):
    rows = [row for row in _rows(folder, "index_densities") if float(row["rho"]) == 0.5 and row["index"] == "1"]
    u = np.array([float(row["energy_density"]) for row in rows])
    density = np.array([float(row["density"]) for row in rows])
    count = complexity.mean_count(4, 3, index=1, field=OverlapField(p=3, rho=[0.5]))
    assert float(np.sum(density) * (u[1] - u[0])) == pytest.approx(count, rel=1e-4)


def test_approaches_come_closer(folder):
    curves = {}
    for row in _rows(folder, "approaches"):
        key = row["quantity"], row["energy_density"], row["index"]
        curves.setdefault(key, []).append(abs(float(row["ratio"]) - 1))
    assert len(curves) == 9
    for key, distances in curves.items():
        assert distances[-1] < distances[0], key


def test_phase_rows_know_where_the_activation_changes_the_leading_order(folder):
    rows = _rows(folder, "phase_diagram")
    assert len(rows) == 27 * 15
    away = [row for row in rows if row["phase"] == "away"]
    assert away
    assert all(float(row["strength"]) * float(row["energy_density"]) > 0 for row in away)
    assert all(float(row["energy_density"]) < -8 / (3 * math.sqrt(3)) for row in away)
    boundaries = _rows(folder, "phase_boundaries")
    assert {row["kind"] for row in boundaries} == {"boundary", "instability", "signal"}
    for row in boundaries:
        if row["kind"] == "instability":
            ends = complexity.equator_instability(float(row["energy_density"]), 3)
            assert min(abs(float(row["strength"]) - end) for end in ends) < 1e-12


def test_edge_densities_come_closer_to_the_limit(folder):
    table = {(row["n"], row["k"], row["s"]): float(row["density"]) for row in _rows(folder, "edge_densities")}
    distance = {
        n: max(abs(value - table["", k, s]) for (order, k, s), value in table.items() if order == n and k == "1")
        for n in ("4", "8")
    }
    assert distance["8"] < distance["4"]


def test_the_spike_has_critical_points_at_the_equator_and_its_signal_where_the_rate_is_zero(folder):
    rows = _rows(folder, "latitude_rates")
    weakest = [row for row in rows if float(row["strength"]) == 0.0]
    assert max(float(row["complexity"]) for row in weakest) == pytest.approx(0.5 * math.log(2), abs=5e-3)
    for row in _rows(folder, "signals"):
        if row["kind"] == "signal":
            lam, m = float(row["strength"]), float(row["latitude"])
            assert 6 * lam**2 * m**2 * (1 - m**2) == pytest.approx(1.0, rel=1e-9)


def test_exact_totals_in_a_linear_field_follow_the_two_rates(folder):
    rows = _rows(folder, "trivialisation")
    exact = {(row["gaussian"], row["n_spins"], row["h"]): float(row["rate"]) for row in rows}
    strong = max(float(row["h"]) for row in rows)
    for gaussian in ("false", "true"):  # beyond h_c two points are left: log(2)/N and a little more
        last = max(value for (g, n, h), value in exact.items() if (g, n) == (gaussian, "8") and float(h) == strong)
        assert math.log(2) / 8 <= last < 0.3
    weak = sorted({h for _, n, h in exact if n == "8" and 0 < float(h) < 1}, key=float)
    assert weak
    assert all(exact["true", "8", h] != exact["false", "8", h] for h in weak)


def test_tables_that_are_there_are_kept(folder, monkeypatch):
    def refuse(settings, progress):
        raise AssertionError("computed again")

    monkeypatch.setattr(atlas, "TABLES", dict.fromkeys(atlas.TABLES, refuse))
    atlas.write_atlas_tables(atlas.AtlasSettings(n_spins=4), Store(folder), atlas.TABLES, _silent)
    with pytest.raises(AssertionError, match="computed again"):  # other settings
        atlas.write_atlas_tables(atlas.AtlasSettings(n_spins=5), Store(folder.parent / "other"), atlas.TABLES, _silent)


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_drawn_from_the_tables(folder, name):
    path = reports.figures.write_figure(name, folder)
    assert path.read_bytes().startswith(b"\x89PNG")
    record = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert record["title"] == reports.figures.SUBJECTS[name].title
    assert len(record["caption"]) > 100
    assert any(digit in record["alternative_text"] for digit in "0123456789")
    assert path.with_suffix(".svg").read_text(encoding="utf-8").count("<text") > 8


def test_the_page_shows_every_figure(folder):
    page = reports.write_atlas(folder)
    text = page.read_text(encoding="utf-8")
    for name in NAMES:
        assert f'id="figure-{name}"' in text
        assert (folder / "figures" / f"{name}.csv").is_file()
    assert "Not on this page" not in text


@pytest.mark.parametrize("wrong", [{"p": 2}, {"p": 3, "rho": math.nan}, {"n_spins": 2}])
def test_settings_are_checked(wrong):
    with pytest.raises(InputError):
        atlas.AtlasSettings(**wrong)
