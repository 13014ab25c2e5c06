"""Figures of the ratio of totals: its limit per activation, and the exact ratio on its way there."""

from __future__ import annotations

import math

from spinglass.reports.figures import Drawing
from spinglass.reports.style import (
    DOUBLE_COLUMN,
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
from spinglass.reports.tables import Group, ReportFolder, Row, listed, number, sizes

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
    columns = min(2, len(depths))
    width = (DOUBLE_COLUMN - text_column - margin - gap * (columns - 1)) / columns
    value_column = 12.5
    names = [wrapped(group.label, text_column - 7.5, max_lines=4) for group in groups]
    heights = [max(7.0, len(lines) * line_height() + 1.6) for lines in names]
    head, bottom = 19.0, 11.5
    body = sum(heights)
    pitch = body + bottom + 8.0  # from one row of panels to the next
    sheet = Sheet(DOUBLE_COLUMN, head + body + bottom + (math.ceil(len(depths) / columns) - 1) * pitch, title)
    centres = [sum(heights[:i]) + heights[i] / 2 for i in range(len(heights))]
    rows: list[Row] = []
    values = [
        row["ratio"] for row in folder.rows("exact_counts") if row["n_spins"] in chosen and row["ratio"] is not None
    ]
    values += [v for g in groups for d in depths if (v := limit_of(folder, g.first, d)) is not None]
    finite = [value for value in values if math.isfinite(value)] or [1.0]
    low, high = min(*finite, 1.0), max(*finite, 1.0)
    pad = max(0.06 * (high - low), 0.012)  # equal ratios differ by rounding errors only: do not enlarge those
    words = f"ratio of mean total numbers of critical points,  E Crt$_N$ / E Crt$_N$({plain(folder.reference_label)})"
    for place, depth in enumerate(depths):
        line, column = divmod(place, columns)
        left, top = text_column + column * (width + gap), head + line * pitch
        if column == 0:
            _name_rows(sheet, [mark_of(group, folder, pairs) for group in groups], names, [top + y for y in centres])
            sheet.text((text_column + DOUBLE_COLUMN - margin) / 2, top + body + 8.3, words, ha="center")
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
            sheet.text(
                left + width - value_column + 2.5,
                top + centre,
                number(limit, 5 if limit and limit >= 1 else 4),
                va="center",
                size=SMALL_TEXT,
            )
        for boundary in (sum(heights[: i + 1]) for i in range(len(heights) - 1)):
            axes.axhline(boundary, color="#efefef", lw=0.5, zorder=0)
    key = f"small to large markers, downwards: exact at $N$ = {listed(chosen)};  dashed: limit of large $N$"
    sheet.text(1.5, 9.3, key, size=SMALL_TEXT, color="#4d4d4d")
    caption = (
        f"Mean number of critical points relative to {folder.reference_label}. Solid lines with markers growing "
        f"downwards: exact ratios at N = {listed(chosen)}; dashed: the limit R_tot of large N, printed at the right. "
        f"Activations joined by an equality sign have the same field and coincide. p = {listed(depths)}; "
        f"{folder.provenance()}."
    )
    found = []
    for depth in depths:
        known = [(limit_of(folder, g.first, depth), g.label) for g in groups]
        finite_limits = [(value, label) for value, label in known if value is not None and math.isfinite(value)]
        if finite_limits:
            value, label = min(finite_limits)
            most, highest = max(finite_limits)
            text = f"at p = {depth} the limit ratio is lowest for {label}, {number(value)}, "
            text += f"and highest for {highest}, {number(most)}"
            far = _farthest(folder, groups, depth, chosen[-1]) if chosen else None
            if far is not None:
                text += f"; at N = {chosen[-1]} farthest from its limit is {far[0].label} with {number(far[1])}"
            found.append(text)
    alternative = (
        f"Ratios of total numbers of critical points to those of {folder.reference_label}: {'; '.join(found)}."
    )
    return Drawing(sheet.figure, rows, caption, alternative)


def _farthest(folder: ReportFolder, groups: list[Group], depth: int, n_spins: int) -> tuple[Group, float] | None:
    """The group whose exact ratio at one N is farthest from its limit, with that ratio."""
    exact = {row["activation"]: row["ratio"] for row in folder.rows("exact_counts", depth=depth, n_spins=n_spins)}
    known = [
        (abs(exact[group.first] - limit), i)
        for i, group in enumerate(groups)
        if exact.get(group.first) is not None and (limit := limit_of(folder, group.first, depth)) is not None
    ]
    if not known:
        return None
    group = groups[max(known)[1]]
    return group, exact[group.first]


def _name_rows(sheet: Sheet, row_marks: list[Mark], names: list[list[str]], centres: list[float]) -> None:
    """Marker and name of every activation to the left of its row."""
    for mark, lines, y in zip(row_marks, names, centres, strict=True):
        sheet.line([3.0], [y], color=mark.colour, marker=mark.marker, ms=4.5, ls="none")
        sheet.text(6.5, y, "\n".join(map(plain, lines)), va="center", linespacing=1.15)


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
        f"markers, N = {sizes(all_sizes)}) and its limit of large N (open markers at ∞, dashed continuation). The axis "
        f"is linear in 1/N. p = {listed(per_depth)}; {folder.provenance()}."
    )
    return Drawing(sheet.figure, rows, caption, f"Exact ratios against 1/N: {'; '.join(found) or 'no limits stored'}.")
