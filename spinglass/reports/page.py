"""The page of a comparison: one self-contained HTML file made from the stored tables and the written figures.

The first screen holds the question, the answer in one sentence with numbers, the verdict table and one figure; then
come the other figures, the activations one by one, the negative controls, and settings and provenance.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from spinglass._errors import checked_choice
from spinglass.campaigns import write_whole
from spinglass.reports import figures as figure_registry
from spinglass.reports.tables import ReportFolder, listed, number, read_json, table_names
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

PAGE_NAME = "index.html"
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
    chosen = list(figure_registry.names() if figures is None else figures)
    for name in chosen:
        checked_choice("figures", name, figure_registry.names())
    for name in chosen:
        if not figure_registry.missing_tables(name, source):
            figure_registry.write_figure(name, source)
        if on_figure is not None:
            on_figure(name)
    return write_page(source)


def write_page(folder: str | Path | ReportFolder) -> Path:
    """Write `index.html` from the stored tables and the figures written before; its path."""
    import jinja2

    source = folder if isinstance(folder, ReportFolder) else ReportFolder(Path(folder))
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("spinglass.reports"),
        autoescape=True,  # labels and formulas are text of the user
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["subscripts"] = subscripts
    shown, absent = _figures(source)
    text = environment.get_template("report.html.j2").render(
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
        settings=_settings(source),
        files=_files(source),
    )
    return write_whole(source.path / PAGE_NAME, text)


def subscripts(text: str) -> str:
    """Escaped HTML in which R_tot, Θ_k, E_∞ and the like carry real subscripts."""
    import markupsafe

    escaped = str(markupsafe.escape(text))
    return markupsafe.Markup(re.sub(r"(?<!\w)(R|Θ|E|Crt)_(tot\b|∞|k\b|N\b|\d\b)", r"\1<sub>\2</sub>", escaped))


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


def _figures(folder: ReportFolder) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The written figures with all that the page needs of them, and the figures that are missing with the reason."""
    shown, absent = [], []
    for name, subject in figure_registry.SUBJECTS.items():
        vector = folder.path / "figures" / f"{name}.svg"
        missing = folder.missing(subject.tables)
        if missing or not vector.exists():
            reason = (
                f"without {listed(f'data/{table}.csv' for table in missing)}" if missing else "not drawn in this run"
            )
            absent.append({"title": subject.title, "reason": reason})
            continue
        about = read_json(vector.with_suffix(".json"))
        shown.append(
            {
                "name": name,
                "title": subject.title,
                "caption": about.get("caption", ""),
                "alternative": about.get("alternative_text", subject.title),
                "uri": "data:image/svg+xml;base64," + base64.b64encode(vector.read_bytes()).decode("ascii"),
            }
        )
    return shown, absent


def _settings(folder: ReportFolder) -> list[tuple[str, str]]:
    names = {
        "command": "command",
        "version": "spinglass",
        "code_digest": "code digest",
        "created": "created",
        "seed": "seed",
        "samples": "samples per size",
        "workers": "workers",
        "elapsed_seconds": "elapsed seconds",
        "depths": "depths p",
        "simulated_p": "p of the simulation",
        "sizes_density": "N of exact densities",
        "sizes_approach": "N of exact ratios",
        "sizes_simulation": "N of the simulation",
        "reference": "reference",
        "preactivation_law": "law of the pre-activations",
        "bias_scale": "scale of bias paths",
        "family_wise_error": "family-wise error rate",
        "n_comparisons": "comparisons",
        "z_critical": "bound on |z|",
    }
    ordered = [*names, *(key for key in folder.settings if key not in names)]
    return [
        (names.get(key, key.replace("_", " ")), _shown(folder.settings[key]))
        for key in ordered
        if key in folder.settings
    ]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _files(folder: ReportFolder) -> list[tuple[str, list[str]]]:
    """Relative links to what lies beside the page."""
    data = [f"data/{name}.csv" for name in table_names() if (folder.path / "data" / f"{name}.csv").exists()]
    data += [name for name in ("data/settings.json", "summary.json") if (folder.path / name).exists()]
    drawn = [
        f"figures/{name}.{kind}"
        for name in figure_registry.names()
        for kind in ("png", "svg", "csv", "json")
        if (folder.path / "figures" / f"{name}.{kind}").exists()
    ]
    return [("Tables", data), ("Figures and what they show", drawn)]
