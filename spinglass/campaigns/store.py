"""A folder of results in which every file is whole: written beside its place, synchronised, then renamed.

A process killed at any moment leaves finished files and at most one temporary file, whose name starts with a dot and
which a later run removes.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import json
import math
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import input_error

TEMPORARY = ".incomplete-"
LEFTOVER_AGE = 60.0  # seconds; a file is written in far less, so an older one belongs to a run that was killed


def table_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """One tidy table as CSV: None and absent values are empty cells, floats keep all digits, truth is in lower case."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(columns), extrasaction="raise", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return text.getvalue()


def write_whole(target: Path, content: bytes | str) -> Path:
    """Write a whole file or none: a temporary file in the same folder, flushed to disk, then renamed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # mkstemp makes files that only their owner can read
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    sync_folder(target.parent)
    return target


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to disk, where the system can do that: a rename lasts only then."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    except OSError as problem:
        if problem.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system without this
            raise
    finally:
        os.close(handle)


class Store:
    """The output folder of a run.

    The folder is created if it does not exist, and tried at once with a temporary file: a folder that cannot be
    written is refused before any work starts.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        if not os.fspath(folder):
            raise input_error("out", folder, "must name a folder")
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=TEMPORARY):
                pass
        except OSError as problem:
            reason = problem.strerror or problem
            raise input_error("out", str(folder), f"the output folder cannot be written: {reason}") from None
        for leftover in self.folder.rglob(TEMPORARY + "*"):
            with contextlib.suppress(OSError):  # another run may finish it just now
                if time.time() - leftover.stat().st_mtime > LEFTOVER_AGE:
                    leftover.unlink()

    @contextlib.contextmanager
    def reserved(self) -> Iterator[None]:
        """Hold the folder for one run: a second run of the same machine is refused before it mixes its files in.

        The operating system ends the reservation with the process, however that ends. Where it has no such locks,
        nothing is reserved.
        """
        try:
            import fcntl
        except ImportError:
            yield
            return
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise input_error("out", str(self.folder), "another run is writing into this folder") from None
            except OSError:
                pass  # a file system without locks
            yield
        finally:
            os.close(handle)

    def path(self, name: str) -> Path:
        return self.folder / name

    def write_bytes(self, name: str, content: bytes) -> Path:
        """Write a whole file or none."""
        return write_whole(self.path(name), content)

    def write_text(self, name: str, text: str) -> Path:
        return write_whole(self.path(name), text)

    def write_json(self, name: str, content: Mapping[str, Any]) -> Path:
        """A JSON object; infinities become the strings "inf" and "-inf", and NaN is refused."""
        return self.write_text(name, json.dumps(plain(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def read_json(self, name: str) -> Any:
        """The content of a JSON file, or None when it is absent or damaged."""
        try:
            return json.loads(self.path(name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def remove(self, name: str) -> None:
        """Remove a file if it is there."""
        self.path(name).unlink(missing_ok=True)

    def write_table(self, name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Path:
        """One tidy CSV table, as `table_text` writes it."""
        return self.write_text(name, table_text(columns, rows))

    def write_arrays(self, name: str, **arrays: NDArray[Any]) -> Path:
        """Arrays in one `.npz` file (its zip directory holds a checksum of each)."""
        content = io.BytesIO()
        np.savez(content, **arrays)  # type: ignore[arg-type]
        return self.write_bytes(name, content.getvalue())

    def read_arrays(self, name: str) -> dict[str, NDArray[Any]] | None:
        """The arrays of a file, or None when it is absent or damaged (a damaged block is computed again)."""
        try:
            with np.load(io.BytesIO(self.path(name).read_bytes()), allow_pickle=False) as file:
                return {key: file[key] for key in file.files}
        except Exception:  # zipfile, numpy and the operating system each have their own error for a damaged file
            return None


def plain(value: Any) -> Any:
    """A value as JSON has it: numpy's types as Python's, infinities as the strings "inf" and "-inf"."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (np.bool_, np.integer, np.floating)):
        value = value.item()
    if isinstance(value, float) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return value


def _cell(value: Any) -> str:
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)
