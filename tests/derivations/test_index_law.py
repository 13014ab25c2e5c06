"""The law of the index: every step and its control."""

import pytest

from derivations import index_law
from derivations.derivation import run


@pytest.mark.parametrize("step", index_law.derivation.steps, ids=lambda step: step.id)
def test_steps_hold_and_their_controls_fail(step):
    report = run(step)
    assert report.holds, [*report.verdicts, report.control]
