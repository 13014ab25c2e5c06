"""Figure of the laws of the largest eigenvalues at the soft edge: exact at finite N beside the limit."""

from __future__ import annotations

from spinglass.reports.figures import Drawing
from spinglass.reports.style import DOUBLE_COLUMN, FAINT, SMALL_TEXT, Sheet, index_mark
from spinglass.reports.tables import ReportFolder, listed, number


def draw_edge_laws(folder: ReportFolder, title: str) -> Drawing:
    """Densities of the k-th eigenvalue from the top, linear above and logarithmic below."""
    table = folder.rows("edge_densities")
    orders = sorted({row["n"] for row in table if row["n"] is not None})
    places = sorted({row["k"] for row in table})
    left, right, head, height, between = 15.0, 4.0, 15.0, 50.0, 13.0
    sheet = Sheet(DOUBLE_COLUMN, head + 2 * height + between + 12.0, title)
    key = (
        f"coloured: exact, $N$ = {' and '.join(map(str, orders))} (thin, thick);  dashed: the limit, named by $k$, the "
        "place from the top"
    )
    sheet.text(1.5, 9.6, key, size=SMALL_TEXT, color="#4d4d4d")
    linear = sheet.axes(left, head, DOUBLE_COLUMN - left - right, height)
    logarithmic = sheet.axes(left, head + height + between, DOUBLE_COLUMN - left - right, height)
    gaps: dict[int, float] = dict.fromkeys(orders, 0.0)
    for k in places:
        colour = index_mark(k - 1).colour
        limit = {row["s"]: row["density"] for row in table if row["k"] == k and row["n"] is None}
        for axes in (linear, logarithmic):
            axes.plot(list(limit), list(limit.values()), color=FAINT, ls=(0, (4, 1.5)), lw=1.2, zorder=4)
        for n, width in zip(orders, (0.6, 1.2), strict=False):
            exact = {row["s"]: row["density"] for row in table if row["k"] == k and row["n"] == n}
            for axes in (linear, logarithmic):
                axes.plot(list(exact), list(exact.values()), color=colour, lw=width, zorder=3)
            gaps[n] = max(gaps[n], max(abs(exact[s] - limit[s]) for s in limit))
        top = max(limit, key=lambda s: limit[s])
        linear.text(top, limit[top] + 0.008, f"$k = {k}$", ha="center", va="bottom", size=SMALL_TEXT, color=colour)
    ends = sorted({row["s"] for row in table})
    linear.set(xlim=(ends[0], ends[-1]), ylim=(0, 1.13 * max(row["density"] for row in table)))
    logarithmic.set(xlim=(ends[0], ends[-1]), ylim=(1e-9, 1), yscale="log")
    for axes in (linear, logarithmic):
        axes.grid(axis="y")
        axes.set_ylabel("density in $s$")
    logarithmic.set_xlabel(r"edge variable $s = N^{1/6}(\lambda - 2\sqrt{N})$")
    words = listed(f"{number(gap, 2)} at N = {n}" for n, gap in gaps.items())
    caption = (
        f"Densities of the k-th largest eigenvalue of the Gaussian orthogonal ensemble A_N, k = {listed(places)}, in "
        f"the edge variable: exact at N = {listed(orders)} and in the limit (k = 1: Tracy–Widom, β = 1); below on a "
        f"logarithmic scale. {folder.provenance()}."
    )
    return Drawing(
        sheet.figure, table, caption, f"The largest distance of the exact densities from the limit is {words}."
    )
