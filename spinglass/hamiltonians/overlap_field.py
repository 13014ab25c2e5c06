"""Deterministic overlap fields D(m): what an activation, a spike or a linear field adds to a spherical spin glass.

The latitude m = Σ w_i / N is the overlap with the distinguished direction e = (1, …, 1)/√N.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinglass._errors import checked_float, checked_int, input_error

Function = Callable[[Any], Any]


@dataclass(frozen=True, init=False)
class OverlapField:
    """A deterministic function D(m) of the latitude, added to a Hamiltonian of covariance N q^p.

    ``OverlapField(p, rho)`` is the field of an activation after each of p weight layers,

        D(m) = Σ_{ℓ=1}^{p} ρ_ℓ N^{(p+1)/2 − ℓ} m^{p−ℓ},

    with ``rho`` = (ρ_1, …); coefficients that are left out are zero. Other fields are extensive and serve any p:
    `linear` D = N h m, `spike` D = N λ m^k, `from_polynomial` D = N Σ c_j m^j, `from_callable` D = N d(m).

    Parameters
    ----------
    p : number of spins per interaction, p >= 2; a field built for one p is refused by a glass of another p.
    rho : at most p finite numbers.

    Source: Choromanska et al. (AISTATS 2015); Baskerville, Keating, Mezzadri, Najnudel, arXiv:2004.03959.

    >>> field = OverlapField(p=3, rho=[0.5, 0.0, 0.0])
    >>> field.value(0.1, n_spins=8), field.derivative(0.1, n_spins=8)
    (0.04000000000000001, 0.8)
    """

    p: int | None
    terms: tuple[tuple[float, float, int], ...]  # (a, s, j): the term a N^s m^j
    functions: tuple[Function, Function, Function] | None

    def __init__(self, p: int, rho: ArrayLike) -> None:
        p = checked_int("p", p, 2)
        try:
            values = np.atleast_1d(np.asarray(rho, dtype=float))
        except (TypeError, ValueError):
            raise input_error("rho", rho, "must be real numbers rho_1, ..., rho_p") from None
        if values.ndim != 1 or not 1 <= values.size <= p:
            raise input_error("rho", rho, f"must hold 1 to p = {p} numbers rho_1, ..., rho_p")
        if not np.all(np.isfinite(values)):
            raise input_error("rho", rho, "must be finite")
        terms = [(float(r), (p + 1) / 2 - level, p - level) for level, r in enumerate(values, start=1) if r != 0]
        self._fill(p, terms, None)

    def _fill(
        self,
        p: int | None,
        terms: Sequence[tuple[float, float, int]],
        functions: tuple[Function, Function, Function] | None,
    ) -> None:
        object.__setattr__(self, "p", p)
        object.__setattr__(self, "terms", tuple(terms))
        object.__setattr__(self, "functions", functions)

    @classmethod
    def _any_p(
        cls,
        terms: Sequence[tuple[float, float, int]],
        functions: tuple[Function, Function, Function] | None = None,
    ) -> OverlapField:
        field = object.__new__(cls)
        field._fill(None, terms, functions)
        return field

    @classmethod
    def linear(cls, h: float) -> OverlapField:
        """The linear field D = N h m along e, for any p."""
        h = checked_float("h", h)
        return cls._any_p([(h, 1.0, 1)] if h else [])

    @classmethod
    def spike(cls, lam: float, k: int) -> OverlapField:
        """The spike D = N λ m^k, for any p; k >= 1."""
        lam, k = checked_float("lam", lam), checked_int("k", k, 1)
        return cls._any_p([(lam, 1.0, k)] if lam else [])

    @classmethod
    def from_polynomial(cls, coefficients: ArrayLike) -> OverlapField:
        """The extensive field D = N Σ_j c_j m^j, for any p, from (c_0, c_1, …).

        >>> OverlapField.from_polynomial([0.0, 0.3, 0.6]).value(0.5, n_spins=4)
        1.2
        """
        rule = "must be finite real numbers c_0, c_1, ..."
        try:
            values = np.atleast_1d(np.asarray(coefficients, dtype=float))
        except (TypeError, ValueError):
            raise input_error("coefficients", coefficients, rule) from None
        if isinstance(coefficients, (bool, str)) or values.ndim != 1 or not np.all(np.isfinite(values)):
            raise input_error("coefficients", coefficients, rule)
        return cls._any_p([(float(c), 1.0, degree) for degree, c in enumerate(values) if c != 0])

    @classmethod
    def from_callable(cls, d: Function, d1: Function, d2: Function) -> OverlapField:
        """The extensive field D = N d(m) with d, d′ and d″ as vectorised functions on −1 <= m <= 1.

        The derivatives are compared with central differences at once; functions that disagree are refused.
        """
        m = np.linspace(-0.9, 0.9, 13)
        step = 1e-4
        for name, lower, upper in (("d1", d, d1), ("d2", d1, d2)):
            if not callable(lower) or not callable(upper):
                raise input_error(name, upper, "d, d1 and d2 must be functions of the latitude m")
            slope = (np.asarray(lower(m + step), float) - np.asarray(lower(m - step), float)) / (2 * step)
            given = np.broadcast_to(np.asarray(upper(m), float), m.shape)
            if not (np.all(np.isfinite(slope)) and np.all(np.isfinite(given))):
                raise input_error(name, upper, "must be finite on -1 <= m <= 1")
            if np.max(np.abs(slope - given)) > 1e-4 * (1 + np.max(np.abs(given))):
                raise input_error(name, upper, "is not the derivative of the function before it")
        return cls._any_p([], (d, d1, d2))

    @property
    def is_zero(self) -> bool:
        """Whether D vanishes identically: the glass of ReLU."""
        return not self.terms and self.functions is None

    @property
    def is_polynomial(self) -> bool:
        """Whether D is known as a polynomial of m (what the complete enumeration needs)."""
        return self.functions is None

    def polynomial(self, n_spins: int) -> NDArray[np.float64]:
        """Coefficients (D_0, D_1, …) of D(m) = Σ D_j m^j at this N; shape (degree + 1,), at least (1,)."""
        n_spins = checked_int("n_spins", n_spins, 1)
        if self.functions is not None:
            raise input_error("field", self, "was given by functions and has no polynomial coefficients")
        coefficients = np.zeros(1 + max((j for _, _, j in self.terms), default=0))
        for a, s, j in self.terms:
            coefficients[j] += a * float(n_spins) ** s
        return coefficients

    def value(self, m: ArrayLike, n_spins: int) -> Any:
        """D(m), extensive (an energy, not an energy density)."""
        return self._evaluate(m, n_spins, 0)

    def derivative(self, m: ArrayLike, n_spins: int) -> Any:
        """D′(m)."""
        return self._evaluate(m, n_spins, 1)

    def second_derivative(self, m: ArrayLike, n_spins: int) -> Any:
        """D″(m)."""
        return self._evaluate(m, n_spins, 2)

    def _evaluate(self, m: ArrayLike, n_spins: int, order: int) -> Any:
        n_spins = checked_int("n_spins", n_spins, 1)
        latitude = np.asarray(m, dtype=float)
        if self.functions is not None:
            result = n_spins * np.broadcast_to(np.asarray(self.functions[order](latitude), float), latitude.shape)
        else:
            result = np.zeros(latitude.shape)
            for a, s, j in self.terms:
                if j >= order:
                    falling = float(np.prod(np.arange(j - order + 1, j + 1)))
                    result = result + a * float(n_spins) ** s * falling * latitude ** (j - order)
        return float(result) if result.ndim == 0 else result
