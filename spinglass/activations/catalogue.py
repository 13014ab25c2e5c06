"""The catalogue: activations by name, each with exact f, f′ and intercept, and closed forms where they exist."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from spinglass._errors import checked_float, input_error
from spinglass.activations.formulas import Formulas, emitted
from spinglass.activations.piecewise_linear import Sections
from spinglass.activations.quadrature import gaussian_mean

_FAR = 800.0  # e^{-800} = 0 in double: beyond it factors like x² e^{-x} are replaced by their value there


def _sigmoid(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


def _bump(x: Any) -> Any:
    """s(x) s(−x), the derivative of the sigmoid, relatively accurate in the tails."""
    e = np.exp(-np.abs(x))
    return e / (1.0 + e) ** 2


def _squared(x: Any) -> Any:
    return np.clip(x, -_FAR, _FAR) ** 2


def _tanh() -> Formulas:
    def derivative(x: Any) -> Any:
        return 4.0 * _bump(2.0 * np.asarray(x))

    return Formulas(np.tanh, derivative, lambda x: np.tanh(x) - np.clip(x, -_FAR, _FAR) * derivative(x), level=0.0)


def _logistic() -> Formulas:
    return Formulas(_sigmoid, _bump, lambda x: _sigmoid(x) - np.clip(x, -_FAR, _FAR) * _bump(x), level=0.5)


def _softplus() -> Formulas:
    def value(x: Any) -> Any:
        return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))

    def intercept(x: Any) -> Any:
        # softplus(x) − x s(x) is the entropy of a coin of probability s(x): even, a sum of positive terms.
        a = np.minimum(np.abs(x), _FAR)
        return np.log1p(np.exp(-a)) + a * _sigmoid(-a)

    return Formulas(value, _sigmoid, intercept, slope=0.5)


def _silu() -> Formulas:
    def derivative(x: Any) -> Any:
        return _sigmoid(x) + np.clip(x, -_FAR, _FAR) * _bump(x)

    return Formulas(lambda x: x * _sigmoid(x), derivative, lambda x: -_squared(x) * _bump(x), slope=0.5)


def _gelu() -> Formulas:
    """f = x Φ(x), β = −x² φ(x): E α = ½ and E β = −σ² (1+σ²)^{−3/2}/√(2π)."""

    def cumulative(x: Any) -> Any:
        from scipy.special import erfc

        return 0.5 * erfc(-np.asarray(x) / math.sqrt(2.0))

    def density(x: Any) -> Any:
        return np.exp(-0.5 * _squared(x)) / math.sqrt(2.0 * math.pi)

    return Formulas(
        lambda x: x * cumulative(x),
        lambda x: cumulative(x) + np.clip(x, -_FAR, _FAR) * density(x),
        lambda x: -_squared(x) * density(x),
        slope=0.5,
        mean_intercept=emitted("mean_intercept_gelu"),
        mean_square=emitted("mean_square_gelu"),
    )


def _mish() -> Formulas:
    """f = x t(x), t = tanh(softplus(x)); by Stein's identity E α = E z f(σz)/σ = E z² t(σz), a positive integrand."""

    def gate(x: Any) -> Any:
        e = np.exp(-np.abs(x))
        positive = (1.0 + 2.0 * e) / (1.0 + 2.0 * e + 2.0 * e * e)
        return np.where(x >= 0, positive, e * (e + 2.0) / (e * (e + 2.0) + 2.0))

    def gate_derivative(x: Any) -> Any:
        e = np.exp(-np.abs(x))
        positive = 4.0 * e * e * (1.0 + e) / (1.0 + 2.0 * e + 2.0 * e * e) ** 2
        return np.where(x >= 0, positive, 4.0 * e * (e + 1.0) / (e * (e + 2.0) + 2.0) ** 2)

    return Formulas(
        lambda x: x * gate(x),
        lambda x: gate(x) + np.clip(x, -_FAR, _FAR) * gate_derivative(x),
        lambda x: -_squared(x) * gate_derivative(x),
        mean_slope=lambda std: gaussian_mean(lambda x: (x / std) ** 2 * gate(x), std).value,
    )


def _elu(alpha: float = 1.0, scale: float = 1.0) -> Formulas:
    """f = x for x > 0, α(e^x − 1) below. With y = σ/√2 and erfcx(y) = e^{y²} erfc(y):

    E α = ½ + ½ α erfcx(y),  E β = −α [½ (1 − erfcx(y)) + y² erfcx(y) − y/√π],
    E f² = σ²/2 + α² [½ erfcx(2y) − erfcx(y) + ½].
    """

    def below(x: Any) -> Any:
        return np.minimum(x, 0.0)

    def intercept(x: Any) -> Any:
        x = np.maximum(below(x), -_FAR)
        near = np.maximum(x, -1.0)
        series = np.zeros_like(near)
        for m in range(20, 1, -1):  # e^x(1−x) − 1 = −Σ_{m>=2} x^m (m−1)/m!
            series = series * near + (m - 1) / math.factorial(m)
        return -scale * alpha * np.where(x > -1.0, near * near * series, 1.0 - (1.0 - x) * np.exp(x))

    return Formulas(
        lambda x: scale * np.where(x > 0, x, alpha * np.expm1(below(x))),
        lambda x: scale * np.where(x > 0, 1.0, alpha * np.exp(below(x))),
        intercept,
        kinks=(0.0,),
        mean_slope=emitted("mean_slope_elu", alpha, factor=scale),
        mean_intercept=emitted("mean_intercept_elu", alpha, factor=scale),
        mean_square=emitted("mean_square_elu", alpha, factor=scale * scale),
    )


def _selu() -> Formulas:
    # The constants for which zero mean and unit variance are a fixed point: Klambauer et al., arXiv:1706.02515.
    return _elu(alpha=1.6732632423543772848, scale=1.0507009873554804934)


def _erf() -> Formulas:
    """E α = (2/√π)(1 + 2σ²)^{−1/2}, E f² = (2/π) asin(2σ²/(1 + 2σ²)); odd."""

    def value(x: Any) -> Any:
        from scipy.special import erf

        return erf(x)

    def derivative(x: Any) -> Any:
        return 2.0 / math.sqrt(math.pi) * np.exp(-_squared(x))

    return Formulas(
        value,
        derivative,
        lambda x: value(x) - np.clip(x, -_FAR, _FAR) * derivative(x),
        level=0.0,
        mean_slope=emitted("mean_slope_erf"),
        mean_square=emitted("mean_square_erf"),
    )


def _arctan() -> Formulas:
    """E α = E 1/(1+x²) = √(π/2) erfcx(1/(σ√2))/σ (Voigt profile at its centre); odd."""

    def derivative(x: Any) -> Any:
        return 1.0 / (1.0 + np.square(x))

    def intercept(x: Any) -> Any:
        return np.arctan(x) - x * derivative(x)

    return Formulas(np.arctan, derivative, intercept, level=0.0, mean_slope=emitted("mean_slope_arctan"))


def _softsign() -> Formulas:
    def derivative(x: Any) -> Any:
        return (1.0 / (1.0 + np.abs(x))) ** 2

    def intercept(x: Any) -> Any:
        r = x / (1.0 + np.abs(x))
        return r * np.abs(r)  # x|x|/(1+|x|)²

    return Formulas(lambda x: x / (1.0 + np.abs(x)), derivative, intercept, kinks=(0.0,), level=0.0)


def _sine() -> Formulas:
    """E α = E cos x = e^{−σ²/2}, the characteristic function of the law, E f² = (1 − e^{−2σ²})/2; odd."""
    return Formulas(
        np.sin,
        np.cos,
        lambda x: np.sin(x) - x * np.cos(x),
        level=0.0,
        mean_slope=emitted("mean_slope_sine"),
        mean_square=emitted("mean_square_sine"),
    )


def _gaussian() -> Formulas:
    """f = e^{−x²}, even: E α = 0, E β = E (1 + 2x²) e^{−x²} = (1 + 4σ²)(1 + 2σ²)^{−3/2}, E f² = (1 + 4σ²)^{−1/2}."""
    return Formulas(
        lambda x: np.exp(-_squared(x)),
        lambda x: -2.0 * np.clip(x, -_FAR, _FAR) * np.exp(-_squared(x)),
        lambda x: (1.0 + 2.0 * _squared(x)) * np.exp(-_squared(x)),
        slope=0.0,
        mean_intercept=emitted("mean_intercept_gaussian"),
        mean_square=emitted("mean_square_gaussian"),
    )


def _hard_swish() -> Formulas:
    """f = x clip(x/6 + ½, 0, 1): β = −x²/6 on |x| < 3, so E β = −σ² P(3/2, 9/(2σ²))/6, P the incomplete gamma ratio."""

    def derivative(x: Any) -> Any:
        x = np.asarray(x)
        return np.where(np.abs(x) < 3.0, np.clip(x, -3.0, 3.0) / 3.0 + 0.5, np.where(x > 0, 1.0, 0.0))

    return Formulas(
        lambda x: x * np.clip(np.clip(x, -3.0, 3.0) / 6.0 + 0.5, 0.0, 1.0),
        derivative,
        lambda x: np.where(np.abs(x) < 3.0, -(np.clip(x, -3.0, 3.0) ** 2) / 6.0, 0.0),
        kinks=(-3.0, 3.0),
        slope=0.5,
        mean_intercept=emitted("mean_intercept_hard_swish"),
        mean_square=emitted("mean_square_hard_swish"),
    )


@dataclass(frozen=True)
class Entry:
    """One catalogue line: how it and its derivative are shown, how to build it, its parameters with defaults."""

    label: str
    expression: str
    derivative: str
    build: Callable[..., Formulas | Sections]
    parameters: tuple[tuple[str, float], ...] = ()


def _clip(low: float, high: float, slope: float, intercept: float) -> Callable[[], Sections]:
    return lambda: Sections.continuous([low, high], [0.0, slope, 0.0], intercept)


def _relu6() -> Sections:
    return Sections.continuous([0.0, 6.0], [0.0, 1.0, 0.0], 0.0)


_FIVE = ((-2.0, -1.0, 1.0, 2.0), (0.01, 0.1, 1.0, 0.3, 0.03))

CATALOGUE = MappingProxyType(
    {
        "relu": Entry("ReLU", "Max(x, 0)", "Heaviside(x)", lambda: Sections.continuous([0.0], [0.0, 1.0], 0.0)),
        "leaky-relu": Entry(
            "leaky ReLU",
            "Max(x, 0) + {slope:g}*Min(x, 0)",
            "Heaviside(x) + {slope:g}*Heaviside(-x)",
            lambda slope: Sections.continuous([0.0], [slope, 1.0], 0.0),
            (("slope", 0.01),),
        ),
        "gelu": Entry("GELU", "x*(1 + erf(x/sqrt(2)))/2", "(1 + erf(x/sqrt(2)))/2 + x*exp(-x**2/2)/sqrt(2*pi)", _gelu),
        "silu": Entry("SiLU", "x*sigmoid(x)", "sigmoid(x) + x*sigmoid(x)*sigmoid(-x)", _silu),
        "softplus": Entry("softplus", "log(1 + exp(x))", "sigmoid(x)", _softplus),
        "elu": Entry(
            "ELU",
            "Max(x, 0) + {alpha:g}*(exp(Min(x, 0)) - 1)",
            "Heaviside(x) + {alpha:g}*exp(x)*Heaviside(-x)",
            _elu,
            (("alpha", 1.0),),
        ),
        "tanh": Entry("tanh", "tanh(x)", "1 - tanh(x)**2", _tanh),
        "sigmoid": Entry("sigmoid", "1/(1 + exp(-x))", "sigmoid(x)*sigmoid(-x)", _logistic),
        "erf": Entry("erf", "erf(x)", "2*exp(-x**2)/sqrt(pi)", _erf),
        "hard-tanh": Entry("hard tanh", "Max(-1, Min(x, 1))", "Heaviside(1 - Abs(x))", _clip(-1.0, 1.0, 1.0, 0.0)),
        "linear": Entry("linear", "x", "1", lambda: Sections.continuous([], [1.0], 0.0)),
        "gaussian": Entry("Gaussian", "exp(-x**2)", "-2*x*exp(-x**2)", _gaussian),
        "five-section": Entry(
            "five sections",
            "x - 0.7*Max(x - 1, 0) - 0.27*Max(x - 2, 0) - 0.9*Min(x + 1, 0) - 0.09*Min(x + 2, 0)",
            "1 - 0.7*Heaviside(x - 1) - 0.27*Heaviside(x - 2) - 0.9*Heaviside(-1 - x) - 0.09*Heaviside(-2 - x)",
            lambda: Sections.continuous(*_FIVE, 0.0),
        ),
        "hard-sigmoid": Entry(
            "hard sigmoid", "Max(0, Min(x/6 + 1/2, 1))", "Heaviside(3 - Abs(x))/6", _clip(-3.0, 3.0, 1.0 / 6.0, 0.5)
        ),
        "hard-swish": Entry(
            "hard swish",
            "x*Max(0, Min(x/6 + 1/2, 1))",
            "(x/3 + 1/2)*Heaviside(3 - Abs(x)) + Heaviside(x - 3)",
            _hard_swish,
        ),
        "relu6": Entry("ReLU6", "Min(Max(x, 0), 6)", "Heaviside(x)*Heaviside(6 - x)", _relu6),
        "selu": Entry(
            "SELU",
            "1.0507*(Max(x, 0) + 1.67326*(exp(Min(x, 0)) - 1))",
            "1.0507*(Heaviside(x) + 1.67326*exp(x)*Heaviside(-x))",
            _selu,
        ),
        "mish": Entry(
            "Mish", "x*tanh(log(1 + exp(x)))", "tanh(softplus(x)) + x*(1 - tanh(softplus(x))**2)*sigmoid(x)", _mish
        ),
        "softsign": Entry("softsign", "x/(1 + Abs(x))", "1/(1 + Abs(x))**2", _softsign),
        "arctan": Entry("arctan", "atan(x)", "1/(1 + x**2)", _arctan),
        "sine": Entry("sine", "sin(x)", "cos(x)", _sine),
    }
)

_ALIASES = MappingProxyType(
    {
        "identity": "linear",
        "swish": "silu",
        "logistic": "sigmoid",
        "atan": "arctan",
        "sin": "sine",
        "lrelu": "leaky-relu",
    }
)


def names() -> tuple[str, ...]:
    """The names of the catalogue.

    >>> names()[:4]
    ('relu', 'leaky-relu', 'gelu', 'silu')
    """
    return tuple(CATALOGUE)


def _folded(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter not in " _-\t")


def canonical_name(name: Any) -> str:
    """The catalogue's spelling of `name`; case, spaces, hyphens and underscores do not matter."""
    spellings = {_folded(known): known for known in CATALOGUE}
    spellings.update(_ALIASES)
    if isinstance(name, str):
        found = spellings.get(_folded(name))
        if found is not None:
            return found
    import difflib

    near = difflib.get_close_matches(_folded(str(name)), list(spellings), n=3, cutoff=0.5)
    offered = list(dict.fromkeys(spellings[key] for key in near))
    hint = f"; did you mean {' or '.join(repr(option) for option in offered)}?" if offered else ""
    raise input_error("name", name, f"is not an activation of the catalogue ({', '.join(CATALOGUE)}){hint}")


def checked_parameters(name: str, given: dict[str, Any]) -> tuple[tuple[str, float], ...]:
    """All parameters of the entry with the given ones filled in."""
    defaults = dict(CATALOGUE[name].parameters)
    for key in given:
        if key not in defaults:
            rule = f"takes the parameters {', '.join(defaults)}" if defaults else "takes no parameters"
            raise input_error(key, given[key], f"is not a parameter: {name} {rule}")
    return tuple((key, checked_float(key, given.get(key, default))) for key, default in defaults.items())
