"""The integral of the mean total count term by term: Hermite functions, Gaussian moments, error functions."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import mpmath as mp
import sympy as sp

from derivations import symbols
from derivations.claims import Claim, Identity, Numbers
from derivations.count_integral import derivation, r, total
from derivations.deferred import deferred
from derivations.derivation import Result
from derivations.moments import gaussian_moment
from derivations.skew_moments import level_density, mean_gaussian_statistic

MAX_SPINS = 12
SIZES = range(1, MAX_SPINS + 1)
_DIGITS = 40

xi = symbols.xi
b = sp.Symbol("b", positive=True)  # width of a Gaussian


@lru_cache(maxsize=64)
def _hermite(order: int) -> Any:
    """He_order as a polynomial in xi."""
    if order < 2:
        return sp.Poly(xi**order, xi)
    return sp.Poly(xi, xi) * _hermite(order - 1) - (order - 1) * _hermite(order - 2)


def _signed_integral(order: int) -> tuple[Any, Any]:
    """½∫ sgn(x − t) He_order(t) e^{−t²/4} dt = G(x) e^{−x²/4} + c √π erf(x/2), as (G, c)."""
    if order < 2:
        return (sp.Poly(-2 * order, xi), sp.Integer(1 - order))
    lower, error_part = _signed_integral(order - 2)
    return (order - 1) * lower - 2 * _hermite(order - 1), (order - 1) * error_part


def _moments(polynomial: Any, width: Any) -> Any:
    """∫ polynomial(x) exp(−width x²) dx / √(π/width)."""
    return sum((c * gaussian_moment(m, 1 / (2 * width)) for (m,), c in polynomial.terms()), sp.Integer(0))


@lru_cache(maxsize=2 * MAX_SPINS)
def _error_moments(order: int) -> Any:
    """Q with ∫ x^order exp(−b x²) erf(x/2) dx = Q(b)/√(4b + 1), for odd order.

    By parts at order 1, then −d/db for each factor x².
    """
    if order == 1:
        return 2 / (2 * b)
    lower = _error_moments(order - 2)
    return sp.cancel(-(sp.diff(lower, b) - 2 * lower / (4 * b + 1)))


@derivation.step("density", "The one-point density in Hermite functions", flips="the sgn-integral correction")
def density(sign: int = 1) -> Result:
    r"""With $\psi_j=He_j(x)e^{-x^2/4}/\sqrt{\sqrt{2\pi}\,j!}$,
    $$R_N=\sum_{j<N}\psi_j^2+\frac{\sqrt N}2\psi_{N-1}(x)\,\tfrac12\!\int\mathrm{sgn}(x-t)\psi_N(t)dt
    +\frac{\psi_{N-1}(x)}{\int\psi_{N-1}}\,[N\text{ odd}].$$
    From $(He_je^{-x^2/4})'=\tfrac12(jHe_{j-1}-He_{j+1})e^{-x^2/4}$ the signed integrals follow by recursion, from an
    error function for even and a Gaussian for odd order. So
    $$\sqrt{2\pi}R_N=L\,e^{-x^2/2}+(S\,\sqrt\pi\,\mathrm{erf}(x/2)+O)e^{-x^2/4}$$ with polynomials
    $L,S,O$; they are carried on. Claims: $\int R_N=N$ exactly, and the density by skew moments of monomials (de
    Bruijn), which knows no Hermite functions, to 30 digits."""
    parts = {}
    for size in SIZES:
        local = sum((_hermite(j) ** 2 * sp.Rational(1, sp.factorial(j)) for j in range(size)), sp.Poly(0, xi))
        gauss, error_part = _signed_integral(size)
        correction = _hermite(size - 1) * sp.Rational(sign, 2 * sp.factorial(size - 1))
        odd = sp.Poly(0, xi)
        if size % 2:
            odd = _hermite(size - 1) * sp.sqrt(2) * (1 / (2 * _moments(_hermite(size - 1), sp.Rational(1, 4))))
        parts[size] = (local + correction * gauss, correction * error_part, odd)

    def claims() -> tuple[Claim, ...]:
        norms = [_integral(parts[size], sp.Integer(0)) for size in SIZES]
        rows = []
        for size in SIZES:
            for at in (0, 0.7, 3.1):
                exact = _with_digits(level_density, size, at)
                rows.append((f"N = {size}, x = {at}", _density_value(parts[size], at), exact))
        return (
            Identity(norms, list(SIZES), simplify=sp.simplify, what="the integral of R_N is N"),
            Numbers(rows, 1e-30, ("Hermite functions", "Pfaffian of skew moments")),
        )

    return Result(
        value=parts,
        equation=r"\sqrt{2\pi}\,R_N=L_N(x)\,e^{-x^2/2}+\left(S_N(x)\sqrt\pi\,\mathrm{erf}(x/2)+O_N(x)\right)e^{-x^2/4}",
        claims=deferred(claims),
    )


def _with_digits(function: Any, *arguments: Any) -> Any:
    with mp.workdps(_DIGITS):
        return function(*(mp.mpmathify(a) if not isinstance(a, int) else a for a in arguments))


def _density_value(parts: tuple[Any, Any, Any], at: float) -> Any:
    with mp.workdps(_DIGITS):
        x = mp.mpf(at)
        weight = mp.exp(-x * x / 4)
        local, error_part, odd = (mp.mpf(sp.N(part.eval(sp.Rational(at)), _DIGITS + 20)) for part in parts)
        inside = local * weight + error_part * mp.sqrt(mp.pi) * mp.erf(x / 2) + odd
        return inside * weight / mp.sqrt(2 * mp.pi)


def _integral(parts: tuple[Any, Any, Any], width: Any) -> Any:
    """∫ R_N(x) exp(−width x²) dx."""
    local, error_part, odd = parts
    wide, narrow = width + sp.Rational(1, 4), width + sp.Rational(1, 2)
    smooth = _moments(local, narrow) / sp.sqrt(2 * narrow) + _moments(odd, wide) / sp.sqrt(2 * wide)
    signed = sum((c * _error_moments(m) for (m,), c in error_part.terms() if c), sp.Integer(0))
    return smooth + sp.sympify(signed).subs(b, wide) / sp.sqrt(2 * (4 * wide + 1))


@derivation.step("counts", "Term by term", flips="the terms with an error function")
def counts(sign: int = 1) -> Result:
    r"""Every term is a moment. Those with an error function follow from
    $\int x\,e^{-bx^2}\mathrm{erf}(x/2)dx=1/(b\sqrt{4b+1})$ (by parts) by derivatives in $b$; with
    $b=\tfrac14+\tfrac{r-1}{4(r+1)}=\tfrac r{2(r+1)}$ both kinds of terms have the same root $\sqrt{3r+1}$, and the rest
    is rational. The term of odd $N$ integrates to exactly 2. So
    $$E\,\mathrm{Crt}_N=\frac{r^{N/2}}{\sqrt{3r+1}}\,Q_N(r)+2\cdot1\{N\text{ odd}\},$$
    $Q_N$ rational. Claims: the moments by quadrature; the totals to 30 digits against de Bruijn's Pfaffian of skew
    moments, at integer and real $p=1+r$; and $2N$ points at $r=1$ ($p=2$, twice the $N$ eigenvectors)."""
    constant, width = total()
    wide, narrow = width + sp.Rational(1, 4), sp.together(width + sp.Rational(1, 2))
    root = sp.sqrt(3 * r + 1)
    shared = sp.simplify(constant * root / sp.sqrt(2 * narrow) / r ** (symbols.N / 2))
    found = {}
    for size, (local, error_part, odd) in density().items():
        signed = sum((c * _error_moments(m) for (m,), c in error_part.terms() if c), sp.Integer(0))
        signed = sp.sympify(signed).subs(b, wide) / 2  # sqrt(4b + 1) = 2 sqrt(narrow)
        quotient = sp.factor(shared * (_moments(local, narrow) + sign * signed))
        rest = sp.factor(_moments(odd, wide)) * constant.subs(symbols.N, size) / sp.sqrt(2 * wide)
        found[size] = (quotient, sp.simplify(sp.powsimp(rest)))

    def claims() -> tuple[Claim, ...]:
        moments = []
        for order in (1, 3, 7, 11):
            for at in (sp.Rational(1, 4), sp.Rational(2, 5)):
                closed = number(_error_moments(order).subs(b, at) / sp.sqrt(4 * at + 1))
                moments.append((f"order {order}, b = {at}", closed, _error_moment_by_quadrature(order, float(at))))
        rows = []
        for size, parts in found.items():
            for at in ("3", "4", "5", "1.3", "1.0625", "17.75"):
                rows.append((f"N = {size}, p = {at}", _total_value(size, parts, at), _pfaffian_total(size, at)))
        two = [sp.simplify(_assembled(size, parts).subs(r, 1)) for size, parts in found.items()]
        return (
            Numbers(moments, 1e-12, ("derivatives in b", "quadrature")),
            Numbers(rows, 1e-30, ("closed forms", "Pfaffian of skew moments")),
            Identity(two, [2 * size for size in found], what="p = 2 has 2N critical points"),
        )

    return Result(
        value=found,
        equation=[sp.Eq(sp.Symbol(f"Q_{size}"), found[size][0], evaluate=False) for size in (2, 3, 4, 5, 6)],
        claims=deferred(claims),
    )


def _error_moment_by_quadrature(order: int, width: float) -> Any:
    return mp.quad(lambda x: x**order * mp.exp(-width * x * x) * mp.erf(x / 2), [-40, -5, 0, 5, 40])


def _assembled(size: int, parts: tuple[Any, Any]) -> Any:
    """The total number as a function of r."""
    return r ** sp.Rational(size, 2) / sp.sqrt(3 * r + 1) * parts[0] + parts[1]


def _total_value(size: int, parts: tuple[Any, Any], at: str) -> Any:
    return number(_assembled(size, parts).subs(r, sp.Rational(at) - 1))


def number(expression: Any) -> Any:
    """The value of an expression, in mpmath with all its digits."""
    with mp.workdps(_DIGITS):
        real, imaginary = (mp.mpf(part) for part in sp.N(expression, _DIGITS + 5).as_real_imag())
        return mp.mpc(real, imaginary) if imaginary else real


def _pfaffian_total(size: int, at: str) -> Any:
    """2√(2/p) (p−1)^{N/2} E Σ exp(−(p−2)λ²/(4p))."""
    with mp.workdps(_DIGITS):
        spins = mp.mpf(at)
        mean = mean_gaussian_statistic(size, (spins - 2) / (4 * spins))
        return 2 * mp.sqrt(2 / spins) * (spins - 1) ** (mp.mpf(size) / 2) * mean
