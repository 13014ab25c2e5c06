"""Spin-glass and random-matrix theory of neural-network loss surfaces.

The rooms are imported on first use, so that ``import spinglass`` and the command line's help cost nothing:

>>> import spinglass
>>> round(spinglass.complexity.threshold_energy(3), 6)
1.632993
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from spinglass._errors import ComputationError, InputError, SpinGlassError

if TYPE_CHECKING:
    from spinglass import (
        activations,
        campaigns,
        claims,
        complexity,
        conventions,
        formulary,
        hamiltonians,
        landscape,
        networks,
        random_matrices,
        reports,
    )

__version__ = "0.1.0"

__all__ = [
    "ComputationError",
    "InputError",
    "SpinGlassError",
    "__version__",
    "activations",
    "campaigns",
    "claims",
    "complexity",
    "conventions",
    "formulary",
    "hamiltonians",
    "landscape",
    "networks",
    "random_matrices",
    "reports",
]


def __getattr__(name: str) -> Any:
    if name in __all__:  # the rest of __all__ is here already
        return importlib.import_module(f"spinglass.{name}")
    raise AttributeError(f"module 'spinglass' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
