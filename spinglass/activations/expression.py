"""What an expression is as an activation: its derivative, kinks, domain, symmetry and Gaussian means."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property, lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import ComputationError, InputError, input_error
from spinglass.activations.formulas import Formulas, Mean
from spinglass.activations.interpreter import DOUBLE, evaluate, finite, multiprecision
from spinglass.activations.piecewise_linear import Sections, simplified
from spinglass.activations.polynomials import degree, moment_sum
from spinglass.activations.quadrature import REACH, DivergentMean, gaussian_mean, panel_edges
from spinglass.activations.roots import grid_of, roots, steep_places
from spinglass.activations.syntax import parsed, symbols

_KINK_RANGE = 1000.0
_MAX_KINKS = 1000
_STEEP_RANGE = 600.0
_MAX_DEGREE = 24
_TARGET = 3e-13  # relative error of a mean above which it is formed again in multiprecision
_DIGITS = 50
_QUADRATURE_DIGITS = 34


class Expression:
    """The analysis of one text in x: checked once, then functions of x."""

    def __init__(self, text: str) -> None:
        import sympy as sp

        self.text = text
        self.symbolic = parsed(text)
        self.x = symbols().x
        if not self.symbolic.has(self.x):
            raise self.refused("does not depend on x")
        self.slope_symbolic = sp.diff(self.symbolic, self.x)
        self._check_real(self.symbolic)
        self._check_real(self.slope_symbolic)
        self.check_domain(1.0)
        self.kinks = self._kinks()
        self._check_continuous()
        self._check_not_constant()
        self._check_growth()
        self.marks = (*self.kinks, *self._steep_places())

    def refused(self, rule: str) -> InputError:
        return input_error("expression", self.text, rule)

    # values

    def value(self, x: Any) -> Any:
        return self._values(self.symbolic, x, "f(x)")

    def derivative(self, x: Any) -> Any:
        return self._values(self.slope_symbolic, x, "f'(x)")

    @property
    def derivative_text(self) -> str:
        """f′ in the words that users write: Max, Abs and Heaviside for our own functions."""
        import sympy as sp

        shown = {"pair_maximum": "Max", "modulus": "Abs", "step": "Heaviside"}
        names = {type(node) for node in sp.preorder_traversal(self.slope_symbolic) if type(node).__name__ in shown}
        public = self.slope_symbolic
        for name in names:
            public = public.replace(name, sp.Function(shown[name.__name__]))
        return str(public)

    @property
    def _quotient(self) -> Any:
        """g with f = x g, if x is a visible factor of f: then β = −x² g′ has no cancellation."""
        if self.symbolic.is_Mul and any(
            part == self.x or (part.is_Pow and part.base == self.x and part.exp.is_Integer and part.exp >= 1)
            for part in self.symbolic.args
        ):
            return self.symbolic / self.x
        return None

    @cached_property
    def _intercept_symbolic(self) -> Any:
        import sympy as sp

        quotient = self._quotient
        if quotient is not None:
            return -(self.x**2) * sp.diff(quotient, self.x)
        return self.symbolic - self.x * self.slope_symbolic

    def intercept(self, x: Any) -> Any:
        return self._values(self._intercept_symbolic, x, "f(x) - x f'(x)")

    def _values(self, symbolic: Any, x: Any, shown: str = "a part of it") -> Any:
        x = np.asarray(x, dtype=float)
        with np.errstate(all="ignore"):
            result = np.array(np.broadcast_to(evaluate(symbolic, x, DOUBLE), x.shape), dtype=float)
        bad = ~np.isfinite(result)
        if np.any(bad):  # inf/inf in double: such points are rare and taken in multiprecision
            points, where = np.unique(x[bad], return_inverse=True)
            result[bad] = np.array([self._precise_value(symbolic, float(p), shown) for p in points])[where.ravel()]
        return result

    def _precise_value(self, symbolic: Any, point: float, shown: str) -> float:
        try:
            value = float(self._precise(symbolic, point))
        except (ComputationError, ArithmeticError, ValueError, TypeError):
            value = math.nan
        if not math.isfinite(value):
            raise self.refused(f"{shown} is not a finite real number at x = {point:g}")
        return value

    @staticmethod
    def _precise(symbolic: Any, point: Any) -> Any:
        from mpmath import mp

        with mp.workdps(_DIGITS):
            value = evaluate(symbolic, mp.mpf(point), multiprecision())
        if not finite(value):
            raise ComputationError("a value of the expression is not finite")
        return value

    # checks

    def _check_real(self, symbolic: Any) -> None:
        import sympy as sp

        for node in sp.preorder_traversal(symbolic):
            known = node.is_Rational or node in (sp.pi, sp.E, self.x) or node.is_Add or node.is_Mul or node.is_Pow
            if not known and type(node).__name__ not in DOUBLE.functions:
                raise self.refused(f"is not a real function of x (it leads to {str(node)[:40]})")

    def check_domain(self, std: float) -> None:
        """Refuse an expression that is not finite and real on |x| <= 30 std."""
        import sympy as sp

        reach = REACH * std
        grid = grid_of(reach)
        for node in sp.preorder_traversal(self.symbolic):
            if node.is_Pow and node.base.has(self.x) and node.exp.is_Rational:
                inner, pole, branch = node.base, node.exp < 0, not node.exp.is_Integer
            elif type(node).__name__ == "log":
                inner, pole, branch = node.args[0], True, True
            else:
                continue
            try:
                values = self._values(inner, grid)
            except InputError:
                continue  # named by the check of the whole below
            if branch and np.any(values < 0):
                raise self._not_finite(_nearest_to_zero(grid[values < 0]), reach)
            if pole:
                zeros = np.concatenate([grid[values == 0.0], roots(partial(self._values, inner), grid)])
                if zeros.size:
                    raise self._not_finite(_nearest_to_zero(zeros), reach)
        with np.errstate(all="ignore"):
            values = np.broadcast_to(evaluate(self.symbolic, grid, DOUBLE), grid.shape)
        bad = grid[~np.isfinite(values)]
        if bad.size:
            try:
                self._values(self.symbolic, bad, "f(x)")
            except InputError:
                point = _nearest_to_zero(bad)
                raise self._not_finite(point, reach, self._outgrows(point, std)) from None

    def _outgrows(self, point: float, std: float) -> bool:
        """Whether f, which overflows at a point, grows like e^{x²/(2σ²)} or faster from there on."""
        from mpmath import mp

        try:
            logarithms = []
            for place in (point, 4 * point):
                value = self._precise(self.symbolic, place)
                with mp.workdps(_DIGITS):
                    logarithms.append(mp.log(abs(value)) if value != 0 else mp.zero)
        except ComputationError as error:
            return "overflows" in str(error)
        except (ArithmeticError, ValueError, TypeError):
            return False
        return bool(logarithms[0] > (point / std) ** 2 / 2 and logarithms[1] > 15 * logarithms[0])

    def _not_integrable(self) -> InputError:
        return self.refused("is not integrable: it grows too fast for a mean under a normal law to exist")

    def _not_finite(self, point: float, reach: float, outgrows: bool = False) -> InputError:
        end = "; it grows too fast and is not integrable" if outgrows else ""
        return self.refused(
            f"is not finite and real at x near {point:.4g}; "
            f"a Gaussian law needs it on all of -{reach:g} <= x <= {reach:g}{end}"
        )

    def _kinks(self) -> tuple[float, ...]:
        import sympy as sp

        found: list[float] = []
        for node in {*sp.preorder_traversal(self.symbolic), *sp.preorder_traversal(self.slope_symbolic)}:
            name = type(node).__name__
            if name in ("modulus", "Abs", "sign", "step"):
                inner = node.args[0]
            elif name == "pair_maximum":
                inner = node.args[0] - node.args[1]
            else:
                continue
            if inner.has(self.x):
                found.extend(self._zeros(inner))
        kinks: list[float] = []
        for point in sorted(found):
            if not kinks or point - kinks[-1] > 1e-12 * max(1.0, abs(point)):
                kinks.append(point + 0.0)
        if len(kinks) > _MAX_KINKS:
            raise self.refused(f"has more than {_MAX_KINKS} kinks in |x| <= {_KINK_RANGE:g}")
        return tuple(kinks)

    def _steep_places(self) -> list[float]:
        grid = np.unique(np.concatenate([grid_of(_STEEP_RANGE), self.kinks]))

        def plain(symbolic: Any, x: Any) -> Any:
            with np.errstate(all="ignore"):
                return np.broadcast_to(evaluate(symbolic, x, DOUBLE), x.shape)

        return steep_places(partial(plain, self.symbolic), partial(plain, self.slope_symbolic), grid)

    def _zeros(self, inner: Any) -> list[float]:
        import sympy as sp

        slope = sp.diff(inner, self.x)
        if slope.is_Rational and slope != 0:
            with np.errstate(all="ignore"):
                return [-float(evaluate(inner, np.float64(0.0), DOUBLE)) / float(slope)]
        grid = np.unique(np.concatenate([grid_of(_KINK_RANGE), np.linspace(-_KINK_RANGE, _KINK_RANGE, 40_001)]))
        with np.errstate(all="ignore"):
            return roots(lambda x: np.broadcast_to(evaluate(inner, x, DOUBLE), x.shape), grid).tolist()

    def _check_continuous(self) -> None:
        points = np.array([kink for kink in self.kinks if abs(kink) <= REACH])
        if not points.size:
            return
        size = 1.0 + np.abs(points)
        jumps = [np.abs(self.value(points + d * size) - self.value(points - d * size)) for d in (1e-5, 1e-8)]
        bad = (jumps[1] > 0.5 * jumps[0]) & (jumps[1] > 1e-10 * (1.0 + np.abs(self.value(points))))
        if np.any(bad):
            raise self.refused(
                f"jumps at x = {points[int(np.argmax(bad))]:.6g}: the path sum replaces f by its slopes and "
                "intercepts, and a jump has no finite slope; only continuous activations are allowed"
            )

    def _check_not_constant(self) -> None:
        grid = grid_of(REACH)
        if float(np.ptp(self.value(grid))) == 0.0:
            raise self.refused("is constant: every slope is zero, so no path has a weight")

    def _check_growth(self) -> None:
        with np.errstate(all="ignore"):
            sizes = np.abs(np.broadcast_to(evaluate(self.symbolic, grid_of(REACH), DOUBLE), grid_of(REACH).shape))
        far = np.abs(grid_of(REACH))
        logs = np.log(np.maximum(sizes, 1e-300)) - 0.5 * far**2
        if max(logs[0], logs[-1]) > float(np.max(logs)) - 30.0:
            raise self.refused(
                "is not integrable: it grows too fast, and its mean under a standard normal law does not exist"
            )

    # structure

    @cached_property
    def sections(self) -> Sections | None:
        """The sections, if the expression is piecewise linear by its construction."""
        import sympy as sp

        linear = ("modulus", "Abs", "sign", "step", "pair_maximum")
        for node in sp.preorder_traversal(self.symbolic):
            if not (node.is_Rational or node == self.x or node.is_Add or node.is_Mul or type(node).__name__ in linear):
                return None
        kinks = np.array(self.kinks)
        edges = np.concatenate([[min(-1.0, *kinks - 1) if kinks.size else -1.0], kinks])
        edges = np.append(edges, max(1.0, *kinks + 1) if kinks.size else 1.0)
        inside = edges[:-1, None] + np.diff(edges)[:, None] * np.linspace(0.11, 0.93, 7)
        slopes = self.derivative(inside)
        if np.any(np.ptp(slopes, axis=1) > 1e-13 * (1e-3 + np.abs(slopes[:, 0]))):
            return None
        result = simplified(Sections.continuous(kinks, slopes[:, 3], float(self.value(0.0))))
        probe = np.concatenate([inside.ravel(), 7.0 * edges])
        expected = self.value(probe)
        return result if np.all(np.abs(result.value(probe) - expected) <= 1e-12 * (1 + np.abs(expected))) else None

    @cached_property
    def symmetry(self) -> tuple[float | None, float | None]:
        """(slope, level): a if the odd part of f is a x, b if its even part is b, to 40 digits at 40 points."""
        from mpmath import mp

        points = [0.7310585786 * 1.21**k for k in range(-16, 24)]
        points += [abs(k) * (1 + s) + 1e-3 for k in self.kinks[:20] for s in (-0.01, 0.01) if abs(k) < 500]
        levels, slopes = [], []
        try:
            for point in points:
                with mp.workdps(_DIGITS):
                    t = mp.mpf(point)
                    up, down = self._precise(self.symbolic, t), self._precise(self.symbolic, -t)
                    levels.append(((up + down) / 2, abs(up) + abs(down)))
                    slopes.append(((up - down) / (2 * t), (abs(up) + abs(down)) / t))
        except (ComputationError, ArithmeticError, ValueError):
            return None, None

        def constant(values: list[Any]) -> float | None:
            first = values[len(values) // 3][0]
            with mp.workdps(_DIGITS):
                same = all(abs(v - first) <= mp.mpf(10) ** (8 - _DIGITS) * (scale + abs(first)) for v, scale in values)
                if same and abs(first) <= mp.mpf(10) ** (10 - _DIGITS) * min(scale for _, scale in values):
                    return 0.0
            return float(first) if same else None

        return constant(slopes), constant(levels)

    def _polynomial(self) -> list[float] | None:
        """(a_0, a_1, …) if f is a polynomial with rational coefficients of moderate degree."""
        import sympy as sp

        if degree(self.symbolic, self.x) > _MAX_DEGREE:
            return None
        coefficients = sp.Poly(self.symbolic, self.x).all_coeffs()[::-1]
        return [float(c) for c in coefficients] if all(c.is_real for c in coefficients) else None

    # means

    def formulas(self) -> Formulas:
        """f, f′, β, symmetry and the means with their precise fallback."""
        slope, level = self.symmetry
        polynomial = self._polynomial()
        if polynomial is not None:
            slopes = [k * a for k, a in enumerate(polynomial)][1:]
            intercepts = [(1 - k) * a for k, a in enumerate(polynomial)]
            mean_slope: Mean = partial(moment_sum, slopes)
            mean_intercept: Mean = partial(moment_sum, intercepts)
        else:
            mean_slope, mean_intercept = self._mean_slope, self._mean_intercept
        return Formulas(
            self.value, self.derivative, self.intercept, self.marks, slope, level, mean_slope, mean_intercept
        )

    def _mean_slope(self, std: float) -> float:
        try:
            return self._mean(self.derivative, self.slope_symbolic, None, std, rescue=False)
        except DivergentMean:
            raise
        except (InputError, ComputationError):
            # f′ may be singular where f is not: Stein's identity E f′(σz) = E z f(σz)/σ.
            stein = self.x * self.symbolic / (_rational(std) ** 2)
            return self._mean(lambda x: (x / std) * (self.value(x) / std), stein, None, std)

    def _mean_intercept(self, std: float) -> float:
        def size(x: Any) -> Any:
            return np.abs(self.value(x)) + np.abs(x * self.derivative(x))

        return self._mean(self.intercept, self._intercept_symbolic, None if self._quotient is not None else size, std)

    def _mean(self, g: Callable[[Any], Any], symbolic: Any, size: Any, std: float, rescue: bool = True) -> float:
        unit = 2.0**-52
        scale = 0.0
        try:
            if size is not None:
                scale = gaussian_mean(size, std, self.marks).value
            mean = gaussian_mean(g, std, self.marks, floor=unit * scale)
        except DivergentMean:
            raise
        except ComputationError:  # more noise than signal in double
            if not rescue:
                raise
            return self._precise_mean(symbolic, std, scale)
        if mean.error + 2 * unit * max(scale, mean.absolute) <= _TARGET * abs(mean.value) or mean.absolute == 0.0:
            return mean.value
        return self._precise_mean(symbolic, std, max(mean.absolute, scale))

    def _precise_mean(self, symbolic: Any, std: float, scale: float) -> float:
        """The mean by mpmath's quadrature at 34 digits; below 1e-28 of its scale it is zero."""
        from mpmath import mp

        outer = np.linspace(12.0, 22.0, 41)
        with np.errstate(all="ignore"):
            far = np.abs(self._values(symbolic, std * np.concatenate([-outer, outer]))) * np.exp(-0.5 * outer[0] ** 2)
            far = far * np.exp(0.5 * (outer[0] ** 2 - np.tile(outer, 2) ** 2))
        reach = 12.0 if float(np.max(far)) < 1e-31 * scale else 22.0
        with mp.workdps(_QUADRATURE_DIGITS):
            deviation = mp.mpf(std)
            edges = [mp.mpf(float(edge)) for edge in panel_edges(std) if abs(edge) <= reach]
            edges += [mp.mpf(kink) / deviation for kink in self.marks if abs(kink) < reach * std]

            def integrand(z: Any) -> Any:
                return evaluate(symbolic, deviation * z, multiprecision()) * mp.exp(-z * z / 2)

            try:
                value, error = mp.quad(integrand, sorted(set(edges)), error=True)
            except (ArithmeticError, ValueError, TypeError) as problem:
                raise ComputationError(f"a Gaussian mean of {self.text!r} fails: {problem!r}") from None
            value, error = value / mp.sqrt(2 * mp.pi), error / mp.sqrt(2 * mp.pi)
            if abs(value) <= 1e-28 * scale and error <= 1e-28 * scale:
                return 0.0
            if error > 1e-12 * abs(value):
                found = f"value {mp.nstr(value, 6)}, error {mp.nstr(error, 3)}"
                raise ComputationError(f"a Gaussian mean of {self.text!r} misses 1e-12: {found}")
            return float(value)


@lru_cache(maxsize=64)
def analysed(text: str) -> Expression:
    """The analysis of a text, kept for the process."""
    return Expression(text)


def _nearest_to_zero(points: NDArray[np.float64]) -> float:
    return float(points[int(np.argmin(np.abs(points)))])


def _rational(value: float) -> Any:
    import sympy as sp

    return sp.Rational(*float(value).as_integer_ratio())
