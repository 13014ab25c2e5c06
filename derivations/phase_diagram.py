"""The compiled formulas of the phase diagram in a field of order N.

The derivation itself is in `latitude_landscape`, `signal_points`, `spiked_outlier` and `ground_states`; the formulas
that it ends in are in `phase_diagram_kernels` and `signal_kernels`.
"""

from __future__ import annotations

from derivations import phase_diagram_kernels, signal_kernels
from derivations.latitude_landscape import derivation

__all__ = ["derivation"]

for _part in (phase_diagram_kernels, signal_kernels):
    for _formula in _part.FORMULAS:
        derivation.formula(_formula)
