"""The figures of the pages: which there are, which tables each is drawn from, and how one is written.

A figure is written as PNG (200 dpi) and SVG (text stays text) into `figures/` of the folder, with what is drawn beside
it as CSV (one tidy table) and JSON (title, caption, alternative text, settings). The drawing modules are imported when
a figure is asked for, so that this module costs nothing.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from spinglass._errors import checked_choice, input_error
from spinglass.campaigns import write_whole
from spinglass.reports.tables import ReportFolder, Row, csv_text
from spinglass.reports.vector import finished_svg


@dataclass(frozen=True)
class Drawing:
    """A figure before it is written: the matplotlib figure, the table of what it shows, caption and alternative "
    "text."""

    figure: Any
    rows: list[Row]
    caption: str
    alternative: str


@dataclass(frozen=True)
class Subject:
    """What a figure is about: its title in words, the tables it needs, the module and function that draw it.

    The collection is the page that it belongs to: "comparison" (of activations), "atlas" (of the theory), "census" or
    "search" (of campaigns).
    """

    title: str
    tables: tuple[str, ...]
    module: str
    function: str
    collection: str = "comparison"


SUBJECTS: dict[str, Subject] = {
    "total-ratio": Subject(
        "How much the activation changes the number of critical points",
        ("activations", "exact_counts"),
        "ratio_figures",
        "draw_total_ratio",
    ),
    "energy-ratio": Subject(
        "Where in energy the activation adds or removes critical points",
        ("activations", "ratio_curves"),
        "energy_figure",
        "draw_energy_ratio",
    ),
    "complexity": Subject(
        "How many critical points there are at an energy, to leading order",
        ("complexity_curves", "thresholds"),
        "complexity_figures",
        "draw_complexity",
    ),
    "densities": Subject(
        "How the mean number of critical points spreads over energy at finite N",
        ("activations", "exact_densities"),
        "complexity_figures",
        "draw_densities",
    ),
    "approach": Subject(
        "How fast the exact ratio comes to its limit",
        ("activations", "exact_counts"),
        "ratio_figures",
        "draw_approach",
    ),
    "simulation": Subject(
        "Whether complete enumeration agrees with the exact theory",
        ("activations", "simulation"),
        "simulation_figure",
        "draw_simulation",
    ),
    "activations": Subject(
        "The activation functions, their slopes and their sections",
        ("activations", "activation_curves"),
        "activation_figure",
        "draw_activations",
    ),
    "finite-size": Subject(
        "How far the limit of many spins is: exact values over their asymptotic form",
        ("approaches",),
        "approach_figure",
        "draw_finite_size",
        "atlas",
    ),
    "phase-diagram": Subject(
        "Where a field changes which critical points dominate",
        ("phase_diagram", "phase_boundaries"),
        "phase_figure",
        "draw_phase_diagram",
        "atlas",
    ),
    "spiked-tensor": Subject(
        "At which latitudes a spike leaves critical points, and where its signal appears",
        ("latitude_rates", "signals"),
        "spike_figure",
        "draw_spiked_tensor",
        "atlas",
    ),
    "trivialisation": Subject(
        "How a linear field removes all but two critical points",
        ("trivialisation",),
        "spike_figure",
        "draw_trivialisation",
        "atlas",
    ),
    "edge-laws": Subject(
        "Where the largest eigenvalues of a random matrix lie: exact and in the limit",
        ("edge_densities",),
        "edge_figure",
        "draw_edge_laws",
        "atlas",
    ),
    "rank-one-law": Subject(
        "How a rank-one spike changes the mean determinant, and how fast the limit is reached",
        ("rank_one_law",),
        "rank_one_figure",
        "draw_rank_one",
        "atlas",
    ),
    "index-densities": Subject(
        "Which index the critical points at an energy have, with and without a field",
        ("index_densities",),
        "index_figure",
        "draw_index_densities",
        "atlas",
    ),
    "energy-index": Subject(
        "Which index the critical points at an energy have: every point of complete enumerations",
        ("census_points",),
        "census_figures",
        "draw_energy_index",
        "census",
    ),
    "count-growth": Subject(
        "How the mean number of critical points grows with the number of spins",
        ("count_growth",),
        "census_figures",
        "draw_count_growth",
        "census",
    ),
    "minima-energies": Subject(
        "At which energies the minima lie",
        ("minima_bins", "density_minima"),
        "census_figures",
        "draw_minima_energies",
        "census",
    ),
    "census-spectra": Subject(
        "How curved the landscape is at its critical points: spectra of the Hessian",
        ("spectrum_bins", "spectrum_marks"),
        "search_figures",
        "draw_spectra",
        "census",
    ),
    "final-energies": Subject(
        "At which energies searches end, and where that tends with more spins",
        ("final_energies",),
        "search_figures",
        "draw_final_energies",
        "search",
    ),
    "search-spectra": Subject(
        "How curved the landscape is where searches end: spectra of the Hessian",
        ("spectrum_bins", "spectrum_marks"),
        "search_figures",
        "draw_spectra",
        "search",
    ),
}


def names(collection: str = "comparison") -> tuple[str, ...]:
    """Names of the figures of a collection, in the order in which they are written.

    >>> names()[0]
    'total-ratio'
    """
    return tuple(name for name, subject in SUBJECTS.items() if subject.collection == collection)


def missing_tables(name: str, folder: str | Path | ReportFolder) -> list[str]:
    """Tables that a figure needs and the folder does not have (empty: the figure can be drawn)."""
    return _opened(folder).missing(SUBJECTS[checked_choice("name", name, SUBJECTS)].tables)


def write_figure(name: str, folder: str | Path | ReportFolder) -> Path:
    """Draw one figure from the stored tables and write it as PNG, SVG, CSV and JSON; the path of the PNG.

    Every file is written whole or not at all. Raises `InputError` for an unknown name and for absent tables.
    """
    subject = SUBJECTS[checked_choice("name", name, SUBJECTS)]
    source = _opened(folder)
    absent = source.missing(subject.tables)
    if absent:
        rule = f"figure {name!r} needs the table{'s' if len(absent) > 1 else ''} data/{', data/'.join(absent)} (.csv)"
        raise input_error("folder", str(source.path), rule)
    from spinglass.reports import style

    draw: Callable[[ReportFolder, str], Drawing] = getattr(
        import_module(f"{__package__}.{subject.module}"), subject.function
    )
    target = source.path / "figures"
    with style.context(), warnings.catch_warnings():
        # A label of the user may hold signs that no installed font has; they are drawn as boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        drawing = draw(source, subject.title)
        description = {"Title": subject.title, "Description": drawing.alternative}
        vector = _rendered(drawing.figure, "svg", {**description, "Date": None, "Creator": None})
        raster = _rendered(drawing.figure, "png", {**description, "Software": "spinglass"})
    settings = {
        "name": name,
        "title": subject.title,
        "caption": drawing.caption,
        "alternative_text": drawing.alternative,
        "data": f"{name}.csv",
        "drawn_from": [f"data/{table}.csv" for table in subject.tables],
        "settings": source.settings,
    }
    write_whole(target / f"{name}.csv", csv_text(drawing.rows))
    write_whole(target / f"{name}.json", json.dumps(settings, indent=2, ensure_ascii=False) + "\n")
    write_whole(target / f"{name}.svg", finished_svg(vector.decode("utf-8"), subject.title, drawing.alternative))
    return write_whole(target / f"{name}.png", raster)


def _opened(folder: str | Path | ReportFolder) -> ReportFolder:
    return folder if isinstance(folder, ReportFolder) else ReportFolder(Path(folder))


def _rendered(figure: Any, kind: str, metadata: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=200, metadata=metadata)
    return buffer.getvalue()
