"""What a folder of tables says in words and in tables to read: question, answer, verdicts, every comparison."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from spinglass.reports.tables import Group, ReportFolder, Row, listed, number, shortest


@dataclass(frozen=True)
class Cell:
    """A cell of a sortable table: what is shown and what it is sorted by."""

    text: str
    key: Any = None
    kind: str = "text"  # "text" or "number": alignment

    @property
    def sort_key(self) -> str:
        return str(self.text if self.key is None else self.key)


def number_cell(value: float | None, digits: int = 4) -> Cell:
    """A cell with a number, sorted by its full value; cells without a value sort last."""
    key = "nan" if value is None or math.isnan(value) else repr(float(value))
    return Cell(number(value, digits), key, "number")


def shortest_cell(value: float | None) -> Cell:
    """A cell with an integer or a number that somebody chose (a knot, a slope)."""
    return Cell(shortest(value), number_cell(value).key, "number")


@dataclass(frozen=True)
class SortableTable:
    """A table of the page with its caption, header (text, alignment) and body."""

    caption: str
    header: list[tuple[str, str]]
    body: list[list[Cell]]


def question(folder: ReportFolder) -> str:
    """The question of the page."""
    return str(
        folder.summary.get("question") or "How does the activation function change the number of critical points?"
    )


def answer(folder: ReportFolder) -> str:
    """The stored answer, or one sentence from the limits of the total ratio."""
    if folder.summary.get("answer"):
        return str(folder.summary["answer"])
    known = [
        row
        for row in folder.rows("activations")
        if row["total_ratio"] is not None and math.isfinite(row["total_ratio"])
    ]
    if not known:
        return "The folder holds no ratios yet."
    row = max(known, key=lambda r: abs(math.log(r["total_ratio"])) if r["total_ratio"] > 0 else math.inf)
    return (
        f"Against {folder.reference_label}, the mean total number of critical points changes most for {row['label']} "
        f"at depth {row['depth']}: by a factor {number(row['total_ratio'])} in the limit of many spins."
    )


def verdict_line(folder: ReportFolder) -> str:
    """What the simulation says, in one sentence with numbers."""
    summary, rows = folder.summary, folder.rows("simulation")
    if not rows and "worst_z" not in summary:
        if folder.settings.get("samples") and folder.settings.get("simulated_p", 3) is None:
            return "No simulation: complete enumeration serves depth 3, which is not among the depths."
        return "No simulation is stored in this folder."
    scores = [abs(row["z"]) for row in rows if row["z"] is not None]
    stored = summary.get("worst_z")
    worst = max(scores, default=None) if stored is None else abs(float(stored))  # infinity is stored as "inf"
    count = summary.get("n_comparisons", len(rows))
    text = f"{count} comparisons of exact theory with complete enumeration: largest |z| = {number(worst, 3)}"
    critical = summary.get("z_critical", folder.settings.get("z_critical"))
    if critical is not None:
        text += f", bound {number(critical, 3)}"
    rate = summary.get("family_wise_error", folder.settings.get("family_wise_error"))
    if rate is not None:
        text += f" at a family-wise error rate of {rate}"
    census = summary.get("simulation_census") or {}
    if census.get("samples"):
        text += f"; {census.get('complete', 0)} of {census['samples']} enumerations are complete"
    return text + "."


def group_label(folder: ReportFolder, row: Row) -> str:
    """Joint label of the group of a row of the simulation."""
    return " = ".join(folder.labels.get(key, key) for key in str(row["activations"]).split(";"))


def verdict_rows(folder: ReportFolder) -> list[dict[str, Any]]:
    """One record per group: its largest total, the extreme z-score and whether all its comparisons agree."""
    groups: dict[str, list[Row]] = {}
    for row in folder.rows("simulation"):
        groups.setdefault(row["group"], []).append(row)
    records = []
    for rows in groups.values():
        totals = [row for row in rows if row["quantity"] == "total"] or rows
        row = max(totals, key=lambda r: r["n_spins"])
        worst = max((abs(r["z"]) for r in rows if r["z"] is not None), default=None)
        judged = [r["agrees"] for r in rows if r["agrees"] is not None]
        records.append(
            {
                "label": group_label(folder, row),
                "claim": f"mean total number, p\u00a0=\u00a0{row['depth']}, N\u00a0=\u00a0{row['n_spins']}",
                "row": row,
                "worst_z": worst,
                "comparisons": len(rows),
                "agrees": all(judged) if judged else None,
            }
        )
    return records


def _verdict_word(agrees: bool | None) -> str:
    return "–" if agrees is None else "✓ agrees" if agrees else "✗ disagrees"


def _plus_minus(mean: float | None, error: float | None) -> str:
    """Mean ± standard error with as many decimals as two digits of the error need."""
    if mean is None or error is None or not error > 0 or not math.isfinite(error):
        return number(mean)
    decimals = max(0, 1 - math.floor(math.log10(error)))
    return f"{mean:.{decimals}f} ± {error:.{decimals}f}".replace("-", "−")


def verdict_table(folder: ReportFolder) -> SortableTable | None:
    """The verdict table of the first screen."""
    records = verdict_rows(folder)
    if not records:
        return None
    body = []
    for record in records:
        row = record["row"]
        body.append(
            [
                Cell(record["label"]),
                Cell(record["claim"]),
                number_cell(row["theory"], 5),
                Cell(_plus_minus(row["mean"], row["standard_error"]), row["mean"], "number"),
                number_cell(row["z"], 2),
                Cell(f"{number(record['worst_z'], 3)} of {record['comparisons']}", record["worst_z"], "number"),
                Cell(_verdict_word(record["agrees"])),
            ]
        )
    header = [
        ("activation", "text"),
        ("claim", "text"),
        ("theory", "number"),
        ("simulation", "number"),
        ("z", "number"),
        ("largest |z|", "number"),
        ("verdict", "text"),
    ]
    return SortableTable("Exact theory against complete enumeration", header, body)


def comparison_table(folder: ReportFolder) -> SortableTable | None:
    """Every comparison of the simulation."""
    rows = folder.rows("simulation")
    if not rows:
        return None
    header = [
        ("activation", "text"),
        ("N", "number"),
        ("quantity", "text"),
        ("theory", "number"),
        ("simulation", "number"),
        ("z", "number"),
        ("p-value", "number"),
        ("detectable", "number"),
        ("verdict", "text"),
    ]
    body = []
    for row in rows:
        what = row["quantity"]
        if row["index"] is not None:
            what += f" {row['index']}"
        if row["bin_low"] is not None or row["bin_high"] is not None:
            what += f" ({number(row['bin_low'], 3)}, {number(row['bin_high'], 3)})"
        detectable = row["detectable"]
        percent = Cell("–" if detectable is None else f"{100 * detectable:.2g} %", detectable, "number")
        body.append(
            [
                Cell(group_label(folder, row)),
                shortest_cell(row["n_spins"]),
                Cell(
                    what,
                    f"{row['quantity']} {row['index'] if row['index'] is not None else row['bin_low'] or 0:+09.3f}",
                ),
                number_cell(row["theory"], 5),
                Cell(_plus_minus(row["mean"], row["standard_error"]), row["mean"], "number"),
                number_cell(row["z"], 2),
                number_cell(row["p_value"], 2),
                percent,
                Cell(_verdict_word(row["agrees"])),
            ]
        )
    caption = "Every comparison; detectable: the relative deviation that would be noticed with 90 % power"
    return SortableTable(caption, header, body)


def overview_table(folder: ReportFolder) -> SortableTable | None:
    """Slope, intercept, ρ₁ and the ratio at each depth, one row per activation."""
    depths = folder.depths
    if not depths:
        return None
    header = [("activation", "text"), ("E α", "number"), ("E β", "number"), ("ρ₁", "number")]
    header += [(f"R_tot, p = {depth}", "number") for depth in depths]
    header += [("R(u) = ∞", "text"), (f"same as {folder.reference_label}", "text")]
    body = []
    for key, label in folder.labels.items():
        rows = {row["depth"]: row for row in folder.rows("activations", activation=key)}
        first = rows[min(rows)]
        diverges = "; ".join(f"p = {d}: {row['divergence']}" for d, row in rows.items() if row["divergence"])
        body.append(
            [
                Cell(label),
                number_cell(first["mean_slope"]),
                number_cell(first["mean_intercept"]),
                number_cell(first["rho_1"]),
                *(number_cell(rows[d]["total_ratio"]) if d in rows else number_cell(None) for d in depths),
                Cell(diverges or "nowhere"),
                Cell("yes" if all(row["same_as_reference"] for row in rows.values()) else "no"),
            ]
        )
    return SortableTable("The activations side by side", header, body)


def controls_table(folder: ReportFolder) -> SortableTable | None:
    """Negative controls: wrong claims that the simulation has to reject."""
    rows = folder.rows("controls")
    if not rows:
        return None
    labels = {row["group"]: group_label(folder, row) for row in folder.rows("simulation")}
    header = [("wrong claim", "text"), ("activation", "text"), ("N", "number"), ("z", "number"), ("outcome", "text")]
    body = [
        [
            Cell(row["control"] or "–"),
            Cell(group_label(folder, row) if row["activations"] else labels.get(row["group"], row["group"] or "–")),
            shortest_cell(row["n_spins"]),
            number_cell(row["z"], 3),
            Cell("✓ rejected" if row["rejected"] else "✗ not rejected"),
        ]
        for row in rows
    ]
    return SortableTable("Wrong claims put to the same test", header, body)


def rejected_line(folder: ReportFolder) -> str:
    """How many of the wrong claims are rejected, and what it means when some are not."""
    rows = folder.rows("controls")
    rejected = sum(bool(row["rejected"]) for row in rows)
    text = f"{rejected} of {len(rows)} are rejected."
    if rejected < len(rows):
        text += " The others cannot be told from the truth with this number of samples."
    return text


def coincidences(folder: ReportFolder) -> list[str]:
    """A sentence for every set of activations that coincide."""
    if not folder.depths:
        return []
    sentences = []
    for group in folder.groups():
        if len(group.labels) > 1:
            why = " (every ρ is zero: the pure spin glass)" if group.is_reference and _all_zero(folder, group) else ""
            sentences.append(
                f"{listed(group.labels)} have equal ρ{why}, so all their numbers coincide; they are computed and "
                "simulated once."
            )
    return sentences


def _all_zero(folder: ReportFolder, group: Group) -> bool:
    rows = folder.rows("activations", activation=group.first)
    return all(not row[f"rho_{level}"] for row in rows for level in folder.levels)
