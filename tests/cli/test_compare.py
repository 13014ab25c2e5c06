"""The main job, end to end, on one small comparison; other runs of it must give the same bytes."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from spinglass import ComputationError, InputError
from spinglass.activations import Activation, activation
from spinglass.campaigns import Store
from spinglass.claims.critical_points import exact_block
from spinglass.cli import main
from spinglass.cli.options import read_laws

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
    assert summary["n_comparisons"] == 4 * (6 + 7) + 2 * (3 + 4 + 5 + 6)
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
        (["--workers", "0"], "workers"),
        (["--family-wise-error", "0.9"], "family_wise_error"),
        (["--activation", "gelu", "--preactivations", "gellu=x.npy"], "did you mean 'gelu'"),
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


def test_a_bad_law_is_blamed_on_no_activation(tmp_path):
    assert "activation 'relu'" not in _refused("compare", "--preactivation-std", "0", "--out", str(tmp_path / "out"))
    text = _refused("compare", "--expression", "x**2", "--out", str(tmp_path / "out"))
    assert text.count("x**2") == 1


def test_an_empty_folder_name_is_refused():
    assert "out = ''" in _refused("compare", "--activation", "gelu", "--samples", "0", "--out", "")


def test_other_inputs_leave_nothing_of_the_old_comparison(folder, tmp_path):
    place = tmp_path / "run"
    shutil.copytree(folder, place)
    blocks = {path.name for path in (place / "data" / "blocks").iterdir()}
    _run(*ARGUMENTS[:3], "--depth", "3", "--samples", "0", "--out", str(place))
    assert not (place / "data" / "simulation.csv").exists()
    assert not (place / "data" / "controls.csv").exists()
    assert not list((place / "figures").glob("simulation.*"))
    page = (place / "index.html").read_text(encoding="utf-8")
    assert "tanh" not in page
    assert "comparisons of exact theory" not in page
    assert blocks <= {path.name for path in (place / "data" / "blocks").iterdir()}


def test_a_run_that_fails_leaves_no_page_of_the_old_comparison(folder, tmp_path, monkeypatch):
    """The failure names activation, depth and N, and every other block is kept."""
    place = tmp_path / "run"
    shutil.copytree(folder, place)
    right = exact_block

    def fails_for_softplus(cell):
        if cell.n_spins == 8 and not cell.field.is_zero:
            raise ComputationError("an integral missed its accuracy")
        return right(cell)

    monkeypatch.setattr("spinglass.claims.compare.exact_block", fails_for_softplus)
    arguments = ["compare", "--activation", "softplus", "--depth", "3", "--samples", "0", "--workers", "1"]
    result = CliRunner().invoke(main, [*arguments, "--out", str(place)])
    assert result.exit_code == 1
    assert "Error: activation softplus: the exact count failed at depth 3, N = 8" in result.output
    assert "missed its accuracy" in result.output
    assert not (place / "index.html").exists()
    assert not (place / "summary.json").exists()
    monkeypatch.undo()
    kept = {path.name: path.stat().st_mtime_ns for path in (place / "data" / "blocks").iterdir()}
    _run(*arguments, "--out", str(place))
    after = {path.name: path.stat().st_mtime_ns for path in (place / "data" / "blocks").iterdir()}
    assert len(after) == len(kept) + 1
    assert all(after[name] == kept[name] for name in kept)


def test_a_second_run_in_one_folder_is_refused(tmp_path):
    with Store(tmp_path).reserved():
        text = _refused("compare", "--activation", "tanh", "--samples", "0", "--out", str(tmp_path))
    assert "another run" in text
    assert not list(tmp_path.iterdir())


def test_files_may_bear_the_name_of_the_reference_or_odd_signs(tmp_path):
    files = []
    for name, slope in (("relu.csv", 3), ("a;b.csv", 4), ("sub/relu.csv", 5)):
        files.append(tmp_path / name)
        files[-1].parent.mkdir(exist_ok=True)
        files[-1].write_text(f"x,f\n-1,{slope}\n0,0.5\n1,1\n")
    tables = [argument for file in files for argument in ("--table", str(file))]
    text = _run("compare", *tables, "--depth", "2", "--out", str(tmp_path / "run"))
    assert "enumeration serves depth 3" in text
    rows = {row["activation"]: row for row in _rows(tmp_path / "run", "activations")}
    assert list(rows) == ["relu", "relu (table)", "a_b", "relu (table 2)"]
    assert float(rows["relu"]["rho_1"]) == 0
    assert float(rows["relu (table)"]["rho_1"]) != 0


def test_paths_of_measured_preactivations_may_hold_equality_signs(tmp_path):
    file = tmp_path / "lr=0.1" / "gelu=2.npy"
    file.parent.mkdir()
    np.save(file, np.random.default_rng(0).standard_normal(300).astype(np.float32))
    gelu = [activation("gelu")]
    for text, key in ((str(file), ""), (f"gelu={file}", "gelu"), (f"GELU={file}", "gelu"), (f" tanh ={file}", "tanh")):
        laws = read_laws((text,), gelu)
        assert list(laws) == [key]
        assert laws[key].shape == (300,)
    own = [Activation.from_table([-1, 0, 1], [0, 0, 1], name="a=b")]
    assert list(read_laws((f"a=b={file}",), own)) == ["a=b"]
    with pytest.raises(InputError, match="second file"):
        read_laws((str(file), str(file)), gelu)


def test_large_fields_leave_two_critical_points_and_valid_json(tmp_path):
    """Every sample then has the same count: the comparison must neither reject a true theory nor break the page."""
    arguments = ["compare", "--activation", "sigmoid", "--bias-scale", "5", "--depth", "3", "--samples", "40"]
    summary = json.loads(_run(*arguments, "--out", str(tmp_path), "--json"), parse_constant=pytest.fail)
    assert summary["verdict"] == "agree"
    assert "inf" not in {str(row["z"]) for row in _rows(tmp_path, "simulation")}
    assert (tmp_path / "index.html").is_file()
