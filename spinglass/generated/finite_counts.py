"""Mean numbers of critical points at finite N, in closed form: compiled evaluators.

Emitted by derivations/finite_counts.py: do not edit, build again.

Equations:
    total_count_1: finite-counts.stable
    total_count_2: finite-counts.stable
    total_count_3: finite-counts.stable
    total_count_4: finite-counts.stable
    total_count_5: finite-counts.stable
    total_count_6: finite-counts.stable
    total_count_7: finite-counts.stable
    total_count_8: finite-counts.stable
    total_count_9: finite-counts.stable
    total_count_10: finite-counts.stable
    total_count_11: finite-counts.stable
    total_count_12: finite-counts.stable
Sources: auffinger2013, debruijn1955, fyodorov2004.

Digest: 41c1de9d031a1f03.
"""

from __future__ import annotations

import math
from typing import Any

from spinglass._jit import jit, vectorize
from spinglass._twofold import add as _add
from spinglass._twofold import divide as _divide
from spinglass._twofold import exact_sum as _exact_sum
from spinglass._twofold import multiply as _multiply
from spinglass._twofold import root as _root


@jit
def total_count_1(p: float) -> float:
    """Mean total number of critical points of the pure p-spin glass, N = 1, real p > 1."""
    return 2.0


@vectorize
def total_count_1_ufunc(p: float) -> float:
    return total_count_1(p)


def total_count_1_in(ctx: Any, p: Any) -> Any:
    return ctx.ratio(2, 1)


@jit
def total_count_2(p: float) -> float:
    """Mean total number of critical points of the pure p-spin glass, N = 2, real p > 1."""
    h1, l1 = _exact_sum(-1.0, p)
    r, r_low = h1, l1
    h2, l2 = _multiply(3.0, 0.0, r, r_low)
    h3, l3 = _add(1.0, 0.0, h2, l2)
    q, q_low = h3, l3
    h4, l4 = _root(q, q_low)
    h5, l5 = _multiply(2.0, 0.0, h4, l4)
    return h5 + l5


@vectorize
def total_count_2_ufunc(p: float) -> float:
    return total_count_2(p)


def total_count_2_in(ctx: Any, p: Any) -> Any:
    r = p - 1
    q = 3*r + 1
    return 2*ctx.sqrt(q)


@jit
def total_count_3(p: float) -> float:
    """Mean total number of critical points of the pure p-spin glass, N = 3, real p > 1."""
    r = p - 1
    triple = 3*r
    q = triple + 1
    double = 2*r
    rest = double - triple
    rest = r + rest
    lost = q - triple
    shift = -lost + q
    shift = -shift + triple
    lost = 1 - lost
    lost = lost + shift
    lost = lost + rest
    t = (1/q)
    shift = lost*t
    t = -shift*t + t
    terms = 8
    rest = r*t
    return r*math.sqrt(rest)*terms + 2


@vectorize
def total_count_3_ufunc(p: float) -> float:
    return total_count_3(p)


def total_count_3_in(ctx: Any, p: Any) -> Any:
    r = p - 1
    triple = 3*r
    q = triple + 1
    double = 2*r
    rest = double - triple
    rest = r + rest
    lost = q - triple
    shift = -lost + q
    shift = -shift + triple
    lost = 1 - lost
    lost = lost + shift
    lost = lost + rest
    t = (1/q)
    shift = lost*t
    t = -shift*t + t
    terms = 8
    rest = r*t
    return r*ctx.sqrt(rest)*terms + 2


@jit
def total_count_4(p: float) -> float:
    """Mean total number of critical points of the pure p-spin glass, N = 4, real p > 1."""
    r = p - 1
    triple = 3*r
    q = triple + 1
    double = 2*r
    rest = double - triple
    rest = r + rest
    lost = q - triple
    shift = -lost + q
    shift = -shift + triple
    lost = 1 - lost
    lost = lost + shift
    lost = lost + rest
    t = (1/q)
    shift = lost*t
    t = -shift*t + t
    terms = t*(t*((16/27)*t + 8/9) - 5/9) + 29/27
    return math.sqrt(q)*terms*((3/2)*q*shift + q)


@vectorize
def total_count_4_ufunc(p: float) -> float:
    return total_count_4(p)


def total_count_4_in(ctx: Any, p: Any) -> Any:
    r = p - 1
    triple = 3*r
    q = triple + 1
    double = 2*r
    rest = double - triple
    rest = r + rest
    lost = q - triple
    shift = -lost + q
    shift = -shift + triple
    lost = 1 - lost
    lost = lost + shift
    lost = lost + rest
    t = (1/q)
    shift = lost*t
    t = -shift*t + t
    terms = t*(t*((ctx.ratio(16, 27))*t + ctx.ratio(8, 9)) + ctx.ratio(-5, 9)) + ctx.ratio(29, 27)
    return ctx.sqrt(q)*terms*((ctx.ratio(3, 2))*q*shift + q)


@jit
def total_count_5(p: float) -> float:
    """Mean total number of critical points of the pure p-spin glass, N = 5, real p > 1."""
    r = p - 1
    triple = 3*r
    q = triple + 1
    double = 2*r
    rest = double - triple
    rest = r + rest
    lost = q - triple
    shift = -lost + q
    shift = -shift + triple
    lost = 1 - lost
    lost = lost + shift
    lost = lost + rest
    t = (1/q)
    shift = lost*t
    t = -shift*t + t
    terms = t*((64/9)*t + 160/9) + 100/9
    rest = r*t
    return r**2*math.sqrt(rest)*terms + 2


@vectorize
def total_count_5_ufunc(p: float) -> float:
    return total_count_5(p)


def total_count_5_in(ctx: Any, p: Any) -> Any:
    r = p - 1
    triple = 3*r
    q = triple + 1
    double = 2*r
    rest = double - triple
    rest = r + rest
    lost = q - triple
    shift = -lost + q
    shift = -shift + triple
    lost = 1 - lost
    lost = lost + shift
    lost = lost + rest
    t = (1/q)
    shift = lost*t
    t = -shift*t + t
    terms = t*((ctx.ratio(64, 9))*t + ctx.ratio(160, 9)) + ctx.ratio(100, 9)
    rest = r*t
    return r**2*ctx.sqrt(rest)*terms + 2


@jit
def total_count_6(p: float) -> float:
    """Mean total number of critical points of the pure p-spin glass, N = 6, real p > 1."""
    r = p - 1
    triple = 3*r
    q = triple + 1
    double = 2*r
    rest = double - triple
    rest = r + rest
    lost = q - triple
    shift = -lost + q
    shift = -shift + triple
    lost = 1 - lost
    lost = lost + shift
    lost = lost + rest
    t = (1/q)
    shift = lost*t
    t = -shift*t + t
    terms = t*(t*(t*(t*(t*(64/243 - 320/729*t) + 200/243) + 460/729) + 845/972) - 295/486) + 1339/2916
    c1 = q**2
    return math.sqrt(q)*terms*((5/2)*c1*shift + c1)


@vectorize
def total_count_6_ufunc(p: float) -> float:
    return total_count_6(p)


def total_count_6_in(ctx: Any, p: Any) -> Any:
    r = p - 1
    triple = 3*r
    q = triple + 1
    double = 2*r
    rest = double - triple
    rest = r + rest
    lost = q - triple
    shift = -lost + q
    shift = -shift + triple
    lost = 1 - lost
    lost = lost + shift
    lost = lost + rest
    t = (1/q)
    shift = lost*t
    t = -shift*t + t
    terms = t*(t*(t*(t*(t*(ctx.ratio(64, 243) - ctx.ratio(320, 729)*t) + ctx.ratio(200, 243)) + ctx.ratio(460, 729)) + ctx.ratio(845, 972)) + ctx.ratio(-295, 486)) + ctx.ratio(1339, 2916)
    return ctx.sqrt(q)*terms*((ctx.ratio(5, 2))*q**2*shift + q**2)


@jit
def total_count_7(p: float) -> float:
    """Mean total number of critical points of the pure p-spin glass, N = 7, real p > 1."""
    r = p - 1
    triple = 3*r
    q = triple + 1
    double = 2*r
    rest = double - triple
    rest = r + rest
    lost = q - triple
    shift = -lost + q
    shift = -shift + triple
    lost = 1 - lost
    lost = lost + shift
    lost = lost + rest
    t = (1/q)
    shift = lost*t
    t = -shift*t + t
    terms = t*(t*(t*((1792/81)*t + 4352/81) + 1568/27) + 1904/81) + 1099/81
    rest = r*t
    return r**3*math.sqrt(rest)*terms + 2


@vectorize
def total_count_7_ufunc(p: float) -> float:
    return total_count_7(p)


def total_count_7_in(ctx: Any, p: Any) -> Any:
    r = p - 1
    triple = 3*r
    q = triple + 1
    double = 2*r
    rest = double - triple
    rest = r + rest
    lost = q - triple
    shift = -lost + q
    shift = -shift + triple
    lost = 1 - lost
    lost = lost + shift
    lost = lost + rest
    t = (1/q)
    shift = lost*t
    t = -shift*t + t
    terms = t*(t*(t*((ctx.ratio(1792, 81))*t + ctx.ratio(4352, 81)) + ctx.ratio(1568, 27)) + ctx.ratio(1904, 81)) + ctx.ratio(1099, 81)
    rest = r*t
    return r**3*ctx.sqrt(rest)*terms + 2


@jit
def total_count_8(p: float) -> float:
    """Mean total number of critical points of the pure p-spin glass, N = 8, real p > 1."""
    r = p - 1
    triple = 3*r
    q = triple + 1
    double = 2*r
    rest = double - triple
    rest = r + rest
    lost = q - triple
    shift = -lost + q
    shift = -shift + triple
    lost = 1 - lost
    lost = lost + shift
    lost = lost + rest
    t = (1/q)
    shift = lost*t
    t = -shift*t + t
    terms = t*(t*(t*(t*(t*(t*(t*(t*((3584/6561)*t - 1792/2187) - 1312/2187) + 448/729) + 2198/2187) + 1589/2187) + 2177/17496) + 10927/17496) - 7049/17496) + 9491/52488
    c1 = q**3
    return math.sqrt(q)*terms*((7/2)*c1*shift + c1)


@vectorize
def total_count_8_ufunc(p: float) -> float:
    return total_count_8(p)


def total_count_8_in(ctx: Any, p: Any) -> Any:
    r = p - 1
    triple = 3*r
    q = triple + 1
    double = 2*r
    rest = double - triple
    rest = r + rest
    lost = q - triple
    shift = -lost + q
    shift = -shift + triple
    lost = 1 - lost
    lost = lost + shift
    lost = lost + rest
    t = (1/q)
    shift = lost*t
    t = -shift*t + t
    terms = t*(t*(t*(t*(t*(t*(t*(t*((ctx.ratio(3584, 6561))*t + ctx.ratio(-1792, 2187)) + ctx.ratio(-1312, 2187)) + ctx.ratio(448, 729)) + ctx.ratio(2198, 2187)) + ctx.ratio(1589, 2187)) + ctx.ratio(2177, 17496)) + ctx.ratio(10927, 17496)) + ctx.ratio(-7049, 17496)) + ctx.ratio(9491, 52488)
    return ctx.sqrt(q)*terms*((ctx.ratio(7, 2))*q**3*shift + q**3)


@jit
def total_count_9(p: float) -> float:
    """Mean total number of critical points of the pure p-spin glass, N = 9, real p > 1."""
    r = p - 1
    triple = 3*r
    q = triple + 1
    double = 2*r
    rest = double - triple
    rest = r + rest
    lost = q - triple
    shift = -lost + q
    shift = -shift + triple
    lost = 1 - lost
    lost = lost + shift
    lost = lost + rest
    t = (1/q)
    shift = lost*t
    t = -shift*t + t
    terms = t*(t*(t*(t*(t*((22528/243)*t + 19456/81) + 23936/81) + 50560/243) + 6008/81) + 2284/81) + 7607/486
    rest = r*t
    return r**4*math.sqrt(rest)*terms + 2


@vectorize
def total_count_9_ufunc(p: float) -> float:
    return total_count_9(p)


def total_count_9_in(ctx: Any, p: Any) -> Any:
    r = p - 1
    triple = 3*r
    q = triple + 1
    double = 2*r
    rest = double - triple
    rest = r + rest
    lost = q - triple
    shift = -lost + q
    shift = -shift + triple
    lost = 1 - lost
    lost = lost + shift
    lost = lost + rest
    t = (1/q)
    shift = lost*t
    t = -shift*t + t
    terms = t*(t*(t*(t*(t*((ctx.ratio(22528, 243))*t + ctx.ratio(19456, 81)) + ctx.ratio(23936, 81)) + ctx.ratio(50560, 243)) + ctx.ratio(6008, 81)) + ctx.ratio(2284, 81)) + ctx.ratio(7607, 486)
    rest = r*t
    return r**4*ctx.sqrt(rest)*terms + 2


@jit
def total_count_10(p: float) -> float:
    """Mean total number of critical points of the pure p-spin glass, N = 10, real p > 1."""
    h1, l1 = _exact_sum(-1.0, p)
    r, r_low = h1, l1
    h2, l2 = _multiply(3.0, 0.0, r, r_low)
    h3, l3 = _add(1.0, 0.0, h2, l2)
    q, q_low = h3, l3
    h4, l4 = _multiply(2323155.0, 0.0, r, r_low)
    h5, l5 = _add(6833520.0, 0.0, h4, l4)
    h6, l6 = _multiply(r, r_low, h5, l5)
    h7, l7 = _add(9508932.0, 0.0, h6, l6)
    h8, l8 = _multiply(r, r_low, h7, l7)
    h9, l9 = _add(8686520.0, 0.0, h8, l8)
    h10, l10 = _multiply(r, r_low, h9, l9)
    h11, l11 = _add(6249330.0, 0.0, h10, l10)
    h12, l12 = _multiply(r, r_low, h11, l11)
    h13, l13 = _add(4007880.0, 0.0, h12, l12)
    h14, l14 = _multiply(r, r_low, h13, l13)
    h15, l15 = _add(2380980.0, 0.0, h14, l14)
    h16, l16 = _multiply(r, r_low, h15, l15)
    h17, l17 = _add(1245960.0, 0.0, h16, l16)
    h18, l18 = _multiply(r, r_low, h17, l17)
    h19, l19 = _add(521235.0, 0.0, h18, l18)
    h20, l20 = _multiply(r, r_low, h19, l19)
    h21, l21 = _add(154440.0, 0.0, h20, l20)
    h22, l22 = _multiply(r, r_low, h21, l21)
    h23, l23 = _add(28080.0, 0.0, h22, l22)
    h24, l24 = _multiply(r, r_low, h23, l23)
    h25, l25 = _add(2880.0, 0.0, h24, l24)
    h26, l26 = _multiply(r, r_low, h25, l25)
    h27, l27 = _add(128.0, 0.0, h26, l26)
    h28, l28 = _root(q, q_low)
    h29, l29 = _multiply(h28, l28, h28, l28)
    h30, l30 = _multiply(h29, l29, h28, l28)
    h31, l31 = _multiply(h30, l30, h30, l30)
    h32, l32 = _multiply(h31, l31, h28, l28)
    h33, l33 = _multiply(h32, l32, h32, l32)
    h34, l34 = _multiply(h33, l33, h28, l28)
    h35, l35 = _divide(h27, l27, h34, l34)
    h36, l36 = _multiply(0.015625, 0.0, h35, l35)
    return h36 + l36


@vectorize
def total_count_10_ufunc(p: float) -> float:
    return total_count_10(p)


def total_count_10_in(ctx: Any, p: Any) -> Any:
    r = p - 1
    q = 3*r + 1
    return (ctx.ratio(1, 64))*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(2323155*r + 6833520) + 9508932) + 8686520) + 6249330) + 4007880) + 2380980) + 1245960) + 521235) + 154440) + 28080) + 2880) + 128)/ctx.sqrt(q)**15


@jit
def total_count_11(p: float) -> float:
    """Mean total number of critical points of the pure p-spin glass, N = 11, real p > 1."""
    h1, l1 = _exact_sum(-1.0, p)
    r, r_low = h1, l1
    h2, l2 = _multiply(3.0, 0.0, r, r_low)
    h3, l3 = _add(1.0, 0.0, h2, l2)
    q, q_low = h3, l3
    h4, l4 = _root(r, r_low)
    h5, l5 = _multiply(h4, l4, h4, l4)
    h6, l6 = _multiply(h5, l5, h5, l5)
    h7, l7 = _multiply(h6, l6, h4, l4)
    h8, l8 = _multiply(h7, l7, h7, l7)
    h9, l9 = _multiply(h8, l8, h4, l4)
    h10, l10 = _multiply(1836307.0, 0.0, r, r_low)
    h11, l11 = _add(6024744.0, 0.0, h10, l10)
    h12, l12 = _multiply(r, r_low, h11, l11)
    h13, l13 = _add(9367380.0, 0.0, h12, l12)
    h14, l14 = _multiply(r, r_low, h13, l13)
    h15, l15 = _add(9492120.0, 0.0, h14, l14)
    h16, l16 = _multiply(r, r_low, h15, l15)
    h17, l17 = _add(7435890.0, 0.0, h16, l16)
    h18, l18 = _multiply(r, r_low, h17, l17)
    h19, l19 = _add(4744728.0, 0.0, h18, l18)
    h20, l20 = _multiply(r, r_low, h19, l19)
    h21, l21 = _add(2262996.0, 0.0, h20, l20)
    h22, l22 = _multiply(r, r_low, h21, l21)
    h23, l23 = _add(682920.0, 0.0, h22, l22)
    h24, l24 = _multiply(r, r_low, h23, l23)
    h25, l25 = _add(95955.0, 0.0, h24, l24)
    h26, l26 = _multiply(h9, l9, h25, l25)
    h27, l27 = _root(q, q_low)
    h28, l28 = _multiply(h27, l27, h27, l27)
    h29, l29 = _multiply(h28, l28, h28, l28)
    h30, l30 = _multiply(h29, l29, h29, l29)
    h31, l31 = _multiply(h30, l30, h30, l30)
    h32, l32 = _multiply(h31, l31, h27, l27)
    h33, l33 = _divide(h26, l26, h32, l32)
    h34, l34 = _multiply(0.0625, 0.0, h33, l33)
    h35, l35 = _add(2.0, 0.0, h34, l34)
    return h35 + l35


@vectorize
def total_count_11_ufunc(p: float) -> float:
    return total_count_11(p)


def total_count_11_in(ctx: Any, p: Any) -> Any:
    r = p - 1
    q = 3*r + 1
    return 2 + (ctx.ratio(1, 16))*ctx.sqrt(r)**11*(r*(r*(r*(r*(r*(r*(r*(1836307*r + 6024744) + 9367380) + 9492120) + 7435890) + 4744728) + 2262996) + 682920) + 95955)/ctx.sqrt(q)**17


@jit
def total_count_12(p: float) -> float:
    """Mean total number of critical points of the pure p-spin glass, N = 12, real p > 1."""
    h1, l1 = _exact_sum(-1.0, p)
    r, r_low = h1, l1
    h2, l2 = _multiply(3.0, 0.0, r, r_low)
    h3, l3 = _add(1.0, 0.0, h2, l2)
    q, q_low = h3, l3
    h4, l4 = _multiply(46216787.0, 0.0, r, r_low)
    h5, l5 = _add(167267160.0, 0.0, h4, l4)
    h6, l6 = _multiply(r, r_low, h5, l5)
    h7, l7 = _add(287415675.0, 0.0, h6, l6)
    h8, l8 = _multiply(r, r_low, h7, l7)
    h9, l9 = _add(320283846.0, 0.0, h8, l8)
    h10, l10 = _multiply(r, r_low, h9, l9)
    h11, l11 = _add(271824534.0, 0.0, h10, l10)
    h12, l12 = _multiply(r, r_low, h11, l11)
    h13, l13 = _add(198443256.0, 0.0, h12, l12)
    h14, l14 = _multiply(r, r_low, h13, l13)
    h15, l15 = _add(135460270.0, 0.0, h14, l14)
    h16, l16 = _multiply(r, r_low, h15, l15)
    h17, l17 = _add(88226820.0, 0.0, h16, l16)
    h18, l18 = _multiply(r, r_low, h17, l17)
    h19, l19 = _add(52815015.0, 0.0, h18, l18)
    h20, l20 = _multiply(r, r_low, h19, l19)
    h21, l21 = _add(27236000.0, 0.0, h20, l20)
    h22, l22 = _multiply(r, r_low, h21, l21)
    h23, l23 = _add(11223927.0, 0.0, h22, l22)
    h24, l24 = _multiply(r, r_low, h23, l23)
    h25, l25 = _add(3401190.0, 0.0, h24, l24)
    h26, l26 = _multiply(r, r_low, h25, l25)
    h27, l27 = _add(697680.0, 0.0, h26, l26)
    h28, l28 = _multiply(r, r_low, h27, l27)
    h29, l29 = _add(93024.0, 0.0, h28, l28)
    h30, l30 = _multiply(r, r_low, h29, l29)
    h31, l31 = _add(7296.0, 0.0, h30, l30)
    h32, l32 = _multiply(r, r_low, h31, l31)
    h33, l33 = _add(256.0, 0.0, h32, l32)
    h34, l34 = _root(q, q_low)
    h35, l35 = _multiply(h34, l34, h34, l34)
    h36, l36 = _multiply(h35, l35, h35, l35)
    h37, l37 = _multiply(h36, l36, h36, l36)
    h38, l38 = _multiply(h37, l37, h34, l34)
    h39, l39 = _multiply(h38, l38, h38, l38)
    h40, l40 = _multiply(h39, l39, h34, l34)
    h41, l41 = _divide(h33, l33, h40, l40)
    h42, l42 = _multiply(0.0078125, 0.0, h41, l41)
    return h42 + l42


@vectorize
def total_count_12_ufunc(p: float) -> float:
    return total_count_12(p)


def total_count_12_in(ctx: Any, p: Any) -> Any:
    r = p - 1
    q = 3*r + 1
    return (ctx.ratio(1, 128))*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(r*(46216787*r + 167267160) + 287415675) + 320283846) + 271824534) + 198443256) + 135460270) + 88226820) + 52815015) + 27236000) + 11223927) + 3401190) + 697680) + 93024) + 7296) + 256)/ctx.sqrt(q)**19
