"""Exact mean counts with an overlap field: reference numbers, direct Kac-Rice at N = 2 and 3, exact ratios."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.special import erf

from spinglass._errors import ComputationError
from spinglass.complexity import mean_count, mean_count_density
from spinglass.complexity.energy_weights import Everything
from spinglass.complexity.field_counts import FieldIntegrand
from spinglass.complexity.latitude_integral import integrate
from spinglass.complexity.shift_law import shift_law
from spinglass.hamiltonians import OverlapField

RECORDS = json.loads((Path(__file__).parents[2] / "validation" / "reference" / "mixed_and_spiked.json").read_text())
SIGMOID = (2.42, 11.7, 56.6)
GAUSS = np.polynomial.legendre.leggauss(30)


def panels(edges, rule=GAUSS):
    edges = np.asarray(edges, dtype=float)
    half, middle = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
    return (middle[:, None] + half[:, None] * rule[0]).ravel(), (half[:, None] * rule[1]).ravel()


def folded(mean, variance):
    sigma = np.sqrt(variance)
    return sigma * math.sqrt(2 / math.pi) * np.exp(-(mean**2) / (2 * variance)) + mean * erf(
        mean / (math.sqrt(2) * sigma)
    )


def of(prefix):
    return pytest.mark.parametrize("record", [r for r in RECORDS if r["id"].startswith(prefix)], ids=lambda r: r["id"])


def number(text):
    return math.sqrt(float(text[5:-1])) if text.startswith("sqrt") else float(text)


@of("deterministic_field")
def test_linear_field_records(record):
    inputs = record["inputs"]
    field = OverlapField.linear(number(inputs["h"]))
    assert mean_count(inputs["N"], inputs["p"], field=field) == pytest.approx(float(record["value"]), rel=1e-11)


@of("overlap_field")
def test_overlap_field_records(record):
    inputs = record["inputs"]
    field = OverlapField(p=inputs["p"], rho=[number(inputs["rho"])])
    assert mean_count(inputs["N"], inputs["p"], field=field) == pytest.approx(float(record["value"]), rel=1e-9)


def circle_count(p, field, low=-math.inf, high=math.inf):
    """N = 2 by the one-dimensional Kac-Rice formula on the circle: θ and z by plain fine panels."""
    theta = 2 * math.pi * np.arange(6000) / 6000
    m = np.sin(theta)
    value, slope, curvature = field.value(m, 2), field.derivative(m, 2), field.second_derivative(m, 2)
    z, w = panels(np.linspace(-9, 9, 13))
    total = 0.0
    if math.isfinite(low) or math.isfinite(high):
        # the window cuts the z-integral at a place that depends on θ
        left = np.clip((2 * low - value) / math.sqrt(2), -9, 9)
        right = np.clip((2 * high - value) / math.sqrt(2), -9, 9)
        z = left[:, None] + (right - left)[:, None] * (z + 9) / 18
        w = (right - left)[:, None] * w / 18
    else:
        z, w = np.broadcast_to(z, (theta.size, z.size)), np.broadcast_to(w, (theta.size, w.size))
    # h″ along the circle: −p(h − D) − m D′ + (1 − m²) D″ + noise of variance 4p(p−1);
    # h′ = D′ cos θ + noise of variance 2p
    mean = -p * math.sqrt(2) * z + ((1 - m**2) * curvature - m * slope)[:, None]
    inner = (w * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * folded(mean, 4.0 * p * (p - 1))).sum(axis=1)
    gradient = np.exp(-(slope**2) * (1 - m**2) / (4 * p)) / math.sqrt(4 * math.pi * p)
    total = 2 * math.pi / theta.size * np.sum(gradient * inner)
    return total


FIELDS = [
    OverlapField(p=3, rho=[0.5]),
    OverlapField(p=3, rho=[-3.0, 1.0, 7.0]),
    OverlapField(p=3, rho=SIGMOID),
    OverlapField(p=3, rho=[r * 2 ** (k / 2) for k, r in enumerate(SIGMOID, 1)]),
    OverlapField.linear(1.7),
    OverlapField.spike(3.0, 4),
    OverlapField.from_callable(np.sin, np.cos, lambda m: -np.sin(m)),
]


@pytest.mark.parametrize("field", FIELDS, ids=range(len(FIELDS)))
def test_two_spins_on_the_circle(field):
    assert mean_count(2, 3, field=field) == pytest.approx(circle_count(3, field), rel=1e-11)
    for window in ((-0.7, 0.9), (-math.inf, -1.0), (0.2, math.inf)):
        low, high = (max(min(b, 60.0), -60.0) for b in window)
        exact = circle_count(3, field, low, high)
        assert mean_count(2, 3, field=field, energy=window) == pytest.approx(exact, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(("p", "rho"), [(3, [0.8]), (4, [0.5, -0.4]), (2, [1.3]), (3, SIGMOID)])
def test_three_spins_on_the_sphere(p, rho):
    """N = 3 with W_2 = E|XY − b²| by Gauss-Hermite in b and Gaussian folding, at plain latitudes and energies."""
    field = OverlapField(p=p, rho=rho)
    n_spins, unit = 3, math.sqrt(3 * p * (p - 1))
    rule = np.polynomial.legendre.leggauss(14)
    m, wm = panels(np.sin(np.linspace(-1, 1, 15) * math.pi / 2), rule)
    slope, curvature = field.derivative(m, 3), field.second_derivative(m, 3)
    weight = wm * np.exp(-(slope**2) * (1 - m**2) / (2 * n_spins * p))
    keep = weight > 1e-10 * weight.max()
    z, wz = panels(np.linspace(-7, 7, 4), rule)
    b, wb = panels(np.concatenate([[0.0], np.geomspace(0.05, 7.0, 3)]), rule)
    wb = 2 * wb * np.exp(-(b**2) / 2) / math.sqrt(2 * math.pi)
    x0, w0 = panels(np.linspace(-7, 7, 5), rule)  # standardised X
    w0 = w0 * np.exp(-(x0**2) / 2) / math.sqrt(2 * math.pi)
    total = 0.0
    for position in np.flatnonzero(keep):
        xi = z * math.sqrt(p / (p - 1)) + m[position] * slope[position] / unit
        kappa = (1 - m[position] ** 2) * curvature[position] / unit
        x = kappa - xi[:, None] + math.sqrt(2) * x0
        mean = -x[:, :, None] * xi[:, None, None] - b**2
        inner = np.einsum("zxb,x,b->z", folded(mean, 2 * x[:, :, None] ** 2), w0, wb)
        total += weight[position] * np.sum(wz * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * inner)
    exact = 2 * math.pi * (p - 1) / (2 * math.pi) * total
    assert mean_count(3, p, field=field) == pytest.approx(exact, rel=1e-5)


@pytest.mark.parametrize(("n_spins", "p"), [(2, 3), (3, 3), (4, 4), (7, 5), (10, 2), (16, 3), (32, 3)])
def test_vanishing_field_gives_the_pure_count(n_spins, p):
    tiny = OverlapField(p=p, rho=[1e-200])
    assert not tiny.is_zero
    assert mean_count(n_spins, p, field=tiny) == pytest.approx(mean_count(n_spins, p), rel=1e-12)
    u = np.linspace(-2.2, 2.2, 45)
    density = mean_count_density(u, n_spins, p)
    assert mean_count_density(u, n_spins, p, field=tiny) == pytest.approx(density, abs=1e-11 * density.max())
    for window in ((-math.inf, -1.1), (-0.3, 0.8)):
        exact = mean_count(n_spins, p, energy=window)
        assert mean_count(n_spins, p, energy=window, field=tiny) == pytest.approx(
            exact, abs=1e-11 * mean_count(n_spins, p)
        )
    zero = OverlapField(p=p, rho=[0.0])
    assert mean_count(n_spins, p, field=zero) == mean_count(n_spins, p)
    assert mean_count(n_spins, p, index=0, field=zero) == mean_count(n_spins, p, index=0)


@pytest.mark.parametrize(
    ("n_spins", "p", "rho", "ratio", "tolerance"),
    [
        (4, 3, 0.5, 0.965404, 1e-6),
        (8, 3, 0.5, 0.951341, 1e-6),
        (16, 3, 0.5, 0.9424, 2e-4),
        (32, 3, 0.5, 0.938, 6e-4),
        (32, 3, 1.0, 0.840, 6e-4),
        (32, 4, 0.7, 0.825, 6e-4),
        (10, 2, 1.0, 0.84748, 1e-5),
        (20, 2, 1.0, 0.83907, 1e-5),
    ],
)
def test_exact_total_ratios(n_spins, p, rho, ratio, tolerance):
    value = mean_count(n_spins, p, field=OverlapField(p=p, rho=[rho])) / mean_count(n_spins, p)
    assert value == pytest.approx(ratio, rel=tolerance)


@pytest.mark.parametrize(
    ("n_spins", "p", "rho", "u", "ratio", "tolerance"),
    [
        (6, 3, 0.3, -1.8, 0.746880, 2e-6),
        (12, 3, 0.3, -1.8, 0.774735, 2e-6),
        (24, 3, 0.3, -1.8, 0.7905, 1e-4),
        (24, 3, -0.2, -1.8, 1.345, 5e-4),
        (24, 3, 0.3, -1.0, 0.923, 6e-4),
        (12, 4, 1.0, -1.9, 0.614, 9e-4),
        (24, 4, 1.0, -1.9, 0.594, 2e-3),
    ],
)
def test_exact_density_ratios(n_spins, p, rho, u, ratio, tolerance):
    density = mean_count_density(u, n_spins, p, field=OverlapField(p=p, rho=[rho]))
    assert density / mean_count_density(u, n_spins, p) == pytest.approx(ratio, rel=tolerance)


def test_reference_totals_at_32_spins():
    assert mean_count(32, 3) == pytest.approx(1144987.767979, rel=1e-12)
    assert mean_count(32, 3, field=OverlapField(p=3, rho=[0.5])) == pytest.approx(1074453.110977, rel=5e-12)


@pytest.mark.parametrize(("n_spins", "p"), [(3, 3), (6, 4), (10, 3)])
@pytest.mark.parametrize("rho", [(0.6,), (-3.0, 2.0), SIGMOID], ids=["weak", "negative", "sigmoid"])
def test_density_windows_and_total_agree(n_spins, p, rho):
    field = OverlapField(p=p, rho=rho)
    total = mean_count(n_spins, p, field=field)
    # the energies reach to the field's own values at the poles
    reach = max(abs(field.value(m, n_spins)) for m in np.linspace(-1, 1, 201)) / n_spins + 4 + 8 / math.sqrt(n_spins)
    u, w = panels(np.linspace(-reach, reach, 3 + int(6 * reach)))
    density = mean_count_density(u, n_spins, p, field=field)
    assert w @ density == pytest.approx(total, rel=1e-10)
    assert density.min() > -1e-10 * density.max()
    inside = (u > -1.1) & (u < 0.4)
    low, middle, high = (
        mean_count(n_spins, p, field=field, energy=e) for e in ((-math.inf, -1.1), (-1.1, 0.4), (0.4, math.inf))
    )
    assert low + middle + high == pytest.approx(total, rel=1e-11)
    x, v = panels(np.linspace(-1.1, 0.4, 12))
    assert v @ mean_count_density(x, n_spins, p, field=field) == pytest.approx(middle, abs=1e-10 * total)
    assert inside.any()


def test_symmetries_of_the_field():
    # m → −m: an even field is unchanged by reversing odd terms; h → −h for odd p maps ρ to −ρ at (p−1)-th power even
    a = mean_count(6, 3, field=OverlapField(p=3, rho=[0.4, 0.9]))
    b = mean_count(6, 3, field=OverlapField(p=3, rho=[0.4, -0.9]))
    assert a == pytest.approx(b, rel=1e-12)
    # −h has the law of the glass with the field −D: all indices together are counted alike
    c = mean_count(6, 3, field=OverlapField(p=3, rho=[-0.4, -0.9]))
    assert a == pytest.approx(c, rel=1e-12)
    # a constant moves energies only
    plain, shifted = OverlapField(p=3, rho=[0.4]), OverlapField(p=3, rho=[0.4, 0.0, 5.0])
    assert mean_count(6, 3, field=shifted) == pytest.approx(mean_count(6, 3, field=plain), rel=1e-12)
    step = 5.0 * 6.0 ** (2 - 3) / 6
    assert mean_count_density(-0.8 + step, 6, 3, field=shifted) == pytest.approx(
        mean_count_density(-0.8, 6, 3, field=plain), rel=1e-9
    )


def test_strong_linear_field_leaves_two_points():
    for n_spins in (2, 5, 12):
        assert mean_count(n_spins, 3, field=OverlapField.linear(30.0)) == pytest.approx(2, rel=1e-10)


def test_callable_field_is_the_same_as_the_polynomial():
    polynomial = OverlapField.spike(0.7, 2)
    functions = OverlapField.from_callable(lambda m: 0.7 * m**2, lambda m: 1.4 * m, lambda m: 1.4 + 0 * m)
    assert mean_count(7, 3, field=functions) == pytest.approx(mean_count(7, 3, field=polynomial), rel=1e-12)


@pytest.mark.parametrize(("n_spins", "p", "rho"), [(3, 3, [0.8]), (6, 4, [0.4, 0.3]), (9, 3, [0.5])])
def test_every_index_to_ten_digits(n_spins, p, rho):
    field = OverlapField(p=p, rho=rho)
    counts, errors = mean_count(n_spins, p, index=np.arange(n_spins), field=field, with_error=True)
    total = mean_count(n_spins, p, field=field)
    assert np.all(errors < 1e-11 * counts)
    assert abs(counts.sum() - total) <= errors.sum() + 1e-12 * total
    signed = counts @ (-1.0) ** np.arange(n_spins)  # the Euler characteristic of the sphere
    assert abs(signed - (2 if n_spins % 2 else 0)) <= errors.sum()
    assert abs(signed - (0 if n_spins % 2 else 2)) > 1e3 * errors.sum()


def test_shapes_with_a_field():
    field = OverlapField(p=3, rho=[0.5])
    assert isinstance(mean_count(4, 3, field=field), float)
    assert isinstance(mean_count_density(-1.0, 4, 3, field=field), float)
    assert mean_count_density(np.zeros((2, 3)), 4, 3, field=field).shape == (2, 3)
    assert mean_count_density(np.zeros(0), 4, 3, field=field).shape == (0,)


def test_a_field_that_cannot_be_resolved_is_reported():
    rng = np.random.default_rng(0)

    class Noisy(Everything):  # values that do not repeat cannot be integrated
        def __call__(self, energy, spacing):
            return super().__call__(energy, spacing) * rng.uniform(0.5, 1.5, (len(energy), 1, 1))

    law, field = shift_law(3, 3, None), OverlapField(p=3, rho=[0.5])
    with pytest.raises(ComputationError, match="latitudes"):
        integrate(FieldIntegrand(law, field, Noisy()))
    assert integrate(FieldIntegrand(law, field, Everything()))[0][0, 0] > 0


@pytest.mark.parametrize(("n_spins", "p", "strength"), [(5, 2, 1e3), (10, 3, 1e4), (5, 3, 1e6)])
def test_a_strong_spike_keeps_both_poles(n_spins, p, strength):
    # points next to a pole lie between the nodes of every wide panel, with a weight that grows like |ξ|^n
    field = OverlapField.spike(strength, 2)
    assert mean_count(n_spins, p, field=field, energy=(strength / 2, math.inf)) == pytest.approx(2, rel=1e-9)


@pytest.mark.parametrize("h", [1e3, 1e5, 1e6])
def test_a_strong_linear_field_leaves_two_points(h):
    assert mean_count(5, 3, field=OverlapField.linear(h)) == pytest.approx(2, rel=1e-9)


def test_rare_energies_are_never_negative():
    field = OverlapField.linear(0.3)
    assert mean_count(5, 3, field=field, energy=(5, 6)) >= 0
    assert mean_count(5, 3, field=field, energy=(-6, -5)) >= 0
    assert np.all(mean_count_density([-5.0, 5.0, 1e3, 1e200], 5, 3, field=field) >= 0)


def test_guide_follows_the_integrand_next_to_a_pole():
    # off by n log 2, it once dropped the flanks of the poles: 1.5e-5 of a count at N = 40
    integrand = FieldIntegrand(shift_law(40, 2, None), OverlapField.spike(1e3, 2), Everything())
    theta = math.pi / 2 - np.array([3e-4, 7e-4, 1.2e-3])
    assert np.all(np.abs(np.log(integrand(theta)[0][:, 0, 0]) - integrand.log_mass(theta)) < 4)
