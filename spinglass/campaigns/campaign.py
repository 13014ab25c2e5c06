"""A campaign: a plan and the shards of its blocks, computed, resumed, counted and merged.

A block is done if and only if its shard is there and whole; what remains to be done is the plan minus the listing.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spinglass._errors import ComputationError, checked_int, input_error
from spinglass.campaigns.estimates import Estimates
from spinglass.campaigns.executors import Executor, process_map
from spinglass.campaigns.plan import Block, Plan, code_digest, imported
from spinglass.campaigns.shards import (
    RECORD,
    Shard,
    Table,
    arrow_table,
    compute_block,
    joined,
    read_shard,
    remove_leftovers,
    write_shard,
)
from spinglass.campaigns.status import CellStatus, Status
from spinglass.campaigns.store import LEFTOVER_AGE, TEMPORARY, Store, sync_folder

if TYPE_CHECKING:
    import pyarrow

PLAN = "plan.json"
_RATE_BLOCKS = 50

Seen = Callable[[Block, Shard], None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Report:
    """What the report function of a plan returns: a summary that JSON can hold, and the same in words."""

    summary: Mapping[str, Any]
    text: str


@dataclass(frozen=True)
class Campaign:
    """A plan and where its shards are kept: in a folder, or in memory without one.

    >>> from spinglass.campaigns import Campaign, Cell, Plan
    >>> plan = Plan.of("spinglass.campaigns.plan:sample_mean", [Cell("a", {"draws": 4}, 10, 4, (0,))], seed=1)
    >>> campaign = Campaign(plan)
    >>> campaign.run()
    >>> campaign.table("samples")["sample"].tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """

    plan: Plan
    folder: Path | None = None
    _kept: dict[Block, Shard] = field(default_factory=dict, repr=False)

    @classmethod
    def begin(cls, plan: Plan, folder: str | os.PathLike[str]) -> Campaign:
        """The campaign of a plan in a folder: a new one, or the one that is there if it has the same plan.

        Raises `InputError` for a folder that holds another campaign, or files and no campaign.
        """
        place = Path(folder)
        if os.fspath(folder) and not (place / PLAN).exists() and place.is_dir():
            others = sorted(path.name for path in place.iterdir() if not path.name.startswith(TEMPORARY))
            if others:
                raise input_error("out", str(folder), f"holds {others[0]!r} and no campaign; name an empty folder")
        store = Store(folder)
        with store.reserved():
            if not (place / PLAN).exists():
                with _disk(f"the plan cannot be written into {place}"):
                    store.write_json(PLAN, plan.to_json())
        found = cls.open(folder)
        difference = plan.difference(found.plan)
        if difference:
            raise input_error("out", str(folder), f"holds another campaign: {difference}")
        return found

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Campaign:
        """The campaign that a folder holds."""
        place = Path(folder)
        if not os.fspath(folder) or not (place / PLAN).is_file():
            raise input_error("folder", str(folder), f"holds no campaign (no {PLAN})")
        try:
            content = json.loads((place / PLAN).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            content = None
        return cls(Plan.from_json(content), place)

    def shard(self, block: Block) -> Shard | None:
        """The whole shard of a block, or None."""
        return self._kept.get(block) if self.folder is None else read_shard(self.folder, block)

    def run(
        self,
        executor: Executor | None = None,
        *,
        allow_other_code: bool = False,
        part: tuple[int, int] = (1, 1),
        seen: Seen | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Compute every block that is not done.

        Parameters
        ----------
        executor : see `spinglass.campaigns.executor`; None computes in this process.
        allow_other_code : whether to go on although the code has changed since the plan was made.
        part : (i, k) computes the i-th of k equal shares of the blocks: for machines without a common folder, whose
            folders `merge` puts together.
        seen : called with every block that is done, those of earlier runs first.
        progress : called with (blocks done, blocks in this part).

        Raises `InputError` when the code is another one, another run holds the folder, or the folder has been given
        another plan; `ComputationError` when samples failed or the disk is full. Finished blocks are always kept.
        """
        i, k = checked_int("part", part[0], 1), checked_int("part", part[1], 1)
        if i > k:
            raise input_error("part", part, "must be (i, k) with 1 <= i <= k")
        map_cells = executor if executor is not None else _here
        code = code_digest(self.plan.function)
        if not allow_other_code and code != self.plan.code:
            raise input_error(
                "code",
                code,
                f"this campaign was begun by other code ({self.plan.code}); allow_other_code goes on all the same",
            )
        blocks = list(islice(self.plan.blocks, i - 1, None, k))
        if self.folder is None:
            self._run(map_cells, blocks, code, allow_other_code, seen, progress)
            return
        store = Store(self.folder)
        with store.reserved():
            if Plan.from_json(store.read_json(PLAN)) != self.plan:
                raise input_error("folder", str(self.folder), "has been given the plan of another campaign")
            remove_leftovers(self.folder, time.time() - LEFTOVER_AGE)
            self._run(map_cells, blocks, code, allow_other_code, seen, progress)

    def _run(
        self,
        map_cells: Executor,
        blocks: Sequence[Block],
        code: str,
        allow_other_code: bool,
        seen: Seen | None,
        progress: Progress | None,
    ) -> None:
        missing: list[Block] = []
        for block in blocks:
            shard = self.shard(block)
            if shard is None:
                missing.append(block)
                continue
            if shard.code != self.plan.code and not allow_other_code:
                raise input_error("shard", block.name, f"was made by other code ({shard.code}, not {self.plan.code})")
            if seen is not None:
                seen(block, shard)
        done = len(blocks) - len(missing)
        if progress is not None:
            progress(done, len(blocks))
        failures: list[str] = []
        for block, result in map_cells(compute_block, missing) if missing else ():
            if isinstance(result, str):
                failures.append(result)
                continue
            if result.code != code:
                raise ComputationError(
                    f"{block} was computed by other code ({result.code}) than runs here ({code}): "
                    "the workers must have the same version of the package"
                )
            self._keep(block, result)
            done += 1
            if seen is not None:
                seen(block, result)
            if progress is not None:
                progress(done, len(blocks))
        if failures:
            more = f"; {len(failures) - 1} more blocks failed" if len(failures) > 1 else ""
            raise ComputationError(f"{failures[0]}{more}. All other blocks are kept")

    def _keep(self, block: Block, shard: Shard) -> None:
        if self.folder is None:
            self._kept[block] = shard
            return
        with _disk(f"{block} cannot be written below {self.folder}"):
            write_shard(self.folder, block, shard)

    def report(self) -> Report:
        """Make the tables and the summary again from the shards that are done, as the plan's report function does.

        Without such a function: every table in one file, and the running means.
        """
        function = imported(self.plan.report) if self.plan.report else None
        with _disk(f"the tables cannot be written into {self.folder}"):
            if function is not None:
                made: Report = function(self)
                return made
            if self.plan.report:
                raise input_error("report", self.plan.report, "cannot be imported")
            status = self.status()
            if self.folder is not None and status.blocks_done:
                self.write_tables(self.folder / "data")
        return Report(status.summary(), status.text())

    def status(self) -> Status:
        """How far the campaign is, from its shards; reads only, so that it may be asked while the campaign runs."""
        cells, estimates, other = [], Estimates(), 0
        times: list[float] = []
        for number, cell in enumerate(self.plan.cells):
            samples = done = damaged = 0
            for block in self.plan.blocks_of(number):
                shard = self.shard(block)
                if shard is None:
                    damaged += self.folder is not None and (self.folder / block.name).exists()
                    continue
                done, samples = done + 1, samples + block.samples
                other += shard.code != self.plan.code
                if "samples" in shard.files:
                    estimates.add(number, shard.table("samples"))
                if self.folder is not None:
                    times.append((self.folder / block.name / RECORD).stat().st_mtime)
            fixed = tuple(sorted(cell.parameters))
            cells.append(CellStatus(cell.label, cell.samples, samples, cell.n_blocks, done, damaged, fixed))
        latest = sorted(times)[-_RATE_BLOCKS:]
        pace = (latest[-1] - latest[0]) / (len(latest) - 1) if len(latest) > 1 else None
        return Status(tuple(cells), estimates, pace, other)

    @property
    def table_names(self) -> list[str]:
        """The tables of the shards, from the first that is done."""
        for block in self.plan.blocks:
            shard = self.shard(block)
            if shard is not None:
                return sorted(shard.files)
        return []

    def tables(self, cell: int | None = None) -> dict[str, Table]:
        """All tables of the blocks that are done, in the order of cells and samples; absent values are NaN."""
        found: dict[str, list[Table]] = {}
        for number in range(len(self.plan.cells)) if cell is None else [cell]:
            for block in self.plan.blocks_of(number):
                shard = self.shard(block)
                if shard is not None:
                    for name in shard.files:
                        found.setdefault(name, []).append(shard.table(name))
        return {name: joined(parts) for name, parts in found.items()}

    def table(self, name: str, cell: int | None = None) -> Table:
        """One table of the blocks that are done, as in `tables`."""
        found = self.tables(cell)
        if name not in found:
            raise input_error("name", name, f"the blocks that are done have the tables {sorted(found)}")
        return found[name]

    def write_tables(self, folder: str | os.PathLike[str], file_format: str = "parquet") -> list[Path]:
        """Each table of all blocks that are done in one file, `parquet` or `csv`; returns the files.

        One shard after the other, so that a campaign need not fit into memory.
        """
        if file_format not in ("parquet", "csv"):
            raise input_error("format", file_format, "must be 'parquet' or 'csv'")
        store = Store(folder)
        names = self.table_names
        if not names:
            raise input_error("folder", str(self.folder), "no block is done")
        return [self._write_table(store.path(f"{name}.{file_format}"), name) for name in names]

    def _write_table(self, target: Path, name: str) -> Path:
        temporary = target.with_name(f"{TEMPORARY}{os.getpid()}-{target.name}")
        try:
            with open(temporary, "wb") as file:
                writer: Any = None
                for number in range(len(self.plan.cells)):
                    for block in self.plan.blocks_of(number):
                        shard = self.shard(block)
                        if shard is None:
                            continue
                        table = arrow_table(shard.files[name]).replace_schema_metadata(None)
                        writer = writer or _writer(file, table.schema, target.suffix)
                        writer.write_table(table)
                if writer is not None:
                    writer.close()
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)
        return target


def merge(
    folders: Sequence[str | os.PathLike[str]], out: str | os.PathLike[str], *, allow_other_code: bool = False
) -> Campaign:
    """The campaign in the folder `out` with the shards of several folders of the same plan.

    Raises `InputError` for folders of different campaigns or code, `ComputationError` where the same code has given two
    different shards of one block.
    """
    if not folders:
        raise input_error("folders", list(folders), "name at least one folder of a campaign")
    sources = [Campaign.open(folder) for folder in folders]
    plan = sources[0].plan
    for source in sources:
        difference = plan.difference(source.plan)
        if difference:
            raise input_error("folders", str(source.folder), f"holds another campaign: {difference}")
        if source.plan.code != plan.code and not allow_other_code:
            raise input_error("folders", str(source.folder), f"was begun by other code ({source.plan.code})")
    merged = Campaign.begin(plan, out)
    assert merged.folder is not None
    with Store(merged.folder).reserved():
        for source in sources:
            for block in plan.blocks:
                shard = source.shard(block)
                if shard is None:
                    continue
                if shard.code != plan.code and not allow_other_code:
                    rule = f"{block.name} was made by other code ({shard.code}, not {plan.code})"
                    raise input_error("folders", str(source.folder), rule)
                there = merged.shard(block)
                if there is None:
                    merged._keep(block, shard)
                elif there.code == shard.code and there.files != shard.files:
                    raise ComputationError(f"{block} in {source.folder} differs from another one by the same code")
    return merged


@contextlib.contextmanager
def _disk(failure: str) -> Iterator[None]:
    """Errors of the disk as errors that say what was lost: never a finished block."""
    try:
        yield
    except OSError as problem:
        reason = "the disk is full" if problem.errno in (errno.ENOSPC, errno.EDQUOT) else str(problem)
        raise ComputationError(f"{failure}: {reason}. Finished blocks are kept: make room and run again") from problem


def _here(function: Callable[[Any], Any], cells: Any) -> Any:
    return process_map(function, cells, 1)


def _writer(file: Any, schema: pyarrow.Schema, suffix: str) -> Any:
    if suffix == ".csv":
        from pyarrow import csv

        return csv.CSVWriter(file, schema)
    from pyarrow import parquet

    return parquet.ParquetWriter(file, schema, compression="snappy")
