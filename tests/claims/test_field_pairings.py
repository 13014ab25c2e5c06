"""Pairings with fields: counts of mixtures, rates by index, linear fields; and mixtures in enumeration cells."""

import pytest

from spinglass import InputError, complexity
from spinglass.claims import Claim
from spinglass.claims.critical_points import EnumerationCell, ExactCell, enumerate_block, exact_block
from spinglass.claims.pairings import PAIRINGS
from spinglass.hamiltonians import OverlapField

MIXTURE = {"1": 0.8, "3": 1.0}
COUNTS = {"mixture": MIXTURE, "field": [0.0, 0.0, 0.5], "n_spins": [3], "left_out": "lowest degree"}
INDEX = {"p": 3, "energy_density": -1.8, "strength": -3.0, "power": 2, "index": 0, "n_spins": [8, 9, 10]}
LINEAR = {"p": 3, "strength": [0.8, 1.3], "n_spins": [20, 40, 80]}
TRIVIAL = {"p": 3, "strength": [3.0], "n_spins": [40, 80, 160]}


def _claim(pairing, samples, parameters):
    return Claim(pairing, "", pairing, samples, samples, parameters)


def test_counts_of_mixtures_with_a_field():
    outcome = _claim("mixed-field-counts", 150, COUNTS).test(seed=4, workers=1)
    assert outcome.passes, (outcome.evidence, outcome.control)
    assert len(outcome.comparisons) == 1 + 5 + 3
    field = {**COUNTS, "mixture": {"2": 0.8, "3": 1.0}, "field": [0.0, 0.8], "left_out": "field"}
    outcome = _claim("mixed-field-counts", 100, field).test(seed=4, workers=1)
    assert outcome.passes, (outcome.evidence, outcome.control)
    assert outcome.control.startswith("the field left out")


def test_a_slightly_wrong_count_of_mixtures_fails(monkeypatch):
    right = complexity.mean_count
    monkeypatch.setattr(complexity, "mean_count", lambda *a, **k: 1.2 * right(*a, **k), raising=False)
    assert not _claim("mixed-field-counts", 150, COUNTS).test(seed=4, workers=1).agrees


def test_cells_of_pure_glasses_are_what_they_were():
    field = OverlapField(3, [0.4])
    pure, same = (EnumerationCell(9, 3, 4, field, 0, 3, pairs) for pairs in ((), ((3, 1.0),)))
    assert pure.key() == ("enumeration", 9, 3, 4, field.terms, 0, 3)
    assert pure.key() != same.key()
    assert enumerate_block(pure)["energy_density"].tolist() == enumerate_block(same)["energy_density"].tolist()
    one, other = (exact_block(ExactCell(3, 4, field, False, pairs)) for pairs in ((), ((3, 1.0),)))
    assert float(one["total"]) == pytest.approx(float(other["total"]), rel=1e-12)
    assert ExactCell(3, 4, field, False).key() == ("exact", 3, 4, field.terms, False)


def test_rates_by_index_in_a_field(monkeypatch):
    known, exact = {}, complexity.mean_count_density  # each density once: only the limit changes

    def density(u, n, p, **glass):
        if n not in known:
            known[n] = exact(u, n, p, **glass)
        return known[n]

    monkeypatch.setattr(complexity, "mean_count_density", density, raising=False)
    outcome = _claim("field-approach", 0, INDEX).test()
    assert outcome.passes, (outcome.evidence, outcome.control)
    right = complexity.leading_complexity
    monkeypatch.setattr(complexity, "leading_complexity", lambda *a, **k: right(*a, **k) - 0.04, raising=False)
    assert not _claim("field-approach", 0, INDEX).test().agrees


def test_rates_and_triviality_in_a_linear_field(monkeypatch):
    outcome = _claim("linear-field-rate-approach", 0, LINEAR).test()
    assert outcome.passes, (outcome.evidence, outcome.control)
    outcome = _claim("trivialisation-approach", 0, TRIVIAL).test()
    assert outcome.passes, (outcome.evidence, outcome.control)
    right, count = complexity.field_rate, complexity.mean_count
    monkeypatch.setattr(complexity, "field_rate", lambda *a, **k: right(*a, **k) + 0.006, raising=False)
    assert not _claim("linear-field-rate-approach", 0, LINEAR).test().agrees
    for change in (0.02, -0.2):
        monkeypatch.setattr(complexity, "mean_count", lambda *a, c=change, **k: count(*a, **k) + c, raising=False)
        assert not _claim("trivialisation-approach", 0, TRIVIAL).test().agrees


@pytest.mark.parametrize(
    ("pairing", "parameters", "changes", "named"),
    [
        ("mixed-field-counts", COUNTS, {"mixture": {"2": 1.0, "4": 1.0}}, r"must have degrees up to 3"),
        ("mixed-field-counts", COUNTS, {"field": [0.0, 0.0]}, r"field = \[0.0, 0.0\]: must hold d_0, ..., d_3"),
        ("mixed-field-counts", COUNTS, {"field": [0.0] * 4 + [1.0]}, r"must hold d_0, ..., d_3"),
        ("mixed-field-counts", COUNTS, {"left_out": "all"}, r"left_out = 'all': must be one of field, lowest degree"),
        ("mixed-field-counts", COUNTS, {"n_spins": [7]}, r"n_spins = 7: must be an integer from 2 to 6"),
        ("field-approach", INDEX, {"strength": 3.0}, r"index = 0: costs nothing, or too much"),
        ("field-approach", INDEX, {"strength": 1.5, "index": 2}, r"n_spins = .* too few points of this kind"),
        ("field-approach", INDEX, {"strength": 0.0}, r"strength = 0.0: must not be 0"),
        ("linear-field-rate-approach", LINEAR, {"strength": [1.8]}, r"must hold field strengths between 0 and 1.732"),
        ("linear-field-rate-approach", LINEAR, {"strength": []}, r"strength = \[\]: must hold"),
        ("trivialisation-approach", TRIVIAL, {"strength": [1.7]}, r"must hold field strengths between 1.732 and inf"),
        ("trivialisation-approach", TRIVIAL, {"n_spins": [40, 80]}, r"must hold at least three sizes"),
        ("trivialisation-approach", TRIVIAL, {"p": 2}, r"p = 2: must be an integer >= 3"),
    ],
)
def test_bad_parameters_are_named(pairing, parameters, changes, named):
    with pytest.raises(InputError, match=named):
        PAIRINGS[pairing](samples=20, seed=0, workers=1, **{**parameters, **changes})


def test_a_field_that_leaves_nothing_of_the_mixture_is_refused():
    with pytest.raises(InputError, match="mixture"):
        PAIRINGS["mixed-field-counts"](samples=20, seed=0, workers=1, **{**COUNTS, "mixture": {"3": 1.0}})
