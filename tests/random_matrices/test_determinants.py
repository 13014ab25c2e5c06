"""One-point density, mean absolute determinants with spike and by index: five independent routes."""

import json
import math
from pathlib import Path

import mpmath
import numpy as np
import pytest
from scipy.special import erf

from spinglass._errors import ComputationError, InputError
from spinglass.random_matrices import (
    count_below,
    goe_density,
    index_probabilities,
    log_abs_determinant,
    mean_abs_determinant,
    mean_product,
    sample_goe_tridiagonal,
)
from spinglass.random_matrices.fourier_contours import contour
from spinglass.random_matrices.rank_one import sweep

RECORDS = json.loads((Path(__file__).parents[2] / "validation" / "reference" / "determinants.json").read_text())
GAUSS = np.polynomial.legendre.leggauss(40)


def panels(edges):
    edges = np.asarray(edges, dtype=float)
    half, middle = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
    return (middle[:, None] + half[:, None] * GAUSS[0]).ravel(), (half[:, None] * GAUSS[1]).ravel()


def of(prefix):
    return pytest.mark.parametrize("record", [r for r in RECORDS if r["id"].startswith(prefix)], ids=lambda r: r["id"])


def folded(mean, variance):
    """E|N(mean, variance)|."""
    sigma = np.sqrt(variance)
    return sigma * math.sqrt(2 / math.pi) * np.exp(-(mean**2) / (2 * variance)) + mean * erf(
        mean / (math.sqrt(2) * sigma)
    )


# the one-point density


@of("density")
def test_density_records(record):
    n, xi = record["inputs"]["n"], float(record["inputs"]["xi"])
    assert goe_density(xi, n) == pytest.approx(float(record["value"]), rel=5e-15 * (n + 1))


def mehta(n, x):
    """R_n in 60 digits by the formula with the integral done numerically from the closed recurrence."""
    with mpmath.workdps(60):
        x = mpmath.mpf(x)
        gauss = mpmath.exp(-(x**2) / 4) / mpmath.sqrt(mpmath.sqrt(2 * mpmath.pi))
        psi, tail = [gauss, x * gauss], []
        for j in range(1, n + 1):
            psi.append((x * psi[j] - mpmath.sqrt(j) * psi[j - 1]) / mpmath.sqrt(j + 1))
        tail = [mpmath.sqrt(mpmath.pi) * mpmath.erfc(x / 2) / mpmath.sqrt(mpmath.sqrt(2 * mpmath.pi)), 2 * psi[0]]
        full = [2 * mpmath.sqrt(mpmath.pi) / mpmath.sqrt(mpmath.sqrt(2 * mpmath.pi)), mpmath.mpf(0)]
        for j in range(1, n + 1):
            tail.append((mpmath.sqrt(j) * tail[j - 1] + 2 * psi[j]) / mpmath.sqrt(j + 1))
            full.append(mpmath.sqrt(j) * full[j - 1] / mpmath.sqrt(j + 1))
        result = mpmath.fsum(v * v for v in psi[:n])
        result += mpmath.sqrt(n) / 2 * psi[n - 1] * (full[n] / 2 - tail[n])
        return result + (psi[n - 1] / full[n - 1] if n % 2 else 0)


@pytest.mark.parametrize("n", [1, 2, 3, 8, 31, 100, 333, 500])
def test_density_in_the_bulk_at_the_edge_and_in_the_tails(n):
    edge = 2 * math.sqrt(n)
    for x in (0.0, 0.31, 0.5 * edge, edge - 0.5, edge, edge + 1, edge + 4, 1.5 * edge):
        exact = mehta(n, x)
        if exact > 1e-290:
            assert goe_density(x, n) == pytest.approx(float(exact), rel=1e-12)
            assert goe_density(-x, n) == goe_density(x, n)


@pytest.mark.parametrize("n", [1, 2, 7, 40, 201])
def test_density_integrates_to_n(n):
    x, w = panels(np.linspace(-2 * math.sqrt(n) - 13, 2 * math.sqrt(n) + 13, 60))
    assert w @ goe_density(x, n) == pytest.approx(n, rel=1e-12)
    assert w @ (x**2 * goe_density(x, n)) == pytest.approx(n * (n + 1), rel=1e-12)  # E tr A²


# no spike


@of("abs_det")
def test_mean_absolute_determinant_records(record):
    n, xi = record["inputs"]["n"], float(record["inputs"]["xi"])
    assert mean_abs_determinant(n, xi) == pytest.approx(float(record["value"]), rel=1e-13)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 9, 20, 41, 60, 151, 200])
def test_fyodorov_identity_is_the_pfaffian(n):
    for xi in (0.0, 0.7, -math.sqrt(n), 2 * math.sqrt(n), 2 * math.sqrt(n) + 3):
        pfaffian = mean_product(n, lambda x, xi=xi: np.abs(x - xi), [xi])[0]
        assert mean_abs_determinant(n, xi, log=True) == pytest.approx(pfaffian, abs=1e-13 * n + 1e-13)


@pytest.mark.parametrize("n", [2, 3, 4, 5])
@pytest.mark.parametrize("xi", [0.0, 0.7, 2.0])
def test_supersymmetric_integral(n, xi):
    assert supersymmetric(n, xi, 0.0) == pytest.approx(mean_abs_determinant(n, xi), rel=1e-11)


@pytest.mark.parametrize(("n", "xi", "kappa"), [(3, 0.0, 1.0), (3, 0.7, -2.0), (4, -1.0, 1.5), (5, 1.2, 3.0)])
def test_supersymmetric_integral_with_a_spike(n, xi, kappa):
    assert supersymmetric(n, xi, kappa) == pytest.approx(mean_abs_determinant(n, xi, kappa), rel=1e-9)


def supersymmetric(n, xi, kappa):
    """The boson-fermion integral for E|det(A_n + κ e eᵀ − ξ)|, n >= 2, by plain quadrature.

    q_1 = ρ² cos²φ, q_2 = −ρ² sin²φ, so that the logarithm depends on ρ alone; the fermionic average over (r_1, r_2) of
    weight (r_1 − r_2)⁴ factorises after the binomial expansion; the row of e is a point of the sphere S^{n−1}.
    """
    x, w = np.polynomial.legendre.leggauss(100)
    y = (1 + x) / 2
    radius, radius_weight = 5.2 * y**3, 5.2 * 1.5 * w * y**2
    x, w = np.polynomial.legendre.leggauss(48)
    angle, angle_weight = (np.pi / 4) * (1 + x), (np.pi / 4) * w
    rho, phi = np.meshgrid(radius, angle, indexing="ij")
    cosine, sine = np.cos(phi), np.sin(phi)
    q1, q2, gap = rho**2 * cosine**2, -(rho**2) * sine**2, rho**2
    measure = np.outer(radius_weight, angle_weight) * 4 * rho**3 * cosine * sine
    bosons = -gap * 2 * np.log(rho) * (rho**4 * cosine**2 * sine**2) ** ((n - 3) / 2)
    bosons = bosons * np.exp(-(q1**2 + q2**2) / 4 - 0.5j * xi * (q1 + q2)) * measure

    if kappa == 0:
        row = [(1.0, 0.0, 0.0, 0.0)]
    else:
        u, v = np.polynomial.legendre.leggauss(32)
        polar, polar_weight = (np.pi / 4) * (1 + u), (np.pi / 4) * v
        azimuth = 2 * np.pi * (np.arange(14) + 0.5) / 56
        density = polar_weight * np.sin(polar) * np.cos(polar) ** (n - 3)
        density /= density.sum() * len(azimuth)
        row = [
            (d, (math.sin(a) * math.cos(b)) ** 2, (math.sin(a) * math.sin(b)) ** 2, math.cos(a) ** 2)
            for a, d in zip(polar, density, strict=True)
            for b in azimuth
        ]
    r, r_weight = np.polynomial.hermite_e.hermegauss(n + 6)
    r_weight = r_weight / math.sqrt(2 * math.pi)
    binomial = [1, -4, 6, -4, 1]
    moments = [float(r_weight @ r**j) for j in range(9)]
    norm = sum(b * moments[j] * moments[4 - j] for j, b in enumerate(binomial))
    total = 0.0
    for share, y1, y2, y0 in row:
        powers = [np.zeros_like(q1, dtype=complex) for _ in range(5)]
        for node, weight in zip(r, r_weight, strict=True):
            s = xi + 1j * node
            a, b = s - 1j * q1, s - 1j * q2
            factor = s ** (n - 2) * a * b
            if kappa != 0:
                factor = factor - kappa * (y0 * s ** (n - 3) * a * b + s ** (n - 2) * (y1 * b + y2 * a))
            for j in range(5):
                powers[j] += weight * node**j * factor
        fermions = sum(c * powers[j] * powers[4 - j] for j, c in enumerate(binomial)) / norm
        total += share * np.sum(bosons * np.exp(0.5j * kappa * (q1 * y1 + q2 * y2)) * fermions)
    constant = (2 * math.pi) ** -n * math.pi ** (n - 0.5) / (math.gamma(n / 2) * math.gamma((n - 1) / 2))
    return constant * float(np.real(total))


# with a spike


@of("rank_one_n")
def test_spiked_records(record):
    inputs = record["inputs"]
    value = mean_abs_determinant(inputs["n"], float(inputs["xi"]), float(inputs["kappa"]))
    assert value == pytest.approx(float(record["value"]), rel=1e-9 if "over_sqrt2" in str(inputs) else 1e-11)


@of("rank_one_ratio")
def test_spiked_ratio_records(record):
    n, x, s = record["inputs"]["n"], float(record["inputs"]["x"]), float(record["inputs"]["s"])
    xi, kappa = x * math.sqrt(n), s * math.sqrt(n)
    ratio = math.exp(mean_abs_determinant(n, xi, kappa, log=True) - mean_abs_determinant(n, xi, log=True))
    assert ratio == pytest.approx(float(record["value"]), rel=3e-8)


@pytest.mark.parametrize("xi", [0.0, 0.6, -2.5, 14.0])
def test_order_one_is_a_folded_gaussian(xi):
    for kappa in (0.0, 1.3, -4.0, 60.0):
        assert mean_abs_determinant(1, xi, kappa) == pytest.approx(float(folded(kappa - xi, 2.0)), rel=1e-13)


@pytest.mark.parametrize("xi", [0.0, 0.7, -3.0, 11.0, 60.0])
@pytest.mark.parametrize("kappa", [0.3, 1.3, -5.0, 27.0, -29.0, 60.0, 500.0, 1e6])
def test_order_two_by_direct_quadrature(xi, kappa):
    # |XY − b²| with X ~ N(κ−ξ, 2), Y ~ N(−ξ, 2): a folded Gaussian given b and the one of larger mean
    centre, other = sorted((kappa - xi, -xi), key=abs, reverse=True)
    graded = np.concatenate([[0.0], np.geomspace(1e-10, 13.0, 44)])
    cuts = centre + np.linspace(-13, 13, 14)
    if abs(centre) < 13:
        cuts = np.unique(np.concatenate([cuts, graded, -graded]))
        cuts = cuts[abs(cuts - centre) <= 13.0]
    y, wy = panels(cuts)
    b, wb = panels(graded)
    wy = wy * np.exp(-((y - centre) ** 2) / 4) / math.sqrt(4 * math.pi)
    wb = 2 * wb * np.exp(-(b**2) / 2) / math.sqrt(2 * math.pi)
    grid = folded(y[:, None] * other - b**2, 2 * y[:, None] ** 2)
    assert mean_abs_determinant(2, xi, kappa) == pytest.approx(float(wy @ grid @ wb), rel=2e-12)


@pytest.mark.parametrize(("n", "xi", "kappa"), [(3, 0.4, 2.0), (6, -1.1, 3.0), (9, 2.0, -4.0), (12, 0.0, 6.0)])
def test_fourier_integral_with_plain_pfaffians(n, xi, kappa):
    """The defining t-integral on the real axis, each C(t) by `mean_product` with a complex weight, adaptively in t."""
    from scipy.integrate import quad

    at_zero = math.exp(mean_product(n - 1, lambda x: np.abs(x - xi), [xi])[0])

    def integrand(t):
        def weight(x):
            return np.abs(x - xi) / np.sqrt(1 + 2j * t / np.where(x == xi, 1e-300, x - xi))

        graded = np.geomspace(1e-4 * t, 1.0, 8 + int(1.2 * math.log(1 / (1e-4 * t))))
        log_modulus, phase = mean_product(n - 1, weight, [xi, *(xi + graded), *(xi - graded)])
        value = phase * math.exp(log_modulus) * np.exp(1j * t * (kappa - xi) - t * t)
        return (at_zero - value.real) / t**2

    start = 0.02 / n  # below: a + b log t + c t + d t log t, fitted at four points
    fit = start * np.array([1.0, 0.5, 0.25, 0.125])
    basis = np.stack([np.ones(4), np.log(fit), fit, fit * np.log(fit)], axis=1)
    coefficients = np.linalg.solve(basis, [integrand(t) for t in fit])
    log = math.log(start)
    head = coefficients @ [start, start * (log - 1), start**2 / 2, start**2 * (log / 2 - 0.25)]
    body = quad(integrand, start, 7.0, epsabs=1e-9 * at_zero, epsrel=1e-9, limit=200)[0]
    value = 2 / math.pi * (head + body + at_zero / 7.0)
    assert mean_abs_determinant(n, xi, kappa) == pytest.approx(value, rel=1e-7)


@pytest.mark.parametrize("n", [2, 3, 4, 11, 32, 63])
def test_the_sweep_returns_fyodorov_without_a_spike(n):
    for xi in (0.0, 0.9, -math.sqrt(n), 2 * math.sqrt(n), -2 * math.sqrt(n) - 2):
        almost = mean_abs_determinant(n, xi, 1e-300, log=True)
        assert almost == pytest.approx(mean_abs_determinant(n, xi, log=True), abs=1e-12)


@pytest.mark.parametrize("n", [2, 5, 18])
def test_real_axis_and_turned_contour_agree(n):
    for xi, mu in ((0.3, 29.0), (1.9, -30.0), (2 * math.sqrt(n), 28.5)):
        tau = sweep(n, xi)[0]
        total = []
        for octave in (0, 1 if mu > 0 else -1):
            radii, _ = contour(abs(octave))
            ray = radii * np.exp(1j * np.pi / 6 * octave)
            total.append(float((np.exp(1j * ray * mu) @ sweep(n, xi, octave)[1]).real))
        assert sweep(n, xi)[0] == tau
        assert total[0] == pytest.approx(total[1], abs=1e-11 * abs(mu))


def test_reflection_and_broadcasting():
    xi, kappa = np.array([0.3, -1.2, 4.0]), np.array([[0.0], [1.5]])
    values = mean_abs_determinant(5, xi, kappa)
    assert values.shape == (2, 3)
    assert np.array_equal(values[0], mean_abs_determinant(5, xi))
    assert values == pytest.approx(mean_abs_determinant(5, -xi, -kappa), rel=1e-13)
    assert isinstance(mean_abs_determinant(5, 0.3, 1.5), float)
    assert values[1, 0] == pytest.approx(mean_abs_determinant(5, 0.3, 1.5), rel=1e-14)
    assert np.log(values) == pytest.approx(mean_abs_determinant(5, xi, kappa, log=True), rel=1e-13)


@pytest.mark.parametrize("n", [3, 10, 40])
def test_far_shifts_are_signed_determinants(n):
    # beyond the spectrum the sign is certain: |He_n(ξ) − κ He_{n−1}(ξ)|
    for xi in (3 * math.sqrt(n) + 8, 60.0, -100.0):
        with mpmath.workdps(40):
            low, high = mpmath.mpf(1), mpmath.mpf(xi)
            for k in range(1, n):
                low, high = high, xi * high - k * low
        for kappa in (0.7, -3.0, 3 * xi):
            exact = float(mpmath.log(abs(high - kappa * low)))
            assert mean_abs_determinant(n, xi, kappa, log=True) == pytest.approx(exact, abs=1e-11)
        nearby = mean_abs_determinant(n, xi, xi + 0.5, log=True)  # here the sign is not certain
        assert nearby > float(mpmath.log(abs(high - (xi + 0.5) * low)))


def test_convexity_and_slope_in_the_spike():
    # W is convex in κ and its slope tends to ±E|det A_{n−1} − ξ|
    kappa = np.linspace(-120, 120, 97)
    values = mean_abs_determinant(6, 0.8, kappa)
    assert np.all(np.diff(values, 2) > 0)
    minor = mean_abs_determinant(5, 0.8)
    slope = (mean_abs_determinant(6, 0.8, 2e5) - mean_abs_determinant(6, 0.8, 1e5)) / 1e5
    assert slope == pytest.approx(minor, rel=1e-9)


@pytest.mark.parametrize("n", [20, 40, 60])
def test_asymptotic_rank_one_law(n):
    def ratio(x, s):
        root = math.sqrt(n)
        return math.exp(
            mean_abs_determinant(n, x * root, s * root, log=True) - mean_abs_determinant(n, x * root, log=True)
        )

    for x, s in ((0.0, 1.0), (0.8, -0.7), (-2.5, 1.0)):
        m = (-x + np.sqrt(complex(x * x - 4)) * (np.sign(x) if abs(x) > 2 else 1)) / 2
        limit = abs(1 + s * m)
        assert abs(ratio(x, s) / limit - 1) < 1.2 / n


# errors stated


@pytest.mark.parametrize("n", [1, 2, 5, 12, 31, 64, 200, 700])
def test_stated_error_without_a_spike_is_honest(n):
    for x in (0.0, 0.37, -1.1, 2.0, 2.4):
        xi = x * math.sqrt(n)
        value, error = mean_abs_determinant(n, xi, log=True, with_error=True)
        with mpmath.workdps(50):
            exact = (n + 2) * mpmath.log(2) / 2 + mpmath.loggamma(mpmath.mpf(n + 1) / 2) + mpmath.mpf(xi) ** 2 / 4
            exact += mpmath.log(mehta(n + 1, xi))
            assert abs(value - exact) <= error
        assert error < 1e-14 * (n + 10)
        if n <= 64:
            spiked, spiked_error = mean_abs_determinant(n, xi, log=True, with_error=True, method="fourier")
            assert abs(spiked - exact) <= spiked_error < 1e-12


@pytest.mark.parametrize(("n", "x", "s"), [(20, 0.5, 1.0), (40, -1.2, -0.6), (90, 0.3, 1.0)])
def test_stated_error_with_a_spike_holds_on_finer_meshes(n, x, s, monkeypatch):
    from spinglass.random_matrices import rank_one

    xi, kappa = x * math.sqrt(n), s * math.sqrt(n)
    value, error = mean_abs_determinant(n, xi, kappa, log=True, with_error=True)
    plain = rank_one.sweep_edges

    used = []

    def finer(n, xi):
        coarse = plain(n, xi)
        used.append(n)
        return np.unique(np.concatenate([coarse, (coarse[1:] + coarse[:-1]) / 2]))

    monkeypatch.setattr(rank_one, "sweep_edges", finer)
    monkeypatch.setattr(rank_one, "_sweeps", type(rank_one._sweeps)())
    rank_one._centred_sweep.cache_clear()
    refined = mean_abs_determinant(n, xi, kappa, log=True)
    rank_one._centred_sweep.cache_clear()
    assert used
    assert abs(refined - value) <= error < 1e-12


def test_values_carry_their_error():
    values, errors = mean_abs_determinant(5, np.array([0.1, 2.0]), np.array([[0.0], [1.0]]), with_error=True)
    assert values.shape == errors.shape == (2, 2)
    assert np.all((errors > 0) & (errors < 1e-12 * values))
    value, error = mean_abs_determinant(5, 0.1, with_error=True)
    assert (value, type(error)) == (values[0, 0], float)


# by index


def test_index_resolved_reference():
    exact = [7.33e-06, 0.0270670, 2.7926113, 13.0639089, 3.0868398, 0.0265527]
    values = mean_abs_determinant(5, 0.7, index=np.arange(6))
    assert values == pytest.approx(exact, abs=2e-7)
    assert mean_abs_determinant(5, 0.7, index=2) == values[2]


@pytest.mark.parametrize("n", [1, 2, 3, 6, 7, 20, 33, 100])
@pytest.mark.parametrize("x", [-1.0, 0.0, 0.6, 2.05])
def test_index_law_sums_signs_and_reflection(n, x):
    xi = x * math.sqrt(n)
    law = index_probabilities(n, xi)
    assert law.shape == (n + 1,)
    assert law.sum() == pytest.approx(1, abs=1e-13)
    assert law == pytest.approx(index_probabilities(n, -xi)[::-1], abs=1e-12)
    (log_modulus, sign), _ = mean_product(n, lambda y: y - xi, with_error=True)  # zero for odd n at 0
    signed = sign * math.exp(log_modulus - mean_abs_determinant(n, xi, log=True))
    assert np.sum((-1.0) ** np.arange(n + 1) * law) == pytest.approx(signed, abs=1e-11)


@pytest.mark.parametrize("n", [4, 5])
def test_index_law_from_generating_function(n):
    # the discrete Fourier transform of plain complex Pfaffians
    xi = -0.4
    roots = np.exp(2j * np.pi * np.arange(n + 1) / (n + 1))
    values = []
    for z in roots:
        log_modulus, phase = mean_product(n, lambda x, z=z: np.abs(x - xi) * np.where(x < xi, z, 1), [xi])
        values.append(phase * math.exp(log_modulus - mean_abs_determinant(n, xi, log=True)))
    assert index_probabilities(n, xi) == pytest.approx(np.fft.fft(values).real / (n + 1), abs=1e-13)


def test_rare_indices_with_relative_accuracy():
    every = np.arange(11)
    logs, errors = mean_abs_determinant(10, 0.5, index=every, log=True, relative=True, with_error=True)
    assert np.all(errors < 1e-12)
    values, bounds = mean_abs_determinant(10, 0.5, index=every, relative=True, with_error=True)
    assert np.log(values) == pytest.approx(logs, rel=1e-13)
    assert np.all(bounds < 1e-12 * values)
    plain, plain_bounds = mean_abs_determinant(10, 0.5, index=every, with_error=True)
    assert np.all(np.abs(plain - values) <= bounds + plain_bounds)
    assert values[0] < 1e-14 < 1e-12 * values.sum()
    assert mean_abs_determinant(40, 0.5, index=0, log=True, relative=True) < -400


def test_index_law_against_sampling():
    n, xi, size = 8, 0.9, 60_000
    diagonal, off_diagonal = sample_goe_tridiagonal(n, size=size, rng=11)
    weight = np.exp(log_abs_determinant(diagonal, off_diagonal, xi))
    below = count_below(diagonal, off_diagonal, xi)
    for k in range(2, 8):
        sample = weight * (below == k)
        exact = mean_abs_determinant(n, xi, index=k)
        assert abs(sample.mean() - exact) < 4.5 * sample.std() / math.sqrt(size)


def test_far_left_and_right_have_a_sure_index():
    assert index_probabilities(6, -40.0).tolist() == [1.0] + [0.0] * 6
    assert index_probabilities(6, 40.0).tolist() == [0.0] * 6 + [1.0]


# the door


def test_overflow_is_reported():
    with pytest.raises(ComputationError, match="log=True"):
        mean_abs_determinant(400, 0.0)
    assert mean_abs_determinant(400, 0.0, log=True) == pytest.approx(1001.756415, abs=1e-5)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: mean_abs_determinant(0, 0.0), "n ="),
        (lambda: mean_abs_determinant(3, math.nan), "xi"),
        (lambda: mean_abs_determinant(3, 0.0, math.inf), "kappa"),
        (lambda: mean_abs_determinant(3, "a"), "xi"),
        (lambda: mean_abs_determinant(3, 0.0, index=4), "index"),
        (lambda: mean_abs_determinant(3, 0.0, index=-1), "index"),
        (lambda: mean_abs_determinant(3, 0.0, index=True), "index"),
        (lambda: mean_abs_determinant(3, 0.0, index=1.5), "index"),
        (lambda: mean_abs_determinant(201, 0.0, 1.0), "n "),
        (lambda: mean_abs_determinant(65, 0.0, 1.0, index=2), "n "),
        (lambda: mean_abs_determinant(3, 0.0, 1.0, index=4), "index"),
        (lambda: mean_abs_determinant(3, 0.0, method="fuorier"), "did you mean"),
        (lambda: mean_abs_determinant(3, 0.0, relative=True), "relative"),
        (lambda: mean_abs_determinant(3, 0.0, index=1, relative=True, method="fourier"), "relative"),
        (lambda: mean_abs_determinant(1, 0.0, method="supersymmetric"), "n "),
        (lambda: mean_abs_determinant(3, 0.0, index=1, method="supersymmetric"), "index"),
        (lambda: mean_abs_determinant(201, 0.0, method="fourier"), "n "),
        (lambda: mean_abs_determinant(501, 0.0, index=0), "n "),
        (lambda: goe_density(0.0, 0), "n ="),
        (lambda: goe_density([0.0, math.nan], 3), "x ="),
    ],
)
def test_bad_input(call, word):
    with pytest.raises(InputError, match=word):
        call()


def test_sizes_beyond_double_precision_are_refused():
    for xi, kappa in ((1e200, 0.0), (0.3, 1e150), (0.3, -1e300)):
        with pytest.raises(InputError, match="of size at most"):
            mean_abs_determinant(5, xi, kappa, log=True)
    assert mean_abs_determinant(5, 1e90, log=True) == pytest.approx(5 * math.log(1e90), rel=1e-14)
    assert goe_density([1e200, -1e308], 5).tolist() == [0, 0]
