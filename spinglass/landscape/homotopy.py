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
def _contract(tensor, matrix, vector, n_spins, has_mu, zr, zi, gr, gi):  # type: ignore[no-untyped-def]
    """G(z)_{ik} with G(z) z' the bilinear form of the target's first N equations, in all lanes."""
    lanes = zr.shape[1]
    for i in range(n_spins):
        for k in range(i, n_spins):
            row_r = gr[i, k]
            row_i = gi[i, k]
            for l in range(lanes):
                row_r[l] = 0.0
                row_i[l] = 0.0
            for j in range(n_spins):
                c = tensor[i, k, j]
                cr = zr[j]
                ci = zi[j]
                for l in range(lanes):
                    row_r[l] += c * cr[l]
                    row_i[l] += c * ci[l]
            if has_mu:
                c = 0.5 * matrix[i, k]
                for l in range(lanes):
                    row_r[l] += c * zr[n_spins, l]
                    row_i[l] += c * zi[n_spins, l]
            if k > i:
                for l in range(lanes):
                    gr[k, i, l] = row_r[l]
                    gi[k, i, l] = row_i[l]
        if has_mu:
            for l in range(lanes):
                gr[i, n_spins, l] = vector[i] * zr[n_spins, l]
                gi[i, n_spins, l] = vector[i] * zi[n_spins, l]
            for k in range(n_spins):
                c = 0.5 * matrix[i, k]
                for l in range(lanes):
                    gr[i, n_spins, l] += c * zr[k, l]
                    gi[i, n_spins, l] += c * zi[k, l]


@jit
def _apply(n_rows, n, ar, ai, xr, xi, yr, yi):  # type: ignore[no-untyped-def]
    """y = A x in all lanes, for the first n_rows rows."""
    lanes = xr.shape[1]
    for i in range(n_rows):
        for l in range(lanes):
            yr[i, l] = 0.0
            yi[i, l] = 0.0
        for k in range(n):
            for l in range(lanes):
                yr[i, l] += ar[i, k, l] * xr[k, l] - ai[i, k, l] * xi[k, l]
                yi[i, l] += ar[i, k, l] * xi[k, l] + ai[i, k, l] * xr[k, l]


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
def _factor(n, ar, ai):  # type: ignore[no-untyped-def]
    """LU factors in place, without pivoting; the diagonal keeps the reciprocals of the pivots."""
    lanes = ar.shape[2]
    for c in range(n):
        pr = ar[c, c]
        pi = ai[c, c]
        for l in range(lanes):
            size = pr[l] * pr[l] + pi[l] * pi[l] + 1e-290
            pr[l] = pr[l] / size
            pi[l] = -pi[l] / size
        for i in range(c + 1, n):
            fr = ar[i, c]
            fi = ai[i, c]
            for l in range(lanes):
                re = fr[l] * pr[l] - fi[l] * pi[l]
                im = fr[l] * pi[l] + fi[l] * pr[l]
                fr[l] = re
                fi[l] = im
            for k in range(c + 1, n):
                for l in range(lanes):
                    ar[i, k, l] -= fr[l] * ar[c, k, l] - fi[l] * ai[c, k, l]
                    ai[i, k, l] -= fr[l] * ai[c, k, l] + fi[l] * ar[c, k, l]


@jit
def _solve(n, ar, ai, yr, yi):  # type: ignore[no-untyped-def]
    """y ← A^{-1} y in all lanes, from the factors."""
    lanes = yr.shape[1]
    for i in range(n):
        for k in range(i):
            for l in range(lanes):
                yr[i, l] -= ar[i, k, l] * yr[k, l] - ai[i, k, l] * yi[k, l]
                yi[i, l] -= ar[i, k, l] * yi[k, l] + ai[i, k, l] * yr[k, l]
    for b in range(n):
        i = n - 1 - b
        for k in range(i + 1, n):
            for l in range(lanes):
                yr[i, l] -= ar[i, k, l] * yr[k, l] - ai[i, k, l] * yi[k, l]
                yi[i, l] -= ar[i, k, l] * yi[k, l] + ai[i, k, l] * yr[k, l]
        for l in range(lanes):
            re = yr[i, l] * ar[i, i, l] - yi[i, l] * ai[i, i, l]
            im = yr[i, l] * ai[i, i, l] + yi[i, l] * ar[i, i, l]
            yr[i, l] = re
            yi[i, l] = im


@jit
def _add_form(n_spins, has_mu, gamma, t, weight, gr, gi, ur, ui, vr, vi, mode, yr, yi):  # type: ignore[no-untyped-def]
    """y −= weight × a symmetric bilinear form at (u, v), given G(u): mode 0 the homotopy's, mode 1 its t-derivative."""
    lanes = yr.shape[1]
    n = n_spins + 1 if has_mu else n_spins
    hr = np.empty(lanes)
    hi = np.empty(lanes)
    for i in range(n_spins):
        for l in range(lanes):
            hr[l] = 0.0
            hi[l] = 0.0
        for k in range(n):
            for l in range(lanes):
                hr[l] += gr[i, k, l] * vr[k, l] - gi[i, k, l] * vi[k, l]
                hi[l] += gr[i, k, l] * vi[k, l] + gi[i, k, l] * vr[k, l]
        for l in range(lanes):
            pr = ur[i, l] * vr[i, l] - ui[i, l] * vi[i, l]
            pi = ur[i, l] * vi[i, l] + ui[i, l] * vr[i, l]
            qr = gamma.real * pr - gamma.imag * pi
            qi = gamma.real * pi + gamma.imag * pr
            if mode == 0:
                yr[i, l] -= weight * (t[l] * hr[l] + (1.0 - t[l]) * qr)
                yi[i, l] -= weight * (t[l] * hi[l] + (1.0 - t[l]) * qi)
            else:
                yr[i, l] -= weight * (hr[l] - qr)
                yi[i, l] -= weight * (hi[l] - qi)
    if has_mu and mode == 0:
        for k in range(n):
            s = -weight if k < n_spins else weight
            for l in range(lanes):
                yr[n_spins, l] += s * (ur[k, l] * vr[k, l] - ui[k, l] * vi[k, l])
                yi[n_spins, l] += s * (ur[k, l] * vi[k, l] + ui[k, l] * vr[k, l])


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
            w = 1.0 / (1.0 + tau * (b1[l] + tau * b2[l]))
            # numerator coefficients c_k + b1 c_{k-1} + b2 c_{k-2}: the polynomial in powers of τ, regrouped by c_k
            e4 = tau**4
            e3 = tau**3 + b1[l] * e4
            e2 = tau**2 + b1[l] * tau**3 + b2[l] * e4
            e1 = tau + b1[l] * tau**2 + b2[l] * tau**3
            e0 = 1.0 + tau * (b1[l] + tau * b2[l])
            e4c = e4 * w
            e3 = e3 * w
            e2 = e2 * w
            e1 = e1 * w
            e0 = e0 * w
            for i in range(n):
                zr[i, l] = (
                    e0.real * sr[0, i, l]
                    - e0.imag * si[0, i, l]
                    + e1.real * sr[1, i, l]
                    - e1.imag * si[1, i, l]
                    + e2.real * sr[2, i, l]
                    - e2.imag * si[2, i, l]
                    + e3.real * sr[3, i, l]
                    - e3.imag * si[3, i, l]
                    + e4c.real * sr[4, i, l]
                    - e4c.imag * si[4, i, l]
                )
                zi[i, l] = (
                    e0.real * si[0, i, l]
                    + e0.imag * sr[0, i, l]
                    + e1.real * si[1, i, l]
                    + e1.imag * sr[1, i, l]
                    + e2.real * si[2, i, l]
                    + e2.imag * sr[2, i, l]
                    + e3.real * si[3, i, l]
                    + e3.imag * sr[3, i, l]
                    + e4c.real * si[4, i, l]
                    + e4c.imag * sr[4, i, l]
                )
        # correct: one Newton step
        _contract(tensor, matrix, vector, n_spins, has_mu, zr, zi, g0r, g0i)
        _jacobian(n_spins, has_mu, gamma, tp, g0r, g0i, zr, zi, jr, ji)
        _apply(n, n, jr, ji, zr, zi, dr, di)
        for i in range(n):
            for l in range(lanes):
                dr[i, l] *= 0.5
                di[i, l] *= 0.5
        for i in range(n_spins):
            for l in range(lanes):
                dr[i, l] -= 0.5 * zr[i, l]
                di[i, l] -= 0.5 * zi[i, l]
        _factor(n, jr, ji)
        _solve(n, jr, ji, dr, di)
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
                factor = 0.85 * (tolerance / (error + 1e-14)) ** 0.2
                h[l] *= min(max(factor, 0.5), 4.0)
            else:
                factor = 0.5
                if error < 1e3 * tolerance:
                    factor = 0.8 * (tolerance / error) ** 0.2
                h[l] *= min(factor, 0.6)
        if any_accepted:
            # the corrected point, and the series around it
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
                if k == 1:
                    _add_form(n_spins, has_mu, gamma, tp, 1.0, g0r, g0i, zr, zi, vr, vi, 1, nr[1], ni[1])
                elif k == 2:
                    _contract(tensor, matrix, vector, n_spins, has_mu, nr[1], ni[1], g1r, g1i)
                    _add_form(n_spins, has_mu, gamma, tp, 1.0, g1r, g1i, nr[1], ni[1], nr[1], ni[1], 0, nr[2], ni[2])
                    _add_form(n_spins, has_mu, gamma, tp, 2.0, g0r, g0i, zr, zi, nr[1], ni[1], 1, nr[2], ni[2])
                elif k == 3:
                    _add_form(n_spins, has_mu, gamma, tp, 2.0, g1r, g1i, nr[1], ni[1], nr[2], ni[2], 0, nr[3], ni[3])
                    _add_form(n_spins, has_mu, gamma, tp, 2.0, g0r, g0i, zr, zi, nr[2], ni[2], 1, nr[3], ni[3])
                    _add_form(n_spins, has_mu, gamma, tp, 1.0, g1r, g1i, nr[1], ni[1], nr[1], ni[1], 1, nr[3], ni[3])
                else:
                    _add_form(n_spins, has_mu, gamma, tp, 2.0, g1r, g1i, nr[1], ni[1], nr[3], ni[3], 0, nr[4], ni[4])
                    _add_form(n_spins, has_mu, gamma, tp, 2.0, g0r, g0i, zr, zi, nr[3], ni[3], 1, nr[4], ni[4])
                    _add_form(n_spins, has_mu, gamma, tp, 2.0, g1r, g1i, nr[1], ni[1], nr[2], ni[2], 1, nr[4], ni[4])
                    _contract(tensor, matrix, vector, n_spins, has_mu, nr[2], ni[2], g1r, g1i)
                    _add_form(n_spins, has_mu, gamma, tp, 1.0, g1r, g1i, nr[2], ni[2], nr[2], ni[2], 0, nr[4], ni[4])
                _solve(n, jr, ji, nr[k], ni[k])
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
