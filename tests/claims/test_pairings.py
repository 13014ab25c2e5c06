"""Every pairing: the right theory passes, its control and a slightly wrong theory fail, bad input is named."""

import math

import numpy as np
import pytest

from spinglass import InputError, complexity, random_matrices
from spinglass.claims import Claim
from spinglass.claims.evidence import approach, together
from spinglass.claims.pairings import PAIRINGS
from spinglass.claims.point_counts import TotalsCell, count_block

SAMPLED = {
    "closed-form-counts": (400, {"p": 3, "n_spins": [3, 4]}),
    "residual-counts": (200, {"depth": 3, "branch_strength": [0.5, 1.0], "n_spins": [2, 3]}),
    "closed-determinants": (40_000, {"n": [1, 2, 3, 4], "xi": [0.0, -1.5]}),
    "rank-one-ratios": (20_000, {"n": 6, "x": [1.0, -2.5], "s": [-1.0, 1.0]}),
    "soft-edge-counts": (2_000, {"n": 60, "edges": [-3.0, -1.0, 0.0, 2.0]}),
    "path-sum-moments": (
        200_000,
        {"activations": ["silu"], "expressions": ["tanh(x)**2 + x/2"], "preactivation_std": 0.6},
    ),
    "closed-gaussian-means": (200_000, {"expressions": ["x*erf(x) + x/2"], "preactivation_std": 1.3}),
}
EXACT = {
    "total": ("prefactor-approach", {"p": 4, "n_spins": [25, 50, 100]}),
    "bulk": ("prefactor-approach", {"p": 4, "energy_density": -1.0, "n_spins": [50, 100, 200, 400]}),
    "deep": ("prefactor-approach", {"p": 4, "energy_density": -2.0, "n_spins": [50, 100, 200]}),
    "minima": ("prefactor-approach", {"p": 3, "energy_density": -2.0, "index": 0, "n_spins": [15, 30, 60]}),
    "threshold": ("prefactor-approach", {"p": 4, "energy_density": "threshold", "n_spins": [500, 1000, 2000]}),
    "index 0": ("complexity-approach", {"p": 4, "energy_density": -2.0, "index": 0, "n_spins": [10, 20, 40]}),
    "index 1": ("complexity-approach", {"p": 4, "energy_density": -2.0, "index": 1, "n_spins": [6, 12, 24]}),
    "bulk rate": ("complexity-approach", {"p": 5, "energy_density": -0.5, "n_spins": [20, 40, 80]}),
    "potential": ("log-potential-approach", {"n": [50, 100, 200], "x": [0.5, -2.0, 2.5]}),
    "mixture": (
        "mixed-complexity-approach",
        {"mixture": {"2": 0.6, "4": 1.0}, "energy_density": -1.0, "n_spins": [20, 40, 80]},
    ),
    "mixture, index 0": (
        "mixed-complexity-approach",
        {"mixture": {"1": 0.3, "2": 0.5, "4": 0.8}, "energy_density": -2.2, "index": 0, "n_spins": [6, 12, 24]},
    ),
    "linear field": ("field-approach", {"p": 3, "energy_density": -1.0, "n_spins": [4, 6, 8], "strength": 1.0}),
    "spike": ("field-approach", {"p": 3, "energy_density": -2.2, "n_spins": [4, 6, 8], "strength": -1.0, "power": 3}),
    "rank one": ("rank-one-approach", {"n": [6, 12, 24], "x": [-1.0, 2.5], "s": [1.5, 1.0]}),
    "edge": ("soft-edge-approach", {"n": [100, 300, 900], "position": [0.0, 1.5]}),
}


def _claim(pairing, samples, parameters):
    return Claim(pairing, "", pairing, samples, samples, parameters)


@pytest.mark.parametrize("pairing", SAMPLED)
def test_sampled_theories_pass_and_their_controls_are_rejected(pairing):
    outcome = _claim(pairing, *SAMPLED[pairing]).test(seed=8, workers=1)
    assert outcome.agrees, outcome.evidence
    assert outcome.control_rejected, outcome.control


@pytest.mark.parametrize("case", EXACT)
def test_limits_are_approached_and_wrong_ones_are_not(case):
    pairing, parameters = EXACT[case]
    outcome = _claim(pairing, 0, parameters).test(seed=8, workers=1)
    assert outcome.agrees, outcome.evidence
    assert outcome.control_rejected, outcome.control
    assert outcome.comparisons == ()


@pytest.mark.parametrize(
    ("pairing", "module", "function", "factor"),
    [
        ("closed-form-counts", complexity, "total_count_closed_form", 1.1),
        ("residual-counts", complexity, "total_count_closed_form", 0.93),
        ("closed-determinants", random_matrices, "mean_abs_determinant_closed_form", 1.04),
        ("rank-one-ratios", random_matrices, "mean_abs_determinant", None),
        ("soft-edge-counts", random_matrices, "goe_density", 1.1),
    ],
)
def test_a_slightly_wrong_theory_fails(monkeypatch, pairing, module, function, factor):
    right = getattr(module, function)

    def wrong(*arguments, **keywords):
        if factor is None:  # a spike 7 % too strong
            return right(*arguments, **{**keywords, "kappa": 1.07 * keywords["kappa"]})
        return factor * right(*arguments, **keywords)

    monkeypatch.setattr(module, function, wrong, raising=False)
    assert not _claim(pairing, *SAMPLED[pairing]).test(seed=8, workers=1).agrees


def test_a_wrong_limit_or_prefactor_fails(monkeypatch):
    right = complexity.annealed_complexity
    monkeypatch.setattr(complexity, "annealed_complexity", lambda *a, **k: right(*a, **k) - 0.03, raising=False)
    for case in ("index 0", "index 1", "bulk rate", "mixture", "threshold"):
        pairing, parameters = EXACT[case]
        assert not _claim(pairing, 0, parameters).test(workers=1).agrees, case
    monkeypatch.undo()
    sharp = complexity.sharp_count
    monkeypatch.setattr(complexity, "sharp_count", lambda *a, **k: sharp(*a, **k) + 0.1, raising=False)
    for case in ("total", "bulk", "deep", "minima"):
        pairing, parameters = EXACT[case]
        assert not _claim(pairing, 0, parameters).test(workers=1).agrees, case
    monkeypatch.undo()
    resolvent = random_matrices.stieltjes
    monkeypatch.setattr(random_matrices, "stieltjes", lambda x: 1.1 * resolvent(x), raising=False)
    assert not _claim("rank-one-approach", 0, EXACT["rank one"][1]).test(workers=1).agrees


def test_closed_counts_at_degree_two_are_exact():
    outcome = _claim("closed-form-counts", 20, {"p": 2, "n_spins": [2, 3]}).test(workers=1)
    assert outcome.passes
    assert all(comparison.standard_error == 0 for comparison in outcome.comparisons)


def test_trivial_landscapes_have_two_points():
    # far below the border of trivialisation nearly every sample has a minimum and a maximum and nothing else
    s, depth = 0.02, 3
    mixture = tuple((k, math.sqrt(math.comb(depth, k) * s**k / (1 + s) ** depth)) for k in (1, 2, 3))
    rows = count_block(TotalsCell(0, 0, mixture, 4, 0, 30))
    assert np.all(rows[:, 1] == 1)
    assert np.all(rows[:, 2] == 0)
    assert np.median(rows[:, 0]) == 2


def test_the_law_beyond_the_exact_orders_is_the_limit():
    outcome = _claim("rank-one-ratios", 400, {"n": 400, "x": [-2.5, 3.0], "s": [1.0, -2.0]}).test(seed=3, workers=1)
    assert outcome.passes, outcome.evidence
    theory = [comparison.theory for comparison in outcome.comparisons]
    assert theory == pytest.approx([1.5, 1 + 2 * (3 - math.sqrt(5)) / 2], abs=1e-13)


def test_approaches_are_decided_by_their_order():
    sizes = [10, 20, 40]
    first, half = [1 + 1 / n for n in sizes], [1 + n**-0.5 for n in sizes]
    assert approach(sizes, first, 1.0, "", wrong_limit=1.1).settled
    assert not approach(sizes, half, 1.0, "", wrong_limit=1.1).settled
    assert approach(sizes, half, 1.0, "", wrong_limit=1.1, order=0.5).settled
    assert not approach(sizes, first, 1.0, "", wrong_limit=1.1, order=0.5).settled
    assert approach(sizes, first, 1.0, "", wrong_exact=first).control_settled
    assert not approach(sizes, [1.0, 1.1, 1.2], 1.0, "", wrong_limit=2.0).settled  # a vanishing error says nothing
    good, bad = approach(sizes, first, 1.0, "", wrong_limit=1.5), approach(sizes, half, 1.0, "", wrong_exact=first)
    assert not together([good, bad]).settled
    assert together([good, bad]).control_settled
    assert together([good, good]).settled
    assert not together([good, good]).control_settled


@pytest.mark.parametrize(
    ("pairing", "changes", "named"),
    [
        ("closed-form-counts", {"p": 4}, r"p = 4: must be an integer from 2 to 3"),
        ("closed-form-counts", {"n_spins": [3, 13]}, r"n_spins = 13: must be an integer from 2 to 12"),
        ("residual-counts", {"depth": 4}, r"depth = 4: must be an integer from 2 to 3"),
        ("residual-counts", {"branch_strength": [1.0, 0.0]}, r"branch_strength = 0.0: must be .* > 0"),
        ("residual-counts", {"branch_strength": []}, r"branch_strength = \[\]: must hold at least one"),
        ("closed-determinants", {"n": [5]}, r"n = 5: must be an integer from 1 to 4"),
        ("closed-determinants", {"xi": [math.nan]}, r"xi = nan: must be real and finite"),
        ("rank-one-ratios", {"s": [1.0]}, r"s = \[1.0\]: must hold one strength for each x, 2 numbers"),
        ("rank-one-ratios", {"n": 65}, r"x = 1.0: must be outside the bulk"),
        ("rank-one-ratios", {"x": [1.0, math.inf]}, r"x = inf: must be a finite"),
        ("soft-edge-counts", {"n": 2001}, r"n = 2001: must be an integer from 2 to 2000"),
        ("soft-edge-counts", {"edges": [0.0, 0.0]}, r"edges = \[0.0, 0.0\]: must be at least two increasing"),
        ("path-sum-moments", {"activations": [], "expressions": []}, r"activations = \[\]: must hold a name"),
        ("path-sum-moments", {"preactivation_std": 0.0}, r"preactivation_std = 0.0: must be .* > 0"),
        ("path-sum-moments", {"expressions": ["x + y"]}, r"y"),
        ("closed-gaussian-means", {"expressions": ["log(1 + exp(x)) + x"]}, r"has no closed form"),
    ],
)
def test_bad_parameters_of_sampled_pairings_are_named(pairing, changes, named):
    samples, parameters = SAMPLED[pairing]
    with pytest.raises(InputError, match=named):
        _claim(pairing, samples, {**parameters, **changes}).test(workers=1)


@pytest.mark.parametrize("pairing", SAMPLED)
def test_too_few_samples_are_refused(pairing):
    with pytest.raises(InputError, match="samples"):
        _claim(pairing, 10, SAMPLED[pairing][1]).test(workers=1)


@pytest.mark.parametrize(
    ("case", "changes", "named"),
    [
        ("total", {"p": 2}, r"p = 2: must be an integer >= 3"),
        ("total", {"n_spins": [20, 40]}, r"n_spins = \[20, 40\]: must hold at least three sizes"),
        ("total", {"n_spins": [20, 20, 40]}, r"must hold at least three sizes"),
        ("total", {"n_spins": 20}, r"n_spins = 20: must be a list of sizes"),
        ("total", {"index": 0}, r"index = 0: needs an energy_density"),
        ("bulk", {"index": 0}, r"index = 0: needs an energy_density below the threshold"),
        ("bulk", {"energy_density": "edge"}, r"energy_density = 'edge': must be a negative number or \"threshold\""),
        ("bulk", {"energy_density": 0.5}, r"energy_density = 0.5: must be negative"),
        ("bulk", {"energy_density": -2 * math.sqrt(3) / 2}, r"must be negative and away from"),
        ("minima", {"index": 1}, r"index = 1: must be one of 0"),
        ("index 1", {"energy_density": -1.0}, r"energy_density = -1.0: must lie below"),
        ("potential", {"n": [100, 500, 1001]}, r"n = 1001: must be an integer from 2 to 1000"),
        ("potential", {"x": ["0"]}, r"x = '0': must be a finite real number"),
        ("potential", {"x": []}, r"x = \[\]: must hold at least one position"),
        ("mixture", {"mixture": {"2": 1.0}}, r"mixture = .*: must hold at least two degrees"),
        ("mixture", {"mixture": {"a": 1.0, "2": 1.0}}, r"mixture = .*: must have degrees that are integers"),
        ("mixture", {"mixture": {"2": math.nan, "3": 1.0}}, r"mixture = nan: must be a finite"),
        ("mixture", {"mixture": {"0": 1.0, "3": 1.0}}, r"each >= 1"),
        ("mixture", {"mixture": [1.0]}, r"mixture = \[1.0\]: must be a table"),
        ("mixture, index 0", {"energy_density": -1.0}, r"energy_density = -1.0: must lie below"),
        ("spike", {"strength": 0.0}, r"strength = 0.0: must not be 0"),
        ("spike", {"power": 0}, r"power = 0: must be an integer >= 1"),
        ("spike", {"p": 2}, r"p = 2: must be an integer >= 3"),
        ("spike", {"n_spins": [8, 16, 33]}, r"n_spins = 33: must be an integer from 2 to 32"),
        ("rank one", {"n": [16, 32, 65]}, r"n = 65: must be an integer from 2 to 64"),
        ("rank one", {"x": []}, r"must hold one strength for each x, 0 numbers"),
        ("edge", {"n": [100, 1000, 3000]}, r"n = 3000: must be an integer from 2 to 2000"),
        ("edge", {"position": []}, r"position = \[\]: must hold at least one position"),
    ],
)
def test_bad_parameters_of_limits_are_named(case, changes, named):
    pairing, parameters = EXACT[case]
    with pytest.raises(InputError, match=named):
        _claim(pairing, 0, {**parameters, **changes}).test(workers=1)


def test_every_pairing_takes_samples_seed_and_workers():
    import inspect

    for name, pairing in PAIRINGS.items():
        assert list(inspect.signature(pairing).parameters)[:3] == ["samples", "seed", "workers"], name
