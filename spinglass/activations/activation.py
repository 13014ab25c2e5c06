"""An activation function: by name, from an expression, from sections or from a table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spinglass._errors import checked_float, input_error
from spinglass.activations.catalogue import CATALOGUE, canonical_name, checked_parameters
from spinglass.activations.formulas import Formulas
from spinglass.activations.piecewise_linear import Sections, simplified, text, through_points


@dataclass(frozen=True)
class Activation:
    """A continuous function f of one real variable, with its derivative, sections and kinks.

    Made by `activation`, `from_expression`, `from_sections` or `from_table`; equal when made alike, hashable, and
    picklable (functions are rebuilt from the definition).

    name : short name for files and tables; label : name for figures; expression : f as text in x.
    kind : "catalogue", "expression", "sections" or "table".
    sections : the sections if f is piecewise linear, else None.
    kinks : the points where f is not smooth.
    """

    name: str
    label: str
    expression: str
    kind: str
    parameters: tuple[tuple[str, float], ...] = ()
    sections: Sections | None = None
    kinks: tuple[float, ...] = ()

    @classmethod
    def from_expression(cls, expression: str, name: str | None = None) -> Activation:
        """The activation of a text in x, in Python's syntax.

        Allowed are x, numbers, ``+ - * / **``, pi, E, and exp, log, sqrt, erf, erfc, tanh, sinh, cosh, sin, cos, atan,
        asinh, Abs, Max, Min, sign, Heaviside, sigmoid, softplus, relu. The text is read node by node against this
        list; nothing of it is evaluated as code. Decimal numbers are read exactly (0.1 is one tenth).

        Raises `InputError` for anything else, and for functions that are constant, jump, are not finite and real on
        |x| <= 30, or grow too fast for a Gaussian law.

        >>> f = Activation.from_expression("x*erf(x)")
        >>> f(0.0), round(f(1.0), 6)
        (0.0, 0.842701)
        """
        from spinglass.activations.expression import analysed

        shown = expression.strip() if isinstance(expression, str) else expression
        analysis = analysed(shown) if isinstance(shown, str) else _refuse_expression(shown)
        sections = analysis.sections
        kinks = analysis.kinks if sections is None else sections.knots
        return cls(_checked_name(name, shown), _checked_name(name, shown), shown, "expression", (), sections, kinks)

    @classmethod
    def from_sections(
        cls, knots: ArrayLike, slopes: ArrayLike, intercept: float = 0.0, name: str | None = None
    ) -> Activation:
        """The continuous piecewise-linear function with L slopes, L − 1 strictly increasing knots, f(0) = intercept.

        >>> f = Activation.from_sections([-1, 1], [0, 1, 0])
        >>> f(-3.0), f(0.5), f(2.0)
        (-1.0, 0.5, 1.0)
        """
        sections = Sections.continuous(knots, slopes, checked_float("intercept", intercept))
        if not any(sections.slopes):
            raise input_error("slopes", slopes, "must not all be zero: no path would have a weight")
        sections = simplified(sections)
        chosen = _checked_name(name, "sections")
        return cls(chosen, chosen, text(sections), "sections", (), sections, sections.knots)

    @classmethod
    def from_table(cls, x: ArrayLike, y: ArrayLike, name: str | None = None) -> Activation:
        """The piecewise-linear function through the points (x_i, y_i), the slopes at the ends continued.

        x must be strictly increasing, with at least two points and no NaN.

        >>> Activation.from_table([-1, 0, 2], [0, 0, 2])(1.0)
        1.0
        """
        sections = through_points(x, y)
        chosen = _checked_name(name, "table")
        return cls(chosen, chosen, text(sections), "table", (), sections, sections.knots)

    @property
    def is_piecewise_linear(self) -> bool:
        """Whether f is known by sections."""
        return self.sections is not None

    @property
    def derivative_expression(self) -> str:
        """f′ as text in x, for display; empty for sections and tables, whose slopes say it."""
        if self.kind == "catalogue":
            return CATALOGUE[self.name].derivative.format(**dict(self.parameters))
        if self.kind in ("sections", "table"):
            return ""
        from spinglass.activations.expression import analysed

        return analysed(self.expression).derivative_text

    @cached_property
    def formulas(self) -> Formulas:
        """The functions and means of f, for numerical work."""
        if self.sections is not None:
            return self.sections.formulas()
        if self.kind == "catalogue":
            built = CATALOGUE[self.name].build(**dict(self.parameters))
            return built.formulas() if isinstance(built, Sections) else built
        from spinglass.activations.expression import analysed

        return analysed(self.expression).formulas()

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "formulas"}

    def __call__(self, x: ArrayLike) -> Any:
        """f(x)."""
        return self.value(x)

    def value(self, x: ArrayLike) -> Any:
        """f(x) at finite x; a float for a scalar, else an array of the same shape."""
        return _evaluated(self.formulas.value, x)

    def derivative(self, x: ArrayLike) -> Any:
        """f′(x) at finite x; at a kink a value between the two one-sided slopes."""
        return _evaluated(self.formulas.derivative, x)

    def intercept(self, x: ArrayLike) -> Any:
        """β(x) = f(x) − x f′(x) at finite x, where the tangent at x meets the axis."""
        return _evaluated(self.formulas.intercept, x)


def activation(name: str, **parameters: float) -> Activation:
    """The activation of the catalogue with this name (`names` lists them).

    Case, spaces, hyphens and underscores do not matter; `slope` of leaky-relu and `alpha` of elu may be given.

    Raises `InputError` with the nearest names for an unknown one.

    >>> activation("ReLU")(-2.0), activation("leaky relu", slope=0.1)(-2.0)
    (0.0, -0.2)
    """
    key = canonical_name(name)
    chosen = checked_parameters(key, parameters)
    entry = CATALOGUE[key]
    built = entry.build(**dict(chosen))
    sections = built if isinstance(built, Sections) else None
    kinks = sections.knots if sections is not None else built.kinks  # type: ignore[union-attr]
    changed = [f"{k} {v:g}" for (k, v), (_, default) in zip(chosen, entry.parameters, strict=True) if v != default]
    label = f"{entry.label} ({', '.join(changed)})" if changed else entry.label
    return Activation(key, label, entry.expression.format(**dict(chosen)), "catalogue", chosen, sections, kinks)


def _evaluated(function: Any, x: ArrayLike) -> Any:
    try:
        points = np.asarray(x, dtype=float)
    except (TypeError, ValueError):
        raise input_error("x", x, "must be real numbers") from None
    if not np.all(np.isfinite(points)):
        raise input_error("x", x, "must be finite")
    with np.errstate(over="ignore", under="ignore"):
        result = np.asarray(function(points), dtype=float)
    return float(result) if points.ndim == 0 else result


def _checked_name(name: str | None, default: str) -> str:
    if name is None:
        return default
    if not isinstance(name, str) or not name.strip() or len(name) > 100:
        raise input_error("name", name, "must be a short text")
    return name.strip()


def _refuse_expression(expression: Any) -> Any:
    raise input_error("expression", expression, "must be a text in x, for example 'x*erf(x)'")
