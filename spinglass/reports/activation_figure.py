"""Figure of the activation functions themselves: f, f′ and the sections with their probabilities."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from matplotlib.ticker import MaxNLocator

from spinglass.reports.figures import Drawing
from spinglass.reports.ratio_figures import all_marks
from spinglass.reports.style import DOUBLE_COLUMN, FAINT, INK, SMALL_TEXT, Sheet, line_height, plain, wrapped
from spinglass.reports.tables import ReportFolder, Row, number


def draw_activations(folder: ReportFolder, title: str) -> Drawing:
    """f (solid) and f′ (dash-dotted) of every activation; knots as vertical lines, probabilities of sections on top."""
    pairs = all_marks(folder)
    curves: dict[str, list[Row]] = {}
    for row in folder.rows("activation_curves"):
        curves.setdefault(row["activation"], []).append(row)
    keys = [key for key in folder.labels if key in curves]
    columns = 3 if len(keys) <= 12 else 4
    left, gap, right = 9.0, 9.0, 3.0
    width = (DOUBLE_COLUMN - left - right - gap * (columns - 1)) / columns
    names = [wrapped(folder.labels[key], width - 4.0, max_lines=3) for key in keys]
    lines = math.ceil(len(keys) / columns)
    heads = [max(len(n) for n in names[i * columns : (i + 1) * columns]) * line_height() + 5.6 for i in range(lines)]
    height, foot, top = 30.0 if columns == 3 else 25.0, 6.0, 11.5
    sheet = Sheet(DOUBLE_COLUMN, top + sum(heads) + lines * (height + foot) + 4.5, title)
    text = "solid: $f(x)$;  dash-dotted: slope $f$′$(x)$;  dotted: knots;  above: probability of each section"
    sheet.text(1.5, 9.3, text, size=SMALL_TEXT, color="#4d4d4d")
    rows: list[Row] = []
    facts = []
    y = top
    for i, (key, heading) in enumerate(zip(keys, names, strict=True)):
        line, column = divmod(i, columns)
        if column == 0:
            y += heads[line] + (height + foot if line else 0.0)
        x = left + column * (width + gap)
        mark = pairs[key]
        table = sorted(curves[key], key=lambda row: row["x"])
        xs = [row["x"] for row in table]
        axes = sheet.axes(x, y, width, height)
        values = [row["value"] if row["value"] is not None else math.nan for row in table]
        slopes = [row["derivative"] if row["derivative"] is not None else math.nan for row in table]
        sections = sorted(folder.rows("sections", activation=key), key=lambda row: row["section"])
        axes.axhline(0, color=FAINT, lw=0.5, zorder=1)
        axes.axvline(0, color=FAINT, lw=0.5, zorder=1)
        axes.plot(xs, values, color=mark.colour, lw=1.5, zorder=4)
        _draw_slope(axes, xs, slopes, [row["right"] for row in sections[:-1]])
        finite = [v for v in values + slopes if math.isfinite(v)] or [0.0, 1.0]
        low, high = min(finite), max(finite)
        pad = 0.08 * (high - low) or 0.5
        axes.set(xlim=(min(xs), max(xs)), ylim=(low - pad, high + pad))
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        if line == lines - 1 or i + columns >= len(keys):
            axes.set_xlabel("pre-activation $x$")
        sheet.line(
            [x + 1.0],
            [y - heads[line] + 2.3 + len(heading) * line_height() / 2],
            color=mark.colour,
            marker=mark.marker,
            ms=4.2,
            ls="none",
        )
        sheet.text(
            x + 4.0,
            y - heads[line] + 2.3 + len(heading) * line_height() / 2,
            "\n".join(map(plain, heading)),
            va="center",
            linespacing=1.15,
        )
        _mark_sections(sheet, axes, sections, x, y, width)
        rows += [
            {"kind": "curve", "activation": key, "x": r["x"], "value": r["value"], "derivative": r["derivative"]}
            for r in table
        ]
        rows += [
            {
                "kind": "section",
                "activation": key,
                "x": r["left"],
                "value": r["intercept"],
                "derivative": r["slope"],
                "right": r["right"],
                "probability": r["probability"],
            }
            for r in sections
        ]
        facts.append(
            f"{folder.labels[key]} runs from {number(values[0], 3)} at x = {number(xs[0], 3)} to "
            f"{number(values[-1], 3)} at x = {number(xs[-1], 3)}"
        )
    law = folder.settings.get("preactivation_law")
    caption = (
        "Activation functions f (solid) and their slopes f′ (dash-dotted), with the knots of piecewise-linear ones "
        f"and the probability of each section{f' (pre-activations: {law})' if law else ''}. {folder.provenance()}."
    )
    return Drawing(sheet.figure, rows, caption, f"Activation functions and slopes: {'; '.join(facts)}.")


def _draw_slope(axes: Any, xs: list[float], slopes: list[float], knots: list[float]) -> None:
    """The slope, broken at the knots, where it jumps."""
    us, vs = [xs[0]], [slopes[0]]
    for (a, b), slope in zip(pairwise(xs), slopes[1:], strict=True):
        if any(a <= knot < b for knot in knots):
            us.append(math.nan)
            vs.append(math.nan)
        us.append(b)
        vs.append(slope)
    axes.plot(us, vs, color=INK, lw=0.9, ls=(0, (5, 1.2, 1, 1.2)), zorder=3)


def _mark_sections(sheet: Sheet, axes: Any, sections: list[Row], x: float, y: float, width: float) -> None:
    low, high = axes.get_xlim()
    for row in sections[:-1]:
        if low < row["right"] < high:
            axes.axvline(row["right"], color=FAINT, lw=0.8, ls=":", zorder=2)
    free = x - 5.0
    for row in sections if len(sections) <= 8 else []:
        a, b = max(row["left"], low), min(row["right"], high)
        if row["probability"] is None or b <= a:
            continue
        centre = x + width * ((a + b) / 2 - low) / (high - low)
        text = number(row["probability"], 2) if row["probability"] < 0.0995 else f"{row['probability']:.2f}"
        if centre - 2.6 >= free:
            sheet.text(centre, y - 1.0, text, ha="center", size=6.5)
            free = centre + 2.6
