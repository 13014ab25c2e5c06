"""`spinglass search`: the table, resuming, and what bad options are told."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

from spinglass import landscape
from spinglass.campaigns import Campaign
from spinglass.claims.searches import realisation_of, search_plan, search_report
from spinglass.cli import main

BASE = ["search", "--n", "12", "--starts", "6", "--workers", "1", "--no-figures"]


def run(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_a_search_is_a_campaign_that_can_be_resumed(tmp_path):
    folder = tmp_path / "run"
    made = run(*BASE, "--index", "1", "--out", str(folder), "--json")
    assert made.exit_code == 0, made.output
    summary = json.loads(made.output)
    assert summary["starts"] == 6
    assert summary["hamiltonians"] == 1
    assert sum(summary["statuses"].values()) == 6
    assert "not sample critical points uniformly" in summary["note"]
    with open(folder / "data" / "ends.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert [int(row["sample"]) for row in rows] == list(range(6))
    again = run(*BASE, "--index", "1", "--out", str(folder), "--json")
    assert again.output.endswith(made.output[made.output.index("{") :])
    other = run(*BASE, "--index", "2", "--out", str(folder))
    assert other.exit_code != 0
    assert "holds another campaign" in other.output


def test_every_row_is_a_critical_point_of_the_one_hamiltonian():
    plan = search_plan(10, 8, 3, p=3, field={"linear": 0.4}, spectra=True)
    campaign = Campaign(plan)
    campaign.run()
    ends = campaign.table("ends")
    known = landscape.census(realisation_of(plan.cells[0].parameters))
    minima = known.energy_density[known.index == 0]
    assert np.all(ends["status"] == "converged")
    for u in ends["energy_density"]:
        assert np.min(np.abs(minima - u)) < 1e-9
    values = campaign.table("eigenvalues")["eigenvalue"].reshape(8, 9)
    assert np.array_equal(values[:, 0], ends["lowest_eigenvalue"])
    summary = search_report(campaign).summary
    assert summary["mean_energy_density"] == pytest.approx(ends["energy_density"].mean())


def test_several_hamiltonians(tmp_path):
    made = run(*BASE, "--samples", "3", "--method", "l-bfgs", "--rho", "0.5", "--seed", "4", "--certify", "balls")
    assert made.exit_code == 0, made.output
    assert "18 certified" in made.output
    assert "18 starts in 3 Hamiltonians" in made.output
    plan = search_plan(12, 6, 4, samples=3, p=3, field={"rho": [0.5]}, method="l-bfgs")
    campaign = Campaign(plan)
    campaign.run()
    ends = campaign.table("ends")
    assert np.bincount(ends["sample"]).tolist() == [6, 6, 6]
    means = [ends["energy_density"][ends["sample"] == i].mean() for i in range(3)]
    summary = search_report(campaign).summary
    assert summary["mean_energy_density"] == pytest.approx(np.mean(means))
    assert summary["standard_error"] == pytest.approx(np.std(means, ddof=1) / np.sqrt(3))


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--index", "12"], "index = 12: must be an integer from 0 to 11"),
        (["--method", "newton"], "method = 'newton': must be one of"),
        (["--method", "l-bfgs", "--index", "1"], "only trust-region finds saddles"),
        (["--starts", "0"], "starts = 0"),
        (["--p", "3", "--mixture", "2:1,3:1"], "cannot be given together with --p"),
        (["--mixture", "2:1,3:1", "--activation", "gelu"], "needs --p in place of --mixture"),
        (["--rho", "0.5", "--linear", "0.1"], "one of rho, linear and spike"),
        (["--p", "1"], "p = 1"),
        (["--n", "100000"], "bytes"),
        (["--n", "200", "--certify", "balls"], "each of the 200^3 entries"),
    ],
)
def test_bad_options(options, named):
    made = run(*BASE, *options)
    assert made.exit_code != 0
    assert named in made.output.replace("\n", " ")
