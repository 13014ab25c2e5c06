"""The page of a comparison: one self-contained HTML file made from the stored tables and the written figures.

The first screen holds the question, the answer in one sentence with numbers, the verdict table and one figure; then
come the other figures, the activations one by one, the negative controls, and settings and provenance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from spinglass.campaigns import write_whole
from spinglass.reports.contents import PAGE_NAME, draw, files, settings, template, written_figures
from spinglass.reports.tables import ReportFolder, listed, number
from spinglass.reports.verdicts import (
    Cell,
    SortableTable,
    answer,
    coincidences,
    comparison_table,
    controls_table,
    number_cell,
    overview_table,
    question,
    rejected_line,
    shortest_cell,
    verdict_line,
    verdict_table,
)

_FIRST_FIGURE = "total-ratio"
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def write_report(
    folder: str | Path,
    *,
    figures: Iterable[str] | None = None,
    on_figure: Callable[[str], None] | None = None,
) -> Path:
    """Write all figures and the page of a folder of stored tables; the path of the page.

    `figures` names those to draw anew (default: all); the page shows every figure that exists afterwards. Figures whose
    tables are absent are left out, and the page says so. `on_figure` is called with the name of each figure when it is
    finished or left out. Figures are finished one after another and whole files only, so that an interrupted run keeps
    those that it has written. Raises `InputError` for an unknown figure, a folder that does not exist, or a table that
    cannot be read.
    """
    source = ReportFolder(Path(folder))
    draw(source, "comparison", figures, on_figure)
    return write_page(source)


def write_page(folder: str | Path | ReportFolder) -> Path:
    """Write `index.html` from the stored tables and the figures written before; its path."""
    source = folder if isinstance(folder, ReportFolder) else ReportFolder(Path(folder))
    shown, absent = written_figures(source, "comparison")
    text = template("report.html.j2").render(
        question=question(source),
        answer=answer(source),
        verdict=source.summary.get("verdict"),
        verdict_line=verdict_line(source),
        verdicts=verdict_table(source),
        first=next((f for f in shown if f["name"] == _FIRST_FIGURE), None),
        shown=[f for f in shown if f["name"] != _FIRST_FIGURE],
        absent=absent,
        overview=overview_table(source),
        activations=[_activation(source, key) for key in source.labels],
        coincidences=coincidences(source),
        comparisons=comparison_table(source),
        controls=controls_table(source),
        rejected=rejected_line(source),
        settings=settings(source),
        files=files(source, "comparison"),
    )
    return write_whole(source.path / PAGE_NAME, text)


def _activation(folder: ReportFolder, key: str) -> dict[str, Any]:
    """Everything that the page says of one activation."""
    rows = sorted(folder.rows("activations", activation=key), key=lambda row: row["depth"])
    sections = sorted(folder.rows("sections", activation=key), key=lambda row: row["section"])
    levels = [level for level in folder.levels if any(row[f"rho_{level}"] is not None for row in rows)]
    numbers = SortableTable(
        f"Path sum of {folder.labels[key]}",
        [
            ("depth", "number"),
            ("E α", "number"),
            ("E β", "number"),
            *((f"ρ{str(level).translate(_SUBSCRIPTS)}", "number") for level in levels),
            ("R_tot", "number"),
            ("R(u) = ∞", "text"),
        ],
        [
            [
                shortest_cell(row["depth"]),
                number_cell(row["mean_slope"], 6),
                number_cell(row["mean_intercept"], 6),
                *(number_cell(row[f"rho_{level}"], 6) for level in levels),
                number_cell(row["total_ratio"], 6),
                Cell(row["divergence"] or "nowhere"),
            ]
            for row in rows
        ],
    )
    pieces = None
    if sections:
        pieces = SortableTable(
            f"Sections of {folder.labels[key]}",
            [
                ("section", "number"),
                ("from", "number"),
                ("to", "number"),
                ("slope α", "number"),
                ("intercept β", "number"),
                ("probability π", "number"),
            ],
            [
                [
                    shortest_cell(s["section"]),
                    *(shortest_cell(s[c]) for c in ("left", "right", "slope", "intercept", "probability")),
                ]
                for s in sections
            ],
        )
    partners: dict[tuple[str, ...], list[int]] = {}
    for depth in (row["depth"] for row in rows):
        for group in folder.groups(depth):
            if key in group.activations and len(group.activations) > 1:
                others = tuple(folder.labels[other] for other in group.activations if other != key)
                partners.setdefault(others, []).append(depth)
    first = rows[0]
    return {
        "label": folder.labels[key],
        "key": key,
        "formula": first["formula"],
        "derivative": first["derivative"],
        "kind": first["kind"],
        "n_sections": first["n_sections"],
        "notes": list(dict.fromkeys(row["note"] for row in rows if row["note"])),
        "numbers": numbers,
        "sections": pieces,
        "partners": [f"same numbers as {listed(others)} at p = {listed(at)}" for others, at in partners.items()],
        "headline": ", ".join(f"R_tot = {number(row['total_ratio'])} at p = {row['depth']}" for row in rows),
    }
