"""Running estimates: mean and standard error of every column of a table, block by block."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Estimate:
    """Mean of the values seen so far; `squares` is the sum of squared deviations from it."""

    values: int = 0
    mean: float = 0.0
    squares: float = 0.0

    @property
    def standard_error(self) -> float:
        """Standard error of the mean, inf below two values."""
        return math.sqrt(self.squares / (self.values - 1) / self.values) if self.values > 1 else math.inf

    def with_values(self, values: NDArray[Any]) -> Estimate:
        """The estimate after further values (Chan, Golub, LeVeque, Amer. Statist. 37 (1983) 242).

        >>> Estimate().with_values(np.array([1.0, 2.0])).with_values(np.array([6.0])).mean
        3.0
        """
        sample = np.asarray(values, dtype=float)
        if sample.size == 0:
            return self
        mean, squares = float(sample.mean()), float(np.sum((sample - sample.mean()) ** 2))
        total = self.values + sample.size
        shift = mean - self.mean
        return Estimate(
            total,
            self.mean + shift * sample.size / total,
            self.squares + squares + shift**2 * self.values * sample.size / total,
        )


class Estimates:
    """An `Estimate` of every numerical column, by cell and column."""

    def __init__(self) -> None:
        self.by_cell: dict[int, dict[str, Estimate]] = {}

    def add(self, cell: int, table: Mapping[str, NDArray[Any]]) -> None:
        """Take in the rows of one block; absent and infinite values are left out."""
        columns = self.by_cell.setdefault(cell, {})
        for name, values in table.items():
            if name in ("cell", "sample") or values.dtype.kind not in "biuf":
                continue
            numbers = values.astype(float)
            columns[name] = columns.get(name, Estimate()).with_values(numbers[np.isfinite(numbers)])

    def of(self, cell: int, column: str) -> Estimate:
        return self.by_cell.get(cell, {}).get(column, Estimate())
