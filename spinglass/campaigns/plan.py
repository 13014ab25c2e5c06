"""The plan of a campaign: which function, on which parameters, how many samples, in which blocks, from which seed.

A plan is fixed when a campaign begins and never changes; it is a JSON file that says everything that the numbers depend
on. Work is cut into blocks of consecutive samples, but a sample does not know its block: its random stream is addressed
by the key of its cell and its own number, so that it can be computed again alone, anywhere.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from spinglass._errors import checked_int, input_error
from spinglass._jit import source_digest
from spinglass.campaigns.streams import checked_seed, stream

FORMAT = "spinglass campaign 1"
_RECORDED = ("spinglass", "numpy", "scipy", "numba", "pyarrow")

Columns = Mapping[str, Any]
Sampler = Callable[[Mapping[str, Any], np.random.Generator], Mapping[str, Columns]]


@dataclass(frozen=True)
class Cell:
    """One set of parameters and its samples, numbered from 0.

    Attributes
    ----------
    label : a short name for progress and tables.
    parameters : what the function gets: anything that JSON keeps as it is.
    samples : number of samples.
    block_samples : samples per block of work (the last block may hold fewer); about a second or more of work.
    key : address of the random streams below the campaign's seed. Cells of equal key share their random numbers, which
        pairs their samples.
    """

    label: str
    parameters: Mapping[str, Any]
    samples: int
    block_samples: int
    key: tuple[int, ...]

    def __post_init__(self) -> None:
        checked_int("samples", self.samples, 1)
        checked_int("block_samples", self.block_samples, 1)
        for part in self.key:
            checked_int("key", part, 0)
        if not isinstance(self.label, str) or not self.label.isprintable():
            raise input_error("label", self.label, "must be a text of printable characters")
        try:
            kept = json.loads(json.dumps(self.parameters, allow_nan=False))
        except (TypeError, ValueError):
            kept = None
        if kept != self.parameters:
            raise input_error("parameters", self.parameters, "must be a mapping that JSON keeps as it is")

    @property
    def n_blocks(self) -> int:
        return -(-self.samples // self.block_samples)

    def to_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "parameters": dict(self.parameters),
            "samples": self.samples,
            "block_samples": self.block_samples,
            "key": list(self.key),
        }


@dataclass(frozen=True)
class Block:
    """Samples first … first + samples − 1 of one cell: the unit of work and of storage."""

    campaign: str
    function: str
    seed: int
    cell: int
    label: str
    number: int
    first: int
    samples: int
    key: tuple[int, ...]
    parameters: str  # JSON, so that every process sees the same values

    @property
    def name(self) -> str:
        """Where its shard lies, below the folder of the campaign."""
        return f"shards/cell-{self.cell}/block-{self.number:05d}"

    def __str__(self) -> str:
        last = self.first + self.samples - 1
        return f"block {self.number} of cell {self.cell} ({self.label}), samples {self.first} to {last}"

    def identity(self) -> dict[str, Any]:
        """What a shard says about itself."""
        return {
            "campaign": self.campaign,
            "cell": self.cell,
            "block": self.number,
            "first": self.first,
            "samples": self.samples,
        }


@dataclass(frozen=True)
class Plan:
    """What a campaign computes. Make one with `Plan.of`.

    Attributes
    ----------
    function : "module:name" of a function of (parameters, rng) that computes one sample. It returns tables,
        {table: {column: values}}, with the same tables and columns for every sample: numbers make one row of a table,
        equally long one-dimensional arrays make as many rows as they are long.
    cells : the parameters and their samples.
    seed : root of all random streams.
    report : "module:name" of a function of a campaign that writes its tables and returns a summary; "" for none.
    code : digest of the sources that computed, or are to compute, the samples.
    versions : of the packages that take part; recorded, not compared.
    """

    function: str
    cells: tuple[Cell, ...]
    seed: int
    report: str
    code: str
    versions: Mapping[str, str]

    @classmethod
    def of(cls, function: Sampler | str, cells: tuple[Cell, ...] | list[Cell], seed: int, report: str = "") -> Plan:
        """A plan for the code that runs now; `function` by itself or as "module:name"."""
        path = function if isinstance(function, str) else f"{function.__module__}:{function.__qualname__}"
        if path.startswith("__main__:") or "<" in path or imported(path) is None:
            raise input_error("function", path, "must be a function that can be imported from a module by its name")
        if not cells:
            raise input_error("cells", cells, "must hold at least one cell")
        return cls(path, tuple(cells), checked_seed(seed), report, code_digest(path), _versions())

    @cached_property
    def identity(self) -> str:
        """Digest of everything that the samples depend on, except for the code."""
        content = self.to_json()
        for absent in ("code", "versions", "report", "identity"):
            content.pop(absent, None)
        text = json.dumps(content, sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    @property
    def blocks(self) -> Iterator[Block]:
        """Every block, the cells from last to first, so that sizes in increasing order begin with the longest."""
        for number in reversed(range(len(self.cells))):
            yield from self.blocks_of(number)

    def blocks_of(self, cell: int) -> Iterator[Block]:
        """The blocks of one cell in order."""
        chosen = self.cells[cell]
        parameters = json.dumps(chosen.parameters)
        for number in range(chosen.n_blocks):
            first = number * chosen.block_samples
            samples = min(chosen.block_samples, chosen.samples - first)
            yield Block(
                self.identity,
                self.function,
                self.seed,
                cell,
                chosen.label,
                number,
                first,
                samples,
                chosen.key,
                parameters,
            )

    @property
    def n_blocks(self) -> int:
        return sum(cell.n_blocks for cell in self.cells)

    def rng(self, cell: int, sample: int) -> np.random.Generator:
        """The random stream of one sample: `stream(seed, *key, sample)`."""
        cell = checked_int("cell", cell, 0, len(self.cells) - 1)
        sample = checked_int("sample", sample, 0, self.cells[cell].samples - 1)
        return stream(self.seed, *self.cells[cell].key, sample)

    def compute(self, cell: int, sample: int) -> Mapping[str, Columns]:
        """One sample again, alone: the tables that the function makes of it.

        >>> from spinglass.campaigns import Cell, Plan
        >>> plan = Plan.of("spinglass.campaigns.plan:sample_mean", [Cell("a", {"draws": 4}, 100, 10, (0,))], seed=1)
        >>> plan.compute(0, 57) == plan.compute(0, 57) != plan.compute(0, 58)
        True
        """
        rng = self.rng(cell, sample)
        result: Mapping[str, Columns] = imported(self.function)(self.cells[cell].parameters, rng)
        return result

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "function": self.function,
            "report": self.report,
            "seed": self.seed,
            "cells": [cell.to_json() for cell in self.cells],
            "code": self.code,
            "versions": dict(self.versions),
        }

    @classmethod
    def from_json(cls, content: Any) -> Plan:
        """The plan that `to_json` wrote; `InputError` for anything else."""
        try:
            if content["format"] != FORMAT:
                raise ValueError
            cells = tuple(
                Cell(
                    item["label"],
                    item["parameters"],
                    item["samples"],
                    item["block_samples"],
                    tuple(item["key"]),
                )
                for item in content["cells"]
            )
            return cls(
                content["function"], cells, content["seed"], content["report"], content["code"], content["versions"]
            )
        except (KeyError, TypeError, ValueError):
            raise input_error("plan", content, f"is not the plan of a campaign ({FORMAT!r})") from None

    def difference(self, other: Plan) -> str:
        """In words, what another plan has different; empty when the two ask for the same samples."""
        if self.function != other.function:
            return f"it computes {other.function}, not {self.function}"
        if self.seed != other.seed:
            return f"its seed is {other.seed}, not {self.seed}"
        if len(self.cells) != len(other.cells):
            return f"it has {len(other.cells)} cells, not {len(self.cells)}"
        for mine, theirs in zip(self.cells, other.cells, strict=True):
            mine_json, theirs_json = mine.to_json(), theirs.to_json()
            for name, value in theirs_json.items():
                if value != mine_json[name]:
                    return f"its cell {theirs.label!r} has {name} = {value}, not {mine_json[name]}"
        return ""


def sample_mean(parameters: Mapping[str, Any], rng: np.random.Generator) -> dict[str, dict[str, float]]:
    """The smallest function of a campaign: the mean of some normal numbers."""
    return {"samples": {"mean": float(rng.standard_normal(parameters["draws"]).mean())}}


def imported(path: str) -> Any:
    """The object of "module:name", None when there is none."""
    module, _, name = path.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError):
        return None
    return found


def code_digest(function: str) -> str:
    """Digest of the package's sources, with the source file of a function that lies outside the package."""
    module = function.partition(":")[0]
    if module.split(".")[0] == "spinglass":
        return source_digest()
    importlib.import_module(module)
    file = getattr(sys.modules[module], "__file__", None)
    own = Path(file).read_bytes() if file else b""
    return hashlib.sha256(source_digest().encode() + own).hexdigest()[:16]


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _RECORDED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
