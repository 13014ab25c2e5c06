"""Figures of a campaign of censuses: index against energy, numbers against N, energies of the minima."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from spinglass.reports.figures import Drawing
from spinglass.reports.glass import glass_key, glass_words
from spinglass.reports.style import (
    DOUBLE_COLUMN,
    FAINT,
    INK,
    REFERENCE_GREY,
    SMALL_TEXT,
    DirectLabel,
    Mark,
    Sheet,
    index_colour,
    index_mark,
)
from spinglass.reports.tables import ReportFolder, Row, listed, number, sizes, with_error

DASHED = (0, (4, 1.5))
MOST_PANELS = 6
_SOFT = "#4d4d4d"
_ALL = Mark(INK, "s")


def _band(axes: Any, critical: float | None, horizontal: bool = True) -> None:
    """The zero line and the family-wise band of an axis of z-scores."""
    line, span = (axes.axhline, axes.axhspan) if horizontal else (axes.axvline, axes.axvspan)
    line(0, color=REFERENCE_GREY, lw=0.6, zorder=1)
    if critical:
        span(-critical, critical, color="#efefef", lw=0, zorder=0)
        for side in (-critical, critical):
            line(side, color=FAINT, lw=0.6, ls=":", zorder=1)


def _scores(rows: list[Row]) -> list[float]:
    return [row["z"] for row in rows if row["z"] is not None and math.isfinite(row["z"])]


def _reach(rows: list[Row], critical: float | None) -> float:
    return 1.25 * max([abs(z) for z in _scores(rows)] + [critical or 3.0])


def _dot(axes: Any, x: float, y: float, colour: Any, marker: str, size: float, rejected: bool) -> None:
    axes.plot([x], [y], marker, color=colour, ms=size, mew=0, zorder=3)
    if rejected:  # a ring, so that a rejected comparison stands out without colour
        axes.plot([x], [y], "o", mfc="none", mec="black", ms=7, mew=0.8, zorder=4)


def draw_energy_index(folder: ReportFolder, title: str) -> Drawing:
    """The points of the largest size with the exact mean index; z-scores by energy below and by index at the side."""
    points, curves, tests = (folder.rows(name) for name in ("census_points", "mean_indices", "comparisons"))
    critical = folder.summary.get("z_critical")
    ns = sorted({row["n_spins"] for row in points})
    with_curve = [n for n in ns if any(row["n_spins"] == n for row in curves)]
    n = with_curve[-1] if with_curve else ns[-1]
    shown = [row for row in points if row["n_spins"] == n]
    curve = sorted((row for row in curves if row["n_spins"] == n), key=lambda row: row["energy_density"])
    tests = [row for row in tests if row["quantity"] in ("energy bin", "index")]
    left, head, width, height, between, low, right = 15.0, 14.0, 112.0, 66.0, 3.0, 17.0, 4.0
    sheet = Sheet(DOUBLE_COLUMN, head + height + between + low + 12.0, title)
    key = f"{glass_key(folder.settings)}, $N = {n}$;  dots: critical points"
    if curve:
        key += ";  solid: exact mean index, grey: 5 % to 95 %"
        if curve[0]["limit"] is not None:
            key += ";  dashed: limit of many spins"
    sheet.text(1.5, 9.6, key, size=SMALL_TEXT, color=_SOFT)
    axes = sheet.axes(left, head, width, height)
    below = sheet.axes(left, head + height + between, width, low)
    aside = sheet.axes(left + width + 8.0, head, DOUBLE_COLUMN - left - width - 8.0 - right, height)
    step = 1 / max(n - 1, 1)
    if curve:
        u = [row["energy_density"] for row in curve]
        lower, upper = [row["low"] - step / 2 for row in curve], [row["high"] + step / 2 for row in curve]
        axes.fill_between(u, lower, upper, step="mid", color="#e4e4e4", lw=0, zorder=0)
        axes.plot(u, [row["mean"] for row in curve], color=INK, lw=1.4, zorder=4)
        if curve[0]["limit"] is not None:
            axes.plot(u, [row["limit"] for row in curve], color=INK, lw=1.1, ls=DASHED, zorder=4)
    for k in range(n):
        level = [point for point in shown if point["index"] == k]
        heights = [(k + 0.5 * _jitter(i)) * step for i in range(len(level))]
        axes.plot(
            [point["energy_density"] for point in level],
            heights,
            "o",
            color=index_colour(k, n),
            ms=1.7,
            mew=0,
            alpha=0.6,
            zorder=3,
            rasterized=True,
        )
    places = [row["energy_density"] for row in shown] + [row["energy_density"] for row in curve]
    span = min(places), max(places)
    for each in (axes, below):
        each.set_xlim(span[0] - 0.03 * (span[1] - span[0]), span[1] + 0.03 * (span[1] - span[0]))
    for each in (axes, aside):
        each.set_ylim(-0.5 * step, 1 + 0.5 * step)
    axes.tick_params(labelbottom=False)
    axes.set_ylabel("index / ($N$ − 1)")
    levels = list(range(n)) if n <= 12 else []
    for k in levels:
        axes.text(1.005, k * step, f"{k}", transform=axes.get_yaxis_transform(), va="center", size=6.5, color=_SOFT)
    if levels:
        sheet.text(left + width + 0.4, head - 0.8, "$k$", size=6.5, color=_SOFT)
    reach = _reach(tests, critical)
    _band(below, critical)
    _band(aside, critical, horizontal=False)
    below.set_ylim(-reach, reach)
    aside.set_xlim(-reach, reach)
    for row in tests:
        if row["z"] is None or not math.isfinite(row["z"]):
            continue
        m = row["n_spins"]
        weight = ns.index(m) / max(1, len(ns) - 1)
        rejected = critical is not None and abs(row["z"]) > critical
        if row["quantity"] == "index":
            size = 2.2 + 1.6 * weight
            _dot(aside, row["z"], row["index"] / max(m - 1, 1), index_colour(row["index"], m), "o", size, rejected)
        else:
            a = max(row["bin_low"], span[0]) if row["bin_low"] is not None else span[0]
            b = min(row["bin_high"], span[1]) if row["bin_high"] is not None else span[1]
            x = (a + b) / 2 + 0.5 * (b - a) * (weight - 0.5) * (len(ns) > 1)
            _dot(below, x, row["z"], INK, "o", 2.2 + 1.6 * weight, rejected)
    below.set_xlabel("energy density $u = h/N$")
    below.set_ylabel("$z$ by energy")
    aside.set_xlabel("$z$ by index")
    aside.tick_params(labelleft=False)
    below.yaxis.set_major_locator(MaxNLocator(3, integer=True, symmetric=True))
    aside.xaxis.set_major_locator(MaxNLocator(3, integer=True, symmetric=True))
    for each in (axes, below):
        each.yaxis.set_label_coords(-10.0 / width, 0.5)
    used = len({row["sample"] for row in shown})
    total = next((row["samples"] for row in folder.rows("sizes", n_spins=n)), used)
    part = "all" if used == total else f"the first {used} of {total}"
    caption = (
        f"Every critical point of {part} sampled Hamiltonians with N = {n}: index over N − 1 against energy density "
        "(heights spread about each index, which is named at the right). Solid: exact mean index at an energy, grey: "
        "its exact quantiles from 5 % to 95 %; dashed (pure glass): the share F(u√(p/(p−1))) of the shifted "
        "semicircle, the limit. "
        f"Beside: z-scores of the mean numbers by energy bin (below) and by index (right), N = {sizes(ns)}, small to "
        f"large dots{_band_words(critical)}. {glass_words(folder.settings)}; {folder.provenance()}."
    )
    found = _scores(tests)
    worst = f"the largest |z| of {len(found)} comparisons is {number(max(map(abs, found)), 3)}" if found else ""
    bound = f", bound {number(critical, 3)}" if critical and found else ""
    rise = ""
    if curve:
        a, b = (min(curve, key=lambda row: abs(row["mean"] - value)) for value in (0.1, 0.9))
        rise = (
            f"the exact mean index rises from a tenth at u = {number(a['energy_density'], 3)} to nine tenths at "
            f"u = {number(b['energy_density'], 3)}"
        )
    text = f"{len(shown)} critical points at N = {n}; " + "; ".join(filter(None, (rise, worst + bound))) + "."
    return Drawing(sheet.figure, [*shown, *curve, *tests], caption, text)


def _jitter(number_: int) -> float:
    """Heights in (−½, ½) that fill the interval evenly and are the same every time."""
    return (number_ * 0.6180339887498949) % 1.0 - 0.5


def _band_words(critical: float | None) -> str:
    return f", with the family-wise band ±{number(critical, 3)}" if critical else ""


def draw_count_growth(folder: ReportFolder, title: str) -> Drawing:
    """Left: mean numbers against N; right: their logarithms over N. All points, and minima."""
    table = folder.rows("count_growth")
    label, left, gap, head, height = 37.0, 15.0, 17.0, 15.0, 62.0
    width = (DOUBLE_COLUMN - left - gap - label) / 2
    sheet = Sheet(DOUBLE_COLUMN, head + height + 12.0, title)
    key = f"{glass_key(folder.settings)};  markers: complete enumeration ± 1 standard error"
    kinds = {row["kind"] for row in table}
    if "exact" in kinds:
        key += ";  solid: exact"
    if "asymptotic" in kinds:
        key += ";  dashed: limit of many spins"
    sheet.text(1.5, 9.6, key, size=SMALL_TEXT, color=_SOFT)
    counts = sheet.axes(left, head, width, height)
    rates = sheet.axes(left + width + gap, head, width, height)
    labels: list[DirectLabel] = []
    words: list[str] = []
    for population, mark, name in (("all", _ALL, "all critical points"), ("minima", index_mark(0), "minima")):
        rows = [row for row in table if row["population"] == population]
        last, short = None, name.split()[0]
        for kind, line in (("exact", "-"), ("asymptotic", DASHED)):
            known = sorted((row["n_spins"], row["count"]) for row in rows if row["kind"] == kind and row["count"] > 0)
            if known:
                xs = [at for at, _ in known]
                counts.plot(xs, [value for _, value in known], color=mark.colour, ls=line, zorder=2)
                heights = [math.log(value) / at for at, value in known]
                rates.plot(xs, heights, color=mark.colour, ls=line, zorder=2)
                last = heights[-1] if last is None else last
        for row in (row for row in rows if row["kind"] == "rate"):
            rates.axhline(row["rate"], color=mark.colour, lw=0.9, ls=(0, (4, 1.5)), zorder=1)
            labels.append(DirectLabel(f"{short}: limit {number(row['rate'], 3)}", mark, row["rate"]))
        for row in (row for row in rows if row["kind"] == "found" and row["count"] > 0):
            n, count, error = row["n_spins"], row["count"], row["standard_error"] or 0.0
            style: dict[str, Any] = {
                "fmt": mark.marker,
                "color": mark.colour,
                "ms": 3.6,
                "elinewidth": 0.8,
                "mec": "white",
            }
            counts.errorbar([n], [count], [[min(error, 0.99 * count)], [error]], mew=0.3, zorder=4, **style)
            rates.errorbar([n], [math.log(count) / n], [error / count / n], mew=0.3, zorder=4, **style)
            last = math.log(count) / n if last is None else last
        labels.append(DirectLabel(name, mark, last))
        words.append(_growth_words(rows, name))
    ns = sorted({row["n_spins"] for row in table if row["n_spins"] is not None})
    for axes in (counts, rates):
        axes.set_xlim(ns[0] - 0.4, ns[-1] + 0.4)
        axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
        axes.set_xlabel("number of spins $N$")
        axes.grid(axis="y")
    counts.set_yscale("log")
    low, high = counts.get_ylim()
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1, 2, 5) if high / low < 300 else (1,)
    counts.yaxis.set_major_locator(
        FixedLocator([v for k in decades for m in steps if low <= (v := m * 10.0**k) <= high])
    )
    counts.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    counts.yaxis.set_minor_locator(NullLocator())
    counts.set_ylabel("mean number E Crt$_N$")
    rates.set_ylabel("(1/$N$) log E Crt$_N$")
    sheet.label_curves(rates, labels, label, head, head + height)
    caption = (
        "Mean number of critical points of all indices and of minima (left; right: logarithm over N): complete "
        "enumeration of sampled Hamiltonians (markers, ± 1 standard error)"
    )
    if "exact" in kinds:
        caption += ", the exact mean at finite N (solid)"
    if "asymptotic" in kinds:
        caption += (
            " and its sharp asymptotic form (dashed curves; for minima the growth rate only). Right, dashed lines: the "
            "growth rates ½ log(p−1) of all points and ½ log(p−1) − (p−2)/p of minima"
        )
    if folder.settings.get("p") == 3:
        caption += (
            ". A finite-N study of all stationary points of the spherical 3-spin is Mehta, Stariolo, Kastner, Phys. "
            "Rev. E 87 (2013) 052143; its couplings have no repeated indices, so that its glass is not isotropic and "
            "its numbers compare with these only approximately"
        )
    caption += f". {glass_words(folder.settings)}; {_samples_words(folder)}; {folder.provenance()}."
    return Drawing(sheet.figure, table, caption, f"Mean numbers against N: {'; '.join(filter(None, words))}.")


def _growth_words(rows: list[Row], name: str) -> str:
    found = [row for row in rows if row["kind"] == "found"]
    if not found:
        return ""
    last = max(found, key=lambda row: row["n_spins"])
    exact = next((row["count"] for row in rows if row["kind"] == "exact" and row["n_spins"] == last["n_spins"]), None)
    beside = "" if exact is None else f" (exact {number(exact, 5)})"
    return f"{name} {with_error(last, 'count')} at N = {last['n_spins']}{beside}"


def _samples_words(folder: ReportFolder) -> str:
    rows = folder.rows("sizes")
    counts = sorted({row["samples"] for row in rows})
    many = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}" if counts else "unknown"
    return f"N = {sizes(row['n_spins'] for row in rows)}, {many} samples each" if rows else "samples unknown"


def draw_minima_energies(folder: ReportFolder, title: str) -> Drawing:
    """A panel for each size: the exact density of the minima, what was found in bins, and z-scores underneath."""
    bins, curves = folder.rows("minima_bins"), folder.rows("density_minima")
    critical = folder.settings.get("minima_z_critical")
    ns = sorted({row["n_spins"] for row in bins})[-MOST_PANELS:]
    columns = min(3, len(ns)) if len(ns) != 4 else 2
    left, gap, right, upper, lower, between, foot, head = 14.0, 13.0, 4.0, 42.0, 13.0, 2.2, 11.5, 16.0
    width = (DOUBLE_COLUMN - left - right - gap * (columns - 1)) / columns
    n_rows = math.ceil(len(ns) / columns)
    block = upper + between + lower + foot + 5.0
    sheet = Sheet(DOUBLE_COLUMN, head + n_rows * block, title)
    key = f"{glass_key(folder.settings)};  solid: exact;  markers: complete enumeration ± 1 standard error"
    sheet.text(1.5, 9.6, key + ";  below: $z$-scores and family-wise band", size=SMALL_TEXT, color=_SOFT)
    mark = index_mark(0)
    reach = _reach(bins, critical)
    words = []
    for place, n in enumerate(ns):
        line, column = divmod(place, columns)
        x0, y0 = left + column * (width + gap), head + line * block
        axes = sheet.axes(x0, y0, width, upper)
        zs = sheet.axes(x0, y0 + upper + between, width, lower)
        rows = sorted((row for row in bins if row["n_spins"] == n), key=lambda row: row["bin_low"])
        curve = sorted((row["energy_density"], row["density"]) for row in curves if row["n_spins"] == n)
        axes.plot([u for u, _ in curve], [value for _, value in curve], color=mark.colour, lw=1.1, zorder=2)
        _band(zs, critical)
        for row in rows:
            a, b = row["bin_low"], row["bin_high"]
            axes.bar((a + b) / 2, row["mean"] / (b - a), b - a, color="#dfe3ee", ec="white", lw=0.4, zorder=1)
            axes.errorbar(
                [(a + b) / 2],
                [row["mean"] / (b - a)],
                [row["standard_error"] / (b - a)],
                fmt=mark.marker,
                color=mark.colour,
                ms=3,
                mec="white",
                mew=0.3,
                elinewidth=0.8,
                zorder=4,
            )
            if row["z"] is not None and math.isfinite(row["z"]):
                _dot(zs, (a + b) / 2, row["z"], mark.colour, "o", 3, critical is not None and abs(row["z"]) > critical)
        span = rows[0]["bin_low"], rows[-1]["bin_high"]
        for each in (axes, zs):
            each.set_xlim(span[0] - 0.06 * (span[1] - span[0]), span[1] + 0.06 * (span[1] - span[0]))
            each.xaxis.set_major_locator(MaxNLocator(5))
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.grid(axis="y")
        zs.set_ylim(-reach, reach)
        zs.yaxis.set_major_locator(MaxNLocator(3, integer=True, symmetric=True))
        axes.tick_params(labelbottom=False)
        zs.set_xlabel("energy density $u = h/N$")
        if column == 0:
            axes.set_ylabel("minima per unit of $u$")
            zs.set_ylabel("$z$")
            for each in (axes, zs):
                each.yaxis.set_label_coords(-9.3 / width, 0.5)
        mean = sum(row["mean"] for row in rows)
        sheet.text(x0, y0 - 1.4, f"$N = {n}$", size=SMALL_TEXT)
        peak = max(curve, key=lambda pair: pair[1])[0]
        words.append(f"{number(mean, 3)} minima at N = {n}, most of them near u = {number(peak, 3)}")
    scores = _scores(bins)
    caption = (
        "Mean number of minima per unit of energy density: exact (solid) and in bins over complete enumerations "
        f"(bars and markers, ± 1 standard error). Below: z-scores of the {len(bins)} bins against the exact numbers in "
        f"them{_band_words(critical)}. {glass_words(folder.settings)}; {_samples_words(folder)}; {folder.provenance()}."
    )
    worst = f" The largest |z| is {number(max(map(abs, scores)), 3)}" if scores else ""
    bound = f", bound {number(critical, 3)}." if critical and scores else "." if scores else ""
    text = f"Energies of the minima follow the exact law: {listed(words)}." + worst + bound
    if critical and scores and max(map(abs, scores)) > critical:
        text = f"Energies of the minima differ from the exact law: {listed(words)}." + worst + bound
    return Drawing(sheet.figure, bins, caption, text)
