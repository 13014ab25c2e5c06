"""Every step of the derivation of the phase diagram holds, and the flip of its sign is noticed."""

from __future__ import annotations

import pytest

from derivations import phase_diagram
from derivations.derivation import run


@pytest.mark.parametrize("step", phase_diagram.derivation.steps, ids=lambda step: step.id)
def test_step_holds_and_its_flip_fails(step):
    report = run(step)
    assert [verdict.detail for verdict in report.verdicts if not verdict.holds] == []
    assert report.control.holds, "the flipped sign went unnoticed"


@pytest.mark.parametrize("formula", phase_diagram.derivation.formulas, ids=lambda formula: formula.name)
def test_the_stable_form_is_the_plain_one(formula):
    for verdict in formula.agreement(count=60):
        assert verdict.holds, verdict.detail
