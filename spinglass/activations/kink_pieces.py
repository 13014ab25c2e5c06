"""An expression with kinks as smooth pieces between exact kinks."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import sympy as sp

from spinglass.activations.syntax import symbols

_MAX_PIECES = 200


class NoClosedForm(Exception):
    """The rules do not reach an integral; the text says why."""


def pieces(g: Any, x: Any) -> list[tuple[Any, Any, Any]]:
    """(low, high, smooth expression) from left to right, whose union is the line; neighbours that agree are joined."""
    found: list[tuple[Any, Any, Any]] = []
    _split(g, x, -sp.oo, sp.oo, found)
    joined: list[tuple[Any, Any, Any]] = []
    for low, high, part in found:
        if joined and joined[-1][2] == part:
            joined[-1] = (joined[-1][0], high, part)
        else:
            joined.append((low, high, part))
    return [piece for piece in joined if piece[2] != 0]


def _split(g: Any, x: Any, low: Any, high: Any, found: list[tuple[Any, Any, Any]]) -> None:
    if len(found) > _MAX_PIECES:
        raise NoClosedForm(f"it has more than {_MAX_PIECES} pieces")
    own = symbols()
    kinds = (own.modulus, own.sign, own.step)
    nodes = [node for node in g.atoms(*kinds) if not any(inner.has(*kinds) for inner in node.args)]
    if not nodes:
        found.append((low, high, g))
        return
    node = min(nodes, key=sp.default_sort_key)
    argument = node.args[0]
    edges = [low, *(root for root in _roots(argument, x) if _less(low, root) and _less(root, high)), high]
    for left, right in pairwise(edges):
        value = argument.xreplace({x: _between(left, right)}).evalf(40)
        sign = sp.sign(value)
        if sign not in (-1, 0, 1):
            raise NoClosedForm(f"the sign of {sp.sstr(argument)[:60]} is not known")
        replacement = {
            own.modulus: sign * argument,
            own.sign: sp.Integer(sign),
            own.step: (1 + sp.Integer(sign)) / sp.Integer(2),
        }[type(node)]
        _split(g.xreplace({node: replacement}), x, left, right, found)


def _roots(argument: Any, x: Any) -> list[Any]:
    """The real zeros of an expression, exactly and in order."""
    if not argument.has(x):
        return []
    argument = sp.factor_terms(argument)
    if argument.is_Mul:
        return _ordered({root for factor in argument.args for root in _roots(factor, x)})
    own = symbols()
    if isinstance(argument, (sp.erf, sp.tanh, sp.sinh, sp.atan, sp.asinh, own.modulus)):
        return _roots(argument.args[0], x)
    if isinstance(argument, (sp.exp, sp.cosh, own.sigmoid, own.softplus)):
        return []
    if argument.is_Pow and argument.exp.is_Rational:
        return _roots(argument.base, x)
    polynomial = argument.as_poly(x)
    if polynomial is not None and not any(c.has(x) for c in polynomial.coeffs()):
        found = sp.roots(polynomial)
        if sum(found.values()) != polynomial.degree():
            raise NoClosedForm(f"the kinks where {sp.sstr(argument)[:60]} = 0 have no closed form")
        return _ordered({root for root in found if root.is_real or abs(sp.im(root.evalf(40))) < 1e-30})
    exponential = [node for node in argument.atoms(sp.exp) if node.has(x)]
    if len(exponential) == 1:
        e = exponential[0]
        u = sp.Dummy("u", positive=True)
        line = argument.xreplace({e: u}).as_poly(u)
        if line is not None and line.degree() == 1 and not any(c.has(x) for c in line.coeffs()):
            value = -line.coeff_monomial(1) / line.coeff_monomial(u)
            return _roots(e.args[0] - sp.log(value), x) if value.is_positive else []
    raise NoClosedForm(f"the kinks where {sp.sstr(argument)[:60]} = 0 have no closed form")


def _ordered(roots: set[Any]) -> list[Any]:
    kept: list[Any] = []
    for root in sorted(roots, key=lambda r: sp.re(r.evalf(40))):
        if not kept or abs(sp.re((root - kept[-1]).evalf(40))) > 1e-30:
            kept.append(root)
    return kept


def _less(a: Any, b: Any) -> bool:
    if a == -sp.oo or b == sp.oo:
        return True
    return bool(sp.re((b - a).evalf(40)) > 0)


def _between(low: Any, high: Any) -> Any:
    if low == -sp.oo and high == sp.oo:
        return sp.Rational(1, 3)
    if low == -sp.oo:
        return high - 1
    return low + 1 if high == sp.oo else (low + high) / 2
