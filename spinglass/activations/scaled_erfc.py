"""e^{y²} erfc(y) in closed forms: found in an expression, and evaluated without the huge and tiny factors."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from spinglass._printing import Branch, Kernel
from spinglass.activations.interpreter import Arithmetic, multiprecision

KERNEL_MODULE = "spinglass.generated.gaussian_means"
NAME = "scaled_erfc"


def scaled(expression: Any) -> Any:
    """The expression with each e^P erfc(Q), Q >= 0, as e^{P − Q²} scaled_erfc(Q)."""
    import sympy as sp

    function = sp.Function(NAME)

    def rewritten(node: Any) -> Any:
        tail = next((part for part in node.args if isinstance(part, sp.erfc) and part.args[0].is_nonnegative), None)
        growth = next((part for part in node.args if isinstance(part, sp.exp)), None)
        if tail is None or growth is None:
            return node
        (place,) = tail.args
        rest = sp.simplify(sp.expand(growth.args[0] - place**2))
        others = sp.Mul(*(part for part in node.args if part not in (tail, growth)))
        return others * sp.exp(rest) * function(place)

    return expression.replace(lambda node: node.is_Mul, rewritten)


def kernel() -> Kernel:
    """The signature of the emitted kernel, for text that calls it."""
    import sympy as sp

    y = sp.Symbol("y", real=True)
    return Kernel(NAME, (y,), (Branch(sp.true, y),))


@lru_cache(maxsize=1)
def arithmetic() -> Arithmetic:
    """mpmath at its current precision, with scaled_erfc."""
    from mpmath import mp

    def function(y: Any) -> Any:
        if y < 50 + mp.dps:
            return mp.exp(y * y) * mp.erfc(y)
        total, term, k = mp.zero, 1 / (y * mp.sqrt(mp.pi)), 0
        while abs(term) > mp.eps * abs(total):  # asymptotic: its least term is e^{−y²}
            total += term
            k += 1
            term *= -(2 * k - 1) / (2 * y * y)
        return total

    plain = multiprecision()
    return Arithmetic({**plain.functions, NAME: function}, plain.number, plain.power)
