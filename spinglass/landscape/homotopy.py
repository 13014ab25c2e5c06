"""Homotopy continuation for quadratic eigenvector equations, many paths at a time.

Unknowns z = x, or z = (x, μ) when there are lower-order terms:

    T(x, x) + μ A x + μ² b = x,    μ² = x·x,

T, A symmetric. The start system is γ x_i² = x_i, x ≠ 0, with the same second equation; the first N equations go in a
straight line from start to target while t runs from 0 to 1, the second stays: 2^N − 1 paths without μ and 2(2^N − 1)
with it, the generic numbers of solutions (Cartwright, Sturmfels, LAA 2013; with lower-order terms twice as many,
because each class then splits into its two points).

The predictor is a Padé approximant [4/2] with one denominator for all unknowns, from the path's Taylor series to
order four (compare Telen, Van Barel, Verschelde, SISC 2020); the corrector is one Newton step, and the next series
uses the corrector's LU factors. Up to 32 paths run in lockstep, each with its own step, so that all arithmetic runs
along contiguous lanes. The factorisation does not pivot: a complex path meets a vanishing pivot with probability
zero, and a bad one only costs a rejected step.
"""

from __future__ import annotations

import numpy as np

from spinglass._jit import jit
from spinglass.landscape.lanes import apply, contract, factor, solve


@jit
def _start(number, n_spins, gamma, has_mu, z):  # type: ignore[no-untyped-def]
    """The start point of path `number`: x_i is 0 or 1/γ by the bits of a subset number, μ = ±√(x·x)."""
    subset = number + 1
    if has_mu:
        subset = number // 2 + 1
    size = 0
    for i in range(n_spins):
        if (subset >> i) & 1:
            z[i] = 1 / gamma
            size += 1
        else:
            z[i] = 0
    if has_mu:
        sign = 1.0 - 2.0 * (number % 2)
        z[n_spins] = sign * np.sqrt(float(size)) / gamma


@jit
def _jacobian(n_spins, has_mu, gamma, t, gr, gi, zr, zi, jr, ji):  # type: ignore[no-untyped-def]
    """The Jacobian of the homotopy at z and t from the contraction G(z)."""
    lanes = zr.shape[1]
    n = n_spins + 1 if has_mu else n_spins
    for i in range(n_spins):
        for k in range(n):
            for l in range(lanes):
                jr[i, k, l] = 2.0 * t[l] * gr[i, k, l]
                ji[i, k, l] = 2.0 * t[l] * gi[i, k, l]
        for l in range(lanes):
            s = 2.0 * (1.0 - t[l])
            jr[i, i, l] += s * (gamma.real * zr[i, l] - gamma.imag * zi[i, l]) - 1.0
            ji[i, i, l] += s * (gamma.real * zi[i, l] + gamma.imag * zr[i, l])
    if has_mu:
        for k in range(n_spins):
            for l in range(lanes):
                jr[n_spins, k, l] = 2.0 * zr[k, l]
                ji[n_spins, k, l] = 2.0 * zi[k, l]
        for l in range(lanes):
            jr[n_spins, n_spins, l] = -2.0 * zr[n_spins, l]
            ji[n_spins, n_spins, l] = -2.0 * zi[n_spins, l]


@jit
def _add_forms(n_spins, has_mu, gamma, t, gr, gi, ur, ui, p, ar, ai, q, br, bi, cr, ci, yr, yi):  # type: ignore[no-untyped-def]
    """y −= p Q(u, a) + q Q′(u, b), the homotopy's bilinear form and its t-derivative, given G(u); c is room to work in.

    In the first N equations Q(u, a) = t G(u)a + (1 − t)γ u∘a and Q′(u, b) = G(u)b − γ u∘b.
    """
    lanes = yr.shape[1]
    n = n_spins + 1 if has_mu else n_spins
    for k in range(n):
        for l in range(lanes):
            cr[k, l] = p * t[l] * ar[k, l] + q * br[k, l]
            ci[k, l] = p * t[l] * ai[k, l] + q * bi[k, l]
    for i in range(n_spins):
        for k in range(n):
            for l in range(lanes):
                yr[i, l] -= gr[i, k, l] * cr[k, l] - gi[i, k, l] * ci[k, l]
                yi[i, l] -= gr[i, k, l] * ci[k, l] + gi[i, k, l] * cr[k, l]
        for l in range(lanes):
            dr = p * (1.0 - t[l]) * ar[i, l] - q * br[i, l]
            di = p * (1.0 - t[l]) * ai[i, l] - q * bi[i, l]
            hr = ur[i, l] * dr - ui[i, l] * di
            hi = ur[i, l] * di + ui[i, l] * dr
            yr[i, l] -= gamma.real * hr - gamma.imag * hi
            yi[i, l] -= gamma.real * hi + gamma.imag * hr
    if has_mu:
        for k in range(n):
            s = -p if k < n_spins else p
            for l in range(lanes):
                yr[n_spins, l] += s * (ur[k, l] * ar[k, l] - ui[k, l] * ai[k, l])
                yi[n_spins, l] += s * (ur[k, l] * ai[k, l] + ui[k, l] * ar[k, l])


@jit
def _denominator(n, lane, sr, si):  # type: ignore[no-untyped-def]
    """b₁, b₂ of the common denominator 1 + b₁τ + b₂τ²: least squares of c₄ + b₁c₃ + b₂c₂ over the unknowns."""
    a22 = 0.0
    a33 = 0.0
    a23 = 0j
    f2 = 0j
    f3 = 0j
    for i in range(n):
        c2 = complex(sr[2, i, lane], si[2, i, lane])
        c3 = complex(sr[3, i, lane], si[3, i, lane])
        c4 = complex(sr[4, i, lane], si[4, i, lane])
        a22 += c2.real * c2.real + c2.imag * c2.imag
        a33 += c3.real * c3.real + c3.imag * c3.imag
        a23 += c2.conjugate() * c3
        f2 += c2.conjugate() * c4
        f3 += c3.conjugate() * c4
    det = a22 * a33 - (a23.real * a23.real + a23.imag * a23.imag)
    if det > 1e-12 * a22 * a33:
        return (a23.conjugate() * f2 - a22 * f3) / det, (a23 * f3 - a33 * f2) / det
    if a33 > 0.0:
        return -f3 / a33, 0j
    return 0j, 0j


@jit
def _predict(n, lane, tau, b1, b2, sr, si, zr, zi):  # type: ignore[no-untyped-def]
    """z at τ from the coefficients c₀ … c₄ and the denominator 1 + b₁τ + b₂τ² of one lane.

    The numerator has the coefficients c_k + b₁c_{k−1} + b₂c_{k−2}, k <= 4; in the sum by c_k all but the last two terms
    are those of the Taylor polynomial.
    """
    w = 1.0 / (1.0 + tau * (b1 + tau * b2))
    e4 = tau**4 * w
    e3 = tau**3 * (1.0 + b1 * tau) * w
    for i in range(n):
        z = complex(sr[0, i, lane], si[0, i, lane])
        z += tau * complex(sr[1, i, lane], si[1, i, lane])
        z += tau * tau * complex(sr[2, i, lane], si[2, i, lane])
        z += e3 * complex(sr[3, i, lane], si[3, i, lane])
        z += e4 * complex(sr[4, i, lane], si[4, i, lane])
        zr[i, lane] = z.real
        zi[i, lane] = z.imag


@jit
def _series(  # type: ignore[no-untyped-def]
    n_spins, has_mu, gamma, tp, tensor, matrix, vector, zr, zi, dr, di, g0r, g0i, jr, ji, nr, ni, g1r, g1i, vr, vi
):
    """The corrected point z − d and the Taylor coefficients of the path there: c = nr + i ni.

    g0 holds G(z) and j the factors of the Jacobian at z; g1, v and d are room to work in. Each order is solved with the
    same factors: J c_k = −Σ Q(c_i, c_j) − Σ Q′(c_i, c_j), i + j = k with i, j >= 1 and i + j = k − 1.
    """
    lanes = zr.shape[1]
    n = n_spins + 1 if has_mu else n_spins
    for i in range(n):
        for l in range(lanes):
            nr[0, i, l] = zr[i, l] - dr[i, l]
            ni[0, i, l] = zi[i, l] - di[i, l]
            vr[i, l] = zr[i, l] - 2.0 * dr[i, l]
            vi[i, l] = zi[i, l] - 2.0 * di[i, l]
    for k in range(1, 5):
        for i in range(n):
            for l in range(lanes):
                nr[k, i, l] = 0.0
                ni[k, i, l] = 0.0
        yr = nr[k]
        yi = ni[k]
        if k == 1:
            _add_forms(n_spins, has_mu, gamma, tp, g0r, g0i, zr, zi, 0.0, vr, vi, 1.0, vr, vi, dr, di, yr, yi)
        elif k == 2:
            contract(tensor, matrix, vector, n_spins, has_mu, nr[1], ni[1], g1r, g1i)
            _add_forms(
                n_spins, has_mu, gamma, tp, g1r, g1i, nr[1], ni[1], 1.0, nr[1], ni[1], 0.0, nr[1], ni[1], dr, di, yr, yi
            )
            _add_forms(
                n_spins, has_mu, gamma, tp, g0r, g0i, zr, zi, 0.0, nr[1], ni[1], 2.0, nr[1], ni[1], dr, di, yr, yi
            )
        elif k == 3:
            _add_forms(
                n_spins, has_mu, gamma, tp, g1r, g1i, nr[1], ni[1], 2.0, nr[2], ni[2], 1.0, nr[1], ni[1], dr, di, yr, yi
            )
            _add_forms(
                n_spins, has_mu, gamma, tp, g0r, g0i, zr, zi, 0.0, nr[2], ni[2], 2.0, nr[2], ni[2], dr, di, yr, yi
            )
        else:
            _add_forms(
                n_spins, has_mu, gamma, tp, g1r, g1i, nr[1], ni[1], 2.0, nr[3], ni[3], 2.0, nr[2], ni[2], dr, di, yr, yi
            )
            _add_forms(
                n_spins, has_mu, gamma, tp, g0r, g0i, zr, zi, 0.0, nr[3], ni[3], 2.0, nr[3], ni[3], dr, di, yr, yi
            )
            contract(tensor, matrix, vector, n_spins, has_mu, nr[2], ni[2], g1r, g1i)
            _add_forms(
                n_spins, has_mu, gamma, tp, g1r, g1i, nr[2], ni[2], 1.0, nr[2], ni[2], 0.0, nr[2], ni[2], dr, di, yr, yi
            )
        solve(n, jr, ji, yr, yi)


@jit
def track(tensor, matrix, vector, has_mu, gamma, paths, tolerance, reach, max_steps, out, status, steps):  # type: ignore[no-untyped-def]
    """Track the numbered paths from t = 0 to t = 1; fills out[path], status[path] and steps[path].

    tensor (N, N, N), matrix (N, N), vector (N,) real; gamma complex; tolerance: the largest relative Newton step that
    accepts a prediction; reach: the largest step in units of the series' radius of convergence; out complex (…, n).
    """
    n_spins = tensor.shape[0]
    lanes = 8 if len(paths) <= 8 else (16 if len(paths) <= 16 else 32)
    n = n_spins + 1 if has_mu else n_spins
    sr = np.zeros((5, n, lanes))  # Taylor coefficients of each lane's path
    si = np.zeros((5, n, lanes))
    zr = np.zeros((n, lanes))
    zi = np.zeros((n, lanes))
    dr = np.zeros((n, lanes))
    di = np.zeros((n, lanes))
    vr = np.zeros((n, lanes))
    vi = np.zeros((n, lanes))
    g0r = np.zeros((n, n, lanes))
    g0i = np.zeros((n, n, lanes))
    g1r = np.zeros((n, n, lanes))
    g1i = np.zeros((n, n, lanes))
    jr = np.zeros((n, n, lanes))
    ji = np.zeros((n, n, lanes))
    nr = np.zeros((5, n, lanes))  # the series being made
    ni = np.zeros((5, n, lanes))
    t = np.zeros(lanes)
    h = np.zeros(lanes)
    tp = np.zeros(lanes)
    b1 = np.zeros(lanes, np.complex128)
    b2 = np.zeros(lanes, np.complex128)
    lane_path = np.full(lanes, -1)
    count = np.zeros(lanes, np.int64)
    extra = np.zeros(lanes, np.int64)
    moved = np.zeros(lanes)
    accepted = np.zeros(lanes, np.bool_)
    start = np.zeros(n, np.complex128)
    waiting = 0
    active = 0
    for l in range(lanes):
        if waiting < len(paths):
            lane_path[l] = paths[waiting]
            waiting += 1
            active += 1
            _start(lane_path[l], n_spins, gamma, has_mu, start)
            for i in range(n):
                sr[0, i, l] = start[i].real
                si[0, i, l] = start[i].imag
        else:
            _start(0, n_spins, gamma, has_mu, start)
            for i in range(n):
                sr[0, i, l] = start[i].real
                si[0, i, l] = start[i].imag
    while active > 0:
        # predict
        for l in range(lanes):
            tau = h[l]
            if tau >= 1.0 - t[l]:
                tau = 1.0 - t[l]
                tp[l] = 1.0
            else:
                tp[l] = t[l] + tau
            h[l] = tau
            _predict(n, l, tau, b1[l], b2[l], sr, si, zr, zi)
        # correct: one Newton step
        contract(tensor, matrix, vector, n_spins, has_mu, zr, zi, g0r, g0i)
        _jacobian(n_spins, has_mu, gamma, tp, g0r, g0i, zr, zi, jr, ji)
        apply(n, jr, ji, zr, zi, dr, di)
        for i in range(n):
            for l in range(lanes):
                dr[i, l] *= 0.5
                di[i, l] *= 0.5
        for i in range(n_spins):
            for l in range(lanes):
                dr[i, l] -= 0.5 * zr[i, l]
                di[i, l] -= 0.5 * zi[i, l]
        factor(n, jr, ji)
        solve(n, jr, ji, dr, di)
        any_accepted = False
        for l in range(lanes):
            move = 0.0
            size = 0.0
            for i in range(n):
                move += dr[i, l] * dr[i, l] + di[i, l] * di[i, l]
                size += zr[i, l] * zr[i, l] + zi[i, l] * zi[i, l]
            error = np.sqrt(move / (size + 1e-290))
            count[l] += 1
            moved[l] = error
            accepted[l] = error <= tolerance
            if accepted[l]:
                any_accepted = True
                t[l] = tp[l]
                growth = 0.85 * (tolerance / (error + 1e-14)) ** 0.2
                h[l] *= min(max(growth, 0.5), 4.0)
            else:
                growth = 0.5
                if error < 1e3 * tolerance:
                    growth = 0.8 * (tolerance / error) ** 0.2
                h[l] *= min(growth, 0.6)
        if any_accepted:
            _series(
                n_spins,
                has_mu,
                gamma,
                tp,
                tensor,
                matrix,
                vector,
                zr,
                zi,
                dr,
                di,
                g0r,
                g0i,
                jr,
                ji,
                nr,
                ni,
                g1r,
                g1i,
                vr,
                vi,
            )
        for l in range(lanes):
            path = lane_path[l]
            if path < 0:
                t[l] = 0.0
                h[l] = 0.0
                continue
            finite = True
            if accepted[l]:
                size3 = 0.0
                size4 = 0.0
                for i in range(n):
                    for k in range(5):
                        sr[k, i, l] = nr[k, i, l]
                        si[k, i, l] = ni[k, i, l]
                    size3 += nr[3, i, l] ** 2 + ni[3, i, l] ** 2
                    size4 += nr[4, i, l] ** 2 + ni[4, i, l] ** 2
                finite = size4 < 1e280
                b1[l], b2[l] = _denominator(n, l, sr, si)
                radius = np.sqrt(size3 / (size4 + 1e-290))
                if count[l] == 1:
                    h[l] = 0.1 * radius
                h[l] = min(h[l], reach * radius)
            arrived = False
            if accepted[l] and t[l] >= 1.0:  # stay for Newton steps until they have converged
                extra[l] += 1
                arrived = extra[l] > 1 and (moved[l] <= 1e-13 or (extra[l] >= 8 and moved[l] <= 1e-10))
            failed = count[l] >= max_steps or extra[l] > 8 or not finite or (not accepted[l] and h[l] < 1e-13)
            if arrived or failed:
                status[path] = 1 if arrived else 0
                steps[path] += count[l]
                for i in range(n):
                    out[path, i] = complex(sr[0, i, l], si[0, i, l])
                b1[l] = 0j
                b2[l] = 0j
                t[l] = 0.0
                h[l] = 0.0
                count[l] = 0
                extra[l] = 0
                number = 0
                if waiting < len(paths):
                    number = paths[waiting]
                    lane_path[l] = number
                    waiting += 1
                else:
                    lane_path[l] = -1
                    active -= 1
                _start(number, n_spins, gamma, has_mu, start)
                for i in range(n):
                    for k in range(5):
                        sr[k, i, l] = 0.0
                        si[k, i, l] = 0.0
                    sr[0, i, l] = start[i].real
                    si[0, i, l] = start[i].imag
