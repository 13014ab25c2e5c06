"""A small network written out: its symbols, its output as a polynomial, its paths, and one with five sections."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sympy as sp

WIDTHS = ((2, 2), (2, 3, 2), (2, 3, 2, 2))  # n_0 … n_H for H = 1, 2, 3


def weight_of(layer: int, i: int, j: int) -> Any:
    return sp.Symbol(f"w{layer}_{i}{j}")


def slope_of(layer: int, i: int) -> Any:
    return sp.Symbol(f"a{layer}_{i}")


def intercept_of(layer: int, i: int) -> Any:
    return sp.Symbol(f"b{layer}_{i}")


def inputs(width: int) -> list[Any]:
    return list(sp.symbols(f"x0:{width}"))


def network_symbols(widths: Sequence[int]) -> list[Any]:
    names = list(inputs(widths[0]))
    for layer in range(1, len(widths)):
        for i in range(widths[layer]):
            names += [slope_of(layer, i), intercept_of(layer, i)]
            names += [weight_of(layer, i, j) for j in range(widths[layer - 1])]
    return names


@lru_cache(maxsize=16)
def forward(widths: tuple[int, ...], slope_sign: int = 1, intercept_sign: int = 1) -> Any:
    """The sum of the outputs as a polynomial, layer by layer."""
    names = network_symbols(widths)
    values = [sp.Poly(entry, *names) for entry in inputs(widths[0])]
    for layer in range(1, len(widths)):
        following = []
        for i in range(widths[layer]):
            before = sum(
                (sp.Poly(weight_of(layer, i, j), *names) * y for j, y in enumerate(values)), sp.Poly(0, *names)
            )
            following.append(
                slope_sign * sp.Poly(slope_of(layer, i), *names) * before
                + intercept_sign * sp.Poly(intercept_of(layer, i), *names)
            )
        values = following
    return sum(values[1:], values[0])


def paths_by_layer(widths: tuple[int, ...]) -> dict[int, list[Any]]:
    """All paths by the layer they start in (0: the input), as products of their parts: read off the graph."""
    depth = len(widths) - 1
    found: dict[int, list[Any]] = {}
    for start in range(depth + 1):
        found[start] = []
        for neurons in itertools.product(*(range(width) for width in widths[start:])):
            product = inputs(widths[0])[neurons[0]] if start == 0 else intercept_of(start, neurons[0])
            for step in range(1, len(neurons)):
                layer = start + step
                product *= weight_of(layer, neurons[step], neurons[step - 1]) * slope_of(layer, neurons[step])
            found[start].append(product)
    return found


def level_of(monomial: Any, names: Sequence[Any]) -> int:
    """The layer in which a monomial starts: that of its intercept, 0 for an input path."""
    for name, order in zip(names, monomial, strict=True):
        if order and name.name.startswith("b"):
            return int(name.name[1])
    return 0


def five_section_network() -> tuple[Any, dict[Any, Any]]:
    """The output of a rational network through f itself, and the lines that its neurons used."""
    widths = WIDTHS[-1]
    knots = [sp.Integer(k) for k in (-2, -1, 1, 2)]
    slopes = [sp.Rational(k, 100) for k in (1, 10, 100, 30, 3)]
    intercepts = [sp.Rational(k, 100) for k in (-108, -90, 0, 70, 124)]  # continuous, f(0) = 0

    def activation(z: Any) -> Any:  # integrates the slope from 0, without any intercept
        total, edges = sp.S.Zero, [-sp.oo, *knots, sp.oo]
        for low, high, slope in zip(edges, edges[1:], slopes, strict=False):
            if z > 0:
                total += slope * sp.Max(0, sp.Min(z, high) - sp.Max(0, low))
            else:
                total -= slope * sp.Max(0, sp.Min(0, high) - sp.Max(z, low))
        return total

    met: dict[Any, Any] = {}
    values = [sp.Rational(3, 7), sp.Rational(-5, 4)]
    met.update(zip(inputs(2), values, strict=True))
    for layer in range(1, len(widths)):
        following = []
        for i in range(widths[layer]):
            z = sp.S.Zero
            for j, y in enumerate(values):
                weight = sp.Rational((7 * layer + 11 * i + 5 * j * j + 3) % 13 - 6, 3)
                met[weight_of(layer, i, j)] = weight
                z += weight * y
            section = sum(1 for knot in knots if z > knot)
            met[slope_of(layer, i)], met[intercept_of(layer, i)] = slopes[section], intercepts[section]
            following.append(activation(z))
        values = following
    return sum(values), met


def levels_of_explicit_network(alphas: Sequence[Any], betas: Sequence[Any]) -> list[Any]:
    """ρ_ℓ from the explicit network: groups of paths per path of the group, over the same of the input paths."""
    widths = WIDTHS[-1]
    groups = paths_by_layer(widths)
    point = {}
    for layer in range(1, len(widths)):
        for i in range(widths[layer]):
            point[slope_of(layer, i)], point[intercept_of(layer, i)] = alphas[layer - 1], betas[layer - 1]
            point.update({weight_of(layer, i, j): sp.S.One for j in range(widths[layer - 1])})
    point.update(dict.fromkeys(inputs(widths[0]), sp.S.One))
    per_path = [sp.expand(sum(paths).xreplace(point)) / len(paths) for _, paths in sorted(groups.items())]
    return [sp.cancel(level / per_path[0]) for level in per_path[1:]]
