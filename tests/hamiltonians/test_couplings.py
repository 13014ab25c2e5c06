"""Couplings: the packed draw has the law of the symmetric part of i.i.d. standard normal tensors."""

import itertools
import math
import pickle
import tracemalloc

import numpy as np
import pytest

from spinglass import InputError
from spinglass.hamiltonians import SphericalGlass, SymmetricTensor, couplings, memory


def brute_symmetric(x):
    """The mean over all orders of the indices, entry by entry."""
    p, n = x.ndim, x.shape[0]
    result = np.zeros(x.shape)
    for entry in itertools.product(range(n), repeat=p):
        orders = list(itertools.permutations(entry))
        result[entry] = sum(x[order] for order in orders) / len(orders)
    return result


@pytest.mark.parametrize(("n", "p"), [(1, 3), (4, 1), (3, 2), (3, 3), (2, 4), (3, 5)])
def test_given_couplings_are_symmetrised(n, p):
    x = np.random.default_rng(n + 10 * p).normal(size=(n,) * p)
    assert np.allclose(couplings.symmetrised(p, x).dense(), brute_symmetric(x), rtol=0, atol=1e-14)


@pytest.mark.parametrize(("n", "p"), [(1, 2), (4, 2), (5, 3), (3, 4), (2, 6)])
def test_draws_are_symmetric(n, p):
    tensor = couplings.draw(n, p, np.random.default_rng(3)).dense()
    assert tensor.shape == (n,) * p
    for order in itertools.permutations(range(p)):
        assert np.array_equal(tensor, tensor.transpose(order))


@pytest.mark.parametrize(("n", "p"), [(3, 2), (3, 3), (2, 4)])
def test_variance_of_an_entry_is_one_over_its_orderings(n, p):
    rng = np.random.default_rng(11)
    draws = np.array([couplings.draw(n, p, rng).dense() for _ in range(6000)])
    variances = (draws**2).mean(axis=0)
    for entry in itertools.combinations_with_replacement(range(n), p):
        orderings = math.factorial(p) / math.prod(math.factorial(entry.count(i)) for i in set(entry))
        # the variance of a sample variance of normals is 2/samples
        assert abs(variances[entry] * orderings - 1) < 4.5 * math.sqrt(2 / 6000)
    distinct = [draws[(slice(None), *e)] for e in itertools.combinations_with_replacement(range(n), p)]
    correlation = np.corrcoef(distinct) - np.eye(len(distinct))
    assert np.max(np.abs(correlation)) < 4.5 / math.sqrt(6000)


def test_one_normal_per_multiset_is_drawn():
    rng, twin = np.random.default_rng(5), np.random.default_rng(5)
    couplings.draw(4, 3, rng)
    twin.standard_normal(math.comb(4 + 3 - 1, 3))
    assert rng.standard_normal() == twin.standard_normal()


def test_values_of_a_seed_are_pinned():
    """The same numbers on every platform: the packed normals of numpy's PCG64, in lexicographic order."""
    normals = np.random.default_rng(7).standard_normal(4)
    tensor = couplings.draw(2, 3, np.random.default_rng(7)).dense()
    assert tensor[0, 0, 0] == normals[0]
    assert tensor[0, 1, 0] == pytest.approx(normals[1] / math.sqrt(3), rel=1e-15)
    assert tensor[1, 0, 1] == pytest.approx(normals[2] / math.sqrt(3), rel=1e-15)
    assert tensor[1, 1, 1] == normals[3]


@pytest.mark.parametrize(("n", "p"), [(1, 4), (5, 2), (200, 2), (6, 3), (50, 3), (4, 4), (26, 4), (3, 6), (11, 6)])
def test_a_seed_means_the_same_couplings_at_every_size(n, p):
    """Bit for bit the normals in lexicographic order over the root of the number of orderings; both ways of scaling."""
    tensor = couplings.draw(n, p, np.random.default_rng(n))
    normals = np.random.default_rng(n).standard_normal(len(tensor.entries))
    multisets = list(itertools.combinations_with_replacement(range(n), p))
    orderings = [math.factorial(p) / math.prod(math.factorial(m.count(i)) for i in set(m)) for m in multisets]
    assert np.array_equal(tensor.entries, (1 / np.sqrt(np.array(orderings))) * normals)
    step = 1 + len(multisets) // 50
    if n**p < 1 << 21:
        full = tensor.dense()
        for m, entry in zip(multisets[::step], tensor.entries[::step], strict=True):
            assert full[m] == full[m[::-1]] == entry


def test_progress_of_a_draw_and_blocks_of_normals(monkeypatch):
    whole = SphericalGlass(mixture={2: 1.0, 3: 1.0}).sample(6, rng=3)
    monkeypatch.setattr(couplings, "_BLOCK", 10)
    heard = []
    blocks = SphericalGlass(mixture={2: 1.0, 3: 1.0}).sample(6, rng=3, progress=lambda *state: heard.append(state))
    assert heard == [(k, 21) for k in (10, 20, 21)] + [(k, 56) for k in (10, 20, 30, 40, 50, 56)]
    for p in (2, 3):
        assert np.array_equal(whole.couplings[p].entries, blocks.couplings[p].entries)


@pytest.mark.parametrize(("n", "p"), [(120, 3), (40, 4)])
def test_a_draw_takes_the_memory_of_the_couplings_alone(n, p):
    couplings.draw(60, 3, np.random.default_rng(0))  # compiled
    tracemalloc.start()
    try:
        tensor = couplings.draw(n, p, np.random.default_rng(0))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert tensor.entries.nbytes == memory.tensor_bytes(n, p) == 8 * math.comb(n + p - 1, p)
    assert tensor.entries.nbytes <= peak < 1.1 * tensor.entries.nbytes


def test_a_thousand_spins_stay_below_two_gigabytes():
    assert memory.tensor_bytes(1000, 3) < 2e9
    assert memory.tensor_bytes(150, 4) < 2e8
    assert memory.tensor_bytes(10, 2) == 8 * (55 + 100)


def test_full_tensors_are_refused_where_they_are_too_large(monkeypatch):
    s = SphericalGlass(p=3).sample(70, rng=0)
    monkeypatch.setattr("spinglass.hamiltonians.symmetric_tensor.memory_limit", lambda: 2**20)
    for call in (lambda: s.tensors, s.polynomial_system):
        with pytest.raises(InputError, match=str(8 * 70**3 + 72 * 70**2)):
            call()
    assert math.isfinite(s.energy(np.ones(70)))


def test_degrees_without_a_full_array_or_without_doubles():
    s = SphericalGlass(p=40).sample(2, rng=0)
    with pytest.raises(InputError, match="p = 40"):
        s.polynomial_system()
    with pytest.raises(InputError, match="p = 151"):
        SphericalGlass(p=151).sample(1, rng=0)


def test_all_parts_of_a_mixture_count(monkeypatch):
    glass = SphericalGlass(mixture={3: 1.0, 4: 1.0})
    need = memory.tensor_bytes(9, 3) + memory.tensor_bytes(9, 4)
    monkeypatch.setattr(memory, "memory_limit", lambda: need - 1)
    with pytest.raises(InputError, match=f"p = 3, 4: the couplings would take {need} bytes"):
        glass.sample(9, rng=0)
    monkeypatch.setattr(memory, "memory_limit", lambda: need)
    glass.sample(9, rng=0)


def test_pickles_carry_the_packed_couplings_alone():
    s = SphericalGlass(p=3).sample(12, rng=0)
    w = np.ones(12)
    energy = s.energy(w)  # makes the full tensor
    data = pickle.dumps(s)
    assert len(data) < 8 * math.comb(14, 3) + 1500 < 8 * 12**3
    twin = pickle.loads(data)
    assert twin.energy(w) == energy
    assert np.array_equal(twin.couplings[3].entries, s.couplings[3].entries)
    assert twin.glass == s.glass


def test_tensors_are_views_that_cannot_be_written():
    entries = np.arange(10.0)
    tensor = SymmetricTensor(3, 3, entries)
    assert np.shares_memory(tensor.entries, entries)
    twin = pickle.loads(pickle.dumps(tensor))
    for array in (tensor.entries, tensor.dense(), twin.entries):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0
    with pytest.raises(InputError, match=r"entries.shape = \(10,\).*\(20,\)"):
        SymmetricTensor(3, 4, entries)


def test_couplings_mapped_from_a_file(tmp_path):
    s = SphericalGlass(p=3).sample(5, rng=0)
    s.couplings[3].entries.tofile(tmp_path / "entries")
    mapped = np.memmap(tmp_path / "entries", dtype=float, mode="r")
    tensor = SymmetricTensor(3, 5, mapped)
    assert np.shares_memory(tensor.entries, mapped)
    assert np.array_equal(tensor.dense(), s.tensors[3])


def test_what_does_not_fit_is_refused_with_its_size():
    with pytest.raises(InputError, match=str(8 * math.comb(100_002, 3))):
        SphericalGlass(p=3).sample(100_000, rng=0)
    with pytest.raises(InputError, match="bytes"):
        SphericalGlass(p=40).sample(30, rng=0)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (np.zeros((2, 2)), "shape"),
        (np.zeros((2, 2, 3)), "shape"),
        (np.full((2, 2, 2), np.nan), "finite"),
        ("abc", "real numbers"),
        (np.zeros((0, 0, 0)), "shape"),
    ],
)
def test_bad_couplings_are_refused(x, text):
    with pytest.raises(InputError, match=text):
        couplings.symmetrised(3, x)
