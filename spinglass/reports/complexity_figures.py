"""Figures of numbers of critical points by energy: the asymptotic curves and the exact densities at finite N."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from spinglass.reports.figures import Drawing
from spinglass.reports.ratio_figures import all_marks, mark_of
from spinglass.reports.style import (
    DOUBLE_COLUMN,
    FAINT,
    INK,
    REFERENCE_GREY,
    SMALL_TEXT,
    Sheet,
    index_mark,
    line_height,
    plain,
    spread,
    text_width,
    wrapped,
)
from spinglass.reports.tables import ReportFolder, Row, listed, number, sizes

DASHED = (0, (4, 1.5))


def _edge_name(name: str) -> str:
    """E_inf, E_0, … as a negative energy in mathematical type."""
    return rf"$-E_{{{name.removeprefix('E_').replace('inf', chr(92) + 'infty')}}}$"


def _top_labels(sheet: Sheet, axes: Any, marks: list[tuple[float, str, str]], above: float) -> None:
    """Names of vertical lines above a panel, moved apart, each joined with its line."""
    box = axes.get_position()
    left, right, top = box.x0 * sheet.width, box.x1 * sheet.width, (1 - box.y1) * sheet.height
    low, high = axes.get_xlim()
    places = [left + (right - left) * (x - low) / (high - low) for x, _, _ in marks]
    # In mathematical type a name is about as wide as its four characters.
    extents = [text_width("−E8", SMALL_TEXT) + 1.5 for _ in marks]
    for place, centre, (_, name, colour) in zip(
        places, spread(places, extents, left - 3, right + 3), marks, strict=True
    ):
        sheet.line([place, centre], [top - 0.3, top - above + 0.8], color=colour, lw=0.5)
        sheet.text(centre, top - above, name, ha="center", size=SMALL_TEXT)


def _draw_curves(axes: Any, folder: ReportFolder, p: int, indices: list[str]) -> None:
    for index in indices:
        table = sorted(folder.rows("complexity_curves", p=p, index=index), key=lambda row: row["energy_density"])
        points = [(row["energy_density"], row["complexity"]) for row in table if row["complexity"] is not None]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        if index == "all":
            axes.plot(xs, ys, color=FAINT, ls=DASHED, lw=2.2, zorder=2)
        else:
            mark = index_mark(int(index))
            axes.plot(xs, ys, color=mark.colour, ls=DASHED, lw=1.1, zorder=3)


def draw_complexity(folder: ReportFolder, title: str) -> Drawing:
    """Σ(u) and the cumulative Θ_k(u), whole range above and the bands below the threshold enlarged underneath."""
    ps = sorted({row["p"] for row in folder.rows("complexity_curves")})
    left, gap, right = 17.0, 32.0, 15.0
    columns = min(2, len(ps))
    width = (DOUBLE_COLUMN - left - right - gap * (columns - 1)) / columns
    head, height, between = 21.0, 44.0, 21.0
    pitch = 2 * height + between + 27.0  # from one row of glasses to the next
    sheet = Sheet(DOUBLE_COLUMN, head + math.ceil(len(ps) / columns) * pitch - 16.0, title)
    key = (
        r"$\Sigma(u)$: all critical points at $u$ (wide grey);  $\Theta_k(u)$: those of index $k$ at energies up to $u$"
    )
    sheet.text(1.5, 9.6, key, size=SMALL_TEXT, color="#4d4d4d")
    rows: list[Row] = []
    found: list[str] = []
    for place, p in enumerate(ps):
        x0, top = left + place % columns * (width + gap), head + place // columns * pitch
        table = folder.rows("complexity_curves", p=p)
        indices = sorted({row["index"] for row in table}, key=lambda k: -1 if k == "all" else int(k))
        rows += [{"kind": "curve", **row} for row in table]
        edges = {row["name"]: row["value"] for row in folder.rows("thresholds", p=p) if row["value"] is not None}
        rows += [
            {"kind": "threshold", "p": p, "index": name, "energy_density": -value, "complexity": None}
            for name, value in edges.items()
        ]
        infinity = edges.get("E_inf", 2 * math.sqrt((p - 1) / p))
        deepest = max(edges.values(), default=infinity)
        peak = max((row["complexity"] for row in table if row["complexity"] is not None), default=0.5)
        energies = [row["energy_density"] for row in table]

        whole = sheet.axes(x0, top, width, height)
        _draw_curves(whole, folder, p, indices)
        floor = -0.28 * peak
        whole.set(
            xlim=(max(min(energies), -1.2 * deepest), min(max(energies), 1.2 * deepest)), ylim=(floor, 1.1 * peak)
        )
        whole.axhline(0, color=INK, lw=0.6)
        whole.axvline(-infinity, color=FAINT, lw=0.8, ls=":")
        step = 0.1 if peak < 0.7 else 0.2
        whole.set_yticks([round(step * i, 3) for i in range(int(floor / step), int(1.1 * peak / step) + 1)])
        whole.set_xlabel("energy density $u = h/N$")
        whole.set_ylabel(r"(1/$N$) log mean number, $\Sigma$ and $\Theta_k$")
        sheet.text(x0, top - 6.6, f"$p = {p}$ (depth {p})")
        _top_labels(sheet, whole, [(-infinity, r"$-E_\infty$", FAINT)], 1.6)
        flat = max(
            (row["complexity"] for row in table if row["index"] == "0" and row["complexity"] is not None), default=0.0
        )
        whole.text(0.0, peak * 1.02, r"$\Sigma$", ha="center", va="bottom", size=SMALL_TEXT)
        ks = [k for k in indices if k != "all"]
        if ks:
            joint = r" = ".join(rf"$\Theta_{{{k}}}$" for k in ks)
            whole.text(0.0, flat + 0.02 * peak, joint, ha="center", va="bottom", size=SMALL_TEXT)
        n = max([int(v) for v in folder.settings.get("sizes_approach", []) or [32]])
        counts = whole.secondary_yaxis(
            "right", functions=(lambda y, n=n: y * n / math.log(10), lambda z, n=n: z * math.log(10) / n)
        )
        whole_powers = range(math.ceil(floor * n / math.log(10)), math.floor(1.1 * peak * n / math.log(10)) + 1)
        powers = [power for power in whole_powers if power % max(1, math.ceil(len(whole_powers) / 5)) == 0]
        counts.set_yticks(powers, [rf"$10^{{{power}}}$" if power else "1" for power in powers])
        counts.spines["right"].set_visible(True)
        counts.set_ylabel(rf"$e^{{N\Sigma}}$ at $N = {n}$")

        lower = sheet.axes(x0, top + height + between, width, height)
        _draw_curves(lower, folder, p, indices)
        reach = deepest - infinity if deepest > infinity else 0.03
        ceiling = max(flat * 1.45, 1e-3)
        lower.set(
            xlim=(-deepest - 0.25 * reach, -infinity + 0.65 * reach),
            ylim=(-0.42 * flat if flat > 0 else -ceiling, ceiling),
        )
        lower.axhline(0, color=INK, lw=0.6)
        lower.set_xlabel("energy density $u = h/N$ (enlarged)")
        lower.set_ylabel(r"$\Sigma$ and $\Theta_k$ (enlarged)")
        lower.locator_params(axis="x", nbins=4)
        lower.locator_params(axis="y", nbins=5)
        names = []
        for name, value in sorted(edges.items(), key=lambda item: item[1]):
            k = name.removeprefix("E_")
            colour = FAINT if k == "inf" else index_mark(int(k)).colour
            names.append((-value, _edge_name(name), colour))
            bottom, ceiling = lower.get_ylim()
            lower.axvline(-value, ymin=-bottom / (ceiling - bottom), color=colour, lw=0.7, ls=":", zorder=1)
            if k != "inf":
                lower.plot(
                    [-value], [0], index_mark(int(k)).marker, color=colour, ms=4.4, mec="white", mew=0.5, zorder=5
                )
        _top_labels(sheet, lower, names, 3.2)
        # Right of the threshold and between zero and Θ there is nothing.
        handles = [Line2D([], [], color=FAINT, ls=DASHED, lw=2.2, label=r"$\Sigma$")] if "all" in indices else []
        for k in ks:
            colour, marker = index_mark(int(k))
            handles.append(
                Line2D(
                    [],
                    [],
                    color=colour,
                    ls=DASHED,
                    marker=marker,
                    ms=4.2,
                    mec="white",
                    mew=0.4,
                    label=rf"$\Theta_{{{k}}}$",
                )
            )
        lower.legend(
            handles=handles,
            loc="lower right",
            bbox_to_anchor=(1.0, 0.25),
            frameon=False,
            fontsize=SMALL_TEXT,
            handlelength=2.6,
            borderpad=0,
            labelspacing=0.25,
        )
        whole.axvspan(*lower.get_xlim(), color="#eeeeee", lw=0, zorder=0)
        values = ", ".join(f"−{name.replace('E_inf', 'E_∞')} = {number(-value, 5)}" for name, value in edges.items())
        found.append(f"for p = {p}: {values}; largest Σ {number(peak)}")
    caption = (
        "Logarithm per spin of mean numbers of critical points (annealed, limit of large N, dashed): Σ(u) of all "
        "critical points at energy density u, Θ_k(u) of those with index k and energies below u. Below −E_k there are "
        "no points of index k or higher; below the threshold −E_∞ every index has its band. Grey band above: the "
        "range enlarged underneath; markers: zeros −E_k of Θ_k. These curves hold for every activation whose field "
        f"does not change the exponential order. p = {listed(ps)}; {folder.provenance()}."
    )
    return Drawing(sheet.figure, rows, caption, f"Complexity curves with threshold and band edges: {'. '.join(found)}.")


def draw_densities(folder: ReportFolder, title: str) -> Drawing:
    """Exact mean number of critical points per unit of energy at small N, each activation beside the reference."""
    pairs = all_marks(folder)
    table: dict[tuple[str, int], dict[int, list[Row]]] = {}
    for row in folder.rows("exact_densities"):
        table.setdefault((row["activation"], row["depth"]), {}).setdefault(row["n_spins"], []).append(row)
    depths = sorted({depth for _, depth in table})
    groups = [g for g in folder.groups(*depths) if any((g.first, depth) in table for depth in depths)]
    others = [g for g in groups if not g.is_reference] or groups
    left, right, gap, middle_gap = 12.5, 8.5, 10.5, 14.0
    columns = min(2, len(depths))
    width = (DOUBLE_COLUMN - left - right - gap * columns - middle_gap * (columns - 1)) / (2 * columns)
    names = [wrapped(g.label, DOUBLE_COLUMN / 2, max_lines=2) for g in others]
    headings = [len(lines) * line_height() + 2.6 for lines in names]
    height, foot = (20.0 if len(others) <= 8 else 16.0), 5.0
    head = 20.0
    pitch = sum(headings) + len(others) * (height + foot) + 16.0  # from one row of depths to the next
    sheet = Sheet(DOUBLE_COLUMN, head + math.ceil(len(depths) / columns) * pitch - 9.0, title)
    every = sorted({n for sized in table.values() for n in sized})
    weights = {n: 0.35 + 0.8 * i / max(1, len(every) - 1) for i, n in enumerate(every)}
    key = f"colour: the activation;  grey: {plain(folder.reference_label)};  thin to thick lines: $N$ = {sizes(every)}"
    sheet.text(1.5, 9.3, key, size=SMALL_TEXT, color="#4d4d4d")
    largest: tuple[float, str] = (1.0, "")
    rows_out: list[Row] = []
    for place, depth in enumerate(depths):
        x, y = left + place % columns * (2 * width + gap + middle_gap), head + place // columns * pitch
        sheet.text(x, y - 4.6, f"$p = {depth}$ (depth {depth})")
        sheet.text(x, y - 0.8, "density  d E Crt$_N$ / d$u$", size=SMALL_TEXT)
        sheet.text(x + width + gap, y - 0.8, "ratio to reference", size=SMALL_TEXT)
        peaks: dict[int, float] = {}  # largest density of the reference; some activations have other energies only
        for row in folder.rows("exact_densities", depth=depth):
            peaks[row["n_spins"]] = max(peaks.get(row["n_spins"], 1e-300), row["reference_density"] or 0.0)
        for j, group in enumerate(others):
            y += headings[j]
            mark = mark_of(group, folder, pairs)
            if place % columns == 0:
                middle = y - headings[j] / 2 + 0.2
                sheet.line([x + 1.2], [middle], color=mark.colour, marker=mark.marker, ms=4.2, ls="none")
                sheet.text(x + 4.0, middle, "\n".join(map(plain, names[j])), va="center", linespacing=1.15)
            axes = sheet.axes(x, y, width, height), sheet.axes(x + width + gap, y, width, height)
            stored = sorted(table.get((group.first, depth), {}).items())
            curves = [_DensityCurve.of(n, rows, peaks[n]) for n, rows in stored]
            _prepare_densities(axes, curves, max(peaks.values()))
            for curve in curves:
                line = {"lw": weights[curve.n_spins]}
                axes[0].plot(curve.energies, curve.reference, color=REFERENCE_GREY, zorder=2, **line)
                axes[0].plot(curve.energies, curve.density, color=mark.colour, zorder=3, **line)
                axes[1].plot(curve.energies, curve.ratio, color=mark.colour, zorder=3, **line)
                for u, value in zip(curve.energies, curve.ratio, strict=True):
                    if value > 0 and abs(math.log(value)) > abs(math.log(largest[0])):
                        largest = value, f"{group.label} at p = {depth}, N = {curve.n_spins}, u = {number(u, 3)}"
            rows_out += [{"group": group.label, **row} for _, rows in stored for row in rows]
            y += height + foot
        if place % columns == 0:
            sheet.text(DOUBLE_COLUMN / 2, y + 2.6, "energy density $u = h/N$", ha="center")
    caption = (
        f"Exact mean number of critical points per unit of energy density at N = {sizes(every)} (thin to thick lines), "
        f"and its ratio to that of {folder.reference_label} beside it, where the reference has more than 1 % of its "
        f"largest density; logarithmic scales; every panel has its own range of energies. Coloured: the activation; "
        f"grey: {folder.reference_label}. Groups of points far outside lie near the poles of the sphere, where the "
        f"deterministic term is of the order of the random one or larger. p = {listed(depths)}; {folder.provenance()}."
    )
    text = f"no change where {folder.reference_label} has more than 1 % of its largest density"
    if largest[1]:
        text = (
            f"where {folder.reference_label} has more than 1 % of its largest density, the strongest change is by a "
            f"factor {number(largest[0], 3)} ({largest[1]})"
        )
    return Drawing(
        sheet.figure, rows_out, caption, f"Exact densities of critical points at N = {sizes(every)}: {text}."
    )


@dataclass(frozen=True)
class _DensityCurve:
    """Density, density of the reference and their ratio (where the reference is not rare) at one N."""

    n_spins: int
    energies: list[float]
    density: list[float]
    reference: list[float]
    ratio: list[float]

    @classmethod
    def of(cls, n_spins: int, rows: list[Row], peak: float) -> _DensityCurve:
        rows = sorted(rows, key=lambda row: row["energy_density"])
        density = [row["density"] or math.nan for row in rows]
        reference = [row["reference_density"] or math.nan for row in rows]
        ratio = [a / b if b > 0.01 * peak else math.nan for a, b in zip(density, reference, strict=True)]
        return cls(n_spins, [row["energy_density"] for row in rows], density, reference, ratio)


def _prepare_densities(axes: tuple[Any, Any], curves: list[_DensityCurve], peak: float) -> None:
    """Logarithmic axes of a density (three and a half decades) and of its ratio to the reference."""
    floor = 5e-4 * peak
    shown = [
        u for c in curves for u, a, b in zip(c.energies, c.density, c.reference, strict=True) if a > floor or b > floor
    ] or [-1.0, 1.0]
    common = [(u, r) for c in curves for u, r in zip(c.energies, c.ratio, strict=True) if r > 0] or [(-1, 1), (1, 1)]
    least = min(max(min(r for _, r in common), 1e-3) / 1.1, 0.85)
    most = max(min(max(r for _, r in common), 1e3) * 1.1, 1.18)
    for each, energies, limits in (
        (axes[0], shown, (floor, 1.8 * peak)),
        (axes[1], [u for u, _ in common], (least, most)),
    ):
        pad = 0.03 * (max(energies) - min(energies)) or 0.1
        each.set(yscale="log", xlim=(min(energies) - pad, max(energies) + pad), ylim=limits)
        each.grid(axis="y")
        each.yaxis.set_minor_locator(NullLocator())
        each.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        each.tick_params(labelsize=SMALL_TEXT)
    axes[0].yaxis.set_major_locator(LogLocator(numticks=4))
    axes[1].yaxis.set_major_locator(FixedLocator(_ratio_ticks(least, most)))
    axes[1].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes[1].axhline(1, color=REFERENCE_GREY, lw=0.8, zorder=2)


def _ratio_ticks(low: float, high: float) -> list[float]:
    """A few round numbers between the limits of a logarithmic axis, 1 among them."""
    scales = (
        (0.9, 1, 1.1, 1.2),
        (0.6, 0.8, 1, 1.2, 1.5, 2),
        (0.5, 0.7, 1, 1.5, 2, 3),
        (0.2, 0.5, 1, 2, 5),
        (0.01, 0.1, 1, 10, 100),
    )
    for ticks in scales:
        inside = [tick for tick in ticks if low <= tick <= high]
        gaps = [math.log(b / a) / math.log(high / low) for a, b in pairwise(inside)]
        ends = max(math.log(inside[0] / low), math.log(high / inside[-1])) / math.log(high / low) if inside else 1.0
        if gaps and min(gaps) > 0.16 and ends < 0.6:
            return list(inside)
    return [10.0**k for k in range(-3, 4) if low <= 10.0**k <= high]
