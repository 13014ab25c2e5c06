"""A claim: a theoretical statement, its estimator, a rule that decides, and a wrong theory that must be rejected.

Claims are listed in small TOML files that hold no mathematics:

    name = "total-counts"
    statement = "The exact mean number of critical points is what complete enumeration finds."
    pairing = "critical-point-counts"     # which theory meets which simulation, see `pairings`
    samples = 1000
    reduced_samples = 200
    [parameters]
    p = 3
    n_spins = [4, 6]
    rho = [0.5]
"""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spinglass._errors import checked_choice, checked_int, input_error
from spinglass.campaigns import checked_seed
from spinglass.claims.decision import Comparison, judge
from spinglass.claims.pairings import PAIRINGS

FAMILY_WISE_ERROR = 0.01
_KEYS = {"name", "statement", "pairing", "samples", "reduced_samples", "parameters"}


@dataclass(frozen=True)
class Outcome:
    """A claim after its test."""

    claim: Claim
    agrees: bool
    evidence: str
    control: str
    control_rejected: bool
    detectable: float | None
    comparisons: tuple[Comparison, ...]

    @property
    def passes(self) -> bool:
        """The theory agrees and the wrong theory is rejected."""
        return self.agrees and self.control_rejected


@dataclass(frozen=True)
class Claim:
    """One case of a pairing of theory and simulation; read from a file by `load_claims`."""

    name: str
    statement: str
    pairing: str
    samples: int
    reduced_samples: int
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def test(self, seed: int = 0, *, reduced: bool = False, workers: int | None = None) -> Outcome:
        """Simulate, decide, and hold the wrong theory against the same samples.

        The statistical rule is that of `decision.judge` at family-wise error rate 0.01.
        """
        pairing = PAIRINGS[checked_choice("pairing", self.pairing, PAIRINGS)]
        samples = self.reduced_samples if reduced else self.samples
        found = pairing(samples=samples, seed=checked_seed(seed), workers=workers, **self.parameters)
        if found.settled is not None:
            return Outcome(self, found.settled, found.text, found.control, not found.control_settled, None, ())
        verdict = judge(found.comparisons, FAMILY_WISE_ERROR)
        control = judge(found.control_comparisons, FAMILY_WISE_ERROR)
        detectable = sorted(comparison.detectable(verdict.z_critical) for comparison in found.comparisons)
        text = (
            f"{len(verdict.comparisons)} comparisons, largest |z| {abs(verdict.worst.z):.2f}, "
            f"bound {verdict.z_critical:.2f}"
        )
        return Outcome(
            claim=self,
            agrees=verdict.agrees and found.complete,
            evidence="; ".join(part for part in (text, found.text) if part),
            control=f"{found.control}: largest |z| {abs(control.worst.z):.1f}",
            control_rejected=not control.agrees,
            detectable=detectable[len(detectable) // 2],
            comparisons=verdict.comparisons,
        )


def load_claims(path: str | Path) -> list[Claim]:
    """The claims of one TOML file, or of all TOML files of a folder in the order of their names."""
    place = Path(path)
    files = sorted(place.glob("*.toml")) if place.is_dir() else [place]
    if not files or not all(file.is_file() for file in files):
        raise input_error("claims", str(path), "must be a claim file (.toml) or a folder that holds some")
    return [_read(file) for file in files]


def _read(file: Path) -> Claim:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise input_error("claims", str(file), f"is not a TOML file: {problem}") from None
    if missing := (_KEYS - {"parameters"}) - content.keys():
        raise input_error("claims", str(file), f"lacks {', '.join(sorted(missing))}")
    if unknown := content.keys() - _KEYS:
        raise input_error("claims", str(file), f"has unknown keys {', '.join(sorted(unknown))}")
    pairing = checked_choice("pairing", content["pairing"], PAIRINGS)
    _check_parameters(file, PAIRINGS[pairing], content.get("parameters", {}))
    return Claim(
        name=str(content["name"]),
        statement=str(content["statement"]),
        pairing=pairing,
        samples=checked_int("samples", content["samples"], 0),
        reduced_samples=checked_int("reduced_samples", content["reduced_samples"], 0),
        parameters=content.get("parameters", {}),
    )


def _check_parameters(file: Path, pairing: Any, given: Any) -> None:
    """Refuse parameters that a pairing does not know or lacks."""
    known = {
        name: parameter
        for name, parameter in inspect.signature(pairing).parameters.items()
        if name not in ("samples", "seed", "workers")
    }
    if not isinstance(given, Mapping):
        raise input_error("claims", str(file), "parameters must be a table: [parameters]")
    if unknown := given.keys() - known.keys():
        rule = f"has unknown parameters {', '.join(sorted(unknown))}; known are {', '.join(known)}"
        raise input_error("claims", str(file), rule)
    if missing := [name for name, one in known.items() if one.default is one.empty and name not in given]:
        raise input_error("claims", str(file), f"lacks the parameters {', '.join(missing)}")
