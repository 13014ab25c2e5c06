"""The smaller commands, and the cost of help."""

import json
import resource
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from pyarrow.parquet import read_table

from spinglass.cli import main

COMMANDS = ["compare", "figures", "atlas", "complexity", "census", "validate", "preactivations"]


def _run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_seed_out_and_json(command):
    text = _run(command, "--help")
    for option in ("--seed", "--out", "--json"):
        assert option in text


def test_all_commands_are_listed():
    text = _run("--help")
    assert all(command in text for command in COMMANDS)


def test_an_unknown_command_offers_the_nearest():
    assert "'compare'" in _run("compar", code=2)


def test_help_takes_little_processor_time():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    runs = 3
    for _ in range(runs):
        subprocess.run([sys.executable, "-m", "spinglass", "--help"], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / runs
    assert used < 1.0  # about 0.07 s on an idle machine; importing numba, sympy and matplotlib takes more than this


def test_complexity_prints_and_writes(tmp_path):
    text = _run("complexity", "--p", "3", "--n", "4", "--out", str(tmp_path))
    assert "1.632993161855" in text
    assert "18.7902338" in text
    result = json.loads((tmp_path / "complexity.json").read_text())
    assert result["band_edges"]["0"] == pytest.approx(1.6569983635274733, rel=1e-14)
    assert sum(result["mean_count_by_index"]) == pytest.approx(result["mean_count"], rel=1e-11)
    rows = (tmp_path / "complexity.csv").read_text().splitlines()
    assert rows[0] == "p,index,energy_density,complexity"
    assert len(rows) == 1 + 4 * 481


@pytest.mark.parametrize(
    "glass", [["--p", "4", "--linear", "0.7"], ["--mixture", "1:0.4,2:0.8,3:1", "--spike", "0.6,2"]]
)
def test_complexity_counts_by_index_with_mixture_field_and_window(glass):
    whole = json.loads(_run("complexity", *glass, "--n", "4", "--json"))
    counts = whole["mean_count_by_index"]
    assert sum(counts) == pytest.approx(whole["mean_count"], rel=1e-10)
    assert counts[0] - counts[1] + counts[2] - counts[3] == pytest.approx(0.0, abs=1e-9)  # Euler characteristic of S^3
    below = json.loads(_run("complexity", *glass, "--n", "4", "--energy=-inf,-0.5", "--json"))
    above = json.loads(_run("complexity", *glass, "--n", "4", "--energy=-0.5,inf", "--json"))
    assert below["mean_count"] + above["mean_count"] == pytest.approx(whole["mean_count"], rel=1e-9)
    assert 0 <= below["mean_count_error"] < 1e-8


@pytest.mark.parametrize(
    "arguments",
    [
        ["complexity", "--p", "1"],
        ["complexity", "--rho", "1"],
        ["complexity", "--n", "4", "--rho", "a"],
        ["complexity", "--n", "4", "--rho", "1", "--linear", "1"],
        ["complexity", "--n", "4", "--spike", "1,1.5"],
        ["complexity", "--n", "4", "--energy", "1,0"],
        ["complexity", "--mixture", "2:1,2:1"],
        ["complexity", "--mixture", "1:1"],
        ["complexity", "--mixture", "2:1", "--p", "3"],
    ],
)
def test_complexity_refuses(arguments):
    assert "Error" in _run(*arguments, code=2)


def test_census_with_a_field(tmp_path):
    out = str(tmp_path / "run")
    sampling = ("--n", "4", "--samples", "60", "--activation", "softplus", "--workers", "1")
    text = _run("census", *sampling, "--no-figures", "--out", out)
    assert "60 of 60 enumerations complete" in text
    assert "verdict: agree" in text
    result = json.loads((tmp_path / "run" / "summary.json").read_text())
    points = read_table(tmp_path / "run" / "data" / "points.parquet")
    assert points.num_rows == round(60 * result["comparisons"][0]["mean"])


def test_census_refuses():
    assert "one activation" in _run("census", "--activation", "gelu", "--rho", "1", code=2)
    assert "n =" in _run("census", "--n", "1", code=2)
    assert "samples" in _run("census", "--samples", "3", code=2)


def test_preactivations_make_a_file_that_compare_reads(tmp_path):
    file = tmp_path / "gelu.npy"
    text = _run(
        "preactivations", "--activation", "gelu", "--depth", "3", "--width", "16", "--epochs", "3", "--out", str(file)
    )
    assert "accuracy" in text
    assert np.load(file).shape[0] == 3
    out = tmp_path / "run"
    law = f"gelu={file}"
    arguments = ["--activation", "gelu", "--depth", "3", "--samples", "0", "--preactivations", law]
    summary = json.loads(_run("compare", *arguments, "--out", str(out), "--json"))
    gelu = next(row for row in summary["per_activation"] if row["activation"] == "gelu")
    assert "standard error" in gelu["note"]
    assert gelu["rho_1"] != pytest.approx(-0.28209479, rel=1e-3)
    assert "4 dimensions" not in text
    assert "depth = 4" in _run("compare", "--activation", "gelu", "--depth", "4", "--preactivations", law, code=2)


def test_preactivations_refuse(tmp_path):
    assert "must end in .npy" in _run("preactivations", "--out", str(tmp_path / "x.txt"), code=2)
    two = ["--activation", "gelu", "--activation", "tanh"]
    assert "one activation at a time" in _run("preactivations", *two, "--out", str(tmp_path / "x.npy"), code=2)


def test_atlas_lists_its_figures_and_refuses_others(tmp_path):
    names = json.loads(_run("atlas", "--list", "--json"))
    assert "phase-diagram" in names
    result = CliRunner().invoke(main, ["atlas", "--only", "no-such", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "no-such" in result.output
