"""Linear algebra of many small complex systems in lockstep: the last axis of every array runs over the lanes.

Real and imaginary parts are separate arrays, so that each inner loop is vector arithmetic along contiguous lanes.
"""

from __future__ import annotations

from spinglass._jit import jit


@jit
def factor(n, ar, ai):  # type: ignore[no-untyped-def]
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
def solve(n, ar, ai, yr, yi):  # type: ignore[no-untyped-def]
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
