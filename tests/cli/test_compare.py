"""The main job, end to end, on one small comparison; other runs of it must give the same bytes."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from spinglass.cli import main

ARGUMENTS = ["compare", "--activation", "gelu", "--activation", "tanh", "--depth", "3", "--samples", "100"]


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(main, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def _refused(*arguments: str) -> str:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == 2, result.output
    return result.output


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _tables(folder: Path) -> dict[str, bytes]:
    files = [*sorted((folder / "data").glob("*.csv")), folder / "summary.json"]
    assert len(files) > 8
    return {path.name: path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("compare") / "run"
    output = _run(*ARGUMENTS, "--workers", "2", "--out", str(place))
    assert output.rstrip().endswith("index.html")
    return place


def test_the_folder_holds_page_figures_tables_and_summary(folder):
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "GELU" in page
    for kind in ("png", "svg", "csv", "json"):
        assert (folder / "figures" / f"total-ratio.{kind}").stat().st_size > 100
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["simulation_census"] == {"samples": 800, "complete": 800}
    assert summary["n_comparisons"] == 4 * (6 + 7) + 3 + 4 + 5 + 6
    settings = json.loads((folder / "data" / "settings.json").read_text(encoding="utf-8"))
    assert settings["seed"] == 0
    assert settings["elapsed_seconds"] > 0


def test_theory_agrees_with_simulation_and_wrong_theories_are_rejected(folder):
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["verdict"] == "agree"
    assert summary["worst_z"] != 0
    assert {row["rejected"] for row in _rows(folder, "controls")} == {"true"}


def test_activations_with_equal_coefficients_are_one_group(folder):
    groups = {row["activation"]: row["group"] for row in _rows(folder, "activations")}
    assert groups["relu"] == groups["tanh"] != groups["gelu"]
    assert {row["activations"] for row in _rows(folder, "simulation")} == {"relu;tanh", "gelu"}


def test_known_numbers_are_in_the_tables(folder):
    counts = {(row["activation"], row["n_spins"]): float(row["mean_count"]) for row in _rows(folder, "exact_counts")}
    assert counts["relu", "4"] == pytest.approx(18.790233801030154, rel=1e-12)
    assert counts["relu", "8"] == pytest.approx(124.09198604727102, rel=1e-12)
    assert counts["gelu", "4"] < counts["relu", "4"]
    gelu = next(row for row in _rows(folder, "activations") if row["activation"] == "gelu")
    rho = -2 * 2**-1.5 / np.sqrt(2 * np.pi)
    assert float(gelu["rho_1"]) == pytest.approx(rho, rel=1e-13)
    assert float(gelu["total_ratio"]) == pytest.approx(np.sqrt((1 + 2 * rho**2 / 3) / (1 + 4 * rho**2 / 3)), rel=1e-12)


def test_densities_integrate_to_the_counts(folder):
    counts = {(row["activation"], row["n_spins"]): float(row["mean_count"]) for row in _rows(folder, "exact_counts")}
    curves: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row in _rows(folder, "exact_densities"):
        key = row["activation"], row["n_spins"]
        curves.setdefault(key, []).append((float(row["energy_density"]), float(row["density"])))
    assert len(curves) == 3 * 6
    for key, points in curves.items():
        u, density = np.array(points).T
        assert np.trapezoid(density, u) == pytest.approx(counts[key], rel=1e-4)


def test_bins_hold_equal_exact_counts(folder):
    bins = [row for row in _rows(folder, "simulation") if row["quantity"] == "energy bin"]
    for row in bins:
        same = [
            float(other["theory"])
            for other in bins
            if (other["group"], other["n_spins"]) == (row["group"], row["n_spins"])
        ]
        assert len(same) == 5
        assert np.ptp(same) < 0.02 * np.mean(same)


def test_the_number_of_workers_changes_nothing(folder, tmp_path):
    _run(*ARGUMENTS, "--workers", "1", "--out", str(tmp_path / "one"))
    assert _tables(tmp_path / "one") == _tables(folder)


def test_a_killed_run_goes_on_where_it_stopped(folder, tmp_path):
    place = tmp_path / "killed"
    command = [sys.executable, "-m", "spinglass", *ARGUMENTS, "--workers", "2", "--out", str(place)]
    blocks = place / "data" / "blocks"
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 200
    while len(list(blocks.glob("*.npz"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = {path.name: path.stat().st_mtime_ns for path in blocks.glob("*.npz")}
    assert len(kept) >= 3
    damaged = blocks / min(kept)
    damaged.write_bytes(damaged.read_bytes()[:-200])
    _run(*ARGUMENTS, "--workers", "2", "--out", str(place))
    assert _tables(place) == _tables(folder)
    after = {path.name: path.stat().st_mtime_ns for path in blocks.glob("*.npz")}
    assert [name for name in kept if after[name] != kept[name]] == [damaged.name]
    assert not list(place.rglob(".incomplete-*"))


def test_figures_are_drawn_again_from_the_tables(folder, tmp_path):
    output = _run("figures", str(folder), "--only", "total-ratio", "--out", str(tmp_path / "again"))
    assert Path(output.strip()).is_file()
    assert (tmp_path / "again" / "figures" / "total-ratio.svg").is_file()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--activation", "gellu"], "gelu"),
        (["--activation", "gaussian"], "E f' = 0"),
        (["--expression", "__import__('os')"], "expression"),
        (["--expression", "x*("], "expression"),
        (["--sections", "1:2"], "slopes"),
        (["--sections", "a:b"], "not a number"),
        (["--depth", "1"], "depth"),
        (["--depth", "3", "--depth", "3"], "depths"),
        (["--samples", "10"], "samples"),
        (["--seed", "-1"], "seed"),
        (["--bias-scale", "large"], "bias_scale"),
        (["--family-wise-error", "0"], "family_wise_error"),
        (["--preactivation-std", "-1"], "preactivation_std"),
        (["--preactivations", "absent.npy"], "absent.npy"),
        (["--activation", "gelu", "--preactivations", "silu=absent.npy"], "absent.npy"),
        (["--activation", "gelu", "--activation", "gelu"], "twice"),
    ],
)
def test_bad_input_is_refused_before_any_work(arguments, named, tmp_path):
    out = tmp_path / "out"
    assert named in _refused("compare", *arguments, "--out", str(out))
    assert not out.exists()


def test_bad_files_are_refused(tmp_path):
    table, objects, holes = tmp_path / "t.csv", tmp_path / "o.npy", tmp_path / "n.npy"
    table.write_text("x,f\n0,1\n0,2\n")
    np.save(objects, np.array([{}], dtype=object), allow_pickle=True)
    np.save(holes, np.array([0.0, np.nan]))
    out = ["--out", str(tmp_path / "out")]
    assert "increasing" in _refused("compare", "--table", str(table), *out)
    assert "o.npy" in _refused("compare", "--preactivations", str(objects), *out)
    assert "finite" in _refused("compare", "--preactivations", str(holes), *out)
    blocked = tmp_path / "file"
    blocked.touch()
    assert "cannot be written" in _refused("compare", "--activation", "gelu", "--out", str(blocked))


def test_weights_of_scale_one_over_root_n_have_no_limit(tmp_path):
    place = tmp_path / "root"
    _run(*ARGUMENTS[:3], "--depth", "3", "--bias-scale", "sqrt(N)", "--samples", "0", "--out", str(place))
    gelu = next(row for row in _rows(place, "activations") if row["activation"] == "gelu")
    assert gelu["total_ratio"] == ""
    assert not [row for row in _rows(place, "ratio_curves") if row["activation"] == "gelu"]
    assert not (place / "data" / "simulation.csv").exists()
    assert (place / "index.html").is_file()
