"""Pairings of the Gaussian averages of activations with averages over normal numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from spinglass._errors import checked_float, checked_int, input_error
from spinglass.activations import Activation, activation, gaussian_means, path_sum, propagated_stds
from spinglass.campaigns import stream
from spinglass.claims.decision import Comparison, sample_comparison
from spinglass.claims.evidence import Evidence


def path_sum_moments(
    samples: int,
    seed: int,
    workers: int | None,
    preactivation_std: float,
    activations: Sequence[str] = (),
    expressions: Sequence[str] = (),
) -> Evidence:
    """E α, E β and E f(x)² of the path sum beside averages over x ~ N(0, σ²), for named activations and expressions.

    E f² is read from the law of the second layer, σ_2² = σ_w² E f(σ_w z)². Wrong: the standard deviation 5 % too large.
    """

    def averages(f: Activation, std: float) -> tuple[float, float, float]:
        reduced = path_sum(f, 2, preactivation_std=std)
        first, second = propagated_stds(f, 2, weight_std=std).tolist()
        return float(reduced.mean_slope), float(reduced.mean_intercept), (second / first) ** 2

    return _averages(samples, seed, preactivation_std, activations, expressions, averages)


def closed_gaussian_means(
    samples: int,
    seed: int,
    workers: int | None,
    preactivation_std: float,
    activations: Sequence[str] = (),
    expressions: Sequence[str] = (),
) -> Evidence:
    """E α, E β and E f(x)² in closed form (`gaussian_means`) beside averages, as in `path_sum_moments`.

    An activation that lacks one of the closed forms is refused.
    """

    def averages(f: Activation, std: float) -> tuple[float, float, float]:
        means = gaussian_means(f)
        return means.mean_slope(std), means.mean_intercept(std), means.mean_square(std)

    return _averages(samples, seed, preactivation_std, activations, expressions, averages)


def _averages(
    samples: int,
    seed: int,
    preactivation_std: float,
    activations: Sequence[str],
    expressions: Sequence[str],
    theory: Callable[[Activation, float], tuple[float, float, float]],
) -> Evidence:
    std = checked_float("preactivation_std", preactivation_std, 0.0, low_open=True)
    functions = [activation(name) for name in activations] + [Activation.from_expression(text) for text in expressions]
    if not functions:
        raise input_error("activations", list(activations), "must hold a name, unless there are expressions")
    family: list[Comparison] = []
    wrong: list[Comparison] = []
    x = std * stream(seed, len(functions)).standard_normal(checked_int("samples", samples, 20))
    for f in functions:
        value, slope = f(x), f.derivative(x)
        sampled = {"E slope": slope, "E intercept": value - x * slope, "E square": value**2}
        for width, target in ((std, family), (1.05 * std, wrong)):
            for (name, values), mean in zip(sampled.items(), theory(f, width), strict=True):
                target.append(sample_comparison(f"{f.name}: {name}", mean, values))
    return Evidence(tuple(family), "standard deviation 5 % too large", tuple(wrong))
