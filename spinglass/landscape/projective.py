"""Which points of complex projective space are the same, which are conjugate, which are real."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinglass._jit import jit

SAME = 1e-7  # sine of the angle below which two refined solutions count as one


def compare_directions(
    points: NDArray[np.complex128], same: float = SAME
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each point [z] the first one equal to it, and its conjugate partner.

    ``first[i]`` is the smallest j with [z_j] = [z_i], to within an angle of sine `same`; ``partner[i]`` is the nearest
    point to the conjugate of [z_i] (i itself when real), or −1 when none is near. A point is real exactly when it is
    its own partner: then a phase makes it real, and no threshold on imaginary parts is involved. Time O(count log
    count).
    """
    count, n = points.shape
    unit = points / np.linalg.norm(points, axis=1)[:, None]
    weights = 1 + np.modf(np.arange(1, n + 1) * 0.6180339887498949)[0]
    key = np.abs(unit) ** 2 @ weights  # the same for a point and its conjugate, whatever the phase
    first = np.empty(count, dtype=np.int64)
    partner = np.empty(count, dtype=np.int64)
    _compare(unit, key, np.argsort(key, kind="stable"), same, first, partner)
    return first, partner


def real_representatives(points: NDArray[np.complex128]) -> NDArray[np.float64]:
    """The real vectors, up to sign, in the classes of points that are real up to a phase."""
    phase = np.sqrt(np.sum(points * points, axis=1).astype(complex))
    turned = points * (np.abs(phase) / phase)[:, None]
    return np.ascontiguousarray(turned.real)


@jit
def _compare(points, key, order, same, first, partner):  # type: ignore[no-untyped-def]
    count, n = points.shape
    window = 8.0 * SAME
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
            along = 0j
            across = 0j
            for k in range(n):
                along += points[i, k].conjugate() * points[j, k]
                across += points[i, k] * points[j, k]
            square = 0.0
            mirror = 0.0
            for k in range(n):
                a = points[j, k] - along * points[i, k]
                b = points[j, k] - across * points[i, k].conjugate()
                square += a.real * a.real + a.imag * a.imag
                mirror += b.real * b.real + b.imag * b.imag
            if square <= same * same and j < first[i]:
                first[i] = j
            if mirror <= SAME * SAME and mirror < best:
                best = mirror
                partner[i] = j
