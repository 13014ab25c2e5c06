"""Figure of the exact densities of critical points by index, without a field and with one."""

from __future__ import annotations

from spinglass.reports.figures import Drawing
from spinglass.reports.style import DOUBLE_COLUMN, FAINT, SMALL_TEXT, Sheet, index_colour
from spinglass.reports.tables import ReportFolder, Row, listed, number, shortest


def draw_index_densities(folder: ReportFolder, title: str) -> Drawing:
    """A panel for each field; a curve for each index, named at its peak, and the sum of all in grey."""
    table = folder.rows("index_densities")
    p, n = table[0]["p"], table[0]["n_spins"]
    fields = sorted({row["rho"] for row in table}, key=abs)
    left, right, head, height, between = 15.0, 4.0, 18.0, 52.0, 14.0
    sheet = Sheet(DOUBLE_COLUMN, head + len(fields) * (height + between) - 1.0, title)
    key = f"$p = {p}$, $N = {n}$;  coloured: index $k$, named at its peak;  grey: all indices"
    sheet.text(1.5, 9.6, key, size=SMALL_TEXT, color="#4d4d4d")
    top = 1.12 * max(sum(row["density"] for row in group) for group in _by_energy(table).values())
    ends = [row["energy_density"] for row in table if row["density"] > 1e-3 * top]
    found: list[str] = []
    for place, rho in enumerate(fields):
        y0 = head + place * (height + between)
        axes = sheet.axes(left, y0, DOUBLE_COLUMN - left - right, height)
        rows = [row for row in table if row["rho"] == rho]
        total = sorted(
            (key[1], sum(row["density"] for row in group)) for key, group in _by_energy(rows).items() if key[0] == rho
        )
        axes.plot([u for u, _ in total], [value for _, value in total], color=FAINT, lw=1.8, zorder=2)
        peaks = []
        for k in range(n):
            curve = sorted((row["energy_density"], row["density"]) for row in rows if row["index"] == k)
            axes.plot([u for u, _ in curve], [v for _, v in curve], color=index_colour(k, n), lw=1.1, zorder=3)
            height_, at = max((v, u) for u, v in curve)
            peaks.append((at, height_))
            axes.text(at, height_, f"{k}", ha="center", va="bottom", size=SMALL_TEXT, color=index_colour(k, n))
        axes.set(xlim=(min(ends), max(ends)), ylim=(0, top))
        axes.grid(axis="y")
        name = "without field: ReLU" if rho == 0 else rf"with the field of $\rho_1 = {shortest(rho).replace('−', '-')}$"
        sheet.text(left, y0 - 1.6, name, size=SMALL_TEXT)
        axes.set_ylabel("density  d E Crt$_{N,k}$ / d$u$")
        if place == len(fields) - 1:
            axes.set_xlabel("energy density $u = h/N$")
        step = total[1][0] - total[0][0]
        minima = step * sum(row["density"] for row in rows if row["index"] == 0)
        words = "without field" if rho == 0 else f"with ρ₁ = {shortest(rho)}"
        found.append(
            f"{words} there are {number(minima)} minima on average, most often at u = {number(peaks[0][0], 3)}"
        )
    caption = (
        f"Exact mean number of critical points of each index per unit of energy density, p = {p}, N = {n}, "
        f"ρ₁ = {listed(map(shortest, fields))}; grey: the sum over all indices. {folder.provenance()}."
    )
    return Drawing(sheet.figure, table, caption, f"Each index has its band of energies: {'; '.join(found)}.")


def _by_energy(rows: list[Row]) -> dict[tuple[float, float], list[Row]]:
    groups: dict[tuple[float, float], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["rho"], row["energy_density"]), []).append(row)
    return groups
