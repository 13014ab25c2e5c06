"""The compiled formulas of the complexity: thresholds, rates, band edges, prefactors, mixtures, a field of order N.

The derivation itself is in `growth_rates`, `sharp_counts` and `mixed_rates`; the formulas that it ends in are in
`complexity_rates`, `complexity_bands`, `complexity_prefactors` and `complexity_mixtures`.
"""

from __future__ import annotations

from derivations import complexity_bands, complexity_mixtures, complexity_prefactors, complexity_rates
from derivations.growth_rates import derivation

__all__ = ["derivation"]

for _part in (complexity_rates, complexity_bands, complexity_prefactors, complexity_mixtures):
    for _formula in _part.FORMULAS:
        derivation.formula(_formula)
