"""Taylor series of paths against contour integrals, approximants of rational paths against the paths."""

import numpy as np
import pytest

from spinglass.landscape.predictor import denominator, moments_of, predict, series
from spinglass.landscape.symmetric_lanes import LANES, factor, multiply, rows, solve

GAMMA = complex(np.exp(1.1j))


def filled(values):
    """The same complex column in all lanes."""
    out = rows(len(values))
    out[:, :LANES] = values.real[:, None]
    out[:, LANES:] = values.imag[:, None]
    return out


class Path:
    """(1 − t)γx∘x + t(T(x, x) + μAx + μ²b) = x, μ² = x·x in plain numpy."""

    def __init__(self, rng, n, has_mu):
        t = rng.normal(size=(n, n, n))
        self.tensor = sum(
            t.transpose(axes) for axes in [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
        )
        self.tensor /= 6 * np.sqrt(n)
        matrix = rng.normal(size=(n, n))
        self.matrix = matrix + matrix.T
        self.vector = rng.normal(size=n)
        self.n, self.has_mu = n, has_mu

    def form(self, z):
        """G(z): the matrix of the target's bilinear form."""
        x = z[: self.n]
        g = self.tensor @ x
        if not self.has_mu:
            return g
        mu = z[self.n]
        column = self.matrix @ x / 2 + self.vector * mu
        return np.concatenate([g + self.matrix * mu / 2, column[:, None]], axis=1)

    def equations(self, z, t):
        """Value and Jacobian."""
        x = z[: self.n]
        g = self.form(z)
        value = t * g @ z + (1 - t) * GAMMA * x * x - x
        jacobian = 2 * t * g
        jacobian[:, : self.n] += np.diag(2 * (1 - t) * GAMMA * x - 1)
        if self.has_mu:
            value = np.append(value, x @ x - z[self.n] ** 2)
            jacobian = np.concatenate([jacobian, 2 * np.append(x, -z[self.n])[None]])
        return value, jacobian

    def point(self, z, t):
        """Newton's method from z."""
        for _ in range(60):
            value, jacobian = self.equations(z, t)
            z = z - np.linalg.solve(jacobian, value)
        assert np.max(np.abs(self.equations(z, t)[0])) < 1e-12
        return z


@pytest.mark.parametrize("has_mu", [False, True])
@pytest.mark.parametrize("t", [0.03, 0.5, 1.0])
def test_taylor_coefficients_are_contour_integrals(has_mu, t):
    rng = np.random.default_rng(4)
    n = 4
    path = Path(rng, n, has_mu)
    first = np.ones(n, dtype=complex) / GAMMA
    z = np.append(first, np.sqrt(n) / GAMMA) if has_mu else first
    for s in np.linspace(0, t, 200)[1:]:
        z = path.point(z, s)
    radius, count = 0.01, 32
    angles = 2 * np.pi * np.arange(count) / count
    around = np.array([path.point(z, t + radius * np.exp(1j * angle)) for angle in angles])
    expected = [np.mean(around * np.exp(-1j * k * angles)[:, None], axis=0) / radius**k for k in range(5)]
    size = len(z)
    near = z * (1 + 1e-9 * rng.normal(size=size))
    g = path.form(near)
    value, jacobian = path.equations(near, t)
    low, high = np.tril_indices(n)
    a = jacobian[low, high]
    packed = np.array(
        [np.append(path.tensor[i, k], path.matrix[i, k] / 2 if has_mu else []) for i, k in zip(low, high, strict=True)]
    )
    if has_mu:
        a = np.concatenate([a, jacobian[:n, n], jacobian[n]])
        packed = np.concatenate([packed, np.concatenate([path.matrix / 2, path.vector[:, None]], axis=1)])
    a, pivots, d = filled(a), rows(n + 1), filled(value)
    factor(n, has_mu, a, pivots, rows(n + 1))
    solve(n, has_mu, a, pivots, d)
    forms = rows(2 * size).reshape(2, size, 2 * LANES)
    forms[0, :n] = filled(g @ near)
    c = rows(5 * size).reshape(5, size, 2 * LANES)
    ts = np.full(LANES, t)
    room = rows(2 * size).reshape(2, size, 2 * LANES)
    work = rows(len(packed))
    series(
        n,
        has_mu,
        GAMMA,
        ts,
        1 / ts,
        packed,
        filled(near),
        d,
        filled(value),
        work,
        a,
        pivots,
        forms,
        room,
        rows(size),
        c,
    )
    for k in range(5):
        found = c[k, :, :LANES] + 1j * c[k, :, LANES:]
        scale = np.max(np.abs(expected[k]))
        assert np.max(np.abs(found - expected[k][:, None])) < 1e-6 * scale + 1e-9


def test_product_of_the_contraction_is_the_form():
    rng = np.random.default_rng(1)
    path = Path(rng, 4, False)
    z = rng.normal(size=4) + 1j * rng.normal(size=4)
    low, high = np.tril_indices(4)
    y = rows(4)
    multiply(4, False, filled(path.form(z)[low, high]), filled(z), y)
    assert np.allclose(y[:, 5] + 1j * y[:, LANES + 5], path.form(z) @ z, rtol=0, atol=1e-13)


def test_paths_with_two_common_poles_are_predicted_exactly():
    rng = np.random.default_rng(0)
    n, h = 5, 0.8
    a, b, e = rng.normal(size=(3, n)) + 1j * rng.normal(size=(3, n))
    poles = 1.3 * np.exp(1j * rng.uniform(0, 6, size=(2, LANES)))
    c = rows(5 * n).reshape(5, n, 2 * LANES)
    for k in range(5):
        value = np.multiply.outer(a, poles[0] ** -k) + np.multiply.outer(b, poles[1] ** -k) + (k == 0) * e[:, None]
        c[k, :, :LANES], c[k, :, LANES:] = value.real, value.imag
    exact = np.multiply.outer(a, 1 / (1 - h / poles[0])) + np.multiply.outer(b, 1 / (1 - h / poles[1])) + e[:, None]
    moments = np.zeros((9, LANES))
    moments_of(n, c, moments)
    weights = rows(2)
    for lane in range(LANES):
        b1, b2, left = denominator(lane, moments)
        w = 1 / (1 + h * (b1 + h * b2))
        third, fourth = h**3 * (1 + b1 * h) * w, h**4 * w
        weights[0, [lane, LANES + lane]] = third.real, third.imag
        weights[1, [lane, LANES + lane]] = fourth.real, fourth.imag
        assert left == pytest.approx(0.1 * np.sqrt(moments[2, lane]))
    z = rows(n)
    predict(n, np.full(LANES, h), weights, c, z)
    taylor = sum(h**k * (c[k, :, :LANES] + 1j * c[k, :, LANES:]) for k in range(5))
    error = np.max(np.abs(z[:, :LANES] + 1j * z[:, LANES:] - exact), axis=0)
    assert np.median(error) < 1e-11
    assert np.max(error) < 1e-3 * np.max(np.abs(taylor - exact))
