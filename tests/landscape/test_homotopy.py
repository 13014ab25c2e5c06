"""The tracker of quadratic systems and its arithmetic against numpy, exact solutions and brute force."""

import numpy as np
import pytest

from spinglass.landscape import lanes
from spinglass.landscape.homotopy import track
from spinglass.landscape.solutions import SAME, compare
from spinglass.landscape.symmetric_lanes import LANES, factor, multiply, rows, solve

LOOSE = (3e-3, 0.6, 500)
TIGHT = (1e-6, 0.3, 5000)
GAMMA = complex(np.exp(1.9j))


def symmetric_tensor(rng, n):
    t = rng.normal(size=(n, n, n)) / np.sqrt(n)
    return sum(t.transpose(axes) for axes in [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]) / 6


def random_system(seed, n, has_mu):
    """T, A, b of T(x, x) + μAx + μ²b = x; without μ the last two are zero."""
    rng = np.random.default_rng(seed)
    tensor = 3 * symmetric_tensor(rng, n)
    matrix = rng.normal(size=(n, n))
    return tensor, has_mu * (matrix + matrix.T) / np.sqrt(2 * n), has_mu * rng.normal(size=n) / np.sqrt(n)


def tracked(system, settings, gamma=GAMMA, paths=None):
    """Ends, status and steps of all paths of a system, or of some of them."""
    n = len(system[2])
    has_mu = bool(np.any(system[1]) or np.any(system[2]))
    count = (2**n - 1) << has_mu
    ends = np.full((count, n + has_mu), 7.0 + 0j)
    status = np.full(count, -1)
    steps = np.zeros(count, dtype=np.int64)
    numbers = np.arange(count) if paths is None else np.array(paths)
    track(*system, has_mu, gamma, numbers, *settings, ends, status, steps)
    return ends, status, steps


def residual(system, z):
    """Largest residual of the equations, relative to the size of z, for each row."""
    tensor, matrix, vector = system
    n = len(vector)
    x = z[:, :n]
    if z.shape[1] == n:
        value = np.einsum("ijk,bj,bk->bi", tensor, x, x) - x
    else:
        mu = z[:, n:]
        value = np.einsum("ijk,bj,bk->bi", tensor, x, x) + mu * (x @ matrix) + mu**2 * vector - x
        value = np.concatenate([value, np.sum(x * x, axis=1, keepdims=True) - mu**2], axis=1)
    return np.max(np.abs(value), axis=1) / (1 + np.max(np.abs(z), axis=1) ** 2)


@pytest.mark.parametrize("has_mu", [False, True])
@pytest.mark.parametrize("n", [1, 2, 3, 5, 7])
def test_as_many_distinct_solutions_as_bezout_says(n, has_mu):
    for seed in range(5):
        system = random_system(seed, n, has_mu)
        ends, status, steps = tracked(system, TIGHT)
        assert np.all(status == 1)
        assert np.all(steps > 3)
        assert np.max(residual(system, ends)) < 1e-13
        assert np.all(np.max(np.abs(ends), axis=1) > 1e-3)
        assert np.all(compare(ends)[0] == np.arange((2**n - 1) << has_mu))
        partner = compare(ends)[1]
        assert np.all(partner[partner] == np.arange(len(ends)))


@pytest.mark.parametrize("has_mu", [False, True])
def test_loose_and_tight_passes_end_at_the_same_points_path_by_path(has_mu):
    for seed in range(4):
        system = random_system(seed, 6, has_mu)
        loose, status, few = tracked(system, LOOSE)
        tight, _, many = tracked(system, TIGHT)
        arrived = status == 1
        assert np.mean(arrived) > 0.98
        assert np.sum(few) < 0.6 * np.sum(many)
        assert np.max(np.abs(loose - tight)[arrived]) < 1e-9 * np.max(np.abs(tight))


def test_the_random_complex_number_does_not_matter_for_the_set():
    system = random_system(3, 5, True)
    first = tracked(system, TIGHT)[0]
    second = tracked(system, TIGHT, gamma=complex(np.exp(-1.1j)))[0]
    assert np.max(np.abs(first - second)) > 0.1  # other paths
    both = np.concatenate([first, second])
    assert np.sum(compare(both)[0] == np.arange(len(both))) == len(first)


def test_separable_systems_have_known_solutions():
    """a_i x_i² = x_i: the paths keep their subsets, and x_i goes from 1/γ to 1/a_i."""
    n = 6
    a = np.array([0.5, -1.3, 2.0, 0.8, -0.6, 1.1])
    tensor = np.zeros((n, n, n))
    tensor[np.arange(n), np.arange(n), np.arange(n)] = a
    ends, status, _ = tracked((tensor, np.zeros((n, n)), np.zeros(n)), LOOSE)
    chosen = (np.arange(1, 2**n)[:, None] >> np.arange(n)) & 1
    assert np.all(status == 1)
    assert np.max(np.abs(ends - chosen / a)) < 1e-13


def test_one_spin_with_lower_terms_in_closed_form():
    """τx² + μAx + μ²b = x and μ² = x²: x = μs with s = ±1, so μ = s/(τ + sA + b)."""
    tau, a, b = 0.7, 0.4, -0.2
    ends, status, _ = tracked((np.full((1, 1, 1), tau), np.full((1, 1), a), np.full(1, b)), LOOSE)
    assert np.all(status == 1)
    expected = [s / (tau + s * a + b) * np.array([s, 1]) for s in (-1, 1)]
    assert np.allclose(sorted(ends.real.tolist()), sorted(np.array(expected).tolist()), rtol=0, atol=1e-13)
    assert np.max(np.abs(ends.imag)) < 1e-13


@pytest.mark.parametrize("has_mu", [False, True])
def test_a_path_does_not_depend_on_those_beside_it(has_mu):
    system = random_system(8, 6, has_mu)
    everything, _, steps = tracked(system, TIGHT)
    chosen = [40, 3, 17]
    ends, status, alone = tracked(system, TIGHT, paths=chosen)
    assert np.max(np.abs(ends - everything)[chosen]) < 1e-11 * np.max(np.abs(everything))
    assert np.all(np.abs(alone - steps)[chosen] <= 2)
    others = np.setdiff1d(np.arange(len(ends)), chosen)
    assert np.all(status[others] == -1)
    assert np.all(alone[others] == 0)
    assert np.all(ends[others] == 7)


def test_paths_that_run_out_of_steps_say_so():
    system = random_system(1, 5, False)
    steps = tracked(system, TIGHT)[2]
    limit = int(np.median(steps))
    ends, status, short = tracked(system, (TIGHT[0], TIGHT[1], limit))
    assert np.all(status == (steps <= limit))
    assert 0 < np.sum(status == 0) < len(status)
    assert np.max(short) == limit
    assert np.max(residual(system, ends[status == 1])) < 1e-13


def test_careless_tracking_is_found_out_by_the_count():
    """Negative control: with steps far too long paths jump, and then solutions are missing."""
    missing = 0
    for seed in range(6):
        ends, status, _ = tracked(random_system(seed, 7, False), (0.3, 4.0, 500))
        good = ends[status == 1]
        missing += 127 - int(np.sum(compare(good)[0] == np.arange(len(good))))
    assert missing > 6


def test_singular_targets_leave_paths_that_do_not_arrive():
    """T = e₁⊗e₁⊗e₁: one solution besides 0; the other paths go to infinity or to multiple points."""
    n = 4
    tensor = np.zeros((n, n, n))
    tensor[0, 0, 0] = 1.0
    system = (tensor, np.zeros((n, n)), np.zeros(n))
    ends, status, _ = tracked(system, LOOSE)
    good = ends[status == 1]
    nonzero = good[np.max(np.abs(good), axis=1) > 0.1]
    assert np.sum(compare(nonzero)[0] == np.arange(len(nonzero))) <= 1


def lane_array(z):
    """(…, LANES) complex as an array of the tracker's layout."""
    out = rows(len(z))
    out[:, :LANES] = z.real
    out[:, LANES:] = z.imag
    return out


def complex_of(x):
    return x[:, :LANES] + 1j * x[:, LANES:]


@pytest.mark.parametrize("bordered", [False, True])
@pytest.mark.parametrize("order", [1, 2, 3, 6, 9])
def test_symmetric_arithmetic_in_lanes_against_numpy(order, bordered):
    rng = np.random.default_rng(10 * order + bordered)
    n = order + bordered
    low, high = np.tril_indices(order)
    matrix = rng.normal(size=(LANES, n, n)) + 1j * rng.normal(size=(LANES, n, n))
    matrix[:, high, low] = matrix[:, low, high]
    packed = matrix[:, low, high].T
    if bordered:
        packed = np.concatenate([packed, matrix[:, :order, order].T, matrix[:, order].T])
    x = rng.normal(size=(n, LANES)) + 1j * rng.normal(size=(n, LANES))
    product = rows(order)
    multiply(order, bordered, lane_array(packed), lane_array(x), product)
    expected = np.einsum("lik,kl->il", matrix[:, :order], x)
    assert np.allclose(complex_of(product), expected, rtol=0, atol=1e-13 * n)
    a = lane_array(packed)
    pivots = rows(order + 1)
    factor(order, bordered, a, pivots, rows(order + 1))
    y = lane_array(x)
    solve(order, bordered, a, pivots, y)
    back = np.einsum("lik,kl->il", matrix, complex_of(y))
    growth = np.max(np.abs(complex_of(y)), axis=0) * np.max(np.abs(complex_of(pivots)[:n]), axis=0) ** 2
    assert np.all(np.max(np.abs(back - x), axis=0) < 1e-13 * n * (10 + growth))


def test_rows_start_on_cache_lines():
    for count in (1, 7, 300):
        array = rows(count)
        assert array.shape == (count, 2 * LANES)
        assert array.ctypes.data % 64 == 0
        assert not np.any(array)


def test_elimination_in_lanes_against_numpy():
    rng = np.random.default_rng(5)
    n, count = 7, 4
    matrix = rng.normal(size=(n, n, count)) + 1j * rng.normal(size=(n, n, count)) + 4 * np.eye(n)[:, :, None]
    y = rng.normal(size=(n, count)) + 1j * rng.normal(size=(n, count))
    ar, ai, yr, yi = matrix.real.copy(), matrix.imag.copy(), y.real.copy(), y.imag.copy()
    lanes.factor(n, ar, ai)
    lanes.solve(n, ar, ai, yr, yi)
    expected = np.linalg.solve(matrix.transpose(2, 0, 1), y.T[:, :, None])[:, :, 0].T
    assert np.allclose(yr + 1j * yi, expected, rtol=0, atol=1e-12)


def compared_by_force(z):
    """The same as `compare`, from all pairs."""
    points = np.concatenate([z, np.ones((len(z), 1))], axis=1)
    points = points / np.linalg.norm(points, axis=1)[:, None]
    equal = np.linalg.norm(points[:, None] - points[None], axis=2) <= SAME
    mirrored = np.linalg.norm(points[:, None] - points[None].conj(), axis=2)
    first = np.argmax(equal, axis=1)
    nearest = np.argmin(mirrored, axis=1)
    near = mirrored[np.arange(len(z)), nearest] <= SAME
    return first, np.where(near, first[nearest], -1)


@pytest.mark.parametrize("size", [1e-4, 1.0, 1e4])
def test_comparison_against_all_pairs(size):
    rng = np.random.default_rng(2)
    for n in (1, 2, 5):
        z = size * (rng.normal(size=(60, n)) + 1j * rng.normal(size=(60, n)))
        real = size * rng.normal(size=(20, n)) + 0j
        imaginary = 1j * size * rng.normal(size=(10, n))
        every = np.concatenate([z, z[:40].conj(), real, imaginary, imaginary[:5].conj(), z[20:50], real[:7], z[:3]])
        every = every[rng.permutation(len(every))] * (1 + 1e-12 * rng.normal(size=(len(every), 1)))
        first, partner = compare(every)
        first_expected, partner_expected = compared_by_force(every)
        assert np.array_equal(first, first_expected)
        assert np.array_equal(partner, partner_expected)
        assert 0 < np.sum(partner < 0) < len(every)


def test_comparison_of_many_equal_points():
    z = np.repeat(np.array([[1.0 + 0j, 2.0], [0.5 + 1j, 1.0], [0.5 - 1j, 1.0]]), 20_000, axis=0)
    first, partner = compare(z)
    assert set(first) == {0, 20_000, 40_000}
    assert np.array_equal(partner, np.repeat([0, 40_000, 20_000], 20_000))
