"""Sines and cosines as coordinates on circles: trigonometric identities by polynomial division."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from derivations.dual_means import ring_of


def cosine(angle: Any) -> Any:
    """The symbol that stands for cos(angle)."""
    return sp.Symbol(f"cos_{angle}", real=True)


def sine(angle: Any) -> Any:
    """The symbol that stands for sin(angle)."""
    return sp.Symbol(f"sin_{angle}", real=True)


def on_circles(expression: Any) -> Any:
    """The expression with symbols for the sines and cosines of its angles (matrices entry by entry)."""
    atoms = expression.atoms(sp.sin, sp.cos)
    return expression.subs({atom: (cosine if atom.func is sp.cos else sine)(atom.args[0]) for atom in atoms})


def normal_form(expression: Any, angles: Sequence[Any]) -> Any:
    """The remainder of a polynomial in sines and cosines modulo sin² + cos² = 1: zero exactly if it vanishes there.

    The relations of different angles have coprime leading terms, hence are a Gröbner basis and the remainder is unique.
    """
    circles = [sine(angle) ** 2 + cosine(angle) ** 2 - 1 for angle in angles]
    polynomial = on_circles(sp.sympify(expression))
    ring = ring_of([polynomial, *circles])
    return ring.from_expr(polynomial).rem([ring.from_expr(circle) for circle in circles]).as_expr()
