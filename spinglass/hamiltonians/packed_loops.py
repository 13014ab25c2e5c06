"""Compiled loops over packed symmetric tensors.

A packed tensor of degree d holds one number per multiset i₁ ≤ … ≤ i_d, in lexicographic order. All multisets (i, J)
that begin with i form the slab of i. Their J are those without an index below i, the end of the packed order of degree
d − 1: a slab is a contiguous row of a staircase-shaped matrix with the columns J.

Indices are unsigned: a signed index would be tested for counting from the end at every element, which stops the
compiler from using vector instructions.
"""

from __future__ import annotations

import numpy as np

from spinglass._jit import jit

U = np.uint64


@jit
def heads(entries, starts, runs, monomials, points, rows, sums):  # type: ignore[no-untyped-def]
    """The multisets (i, J) with J beginning with i: rows[a, J] += w_i S/r, sums[b, i] += Σ_J P_J S/r.

    r is the number of leading indices equal to i; runs[r, i] counts the multisets of slab i with at least r of them.
    """
    degree = U(runs.shape[0] - 1)
    n = U(points.shape[1])
    for i in range(n):
        s, column, done = starts[degree, i], starts[degree - U(1), i], U(0)
        for q in range(degree - U(1)):
            r = degree - q
            end = runs[r, i]
            share = 1.0 / np.float64(r)
            for a in range(U(points.shape[0])):
                factor = share * points[a, i]
                for k in range(done, end):
                    rows[a, column + k] += factor * entries[s + k]
            for b in range(U(monomials.shape[0])):
                total = 0.0
                for k in range(done, end):
                    total += monomials[b, column + k] * entries[s + k]
                sums[b, i] += share * total
            done = end


@jit
def tails(entries, starts, degree, monomials, points, rows, sums, tile):  # type: ignore[no-untyped-def]
    """The multisets (i, J) with J > i: rows[a, J] += w_i S, sums[b, i] += Σ_J P_J S, each entry read once."""
    n, size = U(points.shape[1]), U(monomials.shape[1])
    lower = degree - U(1)
    first = U(0)
    while first < size:
        last = min(first + tile, size)
        for i in range(n):
            column = max(first, starts[lower, i + U(1)])
            if column >= last:
                break
            s = starts[degree, i] + (column - starts[lower, i])
            while column < last:
                count = min(U(512), last - column)
                for b in range(U(monomials.shape[0])):
                    a0, a1, a2, a3 = 0.0, 0.0, 0.0, 0.0
                    a4, a5, a6, a7 = 0.0, 0.0, 0.0, 0.0
                    p, q = s, column
                    for _ in range(count >> U(3)):
                        a0 += entries[p] * monomials[b, q]
                        a1 += entries[p + U(1)] * monomials[b, q + U(1)]
                        a2 += entries[p + U(2)] * monomials[b, q + U(2)]
                        a3 += entries[p + U(3)] * monomials[b, q + U(3)]
                        a4 += entries[p + U(4)] * monomials[b, q + U(4)]
                        a5 += entries[p + U(5)] * monomials[b, q + U(5)]
                        a6 += entries[p + U(6)] * monomials[b, q + U(6)]
                        a7 += entries[p + U(7)] * monomials[b, q + U(7)]
                        p += U(8)
                        q += U(8)
                    rest = 0.0
                    for k in range(count & U(7)):
                        rest += entries[p + k] * monomials[b, q + k]
                    sums[b, i] += (((a0 + a4) + (a1 + a5)) + ((a2 + a6) + (a3 + a7))) + rest
                for a in range(U(points.shape[0])):
                    factor = points[a, i]
                    for k in range(count):
                        rows[a, column + k] += factor * entries[s + k]
                column += count
                s += count
        first = last


@jit
def raise_monomials(lower, starts, runs, point, result):  # type: ignore[no-untyped-def]
    """From orderings × w_J of degree d − 1 those of degree d: P_(i, J) += (d/r) w_i P_J, with r leading i."""
    degree = U(runs.shape[0] - 1)
    for i in range(U(point.shape[0])):
        s, column, done = starts[degree, i], starts[degree - U(1), i], U(0)
        for q in range(degree):
            r = degree - q
            end = runs[r, i]
            factor = point[i] * (np.float64(degree) / np.float64(r))
            for k in range(done, end):
                result[s + k] += factor * lower[column + k]
            done = end


@jit
def contract(entries, starts, degree, point, result):  # type: ignore[no-untyped-def]
    """result_J += Σ_l S_(J ∪ l) w_l: the packed tensor of degree d − 1 left when one slot is filled with w; d >= 2."""
    n = U(point.shape[0])
    q = degree - U(1)
    index = np.zeros(q, dtype=np.uint64)
    position = U(0)
    row = U(0)  # of the multiset `index` in the packed order of degree d − 1
    while True:
        last = index[q - U(1)]
        count = n - last
        total = 0.0
        for k in range(count):
            total += entries[position + k] * point[last + k]
        result[row] += total
        for t in range(q):
            value = index[t]
            if t + U(1) < q and index[t + U(1)] == value:
                continue  # one removal per distinct index
            before, start = U(0), U(0)
            for u in range(q):  # the place of `index` without entry t, followed by k
                if u != t:
                    remaining = q - u if u < t else degree - u
                    start += starts[remaining, index[u]] - starts[remaining, before]
                    before = index[u]
            start -= before
            skip = U(1) if value == last else U(0)  # k = last: that removal was counted in `total`
            factor = point[value]
            for k in range(last + skip, n):
                result[start + k] += factor * entries[position + (k - last)]
        position += count
        row += U(1)
        t = q
        while t > U(0) and index[t - U(1)] == n - U(1):
            t -= U(1)
        if t == U(0):
            return
        value = index[t - U(1)] + U(1)
        for u in range(t - U(1), q):
            index[u] = value


@jit
def scale_by_orderings(entries, n_spins, degree):  # type: ignore[no-untyped-def]
    """Divide each entry by the root of the number of orderings of its multiset."""
    n = n_spins
    q = degree - U(1)
    index = np.zeros(q, dtype=np.uint64)
    position = U(0)
    while True:
        orderings, run = 1.0, 1.0
        for t in range(U(1), q):
            run = run + 1.0 if index[t] == index[t - U(1)] else 1.0
            orderings = orderings * np.float64(t + U(1)) / run
        last = index[q - U(1)]
        entries[position] *= 1.0 / np.sqrt(orderings * np.float64(degree) / (run + 1.0))
        factor = 1.0 / np.sqrt(orderings * np.float64(degree))
        for k in range(U(1), n - last):
            entries[position + k] *= factor
        position += n - last
        t = q
        while t > U(0) and index[t - U(1)] == n - U(1):
            t -= U(1)
        if t == U(0):
            return
        value = index[t - U(1)] + U(1)
        for u in range(t - U(1), q):
            index[u] = value


@jit
def unpack_matrix(entries, result, factor):  # type: ignore[no-untyped-def]
    """The symmetric matrix factor × S of a packed tensor of degree two."""
    n = U(result.shape[0])
    position = U(0)
    for i in range(n):
        for j in range(i, n):
            value = factor * entries[position + (j - i)]
            result[i, j] = value
            result[j, i] = value
        position += n - i
