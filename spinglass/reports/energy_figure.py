"""Figure of the ratio to the reference at an energy, with the energies where it diverges."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from spinglass.reports.figures import Drawing
from spinglass.reports.ratio_figures import LABEL_COLUMN, all_marks, mark_of
from spinglass.reports.style import DOUBLE_COLUMN, FAINT, SMALL_TEXT, DirectLabel, Mark, Sheet, labels_height
from spinglass.reports.tables import Group, ReportFolder, Row, listed, number

Curve = tuple[Group, list[float], list[float | None]]  # who, energy densities, ratios


def infinite_stretches(energies: list[float], ratios: list[float | None]) -> list[tuple[float, float]]:
    """Intervals of energy in which the ratio is infinite, reaching half-way to the neighbouring finite points."""
    middles = [energies[0], *((a + b) / 2 for a, b in pairwise(energies)), energies[-1]]
    stretches: list[tuple[float, float]] = []
    for i, value in enumerate(ratios):
        if value is None or not math.isinf(value):
            continue
        if stretches and stretches[-1][1] == middles[i]:
            stretches[-1] = (stretches[-1][0], middles[i + 1])
        else:
            stretches.append((middles[i], middles[i + 1]))
    return stretches


def draw_energy_ratio(folder: ReportFolder, title: str) -> Drawing:
    """Limit of the ratio of densities at energy density u, with the energies where it diverges marked above."""
    pairs = all_marks(folder)
    curves: dict[int, list[Curve]] = {}
    for depth in folder.depths:
        for group in folder.groups(depth):
            stored = folder.rows("ratio_curves", activation=group.first, depth=depth)
            table = sorted(stored, key=lambda row: row["energy_density"])
            if table:
                points = [row["energy_density"] for row in table], [row["ratio"] for row in table]
                curves.setdefault(depth, []).append((group, *points))
    left, strip_row, between = 15.0, 2.9, 24.0
    heights, strips = [], []
    for entries in curves.values():
        heights.append(max(56.0, labels_height([group.label for group, _, _ in entries], LABEL_COLUMN) + 2))
        strips.append(strip_row * sum(bool(infinite_stretches(u, r)) for _, u, r in entries))
    top, width = 19.0, DOUBLE_COLUMN - left - LABEL_COLUMN
    total = top + sum(heights) + sum(s + 2 if s else 0 for s in strips) + between * (len(heights) - 1) + 11.0
    sheet = Sheet(DOUBLE_COLUMN, total, title)
    rows: list[Row] = []
    found: list[str] = []
    for (depth, entries), height, strip in zip(curves.items(), heights, strips, strict=True):
        energies = [u for _, us, _ in entries for u in us]
        span = (min(energies), max(energies))
        rare = folder.threshold(depth, "E_0")
        low, high = _ratio_limits(entries, rare)
        above = top
        threshold = folder.threshold(depth)
        strip_axes = None
        if strip:
            strip_axes = sheet.axes(left, top, width, strip)
            strip_axes.set(
                xlim=span, ylim=(sum(bool(infinite_stretches(u, r)) for _, u, r in entries), 0), xticks=[], yticks=[]
            )
            strip_axes.patch.set_facecolor("#f6f6f6")
            for side in ("left", "bottom"):
                strip_axes.spines[side].set_visible(False)
            sheet.text(left - 1.2, top + strip / 2, "$R = \\infty$", ha="right", va="center", size=SMALL_TEXT)
            top += strip + 2
        axes = sheet.axes(left, top, width, height)
        axes.set(xlim=span, ylim=(low, high), yscale="log")
        ticks = [t for t in (0.02, 0.05, 0.1, 0.2, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10) if low <= t <= high]
        if high / low > 20:
            ticks = [t for t in ticks if t not in (0.7, 1.5, 3, 7)]
        axes.yaxis.set_major_locator(FixedLocator(ticks))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.grid(axis="y")
        axes.set_xlabel("energy density $u = h/N$")
        axes.set_ylabel("ratio of densities $R(u)$")
        sheet.text(left, above - 5.4, f"$p = {depth}$ (depth {depth})")
        for value, name in ((threshold, r"$E_\infty$"), (None if threshold is None else -threshold, r"$-E_\infty$")):
            if value is not None and span[0] < value < span[1]:
                for each in (axes, strip_axes) if strip_axes is not None else (axes,):
                    each.axvline(value, color=FAINT, lw=0.8, ls=":", zorder=1)
                x = left + width * (value - span[0]) / (span[1] - span[0])
                sheet.text(x, above - 1.0, name, ha="center", size=SMALL_TEXT)
        for a, b in ((span[0], -rare), (rare, span[1])) if rare is not None else ():
            if b > a:
                axes.axvspan(a, b, color="#f1f1f1", lw=0, zorder=0)
        labels: list[DirectLabel] = []
        row_of_strip = 0
        for group, us, rs in entries:
            mark = mark_of(group, folder, pairs)
            ys = [r if r is not None and math.isfinite(r) else math.nan for r in rs]
            axes.plot(us, ys, color=mark.colour, ls=(0, (5, 1.6)), lw=1.1, zorder=3)
            _sparse_markers(axes, us, ys, mark, len(labels), len(entries), (low, high))
            stretches = infinite_stretches(us, rs)
            if stretches and strip_axes is not None:
                for a, b in stretches:
                    strip_axes.barh(
                        row_of_strip + 0.5,
                        b - a,
                        0.66,
                        left=a,
                        facecolor="white",
                        edgecolor=mark.colour,
                        hatch="//////",
                        lw=0.6,
                    )
                    strip_axes.plot(
                        [(a + b) / 2],
                        [row_of_strip + 0.5],
                        mark.marker,
                        color=mark.colour,
                        mec="white",
                        mew=0.5,
                        ms=4.6,
                    )
                row_of_strip += 1
                found.append(f"at p = {depth} it is infinite for {group.label} in {_intervals(stretches)}")
            # Curves that leave the panel at the top have their label at the top, without a leader.
            end = max(ys[-1], low) if ys[-1] < high else None
            labels.append(DirectLabel(group.label, mark, end))
            rows += [
                {"group": group.label, "activation": group.first, "depth": depth, "energy_density": u, "ratio": r}
                for u, r in zip(us, rs, strict=True)
            ]
        sheet.label_curves(axes, labels, LABEL_COLUMN, above, top + height)
        if threshold is not None:
            found.append(_extremes(entries, depth, -threshold))
        top += height + between
    caption = (
        f"Density of critical points at energy density u relative to that of {folder.reference_label}, in the limit of "
        "large N (dashed). The strips above a panel mark energies at which the ratio is infinite: other latitudes than "
        "the typical ones then dominate and the exponential order itself changes. Grey: energies beyond ±E_0, where "
        "critical points are exponentially rare. Curves that leave the "
        f"panel at the top are finite but larger. p = {listed(curves)}; {folder.provenance()}."
    )
    return Drawing(
        sheet.figure,
        rows,
        caption,
        f"Ratio of densities by energy: {'; '.join(filter(None, found)) or 'finite everywhere'}.",
    )


def _ratio_limits(entries: list[Curve], rare: float | None) -> tuple[float, float]:
    """Limits of the axis from the finite ratios at energies where there are critical points, within 1/30 and 10."""
    finite = [
        r
        for _, us, rs in entries
        for u, r in zip(us, rs, strict=True)
        if r is not None and math.isfinite(r) and r > 0 and (rare is None or abs(u) <= rare)
    ]
    low, high = min(finite, default=0.8), max(finite, default=1.25)
    return max(min(low / 1.25, 0.8), 1 / 30), max(min(high * 1.25, 11.0), 1.3)


def _sparse_markers(
    axes: Any, us: list[float], ys: list[float], mark: Mark, order: int, count: int, limits: tuple[float, float]
) -> None:
    """A few markers per curve, at other places on each curve, so that curves that cross can be followed without "
    "colour."""
    visible = [i for i, y in enumerate(ys) if limits[0] < y < limits[1]]
    if not visible:
        return
    step = max(1, len(us) // 5)
    start = int(step * (order + 0.5) / max(1, count))
    chosen = [i for i in visible if i % step == start % step]
    axes.plot(
        [us[i] for i in chosen],
        [ys[i] for i in chosen],
        mark.marker,
        color=mark.colour,
        ms=4,
        mec="white",
        mew=0.4,
        ls="none",
        zorder=4,
    )


def _intervals(stretches: list[tuple[float, float]]) -> str:
    return listed(f"{number(a, 3)} < u < {number(b, 3)}" for a, b in stretches)


def _extremes(entries: list[Curve], depth: int, u: float) -> str:
    """The largest and the smallest finite ratio at the stored energy nearest to u."""
    near = []
    for group, us, rs in entries:
        i = min(range(len(us)), key=lambda j: abs(us[j] - u))
        value = rs[i]
        if value is not None and math.isfinite(value):
            near.append((value, group.label))
    if not near:
        return ""
    (least, low), (most, high) = min(near), max(near)
    return (
        f"at p = {depth} and the threshold u = {number(u)} the finite ratios run from {number(least, 3)} ({low}) to "
        f"{number(most, 3)} ({high})"
    )
