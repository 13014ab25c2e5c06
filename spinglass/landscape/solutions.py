"""Which of the computed complex solutions are the same, which are conjugate, which are real."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinglass._jit import jit

SAME = 1e-7  # distance in projective coordinates below which two refined solutions count as one


def compare(solutions: NDArray[np.complex128]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each solution the first one equal to it, and its conjugate partner.

    ``first[i]`` is the smallest j with solution j equal to solution i; ``partner[i]`` is the nearest distinct solution
    to the conjugate of i (i itself when real), or −1 when none is near. A solution is real exactly when it is its own
    partner: no threshold on imaginary parts is involved. Solutions are compared as points (z, 1)/|(z, 1)|, so large
    ones count like small ones. Time O(count log count).
    """
    count, n = solutions.shape
    points = np.empty((count, n + 1), dtype=complex)
    points[:, :n] = solutions
    points[:, n] = 1.0
    points /= np.sqrt(
        np.einsum("bi,bi->b", points.real, points.real) + np.einsum("bi,bi->b", points.imag, points.imag)
    )[:, None]
    weights = 1 + np.modf(np.arange(1, n + 2) * 0.6180339887498949)[0]
    key = points.real @ weights  # the same for a solution and its conjugate
    first = np.empty(count, dtype=np.int64)
    partner = np.empty(count, dtype=np.int64)
    _compare(points, key, np.argsort(key, kind="stable"), first, partner)
    return first, partner


@jit
def _compare(points, key, order, first, partner):  # type: ignore[no-untyped-def]
    count, n = points.shape
    window = 2.0 * n * SAME
    for rank in range(count):
        i = order[rank]
        best = 4.0
        first[i] = i
        partner[i] = -1
        low = rank
        while low > 0 and key[i] - key[order[low - 1]] <= window:
            low -= 1
        for other in range(low, count):
            j = order[other]
            if key[j] - key[i] > window:
                break
            same = 0.0
            mirror = 0.0
            for k in range(n):
                a = points[i, k]
                b = points[j, k]
                same += (a.real - b.real) ** 2 + (a.imag - b.imag) ** 2
                mirror += (a.real - b.real) ** 2 + (a.imag + b.imag) ** 2
            if same <= SAME * SAME and j < first[i]:
                first[i] = j
            if mirror <= SAME * SAME and mirror < best:
                best = mirror
                partner[i] = j
