"""The phase diagram in a field of order N: compiled evaluators.

Emitted by derivations/phase_diagram.py: do not edit, build again.

Equations:
    shifted_potential: phase-diagram.shifted-potential
    shifted_pull: phase-diagram.shifted-potential
    latitude_complexity: phase-diagram.latitude
    latitude_slope: phase-diagram.slope
    equator_curvature: phase-diagram.equator
    spiked_outlier_cost: phase-diagram.outlier-cost
    deterministic_field_rate: phase-diagram.linear-field
    gaussian_field_rate: phase-diagram.linear-field
    critical_spike: phase-diagram.signal
    one_step_ratio: phase-diagram.one-step
    one_step_energy: phase-diagram.one-step
Sources: auffinger2013smooth, belius2022, benarous2019, chen2017, fyodorov2014, jagannath2017, maida2007.

Digest: 5814477507a7888b.
"""

from __future__ import annotations

import math
from typing import Any

from spinglass._jit import jit, vectorize
from spinglass._twofold import add as _add
from spinglass._twofold import divide as _divide
from spinglass._twofold import exact_product as _exact_product
from spinglass._twofold import exact_sum as _exact_sum
from spinglass._twofold import multiply as _multiply
from spinglass._twofold import root as _root
from spinglass.generated.complexity import (
    _outlier_cost,
    _outlier_cost_in,
    outlier_rate_at_angle,
    outlier_rate_at_angle_in,
)


@jit
def shifted_potential(c: float, kappa: float) -> float:
    """sup over z of Phi(z) - (z - c)^2/(2(1 + kappa)): the log-potential under a Gaussian shift."""
    if (c <= 1 - kappa) and (kappa < 1):
        return (1/2)*c**2/max(1e-300, 1 - kappa) - 1/2
    h1, l1 = _exact_product(c, c)
    h2, l2 = _exact_product(4.0, kappa)
    h3, l3 = _add(h1, l1, h2, l2)
    square, square_low = h3, l3
    kept = max(0, square)
    grow = max(1, (1/2)*c + (1/2)*math.sqrt(kept))
    return math.log(grow) - 1/2*kappa/grow**2


@vectorize
def shifted_potential_ufunc(c: float, kappa: float) -> float:
    return shifted_potential(c, kappa)


def shifted_potential_in(ctx: Any, c: Any, kappa: Any) -> Any:
    if ctx.at_most(c, 1 - kappa) and ctx.less(kappa, 1):
        return (ctx.ratio(1, 2))*c**2/ctx.maximum(ctx.ratio(6032057205060441, 6032057205060440848842124543157735677050252251748505781796615064961622344493727293370973578138265743708225425014400837164813540499979063179105919597766951022193355091707896034850684039059079180396788349106095584290087446076413771468940477241550670753145517602931224392424029547429993824129889235158145614364972941312), 1 - kappa) + ctx.ratio(-1, 2)
    square = c**2 + 4*kappa
    kept = ctx.maximum(0, square)
    grow = ctx.maximum(1, (ctx.ratio(1, 2))*c + (ctx.ratio(1, 2))*ctx.sqrt(kept))
    return ctx.log(grow) - ctx.ratio(1, 2)*kappa/grow**2


@jit
def shifted_pull(c: float, kappa: float) -> float:
    """Derivative in c of the log-potential under a Gaussian shift."""
    if (c <= 1 - kappa) and (kappa < 1):
        return c/max(1e-300, 1 - kappa)
    h1, l1 = _exact_product(c, c)
    h2, l2 = _exact_product(4.0, kappa)
    h3, l3 = _add(h1, l1, h2, l2)
    square, square_low = h3, l3
    kept = max(0, square)
    grow = max(1, (1/2)*c + (1/2)*math.sqrt(kept))
    return (1/grow)


@vectorize
def shifted_pull_ufunc(c: float, kappa: float) -> float:
    return shifted_pull(c, kappa)


def shifted_pull_in(ctx: Any, c: Any, kappa: Any) -> Any:
    if ctx.at_most(c, 1 - kappa) and ctx.less(kappa, 1):
        return c/ctx.maximum(ctx.ratio(6032057205060441, 6032057205060440848842124543157735677050252251748505781796615064961622344493727293370973578138265743708225425014400837164813540499979063179105919597766951022193355091707896034850684039059079180396788349106095584290087446076413771468940477241550670753145517602931224392424029547429993824129889235158145614364972941312), 1 - kappa)
    square = c**2 + 4*kappa
    kept = ctx.maximum(0, square)
    grow = ctx.maximum(1, (ctx.ratio(1, 2))*c + (ctx.ratio(1, 2))*ctx.sqrt(kept))
    return (1/grow)


@jit
def latitude_complexity(e: float, m: float, d1: float, xi_1: float, xi_2: float, beta: float, kappa: float) -> float:
    """Growth rate at latitude m: pure (beta = p, kappa = -1), mixed, or total (beta = 0, kappa = xi'/xi'')."""
    h1, l1 = _exact_product(d1, m)
    h2, l2 = _exact_product(e, beta)
    h3, l3 = _add(h1, l1, h2, l2)
    pull, pull_low = h3, l3
    h4, l4 = _multiply(pull, pull_low, pull, pull_low)
    h5, l5 = _divide(h4, l4, xi_2, 0.0)
    square, square_low = h5, l5
    if (square <= (1 - kappa)**2) and (kappa < 1):
        h6, l6 = _divide(xi_2, 0.0, xi_1, 0.0)
        h7 = math.log(h6)
        l7 = l6/h6
        h8, l8 = _multiply(0.5, 0.0, h7, l7)
        h9, l9 = _exact_sum(1.0, m)
        h10, l10 = _exact_sum(1.0, -m)
        h11, l11 = _multiply(h9, l9, h10, l10)
        h12 = math.log(h11)
        l12 = l11/h11
        h13, l13 = _multiply(0.5, 0.0, h12, l12)
        h14, l14 = _add(h8, l8, h13, l13)
        h15, l15 = _exact_product(-2.0, kappa)
        h16, l16 = _add(2.0, 0.0, h15, l15)
        h17, l17 = _divide(square, square_low, h16, l16)
        h18, l18 = _add(h14, l14, h17, l17)
        h19, l19 = _exact_product(e, e)
        h20, l20 = _multiply(beta, 0.0, h19, l19)
        h21, l21 = _divide(h20, l20, xi_1, 0.0)
        h22, l22 = _multiply(-0.5, 0.0, h21, l21)
        h23, l23 = _add(h18, l18, h22, l22)
        h24, l24 = _exact_product(d1, d1)
        h25, l25 = _multiply(h24, l24, h9, l9)
        h26, l26 = _multiply(h25, l25, h10, l10)
        h27, l27 = _divide(h26, l26, xi_1, 0.0)
        h28, l28 = _multiply(-0.5, 0.0, h27, l27)
        h29, l29 = _add(h23, l23, h28, l28)
        return h29 + l29
    h30, l30 = _exact_product(4.0, kappa)
    h31, l31 = _add(square, square_low, h30, l30)
    reach, reach_low = h31, l31
    kept = max(0, reach)
    grow = max(1, (1/2)*math.sqrt(kept) + (1/2)*math.sqrt(square))
    h32, l32 = _divide(xi_2, 0.0, xi_1, 0.0)
    h33 = math.log(h32)
    l33 = l32/h32
    h34, l34 = _multiply(0.5, 0.0, h33, l33)
    h35, l35 = _add(0.5, 0.0, h34, l34)
    h36, l36 = _exact_sum(1.0, m)
    h37, l37 = _exact_sum(1.0, -m)
    h38, l38 = _multiply(h36, l36, h37, l37)
    h39 = math.log(h38)
    l39 = l38/h38
    h40, l40 = _multiply(0.5, 0.0, h39, l39)
    h41, l41 = _add(h35, l35, h40, l40)
    h42, l42 = _exact_product(grow, grow)
    h43, l43 = _divide(kappa, 0.0, h42, l42)
    h44, l44 = _multiply(-0.5, 0.0, h43, l43)
    h45, l45 = _add(h41, l41, h44, l44)
    h46, l46 = _exact_product(e, e)
    h47, l47 = _multiply(beta, 0.0, h46, l46)
    h48, l48 = _divide(h47, l47, xi_1, 0.0)
    h49, l49 = _multiply(-0.5, 0.0, h48, l48)
    h50, l50 = _add(h45, l45, h49, l49)
    h51, l51 = _exact_product(d1, d1)
    h52, l52 = _multiply(h51, l51, h36, l36)
    h53, l53 = _multiply(h52, l52, h37, l37)
    h54, l54 = _divide(h53, l53, xi_1, 0.0)
    h55, l55 = _multiply(-0.5, 0.0, h54, l54)
    h56, l56 = _add(h50, l50, h55, l55)
    h57 = math.log(grow)
    h58, l58 = _add(h56, l56, h57, 0.0)
    return h58 + l58


@vectorize
def latitude_complexity_ufunc(e: float, m: float, d1: float, xi_1: float, xi_2: float, beta: float, kappa: float) -> float:
    return latitude_complexity(e, m, d1, xi_1, xi_2, beta, kappa)


def latitude_complexity_in(ctx: Any, e: Any, m: Any, d1: Any, xi_1: Any, xi_2: Any, beta: Any, kappa: Any) -> Any:
    pull = beta*e + d1*m
    square = pull**2/xi_2
    if ctx.at_most(square, (1 - kappa)**2) and ctx.less(kappa, 1):
        return -ctx.ratio(1, 2)*beta*e**2/xi_1 - ctx.ratio(1, 2)*d1**2*(1 - m)*(m + 1)/xi_1 + square/(2 - 2*kappa) + (ctx.ratio(1, 2))*ctx.log(xi_2/xi_1) + (ctx.ratio(1, 2))*ctx.log((1 - m)*(m + 1))
    reach = 4*kappa + square
    kept = ctx.maximum(0, reach)
    grow = ctx.maximum(1, (ctx.ratio(1, 2))*ctx.sqrt(kept) + (ctx.ratio(1, 2))*ctx.sqrt(square))
    return -ctx.ratio(1, 2)*beta*e**2/xi_1 - ctx.ratio(1, 2)*d1**2*(1 - m)*(m + 1)/xi_1 + ctx.log(grow) + (ctx.ratio(1, 2))*ctx.log(xi_2/xi_1) + (ctx.ratio(1, 2))*ctx.log((1 - m)*(m + 1)) + ctx.ratio(1, 2) - ctx.ratio(1, 2)*kappa/grow**2


@jit
def latitude_slope(e: float, m: float, d1: float, d2: float, xi_1: float, xi_2: float, beta: float, kappa: float) -> float:
    """Derivative in m of the growth rate at latitude m and energy density u = e + d(m)."""
    h1, l1 = _exact_product(d1, m)
    h2, l2 = _exact_product(e, beta)
    h3, l3 = _add(h1, l1, h2, l2)
    pull, pull_low = h3, l3
    h4, l4 = _multiply(pull, pull_low, pull, pull_low)
    h5, l5 = _divide(h4, l4, xi_2, 0.0)
    square, square_low = h5, l5
    if (square <= (1 - kappa)**2) and (kappa < 1):
        h6, l6 = _exact_product(d1, m)
        h7, l7 = _exact_product(e, beta)
        h8, l8 = _add(h6, l6, h7, l7)
        h9, l9 = _exact_sum(1.0, m)
        h10, l10 = _multiply(d2, 0.0, h9, l9)
        h11, l11 = _exact_sum(1.0, -m)
        h12, l12 = _multiply(h10, l10, h11, l11)
        h13, l13 = _add(h8, l8, -h12, -l12)
        h14, l14 = _multiply(d1, 0.0, h13, l13)
        h15, l15 = _divide(h14, l14, xi_1, 0.0)
        h16, l16 = _multiply(h9, l9, h11, l11)
        h17, l17 = _divide(m, 0.0, h16, l16)
        h18, l18 = _add(h15, l15, -h17, -l17)
        h19, l19 = _exact_sum(1.0, -beta)
        h20, l20 = _multiply(d1, 0.0, h19, l19)
        h21, l21 = _exact_product(d2, m)
        h22, l22 = _add(h20, l20, h21, l21)
        h23, l23 = _multiply(pull, pull_low, h22, l22)
        h24, l24 = _exact_sum(1.0, -kappa)
        h25, l25 = _multiply(xi_2, 0.0, h24, l24)
        h26, l26 = _divide(h23, l23, h25, l25)
        h27, l27 = _add(h18, l18, h26, l26)
        return h27 + l27
    h28, l28 = _exact_product(4.0, kappa)
    h29, l29 = _add(square, square_low, h28, l28)
    reach, reach_low = h29, l29
    kept = max(0, reach)
    grow = max(1, (1/2)*math.sqrt(kept) + (1/2)*math.sqrt(square))
    gain = (math.copysign(1.0, pull) if pull != 0 else 0.0)/grow
    h30, l30 = _exact_product(d1, m)
    h31, l31 = _exact_product(e, beta)
    h32, l32 = _add(h30, l30, h31, l31)
    h33, l33 = _exact_sum(1.0, m)
    h34, l34 = _multiply(d2, 0.0, h33, l33)
    h35, l35 = _exact_sum(1.0, -m)
    h36, l36 = _multiply(h34, l34, h35, l35)
    h37, l37 = _add(h32, l32, -h36, -l36)
    h38, l38 = _multiply(d1, 0.0, h37, l37)
    h39, l39 = _divide(h38, l38, xi_1, 0.0)
    h40, l40 = _exact_sum(1.0, -beta)
    h41, l41 = _multiply(d1, 0.0, h40, l40)
    h42, l42 = _exact_product(d2, m)
    h43, l43 = _add(h41, l41, h42, l42)
    h44, l44 = _multiply(gain, 0.0, h43, l43)
    h45, l45 = _root(xi_2, 0.0)
    h46, l46 = _divide(h44, l44, h45, l45)
    h47, l47 = _add(h39, l39, h46, l46)
    h48, l48 = _multiply(h33, l33, h35, l35)
    h49, l49 = _divide(m, 0.0, h48, l48)
    h50, l50 = _add(h47, l47, -h49, -l49)
    return h50 + l50


@vectorize
def latitude_slope_ufunc(e: float, m: float, d1: float, d2: float, xi_1: float, xi_2: float, beta: float, kappa: float) -> float:
    return latitude_slope(e, m, d1, d2, xi_1, xi_2, beta, kappa)


def latitude_slope_in(ctx: Any, e: Any, m: Any, d1: Any, d2: Any, xi_1: Any, xi_2: Any, beta: Any, kappa: Any) -> Any:
    pull = beta*e + d1*m
    square = pull**2/xi_2
    if ctx.at_most(square, (1 - kappa)**2) and ctx.less(kappa, 1):
        return d1*(beta*e + d1*m - d2*(1 - m)*(m + 1))/xi_1 - m/((1 - m)*(m + 1)) + pull*(d1*(1 - beta) + d2*m)/(xi_2*(1 - kappa))
    reach = 4*kappa + square
    kept = ctx.maximum(0, reach)
    grow = ctx.maximum(1, (ctx.ratio(1, 2))*ctx.sqrt(kept) + (ctx.ratio(1, 2))*ctx.sqrt(square))
    gain = ctx.sign(pull)/grow
    return d1*(beta*e + d1*m - d2*(1 - m)*(m + 1))/xi_1 + gain*(d1*(1 - beta) + d2*m)/ctx.sqrt(xi_2) - m/((1 - m)*(m + 1))


@jit
def equator_curvature(e: float, d2: float, xi_1: float, xi_2: float, beta: float, kappa: float) -> float:
    """Second derivative in m of the growth rate at the equator, for an even field: d'(0) = 0, d2 = d''(0)."""
    h1, l1 = _exact_product(e, beta)
    pull, pull_low = h1, l1
    h2, l2 = _multiply(pull, pull_low, pull, pull_low)
    h3, l3 = _divide(h2, l2, xi_2, 0.0)
    square, square_low = h3, l3
    if (square <= (1 - kappa)**2) and (kappa < 1):
        h4, l4 = _exact_product(d2, d2)
        h5, l5 = _divide(h4, l4, xi_1, 0.0)
        h6, l6 = _add(-1.0, 0.0, -h5, -l5)
        h7, l7 = _exact_product(d2, e)
        h8, l8 = _multiply(h7, l7, beta, 0.0)
        h9, l9 = _divide(h8, l8, xi_1, 0.0)
        h10, l10 = _add(h6, l6, h9, l9)
        h11, l11 = _multiply(d2, 0.0, pull, pull_low)
        h12, l12 = _exact_sum(2.0, -beta)
        h13, l13 = _multiply(h11, l11, h12, l12)
        h14, l14 = _exact_sum(1.0, -kappa)
        h15, l15 = _multiply(xi_2, 0.0, h14, l14)
        h16, l16 = _divide(h13, l13, h15, l15)
        h17, l17 = _add(h10, l10, h16, l16)
        return h17 + l17
    h18, l18 = _exact_product(4.0, kappa)
    h19, l19 = _add(square, square_low, h18, l18)
    reach, reach_low = h19, l19
    kept = max(0, reach)
    grow = max(1, (1/2)*math.sqrt(kept) + (1/2)*math.sqrt(square))
    gain = (math.copysign(1.0, pull) if pull != 0 else 0.0)/grow
    h20, l20 = _exact_product(d2, d2)
    h21, l21 = _divide(h20, l20, xi_1, 0.0)
    h22, l22 = _add(-1.0, 0.0, -h21, -l21)
    h23, l23 = _exact_product(d2, e)
    h24, l24 = _multiply(h23, l23, beta, 0.0)
    h25, l25 = _divide(h24, l24, xi_1, 0.0)
    h26, l26 = _add(h22, l22, h25, l25)
    h27, l27 = _exact_product(d2, gain)
    h28, l28 = _exact_sum(2.0, -beta)
    h29, l29 = _multiply(h27, l27, h28, l28)
    h30, l30 = _root(xi_2, 0.0)
    h31, l31 = _divide(h29, l29, h30, l30)
    h32, l32 = _add(h26, l26, h31, l31)
    return h32 + l32


@vectorize
def equator_curvature_ufunc(e: float, d2: float, xi_1: float, xi_2: float, beta: float, kappa: float) -> float:
    return equator_curvature(e, d2, xi_1, xi_2, beta, kappa)


def equator_curvature_in(ctx: Any, e: Any, d2: Any, xi_1: Any, xi_2: Any, beta: Any, kappa: Any) -> Any:
    pull = beta*e
    square = pull**2/xi_2
    if ctx.at_most(square, (1 - kappa)**2) and ctx.less(kappa, 1):
        return beta*d2*e/xi_1 - d2**2/xi_1 + d2*pull*(2 - beta)/(xi_2*(1 - kappa)) - 1
    reach = 4*kappa + square
    kept = ctx.maximum(0, reach)
    grow = ctx.maximum(1, (ctx.ratio(1, 2))*ctx.sqrt(kept) + (ctx.ratio(1, 2))*ctx.sqrt(square))
    gain = ctx.sign(pull)/grow
    return beta*d2*e/xi_1 - d2**2/xi_1 + d2*gain*(2 - beta)/ctx.sqrt(xi_2) - 1


@jit
def _third_remainder(delta: float) -> float:
    """log(1 + delta) - delta + delta^2/2 without cancellation."""
    q = delta/(delta + 2)
    if (abs(q) <= 3/5):  # |q| <= 3/5: the series of artanh q - q
        q2 = q**2
        rest = q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*(q2*((1/69)*q2 + 1/67) + 1/65) + 1/63) + 1/61) + 1/59) + 1/57) + 1/55) + 1/53) + 1/51) + 1/49) + 1/47) + 1/45) + 1/43) + 1/41) + 1/39) + 1/37) + 1/35) + 1/33) + 1/31) + 1/29) + 1/27) + 1/25) + 1/23) + 1/21) + 1/19) + 1/17) + 1/15) + 1/13) + 1/11) + 1/9) + 1/7) + 1/5) + 1/3
        return delta**3/(2*delta + 4) + 2*q**3*rest
    return delta**3/(2*delta + 4) - 2*q + math.log1p(delta)


def _third_remainder_in(ctx: Any, delta: Any) -> Any:
    return (ctx.ratio(1, 2))*delta**2 - delta + ctx.log(delta + 1)


@jit
def spiked_outlier_cost(theta: float, v: float) -> float:
    """Rate of the largest eigenvalue y of a matrix with a spike theta, v = y^2/4 - 1 >= 0."""
    h1, l1 = _root(v, 0.0)
    width, width_low = h1, l1
    h2, l2 = _exact_sum(1.0, v)
    h3, l3 = _root(h2, l2)
    h4, l4 = _add(width, width_low, h3, l3)
    grow, grow_low = h4, l4
    if grow*theta <= 1:  # the spike does not reach the eigenvalue
        return _outlier_cost(v, 0.0)[0]
    h5, l5 = _divide(theta, 0.0, grow, grow_low)
    h6, l6 = _add(-1.0, 0.0, h5, l5)
    delta, delta_low = h6, l6
    h7, l7 = _multiply(grow, grow_low, width, width_low)
    h8, l8 = _multiply(delta, delta_low, delta, delta_low)
    h9, l9 = _multiply(h7, l7, h8, l8)
    h10, l10 = _multiply(0.5, 0.0, h9, l9)
    reach, reach_low = h10, l10
    rest = (1/2)*_third_remainder(delta)
    h11, l11 = _add(reach, reach_low, rest, 0.0)
    return h11 + l11


@vectorize
def spiked_outlier_cost_ufunc(theta: float, v: float) -> float:
    return spiked_outlier_cost(theta, v)


def spiked_outlier_cost_in(ctx: Any, theta: Any, v: Any) -> Any:
    width = ctx.sqrt(v)
    grow = width + ctx.sqrt(v + 1)
    if ctx.at_most(grow*theta, 1):
        return _outlier_cost_in(ctx, v)
    delta = -1 + theta/grow
    reach = (ctx.ratio(1, 2))*delta**2*grow*width
    rest = (ctx.ratio(1, 2))*_third_remainder_in(ctx, delta)
    return reach + rest


@jit
def deterministic_field_rate(h_squared: float, xi_1: float, xi_2: float) -> float:
    """Growth rate of the number of critical points in the field N h m of one direction."""
    if h_squared + xi_1 >= xi_2:  # trivial
        return 0.0
    if (h_squared*xi_2 <= xi_1*(-xi_1 + xi_2)):
        h1, l1 = _divide(xi_2, 0.0, xi_1, 0.0)
        h2 = math.log(h1)
        l2 = l1/h1
        h3, l3 = _multiply(0.5, 0.0, h2, l2)
        h4, l4 = _divide(h_squared, 0.0, xi_1, 0.0)
        h5, l5 = _multiply(-0.5, 0.0, h4, l4)
        h6, l6 = _add(h3, l3, h5, l5)
        return h6 + l6
    h7, l7 = _exact_sum(h_squared, xi_1)
    h8, l8 = _add(h7, l7, -xi_2, 0.0)
    h9, l9 = _exact_sum(xi_2, -xi_1)
    h10, l10 = _divide(h8, l8, h9, l9)
    delta, delta_low = h10, l10
    return (1/4)*delta**2 - 1/2*_third_remainder(delta)


@vectorize
def deterministic_field_rate_ufunc(h_squared: float, xi_1: float, xi_2: float) -> float:
    return deterministic_field_rate(h_squared, xi_1, xi_2)


def deterministic_field_rate_in(ctx: Any, h_squared: Any, xi_1: Any, xi_2: Any) -> Any:
    if ctx.at_most(xi_2, h_squared + xi_1):
        return ctx.ratio(0, 1)
    if ctx.at_most(h_squared*xi_2, xi_1*(-xi_1 + xi_2)):
        return -ctx.ratio(1, 2)*h_squared/xi_1 + (ctx.ratio(1, 2))*ctx.log(xi_2/xi_1)
    delta = (h_squared + xi_1 - xi_2)/(-xi_1 + xi_2)
    return (ctx.ratio(1, 4))*delta**2 - ctx.ratio(1, 2)*_third_remainder_in(ctx, delta)


@jit
def gaussian_field_rate(h_squared: float, xi_1: float, xi_2: float) -> float:
    """Growth rate of the number of critical points in an isotropic Gaussian field of this variance."""
    if h_squared + xi_1 >= xi_2:  # trivial
        return 0.0
    h1, l1 = _exact_sum(xi_2, -h_squared)
    h2, l2 = _add(h1, l1, -xi_1, 0.0)
    h3, l3 = _exact_sum(h_squared, xi_1)
    h4, l4 = _divide(h2, l2, h3, l3)
    delta, delta_low = h4, l4
    return (1/2)*math.log1p(delta)


@vectorize
def gaussian_field_rate_ufunc(h_squared: float, xi_1: float, xi_2: float) -> float:
    return gaussian_field_rate(h_squared, xi_1, xi_2)


def gaussian_field_rate_in(ctx: Any, h_squared: Any, xi_1: Any, xi_2: Any) -> Any:
    if ctx.at_most(xi_2, h_squared + xi_1):
        return ctx.ratio(0, 1)
    delta = (-h_squared - xi_1 + xi_2)/(h_squared + xi_1)
    return (ctx.ratio(1, 2))*ctx.log1p(delta)


@jit
def critical_spike(p: float) -> float:
    """Smallest strength of a spiked tensor of degree p at which the signal has a critical point."""
    c1 = p - 2
    return (1/2)*math.sqrt(2)*math.sqrt(p - 1)*math.exp((1/2)*c1*math.log1p((1/c1)))/math.sqrt(p)


@vectorize
def critical_spike_ufunc(p: float) -> float:
    return critical_spike(p)


def critical_spike_in(ctx: Any, p: Any) -> Any:
    return (ctx.ratio(1, 2))*ctx.sqrt(2)*ctx.sqrt(p - 1)*ctx.exp((ctx.ratio(1, 2))*(p - 2)*ctx.log1p((1/(p - 2))))/ctx.sqrt(p)


@jit
def one_step_ratio(s: float) -> float:
    """(sinh s - s)/(cosh s - 1), which is 1 - 2 xi/xi' at the one-step solution."""
    return outlier_rate_at_angle(s)/math.sinh((1/2)*s)**2


@vectorize
def one_step_ratio_ufunc(s: float) -> float:
    return one_step_ratio(s)


def one_step_ratio_in(ctx: Any, s: Any) -> Any:
    return outlier_rate_at_angle_in(ctx, s)/ctx.sinh((ctx.ratio(1, 2))*s)**2


@jit
def one_step_energy(s: float) -> float:
    """Ground-state energy of one step over sqrt(xi')."""
    return (1/2)*s/math.sinh((1/2)*s)


@vectorize
def one_step_energy_ufunc(s: float) -> float:
    return one_step_energy(s)


def one_step_energy_in(ctx: Any, s: Any) -> Any:
    return (ctx.ratio(1, 2))*s/ctx.sinh((ctx.ratio(1, 2))*s)
