"""A small Grassmann algebra with Berezin's integral.

A monomial is a bit mask: bit j is set when generator j occurs, in the order in which the generators were named. The
coefficients live in a sparse polynomial ring of sympy, so that sums are always in normal form and zero is recognised.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy as sp
from sympy.polys.polyerrors import CoercionFailed
from sympy.polys.rings import PolyElement, PolyRing

from derivations.moments import gaussian_expectation
from spinglass._errors import checked_choice, checked_int, input_error


class GrassmannAlgebra:
    """The algebra over Q[symbols] (or Q(i)[symbols]) with anticommuting generators θ₁, θ₂, ...

    names : one name for each generator.   symbols : the sympy symbols of the coefficients.
    domain : `sympy.QQ` or `sympy.QQ_I`.
    exchange : θ_jθ_k = exchange · θ_kθ_j for j ≠ k. −1 is Grassmann's rule; +1 gives commuting variables of square
        zero, whose Gaussian integrals are permanents up to the sign, and serves as the control of what the sign does.
    """

    def __init__(
        self, names: Sequence[str], symbols: Iterable[Any] = (), domain: Any = sp.QQ, exchange: int = -1
    ) -> None:
        self.names = tuple(names)
        if not self.names or len(set(self.names)) != len(self.names):
            raise input_error("names", names, "must be one or more different names")
        self.exchange = checked_choice("exchange", exchange, (-1, 1))
        self.ring = PolyRing(sorted(set(symbols), key=lambda symbol: symbol.name), domain)
        self._place = {name: place for place, name in enumerate(self.names)}

    def place(self, name: str) -> int:
        """The position of a generator in the normal order."""
        return self._place[checked_choice("name", name, self.names)]

    def generator(self, name: str) -> GrassmannElement:
        """The generator called `name`."""
        return GrassmannElement(self, {1 << self.place(name): self.ring.one})

    def generators(self) -> list[GrassmannElement]:
        """All generators in their order."""
        return [self.generator(name) for name in self.names]

    def constant(self, value: Any) -> GrassmannElement:
        """A commuting number or polynomial as an element of degree zero."""
        coefficient = self.coefficient(value)
        return GrassmannElement(self, {0: coefficient} if coefficient else {})

    def coefficient(self, value: Any) -> Any:
        """`value` as an element of the coefficient ring, or an `InputError`."""
        if isinstance(value, PolyElement) and value.ring == self.ring:
            return value
        try:
            return self.ring.from_expr(sp.sympify(value))
        except (ValueError, CoercionFailed):
            raise input_error("coefficient", value, f"must be in {self.ring.domain}[{self.ring.symbols}]") from None

    def sign(self, left: int, right: int) -> int:
        """The sign that orders the product of two monomials without a common generator."""
        if self.exchange == 1:
            return 1
        passed = 0
        while right:
            lowest = right & -right
            passed += (left & -(lowest << 1)).bit_count()
            right ^= lowest
        return -1 if passed % 2 else 1

    def substitute(self, element: GrassmannElement, images: Sequence[GrassmannElement]) -> GrassmannElement:
        """The element with every generator replaced by its image (odd elements, so that the rules are kept)."""
        if len(images) != len(self.names):
            raise input_error("images", images, f"must be {len(self.names)} elements, one for each generator")
        total = self.constant(0)
        for mask, coefficient in element.terms.items():
            product = self.constant(coefficient)
            for place, image in enumerate(images):
                if mask >> place & 1:
                    product = product * image
            total = total + product
        return total


class GrassmannElement:
    """An element: `terms` maps the bit mask of a monomial to its coefficient, which is never zero."""

    __slots__ = ("algebra", "terms")

    def __init__(self, algebra: GrassmannAlgebra, terms: Mapping[int, Any]) -> None:
        self.algebra = algebra
        self.terms = dict(terms)

    def _other(self, other: Any) -> GrassmannElement:
        if not isinstance(other, GrassmannElement):
            return self.algebra.constant(other)
        if other.algebra is not self.algebra:
            raise input_error("other", other, "must belong to the same algebra")
        return other

    def __add__(self, other: Any) -> GrassmannElement:
        terms = dict(self.terms)
        for mask, coefficient in self._other(other).terms.items():
            terms[mask] = terms[mask] + coefficient if mask in terms else coefficient
            if not terms[mask]:
                del terms[mask]
        return GrassmannElement(self.algebra, terms)

    __radd__ = __add__

    def __neg__(self) -> GrassmannElement:
        return GrassmannElement(self.algebra, {mask: -coefficient for mask, coefficient in self.terms.items()})

    def __sub__(self, other: Any) -> GrassmannElement:
        return self + -self._other(other)

    def __rsub__(self, other: Any) -> GrassmannElement:
        return self._other(other) - self

    def __mul__(self, other: Any) -> GrassmannElement:
        terms: dict[int, Any] = {}
        factor = self._other(other)
        for (left, a), (right, b) in itertools.product(self.terms.items(), factor.terms.items()):
            if left & right:
                continue  # the square of a generator is zero
            product = a * b if self.algebra.sign(left, right) > 0 else -(a * b)
            mask = left | right
            terms[mask] = terms[mask] + product if mask in terms else product
        return GrassmannElement(self.algebra, {mask: c for mask, c in terms.items() if c})

    def __rmul__(self, other: Any) -> GrassmannElement:
        return self._other(other) * self

    def __pow__(self, power: int) -> GrassmannElement:
        product = self.algebra.constant(1)
        for _ in range(checked_int("power", power, low=0)):
            product = product * self
        return product

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GrassmannElement) and self.algebra is other.algebra and self.terms == other.terms

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        parts = []
        for mask, coefficient in sorted(self.terms.items()):
            names = [name for place, name in enumerate(self.algebra.names) if mask >> place & 1]
            parts.append("*".join([f"({coefficient.as_expr()})", *names]))
        return " + ".join(parts) or "0"

    @property
    def is_even(self) -> bool:
        """Whether every monomial has an even number of generators."""
        return all(mask.bit_count() % 2 == 0 for mask in self.terms)

    def coefficient(self, *names: str) -> Any:
        """The coefficient of the monomial of these generators in normal order, as an expression."""
        mask = sum(1 << self.algebra.place(name) for name in names)
        return self.terms.get(mask, self.algebra.ring.zero).as_expr()

    def exp(self) -> GrassmannElement:
        """The exponential of an even element without constant term: even monomials commute and have square zero,
        so that it is the product of 1 + c θ…θ over the monomials."""
        if not self.is_even or 0 in self.terms:
            raise input_error("element", self, "an exponential needs an even element without constant term")
        product = self.algebra.constant(1)
        for mask, coefficient in self.terms.items():
            product = product + product * GrassmannElement(self.algebra, {mask: coefficient})
        return product

    def mean(self, variances: Mapping[Any, Any]) -> GrassmannElement:
        """The average of every coefficient over independent centred Gaussian symbols."""
        means = {mask: gaussian_expectation(coefficient, variances) for mask, coefficient in self.terms.items()}
        return GrassmannElement(self.algebra, {mask: mean for mask, mean in means.items() if mean})

    def integral(self, *names: str) -> GrassmannElement:
        """Berezin's ∫dθ_a dθ_b … of the element: the last differential acts first, each as the left derivative.

        ∫dθ θ = 1, ∫dθ 1 = 0, and differentials anticommute with everything odd. A pair is integrated by ∫dχ̄ dχ, so
        that ∫dχ̄ dχ exp(−χ̄ m χ) = m.
        """
        current = self
        for name in reversed(names):
            bit = 1 << self.algebra.place(name)
            current = GrassmannElement(
                self.algebra,
                {
                    mask ^ bit: coefficient if self.algebra.sign(bit, mask ^ bit) > 0 else -coefficient
                    for mask, coefficient in current.terms.items()
                    if mask & bit
                },
            )
        return current


class Fermions:
    """Pairs χ̄_{aj}, χ_{aj} for copies a = 1..copies and j = 1..size, with the measure ∏ dχ̄_{aj} dχ_{aj}."""

    def __init__(
        self, size: int, copies: int = 1, symbols: Iterable[Any] = (), domain: Any = sp.QQ, exchange: int = -1
    ) -> None:
        self.size = checked_int("size", size, low=1)
        self.copies = checked_int("copies", copies, low=1)
        labels = [f"{copy}{j}" for copy in range(1, self.copies + 1) for j in range(1, self.size + 1)]
        names = [f"{kind}_{label}" for label in labels for kind in ("chibar", "chi")]
        self.algebra = GrassmannAlgebra(names, symbols, domain, exchange)

    def chi(self, copy: int = 1) -> list[GrassmannElement]:
        """The n generators χ_{copy, j}."""
        return [self.algebra.generator(f"chi_{copy}{j}") for j in range(1, self.size + 1)]

    def chibar(self, copy: int = 1) -> list[GrassmannElement]:
        """The n generators χ̄_{copy, j}."""
        return [self.algebra.generator(f"chibar_{copy}{j}") for j in range(1, self.size + 1)]

    def bilinear(self, left: Sequence[Any], matrix: Any, right: Sequence[Any]) -> GrassmannElement:
        """Σ_jk left_j M_jk right_k."""
        total = self.algebra.constant(0)
        for j, k in itertools.product(range(self.size), repeat=2):
            total = total + self.algebra.coefficient(matrix[j, k]) * left[j] * right[k]
        return total

    def dot(self, left: Sequence[Any], right: Sequence[Any]) -> GrassmannElement:
        """Σ_j left_j right_j."""
        return self.bilinear(left, sp.eye(self.size), right)

    def integral(self, element: GrassmannElement) -> Any:
        """∫ ∏ dχ̄ dχ over all pairs, as an expression. A pair is even, so that the order of the pairs is free."""
        value = element.integral(*self.algebra.names)
        return value.terms.get(0, self.algebra.ring.zero).as_expr()


def checked_matrix(argument: str, value: Any, symmetric: bool = False) -> Any:
    """`value` as a square sympy matrix of at least one row (symmetric on demand), or an `InputError`."""
    rule = f"must be a {'symmetric' if symmetric else 'square'} matrix with at least one row"
    try:
        matrix = sp.Matrix(value)
    except (TypeError, ValueError):
        raise input_error(argument, value, rule) from None
    if matrix.rows == 0 or matrix.rows != matrix.cols or (symmetric and sp.expand(matrix - matrix.T) != 0 * matrix):
        raise input_error(argument, value, rule)
    return matrix


def berezin_determinant(matrices: Sequence[Any], signs: Sequence[int] | None = None, exchange: int = -1) -> Any:
    """∫ ∏ dχ̄ dχ exp(−Σ_a s_a χ̄_a M_a χ_a), one copy for each matrix; all s_a = 1 by default."""
    checked = [checked_matrix("matrices", matrix) for matrix in matrices]
    if not checked or len({matrix.rows for matrix in checked}) != 1:
        raise input_error("matrices", list(matrices), "must be one or more matrices of one size")
    symbols = set().union(*(matrix.free_symbols for matrix in checked))
    domain = sp.QQ_I if any(matrix.has(sp.I) for matrix in checked) else sp.QQ
    fermions = Fermions(checked[0].rows, len(checked), symbols, domain, exchange)
    exponent = fermions.algebra.constant(0)
    for copy, (matrix, sign) in enumerate(zip(checked, signs or [1] * len(checked), strict=True), 1):
        exponent = exponent - sign * fermions.bilinear(fermions.chibar(copy), matrix, fermions.chi(copy))
    return fermions.integral(exponent.exp())


def append_coefficients(left: list[Any], right: list[Any], one: GrassmannElement, other: GrassmannElement) -> None:
    """Append the coefficients of all monomials of either element to two lists, for a claim that compares them."""
    zero = one.algebra.ring.zero
    for mask in sorted(one.terms.keys() | other.terms.keys()):
        left.append(one.terms.get(mask, zero).as_expr())
        right.append(other.terms.get(mask, zero).as_expr())
