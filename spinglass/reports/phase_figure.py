"""Figure of the phase diagram: strength of the field against energy density."""

from __future__ import annotations

from typing import Any

from spinglass.reports.figures import Drawing
from spinglass.reports.style import DOUBLE_COLUMN, INK, SMALL_TEXT, VERMILION, Sheet
from spinglass.reports.tables import ReportFolder, listed, number, shortest

# Phases as `complexity.phase_diagram` names them, in the order of the legend: colour and words.
_PHASES = {
    "empty": ("#ffffff", "no critical points"),
    "equator": ("#cfd3d6", "the equator, $m = 0$, as without field"),
    "equator, pole states": ("#8fc1de", "the equator, with others near the poles"),
    "away": ("#f3c677", "latitudes away from the equator"),
}


def draw_phase_diagram(folder: ReportFolder, title: str) -> Drawing:
    """Areas: which latitude dominates; hatched: index 1 is typical; dashed: the equator turns unstable."""
    import numpy as np
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    table = folder.rows("phase_diagram")
    p = table[0]["p"]
    strengths = sorted({row["strength"] for row in table})
    energies = sorted({row["energy_density"] for row in table})
    names = list(_PHASES)
    phase = np.empty((len(energies), len(strengths)))
    index = np.empty_like(phase)
    columns, rows = ({value: i for i, value in enumerate(axis)} for axis in (strengths, energies))
    for row in table:
        place = rows[row["energy_density"]], columns[row["strength"]]
        phase[place] = names.index(row["phase"])
        index[place] = row["index"] if row["phase"] != "empty" else -9
    left, head, width, height = 15.0, 12.0, 104.0, 84.0
    sheet = Sheet(DOUBLE_COLUMN, head + height + 13.0, title)
    axes = sheet.axes(left, head, width, height)
    colours = ListedColormap([colour for colour, _ in _PHASES.values()])
    norm = BoundaryNorm(np.arange(len(names) + 1) - 0.5, len(names))
    axes.pcolormesh(strengths, energies, phase, cmap=colours, norm=norm, shading="nearest", rasterized=True)
    if np.any(index == 1):
        axes.contourf(
            strengths, energies, (index == 1).astype(float), levels=[0.5, 1.5], colors="none", hatches=["////"]
        )
    lines = folder.rows("phase_boundaries")
    changes = [row for row in lines if row["kind"] == "boundary"]
    for smooth, marker in ((True, "o"), (False, "s")):
        chosen = [row for row in changes if row["continuous"] is smooth]
        axes.plot(
            [row["strength"] for row in chosen],
            [row["energy_density"] for row in chosen],
            marker,
            color=INK,
            mfc="white" if not smooth else INK,
            ms=2.0,
            mew=0.5,
        )
    for branch in (min, max):
        by_energy: dict[float, list[float]] = {}
        for row in lines:
            if row["kind"] == "instability":
                by_energy.setdefault(row["energy_density"], []).append(row["strength"])
        points = sorted((u, branch(found)) for u, found in by_energy.items())
        axes.plot([s for _, s in points], [u for u, _ in points], color=INK, ls=(0, (4, 1.5)), lw=0.8)
    signals = [row for row in lines if row["kind"] == "signal"]
    axes.plot(
        [row["strength"] for row in signals],
        [row["energy_density"] for row in signals],
        "x",
        color=VERMILION,
        ms=2.0,
        mew=0.6,
    )
    axes.set(xlim=(strengths[0], strengths[-1]), ylim=(energies[0], energies[-1]))
    axes.set_xlabel(
        r"strength $\lambda$ of the field $D = N\lambda m^2$" + (r" ($\lambda = \rho_1$)" if p == 3 else "")
    )
    axes.set_ylabel("energy density $u = h/N$")
    handles: list[Any] = [
        Patch(facecolor=colour, edgecolor=INK, lw=0.4, label=words)
        for name, (colour, words) in _PHASES.items()
        if np.any(phase == names.index(name))
    ]
    if np.any(index == 1):
        handles.append(Patch(facecolor="none", edgecolor=INK, hatch="////", lw=0.4, label="index 1 is typical"))
    handles += [
        Line2D([], [], color=INK, marker="o", ls="none", ms=2.4, label="change of phase, continuous"),
        Line2D([], [], color=INK, marker="s", mfc="white", ls="none", ms=2.4, mew=0.5, label="change of phase, a jump"),
        Line2D([], [], color=INK, ls=(0, (4, 1.5)), lw=0.8, label="the equator turns unstable"),
    ]
    if signals:
        words = "points that follow the field, not many"
        handles.append(Line2D([], [], color=VERMILION, marker="x", ls="none", ms=2.6, mew=0.6, label=words))
    sheet.text(left + width + 5.0, head + 2.0, f"Dominant critical points, $p = {p}$", size=SMALL_TEXT)
    box = (1 + 4.0 / width, 0.965)
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=box, frameon=False, fontsize=SMALL_TEXT, borderpad=0)
    share = float(np.mean(phase == names.index("away"))) / max(1e-9, float(np.mean(phase != 0)))
    found = {row["phase"] for row in table}
    jumps = sum(not row["continuous"] for row in changes)
    caption = (
        f"Leading order of the mean number of critical points of the pure {p}-spin glass in the field D = Nλm²: which "
        f"latitude m dominates at each energy density, {len(strengths)} × {len(energies)} cells. Hatched: the typical "
        "dominant point has index 1 (an eigenvalue of the spike has left the bulk). Dots: changes of phase, found "
        f"energy by energy; dashed: the equator is a local minimum of Σ(u, m) between the lines. Crosses: stationary "
        f"points near the field's own, whose number does not grow exponentially. {folder.provenance()}."
    )
    alternative = (
        f"Of the cells with critical points the field moves the dominant latitude away from the equator in "
        f"{number(100 * share, 2)} per cent, only where λu > 0 is large enough; {jumps} of {len(changes)} changes of "
        f"phase found are jumps. Energies from {shortest(energies[0])} to {shortest(energies[-1])}, strengths from "
        f"{shortest(strengths[0])} to {shortest(strengths[-1])}; phases found: {listed(sorted(found))}."
    )
    return Drawing(sheet.figure, table, caption, alternative)
