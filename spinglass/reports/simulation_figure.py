"""Figure of the Monte Carlo check: exact means and enumerated means, with the z-scores underneath."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from spinglass.reports.figures import Drawing
from spinglass.reports.ratio_figures import all_marks, mark_of
from spinglass.reports.style import (
    DOUBLE_COLUMN,
    FAINT,
    REFERENCE_GREY,
    SMALL_TEXT,
    Mark,
    Sheet,
    index_mark,
    line_height,
    plain,
    spread,
    wrapped,
)
from spinglass.reports.tables import ReportFolder, Row, number, sizes


@dataclass
class Point:
    """One comparison at its place in a panel: centre, half-width of its theory line, size of its marker."""

    x: float
    half: float
    row: Row
    mark: Mark
    weight: float = 1.0
    aside: float = 0.0  # shift of the z-score, so that the scores of one bin stand side by side
    note: str = ""


@dataclass
class Panel:
    """One panel of theory and simulation with its z-scores."""

    title: str
    x_label: str
    y_label: str
    points: list[Point]
    ticks: list[tuple[float, str]] = field(default_factory=list)
    ends: list[tuple[float, str]] = field(default_factory=list)  # heights and words to the right of the panel
    title_mark: Mark | None = None
    log: bool = True
    separators: list[float] = field(default_factory=list)


def draw_simulation(folder: ReportFolder, title: str) -> Drawing:
    """Means over enumerated samples with their standard errors beside the exact means; z-scores with their band."""
    pairs = all_marks(folder)
    table = folder.rows("simulation")
    groups = {row["group"]: tuple(row["activations"].split(";")) for row in table}
    labels = {g: " = ".join(folder.labels.get(a, a) for a in members) for g, members in groups.items()}
    known = {group.activations: group for depth in {row["depth"] for row in table} for group in folder.groups(depth)}
    style_of = {}
    for name, members in groups.items():
        same = [g for activations, g in known.items() if set(members) & set(activations)]
        style_of[name] = mark_of(same[0], folder, pairs) if same else pairs.get(members[0], Mark(FAINT, "o"))
    panels = [
        p
        for p in (
            _by_size(table, "total", style_of, "All critical points", "mean number E Crt$_N$"),
            _by_size(
                table,
                "ratio to ReLU",
                style_of,
                f"Totals over those of {folder.reference_label}",
                "ratio of means",
                log=False,
            ),
            _by_index(table, labels),
            *(_by_bin(table, name, labels[name], style_of[name]) for name in groups),
        )
        if p is not None
    ]
    critical = folder.settings.get("z_critical") or folder.summary.get("z_critical")
    columns = 3
    left, gap, right = 13.0, 15.0, 3.5
    width = (DOUBLE_COLUMN - left - right - gap * (columns - 1)) / columns
    lines = [wrapped(panel.title, width + 2.5 - (3.0 if panel.title_mark else 0.0), max_lines=3) for panel in panels]
    upper, lower, between, foot = 32.0, 13.0, 2.2, 12.5
    n_rows = math.ceil(len(panels) / columns)
    heads = [
        max(len(names) for names in lines[i * columns : (i + 1) * columns]) * line_height() + 3.0 for i in range(n_rows)
    ]
    top = 12.0
    sheet = Sheet(DOUBLE_COLUMN, top + sum(heads) + n_rows * (upper + between + lower + foot), title)
    key = "short lines: exact theory;  markers: mean over enumerated samples ± 1 standard error;  below: $z$-scores"
    if critical:
        key += f" and family-wise band ±{number(critical, 3)}"
    key += ";  right of bins: $N$"
    sheet.text(1.5, 9.3, key, size=SMALL_TEXT, color="#4d4d4d")
    scores = [row["z"] for row in table if row["z"] is not None and math.isfinite(row["z"])]
    reach = 1.25 * max([abs(z) for z in scores] + [critical or 3.0])
    y = top
    for i, (panel, names) in enumerate(zip(panels, lines, strict=True)):
        line, column = divmod(i, columns)
        if column == 0:
            y += heads[line] + (upper + between + lower + foot if line else 0.0)
        x = left + column * (width + gap)
        indent = 0.0
        if panel.title_mark:
            sheet.line(
                [x + 0.8],
                [y - 1.2 - len(names) * line_height() / 2],
                color=panel.title_mark.colour,
                marker=panel.title_mark.marker,
                ms=4,
                ls="none",
            )
            indent = 3.0
        sheet.text(x + indent, y - 1.2, "\n".join(map(plain, names)), va="bottom", linespacing=1.15)
        means = sheet.axes(x, y, width, upper)
        zs = sheet.axes(x, y + upper + between, width, lower)
        _draw_means(means, panel)
        _draw_scores(zs, panel, critical, reach)
        for axes in (means, zs):
            axes.set_xlim(*_span(panel))
            if panel.ticks:
                axes.set_xticks([at for at, _ in panel.ticks], [name for _, name in panel.ticks])
            for at in panel.separators:
                axes.axvline(at, color="#e6e6e6", lw=0.5, zorder=0)
        means.tick_params(labelbottom=False)
        _label_ends(sheet, means, panel, y, y + upper)
        means.set_ylabel(panel.y_label)
        zs.set_ylabel("$z$")
        zs.set_xlabel(panel.x_label)
        means.yaxis.set_label_coords(-9.3 / width, 0.5)
        zs.yaxis.set_label_coords(-9.3 / width, 0.5)
    rows = [{**row, "label": labels[row["group"]]} for row in table]
    return Drawing(sheet.figure, rows, _caption(folder, table, critical), _alternative(table, labels, scores, critical))


def _label_ends(sheet: Sheet, axes: Any, panel: Panel, low: float, high: float) -> None:
    """The number of spins beside the last bin of each sequence."""
    box = axes.get_position()
    heights = [1 - axes.transData.transform((0.0, value))[1] / sheet.figure.bbox.height for value, _ in panel.ends]
    wanted = [height * sheet.height for height in heights]
    centres = spread(wanted, [2.7] * len(wanted), low - 2, high)
    for centre, (_, text) in zip(centres, panel.ends, strict=True):
        sheet.text(box.x1 * sheet.width + 0.4, centre, text, va="center", size=6.5)


def _span(panel: Panel) -> tuple[float, float]:
    low, high = min(p.x - p.half for p in panel.points), max(p.x + p.half for p in panel.points)
    pad = 0.03 * (high - low)
    return low - pad, high + pad


def _draw_means(axes: Any, panel: Panel) -> None:
    if panel.log:
        axes.set_yscale("log")
    for point in panel.points:
        theory, mean, error = (point.row[key] for key in ("theory", "mean", "standard_error"))
        if theory is not None and not (panel.log and theory <= 0):
            axes.plot(
                [point.x - point.half, point.x + point.half],
                [theory] * 2,
                color=point.mark.colour,
                lw=0.6 + 0.7 * point.weight,
                solid_capstyle="butt",
                zorder=2,
            )
        if mean is None or (panel.log and mean <= 0):
            continue
        down = error or 0.0
        if panel.log:
            down = min(down, 0.999 * mean)
        axes.errorbar(
            [point.x],
            [mean],
            [[down], [error or 0.0]],
            fmt=point.mark.marker,
            color=point.mark.colour,
            elinewidth=0.8,
            ms=2.2 + 1.4 * point.weight,
            mec="white",
            mew=0.3,
            zorder=4,
        )
        if point.note:
            axes.annotate(point.note, (point.x, mean), (0, 4.5), textcoords="offset points", ha="center", size=6.5)
    low, high = axes.get_ylim()
    axes.set_ylim(low, high * (high / low) ** 0.07 if panel.log else high + 0.07 * (high - low))
    if panel.log:
        low, high = axes.get_ylim()
        if high / low < 60:
            ticks = [
                m * 10**k
                for k in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
                for m in (1, 2, 5)
            ]
            axes.yaxis.set_major_locator(FixedLocator([tick for tick in ticks if low <= tick <= high]))
        else:
            axes.yaxis.set_major_locator(LogLocator(numticks=5))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.grid(axis="y")


def _draw_scores(axes: Any, panel: Panel, critical: float | None, reach: float) -> None:
    axes.set_ylim(-reach, reach)
    axes.axhline(0, color=REFERENCE_GREY, lw=0.6, zorder=1)
    if critical:
        axes.axhspan(-critical, critical, color="#efefef", lw=0, zorder=0)
        for side in (-critical, critical):
            axes.axhline(side, color=FAINT, lw=0.6, ls=":", zorder=1)
    for point in panel.points:
        z = point.row["z"]
        if z is None or not math.isfinite(z):
            continue
        rejected = point.row["agrees"] is False
        axes.plot(
            [point.x + point.aside],
            [z],
            point.mark.marker,
            color=point.mark.colour,
            ms=1.8 + 1.2 * point.weight,
            mew=0,
            zorder=3,
        )
        if rejected:  # a ring, so that a rejected comparison stands out without colour
            axes.plot([point.x + point.aside], [z], "o", mfc="none", mec="black", ms=7, mew=0.8, zorder=4)
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True, symmetric=True))


def _by_size(
    table: list[Row], quantity: str, style_of: dict[str, Mark], title: str, y_label: str, log: bool = True
) -> Panel | None:
    """One cluster of groups for each N."""
    rows = [row for row in table if row["quantity"] == quantity]
    if not rows:
        return None
    ns = sorted({row["n_spins"] for row in rows})
    order = {name: i for i, name in enumerate(dict.fromkeys(row["group"] for row in rows))}
    slot = 0.84 / len(order)
    points = [
        Point(
            ns.index(row["n_spins"]) + (order[row["group"]] - (len(order) - 1) / 2) * slot,
            0.46 * slot,
            row,
            style_of[row["group"]],
        )
        for row in rows
    ]
    separators = [i + 0.5 for i in range(len(ns) - 1)]
    return Panel(
        title,
        "number of spins $N$",
        y_label,
        points,
        [(i, str(n)) for i, n in enumerate(ns)],
        log=log,
        separators=separators,
    )


def _by_index(table: list[Row], labels: dict[str, str]) -> Panel | None:
    """One cluster of indices for each N (the first group that has them)."""
    rows = [row for row in table if row["quantity"] == "index" and row["index"] is not None]
    if not rows:
        return None
    rows = [row for row in rows if row["group"] == rows[0]["group"]]
    ns = sorted({row["n_spins"] for row in rows})
    most = max(row["index"] for row in rows) + 1
    slot = 0.84 / most
    points = []
    for row in rows:
        count = max(r["index"] for r in rows if r["n_spins"] == row["n_spins"]) + 1
        x = ns.index(row["n_spins"]) + (row["index"] - (count - 1) / 2) * slot
        points.append(Point(x, 0.46 * slot, row, index_mark(row["index"]), note=str(row["index"])))
    separators = [i + 0.5 for i in range(len(ns) - 1)]
    ticks = [(float(i), str(n)) for i, n in enumerate(ns)]
    return Panel(
        f"By index k: {labels[rows[0]['group']]}",
        "number of spins $N$",
        "mean number",
        points,
        ticks,
        separators=separators,
    )


def _by_bin(table: list[Row], group: str, label: str, mark: Mark) -> Panel | None:
    """Mean numbers in bins of energy for one group, all N."""
    rows = [row for row in table if row["quantity"] == "energy bin" and row["group"] == group]
    if not rows:
        return None
    ends = [
        row[key] for row in rows for key in ("bin_low", "bin_high") if row[key] is not None and math.isfinite(row[key])
    ]
    low, high = min(ends, default=-1.0), max(ends, default=1.0)
    widths = [row["bin_high"] - row["bin_low"] for row in rows if _closed(row)]
    outer = min(widths, default=0.5 * (high - low) or 1.0)
    ns = sorted({row["n_spins"] for row in rows})
    panel = Panel(label, "energy density $u = h/N$", "mean number in bin", [], title_mark=mark)
    last: dict[int, Point] = {}
    for row in rows:
        left = row["bin_low"] if row["bin_low"] is not None and math.isfinite(row["bin_low"]) else low - outer
        right = row["bin_high"] if row["bin_high"] is not None and math.isfinite(row["bin_high"]) else high + outer
        place = ns.index(row["n_spins"]) / max(1, len(ns) - 1)
        aside = 0.6 * (right - left) * (place - 0.5)
        point = Point((left + right) / 2, 0.47 * (right - left), row, mark, 0.4 + 0.6 * place, aside)
        panel.points.append(point)
        if row["n_spins"] not in last or point.x > last[row["n_spins"]].x:
            last[row["n_spins"]] = point
    panel.ends = [(point.row["theory"], str(n)) for n, point in last.items() if point.row["theory"]]
    return panel


def _closed(row: Row) -> bool:
    return all(row[key] is not None and math.isfinite(row[key]) for key in ("bin_low", "bin_high"))


def _caption(folder: ReportFolder, table: list[Row], critical: float | None) -> str:
    samples = sorted({row["samples"] for row in table if row["samples"] is not None})
    shown = (
        f"{samples[0]}"
        if len(samples) == 1
        else f"{samples[0]} to {samples[-1]}"
        if samples
        else "an unknown number of"
    )
    band = ""
    if critical:
        rate = folder.settings.get("family_wise_error", folder.summary.get("family_wise_error"))
        band = (
            f" Band: ±{number(critical, 3)}"
            + (f", family-wise error rate {rate}" if rate else "")
            + f" over {len(table)} comparisons."
        )
    return (
        f"Exact mean numbers of critical points (lines) and means over {shown} enumerated Hamiltonians per size "
        "(markers, ± 1 standard error, never joined), in total, by index and in bins of energy (outermost bins may be "
        f"open); thin to thick: N = {sizes(row['n_spins'] for row in table)}. Lower panels: z = (mean − "
        f"theory)/standard error.{band} Rejected comparisons are ringed. p = {sizes(row['depth'] for row in table)}; "
        f"{folder.provenance()}."
    )


def _alternative(table: list[Row], labels: dict[str, str], scores: list[float], critical: float | None) -> str:
    if not scores:
        return "Simulation beside theory; no z-scores are stored."
    worst = max(
        (row for row in table if row["z"] is not None and math.isfinite(row["z"])), key=lambda row: abs(row["z"])
    )
    rejected = sum(row["agrees"] is False for row in table)
    where = f"{labels[worst['group']]}, N = {worst['n_spins']}, {worst['quantity']}"
    text = f"{len(table) - rejected} of {len(table)} comparisons of enumeration with exact theory agree; "
    text += f"the largest |z| is {number(abs(worst['z']), 3)} ({where})"
    return text + (f" against a bound of {number(critical, 3)}." if critical else ".")
