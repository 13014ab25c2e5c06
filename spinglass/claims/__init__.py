"""Claims: theory beside simulation, a rule that decides, and wrong theories that must be rejected."""

from spinglass.claims.claim import Claim, Outcome, load_claims
from spinglass.claims.compare import run_comparison
from spinglass.claims.decision import Comparison, Verdict, judge, ratio_comparison, sample_comparison
from spinglass.claims.plan import DEFAULT_ACTIVATIONS, Plan, plan_comparison

__all__ = [
    "DEFAULT_ACTIVATIONS",
    "Claim",
    "Comparison",
    "Outcome",
    "Plan",
    "Verdict",
    "judge",
    "load_claims",
    "plan_comparison",
    "ratio_comparison",
    "run_comparison",
    "sample_comparison",
]
