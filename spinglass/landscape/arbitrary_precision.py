"""The slow twin of the certificate: the same claims from other formulas, in the ball arithmetic of Arb with 128 bits.

The polynomial is a sum of monomials with exact coefficients, the test is the interval Newton method, solved by Gaussian
elimination over the whole box, after Newton's method has sharpened the approximation; the signs of the bordered Hessian
come from enclosures of its eigenvalues. Needs python-flint (the extra ``rigorous``). Sources: Johansson, IEEE Trans.
Comput. 66 (2017) (Arb); Moore, Interval Analysis (1966) (interval Newton method).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import InputError
from spinglass.landscape.problem import PolynomialProblem
from spinglass.landscape.proofs import Classes, Points

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]
Terms = list[tuple[Any, tuple[int, ...]]]

_BITS = 128
_REACH = 2.0**-72
_NEWTON_STEPS = 5


def _flint() -> Any:
    try:
        import flint
    except ImportError:
        raise InputError(
            "arithmetic = 'arb': needs python-flint, which comes with the extra: pip install 'spinglass[rigorous]'"
        ) from None
    return flint


class ArbPolynomial:
    """h/scale as monomials c x^α μ^{d−|α|}, with all derivatives that the equations need."""

    def __init__(self, problem: PolynomialProblem, exponent: int) -> None:
        flint = _flint()
        self.flint = flint
        tensors, field, direction = problem.polynomial_system()
        self.n = n = int(problem.n_spins)
        self.scale = flint.arb(2) ** exponent
        monomials: dict[tuple[int, ...], Any] = {}

        def accumulate(k: int, entry: Callable[[tuple[int, ...]], Any]) -> None:
            for indices in itertools.product(range(n), repeat=k):
                alpha = tuple(indices.count(i) for i in range(n))
                monomials[alpha] = monomials.get(alpha, flint.arb(0)) + entry(indices) / self.scale

        e = [flint.arb(float(x)) for x in direction]
        for k, tensor in tensors.items():
            accumulate(k, lambda indices, tensor=tensor: flint.arb(float(tensor[indices])))  # type: ignore[misc]
        for k, coefficient in enumerate(field):
            if coefficient != 0:
                c = flint.arb(float(coefficient))
                accumulate(k, lambda indices, c=c: math.prod((e[i] for i in indices), start=c))  # type: ignore[misc]
        monomials = {alpha: c for alpha, c in monomials.items() if not c.is_zero()}
        self.degree = max([0, *(sum(alpha) for alpha in monomials)])
        value: Terms = [(c, (*alpha, self.degree - sum(alpha))) for alpha, c in monomials.items()]
        self.value = value
        self.gradient = [_derivative(value, i) for i in range(n)]
        self.hessian = [[_derivative(terms, j) for j in range(n + 1)] for terms in self.gradient]

    def system(self, z: list[Any], multiplier: Any, has_mu: bool, chart: list[Any] | None) -> tuple[Any, Any]:
        """Equations and Jacobian, as matrices of Arb; chart None means the equations of a real point on the sphere."""
        n = self.n
        last = n + int(has_mu)
        zero = z[0] * 0
        x = z[:n]
        powers = _powers([*x, z[n] if has_mu else zero + 1], self.degree)
        rows = [_value(terms, powers, zero) - multiplier * x[i] for i, terms in enumerate(self.gradient)]
        matrix = [[zero] * (last + 1) for _ in range(last + 1)]
        for i in range(n):
            for j in range(last):
                matrix[i][j] = _value(self.hessian[i][j], powers, zero)
            matrix[i][i] -= multiplier
            matrix[i][last] = -x[i]
        square = sum((xi * xi for xi in x), zero)
        if chart is None:
            rows.append((1 - square) / 2)
            matrix[last] = [*(-xi for xi in x), zero]
        else:
            if has_mu:
                rows.append(square - z[n] * z[n])
                matrix[n] = [*(2 * xi for xi in x), -2 * z[n], zero]
            rows.append(sum((c * zi for c, zi in zip(chart, z, strict=True)), zero) - 1)
            matrix[last] = [*chart, zero]
        return rows, matrix

    def enclosure(self, z: list[Any], has_mu: bool, on_sphere: bool) -> list[Any] | None:
        """A box of (z, Λ) with exactly one solution, near to the given z, or None."""
        flint = self.flint
        matrix_type = flint.arb_mat if on_sphere else flint.acb_mat
        n = self.n
        chart = None if on_sphere else [zi.conjugate() for zi in z]
        rows, _ = self.system(z, z[0] * 0, has_mu, chart)
        norms = [xi * (xi if on_sphere else xi.conjugate()) for xi in z[:n]]
        bottom = sum(norms, z[0] * 0)
        top = sum(
            (row * (xi if on_sphere else xi.conjugate()) for row, xi in zip(rows[:n], z[:n], strict=True)), bottom * 0
        )
        try:
            point = [zi.mid() for zi in z] + [(top / bottom).mid()]
            for _ in range(_NEWTON_STEPS):
                rows, matrix = self.system(point[:-1], point[-1], has_mu, chart)
                step = matrix_type(matrix).solve(matrix_type([[row] for row in rows]))
                point = [(p - step[i, 0]).mid() for i, p in enumerate(point)]
            ball = flint.arb(0, _REACH)
            spread = ball if on_sphere else flint.acb(ball, ball)
            box = [p + spread for p in point]
            rows, _ = self.system(point[:-1], point[-1], has_mu, chart)
            _, matrix = self.system(box[:-1], box[-1], has_mu, chart)
            step = matrix_type(matrix).solve(matrix_type([[row] for row in rows]))
        except ZeroDivisionError:
            return None
        image = [p - step[i, 0] for i, p in enumerate(point)]
        inside = all(b.contains_interior(i) for b, i in zip(box, image, strict=True))
        return image if inside else None

    def negative(self, box: list[Any]) -> int:
        """Negative eigenvalues of the bordered Hessian all over the box of a real point, −1 if not proved."""
        _, matrix = self.system(box[:-1], box[-1], False, None)
        try:
            values = self.flint.acb_mat(matrix).eig(multiple=True)
        except ValueError:
            return -1
        if any(value.real.contains(0) for value in values):
            return -1
        return sum(bool(value.real < 0) for value in values)


def prove_points(problem: PolynomialProblem, exponent: int, sigma: FloatArray, tolerance: float) -> Points:
    """Enclosures of real critical points near to the given σ."""
    flint = _flint()
    count, n = sigma.shape
    radius = np.full(count, np.inf)
    low, high = np.full(count, -np.inf), np.full(count, np.inf)
    index = np.full(count, -1)
    boxes: list[list[Any]] = []
    with flint.ctx.workprec(_BITS):
        polynomial = ArbPolynomial(problem, exponent)
        for b in range(count):
            if not np.all(np.isfinite(sigma[b])):
                continue
            given = [flint.arb(float(x)) for x in sigma[b]]
            box = polynomial.enclosure(given, False, True)
            if box is None:
                continue
            away = _largest([x - y for x, y in zip(box, given, strict=False)])
            if not away <= tolerance:
                continue
            radius[b] = away
            boxes.append(box[:-1])
            powers = _powers([*box[:-1], flint.arb(1)], polynomial.degree)
            energy = _value(polynomial.value, powers, flint.arb(0)) * polynomial.scale / n
            low[b] = np.nextafter(float(energy.lower()), -np.inf)
            high[b] = np.nextafter(float(energy.upper()), np.inf)
            negative = polynomial.negative(box)
            index[b] = negative - 1 if negative > 0 else -1
        pair = _meeting(boxes) if len(boxes) == count else None
    return Points(radius, low, high, index, pair)


def prove_classes(problem: PolynomialProblem, exponent: int, z: ComplexArray, tolerance: float) -> Classes:
    """Enclosures of complex classes near to the given z, their distinctness, and which of them are not real."""
    flint = _flint()
    boxes: list[list[Any]] = []
    with flint.ctx.workprec(_BITS):
        polynomial = ArbPolynomial(problem, exponent)
        has_mu = z.shape[1] > polynomial.n
        for b in range(len(z)):
            box = None
            if np.all(np.isfinite(z[b])):
                given = [flint.acb(complex(x).real, complex(x).imag) for x in z[b]]
                box = polynomial.enclosure(given, has_mu, False)
            if box is None or not _largest([x - y for x, y in zip(box, given, strict=False)]) <= tolerance:
                return Classes(f"complex solution {b} is not proved to be within {tolerance:g} of exactly one", b, 0)
            if polynomial.degree > 2 and box[-1].contains(0):
                return Classes(f"complex solution {b} is not proved to have a multiplier different from zero", 0, 0)
            bottom = sum((x / (j + math.sqrt(2)) for j, x in enumerate(box[:-1])), flint.acb(0))
            if bottom.contains(0):
                return Classes("a complex solution is not proved to lie in the common chart", 0, 0)
            boxes.append([x / bottom for x in box[:-1]])
        pair = _meeting(boxes)
        if pair is not None:
            return Classes(f"complex solutions {pair[0]} and {pair[1]} are not proved to be different", 0, 0)
        nonreal = sum(any(not x.imag.contains(0) for x in box) for box in boxes)
    return Classes("", len(boxes), nonreal)


def _derivative(terms: Terms, variable: int) -> Terms:
    """The derivative of a sum of monomials."""
    return [
        (c * alpha[variable], (*alpha[:variable], alpha[variable] - 1, *alpha[variable + 1 :]))
        for c, alpha in terms
        if alpha[variable] > 0
    ]


def _powers(z: list[Any], degree: int) -> list[list[Any]]:
    """z_i^k for all i and k = 0 … degree."""
    rows = []
    for zi in z:
        row = [zi * 0 + 1]
        for _ in range(degree):
            row.append(row[-1] * zi)
        rows.append(row)
    return rows


def _value(terms: Terms, powers: list[list[Any]], zero: Any) -> Any:
    """A sum of monomials."""
    total = zero
    for c, alpha in terms:
        for row, k in zip(powers, alpha, strict=True):
            if k:
                c = c * row[k]
        total = total + c
    return total


def _largest(values: list[Any]) -> float:
    """An upper bound of the largest modulus."""
    return max(float(np.nextafter(float(abs(value).upper()), np.inf)) for value in values)


def _meeting(boxes: list[list[Any]]) -> tuple[int, int] | None:
    """Two boxes that overlap, if there are such."""
    for i, j in itertools.combinations(range(len(boxes)), 2):
        if all(x.overlaps(y) for x, y in zip(boxes[i], boxes[j], strict=True)):
            return i, j
    return None
