"""The state of a campaign: what is done, at what pace, and the means so far."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from spinglass.campaigns.estimates import Estimate, Estimates


@dataclass(frozen=True)
class CellStatus:
    """How far one cell is. `damaged` blocks are there but not whole; `parameters` are the names of its parameters."""

    label: str
    samples: int
    samples_done: int
    blocks: int
    blocks_done: int
    damaged: int
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Status:
    """How far a campaign is.

    Attributes
    ----------
    cells : one status each.
    estimates : running means of the columns of the table "samples".
    seconds_per_block : wall-clock time between the latest blocks; None below two blocks.
    other_code : number of whole shards that other code than the plan's has made.
    """

    cells: tuple[CellStatus, ...]
    estimates: Estimates
    seconds_per_block: float | None
    other_code: int

    @property
    def blocks(self) -> int:
        return sum(cell.blocks for cell in self.cells)

    @property
    def blocks_done(self) -> int:
        return sum(cell.blocks_done for cell in self.cells)

    @property
    def finished(self) -> bool:
        return self.blocks == self.blocks_done

    @property
    def seconds_left(self) -> float | None:
        """At the latest pace, which is that of the blocks just finished, not of those to come."""
        return None if self.seconds_per_block is None else self.seconds_per_block * (self.blocks - self.blocks_done)

    def _means(self, number: int) -> list[tuple[str, Estimate]]:
        """The running means of one cell, without columns that repeat a parameter."""
        means = self.estimates.by_cell.get(number, {})
        return [(name, item) for name, item in means.items() if name not in self.cells[number].parameters]

    def summary(self) -> dict[str, Any]:
        """The status as JSON has it."""
        cells = []
        for number, cell in enumerate(self.cells):
            means = {
                name: {"mean": item.mean, "standard_error": item.standard_error, "values": item.values}
                for name, item in self._means(number)
            }
            cells.append({**asdict(cell), "estimates": means})
        return {
            "finished": self.finished,
            "blocks": self.blocks,
            "blocks_done": self.blocks_done,
            "seconds_per_block": self.seconds_per_block,
            "seconds_left": self.seconds_left,
            "shards_of_other_code": self.other_code,
            "cells": cells,
        }

    def text(self) -> str:
        """The status in words."""
        lines = [f"{self.blocks_done} of {self.blocks} blocks done"]
        if self.seconds_per_block is not None and not self.finished:
            lines[0] += f", one in {self.seconds_per_block:.2g} s, about {self.seconds_left:.0f} s to go"
        for number, cell in enumerate(self.cells):
            damaged = f", {cell.damaged} damaged blocks to compute again" if cell.damaged else ""
            lines.append(f"{cell.label}: {cell.samples_done} of {cell.samples} samples{damaged}")
            for name, item in self._means(number):
                lines.append(f"  {name:<22} {item.mean:14.6g} ± {item.standard_error:.3g}")
        if self.other_code:
            lines.append(f"{self.other_code} blocks were made by other code than the plan's")
        return "\n".join(lines)
