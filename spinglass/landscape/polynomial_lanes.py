"""The homogeneous equations and their power series along many paths in lockstep; the last axis runs over the lanes.

A(z, t) = (1 − t) S″ + t Φ″ is the derivative matrix of the gradient of the homotopy, the rows of x, and B = Φ″ − S″ its
derivative with respect to t. Along a path t + τ, z(τ) = Σ_k z_k τ^k the gradient has, with the coefficients A^i, B^i of
A(z(τ), t) and B(z(τ)), the coefficient of order k

    A⁰z_k + (1/k) Σ_{0<i<k} (k − i) A^i z_{k−i} + (1/(k − 1)) Σ_{i<k−1} (k − 1 − i) B^i z_{k−1−i},

and B⁰z_0/(d − 1) in place of the last sum for k = 1. A^i is linear in the coefficients of the monomials.
"""

from __future__ import annotations

import numpy as np

from spinglass._jit import jit

LANES = 32


@jit
def monomial_series(order, parent, variable, zr, zi, m):  # type: ignore[no-untyped-def]
    """Coefficient `order` of the power series of all monomials, from those of the unknowns, z[order, unknown, lane].

    A row of m holds the real parts of all lanes, then the imaginary parts.
    """
    m[order, 0, :LANES] = 1.0 if order == 0 else 0.0
    m[order, 0, LANES:] = 0.0
    for a in range(1, len(parent)):
        b = parent[a]
        v = variable[a]
        row = m[order, a]
        if v < 0:
            row[:] = m[order, b]
            continue
        row[:] = 0.0
        for s in range(order + 1):
            if b == 0 and s > 0:
                continue
            factor = m[s, b]
            xr = zr[order - s, v]
            xi = zi[order - s, v]
            for l in range(LANES):
                row[l] += factor[l] * xr[l] - factor[LANES + l] * xi[l]
                row[LANES + l] += factor[l] * xi[l] + factor[LANES + l] * xr[l]


@jit
def derivative_series(n_spins, nz, degree, p, table, c, bends, diagonal, start_bends, m, g, t, ar, ai, br, bi):  # type: ignore[no-untyped-def]
    """One coefficient of A = (1 − t) S″ + t Φ″ and of B = Φ″ − S″, the rows of x, from those of the monomials.

    g is room for Φ″, by rows as in `spinglass.landscape.packed`.
    """
    diagonal_at, edge_at, bends_at, first = table
    np.dot(c, m[first:bends_at], g)
    last = n_spins - 1
    row = 0
    edge = n_spins * (n_spins + 1) // 2
    for i in range(n_spins):
        for k in range(i, nz):
            if k < n_spins:
                source = g[row]
                row += 1
            else:
                source = g[edge + i]
            for l in range(LANES):
                br[i, k, l] = source[l]
                bi[i, k, l] = source[LANES + l]
                ar[i, k, l] = t[l] * source[l]
                ai[i, k, l] = t[l] * source[LANES + l]
    for i in range(n_spins):
        for side in range(2):
            if side == 0:
                a = diagonal_at[i]
                s = (p - 1) * diagonal[i]
                k = i
            else:
                a = edge_at[i]
                s = (degree - p) * diagonal[i]
                k = n_spins
            if a >= 0 and k < nz:
                _add_term(0.0, s, m[a], t, ar[i, k], ai[i, k], br[i, k], bi[i, k])
    for f in range(bends.shape[1]):
        for side in range(2):
            k = last + side
            _add_term(
                bends[side, f],
                start_bends[side, f],
                m[bends_at + f],
                t,
                ar[last, k],
                ai[last, k],
                br[last, k],
                bi[last, k],
            )
    for i in range(n_spins):
        for k in range(i):
            for l in range(LANES):
                ar[i, k, l] = ar[k, i, l]
                ai[i, k, l] = ai[k, i, l]
                br[i, k, l] = br[k, i, l]
                bi[i, k, l] = bi[k, i, l]


@jit
def _add_term(target, start, m, t, ar, ai, br, bi):  # type: ignore[no-untyped-def]
    """Add a monomial with its real coefficient in Φ″ and its complex one in S″ to an entry of A and B."""
    for l in range(LANES):
        sr = start.real * m[l] - start.imag * m[LANES + l]
        si = start.real * m[LANES + l] + start.imag * m[l]
        tr = target * m[l]
        ti = target * m[LANES + l]
        ar[l] += t[l] * tr + (1.0 - t[l]) * sr
        ai[l] += t[l] * ti + (1.0 - t[l]) * si
        br[l] += tr - sr
        bi[l] += ti - si


@jit
def _subtract_product(n_spins, nz, factor, ar, ai, zr, zi, yr, yi):  # type: ignore[no-untyped-def]
    """y −= factor A z in the rows of x."""
    lanes = zr.shape[1]
    for i in range(n_spins):
        for k in range(nz):
            for l in range(lanes):
                yr[i, l] -= factor * (ar[i, k, l] * zr[k, l] - ai[i, k, l] * zi[k, l])
                yi[i, l] -= factor * (ar[i, k, l] * zi[k, l] + ai[i, k, l] * zr[k, l])


@jit
def bordered(n_spins, nz, ar, ai, zr, zi, jr, ji):  # type: ignore[no-untyped-def]
    """The matrix of Newton's method in the rows x, μ, patch and the columns x, μ, λ.

    A multiple of the patch's row is added to the others: where λ = 0 the block before the border would be singular.
    """
    lanes = zr.shape[1]
    for i in range(n_spins):
        for k in range(nz):
            for l in range(lanes):
                jr[i, k, l] = ar[i, k, l]
                ji[i, k, l] = ai[i, k, l]
        for l in range(lanes):
            jr[i, i, l] -= zr[nz, l]
            ji[i, i, l] -= zi[nz, l]
            jr[i, nz, l] = -zr[i, l]
            ji[i, nz, l] = -zi[i, l]
    if nz > n_spins:
        for k in range(nz):
            s = 2.0 if k < n_spins else -2.0
            for l in range(lanes):
                jr[n_spins, k, l] = s * zr[k, l]
                ji[n_spins, k, l] = s * zi[k, l]
        for l in range(lanes):
            jr[n_spins, nz, l] = 0.0
            ji[n_spins, nz, l] = 0.0
    for k in range(nz):
        for l in range(lanes):
            jr[nz, k, l] = zr[k, l]
            ji[nz, k, l] = -zi[k, l]
    for l in range(lanes):
        jr[nz, nz, l] = 0.0
        ji[nz, nz, l] = 0.0
        size = np.sqrt(zr[nz, l] ** 2 + zi[nz, l] ** 2) + 1e-290
        pr = zr[nz, l] / size
        pi = zi[nz, l] / size
        for i in range(nz):
            fr = pr * zr[i, l] - pi * zi[i, l]
            fi = pr * zi[i, l] + pi * zr[i, l]
            for k in range(nz):
                jr[i, k, l] += fr * zr[k, l] + fi * zi[k, l]
                ji[i, k, l] += fi * zr[k, l] - fr * zi[k, l]


@jit
def residual(n_spins, nz, degree, ar, ai, zr, zi, dr, di):  # type: ignore[no-untyped-def]
    """The equations at z by Euler's identity: A z/(d − 1) − λ x, x·x − μ², and 0 for the patch."""
    lanes = zr.shape[1]
    for i in range(nz + 1):
        for l in range(lanes):
            dr[i, l] = 0.0
            di[i, l] = 0.0
    _subtract_product(n_spins, nz, -1.0 / (degree - 1), ar, ai, zr, zi, dr, di)
    for i in range(n_spins):
        for l in range(lanes):
            dr[i, l] -= zr[nz, l] * zr[i, l] - zi[nz, l] * zi[i, l]
            di[i, l] -= zr[nz, l] * zi[i, l] + zi[nz, l] * zr[i, l]
    if nz > n_spins:
        for k in range(nz):
            s = 1.0 if k < n_spins else -1.0
            for l in range(lanes):
                dr[n_spins, l] += s * (zr[k, l] * zr[k, l] - zi[k, l] * zi[k, l])
                di[n_spins, l] += s * 2.0 * zr[k, l] * zi[k, l]


@jit
def right_side(k, n_spins, nz, degree, ar, ai, br, bi, zr, zi, yr, yi):  # type: ignore[no-untyped-def]
    """The right-hand side of order k of the path's series, from the orders below: a[order], b[order], z[order]."""
    lanes = zr.shape[2]
    for i in range(nz + 1):
        for l in range(lanes):
            yr[i, l] = 0.0
            yi[i, l] = 0.0
    if k == 1:
        _subtract_product(n_spins, nz, 1.0 / (degree - 1), br[0], bi[0], zr[0], zi[0], yr, yi)
        return
    for i in range(1, k):
        _subtract_product(n_spins, nz, (k - i) / k, ar[i], ai[i], zr[k - i], zi[k - i], yr, yi)
    for i in range(k - 1):
        s = (k - 1 - i) / (k - 1)
        _subtract_product(n_spins, nz, s, br[i], bi[i], zr[k - 1 - i], zi[k - 1 - i], yr, yi)
    for s in range(1, k):
        for i in range(n_spins):
            for l in range(lanes):
                yr[i, l] += zr[s, nz, l] * zr[k - s, i, l] - zi[s, nz, l] * zi[k - s, i, l]
                yi[i, l] += zr[s, nz, l] * zi[k - s, i, l] + zi[s, nz, l] * zr[k - s, i, l]
        if nz > n_spins:
            for j in range(nz):
                sign = -1.0 if j < n_spins else 1.0
                for l in range(lanes):
                    yr[n_spins, l] += sign * (zr[s, j, l] * zr[k - s, j, l] - zi[s, j, l] * zi[k - s, j, l])
                    yi[n_spins, l] += sign * (zr[s, j, l] * zi[k - s, j, l] + zi[s, j, l] * zr[k - s, j, l])
