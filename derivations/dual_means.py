"""The mean of one or two determinants of M − A_n over the GOE: entry by entry, and by the dual integrals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp
from sympy.polys.rings import PolyRing

from derivations.grassmann_algebra import checked_matrix
from derivations.moments import gaussian_expectation, goe_matrix
from derivations.symbols import r1, r2
from spinglass._errors import input_error

# The quaternion self-dual field [[r_11, Q], [Q†, r_22]]: Q is a real quaternion, |Q|² = |h|² + |w|².
r11, r22 = sp.symbols("r_11 r_22", real=True)
h_re, h_im, w_re, w_im = sp.symbols("h_re h_im w_re w_im", real=True)
FIELD_VARIANCES = {r11: 1, r22: 1, **dict.fromkeys((h_re, h_im, w_re, w_im), sp.Rational(1, 2))}
QUATERNION_SQUARE = h_re**2 + h_im**2 + w_re**2 + w_im**2


def direct_mean(matrices: Sequence[Any]) -> Any:
    """E ∏_a det(M_a − A_n) over the GOE for symmetric M_a, by the moments of the n(n+1)/2 independent entries."""
    checked = _of_one_size(matrices)
    goe, variances = goe_matrix(checked[0].rows, "a")
    ring = ring_of(*checked, goe)
    product = ring.one
    for matrix in checked:
        product *= determinant(ring, matrix - goe)
    return gaussian_expectation(product, variances).as_expr()


def one_copy_mean(matrix: Any, coupling: Any = sp.I) -> Any:
    """E_r det(M + ir) with a standard normal r, for symmetric M: it equals E det(M − A_n)."""
    checked = checked_matrix("matrix", matrix, symmetric=True)
    ring = ring_of(checked, [[r1, sp.I]])
    return gaussian_expectation(determinant(ring, checked + coupling * r1 * sp.eye(checked.rows)), {r1: 1}).as_expr()


def two_point_mean(first: Any, second: Any, sign: int = 1) -> Any:
    """E_R det [[M₁ + i r_11, i|Q|], [i|Q|, M₂ + i r_22]] over the quaternion field: E det(M₁ − A_n) det(M₂ − A_n)."""
    one, two = _of_one_size([first, second])
    unit = sp.eye(one.rows)
    ring = ring_of(one, two, [[sp.I, *FIELD_VARIANCES]])
    # Conjugation by diag(1, i|Q|) turns the blocks i|Q|, i|Q| into −|Q|², 1, so that no root is left.
    upper = (one + sp.I * r11 * unit).row_join(-sign * QUATERNION_SQUARE * unit)
    matrix = upper.col_join(unit.row_join(two + sp.I * r22 * unit))
    return gaussian_expectation(determinant(ring, matrix), FIELD_VARIANCES).as_expr()


def two_copy_mean(matrix: Any, density: Any = (r1 - r2) ** 4 / 12) -> Any:
    """E_r det(M + ir₁) det(M + ir₂), (r₁, r₂) of density ∝ (r₁ − r₂)⁴ e^{−(r₁² + r₂²)/2}: E det(M − A_n)².

    density : that of (r₁, r₂) relative to two independent standard normal variables, a polynomial.
    """
    checked = checked_matrix("matrix", matrix, symmetric=True)
    unit = sp.eye(checked.rows)
    ring = ring_of(checked, [[sp.I, r1, r2]])
    product = ring.from_expr(density)
    for field in (r1, r2):
        product *= determinant(ring, checked + sp.I * field * unit)
    return gaussian_expectation(product, {r1: 1, r2: 1}).as_expr()


def ring_of(*expressions: Any) -> Any:
    """The polynomial ring of all symbols in matrices or lists of expressions: over Q(i) where i occurs, else over Q."""
    entries = [sp.sympify(entry) for expression in expressions for entry in sp.flatten(expression)]
    symbols = set().union(*(entry.free_symbols for entry in entries))
    return PolyRing(sorted(symbols, key=str), sp.QQ_I if any(entry.has(sp.I) for entry in entries) else sp.QQ)


def determinant(ring: Any, matrix: Any) -> Any:
    """The determinant in the ring, without divisions: rows expanded one by one, minors kept by their columns."""
    minors = {0: ring.one}
    for row in matrix.tolist():
        entries = [ring.from_expr(sp.sympify(entry)) for entry in row]
        grown: dict[int, Any] = {}
        for columns, minor in minors.items():
            for column, entry in enumerate(entries):
                if columns >> column & 1 or not entry:
                    continue
                term = minor * entry if (columns >> column).bit_count() % 2 == 0 else -minor * entry
                key = columns | 1 << column
                grown[key] = grown[key] + term if key in grown else term
        minors = grown
    return minors.get((1 << matrix.rows) - 1, ring.zero)


def _of_one_size(matrices: Sequence[Any]) -> list[Any]:
    checked = [checked_matrix("matrices", matrix, symmetric=True) for matrix in matrices]
    if not checked or len({matrix.rows for matrix in checked}) != 1:
        raise input_error("matrices", list(matrices), "must be one or more symmetric matrices of one size")
    return checked
