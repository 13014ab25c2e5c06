"""Claims that are built when they are checked: loading a derivation needs the values of its steps only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, overload

from derivations.claims import Claim


class _Deferred(Sequence[Claim]):
    """The claims that `build` gives, built once, at the first look."""

    def __init__(self, build: Callable[[], Sequence[Claim]]) -> None:
        self._build = build

    @cached_property
    def _built(self) -> tuple[Claim, ...]:
        return tuple(self._build())

    @overload
    def __getitem__(self, place: int) -> Claim: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Claim, ...]: ...
    def __getitem__(self, place: int | slice) -> Claim | tuple[Claim, ...]:
        return self._built[place]

    def __len__(self) -> int:
        return len(self._built)


def deferred(build: Callable[[], Sequence[Claim]]) -> Any:
    """The claims of a `Result`, from a function without arguments.

    The independent routes (quadratures, exact values at finite N) cost seconds, what a step carries on milliseconds.
    """
    return _Deferred(build)
