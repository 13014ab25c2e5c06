"""Figure of exact values over their asymptotic form, with the error term beside it."""

from __future__ import annotations

from spinglass.reports.figures import Drawing
from spinglass.reports.style import (
    BLUE,
    DOUBLE_COLUMN,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    SMALL_TEXT,
    VERMILION,
    DirectLabel,
    Mark,
    Sheet,
)
from spinglass.reports.tables import ReportFolder, Row, number, shortest

_MARKS = (Mark(BLUE, "o"), Mark(VERMILION, "s"), Mark(GREEN, "^"), Mark(PURPLE, "D"), Mark(ORANGE, "v"))


def _name(row: Row) -> str:
    """What the curve is of."""
    at = "" if row["energy_density"] is None else f" u = {shortest(row['energy_density'])}"
    kind = "minima" if row["index"] == 0 else f"index {row['index']}"
    words = {
        "total": "all critical points",
        "count": f"all below{at}",
        "minima": f"minima below{at}",
        "threshold": "all below the threshold",
        "total ratio": "ratio of totals",
        "density ratio": f"ratio at{at}",
        "index ratio": f"{kind} at{at}",
    }
    return words[row["quantity"]]


def draw_finite_size(folder: ReportFolder, title: str) -> Drawing:
    """Left: no field; right: ratios with a field over without. Above: exact over asymptotic; below: the error term."""
    table = folder.rows("approaches")
    p = table[0]["p"]
    rho = next((row["rho"] for row in table if row["rho"] is not None), None)
    sides = [[row for row in table if row["rho"] is None], [row for row in table if row["rho"] is not None]]
    sides = [side for side in sides if side]
    left, label, gap, head, height, between = 14.0, 33.0, 12.0, 18.0, 46.0, 15.0
    width = (DOUBLE_COLUMN - left - gap - 2 * label) / 2
    sheet = Sheet(DOUBLE_COLUMN, head + 2 * height + between + 12.0, title)
    key = f"$p = {p}$;  solid: exact value over asymptotic form;  dashed: the limit, 1"
    sheet.text(1.5, 9.6, key, size=SMALL_TEXT, color="#4d4d4d")
    words: list[str] = []
    for column, side in enumerate(sides):
        x0 = left + column * (width + label + gap)
        upper = sheet.axes(x0, head, width, height)
        lower = sheet.axes(x0, head + height + between, width, height)
        heading = "without field" if side[0]["rho"] is None else rf"field of $\rho_1 = {shortest(rho)}$ over none"
        sheet.text(x0, head - 1.8, heading.replace("−", "-"), size=SMALL_TEXT)
        curves: dict[str, list[Row]] = {}
        for row in side:
            curves.setdefault(_name(row), []).append(row)
        labels: list[tuple[DirectLabel, DirectLabel]] = []
        for number_, (name, rows) in enumerate(curves.items()):
            mark = _MARKS[number_ % len(_MARKS)]
            rows = sorted(rows, key=lambda row: row["n_spins"])
            sizes = [row["n_spins"] for row in rows]
            upper.plot(sizes, [r["ratio"] for r in rows], color=mark.colour, marker=mark.marker, ms=2.6)
            lower.plot(sizes, [r["error_term"] for r in rows], color=mark.colour, marker=mark.marker, ms=2.6)
            labels.append((DirectLabel(name, mark, rows[-1]["ratio"]), DirectLabel(name, mark, rows[-1]["error_term"])))
            words.append(f"{name} {number(rows[-1]['ratio'], 4)} at N = {sizes[-1]}")
        upper.axhline(1, color=INK, lw=0.8, ls=(0, (4, 1.5)))
        for axes in (upper, lower):
            axes.set_xscale("log")
            axes.set_xlim(min(row["n_spins"] for row in side) / 1.15, max(row["n_spins"] for row in side) * 1.1)
            ticks = [n for n in (4, 8, 16, 32, 10, 100, 400) if n in {row["n_spins"] for row in side}]
            axes.set_xticks(sorted(ticks), [str(n) for n in sorted(ticks)])
            axes.minorticks_off()
            axes.grid(axis="y")
        lower.axhline(0, color=INK, lw=0.6)
        lower.set_xlabel("number of spins $N$")
        if column == 0:
            upper.set_ylabel("exact / asymptotic")
            lower.set_ylabel("(ratio − 1) $N^a$")
        sheet.label_curves(upper, [one for one, _ in labels], label, head, head + height)
        sheet.label_curves(
            lower, [two for _, two in labels], label, head + height + between, head + 2 * height + between
        )
    caption = (
        f"Exact mean numbers of critical points of the pure {p}-spin glass over their sharp asymptotic form. Left: "
        "counts without field. Right: ratios of totals and of densities with the field of an activation to those "
        "without, over R_tot, R(u) and R_k(u). Below: the relative error times N (times N^(1/3) at the threshold, "
        f"where the approach is slow): it settles. {folder.provenance()}."
    )
    return Drawing(sheet.figure, table, caption, f"Exact over asymptotic: {'; '.join(words)}.")
