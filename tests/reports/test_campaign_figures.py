"""Figures and pages of campaigns: files, captions, findings in words, and no text covers another."""

from __future__ import annotations

import csv
import itertools
import json
import math
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinglass import reports
from spinglass.reports import figures, style
from spinglass.reports.tables import ReportFolder

CENSUS, SEARCH = figures.names("census"), figures.names("search")
ABOUT = {"version": "0.1.0", "code_digest": "3f9a1c52d07b", "seed": 1, "p": 3, "mixture": None, "field": None}
EXTRA = {"count_growth": ["rate"], "energy_levels": ["standard_error"]}  # columns that may be empty altogether


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    path = folder / "data" / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        columns = [key for row in rows for key in row] + EXTRA.get(name, [])
        writer = csv.DictWriter(stream, list(dict.fromkeys(columns)))
        writer.writeheader()
        writer.writerows({k: "" if v is None else v for k, v in row.items()} for row in rows)


def spectra(sizes: list[int], names: list[str], outlier: float | None) -> tuple[list[Any], list[Any]]:
    bins, marks = [], []
    for n, name in itertools.product(sizes, names):
        for low in np.arange(-3.5, 3.5, 0.25).tolist():
            height = math.sqrt(max(4 - low * low, 0)) / (2 * math.pi)
            bins.append({"n_spins": n, "points_of": name, "points": 20, "bin_low": low, "bin_high": low + 0.25,
                         "density": height, "standard_error": 0.05 * height, "limit": height})  # fmt: skip
        kinds = {"zero": -1.9}
        if outlier is not None:
            kinds |= {"strength": 2.0, "outlier expected": outlier, "outlier found": outlier + 0.01}
        for kind, value in kinds.items():
            marks.append({"n_spins": n, "points_of": name, "kind": kind, "value": value, "standard_error": 0.01})
    return bins, marks


def census_folder(folder: Path, sizes: list[int], bad: bool = False, exact: bool = True, **about: Any) -> Path:
    """A folder of plausible tables: a normal law of energies whose mean rises with the index."""
    rng = np.random.default_rng(1)
    names = ("census_points", "mean_indices", "density_minima", "minima_bins", "count_growth", "comparisons", "sizes")
    tables: dict[str, list[Any]] = {name: [] for name in names}
    for n in sizes:
        score = {"n_spins": n, "theory": 9.0, "mean": 9.1, "standard_error": 0.1}
        for k in range(n):
            for i, u in enumerate(rng.normal(-1.2 + 2.4 * k / (n - 1), 0.25, 30).tolist()):
                tables["census_points"].append({"n_spins": n, "sample": i, "energy_density": u, "index": k})
            tables["comparisons"].append({**score, "quantity": "index", "index": k, "z": 6.5 if bad and not k else 1.0})
        for a, b in itertools.pairwise([-math.inf, -1.0, 0.0, 1.0, math.inf]):
            tables["comparisons"].append({**score, "quantity": "energy bin", "bin_low": a, "bin_high": b, "z": 0.5})
        tables["comparisons"].append({**score, "quantity": "total", "z": 0.5})
        for u in np.linspace(-2.2, 2.2, 61).tolist() if exact else ():
            share = min(1.0, max(0.0, (u + 1.6) / 3.2))
            low, high = max(0.0, share - 0.1), min(1.0, share + 0.1)
            tables["mean_indices"].append({"n_spins": n, "energy_density": u, "mean": share, "low": low, "high": high,
                                           "limit": share})  # fmt: skip
            density = 9 * math.exp(-8 * (u + 1.2) ** 2)
            tables["density_minima"].append({"n_spins": n, "energy_density": u, "density": density})
        for u in np.linspace(-2.0, -0.5, 8).tolist() if exact else ():
            tables["minima_bins"].append({**score, "bin_low": u, "bin_high": u + 0.2, "samples": 100, "z": 1.0})
        for name, count in (("all", 4.0**n / 3), ("minima", 2.0 + n / 2)):
            tables["count_growth"].append({"population": name, "kind": "found", "n_spins": n, "count": count,
                                           "standard_error": 0.1 * count, "samples": 100})  # fmt: skip
        tables["sizes"].append({"n_spins": n, "samples": 100, "planned": 100, "complete": 99 if bad else 100,
                                "certified": 100, "mean_count": 50.5, "standard_error": 1.0,
                                "exact_mean_count": 50.0 if exact else None})  # fmt: skip
    for n in range(2, sizes[-1] + 5) if exact else ():
        for name, kind, count in (
            ("all", "exact", 4.0**n / 3),
            ("minima", "exact", 2 + n / 2),
            ("all", "asymptotic", 4.2**n / 3),
        ):
            tables["count_growth"].append({"population": name, "kind": kind, "n_spins": n, "count": count})
    for name, rate in (("all", 0.3466), ("minima", 0.0132)) if exact else ():
        tables["count_growth"].append({"population": name, "kind": "rate", "rate": rate})
    tables["spectrum_bins"], tables["spectrum_marks"] = spectra(sizes[-1:], ["minima", "index 2", "maxima"], None)
    if bad:
        tables["incomplete"] = [{"n_spins": sizes[-1], "sample": 7, "count": 40, "n_solutions": 60, "n_expected": 63,
                                 "n_failed": 3, "smallest_curvature": 1e-3}]  # fmt: skip
    for name, rows in tables.items():
        if rows:
            write(folder, name, rows)
    summary = {"z_critical": 3.6 if exact else None, "agrees": not bad if exact else None}
    (folder / "summary.json").write_text(json.dumps(summary))
    settings = {"campaign": "census", **ABOUT, "n_spins": sizes, "samples": 100, "minima_z_critical": 3.6, **about}
    (folder / "data" / "settings.json").write_text(json.dumps(settings))
    return folder


def search_folder(folder: Path, sizes: list[int], outlier: float | None = None, fit: bool = True, **about: Any) -> Path:
    energies: list[dict[str, Any]] = []
    for n in sizes:
        mean = -1.633 + 1.2 * n**-0.6
        energies.append({"n_spins": n, "kind": "mean", "energy_density": mean, "standard_error": 0.01, "count": 30})
        energies += [{"n_spins": n, "kind": "end", "energy_density": mean + 0.01 * (i - 15)} for i in range(30)]
    levels: list[dict[str, Any]] = [
        {"kind": "threshold", "value": -1.63299},
        {"kind": "ground state", "value": -1.657},
    ]
    if fit:
        levels.append({"kind": "limit", "value": -1.63, "standard_error": 0.02})
        levels.append({"kind": "power", "value": 0.6, "standard_error": 0.1})
        levels.append({"kind": "factor", "value": 1.2})
    write(folder, "final_energies", energies)
    write(folder, "energy_levels", levels)
    bins, marks = spectra(sizes, ["minima"], outlier)
    write(folder, "spectrum_bins", bins)
    write(folder, "spectrum_marks", marks)
    size = {"hamiltonians": 30, "starts": 30, "statuses": {"converged": 29, "stalled": 1}, "mean_energy_density": -1.5,
            "standard_error": 0.01, "lowest_energy_density": -1.6, "highest_energy_density": -1.4,
            "different_energies": 29, "mean_gradients": 300.0}  # fmt: skip
    summary = {"sizes": [{"n_spins": n, **size} for n in sizes], "note": "a search does not sample uniformly"}
    (folder / "summary.json").write_text(json.dumps(summary))
    settings = {"campaign": "search", **ABOUT, "n_spins": sizes, "samples": 30, "starts": 1, "index": 0,
                "method": "gradient-descent", "one_hamiltonian": False, **about}  # fmt: skip
    (folder / "data" / "settings.json").write_text(json.dumps(settings))
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    make = tmp_path_factory.mktemp
    mixture = {"p": None, "mixture": [[2, 0.5], [3, 1.0]], "field": {"spike": [1.5, 2]}}
    return {
        "one": census_folder(make("one"), [8]),
        "several": census_folder(make("several"), [3, 4, 5, 6, 7]),
        "bad": census_folder(make("bad"), [3, 14], bad=True, field={"rho": [0.31234567]}),
        "mixture": census_folder(make("mixture"), [4], exact=False, **mixture),
        "descent": search_folder(make("descent"), [10, 20, 40, 60, 80]),
        "single": search_folder(make("single"), [200], 2.5, fit=False, field={"linear": 0.5}, one_hamiltonian=True),
    }


KINDS = [(kind, name) for kind in ("one", "several", "bad") for name in CENSUS]
KINDS += [("mixture", name) for name in CENSUS if name != "minima-energies"]
KINDS += [(kind, name) for kind in ("descent", "single") for name in SEARCH]


@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_no_text_covers_another_or_leaves_the_sheet(kind: str, name: str, folders: dict[str, Path]) -> None:
    folder, subject = ReportFolder(folders[kind]), figures.SUBJECTS[name]
    with style.context():
        draw = getattr(import_module(f"spinglass.reports.{subject.module}"), subject.function)
        drawing = draw(folder, subject.title)
        drawing.figure.canvas.draw()
        renderer = drawing.figure.canvas.get_renderer()
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in _texts(drawing.figure)]
    assert len(boxes) > 5
    width, height = drawing.figure.bbox.width, drawing.figure.bbox.height
    for text, box in boxes:
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) >= 0, f"{text!r} leaves the sheet"
    for (first, a), (second, b) in itertools.combinations(boxes, 2):
        covered = min(a.x1, b.x1) - max(a.x0, b.x0) > 0.6 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.6
        assert not covered, f"{first!r} covers {second!r}"
    assert drawing.rows
    for part in ("seed 1", "spinglass 0.1.0", "code digest 3f9a1c52d07b", "N = "):
        assert part in drawing.caption
    assert any(sign.isdigit() for sign in drawing.alternative)


def _texts(figure: Any) -> list[Any]:
    """All texts that are drawn; matplotlib also keeps labels of ticks beyond the axis, which are not."""
    from matplotlib.axis import Axis
    from matplotlib.text import Text

    undrawn: set[Any] = set()
    for axis in figure.findobj(Axis):
        drawn = axis._update_ticks()
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if tick not in drawn:
                undrawn |= {tick.label1, tick.label2}
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip() and t not in undrawn]


def test_the_page_of_a_census(folders: dict[str, Path]) -> None:
    seen: list[str] = []
    page = reports.write_campaign(folders["several"], on_figure=seen.append)
    assert seen == list(CENSUS)
    text = page.read_text(encoding="utf-8")
    assert text.count('<img src="data:image/svg+xml;base64,') == 4
    assert "500 of 500 enumerations are complete, 500 of them certified" in text
    assert "the exact mean is 50.0000" in text
    assert "Exact theory and enumeration agree" in text
    assert "the largest |z| is 1.00, the bound 3.60" in text
    assert "http" not in text
    assert "Mehta, Stariolo, Kastner" in text
    assert "Not on this page" not in text
    for name in CENSUS:
        record = json.loads((folders["several"] / "figures" / f"{name}.json").read_text(encoding="utf-8"))
        assert record["title"] == figures.SUBJECTS[name].title
        for kind in ("png", "svg", "csv"):
            assert (folders["several"] / "figures" / f"{name}.{kind}").stat().st_size > 500
    assert reports.write_campaign(folders["several"], figures=[]).read_text(encoding="utf-8") == text


def test_disagreement_and_incomplete_censuses_are_said(folders: dict[str, Path]) -> None:
    text = reports.write_campaign(folders["bad"], figures=["minima-energies"]).read_text(encoding="utf-8")
    assert "198 of 200 enumerations are complete" in text
    assert "Exact theory and enumeration disagree" in text
    assert "2 censuses are not complete" in text
    assert "DISAGREES" in text
    assert "Incomplete censuses" in text
    assert "not drawn in this run" in text
    assert "field of ρ = (0.3123)" in text


def test_without_exact_values_nothing_is_claimed(folders: dict[str, Path]) -> None:
    text = reports.write_campaign(folders["mixture"], figures=["count-growth"]).read_text(encoding="utf-8")
    assert "No exact values to compare with" in text
    assert "agree." not in text
    assert "the exact mean is" not in text
    assert "(without data/minima_bins.csv and data/density_minima.csv)" in text
    about = json.loads((folders["mixture"] / "figures" / "count-growth.json").read_text(encoding="utf-8"))
    assert "mixture 0.5² q^2 + 1² q^3, field D = 1.5 N m^2" in about["caption"]
    assert "sharp asymptotic form" not in about["caption"]
    assert "exact mean" not in about["caption"]


def test_the_page_of_searches(folders: dict[str, Path]) -> None:
    text = reports.write_campaign(folders["descent"], figures=["final-energies"]).read_text(encoding="utf-8")
    assert "145 of 150 starts end at minima" in text
    assert "extrapolated to −1.630 ± 0.020; the threshold of many spins is −1.6330" in text
    assert "does not sample uniformly" in text
    assert "Where does gradient descent from random starts end?" in text
    about = json.loads((folders["descent"] / "figures" / "final-energies.json").read_text(encoding="utf-8"))
    assert "u∞ = −1.630 ± 0.020, a = 0.60 ± 0.10" in about["caption"]
    single = reports.write_campaign(folders["single"], figures=["search-spectra"]).read_text(encoding="utf-8")
    assert "extrapolated" not in single
    about = json.loads((folders["single"] / "figures" / "search-spectra.json").read_text(encoding="utf-8"))
    assert "the outlier is at 2.510 ± 0.010, expected 2.500" in about["alternative_text"]


def test_rejected_comparisons_are_ringed(folders: dict[str, Path]) -> None:
    def rings(kind: str) -> int:
        subject = figures.SUBJECTS["energy-index"]
        with style.context():
            module = import_module(f"spinglass.reports.{subject.module}")
            drawing = getattr(module, subject.function)(ReportFolder(folders[kind]), subject.title)
        lines = [line for axes in drawing.figure.axes for line in axes.get_lines()]
        return sum(line.get_markerfacecolor() == "none" and line.get_markersize() == 7 for line in lines)

    assert rings("bad") == 2  # one at each size
    assert rings("one") == 0


def test_a_folder_without_the_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must hold the tables of a campaign"):
        reports.write_campaign(tmp_path)
