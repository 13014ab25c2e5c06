"""The verdict table in short, for a terminal."""

from __future__ import annotations

from pathlib import Path
from unicodedata import combining, east_asian_width

from spinglass.reports.page import PAGE_NAME
from spinglass.reports.tables import ReportFolder, number
from spinglass.reports.verdicts import answer, verdict_line, verdict_rows


def terminal_summary(folder: str | Path) -> str:
    """Answer, verdict table in short and, as the last line, the path of the page: plain text at most 100 columns wide
    (a path may be longer).
    """
    source = ReportFolder(Path(folder))
    lines = [*_filled(answer(source)), ""]
    depths = source.depths
    ratios = {
        group.activations: [
            source.rows("activations", activation=group.first, depth=d)[0]["total_ratio"] for d in depths
        ]
        for group in (source.groups() if depths else [])
    }
    simulated = {}
    for record in verdict_rows(source):
        for key in str(record["row"]["activations"]).split(";"):
            simulated[key] = record
    header = ["activation", *(f"R_tot p={d}" for d in depths), "theory", "simulation", "max |z|", "verdict"]
    table = [header]
    for keys, limits in ratios.items():
        found = simulated.get(keys[0])
        label = " = ".join(source.labels[key] for key in keys)
        cells = [_printable(label if len(label) <= 34 else label[:33] + "…"), *(number(limit) for limit in limits)]
        if found is None:
            cells += ["–"] * 4
        else:
            row = found["row"]
            error = number(row["standard_error"], 2)
            word = "–" if found["agrees"] is None else "agrees" if found["agrees"] else "DISAGREES"
            cells += [number(row["theory"]), f"{number(row['mean'])} ± {error}", number(found["worst_z"], 3), word]
        table.append(cells)
    widths = [max(_columns(row[i]) for row in table) for i in range(len(header))]
    for i, row in enumerate(table):
        cells = [
            cell + " " * (w - _columns(cell)) if j in (0, len(row) - 1) else cell.rjust(w)
            for j, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
        if i == 0:
            lines.append("  ".join("─" * width for width in widths))
    lines += ["", *_filled(verdict_line(source))]
    page = source.path / PAGE_NAME
    lines.append(str(page))
    return "\n".join(lines)


def _printable(text: str) -> str:
    """Labels are text of the user: no control characters reach the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def _columns(text: str) -> int:
    """Columns that a text takes in a terminal: East Asian wide characters two, combining ones none."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _filled(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(_printable(text), 96) or [""]
