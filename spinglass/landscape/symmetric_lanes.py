"""Linear algebra of many small complex systems in lockstep.

A row holds one complex number per lane: first the real parts of all lanes, then the imaginary parts. Each inner loop
is vector arithmetic along a row: of constant length, it reads its operands before it writes, and it writes into an
array of its own or into a row apart from those that it reads; otherwise the compiler would not vectorise it.

Matrices are symmetric of order N, by rows of the lower triangle: entry (i, k), k <= i, is row i(i + 1)/2 + k. A
bordered one has a last column, N rows more, and a last row, another N and the corner.
"""

from __future__ import annotations

import numpy as np

from spinglass._jit import jit

LANES = 32


@jit
def rows(count):  # type: ignore[no-untyped-def]
    """An array (count, 2 LANES) of zeros that starts on a cache line."""
    memory = np.zeros(2 * LANES * count + 8)
    skip = -(memory.ctypes.data // 8) % 8
    return memory[skip : skip + 2 * LANES * count].reshape((count, 2 * LANES))


@jit(inline="always")
def add_product(y, f, x):  # type: ignore[no-untyped-def]
    """y += f x in all lanes."""
    for l in range(LANES):
        fr = f[l]
        fi = f[LANES + l]
        xr = x[l]
        xi = x[LANES + l]
        yr = y[l]
        yi = y[LANES + l]
        y[l] = yr + (fr * xr - fi * xi)
        y[LANES + l] = yi + (fr * xi + fi * xr)


@jit(inline="always")
def subtract_product(y, f, x):  # type: ignore[no-untyped-def]
    """y −= f x in all lanes."""
    for l in range(LANES):
        fr = f[l]
        fi = f[LANES + l]
        xr = x[l]
        xi = x[LANES + l]
        yr = y[l]
        yi = y[LANES + l]
        y[l] = yr - (fr * xr - fi * xi)
        y[LANES + l] = yi - (fr * xi + fi * xr)


@jit(inline="always")
def set_product(y, f, x):  # type: ignore[no-untyped-def]
    """y = f x in all lanes; x may be y."""
    for l in range(LANES):
        fr = f[l]
        fi = f[LANES + l]
        xr = x[l]
        xi = x[LANES + l]
        y[l] = fr * xr - fi * xi
        y[LANES + l] = fr * xi + fi * xr


@jit(inline="always")
def _invert(y):  # type: ignore[no-untyped-def]
    """y ← 1/y in all lanes; finite at y = 0."""
    for l in range(LANES):
        yr = y[l]
        yi = y[LANES + l]
        size = yr * yr + yi * yi + 1e-290
        y[l] = yr / size
        y[LANES + l] = -yi / size


@jit(inline="always")
def _copy(y, x):  # type: ignore[no-untyped-def]
    for l in range(2 * LANES):
        y[l] = x[l]


@jit
def multiply(order, bordered, a, x, y):  # type: ignore[no-untyped-def]
    """y = A x without the last row of a bordered A, in all lanes: y has `order` entries."""
    for i in range(order):
        row = i * (i + 1) // 2
        sum_i = y[i]
        x_i = x[i]
        set_product(sum_i, a[row + i], x_i)
        for k in range(i):
            add_product(sum_i, a[row + k], x[k])
            add_product(y[k], a[row + k], x_i)
    if bordered:
        column = order * (order + 1) // 2
        for i in range(order):
            add_product(y[i], a[column + i], x[order])


@jit
def factor(order, bordered, a, pivots, work):  # type: ignore[no-untyped-def]
    """A = LDLᵀ in place, without pivoting, and the elimination of the border.

    Afterwards the triangle below the diagonal holds L, `pivots` 1/D and, last, the reciprocal of the corner's Schur
    complement; the border holds D^{-1}L^{-1} of the column and of the row. `work` is room like `pivots`.
    """
    for i in range(order):
        row = i * (i + 1) // 2
        pivot = pivots[i]
        _copy(pivot, a[row + i])
        for k in range(i):
            entry = work[k]
            _copy(entry, a[row + k])
            below = k * (k + 1) // 2
            for c in range(k):
                subtract_product(entry, work[c], a[below + c])
            set_product(a[row + k], entry, pivots[k])
            subtract_product(pivot, entry, a[row + k])
        _invert(pivot)
    if bordered:
        column = order * (order + 1) // 2
        last = column + order
        corner = pivots[order]
        _copy(corner, a[last + order])
        for start in (last, column):
            for k in range(order):
                entry = work[k]
                _copy(entry, a[start + k])
                below = k * (k + 1) // 2
                for c in range(k):
                    subtract_product(entry, work[c], a[below + c])
                set_product(a[start + k], entry, pivots[k])
        for k in range(order):  # `work` is L^{-1} of the column
            subtract_product(corner, work[k], a[last + k])
        _invert(corner)


@jit
def solve(order, bordered, a, pivots, y):  # type: ignore[no-untyped-def]
    """y ← A^{-1} y in all lanes, from the factors."""
    for i in range(order):
        row = i * (i + 1) // 2
        y_i = y[i]
        for k in range(i):
            subtract_product(y_i, a[row + k], y[k])
    if bordered:
        column = order * (order + 1) // 2
        last = column + order
        y_last = y[order]
        for k in range(order):
            subtract_product(y_last, a[last + k], y[k])
        set_product(y_last, pivots[order], y_last)
        for k in range(order):
            y_k = y[k]
            set_product(y_k, pivots[k], y_k)
            subtract_product(y_k, a[column + k], y_last)
    else:
        for k in range(order):
            y_k = y[k]
            set_product(y_k, pivots[k], y_k)
    for back in range(order):
        i = order - 1 - back
        y_i = y[i]
        for k in range(i + 1, order):
            subtract_product(y_i, a[k * (k + 1) // 2 + i], y[k])
