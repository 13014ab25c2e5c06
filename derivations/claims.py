"""What a step of a derivation claims, and how the claim is checked: symbolically, by numbers, or by an order in n."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import sympy as sp


@dataclass(frozen=True)
class Verdict:
    """Whether a claim holds, and the measured difference in words."""

    holds: bool
    detail: str


@dataclass(frozen=True)
class Identity:
    """`left` = `right` for all values of the symbols: equal, or both zero after `simplify` of their difference.

    Expressions, matrices, or sequences of them (compared one by one). `simplify` defaults to expand, then
    `sympy.simplify`; give a quicker one where you know it.
    """

    left: Any
    right: Any
    simplify: Callable[[Any], Any] | None = None
    what: str = ""

    def check(self) -> Verdict:
        lefts, rights = _flat(self.left), _flat(self.right)
        if len(lefts) != len(rights) or not lefts:
            return Verdict(False, f"{len(lefts)} expressions against {len(rights)}")
        for number, (left, right) in enumerate(zip(lefts, rights, strict=True), 1):
            rest = self._difference(left, right)
            if rest != 0:
                shown = sp.sstr(rest)
                cut = f"{shown[:120]}{'...' * (len(shown) > 120)}"
                return Verdict(False, f"difference {number} of {len(lefts)} is {cut}")
        plural = f"all {len(lefts)} differences are" if len(lefts) > 1 else "the difference is"
        return Verdict(True, f"{plural} identically zero")

    def _difference(self, left: Any, right: Any) -> Any:
        rest = sp.sympify(left) - sp.sympify(right)
        if rest == 0:
            return rest
        if self.simplify is not None:
            return self.simplify(rest)
        expanded = sp.expand(rest)
        return expanded if expanded == 0 else sp.simplify(expanded)


@dataclass(frozen=True)
class Numbers:
    """Two routes to the same numbers: rows (label, one, other), relative to max(|other|, `scale`)."""

    rows: Sequence[tuple[str, Any, Any]]
    tolerance: float
    routes: tuple[str, str] = ("this step", "an independent route")
    scale: float = 0.0

    def check(self) -> Verdict:
        if not self.rows:
            return Verdict(False, "nothing was compared")
        worst, where = mpmath.mpf(0), self.rows[0][0]
        for label, one, other in self.rows:
            size = max(abs(mpmath.mpmathify(other)), mpmath.mpf(self.scale))
            gap = abs(mpmath.mpmathify(one) - mpmath.mpmathify(other))
            error = gap / size if size else gap
            if not error <= worst:  # also for nan
                worst, where = error, label
        holds = bool(worst <= self.tolerance)
        shown = mpmath.nstr(worst, 2)
        return Verdict(holds, f"{len(self.rows)} values, largest relative difference {shown} (at {where})")


@dataclass(frozen=True)
class Order:
    """errors ~ n^slope: the least-squares slope of log |error| against log n, within `within` of `slope`."""

    sizes: Sequence[float]
    errors: Sequence[float]
    slope: float
    within: float = 0.1

    def check(self) -> Verdict:
        points = [(math.log(n), math.log(abs(float(e)))) for n, e in zip(self.sizes, self.errors, strict=True) if e]
        if len(points) < 3 or len(points) < len(self.sizes):
            return Verdict(False, "fewer than three errors to fit, or a zero among them")
        x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
        fitted = sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)
        span = f"{min(self.sizes):g}..{max(self.sizes):g}"
        return Verdict(abs(fitted - self.slope) <= self.within, f"slope {fitted:.3f} over n = {span}")


Claim = Identity | Numbers | Order


def statement(claim: Claim) -> str:
    """What the claim says, in words that do not depend on the run."""
    if isinstance(claim, Identity):
        return f"symbolic identity{': ' + claim.what if claim.what else ''}"
    if isinstance(claim, Numbers):
        return f"numbers: {claim.routes[0]} against {claim.routes[1]}, {len(claim.rows)} values to {claim.tolerance:g}"
    return f"order: the error falls like n^({claim.slope:.3g}), slope within {claim.within:g}"


def _flat(value: Any) -> list[Any]:
    if isinstance(value, sp.MatrixBase):
        return list(value)
    if isinstance(value, (list, tuple)):
        return [entry for part in value for entry in _flat(part)]
    return [value]
