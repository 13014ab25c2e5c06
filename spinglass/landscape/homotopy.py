"""Homotopy continuation for quadratic eigenvector equations, many paths at a time.

Unknowns z = x, or z = (x, μ) when there are lower-order terms:

    T(x, x) + μ A x + μ² b = x,    μ² = x·x,

T, A symmetric. The start system is γ x_i² = x_i, x ≠ 0, with the same second equation; the first N equations go in a
straight line from start to target while t runs from 0 to 1, the second stays: 2^N − 1 paths without μ and 2(2^N − 1)
with it, the generic numbers of solutions (Cartwright, Sturmfels, LAA 2013; with lower-order terms twice as many,
because each class then splits into its two points).

The predictor is a Padé approximant [4/2] with one denominator for all unknowns, from the path's Taylor series to
order four (compare Telen, Van Barel, Verschelde, SISC 2020); the corrector is one Newton step, and the next series
uses the corrector's factors. A step h is chosen for an error of model × h⁵: the model is what the approximant leaves of
the fourth coefficient over the series' radius of convergence, times the ratio of error to model in the last step.

`LANES` paths run in lockstep, each with its own step, so that all arithmetic runs along contiguous rows. The Jacobian
without the row and column of μ is symmetric, and its factors LDLᵀ do not pivot: a complex path meets a vanishing pivot
with probability zero, and a bad one only costs a rejected step.
"""

from __future__ import annotations

import numpy as np

from spinglass._jit import jit
from spinglass.landscape.predictor import denominator, moments_of, predict, series
from spinglass.landscape.symmetric_lanes import LANES, add_product, factor, multiply, rows, set_product, solve

_AIM = 0.2  # steps are made for this part of the tolerance, so that few are rejected
_MOST_EXTRA = 8  # Newton steps at t = 1
_ARRIVED = 100


@jit
def _start(number, n_spins, gamma, has_mu, lane, z):  # type: ignore[no-untyped-def]
    """The start point of path `number`: x_i is 0 or 1/γ by the bits of a subset number, μ = ±√(x·x)."""
    subset = number + 1
    if has_mu:
        subset = number // 2 + 1
    size = 0
    x = 1 / gamma
    for i in range(n_spins):
        chosen = (subset >> i) & 1
        size += chosen
        z[i, lane] = x.real * chosen
        z[i, LANES + lane] = x.imag * chosen
    if has_mu:
        length = (1.0 - 2.0 * (number % 2)) * np.sqrt(float(size))
        z[n_spins, lane] = x.real * length
        z[n_spins, LANES + lane] = x.imag * length


@jit
def _contraction(tensor, matrix, vector, has_mu):  # type: ignore[no-untyped-def]
    """The real matrix that takes z to G(z), where G(z) z' is the bilinear form of the target's first N equations.

    Entries of G in the order of `spinglass.landscape.symmetric_lanes`, the last column included when there is μ.
    """
    n_spins = tensor.shape[0]
    count = n_spins * (n_spins + 1) // 2
    packed = np.zeros((count + n_spins, n_spins + 1)) if has_mu else np.zeros((count, n_spins))
    for i in range(n_spins):
        for k in range(i + 1):
            row = i * (i + 1) // 2 + k
            for j in range(n_spins):
                packed[row, j] = tensor[i, k, j]
            if has_mu:
                packed[row, n_spins] = 0.5 * matrix[i, k]
        if has_mu:
            for j in range(n_spins):
                packed[count + i, j] = 0.5 * matrix[i, j]
            packed[count + i, n_spins] = vector[i]
    return packed


@jit
def _equations(n_spins, has_mu, gamma, t, g, z, form, f, a):  # type: ignore[no-untyped-def]
    """The equations f at z and t and their Jacobian a, from G(z) and the form G(z) z."""
    entries = n_spins * (n_spins + 1) // 2
    used = entries + n_spins if has_mu else entries
    for row in range(used):
        source = g[row]
        target = a[row]
        for l in range(LANES):
            target[l] = 2.0 * t[l] * source[l]
            target[LANES + l] = 2.0 * t[l] * source[LANES + l]
    for i in range(n_spins):
        x = z[i]
        y = f[i]
        q = form[i]
        diagonal = a[i * (i + 1) // 2 + i]
        for l in range(LANES):
            u = 1.0 - t[l]
            wr = u * (gamma.real * x[l] - gamma.imag * x[LANES + l])
            wi = u * (gamma.real * x[LANES + l] + gamma.imag * x[l])
            y[l] = t[l] * q[l] + (wr - 1.0) * x[l] - wi * x[LANES + l]
            y[LANES + l] = t[l] * q[LANES + l] + (wr - 1.0) * x[LANES + l] + wi * x[l]
            diagonal[l] += 2.0 * wr - 1.0
            diagonal[LANES + l] += 2.0 * wi
    if has_mu:
        corner = a[used + n_spins]
        last = f[n_spins]
        mu = z[n_spins]
        set_product(last, mu, mu)
        for l in range(2 * LANES):
            corner[l] = -2.0 * mu[l]
            last[l] = -last[l]
        for k in range(n_spins):
            x = z[k]
            y = a[used + k]
            add_product(last, x, x)
            for l in range(2 * LANES):
                y[l] = 2.0 * x[l]


@jit
def _squared_length(n, x, lengths):  # type: ignore[no-untyped-def]
    """Σ |x_i|² in all lanes."""
    for l in range(LANES):
        lengths[l] = 0.0
    for i in range(n):
        y = x[i]
        for l in range(LANES):
            lengths[l] += y[l] * y[l] + y[LANES + l] * y[LANES + l]


@jit
def track(tensor, matrix, vector, has_mu, gamma, paths, tolerance, reach, max_steps, out, status, steps):  # type: ignore[no-untyped-def]
    """Track the numbered paths from t = 0 to t = 1; fills out[path], status[path] and steps[path].

    tensor (N, N, N), matrix (N, N), vector (N,) real; gamma complex; tolerance: the largest relative Newton step that
    accepts a prediction; reach: the largest step in units of the series' radius of convergence; out complex (…, n);
    status 1 where the path arrived; steps counts up.
    """
    n_spins = tensor.shape[0]
    n = n_spins + 1 if has_mu else n_spins
    packed = _contraction(tensor, matrix, vector, has_mu)
    s = rows(5 * n).reshape((5, n, 2 * LANES))  # Taylor coefficients of each lane's path
    c = rows(5 * n).reshape((5, n, 2 * LANES))  # those being made
    z = rows(n)
    d = rows(n)
    f = rows(n)
    r = rows(n)
    forms = rows(2 * n).reshape((2, n, 2 * LANES))
    squares = rows(2 * n).reshape((2, n, 2 * LANES))
    g = rows(len(packed))
    a = rows(len(packed) + n)
    pivots = rows(n_spins + 1)
    work = rows(n_spins + 1)
    e = rows(2)
    moments = np.zeros((9, LANES))
    moves = np.zeros(LANES)
    sizes = np.zeros(LANES)
    t = np.zeros(LANES)
    h = np.zeros(LANES)
    tp = np.zeros(LANES)
    inverse = np.zeros(LANES)
    fresh = np.zeros(LANES)
    b1 = np.zeros(LANES, np.complex128)
    b2 = np.zeros(LANES, np.complex128)
    lane_path = np.full(LANES, -1)
    count = np.zeros(LANES, np.int64)
    extra = np.zeros(LANES, np.int64)
    moved = np.zeros(LANES)
    model = np.zeros(LANES)  # the error of a prediction at h should be ratio × model × h⁵
    ratio = np.ones(LANES)
    waiting = 0
    active = 0
    first_step = 0.03 * tolerance  # short enough to need no series
    for l in range(LANES):
        number = 0
        if waiting < len(paths):
            number = paths[waiting]
            lane_path[l] = number
            waiting += 1
            active += 1
        _start(number, n_spins, gamma, has_mu, l, s[0])
        h[l] = first_step
    while active > 0:
        for l in range(LANES):
            tau = h[l]
            if tau >= 1.0 - t[l]:
                tau = 1.0 - t[l]
                tp[l] = 1.0
            else:
                tp[l] = t[l] + tau
            h[l] = tau
            inverse[l] = 1.0 / tp[l]
            w = 1.0 / (1.0 + tau * (b1[l] + tau * b2[l]))
            e4 = tau**4 * w
            e3 = tau**3 * (1.0 + b1[l] * tau) * w
            e[0, l] = e3.real
            e[0, LANES + l] = e3.imag
            e[1, l] = e4.real
            e[1, LANES + l] = e4.imag
        predict(n, h, e, s, z)
        # one Newton step
        np.dot(packed, z, g)
        multiply(n_spins, has_mu, g, z, forms[0])
        _equations(n_spins, has_mu, gamma, tp, g, z, forms[0], f, a)
        for i in range(n):
            for l in range(2 * LANES):
                d[i, l] = f[i, l]
        factor(n_spins, has_mu, a, pivots, work)
        solve(n_spins, has_mu, a, pivots, d)
        _squared_length(n, d, moves)
        _squared_length(n, z, sizes)
        any_accepted = False
        for l in range(LANES):
            error = np.sqrt(moves[l] / (sizes[l] + 1e-290))
            before = moved[l]
            count[l] += 1
            fresh[l] = 0.0
            moved[l] = error
            # a point taken too far from its path shows after the next tiny steps: let Newton's iteration go on
            stuck = h[l] < 1e-3 * tolerance and error <= 5.0 * tolerance
            if error <= tolerance or stuck:
                any_accepted = True
                fresh[l] = 1.0
                if t[l] >= 1.0:
                    extra[l] += 1
                    # converging quadratically, the next step would be error³/before²
                    converged = error <= 1e-13 or (error <= 1e-6 and error**3 <= 1e-16 * before**2)
                    if converged or (extra[l] == _MOST_EXTRA and error <= 1e-10):
                        extra[l] = _ARRIVED
                t[l] = tp[l]
                if model[l] > 0.0 and h[l] > 0.0:
                    ratio[l] = min(max((error + 1e-14) / (model[l] * h[l] ** 5), 0.01), 10.0)
            else:
                growth = 0.5
                if error < 1e3 * tolerance:
                    growth = 0.8 * (tolerance / error) ** 0.2
                h[l] *= min(growth, 0.6)
        if any_accepted:
            series(n_spins, has_mu, gamma, tp, inverse, packed, z, d, f, g, a, pivots, forms, squares, r, c)
            moments_of(n, c, moments)
            for k in range(5):
                for i in range(n):
                    old = s[k, i]
                    new = c[k, i]
                    for l in range(LANES):
                        keep = fresh[l] < 0.5
                        old[l] = old[l] if keep else new[l]
                        old[LANES + l] = old[LANES + l] if keep else new[LANES + l]
        for l in range(LANES):
            path = lane_path[l]
            if path < 0:
                h[l] = 0.0
                continue
            accepted = fresh[l] > 0.5
            finite = True
            if accepted:
                finite = moments[2, l] < 1e280
                b1[l], b2[l], left = denominator(l, moments)
                model[l] = 0.0
                h[l] = 1.0
                if moments[2, l] > 0.0:
                    radius = np.sqrt(moments[1, l] / moments[2, l])
                    model[l] = left / ((radius + 1e-290) * np.sqrt(sizes[l]) + 1e-290)
                    h[l] = min(reach * radius, (_AIM * tolerance / (ratio[l] * model[l])) ** 0.2)
            arrived = extra[l] == _ARRIVED
            failed = count[l] >= max_steps or extra[l] == _MOST_EXTRA or not finite or (not accepted and h[l] < 1e-13)
            if arrived or failed:
                status[path] = 1 if arrived else 0
                steps[path] += count[l]
                for i in range(n):
                    out[path, i] = complex(s[0, i, l], s[0, i, LANES + l])
                b1[l] = 0j
                b2[l] = 0j
                count[l] = 0
                model[l] = 0.0
                ratio[l] = 1.0
                extra[l] = 0
                number = 0
                h[l] = first_step
                if waiting < len(paths):
                    number = paths[waiting]
                    lane_path[l] = number
                    waiting += 1
                else:
                    lane_path[l] = -1
                    active -= 1
                t[l] = 0.0
                for k in range(1, 5):
                    for i in range(n):
                        s[k, i, l] = 0.0
                        s[k, i, LANES + l] = 0.0
                _start(number, n_spins, gamma, has_mu, l, s[0])
