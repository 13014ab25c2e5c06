"""The predictor of the quadratic homotopies: Taylor series of many paths at a time, and their Padé approximants.

On a path, H(z(t), t) = Q_t(z, z) − L z = 0 with a quadratic form that is linear in t. The series c₀ + c₁τ + … follows
order by order from J c_k = −Σ Q(c_i, c_j) − Σ Q′(c_i, c_j), i + j = k with i, j >= 1 and i + j = k − 1, always with the
same Jacobian J. Arrays are those of `spinglass.landscape.symmetric_lanes`.
"""

from __future__ import annotations

import numpy as np

from spinglass._jit import jit
from spinglass.landscape.symmetric_lanes import LANES, add_product, multiply, set_product, solve


@jit
def _first_order(n_spins, gamma, t, inverse, z, d, form, f, c, r):  # type: ignore[no-untyped-def]
    """c₀ = z − d, and in r the right-hand side −(T − γF)(c₀, c₀) for c₁.

    The form at c₀ follows from the one at z and from J d = f, since J = 2t G(z) + 2(1 − t)γ diag(x) − 1.
    """
    for i in range(n_spins):
        x = z[i]
        e = d[i]
        q = form[i]
        v = f[i]
        c0 = c[0, i]
        y = r[i]
        for l in range(LANES):
            u = 2.0 * (1.0 - t[l])
            dr = u * (gamma.real * x[l] - gamma.imag * x[LANES + l]) - 1.0
            di = u * (gamma.real * x[LANES + l] + gamma.imag * x[l])
            er = e[l]
            ei = e[LANES + l]
            xr = x[l] - er
            xi = x[LANES + l] - ei
            sr = xr * xr - xi * xi
            si = 2.0 * xr * xi
            yr = gamma.real * sr - gamma.imag * si - q[l] + (v[l] - (dr * er - di * ei)) * inverse[l]
            yi = gamma.real * si + gamma.imag * sr - q[LANES + l] + (v[LANES + l] - (dr * ei + di * er)) * inverse[l]
            c0[l] = xr
            c0[LANES + l] = xi
            y[l] = yr
            y[LANES + l] = yi


@jit
def _next_order(n_spins, gamma, t, inverse, z, previous, form, square, form_before, square_before, r):  # type: ignore[no-untyped-def]
    """The right-hand side for c_k, in place of the one for c_{k−1} = `previous`.

    −(tS_k + (1 − t)γB_k) − (S_{k−1} − γB_{k−1}) − 2(G(z) − γ diag(x)) c_{k−1}, where S_k and B_k are the sums of the
    forms T and F over pairs of coefficients of positive order; 2t G(z)c_{k−1} follows from J c_{k−1} = r.
    """
    for i in range(n_spins):
        x = z[i]
        p = previous[i]
        s = form[i]
        b = square[i]
        s1 = form_before[i]
        b1 = square_before[i]
        y = r[i]
        for l in range(LANES):
            wr = 2.0 * (gamma.real * x[l] - gamma.imag * x[LANES + l]) - 1.0
            wi = 2.0 * (gamma.real * x[LANES + l] + gamma.imag * x[l])
            u = 1.0 - t[l]
            hr = u * b[l] - b1[l]
            hi = u * b[LANES + l] - b1[LANES + l]
            gr = t[l] * s[l] + s1[l] + gamma.real * hr - gamma.imag * hi
            gi = t[l] * s[LANES + l] + s1[LANES + l] + gamma.real * hi + gamma.imag * hr
            yr = (y[l] - (wr * p[l] - wi * p[LANES + l])) * inverse[l]
            yi = (y[LANES + l] - (wr * p[LANES + l] + wi * p[l])) * inverse[l]
            y[l] = -gr - yr
            y[LANES + l] = -gi - yi


@jit
def series(n_spins, has_mu, gamma, t, inverse, packed, z, d, f, g, a, pivots, forms, squares, r, c):  # type: ignore[no-untyped-def]
    """The corrected point z − d and the Taylor coefficients c of the path there.

    d is the Newton step at z, f the value of the equations, t the parameter and inverse 1/t; a and pivots hold the
    factors of the Jacobian, forms[0] the form G(z) z; d, f, g, squares and r become room to work in.
    """
    n = n_spins + 1 if has_mu else n_spins
    _first_order(n_spins, gamma, t, inverse, z, d, forms[0], f, c, r)
    if has_mu:
        for l in range(2 * LANES):
            c[0, n_spins, l] = z[n_spins, l] - d[n_spins, l]
            r[n_spins, l] = 0.0
    c1 = c[1]
    c2 = c[2]
    for i in range(n_spins):
        for l in range(2 * LANES):
            forms[0, i, l] = 0.0
            squares[0, i, l] = 0.0
    for k in range(1, 5):
        if k > 1:
            before = c[k - 1]
            form = forms[(k - 1) % 2]
            square = squares[(k - 1) % 2]
            factor_of_pair = 1.0 if k == 2 else 2.0
            for i in range(n):
                for l in range(2 * LANES):
                    d[i, l] = factor_of_pair * before[i, l]
            if k == 2:
                np.dot(packed, c1, g)
            multiply(n_spins, has_mu, g, d, form)
            for i in range(n):
                set_product(square[i], c1[i], d[i])
            if k == 4:
                np.dot(packed, c2, g)
                multiply(n_spins, has_mu, g, c2, f)
                for i in range(n):
                    add_product(square[i], c2[i], c2[i])
                for i in range(n_spins):
                    for l in range(2 * LANES):
                        form[i, l] += f[i, l]
            _next_order(n_spins, gamma, t, inverse, z, before, form, square, forms[k % 2], squares[k % 2], r)
            if has_mu:
                last = r[n_spins]
                for l in range(2 * LANES):
                    last[l] = square[n_spins, l]
                for i in range(n_spins):
                    for l in range(2 * LANES):
                        last[l] -= square[i, l]
        y = c[k]
        for i in range(n):
            for l in range(2 * LANES):
                y[i, l] = r[i, l]
        solve(n_spins, has_mu, a, pivots, y)


@jit
def moments_of(n, c, moments):  # type: ignore[no-untyped-def]
    """Sums over the unknowns of |c₂|², |c₃|², |c₄|², c̄₂c₃, c̄₂c₄, c̄₃c₄ in all lanes."""
    for row in range(9):
        for l in range(LANES):
            moments[row, l] = 0.0
    for i in range(n):
        x = c[2, i]
        y = c[3, i]
        z = c[4, i]
        for l in range(LANES):
            xr = x[l]
            xi = x[LANES + l]
            yr = y[l]
            yi = y[LANES + l]
            zr = z[l]
            zi = z[LANES + l]
            moments[0, l] += xr * xr + xi * xi
            moments[1, l] += yr * yr + yi * yi
            moments[2, l] += zr * zr + zi * zi
            moments[3, l] += xr * yr + xi * yi
            moments[4, l] += xr * yi - xi * yr
            moments[5, l] += xr * zr + xi * zi
            moments[6, l] += xr * zi - xi * zr
            moments[7, l] += yr * zr + yi * zi
            moments[8, l] += yr * zi - yi * zr


@jit
def denominator(lane, moments):  # type: ignore[no-untyped-def]
    """b₁, b₂ of the common denominator 1 + b₁τ + b₂τ²: least squares of c₄ + b₁c₃ + b₂c₂ over the unknowns.

    The third number is the length of that vector, but not less than a tenth of |c₄|.
    """
    a22 = moments[0, lane]
    a33 = moments[1, lane]
    a23 = complex(moments[3, lane], moments[4, lane])
    f2 = complex(moments[5, lane], moments[6, lane])
    f3 = complex(moments[7, lane], moments[8, lane])
    det = a22 * a33 - (a23.real * a23.real + a23.imag * a23.imag)
    b1 = 0j
    b2 = 0j
    if det > 1e-12 * a22 * a33:
        b1 = (a23.conjugate() * f2 - a22 * f3) / det
        b2 = (a23 * f3 - a33 * f2) / det
    elif a33 > 0.0:
        b1 = -f3 / a33
    left = moments[2, lane] + (f3.conjugate() * b1 + f2.conjugate() * b2).real
    return b1, b2, np.sqrt(max(left, 0.01 * moments[2, lane]))


@jit
def predict(n, h, e, s, z):  # type: ignore[no-untyped-def]
    """z at h from the coefficients s; the rows of e are the weights of the last two.

    The numerator of the approximant with denominator 1 + b₁τ + b₂τ² has the coefficients c_k + b₁c_{k−1} + b₂c_{k−2},
    k <= 4; in the sum by c_k all but the last two terms are those of the Taylor polynomial.
    """
    for i in range(n):
        y = z[i]
        s0 = s[0, i]
        s1 = s[1, i]
        s2 = s[2, i]
        for l in range(LANES):
            y[l] = s0[l] + h[l] * (s1[l] + h[l] * s2[l])
            y[LANES + l] = s0[LANES + l] + h[l] * (s1[LANES + l] + h[l] * s2[LANES + l])
        add_product(y, e[0], s[3, i])
        add_product(y, e[1], s[4, i])
