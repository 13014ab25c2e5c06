"""Bases in which a skew-symmetric matrix is J = ⊕(0, 1; −1, 0)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._jit import jit


@jit
def skew_basis(moments: NDArray[Any]) -> NDArray[Any]:
    """T with T S Tᵀ = J, real or complex as S, by skew Gram-Schmidt with full pivoting; det T = 1/Pf S."""
    s = moments.copy()
    n = s.shape[0]
    basis = np.eye(n).astype(s.dtype)
    for k in range(0, n, 2):
        largest, p, q = -1.0, k, k + 1
        for i in range(k, n):
            for j in range(i + 1, n):
                if abs(s[i, j]) > largest:
                    largest, p, q = abs(s[i, j]), i, j
        for target, source in ((k, p), (k + 1, q)):
            if target != source:
                for j in range(n):
                    s[target, j], s[source, j] = s[source, j], s[target, j]
                for j in range(n):
                    s[j, target], s[j, source] = s[j, source], s[j, target]
                for j in range(n):
                    basis[target, j], basis[source, j] = basis[source, j], basis[target, j]
        size = np.sqrt(largest)
        first = size / s[k, k + 1]  # of modulus 1/size, with the phase of the pivot taken out
        for row, factor in ((k, first), (k + 1, first * 0 + 1 / size)):
            basis[row] *= factor
            s[row] *= factor
            s[:, row] *= factor
        for i in range(k + 2, n):
            with_second, with_first = s[i, k + 1], s[i, k]
            basis[i] += -with_second * basis[k] + with_first * basis[k + 1]
            s[i] += -with_second * s[k] + with_first * s[k + 1]
        for i in range(k + 2, n):  # the same congruence on columns restores skew symmetry
            for j in range(i + 1, n):
                s[j, i] = -s[i, j]
            s[i, i] = 0.0
    return basis
