"""Figures of ratios to the reference: total number, number at an energy, approach of the exact ratio to its limit."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from .figures import Drawing
from .style import (
    DOUBLE_COLUMN,
    FAINT,
    REFERENCE_GREY,
    SMALL_TEXT,
    DirectLabel,
    Mark,
    Sheet,
    labels_height,
    line_height,
    marks,
    plain,
    wrapped,
)
from .tables import Group, ReportFolder, Row, listed, number, sizes

LABEL_COLUMN = 44.0  # mm, for the longest label of the catalogue joined with two others


def mark_of(group: Group, folder: ReportFolder, pairs: dict[str, Mark]) -> Mark:
    """Colour and marker of a group: those of the reference when it coincides with it, else of its first member."""
    return pairs[folder.reference] if group.is_reference else pairs[group.first]


def all_marks(folder: ReportFolder) -> dict[str, Mark]:
    """Pairs of colour and marker for every activation of the folder; the reference is dark grey."""
    return {**marks(folder.labels), folder.reference: Mark(REFERENCE_GREY, "o")}


def limit_of(folder: ReportFolder, activation: str, depth: int) -> float | None:
    """The stored limit of the total ratio."""
    value = folder.rows("activations", activation=activation, depth=depth)[0]["total_ratio"]
    return None if value is None else float(value)


def draw_total_ratio(folder: ReportFolder, title: str) -> Drawing:
    """Limit of the ratio of total numbers per activation, with the exact ratios at finite N that approach it."""
    pairs, depths = all_marks(folder), folder.depths
    groups = folder.groups()
    shown = sorted({row["n_spins"] for row in folder.rows("exact_counts")})
    chosen = shown if len(shown) <= 5 else [n for n in (4, 8, 16, 32) if n in shown] or shown[-4:]
    text_column, gap, margin = 39.0, 6.0, 3.0
    width = (DOUBLE_COLUMN - text_column - margin - gap * (len(depths) - 1)) / len(depths)
    value_column = 12.5
    names = [wrapped(group.label, text_column - 7.5, max_lines=4) for group in groups]
    heights = [max(7.0, len(lines) * line_height() + 1.6) for lines in names]
    top, bottom = 19.0, 11.5
    body = sum(heights)
    sheet = Sheet(DOUBLE_COLUMN, top + body + bottom, title)
    centres = [sum(heights[:i]) + heights[i] / 2 for i in range(len(heights))]
    rows: list[Row] = []
    values = [
        row["ratio"] for row in folder.rows("exact_counts") if row["n_spins"] in chosen and row["ratio"] is not None
    ]
    values += [v for g in groups for d in depths if (v := limit_of(folder, g.first, d)) is not None]
    finite = [value for value in values if math.isfinite(value)] or [1.0]
    low, high = min(*finite, 1.0), max(*finite, 1.0)
    pad = max(0.06 * (high - low), 0.012)  # equal ratios differ by rounding errors only: do not enlarge those
    for column, depth in enumerate(depths):
        left = text_column + column * (width + gap)
        axes = sheet.axes(left, top, width - value_column, body)
        axes.set(xlim=(low - pad, high + pad), ylim=(body, 0.0), yticks=[])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        axes.axvline(1.0, color=REFERENCE_GREY, lw=0.9)
        axes.set_title(f"$p = {depth}$ (depth {depth})", pad=6)
        sheet.text(left + width - value_column + 2.5, top - 1.6, "limit", size=SMALL_TEXT)
        for group, centre, height in zip(groups, centres, heights, strict=True):
            mark = mark_of(group, folder, pairs)
            exact = {
                row["n_spins"]: row["ratio"] for row in folder.rows("exact_counts", activation=group.first, depth=depth)
            }
            steps = [n for n in chosen if exact.get(n) is not None]
            span = min(height, 8.0) * 0.56
            ys = [centre - span / 2 + span * i / max(1, len(chosen)) for i, n in enumerate(chosen) if n in steps]
            limit = limit_of(folder, group.first, depth)
            xs = [exact[n] for n in steps]
            axes.plot(xs, ys, color=mark.colour, lw=0.9, zorder=2)
            for order, (x, y) in enumerate(zip(xs, ys, strict=True)):
                axes.plot([x], [y], mark.marker, color=mark.colour, ms=1.9 + 0.5 * order, mew=0, zorder=3)
            rows += [_ratio_row(group, depth, n, exact[n], "exact") for n in steps]
            if limit is not None and math.isfinite(limit):
                axes.plot(
                    [limit] * 2,
                    [centre - span / 2 - 0.6, centre + span / 2 + 0.9],
                    color=mark.colour,
                    ls=(0, (2, 1.2)),
                    lw=1.3,
                )
            rows.append(_ratio_row(group, depth, math.inf, limit, "limit"))
            sheet.text(left + width - value_column + 2.5, top + centre, number(limit, 4), va="center", size=SMALL_TEXT)
        for boundary in (sum(heights[: i + 1]) for i in range(len(heights) - 1)):
            axes.axhline(boundary, color="#efefef", lw=0.5, zorder=0)
    for group, centre, lines in zip(groups, centres, names, strict=True):
        mark = mark_of(group, folder, pairs)
        sheet.line([3.0], [top + centre], color=mark.colour, marker=mark.marker, ms=4.5, ls="none")
        sheet.text(6.5, top + centre, "\n".join(map(plain, lines)), va="center", linespacing=1.15)
    words = f"ratio of mean total numbers of critical points,  E Crt$_N$ / E Crt$_N$({plain(folder.reference_label)})"
    sheet.text((text_column + DOUBLE_COLUMN - margin) / 2, top + body + 8.3, words, ha="center")
    key = f"small to large markers, downwards: exact at $N$ = {listed(chosen)};  dashed: limit of large $N$"
    sheet.text(1.5, 9.3, key, size=SMALL_TEXT, color="#4d4d4d")
    caption = (
        f"Mean number of critical points relative to {folder.reference_label}. Solid lines with markers growing "
        f"downwards: exact "
        f"ratios at N = {listed(chosen)}; dashed: the limit R_tot of large N, printed at the right. Activations joined "
        f"by an "
        f"equality sign have the same field and coincide. p = {listed(depths)}; {folder.provenance()}."
    )
    found = []
    for depth in depths:
        known = [(limit_of(folder, g.first, depth), g.label) for g in groups]
        finite_limits = [(value, label) for value, label in known if value is not None and math.isfinite(value)]
        if finite_limits:
            value, label = min(finite_limits)
            most, highest = max(finite_limits)
            found.append(
                f"at p = {depth} the limit ratio is lowest for {label}, {number(value)}, and highest for {highest}, "
                f"{number(most)}"
            )
    alternative = (
        f"Ratios of total numbers of critical points to those of {folder.reference_label}: {'; '.join(found)}."
    )
    return Drawing(sheet.figure, rows, caption, alternative)


def _ratio_row(group: Group, depth: int, n_spins: float, ratio: float | None, kind: str) -> Row:
    return {
        "group": group.label,
        "activation": group.first,
        "depth": depth,
        "n_spins": n_spins,
        "ratio": ratio,
        "kind": kind,
    }


def draw_approach(folder: ReportFolder, title: str) -> Drawing:
    """Exact ratio of total numbers against 1/N, running to the limit at 1/N = 0."""
    pairs, depths = all_marks(folder), folder.depths
    per_depth = {
        depth: [g for g in folder.groups(depth) if folder.rows("exact_counts", activation=g.first, depth=depth)]
        for depth in depths
    }
    per_depth = {depth: groups for depth, groups in per_depth.items() if groups}
    needed = [labels_height([g.label for g in groups], LABEL_COLUMN) for groups in per_depth.values()]
    heights = [max(48.0, need + 2) for need in needed]
    left, top, between = 15.0, 13.5, 20.0
    width = DOUBLE_COLUMN - left - LABEL_COLUMN
    sheet = Sheet(DOUBLE_COLUMN, top + sum(heights) + between * (len(heights) - 1) + 12.0, title)
    rows: list[Row] = []
    found: list[str] = []
    all_sizes: set[int] = set()
    for depth, height in zip(per_depth, heights, strict=True):
        axes = sheet.axes(left, top, width, height)
        exact = folder.rows("exact_counts", depth=depth)
        ns = sorted({row["n_spins"] for row in exact})
        all_sizes |= set(ns)
        axes.set_xlim(1 / min(ns) * 1.04, -0.004)
        axes.grid(axis="y")
        axes.set_title(f"$p = {depth}$ (depth {depth})")
        axes.set_xlabel("number of spins $N$, spaced by $1/N$")
        axes.set_ylabel("ratio of totals,  E Crt$_N$ / E Crt$_N$(reference)")
        ticks = [n for n in ns if n in (3, 4, 5, 6, 8, 12, 16, 32, 64)] or ns
        axes.set_xticks([*(1 / n for n in ticks), 0.0], [*map(str, ticks), "∞"])
        labels = []
        gaps = []
        for group in per_depth[depth]:
            mark = mark_of(group, folder, pairs)
            points = sorted(
                (row["n_spins"], row["ratio"])
                for row in exact
                if row["activation"] == group.first and row["ratio"] is not None
            )
            limit = limit_of(folder, group.first, depth)
            if not points:
                continue
            xs, ys = [1 / n for n, _ in points], [ratio for _, ratio in points]
            axes.plot(xs, ys, color=mark.colour, marker=mark.marker, ms=3.6, mew=0, zorder=3)
            rows += [_ratio_row(group, depth, n, ratio, "exact") for n, ratio in points]
            end = ys[-1]
            if limit is not None and math.isfinite(limit):
                axes.plot([xs[-1], 0.0], [ys[-1], limit], color=mark.colour, ls=(0, (2.5, 1.5)), lw=1.0, zorder=2)
                axes.plot(
                    [0.0], [limit], mark.marker, mfc="white", mec=mark.colour, ms=4.6, mew=1.0, zorder=4, clip_on=False
                )
                rows.append(_ratio_row(group, depth, math.inf, limit, "limit"))
                gaps.append((abs(ys[-1] / limit - 1), group.label))
                end = limit
            labels.append(DirectLabel(group.label, mark, end))
        bottom, ceiling = axes.get_ylim()
        room = max(0.0, 0.03 - (ceiling - bottom)) / 2
        axes.set_ylim(bottom - room, ceiling + room)
        sheet.label_curves(axes, labels, LABEL_COLUMN, top, top + height)
        if gaps:
            gap, label = max(gaps)
            found.append(
                f"at p = {depth} and N = {max(ns)} the exact ratio is within {100 * gap:.2g} % of its limit, farthest "
                f"for {label}"
            )
        top += height + between
    caption = (
        f"Exact ratio of the mean total number of critical points to that of {folder.reference_label} (solid, filled "
        f"markers, "
        f"N = {sizes(all_sizes)}) and its limit of large N (open markers at ∞, dashed continuation). The axis is "
        f"linear in 1/N. "
        f"p = {listed(per_depth)}; {folder.provenance()}."
    )
    return Drawing(sheet.figure, rows, caption, f"Exact ratios against 1/N: {'; '.join(found) or 'no limits stored'}.")


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
    curves: dict[int, list[tuple[Group, list[float], list[float | None]]]] = {}
    for depth in folder.depths:
        for group in folder.groups(depth):
            reach = _reach(folder, depth)
            table = sorted(
                (
                    r
                    for r in folder.rows("ratio_curves", activation=group.first, depth=depth)
                    if abs(r["energy_density"]) <= reach
                ),
                key=lambda r: r["energy_density"],
            )
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
        finite = [r for _, _, rs in entries for r in rs if r is not None and math.isfinite(r) and r > 0]
        low, high = max(min(finite, default=0.5), 1 / 30) / 1.15, min(max(finite, default=2.0), 10.0) * 1.1
        high = max(high, 1.3)
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
            inside = ys[-1] if math.isfinite(ys[-1]) else None
            labels.append(DirectLabel(group.label, mark, None if inside is None or not low < inside < high else inside))
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
        f"large N "
        f"(dashed). The strips above a panel mark energies at which the ratio is infinite: other latitudes than the "
        f"typical "
        f"ones then dominate and the exponential order itself changes. Curves that leave the panel at the top are "
        f"finite but larger. "
        f"p = {listed(curves)}; {folder.provenance()}."
    )
    return Drawing(
        sheet.figure,
        rows,
        caption,
        f"Ratio of densities by energy: {'; '.join(filter(None, found)) or 'finite everywhere'}.",
    )


def _reach(folder: ReportFolder, depth: int) -> float:
    """Energies that are drawn: a little beyond those at which critical points are found."""
    lowest = folder.threshold(depth, "E_0") or folder.threshold(depth)
    return math.inf if lowest is None else 1.12 * lowest


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


def _extremes(entries: list[tuple[Group, list[float], list[float | None]]], depth: int, u: float) -> str:
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
        f"at p = {depth} and the threshold u = {number(u)} the finite ratios run from {number(least, 3)} ({low}) "
        f"to {number(most, 3)} ({high})"
    )


__all__ = ["all_marks", "draw_approach", "draw_energy_ratio", "draw_total_ratio", "infinite_stretches", "mark_of"]
