"""Stored tables: the folder that a comparison leaves behind, read with types and written in one piece.

A folder holds `data/*.csv` (header row, UTF-8, full precision, empty cell = not available), `data/settings.json` and
`summary.json`. Everything in this room is drawn from these files and from nothing else.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from spinglass._errors import input_error
from spinglass.campaigns import table_text

Row = dict[str, Any]


def _truth(text: str) -> bool:
    known = {"true": True, "false": False, "1": True, "0": False}
    if text.lower() not in known:
        raise ValueError("must be true or false")
    return known[text.lower()]


def _integer(text: str) -> int:
    value = float(text)
    if not value.is_integer():
        raise ValueError("must be an integer")
    return int(value)


_TYPES: dict[str, Callable[[str], Any]] = {"s": str, "f": float, "i": _integer, "b": _truth}

# Column names by type: s text, f number (inf allowed), i integer, b true or false. A column after "?" may be absent;
# rho_* stands for as many columns rho_2, rho_3, … as there are.
_SCHEMAS: dict[str, str] = {
    "activations": "activation:s label:s depth:i mean_slope:f mean_intercept:f rho_1:f group:s same_as_reference:b "
    "total_ratio:f ? formula:s derivative:s kind:s n_sections:i divergence:s note:s rho_*:f",
    "sections": "activation:s section:i left:f right:f slope:f intercept:f ? probability:f",
    "activation_curves": "activation:s x:f value:f derivative:f",
    "complexity_curves": "p:i index:s energy_density:f complexity:f",
    "thresholds": "p:i name:s value:f",
    "ratio_curves": "activation:s depth:i energy_density:f ratio:f",
    "exact_counts": "activation:s depth:i n_spins:i mean_count:f reference_count:f ratio:f",
    "exact_densities": "activation:s depth:i n_spins:i energy_density:f density:f reference_density:f",
    "simulation": "group:s activations:s depth:i n_spins:i quantity:s theory:f mean:f standard_error:f samples:i z:f "
    "? bin_low:f bin_high:f index:i p_value:f agrees:b detectable:f",
    "rank_one_law": "x:f s:f n:i ratio:f law:f scaled_error:f",
    "approaches": "p:i quantity:s order:f n_spins:i exact:f asymptotic:f ratio:f error_term:f "
    "? energy_density:f rho:f index:i",
    "phase_diagram": "p:i strength:f energy_density:f phase:s latitude:f complexity:f shift:f spike:f index:i",
    "phase_boundaries": "p:i kind:s energy_density:f strength:f ? below:s above:s continuous:b",
    "latitude_rates": "p:i strength:f latitude:f complexity:f minima:f",
    "signals": "p:i kind:s strength:f latitude:f height:f",
    "trivialisation": "p:i gaussian:b n_spins:i h:f rate:f critical:f",
    "edge_densities": "n:i k:i s:f density:f",
    "index_densities": "p:i n_spins:i rho:f index:i energy_density:f density:f",
    "sizes": "n_spins:i samples:i planned:i complete:i mean_count:f ? certified:i n_paths:i n_retracked:i n_failed:i "
    "standard_error:f exact_mean_count:f no_exact_values:s",
    "incomplete": "n_spins:i sample:i count:i n_solutions:i n_expected:i n_failed:i ? conjugation_closed:b "
    "euler_characteristic:i smallest_curvature:f",
    "comparisons": "n_spins:i quantity:s theory:f mean:f standard_error:f z:f ? index:i bin_low:f bin_high:f",
    "census_points": "n_spins:i sample:i energy_density:f index:i",
    "mean_indices": "n_spins:i energy_density:f mean:f low:f high:f limit:f",
    "density_minima": "n_spins:i energy_density:f density:f",
    "minima_bins": "n_spins:i bin_low:f bin_high:f theory:f mean:f standard_error:f samples:i z:f",
    "count_growth": "population:s kind:s n_spins:i count:f standard_error:f samples:i rate:f",
    "final_energies": "n_spins:i kind:s energy_density:f standard_error:f count:i",
    "energy_levels": "kind:s value:f standard_error:f",
    "spectrum_bins": "n_spins:i points_of:s points:i bin_low:f bin_high:f density:f standard_error:f limit:f",
    "spectrum_marks": "n_spins:i points_of:s kind:s value:f standard_error:f",
    "controls": "control:s group:s n_spins:i z:f rejected:b ? activations:s quantity:s",
}


def table_names() -> tuple[str, ...]:
    """Names of the tables that a folder may hold."""
    return tuple(_SCHEMAS)


def read_table(path: Path, name: str) -> list[Row]:
    """Rows of one stored table with typed cells; an empty cell is None. Errors name file, line, column and rule."""
    required, _, optional = _SCHEMAS[name].partition("?")
    columns = dict(item.split(":") for item in (required + optional).split())
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        absent = [
            item.split(":")[0] for item in required.split() if item.split(":")[0] not in (reader.fieldnames or [])
        ]
        if absent:
            raise input_error("folder", str(path.parent), f"{path.name} must have a column {absent[0]!r}")
        if columns.pop("rho_*", None):
            columns.update({column: "f" for column in reader.fieldnames or [] if re.fullmatch(r"rho_\d+", column)})
        rows: list[Row] = []
        for record in reader:
            row: Row = {}
            for column, kind in columns.items():
                text = record.get(column)
                try:
                    row[column] = None if text is None or text == "" else _TYPES[kind](text)
                except ValueError as error:
                    rule = f"{path.name}, line {reader.line_num}, column {column!r}: cannot read {text!r} ({error})"
                    raise input_error("folder", str(path.parent), rule) from None
            rows.append(row)
    return rows


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file, or an empty one when the file is absent."""
    if not path.exists():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise input_error("folder", str(path.parent), f"{path.name} must hold valid JSON ({error})") from None
    if not isinstance(value, dict):
        raise input_error("folder", str(path.parent), f"{path.name} must hold a JSON object")
    return value


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV, with every column that some row has."""
    return table_text(list(dict.fromkeys(column for row in rows for column in row)), rows)


@dataclass(frozen=True)
class Group:
    """Activations that share their field at the depths considered, and so every number that is drawn of them."""

    activations: tuple[str, ...]
    labels: tuple[str, ...]
    is_reference: bool

    @property
    def first(self) -> str:
        """The activation whose rows and whose colour and marker stand for the group."""
        return self.activations[0]

    @property
    def label(self) -> str:
        """All labels joined by equality signs."""
        return " = ".join(self.labels)


@dataclass(frozen=True)
class ReportFolder:
    """A folder of stored tables; every table is read once, when first asked for.

    Raises `InputError` when the folder does not exist or a table cannot be read.
    """

    path: Path
    _cache: dict[str, list[Row]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.path.is_dir():
            raise input_error("folder", str(self.path), "must be an existing folder with stored tables")

    @cached_property
    def settings(self) -> dict[str, Any]:
        """`data/settings.json`."""
        return read_json(self.path / "data" / "settings.json")

    @cached_property
    def summary(self) -> dict[str, Any]:
        """`summary.json`."""
        return read_json(self.path / "summary.json")

    def rows(self, table: str, /, **where: Any) -> list[Row]:
        """Rows of a table with the given cells; no rows when the table is absent."""
        if table not in self._cache:
            path = self.path / "data" / f"{table}.csv"
            self._cache[table] = read_table(path, table) if path.exists() else []
        return [row for row in self._cache[table] if all(row[key] == value for key, value in where.items())]

    def missing(self, names: Iterable[str]) -> list[str]:
        """Those of the named tables that are absent or empty."""
        return [name for name in names if not self.rows(name)]

    @cached_property
    def labels(self) -> dict[str, str]:
        """Label of each activation, in the order of the table."""
        return {row["activation"]: row["label"] or row["activation"] for row in self.rows("activations")}

    @cached_property
    def reference(self) -> str:
        """Key of the activation that the others are compared with."""
        return str(self.settings.get("reference", "relu"))

    @cached_property
    def levels(self) -> list[int]:
        """Levels ℓ of the columns rho_ℓ in the table of activations."""
        rows = self.rows("activations")
        return (
            sorted(int(column.removeprefix("rho_")) for column in rows[0] if column.startswith("rho_")) if rows else []
        )

    @property
    def reference_label(self) -> str:
        """Label of the activation that the others are compared with."""
        return self.labels.get(self.reference, "ReLU" if self.reference == "relu" else self.reference)

    @cached_property
    def depths(self) -> list[int]:
        """Depths in the table of activations, ascending."""
        return sorted({row["depth"] for row in self.rows("activations")})

    def groups(self, *depths: int) -> list[Group]:
        """Groups of activations that coincide at all the given depths (default: at every depth), reference first."""
        chosen = depths or tuple(self.depths)
        keys: dict[str, list[Any]] = {}
        same: dict[str, bool] = {}
        for row in self.rows("activations"):
            if row["depth"] in chosen:
                keys.setdefault(row["activation"], []).append((row["depth"], row["group"]))
                same[row["activation"]] = same.get(row["activation"], True) and bool(row["same_as_reference"])
        members: dict[tuple[Any, ...], list[str]] = {}
        for activation, key in keys.items():
            members.setdefault(tuple(sorted(key)), []).append(activation)
        groups = []
        for names in members.values():
            ordered = tuple(sorted(names, key=lambda name: name != self.reference))
            is_reference = self.reference in names or all(same[name] for name in names)
            groups.append(Group(ordered, tuple(self.labels[name] for name in ordered), is_reference))
        return sorted(groups, key=lambda group: not group.is_reference)

    def threshold(self, p: int, name: str = "E_inf") -> float | None:
        """A stored threshold (E_inf, E_0, …), or None."""
        return next((float(row["value"]) for row in self.rows("thresholds", p=p, name=name)), None)

    def provenance(self) -> str:
        """Seed, version and digest in one sentence part, for captions."""
        parts = []
        if "seed" in self.settings:
            parts.append(f"seed {self.settings['seed']}")
        parts.append(f"spinglass {self.settings.get('version', 'of unknown version')}")
        if self.settings.get("code_digest"):
            parts.append(f"code digest {str(self.settings['code_digest'])[:12]}")
        return ", ".join(parts)


def listed(values: Iterable[Any], last: str = "and") -> str:
    """Values as a phrase: "3", "3 and 4", "3, 4 and 5"."""
    words = [str(value) for value in values]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else "none"


def sizes(values: Iterable[int]) -> str:
    """System sizes as a phrase, runs of consecutive numbers as a range: "3…8", "4, 8, 16 and 32"."""
    ordered = sorted(set(values))
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{ordered[0]}…{ordered[-1]}"
    return listed(ordered)


def number(value: float | None, digits: int = 4, missing: str = "–") -> str:
    """A number for readers: a fixed number of significant digits, a true minus sign, ∞ for infinities."""
    if value is None or math.isnan(value):
        return missing
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    fixed = -4 <= magnitude < 7
    text = f"{value:.{max(0, digits - 1 - magnitude)}f}" if fixed else f"{value:.{digits - 1}e}"
    return text.replace("-", "−")


def with_error(row: Row, column: str = "value") -> str:
    """A value to the second digit of its standard error, with it: "−1.533 ± 0.069"; four digits without an error."""
    error = row["standard_error"]
    if error is None or not error > 0:
        return number(row[column], 4)
    digits = max(0, 1 - math.floor(math.log10(error)))
    return f"{row[column]:.{digits}f} ± {error:.{digits}f}".replace("-", "−")


def shortest(value: float | None, digits: int = 6) -> str:
    """A number as its author would write it: up to `digits` significant digits, no trailing zeros."""
    if value is None or not math.isfinite(value):
        return number(value)
    return f"{value:.{digits}g}".replace("-", "−")
