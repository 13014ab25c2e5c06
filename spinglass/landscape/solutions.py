"""Which of the computed complex solutions are the same, which are conjugate, which are real."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinglass._jit import jit

SAME = 1e-7  # distance in projective coordinates below which two refined solutions count as one


def compare(solutions: NDArray[np.complex128], same: float = SAME) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each solution the first one equal to it, and its conjugate partner.

    ``first[i]`` is the smallest j with solution j equal to solution i, to within `same`; ``partner[i]`` is the first of
    those equal to the solution nearest to the conjugate of i (``first[i]`` when real), or −1 when none is near. A
    solution is real exactly when it is its own partner: no threshold on imaginary parts is involved. Solutions are
    compared as points (z, 1)/|(z, 1)|, so large ones count like small ones. Time O(count log count), also with many
    equal solutions.
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
    _compare(points, key, np.argsort(key, kind="stable"), same, first, partner)
    return first, partner


@jit
def _compare(points, key, order, same, first, partner):  # type: ignore[no-untyped-def]
    """Points with keys further apart than the window differ; each point is compared with one of every set of equals."""
    count, n = points.shape
    window = 2.0 * n * SAME
    chosen = np.empty(count, np.int64)  # one of each set of equal points, by increasing key
    group = np.empty(count, np.int64)  # the place there of the one equal to i
    groups = 0
    for rank in range(count):
        i = order[rank]
        group[i] = groups
        place = groups - 1
        while place >= 0 and key[i] - key[chosen[place]] <= window:
            if _squared_distance(points[i], points[chosen[place]], 1.0) <= same * same:
                group[i] = place
                break
            place -= 1
        if group[i] == groups:
            chosen[groups] = i
            groups += 1
    lowest = np.full(groups, count)
    for i in range(count):
        lowest[group[i]] = min(lowest[group[i]], i)
    mirrored = np.full(groups, -1)
    low = 0
    for own in range(groups):
        i = chosen[own]
        best = SAME * SAME
        while key[i] - key[chosen[low]] > window:
            low += 1
        place = low
        while place < groups and key[chosen[place]] - key[i] <= window:
            distance = _squared_distance(points[i], points[chosen[place]], -1.0)
            if distance <= best:
                best = distance
                mirrored[own] = lowest[place]
            place += 1
    for i in range(count):
        first[i] = lowest[group[i]]
        partner[i] = mirrored[group[i]]


@jit
def _squared_distance(a, b, sign):  # type: ignore[no-untyped-def]
    """|a − b|² for sign = 1, |a − b̄|² for sign = −1."""
    total = 0.0
    for k in range(len(a)):
        total += (a[k].real - b[k].real) ** 2 + (a[k].imag - sign * b[k].imag) ** 2
    return total
