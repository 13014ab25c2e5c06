"""A derivation: a chain of steps from definitions to a formula. Each step carries its own check and a control.

A step is a function of one sign. With sign = +1 it gives the step's result and the claims that check it; with
sign = −1 one term of the result is taken with the wrong sign, and the claims must then fail. The result of a step is
what later steps and the emitted formula are made of, so that a flipped sign is an error of the derivation itself.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from derivations.claims import Claim, Verdict


@dataclass(frozen=True)
class Result:
    """What a step gives: a value that is carried on, its equation for reading, and claims.

    equation : LaTeX text, a sympy `Eq`, or a list of them.
    """

    value: Any
    equation: Any
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Step:
    """One step. Calling it gives the carried value; `result(sign)` the whole result."""

    id: str
    title: str
    flips: str
    sources: tuple[str, ...]
    slow: bool
    text: str
    file: str  # of this folder
    result: Callable[[int], Result]

    def __call__(self) -> Any:
        return self.result(1).value


@dataclass(frozen=True)
class StepReport:
    """The outcome of a step: the verdict of each claim, and whether the flipped sign was noticed."""

    step: Step
    result: Result
    verdicts: tuple[Verdict, ...]
    control: Verdict
    seconds: float

    @property
    def holds(self) -> bool:
        return all(verdict.holds for verdict in self.verdicts) and self.control.holds


@dataclass
class Derivation:
    """A named chain of steps. ``id`` is the first half of every equation id, ``sources`` are bibliography keys."""

    id: str
    title: str
    sources: tuple[str, ...]
    text: str
    steps: list[Step] = field(default_factory=list)
    formulas: list[Any] = field(default_factory=list)  # derivations.emit.Formula, in the order of the file

    def step(
        self, name: str, title: str, *, flips: str, sources: tuple[str, ...] = (), slow: bool = False
    ) -> Callable[[Callable[[int], Result]], Step]:
        """Register a function of a sign as the step `name`; its docstring is the prose of the document.

        flips : what the wrong sign of the control changes, in words.   slow : left out of quick runs.
        """

        def register(function: Callable[[int], Result]) -> Step:
            if any(known.id == f"{self.id}.{name}" for known in self.steps):
                raise ValueError(f"two steps named {name}")
            text = inspect.cleandoc(function.__doc__ or "")
            if not text or not flips:
                raise ValueError(f"step {name} needs a docstring and a named sign")
            file = Path(inspect.getfile(function)).name
            made = Step(f"{self.id}.{name}", title, flips, sources, slow, text, file, lru_cache(maxsize=2)(function))
            self.steps.append(made)
            return made

        return register

    def formula(self, formula: Any) -> Any:
        """Register a formula that this derivation ends in, and give it back."""
        self.formulas.append(formula)
        return formula


def run(step: Step, control: bool = True) -> StepReport:
    """Check a step, and that its check fails for the flipped sign."""
    start = time.perf_counter()
    result = step.result(1)
    if not result.claims:
        raise ValueError(f"{step.id} claims nothing")
    verdicts = tuple(claim.check() for claim in result.claims)
    noticed = Verdict(True, "not run")
    if control:
        flipped = [claim.check() for claim in step.result(-1).claims]
        failed = [verdict.detail for verdict in flipped if not verdict.holds]
        noticed = Verdict(bool(failed), failed[0] if failed else "the flipped sign went unnoticed")
    return StepReport(step, result, verdicts, noticed, time.perf_counter() - start)
