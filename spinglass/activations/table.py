"""Tables of (x, f(x)) in CSV files."""

from __future__ import annotations

import csv
import math
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import InputError, input_error

_MAX_BYTES = 50_000_000


def read_table(path: str | os.PathLike[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The columns x and f(x) of a CSV file, with or without a header line; shapes (n,), n >= 2.

    Columns are separated by commas, semicolons or tabs; blank lines and lines that start with # are skipped.
    x must be strictly increasing and every entry finite; an error names the file, the line and the rule. Give the
    result to `Activation.from_table(*read_table(path))`.
    """
    file = Path(path)
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise input_error("path", str(path), "is larger than 50 MB, too large for a table of (x, f(x))")
        content = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise input_error("path", str(path), f"cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise input_error("path", str(path), "is not a text file in UTF-8") from None
    numbered = [(i, line) for i, line in enumerate(content.splitlines(), start=1)]
    numbered = [(i, line) for i, line in numbered if line.strip() and not line.lstrip().startswith("#")]
    sample = numbered[-1][1] if numbered else ""
    separator = next((mark for mark in (";", "\t", ",") if mark in sample), ",")
    xs: list[float] = []
    ys: list[float] = []
    for position, (line_number, line) in enumerate(numbered):
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]
        except (csv.Error, StopIteration):
            raise _line_error(path, line_number, line, "is not a line of CSV") from None
        if len(cells) != 2:
            raise _line_error(path, line_number, line, f"must hold two columns x and f(x), found {len(cells)}")
        try:
            x, y = float(cells[0]), float(cells[1])
        except ValueError:
            if position == 0 and not any(_is_number(cell) for cell in cells):
                continue  # the header
            raise _line_error(path, line_number, line, "must hold two numbers") from None
        if not (math.isfinite(x) and math.isfinite(y)):
            raise _line_error(path, line_number, line, "must hold finite numbers (no NaN, no infinity)")
        if xs and x <= xs[-1]:
            raise _line_error(path, line_number, line, f"x must be strictly increasing; it follows {xs[-1]!r}")
        xs.append(x)
        ys.append(y)
    if len(xs) < 2:
        raise input_error("path", str(path), f"a table needs at least 2 points, found {len(xs)}")
    return np.array(xs), np.array(ys)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _line_error(path: str | os.PathLike[str], number: int, line: str, rule: str) -> InputError:
    return input_error("path", str(path), f"line {number} ({line.strip()[:60]!r}) {rule}")
