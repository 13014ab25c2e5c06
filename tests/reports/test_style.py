"""Colours, markers, wrapped and spread labels."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from spinglass.reports import style

DEFAULT = ["relu", "leaky-relu", "gelu", "silu", "softplus", "elu", "tanh", "sigmoid", "five-section"]


def test_pairs_are_fixed_and_unique() -> None:
    assert len(set(style._CATALOGUE.values())) == len(style._CATALOGUE)
    users = [f"user {i}" for i in range(15)]
    chosen = style.marks(DEFAULT + users)
    assert len(set(chosen.values())) == len(DEFAULT) + 15
    assert chosen["relu"] == (style.REFERENCE_GREY, "o")
    assert style.marks(DEFAULT)["gelu"] == chosen["gelu"]
    assert style.marks(reversed(DEFAULT + users)) == chosen
    # Dark grey is nobody else's.
    assert [name for name, mark in chosen.items() if mark.colour == style.REFERENCE_GREY] == ["relu"]


def test_a_single_name_has_the_same_pair_in_every_folder_unless_taken() -> None:
    alone = style.marks(["x*erf(x)"])["x*erf(x)"]
    assert style.marks([*DEFAULT, "x*erf(x)"])["x*erf(x)"] == alone
    assert alone not in style._CATALOGUE.values()


def test_indices_have_their_own_markers() -> None:
    assert len({style.index_mark(k) for k in range(6)}) == 6
    assert len({style.index_mark(k).marker for k in range(6)}) == 6
    assert style.index_mark(40).colour == style.index_mark(5).colour


def test_spread_labels_never_overlap_and_keep_their_order() -> None:
    rng = np.random.default_rng(5)
    for _ in range(300):
        count = int(rng.integers(1, 12))
        positions = rng.uniform(0, 10, count).tolist()
        extents = rng.uniform(0.1, 10 / count, count).tolist()
        centres = style.spread(positions, extents, 0.0, 10.0)
        order = np.argsort(positions, kind="stable")
        for a, b in itertools.pairwise(order):
            assert centres[b] - centres[a] >= (extents[a] + extents[b]) / 2 - 1e-9
        assert all(c - e / 2 >= -1e-9 and c + e / 2 <= 10 + 1e-9 for c, e in zip(centres, extents, strict=True))


def test_spread_labels_stay_when_there_is_room_and_share_the_shift_when_not() -> None:
    assert style.spread([1.0, 5.0, 3.0], [1.0, 1.0, 1.0], 0.0, 10.0) == [1.0, 5.0, 3.0]
    assert style.spread([5.0, 5.0], [2.0, 2.0], 0.0, 10.0) == [4.0, 6.0]
    assert style.spread([0.0], [2.0], 0.0, 10.0) == [1.0]
    # Three at one place: least squares keeps their mean.
    assert np.mean(style.spread([4.0, 4.1, 4.2], [1.0, 2.0, 1.0], -50, 50)) == pytest.approx(4.1, abs=0.35)


@pytest.mark.parametrize(
    "text", ["ReLU = leaky ReLU = tanh", "0.5*x*(1+tanh(0.797885*(x+0.044715*x**3)))", "x", "a" * 40, ""]
)
@pytest.mark.parametrize("width", [12.0, 25.0, 60.0])
def test_wrapped_text_fits_and_loses_nothing(text: str, width: float) -> None:
    with style.context():
        lines = style.wrapped(text, width, max_lines=20)
        assert all(style.text_width(line) <= width for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        short = style.wrapped(text, width, max_lines=2)
        assert len(short) <= 2
        assert len(lines) <= 2 or short[-1].endswith("…")
        assert all(style.text_width(line) <= width for line in short)


def test_expressions_break_behind_an_operator() -> None:
    with style.context():
        lines = style.wrapped("0.5*x*(1+tanh(0.797885*(x+0.044715*x**3)))", 30.0, max_lines=5)
    assert len(lines) > 1
    assert all(line[-1] in "+-*/(,=" for line in lines[:-1])


def test_user_text_is_no_mathematics() -> None:
    assert style.plain("$x_1$\x1b[31m\n") == r"\$x_1\$ [31m "
