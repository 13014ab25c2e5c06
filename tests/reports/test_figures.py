"""Every figure: files, numbers, captions, alternative texts, and that no text covers another or leaves the sheet."""

from __future__ import annotations

import csv
import itertools
import json
import math
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinglass.reports import figures, style
from spinglass.reports.energy_figure import infinite_stretches
from spinglass.reports.tables import ReportFolder
from spinglass.reports.vector import finished_svg

SVG = "{http://www.w3.org/2000/svg}"
LONG = [
    ("user-1", "x*erf(x)+0.1*x", lambda x: x * np.tanh(x) + 0.9 * x),
    ("user-2", '<b>"$x_1^2$" & co</b>', lambda x: np.tanh(x) + 0.2 * x**2),
    ("user-3", "0.5*x*(1+tanh(0.797885*(x+0.044715*x**3", lambda x: 0.5 * x * (1 + np.tanh(0.8 * (x + 0.045 * x**3)))),
    ("user-4", "an activation with a label of forty char", lambda x: np.tanh(x) + 0.3 * np.exp(-x * x)),
    ("user-5", "sin(x)", np.sin),
    ("user-6", "日本 $\\alpha$ ünïcödé", lambda x: np.tanh(x) + 0.4),
]


@pytest.fixture(scope="module")
def written(default_folder: Path) -> Path:
    for name in figures.names():
        figures.write_figure(name, default_folder)
    return default_folder


@pytest.fixture(scope="module")
def crowded_folder(folder_writer: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_writer(tmp_path_factory.mktemp("crowded"), extra=LONG, points=61)


@pytest.fixture(scope="module")
def single_folder(folder_writer: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_writer(tmp_path_factory.mktemp("single"), keys=["relu"], points=61)


@pytest.fixture(scope="module")
def deep_folder(folder_writer: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_writer(tmp_path_factory.mktemp("deep"), keys=["relu", "gelu", "sigmoid"], depths=[3, 5, 8], points=61)


@pytest.fixture(scope="module")
def shallow_folder(folder_writer: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_writer(tmp_path_factory.mktemp("shallow"), keys=["relu", "softplus"], depths=[3], points=61)


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "figures" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def about(folder: Path, name: str) -> dict[str, Any]:
    text = (folder / "figures" / f"{name}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def texts_of(folder: Path, name: str) -> list[str]:
    tree = ElementTree.parse(folder / "figures" / f"{name}.svg")
    return ["".join(element.itertext()).strip() for element in tree.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", figures.names())
def test_each_figure_comes_as_four_files(written: Path, name: str) -> None:
    folder = written / "figures"
    png = (folder / f"{name}.png").read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width = int.from_bytes(png[16:20], "big")
    assert width == pytest.approx(style.DOUBLE_COLUMN / 25.4 * 200, abs=1.5)  # 200 dpi
    root = ElementTree.parse(folder / f"{name}.svg").getroot()
    assert root.get("role") == "img"
    assert root.get("aria-label") == about(written, name)["alternative_text"]
    assert root.find(f"{SVG}title") is not None
    words = texts_of(written, name)
    assert figures.SUBJECTS[name].title in words  # text stays text
    assert rows_of(written, name)
    assert not [p for p in folder.iterdir() if p.suffix not in {".png", ".svg", ".csv", ".json"}]


@pytest.mark.parametrize("name", figures.names())
def test_captions_carry_provenance_and_alternative_texts_numbers(written: Path, name: str) -> None:
    record = about(written, name)
    for part in ("seed 1", "spinglass 0.1.0", "code digest 3f9a1c52d07b"):
        assert part in record["caption"]
    assert any(c.isdigit() for c in record["alternative_text"])
    assert record["settings"]["samples"] == 1000
    assert record["title"] == figures.SUBJECTS[name].title
    if name not in ("activations", "complexity", "simulation"):
        assert "p = 3 and 4" in record["caption"]
    if name in ("densities", "approach", "total-ratio", "simulation"):
        assert "N = " in record["caption"]


@pytest.mark.parametrize("kind", ["default_folder", "crowded_folder", "single_folder", "deep_folder", "shallow_folder"])
@pytest.mark.parametrize("name", figures.names())
def test_no_text_covers_another_or_leaves_the_sheet(kind: str, name: str, request: pytest.FixtureRequest) -> None:
    folder = ReportFolder(request.getfixturevalue(kind))
    subject = figures.SUBJECTS[name]
    module = import_module(f"spinglass.reports.{subject.module}")
    with style.context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        drawing = getattr(module, subject.function)(folder, subject.title)
        drawing.figure.canvas.draw()
        renderer = drawing.figure.canvas.get_renderer()
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in _texts(drawing.figure)]
    assert len(boxes) > 5
    width, height = drawing.figure.bbox.width, drawing.figure.bbox.height
    for text, box in boxes:
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        assert inside, f"{text!r} leaves the sheet"
    slack = 0.6  # pixels at 100 dpi
    for (first, a), (second, b) in itertools.combinations(boxes, 2):
        covered = min(a.x1, b.x1) - max(a.x0, b.x0) > slack and min(a.y1, b.y1) - max(a.y0, b.y0) > slack
        assert not covered, f"{first!r} covers {second!r}"


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


def test_a_figure_shows_the_numbers_of_its_tables(written: Path) -> None:
    source = ReportFolder(written)
    limits = {
        (r["activation"], int(r["depth"])): float(r["ratio"])
        for r in rows_of(written, "total-ratio")
        if r["kind"] == "limit"
    }
    for (activation, depth), value in limits.items():
        assert value == source.rows("activations", activation=activation, depth=depth)[0]["total_ratio"]
    drawn = {
        (r["activation"], int(r["depth"]), float(r["energy_density"])): float(r["ratio"])
        for r in rows_of(written, "energy-ratio")
    }
    assert len(drawn) == 7 * 2 * 161
    for row in source.rows("ratio_curves", activation="sigmoid"):
        key = "sigmoid", row["depth"], row["energy_density"]
        assert drawn[key] == row["ratio"]
    exact = [
        r
        for r in rows_of(written, "approach")
        if r["kind"] == "exact" and r["activation"] == "gelu" and r["depth"] == "4"
    ]
    assert [(int(r["n_spins"]), float(r["ratio"])) for r in exact] == [
        (r["n_spins"], r["ratio"]) for r in source.rows("exact_counts", activation="gelu", depth=4)
    ]
    assert len(rows_of(written, "simulation")) == len(source.rows("simulation"))
    assert len(rows_of(written, "densities")) == 6 * 2 * 6 * 161


def test_coincident_activations_are_drawn_once_with_a_joint_label(written: Path) -> None:
    assert "ReLU = leaky ReLU = tanh" in texts_of(written, "approach")
    for name in ("total-ratio", "approach", "energy-ratio"):
        keys = {row["activation"] for row in rows_of(written, name)}
        assert "relu" in keys
        assert not keys & {"leaky-relu", "tanh"}


def test_alternative_texts_state_findings_computed_from_the_numbers(written: Path) -> None:
    source = ReportFolder(written)
    lowest = min(source.rows("activations", depth=3), key=lambda row: row["total_ratio"])
    text = about(written, "total-ratio")["alternative_text"]
    assert f"lowest for {lowest['label']}, {lowest['total_ratio']:.4f}" in text
    at_32 = source.rows("exact_counts", activation="sigmoid", depth=3, n_spins=32)[0]["ratio"]
    assert f"at N = 32 farthest from its limit is sigmoid with {at_32:.4f}" in text
    text = about(written, "energy-ratio")["alternative_text"]
    first = min(
        r["energy_density"]
        for r in source.rows("ratio_curves", activation="softplus", depth=3)
        if math.isinf(r["ratio"])
    )
    assert "at p = 3 it is infinite for softplus" in text
    assert 1.5 < first < 1.7
    text = about(written, "complexity")["alternative_text"]
    assert "−E_∞ = −1.6330" in text
    worst = max(source.rows("simulation"), key=lambda row: abs(row["z"]))
    text = about(written, "simulation")["alternative_text"]
    assert f"largest |z| is {abs(worst['z']):.2f}" in text
    assert "294 of 294 comparisons" in text


def test_a_disagreement_is_told(folder_writer: Callable[..., Path], tmp_path: Path) -> None:
    folder = folder_writer(tmp_path, keys=["relu", "gelu"], shift=8.0, points=21)
    figures.write_figure("simulation", folder)
    rows = ReportFolder(folder).rows("simulation")
    rejected = sum(row["agrees"] is False for row in rows)
    assert rejected >= 8
    assert f"{len(rows) - rejected} of {len(rows)} comparisons" in about(folder, "simulation")["alternative_text"]


def test_open_and_closed_bins_and_one_size(folder_writer: Callable[..., Path], tmp_path: Path) -> None:
    folder = folder_writer(tmp_path, keys=["relu", "sigmoid"], bins=(-2.0, -0.5, 0.5, 2.0), points=21)
    assert figures.write_figure("simulation", folder).exists()
    path = folder / "data" / "simulation.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], *(x for x in lines[1:] if ",3,4,total" in x)]) + "\n", encoding="utf-8")
    assert figures.write_figure("simulation", folder).exists()


def test_infinite_stretches() -> None:
    inf = math.inf
    assert infinite_stretches([0.0, 1.0, 2.0, 3.0], [1.0, 2.0, inf, inf]) == [(1.5, 3.0)]
    assert infinite_stretches([0.0, 1.0, 2.0], [inf, 1.0, inf]) == [(0.0, 0.5), (1.5, 2.0)]
    assert infinite_stretches([0.0, 1.0], [1.0, None]) == []


def test_same_tables_same_bytes(default_folder: Path, written: Path) -> None:
    before = {p.name: p.read_bytes() for p in (written / "figures").glob("total-ratio.*")}
    figures.write_figure("total-ratio", default_folder)
    assert {p.name: p.read_bytes() for p in (written / "figures").glob("total-ratio.*")} == before


def test_bad_names_and_absent_tables_are_refused(tmp_path: Path, default_folder: Path) -> None:
    with pytest.raises(ValueError, match="did you mean 'total-ratio'"):
        figures.write_figure("total-ration", default_folder)
    with pytest.raises(ValueError, match="needs the tables data/activations, data/exact_counts"):
        figures.write_figure("total-ratio", tmp_path)
    assert figures.missing_tables("complexity", tmp_path) == ["complexity_curves", "thresholds"]
    assert not (tmp_path / "figures").exists()


def test_svg_words_are_escaped_and_its_font_travels_along() -> None:
    svg = "<svg width=\"1pt\"><g><text style=\"font: 8px 'STIXGeneral', 'DejaVu Sans'\">a &lt; b</text></g></svg>"
    done = finished_svg(svg, "a <title>", 'says "x" & <y>')
    root = ElementTree.fromstring(done)
    assert root.get("aria-label") == 'says "x" & <y>'
    assert root.findtext("title") == "a <title>"
    assert done.count("data:font/woff;base64,") == 3
    assert "'STIXGeneral', 'STIX Two Text'" in done


def test_asking_for_names_imports_nothing_heavy() -> None:
    code = (
        "import sys; from spinglass import reports; assert reports.figures.names()[0] == 'total-ratio'; "
        "heavy = {'matplotlib', 'jinja2', 'sympy', 'scipy.stats', 'numba'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
