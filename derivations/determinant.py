"""The compiled formulas of E|det(A_n − ξ)| for n <= 4.

The steps are in `determinant_integral` (the two-dimensional integral) and `determinant_closed_forms`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import sympy as sp

from derivations.determinant_closed_forms import closed_even, closed_odd, even_form, odd_form
from derivations.determinant_integral import derivation, gram_reduction
from derivations.emit import Argument, Formula
from derivations.fyodorov_routes import hermite
from derivations.symbols import xi
from spinglass._printing import Assignment, Branch, Kernel

__all__ = ["derivation", "gram_reduction"]

LARGEST = 1e70  # powers up to the fourth stay in range
_FAR = 60  # beyond it e^{−ξ²/4} and erfc(ξ/2) are below the smallest double
_square, _gauss, _modulus, _error = sp.symbols("y g a f", positive=True)  # ξ², e^{−ξ²/4}, |ξ|, erf(|ξ|/2)


def _kernel(size: int, plain: Any) -> Kernel:
    """Both terms by Horner's scheme in ξ²: where they have opposite signs the sum is at least a third of either."""
    gaussian = sp.expand(plain).coeff(sp.exp(-(xi**2) / 4))
    factor = sp.sqrt(2) if size % 2 == 0 else 1 / sp.sqrt(sp.pi)
    first = sp.horner(sp.expand(gaussian / factor).subs(xi, sp.sqrt(_square)), _square) * factor * _gauss
    other = hermite(size) / (xi if size % 2 else 1)
    second = sp.horner(sp.expand(other).subs(xi, sp.sqrt(_square)), _square)
    body: tuple[Assignment, ...] = (Assignment(_square, xi**2), Assignment(_gauss, sp.exp(-_square / 4)))
    if size % 2:
        body += (Assignment(_modulus, sp.Abs(xi)), Assignment(_error, sp.erf(_modulus / 2)))
    if size > 1:  # the polynomials in twice the precision: only the two functions are rounded
        body += (Assignment(_square, xi**2, twofold=True),)
    near = Branch(sp.true, first + second * (_modulus * _error if size % 2 else 1), body, twofold=size > 1)
    far = Branch(
        sp.Abs(xi) > _FAR,
        second * (sp.Abs(xi) if size % 2 else 1),
        (Assignment(_square, xi**2),) if size > 1 else (),
        note="the Gaussian term has underflowed",
    )
    doc = f"E|det(A_n - xi)| for n = {size}."
    return Kernel(f"mean_abs_determinant_{size}", (xi,), (far, near), doc, exact=(near,))


def _points(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    """Shifts around the spectrum, small ones, and large ones up to the limit."""
    draws = [rng.uniform(-9, 9, count), rng.uniform(-70, 70, count), 10 ** rng.uniform(-12, 0, count)]
    draws.append(rng.choice([-1, 1], count) * 10 ** rng.uniform(0, 69, count))
    return [(float(draws[i % 4][i]),) for i in range(count)]


def _emit(size: int) -> None:
    step, plain = (closed_odd, odd_form(size)) if size % 2 else (closed_even, even_form(size))
    derivation.formula(
        Formula(
            kernel=_kernel(size, plain),
            title=f"Mean modulus of the determinant of A_n − ξ, n = {size}",
            step=step,
            arguments=(Argument(xi, "shift of the matrix", -LARGEST, LARGEST),),
            plain=plain,
            domain="real ξ, |ξ| <= 1e70",
            points=_points,
            special=((0.0,), (1.0,), (-1.0,), (3.0**0.5,), (60.0,), (math.nextafter(60.0, 61.0),), (-LARGEST,)),
        )
    )


for _size in (1, 2, 3, 4):
    _emit(_size)
