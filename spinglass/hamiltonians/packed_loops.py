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


_LANES = 96  # partial sums per slab: a loop over them is one that the compiler turns into vector instructions;
# eight slabs' worth must not come to lie 4096 bytes apart, where a load waits for the wrong store
_TILE = 1 << 16  # columns that all slabs pass before the next ones: what they share stays in the cache


@jit
def _dot(entries, s, values, start, count):  # type: ignore[no-untyped-def]
    """Σ_k entries[s + k] values[start + k], k < count, as eight sums."""
    a0, a1, a2, a3, a4, a5, a6, a7 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    p, q = s, start
    for _ in range(count >> U(3)):
        a0 += entries[p] * values[q]
        a1 += entries[p + U(1)] * values[q + U(1)]
        a2 += entries[p + U(2)] * values[q + U(2)]
        a3 += entries[p + U(3)] * values[q + U(3)]
        a4 += entries[p + U(4)] * values[q + U(4)]
        a5 += entries[p + U(5)] * values[q + U(5)]
        a6 += entries[p + U(6)] * values[q + U(6)]
        a7 += entries[p + U(7)] * values[q + U(7)]
        p += U(8)
        q += U(8)
    rest = 0.0
    for k in range(count & U(7)):
        rest += entries[p + k] * values[q + k]
    return (((a0 + a4) + (a1 + a5)) + ((a2 + a6) + (a3 + a7))) + rest


@jit
def _total(lanes, start):  # type: ignore[no-untyped-def]
    """The sum of the lanes from `start` on, which are set to zero again."""
    a0, a1, a2, a3 = 0.0, 0.0, 0.0, 0.0
    for h in range(U(_LANES) >> U(2)):
        k = start + (h << U(2))
        a0 += lanes[k]
        a1 += lanes[k + U(1)]
        a2 += lanes[k + U(2)]
        a3 += lanes[k + U(3)]
    for h in range(U(_LANES)):
        lanes[start + h] = 0.0
    return (a0 + a1) + (a2 + a3)


@jit
def heads(entries, starts, runs, monomials, point, row, sums):  # type: ignore[no-untyped-def]
    """The multisets (i, J) with J beginning with i: row[J] += w_i S/r, sums[i] += Σ_J P_J S/r.

    r is the number of leading indices equal to i; runs[r, i] counts the multisets of slab i with at least r of them.
    """
    degree = U(runs.shape[0] - 1)
    for i in range(U(point.shape[0])):
        s, column, done = starts[degree, i], starts[degree - U(1), i], U(0)
        for q in range(degree - U(1)):
            r = degree - q
            end = runs[r, i]
            share = 1.0 / np.float64(r)
            factor = share * point[i]
            sums[i] += share * _dot(entries, s + done, monomials, column + done, end - done)
            for k in range(done, end):
                row[column + k] += factor * entries[s + k]
            done = end


@jit
def tails(entries, starts, degree, monomials, point, row, sums):  # type: ignore[no-untyped-def]
    """The multisets (i, J) with J > i: row[J] += w_i S, sums[i] += Σ_J P_J S; four slabs at a time, each entry once."""
    n, size = U(point.shape[0]), U(monomials.shape[0])
    lower = degree - U(1)
    lanes = np.zeros(4 * _LANES)
    first = U(0)
    while first < size:
        last = min(first + U(_TILE), size)
        i = U(0)
        while i < n and starts[lower, i + U(1)] < last:
            together = U(4) if i + U(4) <= n else U(1)
            column = max(first, starts[lower, i + together])  # from here on all of them go together
            if together == U(1) or column >= last:
                together, column = U(1), last
            for b in range(i, i + together):
                begin = max(first, starts[lower, b + U(1)])
                if begin < column:
                    s = starts[degree, b] + (begin - starts[lower, b])
                    sums[b] += _dot(entries, s, monomials, begin, column - begin)
                    factor = point[b]
                    for k in range(column - begin):
                        row[begin + k] += factor * entries[s + k]
            if column < last:
                s0 = starts[degree, i] + (column - starts[lower, i])
                s1 = starts[degree, i + U(1)] + (column - starts[lower, i + U(1)])
                s2 = starts[degree, i + U(2)] + (column - starts[lower, i + U(2)])
                s3 = starts[degree, i + U(3)] + (column - starts[lower, i + U(3)])
                w0, w1, w2, w3 = point[i], point[i + U(1)], point[i + U(2)], point[i + U(3)]
                while column < last:
                    count = min(U(_LANES), last - column)
                    for k in range(count):
                        x0, x1, x2, x3 = entries[s0 + k], entries[s1 + k], entries[s2 + k], entries[s3 + k]
                        y = monomials[column + k]
                        row[column + k] += (w0 * x0 + w1 * x1) + (w2 * x2 + w3 * x3)
                        lanes[k] += x0 * y
                        lanes[U(_LANES) + k] += x1 * y
                        lanes[U(2 * _LANES) + k] += x2 * y
                        lanes[U(3 * _LANES) + k] += x3 * y
                    column += count
                    s0 += count
                    s1 += count
                    s2 += count
                    s3 += count
                for b in range(U(4)):
                    sums[i + b] += _total(lanes, b * U(_LANES))
            i += together
        first = last


@jit
def tails_along(entries, starts, degree, p0, p1, w, v, row0, row1, sums0, sums1):  # type: ignore[no-untyped-def]
    """`tails` for two points w and v and two families of monomials with one look at each entry."""
    n, size = U(w.shape[0]), U(p0.shape[0])
    lower = degree - U(1)
    lanes = np.zeros(8 * _LANES)
    first = U(0)
    while first < size:
        last = min(first + U(_TILE), size)
        i = U(0)
        while i < n and starts[lower, i + U(1)] < last:
            together = U(4) if i + U(4) <= n else U(1)
            column = max(first, starts[lower, i + together])
            if together == U(1) or column >= last:
                together, column = U(1), last
            for b in range(i, i + together):
                begin = max(first, starts[lower, b + U(1)])
                if begin < column:
                    s = starts[degree, b] + (begin - starts[lower, b])
                    sums0[b] += _dot(entries, s, p0, begin, column - begin)
                    sums1[b] += _dot(entries, s, p1, begin, column - begin)
                    factor0, factor1 = w[b], v[b]
                    for k in range(column - begin):
                        row0[begin + k] += factor0 * entries[s + k]
                        row1[begin + k] += factor1 * entries[s + k]
            if column < last:
                s0 = starts[degree, i] + (column - starts[lower, i])
                s1 = starts[degree, i + U(1)] + (column - starts[lower, i + U(1)])
                s2 = starts[degree, i + U(2)] + (column - starts[lower, i + U(2)])
                s3 = starts[degree, i + U(3)] + (column - starts[lower, i + U(3)])
                w0, w1, w2, w3 = w[i], w[i + U(1)], w[i + U(2)], w[i + U(3)]
                v0, v1, v2, v3 = v[i], v[i + U(1)], v[i + U(2)], v[i + U(3)]
                while column < last:
                    count = min(U(_LANES), last - column)
                    for k in range(count):
                        x0, x1, x2, x3 = entries[s0 + k], entries[s1 + k], entries[s2 + k], entries[s3 + k]
                        y, z = p0[column + k], p1[column + k]
                        row0[column + k] += (w0 * x0 + w1 * x1) + (w2 * x2 + w3 * x3)
                        row1[column + k] += (v0 * x0 + v1 * x1) + (v2 * x2 + v3 * x3)
                        lanes[k] += x0 * y
                        lanes[U(_LANES) + k] += x1 * y
                        lanes[U(2 * _LANES) + k] += x2 * y
                        lanes[U(3 * _LANES) + k] += x3 * y
                        lanes[U(4 * _LANES) + k] += x0 * z
                        lanes[U(5 * _LANES) + k] += x1 * z
                        lanes[U(6 * _LANES) + k] += x2 * z
                        lanes[U(7 * _LANES) + k] += x3 * z
                    column += count
                    s0 += count
                    s1 += count
                    s2 += count
                    s3 += count
                for b in range(U(4)):
                    sums0[i + b] += _total(lanes, b * U(_LANES))
                    sums1[i + b] += _total(lanes, (U(4) + b) * U(_LANES))
            i += together
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
        result[row] += _dot(entries, position, point, last, count)
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
            skip = U(1) if value == last else U(0)  # k = last: that removal is in the sum above
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
