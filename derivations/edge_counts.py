"""Numbers of eigenvalues beyond s from the eigenvalues λ_j of T_s: sums without cancellation, for each tail.

Left of the median from the factors 1 − λ_j, right of it from elementary symmetric functions of the λ_j; the steps of
`edge_laws` derive both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flint import arb

LARGEST_K = 8
Pair = tuple[Any, Any]


def laws(found: Sequence[Any]) -> dict[tuple[int, int], Pair]:
    """(cdf, survival) of the k-th eigenvalue from the top, for β = 1, 2 and every k, from the λ_j at one place."""
    squares = [value * value for value in found]
    pairs = {}
    for beta, below, above in (
        (1, counts_orthogonal(found), exceedances_orthogonal(found)),
        (2, counts_unitary(squares), exceedances_unitary(squares)),
    ):
        total = arb(0)
        for k in range(1, LARGEST_K + 1):
            total = total + below[k - 1]
            pairs[beta, k] = (total.mid(), above[k - 1].mid())
    return pairs


def counts_unitary(squares: Sequence[Any], terms: int = LARGEST_K) -> list[Any]:
    """E_2(0), …: coefficients of ∏ (1 − μ_j + ε μ_j), all positive."""
    return _product([(1 - value, value) for value in squares], terms)


def counts_orthogonal(found: Sequence[Any], terms: int = LARGEST_K, sign: int = 1) -> list[Any]:
    """E_1(0), …: ½ D₊ (1 + c/(1+ε)) + ½ D₋ (1 − c/(1+ε)), c = √(1 − ε²), D± = ∏ (1 ∓ λ_j ± λ_j (1 − c))."""
    half = (terms + 1) // 2 + 1
    loss = [arb(0)] + [-c for c in _binomial_series(arb(1) / 2, -1, half)[1:]]  # 1 − c in powers of ε²
    plus, minus = ([arb(1)] + [arb(0)] * (half - 1) for _ in range(2))
    for value in found:
        plus = _multiplied(plus, [1 - value + value * loss[0], *(value * c for c in loss[1:])], half)
        minus = _multiplied(minus, [1 + value - value * loss[0], *(-value * c for c in loss[1:])], half)
    # c/(1+ε) = (1 − ε)^{1/2} (1 + ε)^{−1/2}
    ratio = _multiplied(_binomial_series(arb(1) / 2, -1, terms), _binomial_series(-arb(1) / 2, 1, terms), terms)
    above, below = [sign * c for c in ratio], [-sign * c for c in ratio]
    above[0], below[0] = 1 + above[0], 1 + below[0]
    one, two = (_multiplied(_spread(part, terms), factor, terms) for part, factor in ((plus, above), (minus, below)))
    return [(a + b) / 2 for a, b in zip(one, two, strict=True)]


def exceedances_unitary(squares: Sequence[Any], terms: int = LARGEST_K) -> list[Any]:
    """P(N ≥ 1), …: Σ_m (−1)^{m−k} C(m−1, k−1) e_m(μ), dominated by e_k on the right."""
    e = elementary(squares)
    return [
        sum(((-1) ** (m - k) * math.comb(m - 1, k - 1) * e[m] for m in range(k, len(e))), arb(0))
        for k in range(1, terms + 1)
    ]


def exceedances_orthogonal(found: Sequence[Any], terms: int = LARGEST_K) -> list[Any]:
    """P(N > k) = [ε^k] (e_1 − Σ_{m≥1} (1−ε)^{m−1} (1+ε)^m (e_{2m} − (1−ε) e_{2m+1})), e_m of the signed λ_j."""
    e = [*elementary(found), arb(0), arb(0)]
    total = [e[1]] + [arb(0)] * (terms - 1)
    shared = [1, 1]  # (1−ε)^{m−1} (1+ε)^m
    for m in range(1, (len(e) - 2) // 2 + 1):
        further = _integer_product(shared, [1, -1])
        for k in range(min(terms, len(further))):
            even = shared[k] if k < len(shared) else 0
            total[k] = total[k] - even * e[2 * m] + further[k] * e[2 * m + 1]
        shared = _integer_product(further, [1, 1])
    return total


def elementary(values: Sequence[Any]) -> list[Any]:
    """Elementary symmetric functions e_0, e_1, …."""
    e = [arb(1)]
    for value in values:
        e = [(e[m] if m < len(e) else arb(0)) + (value * e[m - 1] if m else arb(0)) for m in range(len(e) + 1)]
    return e


def _integer_product(one: list[int], other: list[int]) -> list[int]:
    out = [0] * (len(one) + len(other) - 1)
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            out[i + j] += a * b
    return out


def _product(factors: list[tuple[Any, Any]], terms: int) -> list[Any]:
    out = [arb(1)] + [arb(0)] * (terms - 1)
    for constant, slope in factors:
        out = [constant * out[k] + (slope * out[k - 1] if k else 0) for k in range(terms)]
    return out


def _multiplied(one: list[Any], other: list[Any], terms: int) -> list[Any]:
    return [sum((one[j] * other[k - j] for j in range(k + 1)), arb(0)) for k in range(terms)]


def _binomial_series(power: Any, sign: int, terms: int) -> list[Any]:
    out = [arb(1)]
    for k in range(1, terms):
        out.append(out[-1] * sign * (power - k + 1) / k)
    return out


def _spread(in_squares: list[Any], terms: int) -> list[Any]:
    return [in_squares[k // 2] if k % 2 == 0 else arb(0) for k in range(terms)]
