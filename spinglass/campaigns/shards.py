"""Shards: the tables of one block as Parquet files in a folder that is whole or absent.

A shard is a folder with one Parquet file per table and `block.json`, which says what the block is, which code made it,
and the SHA-256 of every file. It is written under a temporary name, synchronised, and renamed. A block is done if and
only if its shard exists and every checksum holds.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import ComputationError, InputError, SpinGlassError
from spinglass.campaigns.plan import Block, code_digest, imported
from spinglass.campaigns.store import TEMPORARY, sync_folder
from spinglass.campaigns.streams import stream

if TYPE_CHECKING:
    import pyarrow

RECORD = "block.json"
_ONE_AT_A_TIME = threading.Lock()  # limits on the threads of linear algebra hold for a process, not for a thread

Table = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Shard:
    """A computed block: which code made it, and the Parquet file of each table."""

    code: str
    files: Mapping[str, bytes]

    def table(self, name: str) -> Table:
        """The columns of one table."""
        return _arrays(self.files[name])


def compute_block(block: Block) -> Shard | str:
    """The shard of a block, or what went wrong: the failure of one block must not end the others.

    An `InputError` of the function is raised: it is about the parameters, and all blocks have the same.
    """
    from spinglass._jit import one_blas_thread

    function = imported(block.function)
    if function is None:
        return f"{block}: {block.function} cannot be imported by the process that computes"
    parameters = json.loads(block.parameters)
    rows: dict[str, dict[str, list[NDArray[Any]]]] = {}
    with _ONE_AT_A_TIME, one_blas_thread():
        for sample in range(block.first, block.first + block.samples):
            try:
                tables = function(parameters, stream(block.seed, *block.key, sample))
                _append(rows, tables, block.cell, sample)
            except InputError as problem:
                raise InputError(f"{block}: {problem}") from None
            except SpinGlassError as problem:
                return f"{block}: sample {sample}: {problem}"
    code = code_digest(block.function)
    mark = {"spinglass": json.dumps({**block.identity(), "code": code})}
    files = {
        name: _parquet({key: np.concatenate(parts) for key, parts in columns.items()}, mark)
        for name, columns in rows.items()
    }
    return Shard(code, files)


def _append(
    rows: dict[str, dict[str, list[NDArray[Any]]]], tables: Mapping[str, Mapping[str, Any]], cell: int, sample: int
) -> None:
    """Add the tables of one sample; every row begins with the numbers of its cell and its sample."""
    for name, columns in tables.items():
        arrays = {key: np.atleast_1d(np.asarray(values)) for key, values in columns.items()}
        lengths = {array.shape for array in arrays.values()}
        if len(lengths) != 1 or len(next(iter(lengths))) != 1:
            raise ComputationError(f"the columns of table {name!r} differ in shape: {sorted(lengths)}")
        (length,) = next(iter(lengths))
        whole: Table = {
            "cell": np.full(length, cell, dtype=np.int32),
            "sample": np.full(length, sample, dtype=np.int64),
            **arrays,
        }
        target = rows.setdefault(name, {key: [] for key in whole})
        if target.keys() != whole.keys():
            raise ComputationError(f"table {name!r} has columns {list(whole)}, before {list(target)}")
        for key, array in whole.items():
            target[key].append(array)


def _parquet(columns: Table, metadata: Mapping[str, str]) -> bytes:
    """One Parquet file; NaN, which is no number, is stored as an absent value."""
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table({name: pyarrow.array(values, from_pandas=True) for name, values in columns.items()})
    sink = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata(dict(metadata)), sink, compression="snappy")
    return sink.getvalue()


def arrow_table(content: bytes) -> pyarrow.Table:
    """The Arrow table in the bytes of a Parquet file."""
    import pyarrow
    from pyarrow import parquet

    return parquet.ParquetFile(pyarrow.BufferReader(content)).read(use_threads=False)


def _arrays(content: bytes) -> Table:
    table = arrow_table(content)
    return {name: table.column(name).to_numpy() for name in table.column_names}


def write_shard(folder: Path, block: Block, shard: Shard) -> None:
    """Write the shard of a block below the folder of a campaign, whole or not at all. May raise `OSError`."""
    target = folder / block.name
    record: dict[str, Any] = {
        **block.identity(),
        "code": shard.code,
        "files": {f"{name}.parquet": hashlib.sha256(content).hexdigest() for name, content in shard.files.items()},
    }
    record["checksum"] = _checksum(record)
    contents = {f"{name}.parquet": content for name, content in shard.files.items()}
    contents[RECORD] = (json.dumps(record, indent=2) + "\n").encode()
    if not target.parent.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        sync_folder(target.parent.parent)
        sync_folder(folder)
    temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=TEMPORARY))
    try:
        for name, content in contents.items():
            with open(temporary / name, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        os.chmod(temporary, 0o755)  # mkdtemp makes folders that only their owner can read
        sync_folder(temporary)
        if target.exists():  # what is there is not whole, else the block would not have been computed
            os.replace(target, temporary / "damaged")
            shutil.rmtree(temporary / "damaged")
        os.replace(temporary, target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    sync_folder(target.parent)


def read_shard(folder: Path, block: Block) -> Shard | None:
    """A whole shard; None when it is absent, damaged, or not of this block."""
    place = folder / block.name
    files: dict[str, bytes] = {}
    try:
        record = json.loads((place / RECORD).read_bytes())
        if record.pop("checksum") != _checksum(record):
            return None
        if any(record[key] != value for key, value in block.identity().items()):
            return None
        for name, digest in record["files"].items():
            content = (place / name).read_bytes()
            if hashlib.sha256(content).hexdigest() != digest:
                return None
            files[name.removesuffix(".parquet")] = content
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Shard(record["code"], files)


def _checksum(record: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def remove_leftovers(folder: Path, older_than: float) -> None:
    """Remove temporary folders of shards that were last touched before a time: what killed runs left."""
    for leftover in folder.glob(f"shards/*/{TEMPORARY}*"):
        with contextlib.suppress(OSError):  # another run may finish it just now
            if leftover.stat().st_mtime < older_than:
                shutil.rmtree(leftover)


def joined(tables: Sequence[Table]) -> Table:
    """Tables with the same columns, one below the other."""
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
