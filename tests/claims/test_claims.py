"""Claim files and pairings: a right theory passes with its control rejected, a wrong one fails."""

from pathlib import Path

import numpy as np
import pytest

from spinglass import InputError, complexity
from spinglass.activations import Activation, activation
from spinglass.claims import Claim, census_tables, load_claims, plan_comparison, search_tables
from spinglass.claims.atlas import TABLES as ATLAS_TABLES
from spinglass.claims.critical_points import Enumeration, EnumerationCell, enumerate_block
from spinglass.claims.pairings import PAIRINGS
from spinglass.claims.summary import _factor
from spinglass.claims.tables import TABLES
from spinglass.hamiltonians import OverlapField
from spinglass.reports.tables import table_names

ROOT = Path(__file__).resolve().parents[2]


def test_every_listed_claim_can_be_read():
    claims = load_claims(ROOT / "validation" / "claims")
    assert len(claims) >= 8
    assert {claim.pairing for claim in claims} == set(PAIRINGS)
    assert all(claim.reduced_samples <= claim.samples for claim in claims)


@pytest.mark.parametrize(
    "claim",
    [
        Claim("counts", "", "critical-point-counts", 100, 100, {"p": 3, "n_spins": [4], "rho": [0.0]}),
        Claim("field", "", "critical-point-counts", 300, 300, {"p": 3, "n_spins": [4], "rho": [-1.5]}),
        Claim("determinant", "", "determinant-means", 20000, 20000, {"n": 3, "xi": [0.7], "kappa": [-2.0]}),
        Claim("density", "", "eigenvalue-density", 5000, 5000, {"n": 4, "bins": 8}),
        Claim("path", "", "path-sum-moments", 200000, 0, {"activations": ["gelu", "elu"], "preactivation_std": 1.5}),
        Claim("rate", "", "complexity-approach", 0, 0, {"p": 4, "energy_density": -1.2, "n_spins": [20, 40, 80]}),
        Claim("approach", "", "ratio-approach", 0, 0, {"p": 3, "rho": 0.5, "n_spins": [12, 16, 20]}),
    ],
    ids=lambda claim: claim.name,
)
def test_right_theories_pass_and_their_controls_are_rejected(claim):
    outcome = claim.test(seed=4, workers=1)
    assert outcome.agrees, outcome.evidence
    assert outcome.control_rejected, outcome.control
    assert outcome.passes


@pytest.mark.parametrize("factor", [1.06, 0.94])
def test_a_wrong_prefactor_fails(monkeypatch, factor):
    right = complexity.mean_count

    def wrong(*arguments, **keywords):
        return factor * right(*arguments, **keywords)

    monkeypatch.setattr("spinglass.claims.critical_points.complexity.mean_count", wrong, raising=False)
    claim = Claim("counts", "", "critical-point-counts", 800, 0, {"p": 3, "n_spins": [4], "rho": [0.0]})
    assert not claim.test(seed=5, workers=1).agrees


def test_a_missing_point_is_noticed(monkeypatch):
    import spinglass.landscape as landscape

    whole = landscape.census

    class Short:
        def __init__(self, found):
            self.energy_density, self.index, self.complete = found.energy_density[1:], found.index[1:], True

    monkeypatch.setattr("spinglass.landscape.census", lambda *a, **k: Short(whole(*a, **k)))
    claim = Claim("counts", "", "critical-point-counts", 40, 0, {"p": 3, "n_spins": [3], "rho": [0.0]})
    assert not claim.test(seed=6, workers=1).agrees  # the Euler characteristic is wrong on every sample


def test_blocks_can_be_cut_anywhere():
    def cell(first, samples):
        return enumerate_block(EnumerationCell(9, 3, 4, OverlapField(3, [0.4]), first, samples))

    whole = Enumeration.from_blocks(4, [cell(0, 12)])
    parts = Enumeration.from_blocks(4, [cell(7, 5), cell(0, 7)])
    for name, values in whole.arrays.items():
        assert np.array_equal(values, parts.arrays[name])
    assert whole.totals.sum() == whole.arrays["index"].size
    windows = [whole.in_window(low, high) for low, high in ((-np.inf, -0.5), (-0.5, 0.1), (0.1, np.inf))]
    assert np.array_equal(sum(windows), whole.totals)
    assert np.array_equal(sum(whole.with_index(k) for k in range(4)), whole.totals)


def test_samples_at_one_size_share_their_couplings_across_fields():
    small = 1e-9
    counts = [
        Enumeration.from_blocks(5, [enumerate_block(EnumerationCell(2, 3, 5, OverlapField(3, [rho]), 0, 10))]).totals
        for rho in (0.0, small)
    ]
    assert np.array_equal(counts[0], counts[1])


def test_bad_claim_files_are_refused(tmp_path):
    good = (
        'name = "a"\nstatement = "b"\npairing = "eigenvalue-density"\nsamples = 100\nreduced_samples = 50\n'
        "[parameters]\nn = 3\nbins = 4\n"
    )
    file = tmp_path / "claim.toml"
    for text, named in [
        ("name = ", "TOML"),
        (good.replace('name = "a"\n', ""), "lacks name"),
        (good.replace("samples = 100", "samples = -1"), "samples"),
        (good.replace("eigenvalue-density", "eigenvalue-densty"), "did you mean 'eigenvalue-density'"),
        ("colour = 1\n" + good, "unknown keys colour"),
        (good + "colour = 1\n", "unknown parameters colour"),
        (good.replace("n = 3\n", ""), "lacks the parameters n"),
        (good.partition("[")[0] + "parameters = 3\n", "must be a table"),
    ]:
        file.write_text(text)
        with pytest.raises(InputError, match=named):
            load_claims(file)
    with pytest.raises(InputError, match="claims"):
        load_claims(tmp_path / "absent")


def test_plans_group_by_coefficients():
    plan = plan_comparison([activation(name) for name in ("gelu", "tanh", "erf", "sigmoid")], depths=(3,))
    assert [group.members for group in plan.groups] == [("relu", "tanh", "erf"), ("gelu",), ("sigmoid",)]
    assert plan.groups[0].is_reference
    assert plan.field(plan.groups[1], 8).p == 3


def test_an_activation_that_equals_relu_joins_it_and_a_tiny_field_does_not():
    own = [Activation.from_expression(text) for text in (" Max( x , 0 ) ", "x+1e-9", "x*(1+sign(x))/2")]
    plan = plan_comparison(own, depths=(3,))
    assert [group.members for group in plan.groups] == [("relu", "Max( x , 0 )", "x*(1+sign(x))/2"), ("x+1e-9",)]


def test_the_name_of_the_reference_belongs_to_it():
    with pytest.raises(InputError, match="name of the reference"):
        plan_comparison([Activation.from_table([-1, 0, 1], [3, 0, 1], name="relu")])
    with pytest.raises(InputError, match="semicolons"):
        plan_comparison([Activation.from_table([-1, 0, 1], [3, 0, 1], name="a;b")])


def test_the_tables_are_those_that_reports_read():
    of_campaigns = {"sizes", "incomplete", "comparisons", *census_tables.COLUMNS, *search_tables.COLUMNS}
    assert {*TABLES, *ATLAS_TABLES, *of_campaigns} == set(table_names())


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(1.0, "1.000"), (0.99973, "0.9997"), (0.7071, "0.707"), (3.2e-5, "3.2e-05"), (12.34, "12.340")],
)
def test_ratios_in_the_answer_differ_from_one_and_zero(ratio, text):
    assert _factor(ratio) == text


def test_plans_scale_with_root_n():
    plan = plan_comparison([activation("gelu")], depths=(3,), bias_scale="sqrt(N)")
    rho = np.array(plan.groups[1].rho)
    assert np.allclose(plan.field(plan.groups[1], 9).polynomial(9), OverlapField(3, rho * [3, 9, 27]).polynomial(9))


def test_measured_laws_serve_their_activation_only():
    samples = np.random.default_rng(0).standard_normal(500)
    plan = plan_comparison([activation("gelu"), activation("silu")], depths=(3,), preactivations={"gelu": samples})
    assert plan.path_sums["gelu", 3].standard_error is not None
    assert plan.path_sums["silu", 3].standard_error is None
    with pytest.raises(InputError, match="preactivations"):
        plan_comparison([activation("gelu")], preactivations={"silu": samples})
