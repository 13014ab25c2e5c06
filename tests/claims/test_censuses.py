"""The campaign of censuses: the same samples as the cells of a comparison, and what is kept of them."""

import numpy as np
import pytest

from spinglass import InputError, landscape
from spinglass.campaigns import Campaign, stream
from spinglass.claims.censuses import census_plan, enumeration, exact_total, field_of, glass_of
from spinglass.claims.critical_points import EnumerationCell, enumerate_block
from spinglass.hamiltonians import OverlapField

FIELDS = [
    ({"p": 3}, OverlapField.linear(0.0), ()),
    ({"p": 3, "field": {"rho": [0.5, -0.2]}}, OverlapField(3, [0.5, -0.2]), ()),
    ({"p": 3, "field": {"linear": 0.6}}, OverlapField.linear(0.6), ()),
    ({"mixture": {2: 0.7, 3: 0.8}, "field": {"spike": [0.4, 2]}}, OverlapField.spike(0.4, 2), ((2, 0.7), (3, 0.8))),
]


@pytest.mark.parametrize(("glass", "field", "mixture"), FIELDS)
def test_samples_are_those_of_the_enumeration_cells(glass, field, mixture):
    plan = census_plan([3], 20, seed=4, certify=False, **glass)
    campaign = Campaign(plan)
    campaign.run()
    found = enumeration(plan.cells[0].parameters, campaign.tables(0))
    block = enumerate_block(EnumerationCell(4, 3, 3, field, 0, 20, mixture))
    for name, values in block.items():
        assert np.array_equal(found.arrays[name], values), name


def test_a_sample_of_a_census_can_be_made_again():
    """From the seed, the key (p, N) and the number of the sample, without the campaign."""
    plan = census_plan([2, 3], 20, seed=9, p=3, field={"rho": [0.3]})
    campaign = Campaign(plan)
    campaign.run()
    points = campaign.table("points", 1)
    own = points["sample"] == 13
    parameters = plan.cells[1].parameters
    hamiltonian = glass_of(parameters).sample(3, rng=stream(9, 3, 3, 13, 0))
    found = landscape.census(hamiltonian, rng=stream(9, 3, 3, 13, 1), certify=True)
    assert np.array_equal(points["energy_density"][own], found.energy_density)
    assert np.array_equal(points["index"][own], found.index)
    assert np.array_equal(points["latitude"][own], found.points.mean(axis=1))
    energies = [hamiltonian.energy(w) / 3 for w in found.points]
    assert np.allclose(points["energy_density"][own], energies, rtol=0, atol=1e-13)
    again = plan.compute(1, 13)["samples"]
    assert again["certified"]
    assert again["count"] == found.count == int(own.sum())


def test_sizes_are_sorted_and_cut_into_blocks_of_similar_work():
    plan = census_plan([8, 4, 8, 10], 5000, p=3)
    assert [cell.parameters["n_spins"] for cell in plan.cells] == [4, 8, 10]
    blocks = [cell.block_samples for cell in plan.cells]
    assert blocks == sorted(blocks, reverse=True)
    assert [cell.parameters["certify"] for cell in plan.cells] == [True, True, False]
    assert next(plan.blocks).cell == 2  # the longest work begins first
    assert census_plan([10], 5000, p=3, certify=True).cells[0].parameters["certify"]
    assert census_plan([4], 20, p=3).identity == census_plan([4], 20, p=3).identity


def test_exact_totals_stand_beside_the_bar():
    assert exact_total(census_plan([4], 20, p=3).cells[0].parameters) == pytest.approx(18.790233801030154, rel=1e-12)
    assert field_of(census_plan([4], 20, p=3, field={"linear": 0.0}).cells[0].parameters) is None


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"n_spins": []}, "n = "),
        ({"p": None}, "either p or a mixture"),
        ({"mixture": {3: 1.0}}, "either p or a mixture"),
        ({"p": 4, "n_spins": [14]}, "about 2.39e.06 paths"),
        ({"field": {"spike": [0.5, 6]}, "n_spins": [22]}, "paths"),
        ({"p": 2, "n_spins": [10**6]}, "GiB"),
        ({"p": None, "mixture": {3: 1.0}, "field": {"rho": [1.0]}}, "needs p"),
    ],
)
def test_bad_plans_are_refused(arguments, named):
    with pytest.raises(InputError, match=named):
        census_plan(**({"n_spins": [4], "samples": 20, "p": 3} | arguments))
