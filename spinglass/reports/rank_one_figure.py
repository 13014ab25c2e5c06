"""Figure of the rank-one law: exact ratios of mean determinants, |1 + s m_sc(x)|, and their difference times n."""

from __future__ import annotations

from spinglass.reports.figures import Drawing
from spinglass.reports.style import DOUBLE_COLUMN, FAINT, INK, SMALL_TEXT, DirectLabel, Mark, Sheet, index_mark
from spinglass.reports.tables import ReportFolder, listed, number, shortest, sizes

DASHED = (0, (4, 1.5))


def draw_rank_one(folder: ReportFolder, title: str) -> Drawing:
    """A column for each x: the ratio against s above, n times its distance from the law against n below."""
    table = folder.rows("rank_one_law")
    places = sorted({row["x"] for row in table})
    strengths = sorted({row["s"] for row in table if (4 * row["s"]).is_integer()})
    orders = sorted({row["n"] for row in table})
    shown = [orders[0], orders[len(orders) // 2], orders[-1]]
    left, gap, right = 13.0, 4.0, 21.0
    width = (DOUBLE_COLUMN - left - right - gap * (len(places) - 1)) / len(places)
    head, height, between = 20.0, 40.0, 15.0
    sheet = Sheet(DOUBLE_COLUMN, head + 2 * height + between + 12.0, title)
    key = r"dashed: the law $|1 + s\,m(x)|$;  markers: exact $W_n(x\sqrt{n}, s\sqrt{n})/W_n(x\sqrt{n}, 0)$, $n$ = "
    sheet.text(1.5, 9.6, key + ", ".join(map(str, shown)), size=SMALL_TEXT, color="#4d4d4d")
    ratios = [row["ratio"] for row in table] + [row["law"] for row in table]
    errors = [row["scaled_error"] for row in table if row["s"] in strengths]
    pad = 0.06 * (max(errors) - min(errors))
    for column, x in enumerate(places):
        x0 = left + column * (width + gap)
        upper, lower = sheet.axes(x0, head, width, height), sheet.axes(x0, head + height + between, width, height)
        place = "inside the bulk" if abs(x) < 2 else "outside"
        sheet.text(x0, head - 2.2, f"$x = {shortest(x)}$, {place}", size=SMALL_TEXT)
        law = sorted({(row["s"], row["law"]) for row in table if row["x"] == x} | {(0.0, 1.0)})
        upper.plot([s for s, _ in law], [value for _, value in law], color=FAINT, ls=DASHED, lw=1.4, zorder=2)
        for order, n in enumerate(shown):
            points = sorted((r["s"], r["ratio"]) for r in table if r["x"] == x and r["n"] == n and r["s"] in strengths)
            mark = index_mark(2 * order)
            upper.plot([s for s, _ in points], [r for _, r in points], mark.marker, color=mark.colour, ms=2.6, mew=0)
        upper.set(xlim=(-1.15, 1.15), ylim=(0.95 * min(ratios), 1.03 * max(ratios)), xticks=[-1, 0, 1])
        lower.axhline(0, color=INK, lw=0.6)
        for s in strengths:
            curve = sorted((row["n"], row["scaled_error"]) for row in table if row["x"] == x and row["s"] == s)
            colour, marker = _mark(s)
            lower.plot([n for n, _ in curve], [e for _, e in curve], color=colour, lw=0.9, marker=marker, ms=2.4)
        lower.set(xscale="log", xlim=(orders[0] / 1.3, 1.3 * orders[-1]), ylim=(min(errors) - pad, max(errors) + pad))
        lower.set_xticks([10, 100], ["10", "100"])
        lower.minorticks_off()
        for axes in (upper, lower):
            axes.grid(axis="y")
            if column:
                axes.tick_params(labelleft=False)
    bottom = head + 2 * height + between
    middle = (left + DOUBLE_COLUMN - right) / 2
    sheet.text(middle, head + height + 8.6, "strength of the spike $s$", ha="center")
    sheet.text(middle, bottom + 8.6, "order $n$ of the matrix", ha="center")
    figure_axes = sheet.figure.axes
    figure_axes[0].set_ylabel("ratio of mean $|\\det|$")
    figure_axes[1].set_ylabel("$n$ (ratio − law)")
    labels = [DirectLabel(f"s = {shortest(s)}", _mark(s), None) for s in reversed(strengths)]
    sheet.label_curves(figure_axes[-1], labels, 20.0, bottom - height, bottom)
    settled = max(
        abs(a["scaled_error"] - b["scaled_error"])
        for a in table
        for b in table
        if a["n"] == orders[-1] and b["n"] == orders[-2] and (a["x"], a["s"]) == (b["x"], b["s"])
    )
    worst = max((row for row in table if row["n"] == orders[-1]), key=lambda row: abs(row["scaled_error"]))
    caption = (
        "Upper row: exact ratio of the mean modulus of the determinant with a rank-one spike of strength s√n to that "
        f"without, at shift x√n, n = {listed(shown)}, and its limit |1 + s m(x)|, m the Stieltjes transform of the "
        f"semicircle (dashed). Lower row: n times the difference, n = {sizes(orders)}, "
        f"s = {listed(map(shortest, strengths))}: the law is approached like 1/n. {folder.provenance()}."
    )
    alternative = (
        f"n times the distance of the exact ratio from the law settles: from n = {orders[-2]} to {orders[-1]} it "
        f"changes by at most {number(settled, 2)}; the largest is {number(worst['scaled_error'], 3)} at "
        f"x = {shortest(worst['x'])}, s = {shortest(worst['s'])}."
    )
    return Drawing(sheet.figure, table, caption, alternative)


def _mark(s: float) -> Mark:
    """The colour tells |s|, the marker its sign."""
    return Mark(index_mark(round(4 * abs(s)) - 1).colour, "^" if s > 0 else "v")
