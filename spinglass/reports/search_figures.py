"""Figures of found critical points: energies at which searches end, and spectra of Hessians at the points."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from matplotlib.ticker import MaxNLocator

from spinglass.reports.census_figures import DASHED, MOST_PANELS
from spinglass.reports.figures import Drawing
from spinglass.reports.glass import glass_key, glass_words, method_words
from spinglass.reports.style import (
    BLUE,
    DOUBLE_COLUMN,
    FAINT,
    INK,
    SMALL_TEXT,
    VERMILION,
    DirectLabel,
    Mark,
    Sheet,
    index_mark,
)
from spinglass.reports.tables import ReportFolder, Row, listed, number, sizes, with_error

_SOFT = "#4d4d4d"


class _Fit(NamedTuple):
    """The fitted u_N = u_∞ + c N^{−a}: rows of limit and power with their errors, and c."""

    limit: Row
    power: Row
    factor: float


def _fit(levels: dict[str, Row]) -> _Fit | None:
    if not {"limit", "power", "factor"} <= levels.keys():
        return None
    return _Fit(levels["limit"], levels["power"], levels["factor"]["value"])


def draw_final_energies(folder: ReportFolder, title: str) -> Drawing:
    """Left: every end and the mean of each size; right, where a power law was fitted: the means against N^{−a}."""
    table = folder.rows("final_energies")
    levels = {row["kind"]: row for row in folder.rows("energy_levels")}
    means = sorted((row for row in table if row["kind"] == "mean"), key=lambda row: row["n_spins"])
    ns = [row["n_spins"] for row in means]
    fit = _fit(levels)
    index = folder.settings.get("index", 0)
    mark = index_mark(index)
    label, left, gap, head, height = 36.0, 17.0, 15.0, 15.0, 66.0
    panels = 1 if fit is None else 2
    width = (DOUBLE_COLUMN - left - label - gap * (panels - 1)) / panels
    sheet = Sheet(DOUBLE_COLUMN, head + height + 12.0, title)
    kind = "minima" if index == 0 else f"saddles of index {index}"
    key = f"{glass_key(folder.settings)}, {kind};  dots: ends of searches;  markers: mean ± 1 standard error"
    key += "" if fit is None else ";  grey: fit $u_\\infty + c N^{-a}$"
    sheet.text(1.5, 9.6, key, size=SMALL_TEXT, color=_SOFT)
    panes = [sheet.axes(left + i * (width + gap), head, width, height) for i in range(panels)]
    heights = [row["energy_density"] for row in table]
    for place, row in enumerate(means):
        energies = [end["energy_density"] for end in table if end["n_spins"] == ns[place] and end["kind"] == "end"]
        at = [place + 0.5 * ((i * 0.6180339887498949) % 1.0 - 0.5) for i in range(len(energies))]
        panes[0].plot(
            at, energies, "o", color=mark.colour, alpha=0.35 if len(at) > 20 else 0.8, ms=1.8, mew=0, zorder=2
        )
        _mean(panes[0], place + 0.34, row, mark)
    panes[0].set_xlim(-0.5, len(ns) - 0.3)
    panes[0].set_xticks(range(len(ns)), [str(n) for n in ns])
    panes[0].set_xlabel("number of spins $N$")
    panes[0].set_ylabel("energy density $u = h/N$")
    labels = []
    for name, mark_ in (("threshold", Mark(INK, "")), ("ground state", Mark(BLUE, ""))):
        if name in levels:
            value = levels[name]["value"]
            for axes in panes:
                axes.axhline(value, color=mark_.colour, lw=1.0, ls=DASHED, zorder=1)
            labels.append(DirectLabel(f"{name} {number(value, 5)}", mark_, value))
            heights.append(value)
    if fit is not None:
        _draw_fit(panes[1], fit, means, mark)
        labels.append(
            DirectLabel(
                f"fit {with_error(fit.limit)}",
                Mark(VERMILION, "D"),
                fit.limit["value"],
            )
        )
        # an error bar longer than what is seen besides may leave the panel
        heights.append(max(fit.limit["value"] - fit.limit["standard_error"], min(heights) - 0.2))
    low, high = min(heights), max(heights)
    for axes in panes:
        axes.set_ylim(low - 0.05 * (high - low or 1.0), high + 0.05 * (high - low or 1.0))
        axes.grid(axis="y")
        axes.yaxis.set_major_locator(MaxNLocator(6))
    sheet.label_curves(panes[-1], labels, label, head, head + height)
    caption = (
        f"Energy densities at which {method_words(folder.settings)} ends ({kind}): each end, and the mean of each size "
        f"with its standard error. {_ends_words(folder, ns)} A search does not sample critical points uniformly."
    )
    text = "; ".join(f"u = {with_error(row, 'energy_density')} at N = {row['n_spins']}" for row in means)
    if "threshold" in levels:
        caption += " Dashed: the threshold −E_∞ and the ground state −E_0 of many spins."
    if fit is not None:
        caption += (
            f" Right: the fit u∞ + c/N^a, neither limit nor exponent assumed: u∞ = {with_error(fit.limit)}, "
            f"a = {with_error(fit.power)}."
        )
        text += f"; extrapolated to {with_error(fit.limit)}"
    if "threshold" in levels:
        text += f"; the threshold is {number(levels['threshold']['value'], 5)}"
    caption += f" {glass_words(folder.settings)}, N = {sizes(ns)}; {folder.provenance()}."
    rows = [*table, *folder.rows("energy_levels")]
    return Drawing(sheet.figure, rows, caption, f"Mean final energies: {text}.")


def _draw_fit(axes: Any, fit: _Fit, means: list[Row], mark: Mark) -> None:
    """The means against N^{−a}, on which the fit is a straight line that ends at the limit."""
    a, end = fit.power["value"], fit.limit["value"]
    ns = [row["n_spins"] for row in means]
    for row in means:
        _mean(axes, row["n_spins"] ** -a, row, mark)
    right = 1.08 * ns[0] ** -a
    axes.plot([0, right], [end, end + fit.factor * right], color=FAINT, lw=1.0, zorder=1)
    axes.errorbar([0], [end], [fit.limit["standard_error"]], fmt="D", color=VERMILION, ms=4, elinewidth=0.9, zorder=4)
    axes.set_xlim(-0.06 * right, right)
    axes.set_xticks([0, *(n**-a for n in ns)], ["∞", *_spaced(ns, a, right)])
    axes.set_xlabel(f"number of spins $N$, at $N^{{-{number(a, 2)}}}$")


def _spaced(ns: list[int], a: float, right: float) -> list[str]:
    """Sizes as labels at N^{−a}, those left out that would touch their neighbour."""
    names: list[str] = []
    taken = 0.0
    for n in reversed(ns):
        at = n**-a
        free = at - taken > 0.07 * right
        names.append(str(n) if free else "")
        taken = at if free else taken
    return names[::-1]


def _mean(axes: Any, x: float, row: Row, mark: Mark) -> None:
    error = None if row["standard_error"] is None else [row["standard_error"]]
    style = {"color": mark.colour, "ms": 4.4, "mec": "white", "mew": 0.4, "elinewidth": 1.0}
    axes.errorbar([x], [row["energy_density"]], error, fmt=mark.marker, zorder=4, **style)


def _ends_words(folder: ReportFolder, ns: list[int]) -> str:
    starts, samples = folder.settings.get("starts"), folder.settings.get("samples")
    if folder.settings.get("one_hamiltonian"):
        return f"{starts} starts in one Hamiltonian{' of each size' if len(ns) > 1 else ''}."
    return f"{starts} start{'s' if starts != 1 else ''} in each of {samples} Hamiltonians of each size."


def draw_spectra(folder: ReportFolder, title: str) -> Drawing:
    """A panel for each class of points: eigenvalues in units of the semicircle, its limit, the zero, the outlier."""
    table, marks = folder.rows("spectrum_bins"), folder.rows("spectrum_marks")
    classes = list(dict.fromkeys((row["n_spins"], row["points_of"]) for row in table))[-MOST_PANELS:]
    columns = min(3, len(classes)) if len(classes) != 4 else 2
    left, gap, right, height, foot, head = 14.0, 9.0, 4.0, 46.0, 12.0, 17.0
    width = (DOUBLE_COLUMN - left - right - gap * (columns - 1)) / columns
    n_rows = math.ceil(len(classes) / columns)
    block = height + foot + 5.0
    sheet = Sheet(DOUBLE_COLUMN, head + n_rows * block, title)
    key = (
        f"{glass_key(folder.settings)};  bars: eigenvalues of the Hessian at points found;  dashed: semicircle;  "
        "dotted: where an eigenvalue is zero"
    )
    if any(row["kind"] == "outlier found" for row in marks):
        key += ";  triangle: outlier expected"
    sheet.text(1.5, 9.6, key, size=SMALL_TEXT, color=_SOFT)
    highest = 1.04 * max(max(row["density"] + (row["standard_error"] or 0), row["limit"]) for row in table)
    words = []
    for place, (n, name) in enumerate(classes):
        line, column = divmod(place, columns)
        x0, y0 = left + column * (width + gap), head + line * block
        axes = sheet.axes(x0, y0, width, height)
        rows = [row for row in table if (row["n_spins"], row["points_of"]) == (n, name)]
        here = {row["kind"]: row for row in marks if (row["n_spins"], row["points_of"]) == (n, name)}
        low, high = rows[0]["bin_low"], rows[-1]["bin_high"]
        for row in rows:
            a, b = row["bin_low"], row["bin_high"]
            axes.bar((a + b) / 2, row["density"], b - a, color="#c9d3e6", ec="white", lw=0.4, zorder=1)
            if row["standard_error"]:
                error = row["standard_error"]
                axes.errorbar([(a + b) / 2], [row["density"]], [error], color=BLUE, elinewidth=0.7, zorder=3)
        xs = [-2 + 4 * i / 200 for i in range(201)]
        axes.plot(xs, [math.sqrt(max(4 - x * x, 0)) / (2 * math.pi) for x in xs], color=INK, ls=DASHED, zorder=4)
        zero = here["zero"]["value"]
        axes.axvline(zero, color=VERMILION, lw=1.0, ls=":", zorder=2)
        reach = 0.0
        outlier, found = here.get("outlier expected"), here.get("outlier found")
        if outlier is not None and found is not None:
            axes.plot([outlier["value"]], [0.04 * highest], "v", color=VERMILION, ms=4.5, zorder=5)
            reach = max(abs(outlier["value"]), abs(found["value"]))
            words.append(f"at N = {n} the outlier is at {with_error(found)}, expected {number(outlier['value'], 4)}")
        axes.set(xlim=(min(low, -reach - 0.3), max(high, reach + 0.3)), ylim=(0, highest))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.set_xlabel(r"$(\lambda + \mu)/\sqrt{\xi''(1)}$")
        if column == 0:
            axes.set_ylabel("density of eigenvalues")
        else:
            axes.tick_params(labelleft=False)
        sheet.text(x0, y0 - 1.4, f"{name}, $N = {n}$, {rows[0]['points']} points", size=SMALL_TEXT)
        step = rows[0]["bin_high"] - rows[0]["bin_low"]
        distance = 0.5 * sum(abs(row["density"] - row["limit"]) for row in rows) * step
        words.append(
            f"{name} at N = {n}: {number(100 * distance, 2)} % of the eigenvalues lie elsewhere than in the "
            f"limit, zero is at {number(zero, 3)}"
        )
    caption = (
        "Eigenvalues λ of the Riemannian Hessian at critical points found, shifted by the multiplier μ (∇h = μw) and "
        "in units in which the limit is the semicircle on [−2, 2] (dashed); error bars over points. Dotted: where λ = "
        "0 on average, so that the part to its left is the index. "
    )
    strengths = [row for row in marks if row["kind"] == "strength"]
    if strengths:
        values = listed(dict.fromkeys(number(row["value"], 3) for row in strengths))
        caption += f"The field adds a spike of strength s = {values} (outliers begin at |s| = 1, at s + 1/s). "
    caption += f"{glass_words(folder.settings)}, N = {sizes(n for n, _ in classes)}; {folder.provenance()}."
    return Drawing(sheet.figure, [*table, *marks], caption, f"Hessian spectra: {'; '.join(words)}.")
