"""The derivation of the edge laws, and the table that it ends in."""

from __future__ import annotations

import json

import numpy as np
import pytest
from flint import arb, ctx

from derivations import edge_counts, edge_laws, edge_spectrum, edge_tables
from derivations.derivation import run


@pytest.fixture(autouse=True)
def precision():
    before = ctx.dps
    yield
    ctx.dps = before


@pytest.mark.parametrize("step", edge_laws.derivation.steps, ids=lambda step: step.id)
def test_step_holds_and_notices_a_flipped_sign(step):
    before = ctx.dps
    report = run(step)
    assert all(verdict.holds for verdict in report.verdicts), report.verdicts
    assert report.control.holds, report.control.detail
    assert ctx.dps == before


def test_counts_and_exceedances_of_a_few_eigenvalues_by_enumeration():
    ctx.dps = 40
    means = [0.9, 0.4, 0.1, 0.02]
    exact = np.array([1.0])
    for mean in means:
        exact = np.convolve(exact, [1 - mean, mean])
    counts = [float(c) for c in edge_counts.counts_unitary([arb(m) for m in means])]
    assert counts[:5] == pytest.approx(exact, abs=1e-15)
    beyond = [float(c) for c in edge_counts.exceedances_unitary([arb(m) for m in means])]
    assert beyond[:4] == pytest.approx(np.cumsum(exact[::-1])[::-1][1:], abs=1e-15)
    assert beyond[4:] == pytest.approx(np.zeros(4), abs=1e-30)
    found = [arb(v) for v in (0.95, -0.6, 0.3, -0.1)]
    counts = [float(c) for c in edge_counts.counts_orthogonal(found, 8)]
    beyond = [float(c) for c in edge_counts.exceedances_orthogonal(found, 8)]
    assert beyond == pytest.approx(1 - np.cumsum(counts), abs=1e-14)
    assert counts[0] == pytest.approx(float(np.prod([1 - float(v) for v in found])), rel=1e-14)


@pytest.mark.parametrize("s", [-9.3, -1.0, 4.0, 60.0])
def test_eigenvalues_do_not_depend_on_the_resolution(s):
    resolution = edge_spectrum.first_resolution(s)
    one, two = edge_tables.laws_at(s, resolution), edge_tables.laws_at(s, resolution.finer())
    assert edge_tables.difference(one, two) < edge_tables.SETTLED
    coarse = edge_spectrum.Resolution(resolution.size // 2, resolution.length, resolution.digits)
    try:
        wrong = edge_tables.difference(edge_tables.laws_at(s, coarse), two)
    except ArithmeticError:
        return
    assert wrong > edge_tables.SETTLED


def test_the_committed_table_is_what_a_finer_computation_gives():
    assert edge_tables.check(intervals=(7, 12, 14, 17, 21, 24), seed=2) < 3e-15


def test_a_changed_table_is_noticed(tmp_path, monkeypatch):
    body = json.loads(edge_tables.TABLE.read_text(encoding="utf-8"))
    assert edge_tables.table_text(body) == edge_tables.TABLE.read_text(encoding="utf-8")
    body["laws"][0]["values"][17][1] += 1e-12
    changed = tmp_path / "edge_laws.json"
    changed.write_text(edge_tables.table_text(body), encoding="utf-8")
    monkeypatch.setattr(edge_tables, "TABLE", changed)
    with pytest.raises(ArithmeticError, match="digest"):
        edge_tables.check(intervals=(17,))
    body["digest"] = edge_tables.digest(body)
    changed.write_text(edge_tables.table_text(body), encoding="utf-8")
    assert edge_tables.check(intervals=(17,), seed=1) > 3e-15
