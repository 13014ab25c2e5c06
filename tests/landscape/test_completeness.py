"""Negative controls: a census that misses or doubles a solution must say so; jumps of paths must be repaired."""

from functools import partial

import numpy as np
import pytest

from spinglass import landscape
from spinglass.hamiltonians import OverlapField, SphericalGlass
from spinglass.landscape import homotopy
from spinglass.landscape.solutions import compare

census = partial(landscape.census, certify=False)
GLASSES = [SphericalGlass(p=3), SphericalGlass(p=3, field=OverlapField(3, [0.5]))]
honest = homotopy.track


def spoiled(monkeypatch, change, calls):
    """Let `change(out, status, row)` spoil one solution, the same one each time, in the first `calls` runs."""
    victim = []

    def track(*arguments):
        honest(*arguments)
        out, status = arguments[-3:-1]
        if len(victim) < calls:
            victim.append(victim[0] if victim else out[3].copy())
            row = int(np.argmin(np.max(np.abs(out - victim[0]), axis=1)))
            if np.max(np.abs(out[row] - victim[0])) < 1e-9:
                change(out, status, row)

    monkeypatch.setattr(homotopy, "track", track)


def jump(out, status, row):
    out[row] = out[row - 1]


def lose(out, status, row):
    status[row] = 0


def replace_by_conjugate(out, status, row):
    """Half of a conjugate pair is lost and the other half is there twice; of a real solution, another one is taken."""
    others = np.max(np.abs(out - out[row].conj()), axis=1)
    others[row] = np.inf
    out[row] = out[np.argmin(others)]


def shift(out, status, row):
    out[row] *= 1 + 1e-3j


@pytest.mark.parametrize("glass", GLASSES, ids=["pure", "field"])
@pytest.mark.parametrize("change", [jump, lose, replace_by_conjugate, shift])
def test_a_spoiled_enumeration_is_not_complete(monkeypatch, glass, change):
    for seed in range(6):
        s = glass.sample(4, rng=seed)
        assert census(s).complete
        with monkeypatch.context() as patch:
            spoiled(patch, change, calls=10**6)
            found = census(s)
        assert not found.complete
        assert change is shift or found.n_solutions == found.n_expected - 1


@pytest.mark.parametrize("glass", GLASSES, ids=["pure", "field"])
@pytest.mark.parametrize("change", [jump, lose, replace_by_conjugate])
@pytest.mark.parametrize("calls", [1, 2, 4])
def test_jumps_and_losses_are_repaired(monkeypatch, glass, change, calls):
    """After one bad pass the paths concerned are tracked again; after four, a new path through the complex plane."""
    s = glass.sample(4, rng=7)
    whole = census(s)
    with monkeypatch.context() as patch:
        spoiled(patch, change, calls)
        found = census(s)
    assert found.complete
    assert found.n_retracked > 0
    assert (found.n_retracked >= found.n_paths) == (calls == 4)
    assert np.allclose(found.energy_density, whole.energy_density, rtol=0, atol=1e-12)


def test_a_loose_tracker_is_caught_by_the_count(monkeypatch):
    """A tracker that is far too bold jumps between paths: the ladder of careful passes still completes the census."""

    def bold(tensor, matrix, vector, has_mu, gamma, numbers, tolerance, reach, most, out, status, steps):
        tolerance, reach = (0.5, 3.0) if tolerance > 1e-3 else (tolerance, reach)
        honest(tensor, matrix, vector, has_mu, gamma, numbers, tolerance, reach, most, out, status, steps)

    monkeypatch.setattr(homotopy, "track", bold)
    found = [census(GLASSES[0].sample(6, rng=seed)) for seed in range(10)]
    assert sum(f.n_retracked for f in found) > 0
    assert all(f.complete for f in found)


def test_solutions_compared():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(6, 3)) + 1j * rng.normal(size=(6, 3))
    real = rng.normal(size=(2, 3)).astype(complex)
    rows = np.concatenate([z[:3], z[:3].conj(), real, z[3:4], z[1:2] * (1 + 1e-12)])
    first, partner = compare(rows)
    assert list(first) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 1]
    assert list(partner[[0, 2, 3, 5, 6, 7, 8]]) == [3, 5, 0, 2, 6, 7, -1]
    assert partner[4] in (1, 9)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("ratio", [1e-3, 1e-4])
def test_nearly_real_pairs_are_not_real(size, ratio):
    """Realness is a matter of pairing: a pair a ± iε is two solutions, however small ε is against a."""
    a = size * np.array([1.0, -2.0, 0.5])
    tilt = ratio * size * np.array([1.0, 1.0, -3.0])
    assert list(compare(np.array([a + 1j * tilt, a - 1j * tilt, 3 * a]))[1]) == [1, 0, 2]
