"""The page of a campaign of censuses or of searches: question, answer, verdicts, figures, settings."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from spinglass._errors import input_error
from spinglass.campaigns import write_whole
from spinglass.reports.contents import PAGE_NAME, draw, files, settings, template, written_figures
from spinglass.reports.figures import SUBJECTS
from spinglass.reports.glass import glass_words, method_words
from spinglass.reports.tables import ReportFolder, Row, number, sizes, with_error
from spinglass.reports.verdicts import Cell, SortableTable, number_cell, shortest_cell

_KINDS = ("census", "search")


def write_campaign(
    folder: str | Path,
    *,
    figures: Iterable[str] | None = None,
    on_figure: Callable[[str], None] | None = None,
) -> Path:
    """Write the figures and the page of a campaign's folder from its stored tables; the path of the page.

    Arguments and errors as for `write_report`; the tables of the figures must be there (`campaign_kind`).
    """
    source = ReportFolder(Path(folder))
    kind = campaign_kind(source)
    if kind is None:
        raise input_error("folder", str(folder), "must hold the tables of a campaign's figures (data/settings.json)")
    draw(source, kind, figures, on_figure)
    shown, absent = written_figures(source, kind)
    if kind == "search" and absent:
        for figure in absent:
            if figure["title"] == SUBJECTS["search-spectra"].title and source.missing(["spectrum_bins"]):
                figure["reason"] = "the campaign keeps no spectra: --spectra does"
    words = _census_words(source) if kind == "census" else _search_words(source)
    links = files(source, kind)
    links[0][1].extend(f"data/{path.name}" for path in sorted((source.path / "data").glob("*.parquet")))
    text = template("campaign.html.j2").render(
        **words,
        first=shown[0] if shown else None,
        shown=shown[1:],
        absent=absent,
        settings=settings(source),
        files=links,
    )
    return write_whole(source.path / PAGE_NAME, text)


def campaign_kind(folder: str | Path | ReportFolder) -> str | None:
    """What a folder holds the tables of: "census", "search", or None for neither."""
    source = folder if isinstance(folder, ReportFolder) else ReportFolder(Path(folder))
    kind = source.settings.get("campaign")
    return kind if kind in _KINDS else None


def _census_words(folder: ReportFolder) -> dict[str, Any]:
    """Question, answer, verdict and tables of a page on censuses."""
    rows, tests = folder.rows("sizes"), folder.rows("comparisons")
    critical, agrees = folder.summary.get("z_critical"), folder.summary.get("agrees")
    samples, complete = sum(row["samples"] for row in rows), sum(row["complete"] for row in rows)
    certified = [row["certified"] for row in rows if row["certified"] is not None]
    largest = max(rows, key=lambda row: row["n_spins"])
    exact = (
        "" if largest["exact_mean_count"] is None else f"; the exact mean is {number(largest['exact_mean_count'], 6)}"
    )
    proved = f", {sum(certified)} of them certified by interval arithmetic" if certified else ""
    answer = (
        f"{complete} of {samples} enumerations are complete{proved}: at N = {largest['n_spins']} they find "
        f"{with_error(largest, 'mean_count')} critical points on average{exact}."
    )
    scores = [abs(row["z"]) for row in tests if row["z"] is not None]
    line = "No exact values to compare with."
    if scores and critical is not None:
        line = (
            f"{len(scores)} comparisons, in total, by index and by energy: the largest |z| is "
            f"{number(max(scores), 3)}, the bound {number(float(critical), 3)}."
        )
    if complete < samples:
        line += f" {samples - complete} censuses are not complete; they stay in the means as they were found."
    header = ["N", "samples", "complete", "certified", "exact mean", "found", "± standard error", "z", "max |z|"]
    body = [_census_row(row, tests) for row in rows]
    verdicts = SortableTable(
        "Mean number of critical points, exact and enumerated", [(name, "number") for name in header], body
    )
    for cells, row in zip(body, rows, strict=True):
        cells.append(Cell(_verdict(row, tests, critical)))
    verdicts.header.append(("verdict", "text"))
    return {
        "question": "How many critical points are there, of which index, at which energy? "
        f"({glass_words(folder.settings)})",
        "answer": answer,
        "verdict": None if agrees is None else "agree" if agrees else "disagree",
        "verdict_line": line,
        "verdicts": verdicts,
        "comparisons": _comparisons(tests),
        "incomplete": _incomplete(folder.rows("incomplete")),
    }


def _worst(row: Row, tests: list[Row]) -> float | None:
    return max((abs(t["z"]) for t in tests if t["n_spins"] == row["n_spins"] and t["z"] is not None), default=None)


def _verdict(row: Row, tests: list[Row], critical: Any) -> str:
    worst = _worst(row, tests)
    return "–" if worst is None or critical is None else "agrees" if worst < float(critical) else "DISAGREES"


def _census_row(row: Row, tests: list[Row]) -> list[Cell]:
    z = next((t["z"] for t in tests if t["n_spins"] == row["n_spins"] and t["quantity"] == "total"), None)
    return [
        *(shortest_cell(row[name]) for name in ("n_spins", "samples", "complete", "certified")),
        number_cell(row["exact_mean_count"], 7),
        number_cell(row["mean_count"], 6),
        number_cell(row["standard_error"], 2),
        number_cell(z, 3),
        number_cell(_worst(row, tests), 3),
    ]


def _comparisons(tests: list[Row]) -> SortableTable | None:
    if not tests:
        return None
    header = [("N", "number"), ("quantity", "text")]
    header += [(name, "number") for name in ("exact", "found", "± standard error", "z")]
    body = [
        [
            shortest_cell(row["n_spins"]),
            Cell(_quantity(row)),
            number_cell(row["theory"], 7),
            number_cell(row["mean"], 6),
            number_cell(row["standard_error"], 2),
            number_cell(row["z"], 3),
        ]
        for row in tests
    ]
    return SortableTable("Every comparison of the exact means with enumeration", header, body)


def _quantity(row: Row) -> str:
    if row["quantity"] == "index":
        return f"index {row['index']}"
    if row["quantity"] == "energy bin":
        ends = [("−∞" if value < 0 else "∞") if math.isinf(value) else number(value, 3)
                for value in (row["bin_low"], row["bin_high"])]  # fmt: skip
        return f"{ends[0]} < u ≤ {ends[1]}"
    return str(row["quantity"])


def _incomplete(rows: list[Row]) -> SortableTable | None:
    if not rows:
        return None
    names = ("n_spins", "sample", "count", "n_solutions", "n_expected", "n_failed", "smallest_curvature")
    words = ("N", "sample", "points", "solutions", "expected", "paths failed", "smallest |eigenvalue|")
    body = [
        [number_cell(row[name], 3) if "curv" in name else shortest_cell(row[name]) for name in names] for row in rows
    ]
    return SortableTable("Censuses that are not complete", [(word, "number") for word in words], body)


def _search_words(folder: ReportFolder) -> dict[str, Any]:
    """Question, answer and table of a page on searches."""
    summary, about = folder.summary, folder.settings
    found = summary.get("sizes", [summary])
    levels = {row["kind"]: row for row in folder.rows("energy_levels")}
    index = about.get("index", 0)
    kind = "minima" if index == 0 else f"saddles of index {index}"
    last = found[-1]
    ends = sum(size["starts"] for size in found)
    converged = sum(size["statuses"].get("converged", 0) for size in found)
    answer = f"{converged} of {ends} starts end at {kind}"
    if last["mean_energy_density"] is not None:
        answer += f": at N = {last['n_spins']} at u = {with_error(last, 'mean_energy_density')} on average"
    if "limit" in levels:
        limit = levels["limit"]
        answer += f", extrapolated to {with_error(limit)}"
    if "threshold" in levels:
        answer += f"; the threshold of many spins is {number(levels['threshold']['value'], 5)}"
    header = ["N", "Hamiltonians", "starts", "converged", "mean u", "± standard error", "lowest u", "highest u"]
    header += ["different energies", "gradients per start"]
    body = [
        [
            *(shortest_cell(size[name]) for name in ("n_spins", "hamiltonians", "starts")),
            shortest_cell(size["statuses"].get("converged", 0)),
            number_cell(size["mean_energy_density"], 6),
            number_cell(size["standard_error"], 2),
            number_cell(size["lowest_energy_density"], 6),
            number_cell(size["highest_energy_density"], 6),
            shortest_cell(size["different_energies"]),
            number_cell(size["mean_gradients"], 4),
        ]
        for size in found
    ]
    return {
        "question": f"Where does {method_words(about)} from random starts end? ({glass_words(about)}, "
        f"N = {sizes(size['n_spins'] for size in found)})",
        "answer": answer + ".",
        "verdict": None,
        "verdict_line": str(summary.get("note", "")).capitalize() + ".",
        "verdicts": SortableTable("Ends of the searches", [(name, "number") for name in header], body),
        "comparisons": None,
        "incomplete": None,
    }
