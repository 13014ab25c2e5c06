"""The mean total number of critical points at finite N, as an algebraic function of p for every N <= 12.

The integral is derived in `count_integral`, taken term by term in `hermite_counts` and written in p in `closed_counts`;
here are the form without cancellation and the compiled formulas.
"""

from __future__ import annotations

import math

import numpy as np
import sympy as sp

from derivations import symbols
from derivations.claims import Claim, Identity, Numbers
from derivations.closed_counts import closed_forms
from derivations.count_integral import derivation, r
from derivations.deferred import deferred
from derivations.derivation import Result
from derivations.emit import Argument, Formula
from derivations.hermite_counts import SIZES, number
from spinglass._printing import Assignment, Branch, Kernel

p = symbols.p


@derivation.step("stable", "A form without cancellation", flips="the sign of 1 in p = 1 + r")
def stable(sign: int = 1) -> Result:
    r"""In powers of $r=p-1$ all coefficients of the numerators are positive, and so is $3p-2=3r+1$: Horner's scheme in
    $r$ loses nothing for any $p>1$, near $p=1$, near $p=2$ and for large $p$. Claims: the coefficients are their own
    moduli; the form is the closed form."""
    forms, parts = closed_forms()
    found, polynomials = {}, {}
    for size, (numerator, denominator, rest) in parts.items():
        polynomials[size] = polynomial = sp.Poly(numerator.as_expr().subs(p, sign + r), r)
        root = sp.sqrt(r) if size % 2 else sp.Integer(1)
        power = sp.Poly(denominator, p).degree() if denominator.has(p) else 0
        quotient, remainder = sp.div(polynomial, sp.Poly(3 * r + 1, r))
        if remainder.is_zero and size > 1:
            polynomial, power = quotient, power - 1
        constant = sp.Integer(denominator.subs(p, 1))
        found[size] = sp.horner(polynomial) * root / (constant * (3 * r + 1) ** (power + sp.Rational(1, 2))) + rest

    def claims() -> tuple[Claim, ...]:
        coefficients, differences, rows = [], [], []
        for size, polynomial in polynomials.items():
            coefficients += polynomial.all_coeffs()
            differences.append(sp.Poly(sp.horner(polynomial).subs(r, p - 1), p) - parts[size][0])
            for at in ("1.001", "1.9", "3", "40.5"):
                exact = number(forms[size].subs(p, sp.Rational(at)))
                rows.append((f"N = {size}, p = {at}", number(found[size].subs(r, sp.Rational(at) - 1)), exact))
        return (
            Identity(coefficients, [abs(c) for c in coefficients], what="no coefficient is negative"),
            Identity([rest.as_expr() for rest in differences], [0] * len(differences), what="the same numerators"),
            Numbers(rows, 1e-38, ("Horner form in r", "closed form in p")),
        )

    return Result(
        value=found,
        equation=[
            sp.Eq(sp.Symbol(rf"E\,\mathrm{{Crt}}_{{{size}}}"), found[size], evaluate=False) for size in (4, 5, 6, 7, 8)
        ],
        claims=deferred(claims),
    )


LARGEST = 2.0**50
_FAST = 9  # spins up to which double precision keeps 4 units in the last place
_root, _inverse = sp.symbols("q t", positive=True)  # 3r + 1 and its inverse
_triple, _double, _rest, _lost, _shift, _sum = sp.symbols("triple double rest lost shift terms", real=True)


def _points(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    """Values of p near 1, near 2, moderate, large, and integers."""
    draws = [
        1 + 10 ** rng.uniform(-15, 0, count),
        2 + rng.choice([-1, 1], count) * 10 ** rng.uniform(-15, -1, count),
        rng.uniform(1.0001, 12, count),
        10 ** rng.uniform(0.01, 15, count),
        rng.integers(2, 200, count).astype(float),
    ]
    return [(float(np.clip(draws[i % 5][i], math.nextafter(1, 2), LARGEST)),) for i in range(count)]


_SPECIAL = (1 + 2.0**-52, 2 - 2.0**-52, 2.0, 2 + 2.0**-51, 4 / 3, 3.0, 4.0, 5.0, 10.0, 1e6, LARGEST)


def _kernel(size: int) -> Kernel:
    name = f"total_count_{size}"
    doc = f"Mean total number of critical points of the pure p-spin glass, N = {size}, real p > 1."
    if 2 < size <= _FAST:
        return Kernel(name, (p,), (_vectorised(size),), doc)
    value = stable()[size].subs(3 * r + 1, _root)
    body = (Assignment(r, p - 1, twofold=True), Assignment(_root, 3 * r + 1, twofold=True)) if size > 1 else ()
    return Kernel(name, (p,), (Branch(sp.true, value, body, twofold=size > 1),), doc)


def _vectorised(size: int) -> Branch:
    r"""In t = 1/q, q = 3r + 1: √q q^{N/2−1} T(t) for even N, √(r/q) r^{(N−1)/2} T(t) + 2 for odd N.

    The polynomials T are well conditioned (up to N = 9 their terms are at most three times as large) and all but
    constant at large p; r = p − 1 is exact. What rounding takes from q is found without error (by the sums of Knuth)
    and corrected to first order. There are no branches and few operations, so that loops become vector instructions.
    """
    constant = sp.Integer(2 * (size % 2))
    form = (stable()[size] - constant).subs(3 * r + 1, _root)
    power = -form.as_powers_dict()[_root]
    polynomial = sp.Poly(sp.expand(form * _root**power / r ** (size * sp.Rational(size % 2, 2))), r)
    reversed_ = sp.expand(polynomial.as_expr().subs(r, (1 / _inverse - 1) / 3) * _inverse ** polynomial.degree())
    body = [
        Assignment(r, p - 1),
        Assignment(_triple, 3 * r),
        Assignment(_root, _triple + 1),
        Assignment(_double, 2 * r),
        Assignment(_rest, _double - _triple),
        Assignment(_rest, _rest + r),  # of 3r
        Assignment(_lost, _root - _triple),
        Assignment(_shift, _root - _lost),
        Assignment(_shift, _triple - _shift),
        Assignment(_lost, 1 - _lost),
        Assignment(_lost, _lost + _shift),  # of the sum
        Assignment(_lost, _lost + _rest),
        Assignment(_inverse, 1 / _root),
        Assignment(_shift, _lost * _inverse),
        Assignment(_inverse, _inverse - _inverse * _shift),
        Assignment(_sum, sp.horner(sp.Poly(reversed_, _inverse))),
    ]
    if size % 2:
        body.append(Assignment(_rest, r * _inverse))
        return Branch(sp.true, sp.sqrt(_rest) * _sum * r ** (size // 2) + constant, tuple(body))
    whole = _root ** (size // 2 - 1)
    corrected = whole + whole * sp.Rational(size - 1, 2) * _shift
    return Branch(sp.true, sp.sqrt(_root) * _sum * corrected, tuple(body))


for _size in SIZES:
    derivation.formula(
        Formula(
            kernel=_kernel(_size),
            title=f"Mean total number of critical points at N = {_size}",
            step=stable,
            arguments=(Argument(p, "spins per interaction, or 1 + xi''/xi' of a mixture", 1.0, LARGEST, open="low"),),
            plain=closed_forms()[0][_size],
            domain="real p > 1, up to 2^50",
            points=_points,
            special=tuple((point,) for point in _SPECIAL),
        )
    )
