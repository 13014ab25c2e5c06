"""Checks at the door of the exact counts: sizes, indices, windows, fields."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import checked_int, input_error
from spinglass.complexity.shift_law import ShiftLaw
from spinglass.hamiltonians import OverlapField

MAX_SPINS = 2000
MAX_SPINS_INDEX = 501
MAX_SPINS_FIELD = 64
LEAST_GROWTH = 1e-3  # of ξ″/ξ′ with a field: below it the shift reaches too far beyond the spectrum for one grid


def checked_indices(index: Any, n_spins: int) -> NDArray[np.int64]:
    """The indices as integers."""
    rule = f"must be integers from 0 to n_spins - 1 = {n_spins - 1}"
    if isinstance(index, (bool, str)) or index is None:
        raise input_error("index", index, rule)
    try:
        array = np.asarray(index)
    except ValueError:
        raise input_error("index", index, rule) from None
    if array.dtype.kind not in "iuf" or array.size == 0:
        raise input_error("index", index, rule)
    for value in array.ravel().tolist():
        if not float(value).is_integer() or not 0 <= value < n_spins:
            raise input_error("index", index, rule)
    return array.astype(np.int64)


def checked_window(energy: Any) -> tuple[float, float]:
    """(lo, hi)."""
    rule = "must be a pair (lo, hi) of energy densities with lo <= hi; infinities are allowed"
    try:
        low, high = (float(bound) for bound in energy)
    except (TypeError, ValueError):
        raise input_error("energy", energy, rule) from None
    if math.isnan(low) or math.isnan(high) or low > high:
        raise input_error("energy", energy, rule)
    return low, high


def checked_edges(edges: Any) -> NDArray[np.float64]:
    """Strictly increasing energies."""
    try:
        cuts = np.asarray(edges, dtype=float)
    except (TypeError, ValueError):
        raise input_error("edges", edges, "must be real numbers") from None
    if cuts.ndim != 1 or cuts.size < 2 or not np.all(cuts[1:] > cuts[:-1]):
        raise input_error("edges", edges, "must be at least two strictly increasing energy densities")
    return cuts


def checked_energies(u: Any) -> NDArray[np.float64]:
    """Finite energies of any shape."""
    try:
        energies = np.asarray(u, dtype=float)
    except (TypeError, ValueError):
        raise input_error("u", u, "must be real numbers") from None
    if isinstance(u, (bool, str)) or not np.all(np.isfinite(energies)):
        raise input_error("u", u, "must be finite")
    return energies


def checked_field(field: Any, law: ShiftLaw, by_index: bool) -> OverlapField | None:
    """The field, or None where it vanishes; with a field sizes are limited."""
    if field is None:
        return None
    if not isinstance(field, OverlapField):
        raise input_error("field", field, "must be a hamiltonians.OverlapField")
    if field.p is not None and field.p != law.degree:
        raise input_error("field", field, f"was built for p = {field.p}, not for p = {law.degree}")
    if field.is_zero:
        return None
    if law.growth < LEAST_GROWTH:
        rule = f"with a field xi''/xi' at q = 1 must be at least {LEAST_GROWTH:g}"
        raise input_error("mixture", f"xi''/xi' = {law.growth:g}", rule)
    if has_curvature(field):
        checked_int("n_spins (with a field)", law.n_spins, 2, MAX_SPINS_FIELD)
    elif by_index:
        checked_int("n_spins (with a linear field and an index)", law.n_spins, 2, MAX_SPINS_INDEX)
    else:
        checked_int("n_spins (with a linear field)", law.n_spins, 2, MAX_SPINS)
    return field


def has_curvature(field: OverlapField) -> bool:
    """Whether D″ ≠ 0 somewhere: a linear field moves gradient and shift, but adds no rank-one term to the Hessian."""
    if field.is_polynomial:
        return any(degree >= 2 for _, _, degree in field.terms)
    return bool(np.any(field.second_derivative(np.linspace(-1.0, 1.0, 2001), 1)))
