"""Polynomial expressions: their degree and their Gaussian moments in closed form."""

from __future__ import annotations

import math
from typing import Any


def degree(node: Any, x: Any) -> float:
    """A bound on the degree of a polynomial expression, inf for what is not one."""
    if node == x:
        return 1
    if not node.has(x):
        return 0 if node.is_Rational else math.inf
    if node.is_Add:
        return max(degree(part, x) for part in node.args)
    if node.is_Mul:
        return sum(degree(part, x) for part in node.args)
    if node.is_Pow and node.exp.is_Integer and node.exp > 0:
        return int(node.exp) * degree(node.base, x)
    return math.inf


def moment_sum(coefficients: list[float], std: float) -> float:
    """E Σ a_k x^k = Σ a_k σ^k (k−1)!! over even k, for x ~ N(0, σ²)."""
    return math.fsum(
        a * std**k * math.prod(range(k - 1, 0, -2)) for k, a in enumerate(coefficients) if k % 2 == 0 and a != 0.0
    )
