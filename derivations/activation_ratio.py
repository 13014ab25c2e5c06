"""What an activation changes: sharp ratios of mean numbers of critical points to those of ReLU, as kernels.

The steps are in activation_law (any p) and activation_closed_forms (two and three spins).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import sympy as sp

from derivations import symbols
from derivations.activation_closed_forms import (
    _AWAY,
    _DISTANCE,
    _LARGE,
    _NODES,
    bessel,
    cubic_energy,
    cubic_index,
    cubic_stable,
    cubic_total,
    divergence,
    quadratic_energy,
    quadratic_index,
    quadratic_total,
    v,
)
from derivations.activation_law import derivation, latitude_integrand, mu, r
from derivations.emit import Argument, Formula
from derivations.latitude_routes import (
    strength,
)
from spinglass._printing import Assignment, Branch, Kernel

p, rho, u, k = symbols.p, symbols.rho, symbols.u, symbols.k

# What is emitted. Everything is the logarithm of a ratio, but for the last four.

_y = sp.Symbol("y", real=True)
_first, _second, _form = sp.symbols("first second form", real=True)
_depth = sp.Symbol("v", real=True)  # x^2/4 - 1
_far = sp.Symbol("w", positive=True)  # 1/|m_sc|
_turned = sp.Symbol("turned", real=True)
_distance_root = sp.Symbol("c", nonnegative=True)
_magnitude = sp.Symbol("magnitude", nonnegative=True)
_log_one_plus = sp.Function("_log_one_plus")
_log_inside = sp.Function("_log_cubic_inside")
_log_outside = sp.Function("_log_cubic_outside")
_TWO_THIRDS = sp.sqrt(sp.Rational(2, 3))

LOG_ONE_PLUS = Kernel(
    "_log_one_plus",
    (_y,),
    (Branch(sp.Abs(_y) < sp.Rational(1, 2), sp.Function("log1p")(_y), twofold=True),
     Branch(sp.true, sp.log(1 + _y), twofold=True)),
    "log(1 + y) of a twofold y.",
    pairs=(_y,),
    private=True,
)  # fmt: skip


def _cubic_inside() -> Kernel:
    gain, form, _, _ = cubic_stable()
    return Kernel(
        "_log_cubic_inside",
        (u, rho),
        (
            Branch(_form <= 0, sp.oo, note="the expectation diverges"),
            Branch(
                sp.true,
                _log_one_plus(_y) / 2,
                (Assignment(_y, gain.subs(strength, rho) / _form, twofold=True),),
                twofold=True,
            ),
        ),
        "log R(u), p = 3, inside the bulk.",
        before=(Assignment(_form, form.subs(strength, rho), twofold=True),),
        private=True,
    )


def _outside_lines(turned: Any) -> tuple[Assignment, ...]:
    """v, w and r outside the bulk, in twice the precision."""
    return (
        Assignment(_turned, turned),
        Assignment(_magnitude, sp.Abs(u)),
        Assignment(_depth, sp.Rational(3, 8) * u**2 - 1, twofold=True),
        Assignment(_distance_root, sp.sqrt(_depth), twofold=True),
        Assignment(_far, sp.sqrt(6) * _magnitude / 4 + _distance_root, twofold=True),
        Assignment(r, sp.sqrt(6) * _turned / 3, twofold=True),
    )


def _cubic_outside() -> Kernel:
    _, _, gain, second = cubic_stable()
    first = 1 - r / _far
    return Kernel(
        "_log_cubic_outside",
        (u, rho),
        (
            Branch(sp.And(_first > 0, _second <= 0), sp.oo, note="the expectation diverges"),
            Branch(sp.Abs(_y) < sp.Rational(1, 2), sp.Function("log1p")(_y) / 2, twofold=True),
            Branch(sp.true, sp.log(_first / _second) / 2, twofold=True),
        ),
        "log R(u), p = 3, outside the bulk.",
        before=(
            *_outside_lines(sp.sign(u) * rho),
            Assignment(_first, first, twofold=True),
            Assignment(_second, second.subs(mu, 1 / _far), twofold=True),
            Assignment(_y, gain.subs(mu, 1 / _far) / _second, twofold=True),
        ),
        private=True,
    )


def _plain_cubic() -> Any:
    """log R(u) as one reads it."""
    inner, _, _, _, _ = cubic_energy()
    modulus, form = (part.subs(strength, rho) for part in inner)
    place = sp.sqrt(sp.Rational(3, 2)) * sp.Abs(u)
    far = (place + sp.sqrt(place**2 - 4)) / 2
    turned = sp.sign(u) * rho * _TWO_THIRDS
    first, second = 1 - turned / far, 1 - 2 * turned * far
    return sp.Piecewise(
        (sp.oo, sp.And(u**2 < sp.Rational(8, 3), form <= 0)),
        (sp.log(modulus / form) / 2, u**2 < sp.Rational(8, 3)),
        (sp.oo, sp.And(first > 0, second <= 0)),
        (sp.log(first / second) / 2, True),
    )


_ENERGY = Argument(u, "energy density h/N", -1e30, 1e30)
_BELOW_CUBIC = Argument(u, "energy density h/N, below the threshold", -1e30, -math.sqrt(8 / 3), open="high")
_BELOW_QUADRATIC = Argument(u, "energy density h/N, below the threshold", -1e30, -math.sqrt(2), open="high")
_RHO = Argument(rho, "coefficient rho_1 of the activation", -1e50, 1e50)
_INDEX = Argument(k, "index", 0, 10**6, integer=True)
_SMALL = sp.Rational(3, 2)  # z = rho^2/8 below which the power series is taken
_ANY_RHO = "any real rho_1"


def _strengths(rng: np.random.Generator, count: int) -> Any:
    return rng.choice([-1, 1], count) * 10 ** np.where(
        rng.random(count) < 0.7, rng.uniform(-2, 1, count), rng.uniform(-12, 12, count)
    )


def _around(borders: tuple[float, ...], largest: float) -> Any:
    """Strengths anywhere, and a third of them at a log-uniform distance from one of the borders."""

    def points(rng: np.random.Generator, count: int) -> Any:
        near = rng.choice(borders, count) * (1 + rng.choice([-1, 1], count) * 10 ** rng.uniform(-15, -0.3, count))
        values = np.where(rng.random(count) < 1 / 3, near, np.clip(_strengths(rng, count), -largest, largest))
        return zip(values, strict=True)

    return points


def _energies(rng: np.random.Generator, count: int, edge: float) -> Any:
    """Energies inside, outside, next to the edge on both sides, and far away."""
    kinds = rng.integers(0, 4, count)
    near = edge * (1 + rng.choice([-1, 1], count) * 10 ** rng.uniform(-15, -1, count))
    spread = [
        rng.uniform(0, 1, count) * edge,
        near,
        rng.uniform(1, 1.5, count) * edge,
        edge * 10 ** rng.uniform(0, 9, count),
    ]
    return rng.choice([-1, 1], count) * np.choose(kinds, spread)


def _pairs(edge: float) -> Any:
    return lambda rng, count: zip(_energies(rng, count, edge), _strengths(rng, count), strict=True)


def _below(edge: float) -> Any:
    def points(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
        places = -np.maximum(np.abs(_energies(rng, count, edge)), np.nextafter(edge, 9))
        orders = np.where(rng.random(count) < 0.5, rng.integers(0, 4, count), np.floor(10 ** rng.uniform(0, 6, count)))
        return list(zip(places, _strengths(rng, count), orders, strict=True))

    return points


_EDGE = math.sqrt(8 / 3)
_CUBIC_SPECIAL = tuple(
    (way * place, strength_)
    for place in (0.0, 4 / 3, math.nextafter(_EDGE, 0), _EDGE, math.nextafter(_EDGE, 9), 1.8, 1e30)
    for strength_ in (0.0, 1e-25, 0.3, -0.3, 1.0, math.sqrt(0.375), math.sqrt(1.5), 2.0, 1e25)
    for way in (1, -1)
)


def _register() -> None:
    ratio, gain = cubic_total()
    derivation.formula(
        Formula(
            kernel=Kernel(
                "log_total_ratio_cubic", (rho,),
                (Branch(sp.true, _log_one_plus(_y) / 2, (Assignment(_y, gain.subs(strength, rho), twofold=True),),
                        twofold=True),),
                "log of the ratio of total numbers of critical points to those of ReLU, p = 3.",
            ),
            title="Ratio of total numbers of critical points, three spins (logarithm)",
            step=cubic_total, arguments=(_RHO,), plain=sp.log(ratio.subs(strength, rho)) / 2, domain=_ANY_RHO,
            points=lambda rng, count: zip(_strengths(rng, count), strict=True),
            special=((0.0,), (1e-30,), (-1e-8,), (0.5,), (1.0,), (1e50,)), helpers=(LOG_ONE_PLUS,),
        )
    )  # fmt: skip
    derivation.formula(
        Formula(
            kernel=Kernel(
                "log_energy_ratio_cubic", (u, rho),
                (Branch(_depth < 0, _log_inside(u, rho), note="inside the bulk"),
                 Branch(sp.true, _log_outside(u, rho))),
                "log of the ratio at energy density u of numbers of critical points to those of ReLU, p = 3.",
                before=(Assignment(_depth, sp.Rational(3, 8) * u**2 - 1, twofold=True),),
            ),
            title="Ratio of numbers of critical points at an energy, three spins (logarithm)",
            step=cubic_stable, arguments=(_ENERGY, _RHO), plain=_plain_cubic(),
            domain="any u and rho_1; infinite where the expectation diverges (u beyond divergence_energy(rho))",
            points=_pairs(_EDGE), special=_CUBIC_SPECIAL, helpers=(LOG_ONE_PLUS, _cubic_inside(), _cubic_outside()),
        )
    )  # fmt: skip
    _register_cubic_index()
    pieces, borders = divergence()
    pieces = [piece.subs(strength, sp.Abs(rho)) for piece in pieces]
    square = sp.Abs(rho) ** 2
    derivation.formula(
        Formula(
            kernel=Kernel(
                "divergence_energy", (rho,),
                (Branch(_magnitude**2 <= borders[0], divergence()[0][0].subs(strength, _magnitude)),
                 Branch(_magnitude**2 < borders[1], divergence()[0][1].subs(strength, _magnitude)),
                 Branch(sp.true, divergence()[0][2].subs(strength, _magnitude))),
                "The |u| from which on the ratio diverges for p = 3, on the side u rho > 0.",
                before=(Assignment(_magnitude, sp.Abs(rho)),),
            ),
            title="Energy at which the ratio for three spins diverges",
            step=divergence, arguments=(Argument(rho, "modulus of the coefficient rho_1", 1e-50, 1e50),),
            domain="|rho_1| from 1e-50 to 1e50",
            plain=sp.Piecewise((pieces[0], square <= borders[0]), (pieces[1], square < borders[1]), (pieces[2], True)),
            points=lambda rng, count: zip(np.abs(_strengths(rng, count)), strict=True),
            special=tuple((value,) for value in (1e-50, math.sqrt(0.375), math.sqrt(0.75), math.sqrt(1.5), 1e50)),
        )
    )  # fmt: skip
    _register_quadratic()
    _register_latitude()


def _register_cubic_index() -> None:
    form, _ = cubic_index()
    r_form = sp.expand(form.subs({_AWAY: _far}).subs(sp.sqrt(_DISTANCE), _distance_root))
    place = -sp.sqrt(sp.Rational(3, 2)) * u
    away = (place + sp.sqrt(place**2 - 4)) / 2
    turned = -rho * _TWO_THIRDS
    plain_form = form.subs({_AWAY: away, r: turned, _DISTANCE: place**2 / 4 - 1})
    logs = [sp.log(1 - turned / away), sp.log(1 - turned * away), sp.log(plain_form)]
    kernel = Kernel(
        "log_index_ratio_cubic", (u, rho, k),
        (
            Branch(_first <= 0, -sp.oo, note="no minima are left"),
            Branch(sp.Eq(k, 0), _log_outside(u, rho)),
            Branch(sp.Or(_second <= 0, _form <= 0), sp.oo, note="exponential growth, or divergence"),
            Branch(
                sp.true,
                (1 + k / 2) * _log_one_plus(sp.Symbol("y1")) - k * _log_one_plus(sp.Symbol("y2")) / 2
                - _log_one_plus(_y) / 2,
                (Assignment(sp.Symbol("y1"), -r / _far, twofold=True),
                 Assignment(sp.Symbol("y2"), -r * _far, twofold=True),
                 Assignment(_y, r_form - 1, twofold=True)),
                twofold=True,
            ),
        ),
        "log of the ratio of numbers of index-k points to ReLU's at energy density u, p = 3.",
        before=(
            *_outside_lines(-rho),
            Assignment(_first, 1 - r / _far, twofold=True),
            Assignment(_second, 1 - r * _far, twofold=True),
            Assignment(_form, r_form, twofold=True),
        ),
    )  # fmt: skip
    minima = sp.Piecewise((sp.oo, 1 - 2 * turned * away <= 0), ((logs[0] - sp.log(1 - 2 * turned * away)) / 2, True))
    derivation.formula(
        Formula(
            kernel=kernel,
            title="Ratio of numbers of index-k points, three spins (logarithm)",
            step=cubic_index, arguments=(_BELOW_CUBIC, _RHO, _INDEX),
            plain=sp.Piecewise(
                (-sp.oo, 1 - turned / away <= 0),
                (minima, sp.Eq(k, 0)),
                (sp.oo, sp.Or(1 - turned * away <= 0, plain_form <= 0)),
                ((1 + k / 2) * logs[0] - k * logs[1] / 2 - logs[2] / 2, True),
            ),
            domain="u < -E_inf; infinite where the ratio grows exponentially or the expectation diverges",
            points=_below(_EDGE),
            special=tuple((-place, strength_, order) for place in (math.nextafter(_EDGE, 9), 1.8, 1e30)
                          for strength_ in (0.0, 1e-25, 0.3, -0.3, 1.0, -2.0, 1e25) for order in (0.0, 1.0, 7.0)),
            helpers=(LOG_ONE_PLUS, _cubic_outside()),
            scale=(1 + k / 2) * sp.Abs(logs[0]) + k / 2 * sp.Abs(logs[1]) + sp.Abs(logs[2]) / 2,
        )
    )  # fmt: skip


def _register_quadratic() -> None:
    inside, outside = (part.subs(strength, rho) for part in quadratic_energy())
    index_form = quadratic_index().subs(strength, rho)
    depth = u**2 / 2 - 1
    lines = (
        Assignment(_magnitude, sp.Abs(u)),
        Assignment(_distance_root, sp.sqrt(_depth), twofold=True),
        Assignment(_far, sp.sqrt(2) * _magnitude / 2, twofold=True),
    )
    named = {sp.sqrt(_DISTANCE): _distance_root, sp.sqrt(1 + _DISTANCE): _far}
    # rho times each factor: a weak rho squared alone would leave the range of normal floats
    narrow, wide, many = sp.symbols("narrow wide many", real=True)
    sum_ = _distance_root + _far
    split = (*lines, Assignment(narrow, rho * _distance_root), Assignment(wide, rho * sum_))
    shared = sp.cancel(outside.subs(named) / (rho**2 * _distance_root * sum_)) * narrow * wide
    in_index = sp.Poly(sp.cancel(index_form.subs(named) / (rho**2 * _distance_root)), k)
    even, _, constant = (sp.factor(part) for part in in_index.all_coeffs())  # the middle one is the last
    all_lines = (
        Assignment(_depth, depth, twofold=True),
        *split[:-1],
        Assignment(many, even * k**2 + constant * (k + 1)),
    )
    derivation.formula(
        Formula(
            kernel=Kernel(
                "log_energy_ratio_quadratic", (u, rho),
                (Branch(_depth < 0, inside.subs(v, _depth), note="inside the bulk"),
                 Branch(sp.true, shared, split)),
                "log of the ratio at energy density u of numbers of critical points to those of ReLU, p = 2.",
                before=(Assignment(_depth, depth, twofold=True),),
            ),
            title="Ratio of numbers of critical points at an energy, two spins (logarithm)",
            step=quadratic_energy, arguments=(_ENERGY, _RHO), domain="any u and rho_1",
            plain=sp.Piecewise((inside.subs(v, depth), u**2 < 2), (outside.subs(_DISTANCE, depth), True)),
            points=_pairs(math.sqrt(2)),
            special=tuple((way * place, strength_) for way in (1, -1) for strength_ in (0.0, 1e-50, 1.0, 1e50)
                          for place in (0.0, math.nextafter(math.sqrt(2), 0), math.sqrt(2), 1e30)),
        )
    )  # fmt: skip
    derivation.formula(
        Formula(
            kernel=Kernel(
                "log_index_ratio_quadratic", (u, rho, k),
                (Branch(sp.true, narrow * (rho * many), all_lines),),
                "log of the ratio of numbers of index-k points to ReLU's at energy density u, p = 2.",
            ),
            title="Ratio of numbers of index-k points, two spins (logarithm)",
            step=quadratic_index, arguments=(_BELOW_QUADRATIC, _RHO, _INDEX), domain="u < -E_inf",
            plain=index_form.subs(_DISTANCE, depth), points=_below(math.sqrt(2)),
            special=tuple((-place, strength_, order) for place in (math.nextafter(math.sqrt(2), 9), 1.5, 1e30)
                          for strength_ in (0.0, 1.0, 1e50) for order in (0.0, 1.0, 1e6)),
        )
    )  # fmt: skip
    closed, rate, power_series, watson, inverse = quadratic_total()
    j = sp.Symbol("j", integer=True)

    def mean(of: Any, count: int) -> Any:
        """The mean of 2 sin² f(−2z sin²) over the nodes, each pair of equal terms once."""
        sine = sp.sin(sp.pi * j / count) ** 2
        inner = sp.Sum(sine * of(-rate * bessel * sine), (j, 1, count // 2 - 1))
        return sp.Rational(4, count) * inner + sp.Rational(2, count) * of(-rate * bessel)

    plain = sp.log(closed)
    # log R = -z + log(e^z R), and e^z R - 1 = I_0 - I_1 - 1 is small where R itself is not next to one
    powers = sp.Poly(sp.expand(power_series), bessel).degree() + 1
    shifted = sp.Poly((1 + power_series) * sum(bessel**i / sp.factorial(i) for i in range(powers)), bessel)
    excess = sp.horner(sum(shifted.coeff_monomial(bessel**i) * bessel**i for i in range(1, powers)))
    series = sp.log(watson.subs(inverse, 1 / bessel), evaluate=False)  # sympy would spend seconds on its sign
    derivation.formula(
        Formula(
            kernel=Kernel(
                "log_total_ratio_quadratic", (rho,),
                (
                    Branch(bessel < _SMALL, sp.Function("log1p")(excess) - bessel, note="power series of e^z R - 1"),
                    Branch(bessel < _LARGE, sp.log(mean(sp.exp, _NODES)), note="trapezoidal rule"),
                    Branch(sp.true, series - sp.Rational(3, 2) * sp.log(2 * bessel) - sp.log(sp.pi) / 2),
                ),
                "log of the ratio of total numbers of critical points to those of ReLU, p = 2.",
                before=(Assignment(bessel, rho**2 / 8),),
                exact=(Branch(sp.true, plain),),
            ),
            title="Ratio of total numbers of critical points, two spins (logarithm)",
            step=quadratic_total, arguments=(_RHO,), plain=plain.subs(bessel, rho**2 / 8), domain=_ANY_RHO,
            points=_around(tuple(math.sqrt(8 * float(border)) for border in (_SMALL, _LARGE)), 1e4),
            special=((0.0,), (1e-8,), (2.0,), (2.1612932129167994,), (17.8,), (17.9,), (-1.0,), (1e4,)),
        )
    )  # fmt: skip


def _register_latitude() -> None:
    a, c, inside, _ = latitude_integrand()
    spins = Argument(p, "spins per interaction", 2, 1000, integer=True)
    numbers = lambda rng, count: zip(rng.integers(2, 1001, count).astype(float), strict=True)  # noqa: E731
    for name, value, title in (
        ("gradient_coefficient", a, "Coefficient of the gradient in the exponent of the latitude"),
        ("spike_coefficient", c, "Spike of the Hessian at unit rho and t"),
    ):
        derivation.formula(
            Formula(
                kernel=Kernel(name, (p,), (Branch(sp.true, value),), f"{title}."),
                title=title, step=latitude_integrand, arguments=(spins,), plain=value, domain="integers p >= 2",
                points=numbers, special=((2.0,), (3.0,), (4.0,), (1000.0,)),
            )
        )  # fmt: skip
    depth = p * u**2 / (4 * (p - 1)) - 1
    quotient, stretch = sp.symbols("quotient stretch", positive=True)  # p/(p-1) and its root
    far = _magnitude * stretch / 2 + _distance_root
    outside = sp.sign(u) * (_magnitude - (1 / _far - k * _distance_root) / ((p - 1) * stretch))
    place = sp.Abs(u) * sp.sqrt(p / (p - 1))
    root = sp.sqrt(place**2 / 4 - 1)
    shown = sp.sign(u) * (sp.Abs(u) - (1 / (place / 2 + root) - k * root) / sp.sqrt(p * (p - 1)))
    derivation.formula(
        Formula(
            kernel=Kernel(
                "energy_tilt", (u, p, k),
                (Branch(_depth < 0, inside, note="inside the bulk"),
                 Branch(sp.true, outside, (
                     Assignment(_magnitude, sp.Abs(u)), Assignment(_distance_root, sp.sqrt(sp.Max(_depth, 0))),
                     Assignment(quotient, p / (p - 1)), Assignment(stretch, sp.sqrt(quotient)),
                     Assignment(_far, far)))),
                "b = u + (Re m_sc - k sqrt(v))/sqrt(p(p-1)): the coefficient of rho t^(p-1) in the exponent.",
                before=(Assignment(_depth, depth, twofold=True),),
            ),
            title="Coefficient of rho t^(p-1) in the exponent of the latitude",
            step=latitude_integrand, arguments=(_ENERGY, spins, _INDEX),
            domain="|u| <= 1e30 for k = 0; k > 0 only for u <= -E_inf(p)",
            valid=sp.Or(sp.Eq(k, 0), sp.And(u < 0, p * u**2 >= 4 * (p - 1))),
            plain=sp.Piecewise((inside, p * u**2 < 4 * (p - 1)), (shown, True)),
            points=_tilts,
            special=((0.0, 4.0, 0.0), (-2.0, 4.0, 3.0), (-1e30, 5.0, 1.0), (1e30, 1000.0, 0.0)),
        )
    )  # fmt: skip


def _tilts(rng: np.random.Generator, count: int) -> list[tuple[float, ...]]:
    points: list[tuple[float, ...]] = []
    for _ in range(count):
        spins = int(rng.integers(2, 30))
        edge = 2 * math.sqrt((spins - 1) / spins)
        place = float(_energies(rng, 1, edge)[0])
        points.append((place, float(spins), float(rng.integers(0, 5)) if place < -edge else 0.0))
    return points


_register()
