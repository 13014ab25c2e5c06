"""A bound on the rounding error of an expression in double precision, as an expression of its own."""

from __future__ import annotations

from typing import Any


def rounding_bound(expression: Any) -> Any:
    """The first-order rounding error of evaluating the expression as printed, in units of 2^-52.

    A running error analysis over the tree: operations round by half a unit, elementary functions by up to two, and an
    error of an argument is carried through the derivative. Symbols are exact.
    """
    import sympy as sp

    known: dict[Any, Any] = {}

    def error(node: Any) -> Any:
        found = known.get(node)
        if found is None:
            found = known[node] = of(node)
        return found

    def of(node: Any) -> Any:
        if node.is_Symbol or node.is_Integer:
            return sp.S.Zero
        size = sp.Abs(node)
        if not node.args:
            return size / 2
        if node.is_Add:
            # partial sums are no larger than the sum of the sizes
            return sum((error(part) + sp.Abs(part) * len(node.args) / 2 for part in node.args), sp.S.Zero)
        if node.is_Mul:
            inner = sum((error(part) / sp.Abs(part) for part in node.args), sp.S.Zero)
            return size * (inner + sp.Rational(len(node.args), 2))
        if node.is_Pow and node.base != sp.E:
            return size * (sp.Abs(node.exp) * error(node.base) / sp.Abs(node.base) + 1 + sp.Abs(node.exp))
        (argument,) = node.args if not node.is_Pow else (node.exp,)
        if type(node).__name__ == "scaled_erfc":  # |y K′| <= K
            return size * (error(argument) / sp.Abs(argument) + 4)
        return sp.Abs(slope(node, argument)) * error(argument) + 2 * size

    def slope(node: Any, argument: Any) -> Any:
        u = sp.Dummy("u", real=True)
        function = sp.exp(u) if node.is_Pow else node.func(u)
        return sp.diff(function, u).xreplace({u: argument})

    return error(sp.sympify(expression))
