"""The census as a campaign, and the commands on a campaign's folder."""

import csv
import json
import signal
import subprocess
import sys
import time
from itertools import pairwise

import pytest
from click.testing import CliRunner
from pyarrow import parquet

from spinglass.campaigns import Campaign, Store
from spinglass.cli import main

CENSUS = ["census", "--n", "3,4", "--samples", "40", "--rho", "0.5", "--workers", "1", "--no-figures"]


def _run(*arguments, code=0):
    result = CliRunner().invoke(main, [str(part) for part in arguments])
    assert result.exit_code == code, result.output
    return result.output


def _rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("census") / "run"
    _run(*CENSUS, "--out", place)
    return place


def test_tables_of_a_census(folder):
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["finished"]
    assert summary["agrees"]
    assert summary["n_spins"] == [3, 4]
    assert summary["field"] == {"rho": [0.5]}
    data = folder / "data"
    points, samples = (parquet.read_table(data / f"{name}.parquet") for name in ("points", "samples"))
    assert samples.num_rows == 80
    assert points.num_rows == sum(samples["count"].to_pylist())
    assert all(samples["certified"].to_pylist())
    assert min(points["smallest_curvature"].to_pylist()) == pytest.approx(
        min(samples["smallest_curvature"].to_pylist()), rel=1e-9
    )
    for size in summary["sizes"]:
        pairs = zip(samples["n_spins"].to_pylist(), samples["count"].to_pylist(), strict=True)
        counts = [count for n_spins, count in pairs if n_spins == size["n_spins"]]
        assert size["mean_count"] == pytest.approx(sum(counts) / 40, rel=1e-14)
    assert len(_rows(data / "comparisons.csv")) == len(summary["comparisons"]) == 2 * 6 + 3 + 4
    assert _rows(data / "incomplete.csv") == []
    for n in ("3", "4"):
        counts = {
            row["index"]: float(row["mean_count"]) for row in _rows(data / "exact_counts.csv") if row["n_spins"] == n
        }
        assert sum(counts.values()) == pytest.approx(2 * counts[""], rel=1e-10)
        curves: dict[str, list[tuple[float, float]]] = {}
        for row in _rows(data / "exact_densities.csv"):
            if row["n_spins"] == n:
                curves.setdefault(row["index"], []).append((float(row["energy_density"]), float(row["density"])))
        assert set(curves) == set(counts)
        for index, curve in curves.items():
            mass = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(curve))
            assert mass == pytest.approx(counts[index], rel=2e-3)
    assert json.loads((folder / "settings.json").read_text())["cells"][0]["parameters"]["n_spins"] == 3


def test_a_census_without_folder_says_the_same(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert _run(*CENSUS) == _run("campaign", "report", "--no-figures", folder)
    assert not list(tmp_path.iterdir())


def test_the_same_command_finds_everything_done(folder):
    times = {path: path.stat().st_mtime_ns for path in folder.glob("shards/*/*/*")}
    result = CliRunner().invoke(main, [*CENSUS, "--out", str(folder)])
    assert "going on with the campaign" in result.stderr
    assert "2 of 2 blocks are done" in result.stderr
    assert "verdict: agree" in result.stdout
    assert all(path.stat().st_mtime_ns == before for path, before in times.items())


def test_a_folder_of_another_census_is_refused(folder):
    text = _run(*CENSUS, "--seed", "1", "--out", folder, code=2)
    assert "holds another campaign: its seed is 0, not 1" in text
    with Store(folder).reserved():
        assert "another run is writing into this folder" in _run(*CENSUS, "--out", folder, code=2)


def test_status_and_tables_of_a_folder(folder, tmp_path):
    assert "2 of 2 blocks done" in _run("campaign", "status", folder)
    status = json.loads(_run("campaign", "status", folder, "--json"))
    assert [cell["samples_done"] for cell in status["cells"]] == [40, 40]
    assert status["cells"][1]["estimates"]["complete"]["mean"] == 1.0
    text = _run("campaign", "merge", folder, "--format", "csv", "--out", tmp_path / "csv")
    assert text.split() == [str(tmp_path / "csv" / f"{name}.csv") for name in ("points", "samples")]
    assert len(_rows(tmp_path / "csv" / "samples.csv")) == 80
    files = json.loads(_run("campaign", "merge", folder, "--format", "parquet", "--out", tmp_path / "p", "--json"))
    assert len(files["files"]) == 2
    assert "no campaign" in _run("campaign", "status", tmp_path, code=2)


def test_parts_are_computed_apart_and_merged(folder, tmp_path):
    for part in (1, 2):
        text = _run(*CENSUS, "--part", f"{part}/2", "--out", tmp_path / str(part))
        assert "1 of 2 blocks done" in text
        assert "verdict" not in text
    half = _run("campaign", "report", "--no-figures", tmp_path / "1")
    assert "verdict: agree" in half
    assert "N = 3)" not in half
    status = json.loads(_run("campaign", "merge", tmp_path / "1", tmp_path / "2", "--out", tmp_path / "all", "--json"))
    assert status["finished"]
    assert _run("campaign", "report", "--no-figures", tmp_path / "all") == _run(
        "campaign", "report", "--no-figures", folder
    )
    resumed = json.loads(_run("campaign", "resume", "--no-figures", tmp_path / "1", "--workers", "1", "--json"))
    assert resumed == json.loads(_run("campaign", "report", "--no-figures", folder, "--json"))
    together = ["campaign", "merge", tmp_path / "1", tmp_path / "2", "--format", "csv", "--out", tmp_path / "csv"]
    assert "as shards first" in _run(*together, code=2)


def test_a_census_killed_goes_on_with_the_same_command(tmp_path):
    """Blocks of two seconds: one of two is kept, where the machine is not too slow for the kill."""
    arguments = [
        "census",
        "--n",
        "2",
        "--samples",
        "1500",
        "--no-certify",
        "--workers",
        "1",
        "--no-figures",
        "--out",
        str(tmp_path),
    ]
    process = subprocess.Popen([sys.executable, "-m", "spinglass", *arguments], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("shards/*/block-*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("shards/*/block-*/*")}
    assert 3 <= len(kept) <= 6
    result = CliRunner().invoke(main, arguments)
    assert f"going on with the campaign in {tmp_path}: {len(kept) // 3} of 2 blocks are done" in result.stderr
    assert "1500 of 1500 enumerations complete" in result.stdout
    assert all(path.stat().st_mtime_ns == before for path, before in kept.items())


def test_incomplete_censuses_are_named(tmp_path, monkeypatch):
    from dataclasses import replace

    from spinglass import landscape

    whole, seen = landscape.census, []

    def short(realisation, **options):
        found = whole(realisation, **options)
        seen.append(found)
        return replace(found, complete=False, failures=("one is missing",)) if len(seen) in (4, 9) else found

    monkeypatch.setattr(landscape, "census", short)
    text = _run("census", "--n", "3", "--samples", "20", "--workers", "1", "--no-figures", "--out", tmp_path)
    assert "18 of 20 enumerations complete" in text
    assert "incomplete: N = 3, sample 3: one is missing; kept in the means as found" in text
    assert "incomplete: N = 3, sample 8" in text
    assert "2 censuses incomplete" in text
    assert [row["sample"] for row in _rows(tmp_path / "data" / "incomplete.csv")] == ["3", "8"]
    assert len(json.loads((tmp_path / "summary.json").read_text())["incomplete"]) == 2


def test_a_full_disk_is_a_clear_error(folder, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("spinglass.campaigns.shards.sync_folder", full)
    text = _run(*CENSUS, "--out", tmp_path, code=1)
    assert "Error: block 0 of cell 1 (N = 4)" in text
    assert "the disk is full" in text
    monkeypatch.undo()
    monkeypatch.setattr(Campaign, "write_tables", full)
    assert "the disk is full" in _run("campaign", "report", "--no-figures", folder, code=1)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--p", "1"], "p = 1"),
        (["--p", "3", "--mixture", "2:1"], "mixture"),
        (["--mixture", "1:1"], "mixture"),
        (["--mixture", "2:1", "--rho", "1"], "rho"),
        (["--mixture", "2:1", "--activation", "gelu"], "needs --p"),
        (["--rho", "1", "--linear", "1"], "one of rho, linear and spike"),
        (["--spike", "1"], "λ,k"),
        (["--spike", "1,1.5"], "λ,k"),
        (["--n", "4,x"], "numbers separated by commas"),
        (["--n", "4.5"], "n = 4.5"),
        (["--n", "1"], "n = 1"),
        (["--samples", "19"], "samples = 19"),
        (["--seed", "-1"], "seed = -1"),
        (["--workers", "0"], "workers = 0"),
        (["--part", "2"], "part = '2'"),
        (["--part", "3/2"], "1 <= i <= k"),
        (["--n", "40"], "n = 40: a complete enumeration would need about 1.1e+12 paths"),
        (["--p", "2", "--n", "4000000"], "GiB"),
        (["--scheduler", "tcp://127.0.0.1:1"], "scheduler = 'tcp://127.0.0.1:1'"),
        (["--scheduler", "tcp://127.0.0.1:1", "--workers", "2"], "workers = 2"),
    ],
)
def test_bad_input_is_refused(arguments, named):
    assert named in _run("census", "--n", "3", "--samples", "20", *arguments, code=2)


@pytest.mark.parametrize("command", ["status", "resume", "merge", "report"])
def test_every_command_has_help_and_json(command):
    assert "--json" in _run("campaign", command, "--help")
