"""Homotopy continuation for the homogeneous equations of critical points of any degree, many paths at a time.

Unknowns: z = (x, μ) as a point of projective space, and λ (`HomogeneousSystem`):

    (1 − t) ∂S/∂x + t ∂Φ/∂x = λ x,    μ² = x·x,

with the start system S = Σ_i c_i μ^{d−p} x_i^p/p, and for fields of a degree j > p in coordinates with e = e_N
S = Σ_{i<N} c_i μ^{d−p} x_i^p/p + g(x_N, μ). Nothing lies at infinity in these unknowns, except μ = 0 where a system has
fewer solutions than its family. Every step works in its own affine patch, the hyperplane through the predicted point
orthogonal to it, at |z| = 1.

The predictor is a Padé approximant [4/2] with one denominator for all unknowns, from the path's Taylor series to order
four (compare Telen, Van Barel, Verschelde, SISC 2020), which comes from those of the monomials
(`spinglass.landscape.polynomial_lanes`). The corrector is one Newton step, and the next series uses its LU factors.
`LANES` paths run in lockstep, each with its own step. The factorisation does not pivot: a complex path meets a
vanishing pivot with probability zero, and a bad one only costs a rejected step.
"""

from __future__ import annotations

import numpy as np

from spinglass._jit import jit
from spinglass.landscape.lanes import factor, solve
from spinglass.landscape.polynomial_lanes import (
    LANES,
    bordered,
    derivative_series,
    monomial_series,
    residual,
    right_side,
)

ORDER = 4


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
def _predict(nz, degree, lane, tau, b1, b2, sr, si, zr, zi):  # type: ignore[no-untyped-def]
    """(z, λ) at τ from the coefficients c₀ … c₄ and the denominator 1 + b₁τ + b₂τ² of one lane, at |z| = 1.

    The numerator has the coefficients c_k + b₁c_{k−1} + b₂c_{k−2}, k <= 4; in the sum by c_k all but the last two terms
    are those of the Taylor polynomial.
    """
    w = 1.0 / (1.0 + tau * (b1 + tau * b2))
    e4 = tau**4 * w
    e3 = tau**3 * (1.0 + b1 * tau) * w
    size = 0.0
    for i in range(nz + 1):
        z = complex(sr[0, i, lane], si[0, i, lane])
        z += tau * complex(sr[1, i, lane], si[1, i, lane])
        z += tau * tau * complex(sr[2, i, lane], si[2, i, lane])
        z += e3 * complex(sr[3, i, lane], si[3, i, lane])
        z += e4 * complex(sr[4, i, lane], si[4, i, lane])
        zr[i, lane] = z.real
        zi[i, lane] = z.imag
        if i < nz:
            size += z.real * z.real + z.imag * z.imag
    scale = 1.0 / np.sqrt(size)
    for i in range(nz):
        zr[i, lane] *= scale
        zi[i, lane] *= scale
    power = scale ** (degree - 2)
    zr[nz, lane] *= power
    zi[nz, lane] *= power


@jit
def _load(start, number, lane, sr, si):  # type: ignore[no-untyped-def]
    """Put the start point of a path into a lane."""
    for i in range(start.shape[1]):
        for k in range(sr.shape[0]):
            sr[k, i, lane] = 0.0
            si[k, i, lane] = 0.0
        sr[0, i, lane] = start[number, i].real
        si[0, i, lane] = start[number, i].imag


@jit
def _judge(nz, tolerance, dr, di, zr, zi, t, t_next, h, count, moved, accepted):  # type: ignore[no-untyped-def]
    """Accept the predictions with small Newton steps, and choose the next step in t of each lane; whether any was."""
    any_accepted = False
    for l in range(len(t)):
        move = (dr[nz, l] ** 2 + di[nz, l] ** 2) / (1.0 + zr[nz, l] ** 2 + zi[nz, l] ** 2)
        for i in range(nz):
            move += dr[i, l] * dr[i, l] + di[i, l] * di[i, l]
        error = np.sqrt(move)
        count[l] += 1
        moved[l] = error
        accepted[l] = error <= tolerance
        if accepted[l]:
            any_accepted = True
            t[l] = t_next[l]
            growth = 0.85 * (tolerance / (error + 1e-14)) ** 0.2
            h[l] *= min(max(growth, 0.5), 4.0)
        else:
            growth = 0.5
            if error < 1e3 * tolerance:
                growth = 0.8 * (tolerance / error) ** 0.2
            h[l] *= min(growth, 0.6)
    return any_accepted


@jit
def track(  # type: ignore[no-untyped-def]
    n_spins,
    degree,
    p,
    parent,
    variable,
    table,
    c,
    bends,
    diagonal,
    start_bends,
    start,
    paths,
    tolerance,
    reach,
    max_steps,
    out,
    status,
    steps,
):
    """Track the numbered paths from t = 0 to t = 1; fills out[path] = (z, λ) at |z| = 1, status[path], steps[path].

    parent, variable, table, c, bends : the packed system (`spinglass.landscape.packed`); table = (diagonal, edge,
    bends, first). diagonal, start_bends : c_i and g of the start system; start[path] = (z, λ) its solutions.
    tolerance : the largest Newton step that accepts a prediction, at |z| = 1. reach : the largest step in units of the
    series' radius of convergence. status : 1 arrived, 0 failed.
    """
    n = start.shape[1]
    nz = n - 1
    sr = np.zeros((ORDER + 1, n, LANES))  # Taylor coefficients of each lane's path
    si = np.zeros((ORDER + 1, n, LANES))
    yr = np.zeros((ORDER + 1, n, LANES))  # the series being made, from the predicted point
    yi = np.zeros((ORDER + 1, n, LANES))
    m = np.zeros((ORDER, len(parent), 2 * LANES))
    g = np.zeros((c.shape[0], 2 * LANES))
    ar = np.zeros((ORDER, n_spins, nz, LANES))
    ai = np.zeros((ORDER, n_spins, nz, LANES))
    br = np.zeros((ORDER, n_spins, nz, LANES))
    bi = np.zeros((ORDER, n_spins, nz, LANES))
    dr = np.zeros((n, LANES))
    di = np.zeros((n, LANES))
    jr = np.zeros((n, n, LANES))
    ji = np.zeros((n, n, LANES))
    t = np.zeros(LANES)
    h = np.zeros(LANES)
    t_next = np.zeros(LANES)
    b1 = np.zeros(LANES, np.complex128)
    b2 = np.zeros(LANES, np.complex128)
    lane_path = np.full(LANES, -1)
    count = np.zeros(LANES, np.int64)
    extra = np.zeros(LANES, np.int64)
    moved = np.zeros(LANES)
    accepted = np.zeros(LANES, np.bool_)
    waiting = 0
    active = 0
    for l in range(LANES):
        number = paths[0]
        if waiting < len(paths):
            number = paths[waiting]
            lane_path[l] = number
            waiting += 1
            active += 1
        _load(start, number, l, sr, si)
    while active > 0:
        for l in range(LANES):
            tau = h[l]
            if tau >= 1.0 - t[l]:
                tau = 1.0 - t[l]
                t_next[l] = 1.0
            else:
                t_next[l] = t[l] + tau
            h[l] = tau
            _predict(nz, degree, l, tau, b1[l], b2[l], sr, si, yr[0], yi[0])
        any_accepted = True
        for k in range(ORDER):
            monomial_series(k, parent, variable, yr, yi, m)
            derivative_series(
                n_spins,
                nz,
                degree,
                p,
                table,
                c,
                bends,
                diagonal,
                start_bends,
                m[k],
                g,
                t_next,
                ar[k],
                ai[k],
                br[k],
                bi[k],
            )
            if k == 0:  # correct: one Newton step
                residual(n_spins, nz, degree, ar[0], ai[0], yr[0], yi[0], dr, di)
                bordered(n_spins, nz, ar[0], ai[0], yr[0], yi[0], jr, ji)
                factor(n, jr, ji)
                solve(n, jr, ji, dr, di)
                any_accepted = _judge(nz, tolerance, dr, di, yr[0], yi[0], t, t_next, h, count, moved, accepted)
            if not any_accepted:
                break
            right_side(k + 1, n_spins, nz, degree, ar, ai, br, bi, yr, yi, yr[k + 1], yi[k + 1])
            solve(n, jr, ji, yr[k + 1], yi[k + 1])
        for l in range(LANES):
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
                    sr[0, i, l] = yr[0, i, l] - dr[i, l]
                    si[0, i, l] = yi[0, i, l] - di[i, l]
                    for k in range(1, ORDER + 1):
                        sr[k, i, l] = yr[k, i, l]
                        si[k, i, l] = yi[k, i, l]
                    size3 += yr[3, i, l] ** 2 + yi[3, i, l] ** 2
                    size4 += yr[4, i, l] ** 2 + yi[4, i, l] ** 2
                finite = size4 < 1e280
                b1[l], b2[l] = _denominator(n, l, sr, si)
                radius = np.sqrt((size3 + 1e-20) / (size4 + 1e-20))  # λ may be linear in t, at N = 1
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
                number = paths[0]
                if waiting < len(paths):
                    number = paths[waiting]
                    lane_path[l] = number
                    waiting += 1
                else:
                    lane_path[l] = -1
                    active -= 1
                _load(start, number, l, sr, si)
