"""The compiled formulas of the complexity: thresholds, rates, prefactors, mixtures, a field of order N.

The derivation itself is in `growth_rates`, `sharp_counts` and `mixed_rates`; here it ends in kernels.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import sympy as sp

from derivations import growth_rates, mixed_rates, semicircle_law, sharp_counts
from derivations.covariance_symbols import X0, X1, X2
from derivations.emit import Argument, Formula
from derivations.growth_rates import derivation
from derivations.mixed_rates import field_slope, field_value, weight, zed
from derivations.symbols import N, k, m, p, s, u, v, x
from spinglass._printing import Assignment, Branch, Kernel

__all__ = ["derivation"]

LARGEST_P = 2.0**50
FAR = sp.Float("1e50")  # from here on |u| the rate is its leading term
y = sp.Symbol("y", nonnegative=True)
share = sp.Symbol("share", positive=True)  # (p − 1)/p
slope, edge, square, bulk, bend, leading = sp.symbols("slope edge square bulk bend leading", real=True)
ratio, delta = sp.symbols("ratio delta", positive=True)
_height = sp.Function("_edge_height")
_distance = sp.Function("_edge_distance")
_cost = sp.Function("_outlier_cost")
_beyond = sp.Function("_beyond_threshold")

P = Argument(p, "spins per interaction", 2, LARGEST_P, integer=True)
P3 = Argument(p, "spins per interaction", 3, LARGEST_P, integer=True)
U = Argument(u, "energy density h/N")
SPINS = Argument(N, "number of spins", 1, 1e300)


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
        before=(Assignment(v, _distance(u, leading), twofold=True),),
        pairs=(slope, edge, leading),
        private=True,
    )


_HELPERS = (_edge_height(), _edge_distance(), _outlier_cost(), _beyond_threshold())
_CONSTANTS = (
    Assignment(slope, (p - 2) / p, twofold=True),
    Assignment(edge, _height(p), twofold=True),
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

derivation.formula(
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
        elementary=True,
    )
)

derivation.formula(
    Formula(
        kernel=Kernel(
            "complexity_at_threshold",
            (p,),
            (Branch(sp.true, _height(p)),),
            "Rate of the number of critical points of any index at the threshold.",
        ),
        helpers=_HELPERS[:1],
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
    (Branch(sp.true, _distance(u, leading), (Assignment(leading, p / (4 * p - 4), twofold=True),)),),
    "v = p u^2/(4(p - 1)) - 1, the distance from the threshold, as an unevaluated sum.",
    pair=True,
)
derivation.formula(
    Formula(
        kernel=Kernel(
            "edge_distance",
            (u, p),
            (Branch(sp.true, sp.Function("edge_distance_pair")(u, p)),),
            "Distance v = x^2/4 - 1 of the shift x from the edge: negative in the bulk, zero at the threshold.",
        ),
        helpers=(_HELPERS[1], _distance_pair),
        title="Distance from the threshold",
        step=growth_rates.stable,
        arguments=(U, P),
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
        before=(Assignment(v, _distance(u, leading), twofold=True),),
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
derivation.formula(
    Formula(
        kernel=_annealed_kernel,
        helpers=(*_HELPERS, _split),
        title="Annealed complexity at an energy",
        step=growth_rates.stable,
        arguments=(U, P),
        plain=_plain_annealed(),
        domain="all u; p >= 2, integer, up to 2^50",
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


derivation.formula(
    Formula(
        kernel=_cumulative(),
        helpers=_HELPERS,
        title="Complexity of one index below an energy",
        step=growth_rates.index,
        arguments=(U, P, Argument(k, "index", 0, 2.0**53, integer=True)),
        plain=sp.Piecewise(
            (growth_rates.threshold()["height"], sp.Ge(u, -_plain_threshold())), (growth_rates.index()["plain"], True)
        ),
        domain="all u; p >= 2, integer, up to 2^50; k >= 0",
        points=lambda rng, count: [
            (*point, int(rng.choice([0, 1, 2, 3, 10, 1000, 2**53]))) for point in _near_edge(rng, count)
        ],
        special=tuple((*point, index) for point in _SPECIAL for index in (0.0, 2.0)),
        scale=sp.log(p - 1) / 2,
    )
)


# Band edges: the angle y, E = E_∞ cosh(y/2)

_sinh_series = sp.horner(sum(s**j / sp.factorial(2 * j + 3) for j in range(10)), s)
_angle = sp.Function("outlier_rate_at_angle")
_angle_rate = Kernel(
    "outlier_rate_at_angle",
    (y,),
    (
        Branch(
            sp.Lt(y, sp.Rational(3, 2)),
            y * s * bulk / 2,
            (Assignment(s, y * y), Assignment(bulk, _sinh_series)),
            note="the series of (sinh y - y)/y^3",
        ),
        Branch(sp.true, (sp.sinh(y) - y) / 2),
    ),
    "Rate I_1 of an eigenvalue at |x| = 2 cosh(y/2).",
    exact=(Branch(sp.true, (sp.sinh(y) - y) / 2),),
)
_from_bands = growth_rates.bands()
_bands_function = _from_bands["function"].subs(_from_bands["angle"], y)
_versine = 2 * sp.sinh(y / 2) ** 2
ANGLE = Argument(y, "angle, E = E_inf cosh(y/2)", 0, 700)
INDEX = Argument(k, "index", 0, 2.0**53, integer=True)


def _angles(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    return [(float(10 ** rng.uniform(-12, 2.5)),) for _ in range(count)]


derivation.formula(
    Formula(
        kernel=_angle_rate,
        title="Rate of an outlier, by its angle",
        step=growth_rates.bands,
        arguments=(ANGLE,),
        plain=sp.diff(_bands_function, k) * -1,
        domain="0 <= y <= 700",
        points=_angles,
        special=((0.0,), (1.5,), (math.nextafter(1.5, 0),), (700.0,)),
    )
)

derivation.formula(
    Formula(
        kernel=Kernel(
            "index_complexity_at_angle",
            (y, p, k),
            (Branch(sp.true, edge - (p - 2) / (2 * p) * _versine - (k + 1) * _angle(y), twofold=False),),
            "Rate of the number of critical points of index k below -E_inf cosh(y/2): zero at the band edge.",
            before=(Assignment(edge, _height(p)),),
            exact=(Branch(sp.true, _bands_function),),
        ),
        helpers=(_HELPERS[0], _angle_rate),
        title="Complexity of one index, by the angle",
        step=growth_rates.bands,
        arguments=(ANGLE, P, INDEX),
        plain=_bands_function,
        domain="0 <= y <= 700; p >= 2, integer; k >= 0",
        points=lambda rng, count: [
            (*point, int(rng.integers(2, 200)), int(rng.choice([0, 1, 2, 10, 10**6]))) for point in _angles(rng, count)
        ],
        scale=growth_rates.threshold()["height"]
        + (p - 2) / (2 * p) * (sp.cosh(y) - 1)
        + (k + 1) * (sp.sinh(y) - y) / 2,
    )
)

derivation.formula(
    Formula(
        kernel=Kernel(
            "index_slope_at_angle",
            (y, p, k),
            (Branch(sp.true, -((p - 2) / p * sp.sinh(y) + (k + 1) * _versine) / 2),),
            "Derivative in y of the rate of index k at -E_inf cosh(y/2).",
            exact=(Branch(sp.true, -((p - 2) / p * sp.sinh(y) + (k + 1) * (sp.cosh(y) - 1)) / 2),),
        ),
        title="Slope of the complexity of one index, by the angle",
        step=growth_rates.bands,
        arguments=(ANGLE, P, INDEX),
        plain=sp.diff(_bands_function, y),
        domain="0 <= y <= 700; p >= 2, integer; k >= 0",
        points=lambda rng, count: [
            (*point, int(rng.integers(2, 200)), int(rng.choice([0, 1, 2, 10, 10**6]))) for point in _angles(rng, count)
        ],
    )
)

# Prefactors, in v so that nothing cancels next to the threshold

_before = (
    Assignment(leading, p / (4 * p - 4), twofold=True),
    Assignment(v, _distance(u, leading), twofold=True),
)


def _sizes(rng: np.random.Generator) -> float:
    return float(rng.integers(1, 10 ** rng.integers(1, 9)))


def _degrees(rng: np.random.Generator) -> int:
    return int(rng.integers(3, 10 ** rng.integers(1, 8) + 3))


derivation.formula(
    Formula(
        kernel=Kernel(
            "total_count_prefactor",
            (N, p),
            (Branch(sp.true, 4 * sp.sqrt(bulk), (Assignment(bulk, 2 * N / (sp.pi * (p - 2))),)),),
            "Factor of (p-1)^(N/2) in the mean total number of critical points, large N.",
        ),
        title="Prefactor of the total number of critical points",
        step=sharp_counts.total,
        arguments=(SPINS, P3),
        plain=sharp_counts.total(),
        domain="N >= 1; p >= 3, integer",
        points=lambda rng, count: [(_sizes(rng), _degrees(rng)) for _ in range(count)],
        special=((1.0, 3.0), (100.0, 4.0)),
        elementary=True,
    )
)


def _inside_points(rng: np.random.Generator, count: int, negative: bool, spins: bool) -> list[tuple[float, ...]]:
    points: list[tuple[float, ...]] = []
    for number in range(count):
        degree = _degrees(rng)
        top = 2 * math.sqrt((degree - 1) / degree)
        place = top * (rng.uniform(1e-3, 0.99) if number % 2 else 1 - 10 ** rng.uniform(-12, -0.3))
        place = -place if negative or rng.random() < 0.5 else place
        points.append((float(place), *([_sizes(rng)] if spins else []), degree))
    return points


derivation.formula(
    Formula(
        kernel=Kernel(
            "bulk_density_prefactor",
            (u, N, p),
            (
                Branch(sp.Lt(v, 0), 2 * N * sp.sqrt(2) * sp.sqrt(-v / (p - 1)) / sp.pi, twofold=True),
                Branch(sp.true, sp.Integer(0), note="outside the bulk"),
            ),
            "Factor of exp(N Sigma(u)) in the mean density of critical points at u in the bulk, large N.",
            before=_before,
        ),
        helpers=(_HELPERS[1],),
        title="Prefactor of the density in the bulk",
        step=sharp_counts.bulk_density,
        arguments=(U, SPINS, P3),
        plain=sharp_counts.bulk_density(),
        domain="|u| < E_inf; N >= 1; p >= 3, integer",
        points=lambda rng, count: _inside_points(rng, count, False, True),
    )
)

derivation.formula(
    Formula(
        kernel=Kernel(
            "bulk_count_prefactor",
            (u, p),
            (
                Branch(
                    sp.Lt(v, 0),
                    4 * sp.sqrt(2) * sp.sqrt(-v * (p - 1)) / (sp.pi * (p - 2) * -u),
                    twofold=True,
                ),
                Branch(sp.true, sp.Integer(0), note="outside the bulk"),
            ),
            "Factor of exp(N Sigma(u)) in the mean number of critical points below u in the bulk, large N.",
            before=_before,
        ),
        helpers=(_HELPERS[1],),
        title="Prefactor of the number below an energy in the bulk",
        step=sharp_counts.bulk_count,
        arguments=(U, P3),
        plain=sharp_counts.bulk_count(),
        domain="-E_inf < u < 0; p >= 3, integer",
        points=lambda rng, count: _inside_points(rng, count, True, False),
    )
)


def _deep_stable() -> Any:
    """The prefactor in v: w = √(1+v) + √v, w² − 1 = 2 w √v, x = 2 √(1+v)."""
    root, arm = sp.sqrt(v), sp.sqrt(1 + v)
    growth = arm + root
    rate = ((p - 2) / p * arm + root) * sp.sqrt(p / (p - 1))  # the slope of Θ₀ in u
    level = 1 / (2 * sp.sqrt(2 * sp.pi) * sp.sqrt(2 * root * growth))
    return 2 * sp.sqrt(2 / p) * sp.sqrt(p / (p - 1)) * level / (rate * sp.sqrt(N))


def _deep_points(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    points: list[tuple[float, ...]] = []
    for _ in range(count):
        degree = _degrees(rng)
        top = 2 * math.sqrt((degree - 1) / degree)
        points.append((-float(top * (1 + 10 ** rng.uniform(-12, 1))), _sizes(rng), degree))
    return points


derivation.formula(
    Formula(
        kernel=Kernel(
            "deep_minima_prefactor",
            (u, N, p),
            (
                Branch(sp.Gt(v, 0), _deep_stable(), twofold=True),
                Branch(sp.true, sp.oo, note="at the threshold and above"),
            ),
            "Factor of exp(N Theta_0(u)) in the mean number of critical points below u < -E_inf, large N.",
            before=_before,
        ),
        helpers=(_HELPERS[1],),
        title="Prefactor of the number of deep minima",
        step=sharp_counts.deep_minima,
        arguments=(U, SPINS, P3),
        plain=sharp_counts.deep_minima()["energy"],
        domain="u < -E_inf; N >= 1; p >= 3, integer",
        points=_deep_points,
    )
)

derivation.formula(
    Formula(
        kernel=Kernel(
            "edge_count_prefactor",
            (N, p),
            (
                Branch(
                    sp.true,
                    sp.Float(sp.N(sharp_counts.airy() * 2 * sp.sqrt(2), 30), 20) * sp.sqrt(p) / ((p - 2) * bulk),
                    twofold=True,
                ),
            ),
            "Factor of exp(N Theta_edge) in the mean number of critical points below -E_inf, large N.",
            before=(
                Assignment(square, N ** sp.Rational(1, 3)),
                Assignment(
                    bulk, square - (square * square * square - N) / (3 * square * square)
                ),  # Newton: 1/3 is rounded
            ),
            exact_before=(),
            exact=(Branch(sp.true, sharp_counts.edge_count()),),
        ),
        title="Prefactor of the number below the threshold",
        step=sharp_counts.edge_count,
        arguments=(SPINS, P3),
        plain=sharp_counts.edge_count(),
        domain="N >= 1; p >= 3, integer",
        points=lambda rng, count: [(_sizes(rng), _degrees(rng)) for _ in range(count)],
        special=((1.0, 3.0), (100.0, 4.0)),
    )
)

# A field of order N

_parts = mixed_rates.field()
_potential = growth_rates.determinant()
_place, _grow = sp.symbols("place grow", positive=True)
_outer = _potential["outside"].subs(growth_rates.w, _grow)
_inner = sp.expand(_potential["inside"]).subs(x**2, square)


def _field_points(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    points: list[tuple[float, ...]] = []
    for number in range(count):
        latitude = rng.uniform(-0.999, 0.999) if number % 3 else rng.choice([-1, 1]) * (1 - 10 ** rng.uniform(-14, -1))
        size = 10 ** rng.uniform(-2, 2)
        values = (rng.normal() * 2, latitude, int(rng.integers(2, 40)), rng.normal() * size, rng.normal() * size)
        points.append(tuple(float(value) for value in values))
    return points


_flat = sp.log(p - 1) / 2 + sp.log((1 - m) * (1 + m)) / 2 - field_slope**2 * (1 - m) * (1 + m) / (2 * p)
_gauss = sp.Rational(1, 2) - edge * edge / 2
_plain_field = _parts["rest"] + sp.Piecewise(
    (_potential["inside"].subs(x, _parts["shift"]), sp.Le(sp.Abs(_parts["shift"]), 2)),
    (_potential["outside"].subs(growth_rates.w, growth_rates.growth).subs(x, _parts["shift"]), True),
)
derivation.formula(
    Formula(
        kernel=Kernel(
            "field_complexity",
            (u, m, p, field_value, field_slope),
            (
                Branch(sp.Le(square, 4), _flat + (_gauss + _inner), twofold=True),
                Branch(
                    sp.true,
                    _flat + (_gauss + _outer),
                    (
                        Assignment(_place, sp.sqrt(square)),
                        Assignment(_grow, _place / 2 + sp.sqrt(sp.Max(square / 4 - 1, 0))),
                    ),
                    twofold=True,
                ),
            ),
            "Growth rate at energy density u and latitude m in a field N d(m); d and d1 are d(m) and its derivative.",
            before=(
                Assignment(edge, u - field_value, twofold=True),
                Assignment(bulk, p * edge + m * field_slope, twofold=True),
                Assignment(square, bulk**2 / (p * (p - 1)), twofold=True),
            ),
        ),
        title="Complexity in a field of order N",
        step=mixed_rates.field,
        arguments=(
            U,
            Argument(m, "latitude", -1, 1, open="both"),
            P,
            Argument(field_value, "d(m), the field per spin"),
            Argument(field_slope, "its derivative d'(m)"),
        ),
        plain=_plain_field,
        domain="all u, d, d1; -1 < m < 1; p >= 2, integer",
        points=_field_points,
        special=((-1.0, 0.0, 3.0, 0.0, 0.0), (-1.7, 0.0, 3.0, 0.0, 0.0)),
        scale=sp.log(p - 1) / 2
        + sp.Abs(sp.log(1 - m**2)) / 2
        + field_slope**2 / (2 * p)
        + (sp.Abs(u) + sp.Abs(field_value)) ** 2 / 2
        + 1,
    )
)

# Mixtures; Δ = det C is an argument, because a sum over pairs of degrees gives it without cancellation

_mixed = mixed_rates.mixed_exponent()
_best = mixed_rates.mixed_maximum()
ENTRIES = (
    Argument(X0, "xi at q = 1", 0, open="low"),
    Argument(X1, "xi' at q = 1", 0, open="low"),
    Argument(X2, "xi'' at q = 1", 0, open="low"),
)
DELTA = Argument(delta, "xi (xi' + xi'') - xi'^2", 0, open="low")


def _glasses(rng: np.random.Generator) -> tuple[float, float, float, float]:
    degrees = rng.choice(np.arange(1, 12), size=int(rng.integers(2, 5)), replace=False)
    if degrees.max() < 2:
        degrees[0] = 3
    squares = 10 ** rng.uniform(-2, 1, degrees.size)
    first, second = float(degrees @ squares), float((degrees * (degrees - 1)) @ squares)
    pairs = [squares[i] * squares[j] * (degrees[i] - degrees[j]) ** 2 for i in range(degrees.size) for j in range(i)]
    return float(squares.sum()), first, second, float(sum(pairs))


def _threshold_of(glass: tuple[float, float, float, float]) -> float:
    value, first, second, _ = glass
    return (value * (second - first) + first**2) / (first * math.sqrt(second))


_marginal = X0 * X2 + X1 * (X1 - X0)
_mixed_threshold = Kernel(
    "mixed_threshold",
    (X0, X1, X2),
    (Branch(sp.true, _marginal / (X1 * sp.sqrt(X2))),),
    "Threshold energy of a mixture.",
)
derivation.formula(
    Formula(
        kernel=_mixed_threshold,
        title="Threshold energy of a mixture",
        step=mixed_rates.mixed_exponent,
        arguments=ENTRIES,
        plain=_mixed["threshold"],
        domain="values of a covariance function at q = 1: 0 < xi <= xi'",
        points=lambda rng, count: [_glasses(rng)[:3] for _ in range(count)],
        elementary=True,
    )
)


def _height_points(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    points: list[tuple[float, ...]] = []
    for _ in range(count):
        glass = _glasses(rng)
        energy = _threshold_of(glass) * rng.normal() * 2
        points.append((float(energy), float(2 * energy / _threshold_of(glass) * rng.uniform(0.5, 1.5)), *glass))
    return points


_off = X0 * sp.sqrt(X2) * zed - X1 * u
_squares = (u**2 + _off**2 / delta) / X0
derivation.formula(
    Formula(
        kernel=Kernel(
            "mixed_height",
            (u, zed, X0, X1, X2, delta),
            (
                Branch(
                    sp.true,
                    sp.log(X2 / X1) / 2 + (zed**2 / 4 - bulk),
                    (Assignment(bulk, _squares / 2, twofold=True),),
                    twofold=True,
                ),
            ),
            "Rate at energy density u and shift z of a mixture, without the cost of outliers.",
        ),
        title="Rate of a mixture at an energy and a shift",
        step=mixed_rates.mixed_exponent,
        arguments=(U, Argument(zed, "shift, the radial derivative over sqrt(xi'')"), *ENTRIES, DELTA),
        plain=sp.log(X2 / X1) / 2 + zed**2 / 4 - _squares / 2,
        domain="all u and z; values of a covariance function at q = 1",
        points=_height_points,
        scale=sp.Abs(sp.log(X2 / X1)) / 2 + zed**2 / 4,
    )
)


def _angle_points(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    points: list[tuple[float, ...]] = []
    for number in range(count):
        glass = _glasses(rng)
        energy = -_threshold_of(glass) * (1 + 10 ** rng.uniform(-10, 1)) if number % 4 else -_threshold_of(glass) * 0.5
        points.append((float(energy), float(rng.choice([1, 2, 3, 11, 1001])), *glass))
    return points


_above = sp.Symbol("excess", real=True)  # −u − E_th
_root_of = sp.Symbol("root", real=True)
_unit = sp.Symbol("unit", real=True)
_plain_drive = -X1 * sp.sqrt(X2) * u / delta
_plain_alpha = X0 * X2 / delta - sp.Rational(1, 2)
_two_alpha = _marginal / delta  # 2α, by Δ = ξ(ξ′ + ξ″) − ξ′²
_gap = sp.Symbol("gap", real=True)
derivation.formula(
    Formula(
        kernel=Kernel(
            "mixed_angle",
            (u, weight, X0, X1, X2, delta),
            (
                Branch(sp.Le(_above, 0), sp.Integer(0), note="the bulk reaches the shift"),
                Branch(
                    sp.true,
                    sp.Function("log1p")((_gap + _gap * (_gap + 2 * _unit) / (_root_of + weight)) / (_unit + weight)),
                    (
                        Assignment(_gap, X1 * sp.sqrt(X2) * _above / delta, twofold=True),
                        Assignment(_unit, _two_alpha, twofold=True),
                        Assignment(_root_of, sp.sqrt(_gap * (_gap + 2 * _unit) + weight**2), twofold=True),
                    ),
                    twofold=True,
                ),
            ),
            "Angle theta of the dominant shift -2 cosh(theta) of a mixture below the threshold; W = index + 1.",
            before=(Assignment(_above, -u - _marginal / (X1 * sp.sqrt(X2)), twofold=True),),
        ),
        title="Dominant shift of a mixture",
        step=mixed_rates.mixed_maximum,
        arguments=(U, Argument(weight, "index + 1", 1, 2.0**53, integer=True), *ENTRIES, DELTA),
        plain=sp.Piecewise(
            (0, sp.Ge(u, -_marginal / (X1 * sp.sqrt(X2)))),
            (
                sp.log(
                    (_plain_drive + sp.sqrt(_plain_drive**2 - (_two_alpha) ** 2 + weight**2)) / (_two_alpha + weight)
                ),
                True,
            ),
        ),
        domain="values of a covariance function at q = 1; zero above the threshold",
        points=_angle_points,
    )
)
_ratio = sp.Max((X1 - X2) / (X1 + X2), 0)
derivation.formula(
    Formula(
        kernel=Kernel(
            "mixed_saturation",
            (weight, X1, X2),
            (
                Branch(sp.Le(X1, X2), -2 * X1 * sp.sqrt(X2) / (X1 + X2), twofold=True),
                Branch(
                    sp.true,
                    -2 * X1 * sp.sqrt(X2) * weight / sp.sqrt((bulk + 2 * X2) * (bulk + 2 * X1)),
                    (Assignment(bulk, (weight - 1) * (X1 + X2), twofold=True),),
                    twofold=True,
                    note="W - t and W + t with their denominators",
                ),
            ),
            "Energy density above which the number of critical points of index W - 1 of a mixture stops growing.",
        ),
        title="Saturation energy of a mixture",
        step=mixed_rates.mixed_saturation,
        arguments=(Argument(weight, "index + 1", 1, 2.0**53, integer=True), *ENTRIES[1:]),
        plain=-2 * X1 * sp.sqrt(X2) / (X1 + X2) * weight / sp.sqrt(weight**2 - _ratio**2),
        domain="values of a covariance function at q = 1",
        points=lambda rng, count: [(float(rng.choice([1, 2, 3, 11, 1001])), *_glasses(rng)[1:3]) for _ in range(count)],
    )
)

_slope_numerator = sp.factor(sp.simplify(sp.diff(_mixed["bulk"], u) * _mixed["determinant"]))
derivation.formula(
    Formula(
        kernel=Kernel(
            "mixed_slope",
            (u, zed, X1, X2, delta),
            (Branch(sp.true, (X1 * sp.sqrt(X2) * zed - (X1 + X2) * u) / delta, twofold=True),),
            "Derivative in u of the rate of a mixture at fixed shift z.",
        ),
        title="Slope of the rate of a mixture",
        step=mixed_rates.mixed_exponent,
        arguments=(U, Argument(zed, "shift, the radial derivative over sqrt(xi'')"), *ENTRIES[1:], DELTA),
        plain=_slope_numerator / delta,
        domain="all u and z; values of a covariance function at q = 1",
        points=lambda rng, count: [(point[0], point[1], *point[3:]) for point in _height_points(rng, count)],
    )
)
