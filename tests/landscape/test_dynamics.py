"""Flows and Langevin dynamics: against closed forms, exact integrals over small spheres, and other integrators."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from spinglass import InputError
from spinglass.hamiltonians import OverlapField, SphericalGlass
from spinglass.landscape import Flat, Objective, gradient_flow, langevin

FIELD = SphericalGlass(3, OverlapField(3, [0.5]))


class Dipole:
    """h = −g √N w_1: on the sphere cos θ obeys d(cos θ)/dt = g sin²θ, and u = −g cos θ has Langevin's mean."""

    def __init__(self, n, g):
        self.n_spins, self.g = n, g

    def energy(self, w):
        return -self.g * math.sqrt(self.n_spins) * np.asarray(w)[..., 0]

    def gradient(self, w):
        gradient = np.zeros(np.shape(w))
        gradient[..., 0] = -self.g * math.sqrt(self.n_spins)
        return gradient


@pytest.mark.parametrize("n", [2, 3, 10])
def test_flow_of_a_dipole_is_a_hyperbolic_tangent(n):
    g, start = 0.7, np.full(n, 1.0)
    flow = gradient_flow(Dipole(n, g), 3.0, start, accuracy=1e-9)
    rate = math.atanh(1 / math.sqrt(n))
    assert np.allclose(flow.energy_density, -g * np.tanh(rate + g * flow.times), atol=1e-7)
    assert np.allclose(flow.gradient_norm, g / np.cosh(rate + g * flow.times), atol=1e-7)
    assert flow.times[0] == 0
    assert flow.times[-1] == 3
    assert flow.status == "finished"


def test_flow_against_another_integrator():
    s = FIELD.sample(8, rng=1)
    w = math.sqrt(8) * np.eye(8)[2]

    def slope(_, y):
        return -s.riemannian_gradient(y * math.sqrt(8 / (y @ y)))

    expected = solve_ivp(slope, (0, 1.5), w, method="Radau", rtol=1e-9, atol=1e-10).y[:, -1]
    errors = []
    for accuracy in (1e-4, 1e-6, 1e-8):
        flow = gradient_flow(s, 1.5, w, accuracy=accuracy)
        errors.append(np.linalg.norm(flow.points - expected))
        assert flow.points @ flow.points == pytest.approx(8)
    assert errors[2] < 1e-6
    assert errors[2] < errors[1] < errors[0]


def test_flow_ends_at_a_minimum_and_knows_its_index_on_the_way():
    s = FIELD.sample(20, rng=3)
    flow = gradient_flow(s, 1000.0, rng=0, index=True, n_records=30)
    assert flow.status == "converged"
    assert flow.gradient_norm[-1] <= 1e-5
    assert flow.times[-1] < 1000
    assert np.all(np.diff(flow.energy_density) < 1e-6)
    assert flow.index[-1] == 0 < flow.index[0]
    assert np.all(np.diff(flow.times) > 0)
    for t, index in list(zip(flow.times, flow.index, strict=True))[:10]:
        there = gradient_flow(s, t, rng=0).points if t > 0 else None
        if there is not None:
            assert np.sum(np.linalg.eigvalsh(s.riemannian_hessian(there)) < 0) == index
    short = gradient_flow(s, 1000.0, rng=0, max_steps=7)
    assert short.status == "max_steps"
    assert short.n_steps == 7
    assert short.times[-1] < 1000


def test_flow_in_flat_space():
    objective = Objective(Flat(3), lambda x: float(x @ x) / 2, lambda x: x)
    flow = gradient_flow(objective, 2.0, [1.0, -2.0, 0.5], accuracy=1e-9)
    assert np.allclose(flow.points, math.exp(-2) * np.array([1.0, -2.0, 0.5]), atol=1e-7)


def circle_mean(s, temperature):
    theta = 2 * np.pi * np.arange(4000) / 4000
    energy = s.energy(math.sqrt(2) * np.stack([np.cos(theta), np.sin(theta)], axis=1))
    weight = np.exp(-(energy - energy.min()) / temperature)
    return float(np.sum(energy * weight) / np.sum(weight)) / 2


def sphere_mean(s, temperature):
    """⟨u⟩ on the sphere in three dimensions: Gauss points in cos θ, equal ones in φ."""
    z, weights = np.polynomial.legendre.leggauss(60)
    phi = 2 * np.pi * np.arange(120) / 120
    r = np.sqrt(1 - z**2)[:, None]
    points = np.stack(np.broadcast_arrays(r * np.cos(phi), r * np.sin(phi), z[:, None]), axis=-1)
    energy = s.energy(math.sqrt(3) * points)
    weight = weights[:, None] * np.exp(-(energy - energy.min()) / temperature)
    return float(np.sum(energy * weight) / np.sum(weight)) / 3


def equilibrium(problem, temperature, step, *, adjusted, time=60.0, replicas=600, seed=0):
    """Mean and standard error of u over independent trajectories, the first quarter of the time left out."""
    found = langevin(problem, temperature, time, step, rng=seed, replicas=replicas, n_records=120, adjusted=adjusted)
    means = found.energy_density[30:].mean(axis=0)
    return float(means.mean()), float(means.std(ddof=1) / math.sqrt(replicas)), found


@pytest.mark.parametrize(("n", "mean"), [(2, circle_mean), (3, sphere_mean)])
def test_adjusted_dynamics_have_the_gibbs_law(n, mean):
    s, temperature = FIELD.sample(n, rng=1), 1.3
    value, error, found = equilibrium(s, temperature, 0.2, adjusted=True)
    exact = mean(s, temperature)
    assert abs(value - exact) < 4.5 * error
    assert 0.5 < found.acceptance < 1
    assert abs(value - mean(s, temperature / 2)) > 10 * error  # a temperature counted twice would show
    assert np.allclose(np.sum(found.points**2, axis=1), n)


@pytest.mark.parametrize("n", [2, 3, 6])
def test_equilibrium_of_a_dipole(n):
    """⟨cos θ⟩ = I_{n/2}(κ)/I_{n/2−1}(κ), κ = Ng/T."""
    from scipy.special import iv

    g, temperature = 0.8, 1.1
    kappa = n * g / temperature
    value, error, _ = equilibrium(Dipole(n, g), temperature, 0.1, adjusted=True, time=30.0)
    assert abs(value + g * iv(n / 2, kappa) / iv(n / 2 - 1, kappa)) < 4.5 * error


def test_bias_of_plain_steps_is_of_first_order():
    s, temperature = FIELD.sample(3, rng=1), 1.3
    exact = sphere_mean(s, temperature)
    coarse, fine = (equilibrium(s, temperature, step, adjusted=False) for step in (0.16, 0.08))
    biases = [coarse[0] - exact, fine[0] - exact]
    extrapolated = 2 * fine[0] - coarse[0]
    assert abs(extrapolated - exact) < 4.5 * math.hypot(2 * fine[1], coarse[1]) + biases[0] ** 2
    assert biases[0] > 4.5 * coarse[1]
    assert 1.3 < biases[0] / biases[1] < 3.5


def test_short_times_of_a_free_walk():
    """Brownian motion alone: E w(t)·w(0)/N = exp(−(N − 1)T t/N), the sphere's heat kernel."""

    class Free(Dipole):
        def __init__(self, n):
            super().__init__(n, 0.0)

    n, temperature, time = 5, 0.8, 0.7
    start = np.sqrt(n) * np.eye(n)[0]
    found = langevin(Free(n), temperature, time, 0.01, start, rng=2, replicas=4000, n_records=1)
    overlap = found.points @ start / n
    error = overlap.std(ddof=1) / math.sqrt(4000)
    assert abs(overlap.mean() - math.exp(-(n - 1) / n * temperature * time)) < 4.5 * error + 2e-3


def test_zero_temperature_is_the_flow():
    s = FIELD.sample(6, rng=2)
    w = math.sqrt(6) * np.eye(6)[0]
    flow = gradient_flow(s, 2.0, w, accuracy=1e-9).points
    errors = [np.linalg.norm(langevin(s, 0.0, 2.0, step, w, rng=0).points - flow) for step in (0.01, 0.005)]
    assert 1.7 < errors[0] / errors[1] < 2.3


def test_trajectories_are_reproducible():
    s, calls = FIELD.sample(6, rng=2), []
    one, same, other = (langevin(s, 0.5, 1.0, 0.05, rng=seed, replicas=3).points for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    found = langevin(s, 0.5, 1.0, 0.05, rng=1, n_records=4, progress=lambda *at: calls.append(at))
    assert found.points.shape == (6,)
    assert found.energy_density.shape == found.gradient_norm.shape == (5,)
    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert s.energy(found.points) / 6 == pytest.approx(found.energy_density[-1])


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"temperature": -1.0}, "temperature = -1.0"),
        ({"time": 0.0}, "time = 0.0"),
        ({"step": 2.0}, "step = 2.0"),
        ({"replicas": 0}, "replicas = 0"),
        ({"start": np.ones(4)}, r"start = .*shape \(5,\)"),
        ({"start": np.ones((2, 5)), "replicas": 3}, "replicas = 3: must be None or 2"),
        ({"temperature": 0.0, "adjusted": True}, "must be > 0 for adjusted"),
        ({"n_records": 0}, "n_records = 0"),
    ],
)
def test_bad_input_of_langevin(arguments, named):
    given = {"temperature": 1.0, "time": 1.0, "step": 0.1, **arguments}
    with pytest.raises(InputError, match=named):
        langevin(FIELD.sample(5, rng=0), **given)


def test_bad_input_of_flows():
    s = FIELD.sample(5, rng=0)
    for arguments, named in (
        ({"time": -1.0}, "time"),
        ({"accuracy": 1.0}, "accuracy"),
        ({"max_steps": 0}, "max_steps"),
    ):
        with pytest.raises(InputError, match=named):
            gradient_flow(s, **{"time": 1.0, **arguments})

    class One(Dipole):
        def energy(self, w):
            return float(np.asarray(w).ravel()[0])

    with pytest.raises(InputError, match="several points at once"):
        langevin(One(3, 1.0), 1.0, 1.0, 0.1, replicas=2)
