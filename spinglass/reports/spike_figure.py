"""Figures of fields of order N: the latitudes of the spiked tensor, and the trivialisation by a linear field."""

from __future__ import annotations

from spinglass.reports.figures import Drawing
from spinglass.reports.style import (
    BLUE,
    DOUBLE_COLUMN,
    INK,
    SINGLE_COLUMN,
    SMALL_TEXT,
    VERMILION,
    DirectLabel,
    Mark,
    Sheet,
)
from spinglass.reports.tables import ReportFolder, listed, number

DASHED = (0, (4, 1.5))


def draw_spiked_tensor(folder: ReportFolder, title: str) -> Drawing:
    """Rate of all critical points (left) and of minima (right) in the plane of strength and latitude."""
    import numpy as np

    table, signals = folder.rows("latitude_rates"), folder.rows("signals")
    p = table[0]["p"]
    strengths = sorted({row["strength"] for row in table})
    latitudes = sorted({row["latitude"] for row in table})
    rows, columns = ({value: i for i, value in enumerate(axis)} for axis in (latitudes, strengths))
    rates = {name: np.empty((len(latitudes), len(strengths))) for name in ("complexity", "minima")}
    for row in table:
        for name, values in rates.items():
            values[rows[row["latitude"]], columns[row["strength"]]] = row[name]
    left, gap, right, head, height = 14.0, 24.0, 14.0, 19.0, 62.0
    width = (DOUBLE_COLUMN - left - gap - right) / 2
    sheet = Sheet(DOUBLE_COLUMN, head + height + 13.0, title)
    field = rf"$D = -\sqrt{{2}}\,\lambda N m^{p}$"
    key = f"$p = {p}$, field {field};  white: none expected;  line: the signal, dashed where the noise is deeper"
    sheet.text(1.5, 9.6, key, size=SMALL_TEXT, color="#4d4d4d")
    signal = sorted((row["strength"], row["latitude"]) for row in signals if row["kind"] == "signal")
    appears, deepest = (next(row for row in signals if row["kind"] == kind) for kind in ("appears", "deepest"))
    panels = (("complexity", "all critical points"), ("minima", "minima"))
    for column, (name, words) in enumerate(panels):
        x0 = left + column * (width + gap)
        axes = sheet.axes(x0, head, width, height)
        values = np.where(rates[name] > 1e-12, rates[name], np.nan)
        top = float(np.nanmax(values))
        shown = axes.pcolormesh(
            strengths, latitudes, values, cmap="YlGnBu", vmin=0, vmax=top, shading="nearest", rasterized=True
        )
        weak = [(s, m) for s, m in signal if s <= deepest["strength"]] + [(deepest["strength"], deepest["latitude"])]
        strong = [(deepest["strength"], deepest["latitude"])] + [(s, m) for s, m in signal if s >= deepest["strength"]]
        axes.plot([s for s, _ in weak], [m for _, m in weak], color=VERMILION, ls=DASHED)
        axes.plot([s for s, _ in strong], [m for _, m in strong], color=VERMILION)
        axes.plot([appears["strength"]], [appears["latitude"]], "o", color=VERMILION, ms=3)
        axes.set(xlim=(strengths[0], strengths[-1]), ylim=(latitudes[0], 1.0))
        axes.set_xlabel(r"strength of the spike $\lambda$")
        if column == 0:
            axes.set_ylabel("latitude $m$")
        sheet.text(x0, head - 2.0, f"rate of {words} at latitude $m$", size=SMALL_TEXT)
        bar = sheet.axes(x0 + width + 2.0, head, 2.5, height)
        sheet.figure.colorbar(shown, cax=bar)
        bar.tick_params(labelsize=SMALL_TEXT)
    caption = (
        f"Growth rates over all energies of the mean number of critical points (left) and minima (right) at latitude m "
        f"in the field of a spiked tensor of order {p} and strength λ. Red: the signal, one minimum near the spike; it "
        "appears at the dot, and from the solid line on it lies deeper than every minimum of the noise. "
        f"{folder.provenance()}."
    )
    alternative = (
        f"The signal appears at λ = {number(appears['strength'], 6)}, m = {number(appears['latitude'], 4)}, and is the "
        f"deepest minimum from λ = {number(deepest['strength'], 6)}, m = {number(deepest['latitude'], 4)}."
    )
    return Drawing(sheet.figure, [*table, *signals], caption, alternative)


def draw_trivialisation(folder: ReportFolder, title: str) -> Drawing:
    """(1/N) log of the mean total number against the strength of the field: limit dashed, exact solid."""
    table = folder.rows("trivialisation")
    p, end = table[0]["p"], table[0]["critical"]
    sizes = sorted({row["n_spins"] for row in table if row["n_spins"] is not None})
    label = 44.0
    sheet = Sheet(SINGLE_COLUMN + label, 84.0, title)
    axes = sheet.axes(15.0, 12.0, SINGLE_COLUMN - 18.0, 60.0)
    labels: list[DirectLabel] = []
    for gaussian, colour in ((False, BLUE), (True, VERMILION)):
        words = "Gaussian field" if gaussian else "field along e"
        limit = sorted((r["h"], r["rate"]) for r in table if r["gaussian"] is gaussian and r["n_spins"] is None)
        axes.plot([h for h, _ in limit], [rate for _, rate in limit], color=colour, ls=DASHED, lw=1.3)
        for n, size in zip(sizes, (2.0, 3.2), strict=False):
            exact = sorted((r["h"], r["rate"]) for r in table if r["gaussian"] is gaussian and r["n_spins"] == n)
            marker = "s" if gaussian else "o"
            axes.plot([h for h, _ in exact], [rate for _, rate in exact], color=colour, lw=0.8, marker=marker, ms=size)
            labels.append(DirectLabel(f"{words}, exact, N = {n}", Mark(colour, marker), exact[-1][1]))
    axes.axvline(end, color=INK, lw=0.6, ls=":")
    axes.text(end, axes.get_ylim()[1], rf"$h_c = {number(end, 4)}$", ha="right", va="top", size=SMALL_TEXT, rotation=90)
    axes.axhline(0, color=INK, lw=0.6)
    axes.set(xlim=(0, max(row["h"] for row in table)))
    axes.set_xlabel("strength $h$ of the field")
    axes.set_ylabel("(1/$N$) log E Crt$_N$")
    sheet.label_curves(axes, labels, label, 12.0, 72.0)
    key = f"$p = {p}$;  dashed: the limit of many spins"
    sheet.text(1.5, 9.3, key, size=SMALL_TEXT, color="#4d4d4d")
    caption = (
        f"Logarithm per spin of the mean total number of critical points of the pure {p}-spin glass in a linear field, "
        f"deterministic (N h m) or Gaussian of variance h² per component: exact at N = {listed(sizes)}, and in the "
        f"limit (dashed). Both limits vanish at h_c, quadratically and linearly. {folder.provenance()}."
    )
    middle = min((row["h"] for row in table), key=lambda h: abs(h - end / 2))
    rates = {row["gaussian"]: row["rate"] for row in table if row["n_spins"] is None and row["h"] == middle}
    alternative = (
        f"Beyond h_c = {number(end, 4)} two critical points are left at leading order; at h = {number(middle, 3)} the "
        f"rate is {number(rates[False], 3)} in the deterministic and {number(rates[True], 3)} in the Gaussian field."
    )
    return Drawing(sheet.figure, table, caption, alternative)
