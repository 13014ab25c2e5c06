"""Compiled formulas of the pure glass: threshold, growth rates at an energy and by index."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import sympy as sp

from derivations import growth_rates, semicircle_law
from derivations.emit import Argument, Formula
from derivations.mixed_rates import weight
from derivations.symbols import k, p, u, v
from spinglass._printing import Assignment, Branch, Kernel

LARGEST_P = 2.0**50
FAR = sp.Float("1e50")  # from here on |u| the rate is its leading term
share = sp.Symbol("share", positive=True)  # (p − 1)/p
slope, edge, square, bulk, bend, leading = sp.symbols("slope edge square bulk bend leading", real=True)
ratio = sp.Symbol("ratio", positive=True)
height_of = sp.Function("_edge_height")
distance_of = sp.Function("_edge_distance")
_cost = sp.Function("_outlier_cost")
_beyond = sp.Function("_beyond_threshold")

P = Argument(p, "spins per interaction", 2, LARGEST_P, integer=True)
U = Argument(u, "energy density h/N", -1e150, 1e150)
INDEX = Argument(k, "index", 0, 2.0**53, integer=True)

FORMULAS: list[Formula] = []  # in the order of emission


def chains(coefficients: list[Any], argument: Any) -> Any:
    """Σ c_j q^j as four interleaved Horner chains in q⁴: one chain would wait for itself at every step."""
    power = sp.Symbol("q4", real=True)
    parts = []
    for start in range(4):
        chain: Any = sp.S.Zero
        for coefficient in reversed(coefficients[start::4]):
            chain = coefficient + sp.Mul(power, chain, evaluate=False) if chain != 0 else coefficient
        parts.append(chain)
    two = sp.Symbol("q2", real=True)
    return (parts[0] + two * parts[2]) + argument * (parts[1] + two * parts[3])


def _edge_height() -> Kernel:
    """Θ_edge: the series of artanh z − z for p <= 8, the difference in twice the precision above."""
    z = sp.Symbol("z", real=True)
    series = sp.horner(sum(z**j / (2 * j + 3) for j in range(58)), z)
    plain = growth_rates.threshold()["height"]
    small = Branch(
        sp.Le(p, 8),
        ratio**3 * bulk,
        (Assignment(ratio, (p - 2) / p, twofold=True), Assignment(z, ratio**2), Assignment(bulk, series)),
        note="z = (p - 2)/p <= 3/4: the series of artanh z - z",
    )
    return Kernel(
        "_edge_height",
        (p,),
        (small, Branch(sp.true, plain, twofold=True)),
        "The rate at the threshold, as an unevaluated sum.",
        exact=(Branch(sp.true, plain),),
        pair=True,
        private=True,
    )


def _edge_distance() -> Kernel:
    """v = u² c − 1 with the hoisted c = p/(4(p−1)), formed in twice the precision and rounded once."""
    return Kernel(
        "_edge_distance",
        (u, leading),
        (Branch(sp.true, square * leading - 1, (Assignment(square, u**2, twofold=True),)),),
        "v = u^2 p/(4(p - 1)) - 1, the distance from the threshold: it keeps its sign and its digits.",
        pair=True,
        pairs=(leading,),
        private=True,
    )


def _outlier_cost() -> Kernel:
    """I₁ at v: the series in q up to v = 2, beyond it only the smaller part of the difference is rounded."""
    series = semicircle_law.outlier_series()
    q, two, four, rest = sp.symbols("q q2 q4 rest", real=True)
    width, factor = sp.symbols("width factor", real=True)
    coefficients = [series["coefficient"].subs(series["index"], j) for j in range(1, 25)]
    near = Branch(
        sp.Lt(v, 2),
        v * width * factor,
        (
            Assignment(q, series["ratio"]),
            Assignment(two, q * q),
            Assignment(four, two * two),
            Assignment(rest, q * chains(coefficients, q)),
            Assignment(width, sp.sqrt(v), twofold=True),
            Assignment(factor, series["first"] + rest),
        ),
        note="next to the edge: v^(3/2) times a series in q",
    )
    plain = semicircle_law.outlier_rate()
    far = Branch(sp.true, v + (1 / (1 + sp.sqrt(1 + 1 / v)) - sp.asinh(sp.sqrt(v))))
    return Kernel(
        "_outlier_cost",
        (v,),
        (near, far),
        "I_1 = sqrt(v (1 + v)) - asinh(sqrt(v)), the cost of an eigenvalue outside the bulk.",
        exact=(Branch(sp.true, plain),),
        pair=True,
        pairs=(v,),
        private=True,
    )


def _beyond_threshold() -> Kernel:
    """Θ_k(u) once the shift may have left the bulk."""
    value = edge - slope * v - weight * _cost(v)
    return Kernel(
        "_beyond_threshold",
        (u, weight, slope, edge, leading),
        (Branch(sp.Le(v, 0), edge), Branch(sp.true, value, twofold=True)),
        before=(Assignment(v, distance_of(u, leading), twofold=True),),
        pairs=(slope, edge, leading),
        private=True,
    )


HELPERS = (_edge_height(), _edge_distance(), _outlier_cost(), _beyond_threshold())
_CONSTANTS = (
    Assignment(slope, (p - 2) / p, twofold=True),
    Assignment(edge, height_of(p), twofold=True),
    Assignment(leading, p / (4 * p - 4), twofold=True),
)
_LEADING = p / (4 * (p - 1))


def _plain_threshold() -> Any:
    return growth_rates.threshold()["energy"]


def _near_edge(rng: np.random.Generator, count: int, largest: float = 1e60) -> list[tuple[float, ...]]:
    """(u, p) in the bulk, around the bands, in neighbouring doubles of −E_∞, far out; both signs of u."""
    points: list[tuple[float, ...]] = []
    for number in range(count):
        degree = int(rng.choice([2, 3, 4, 5, 6, 8, 9, 10, 30, 101, 1000, 10**6, 2**50, int(rng.integers(2, 200))]))
        top = 2 * math.sqrt((degree - 1) / degree)
        kind = number % 6
        if kind == 0:
            value = top * rng.uniform(0, 1)
        elif kind == 1:
            value = top * (1 + 10 ** rng.uniform(-16, 0.5))
        elif kind == 2:
            value = top * (1 - 10 ** rng.uniform(-16, -0.1))
        elif kind == 3:
            value = top
            for _ in range(int(rng.integers(0, 6))):
                value = math.nextafter(value, rng.choice([0.0, 9.0]))
        elif kind == 4:
            value = top + rng.uniform(0, 3)
        else:
            value = 10 ** rng.uniform(0, math.log10(largest))
        points.append((float(value if rng.random() < 0.2 else -value), degree))
    return points


_SPECIAL_U = (-2.0, -1.7, -1.41, -1.0, 0.0, 1.0, -1e50, -9.9e49)
_SPECIAL = tuple((place, degree) for place in _SPECIAL_U for degree in (2.0, 3.0, 9.0, 1e6))

FORMULAS.append(
    Formula(
        kernel=Kernel(
            "threshold_energy",
            (p,),
            (Branch(sp.true, 2 * sp.sqrt(share), (Assignment(share, (p - 1) / p),)),),
            "Threshold energy of the pure p-spin glass.",
        ),
        title="Threshold energy",
        step=growth_rates.threshold,
        arguments=(P,),
        plain=_plain_threshold(),
        domain="p >= 2, integer, up to 2^50",
        points=lambda rng, count: [(float(rng.integers(2, 10 ** rng.integers(1, 15))),) for _ in range(count)],
        special=((2.0,), (3.0,), (4.0,), (LARGEST_P,)),
    )
)

FORMULAS.append(
    Formula(
        kernel=Kernel(
            "complexity_at_threshold",
            (p,),
            (Branch(sp.true, height_of(p)),),
            "Rate of the number of critical points of any index at the threshold.",
        ),
        helpers=HELPERS[:1],
        title="Complexity at the threshold",
        step=growth_rates.threshold,
        arguments=(P,),
        plain=growth_rates.threshold()["height"],
        domain="p >= 2, integer, up to 2^50; zero at p = 2",
        points=lambda rng, count: [(float(rng.integers(2, 10 ** rng.integers(1, 15))),) for _ in range(count)],
        special=tuple((float(degree),) for degree in (*range(2, 13), LARGEST_P)),
    )
)


_distance_pair = Kernel(
    "edge_distance_pair",
    (u, p),
    (Branch(sp.true, distance_of(u, leading), (Assignment(leading, p / (4 * p - 4), twofold=True),)),),
    "v = p u^2/(4(p - 1)) - 1, the distance from the threshold, as an unevaluated sum.",
    pair=True,
)
FORMULAS.append(
    Formula(
        kernel=Kernel(
            "edge_distance",
            (u, p),
            (Branch(sp.true, sp.Function("edge_distance_pair")(u, p)),),
            "Distance v = x^2/4 - 1 of the shift x from the edge: negative in the bulk, zero at the threshold.",
        ),
        helpers=(HELPERS[1], _distance_pair),
        title="Distance from the threshold",
        step=growth_rates.stable,
        arguments=(Argument(u, U.meaning, -1e50, 1e50), P),
        plain=growth_rates.stable()["distance"],
        domain="|u| <= 1e50; p >= 2, integer, up to 2^50",
        points=lambda rng, count: _near_edge(rng, count, 1e49),
        scale=sp.Integer(1),
    )
)


def _annealed() -> tuple[Kernel, Kernel]:
    rates = growth_rates.stable()
    inside = bulk - bend * u**2
    far = -(slope + 1) * (u * u * _LEADING)
    constants = (
        *_CONSTANTS,
        Assignment(bulk, sp.log(p - 1) / 2),
        Assignment(bend, (p - 2) / (4 * (p - 1))),
    )
    exact_inside = rates["inside"].subs(v, rates["distance"])
    exact = (
        Branch(sp.Le(rates["distance"], 0), exact_inside),
        Branch(sp.true, rates["outside"].subs(v, rates["distance"])),
    )
    split = Kernel(
        "_annealed_outside",
        (u, slope, edge, leading, bulk, bend),
        (Branch(sp.Le(v, 0), inside), Branch(sp.true, edge - slope * v - _cost(v), twofold=True)),
        before=(Assignment(v, distance_of(u, leading), twofold=True),),
        pairs=(slope, edge, leading),
        private=True,
    )
    outer = sp.Function("_annealed_outside")(u, slope, edge, leading, bulk, bend)
    kernel = Kernel(
        "annealed_complexity",
        (u, p),
        (
            Branch(sp.Le(sp.Abs(u), sp.Rational(141, 100)), inside, note="E_inf >= sqrt(2)"),
            Branch(sp.Ge(sp.Abs(u), FAR), far),
            Branch(sp.true, outer, twofold=True),
        ),
        "Growth rate of the number of critical points of all indices at energy density u.",
        constants=constants,
        curve=(u,),
        exact=exact,
    )
    return split, kernel


def _plain_annealed() -> Any:
    rates = growth_rates.exponent()
    return sp.Piecewise((rates["inside"], sp.Le(sp.Abs(u), _plain_threshold())), (rates["outside"], True))


_split, _annealed_kernel = _annealed()
FORMULAS.append(
    Formula(
        kernel=_annealed_kernel,
        helpers=(*HELPERS, _split),
        title="Annealed complexity at an energy",
        step=growth_rates.stable,
        arguments=(U, P),
        plain=_plain_annealed(),
        domain="|u| <= 1e150; p >= 2, integer, up to 2^50",
        points=_near_edge,
        special=_SPECIAL,
        scale=sp.log(p - 1) / 2,
    )
)


def _cumulative() -> Kernel:
    far = -(slope + k + 1) * (u * u * _LEADING)
    return Kernel(
        "cumulative_complexity",
        (u, p, k),
        (
            Branch(sp.Ge(u, -sp.Rational(141, 100)), edge, note="E_inf >= sqrt(2)"),
            Branch(sp.Le(u, -FAR), far),
            Branch(sp.true, _beyond(u, k + 1, slope, edge, leading), twofold=True),
        ),
        "Growth rate of the number of critical points of index k below energy density u.",
        constants=_CONSTANTS,
        curve=(u,),
        exact=(
            Branch(sp.Or(sp.Ge(u, 0), sp.Le(growth_rates.stable()["distance"], 0)), growth_rates.threshold()["height"]),
            Branch(sp.true, growth_rates.index()["stable"].subs(v, growth_rates.stable()["distance"])),
        ),
    )


FORMULAS.append(
    Formula(
        kernel=_cumulative(),
        helpers=HELPERS,
        title="Complexity of one index below an energy",
        step=growth_rates.index,
        arguments=(U, P, INDEX),
        plain=sp.Piecewise(
            (growth_rates.threshold()["height"], sp.Ge(u, -_plain_threshold())), (growth_rates.index()["plain"], True)
        ),
        domain="|u| <= 1e150; p >= 2, integer, up to 2^50; k >= 0",
        points=lambda rng, count: [
            (*point, int(rng.choice([0, 1, 2, 3, 10, 1000, 2**53]))) for point in _near_edge(rng, count)
        ],
        special=tuple((*point, index) for point in _SPECIAL for index in (0.0, 2.0)),
        scale=sp.log(p - 1) / 2,
    )
)
