"""Every step of the Kac-Rice derivation holds, and the flip of its sign is noticed."""

from __future__ import annotations

import pytest

from derivations import kac_rice
from derivations.derivation import run


@pytest.mark.parametrize("step", kac_rice.derivation.steps, ids=lambda step: step.id)
def test_step_holds_and_its_flip_fails(step):
    report = run(step)
    assert [verdict.detail for verdict in report.verdicts if not verdict.holds] == []
    assert report.control.holds, "the flipped sign went unnoticed"
