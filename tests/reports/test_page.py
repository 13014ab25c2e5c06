"""The page and the terminal summary."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from spinglass import reports
from spinglass.reports.contents import subscripts
from spinglass.reports.tables import ReportFolder
from spinglass.reports.verdicts import answer, comparison_table, verdict_rows

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """A page taken apart: balanced tags, attributes, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], f"unclosed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1:] == [tag], f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "script"}:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.attributes if name == tag]


@pytest.fixture(scope="module")
def report(default_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page") / "out"
    shutil.copytree(default_folder, folder, ignore=shutil.ignore_patterns("figures", "index.html"))
    seen: list[str] = []
    path = reports.write_report(folder, on_figure=seen.append)
    assert path == folder / "index.html"
    assert seen == list(reports.figures.names())
    return path


def test_the_page_answers_first(report: Path) -> None:
    page = Page(report.read_text(encoding="utf-8"))
    text = page.text
    summary = json.loads((report.parent / "summary.json").read_text(encoding="utf-8"))
    parts = [
        summary["question"],
        summary["answer"],
        "✓ Theory and simulation agree.",
        "Exact theory against complete enumeration",
        "Mean number of critical points relative to ReLU",
        "The activations side by side",
        "Negative controls",
        "Settings and provenance",
    ]
    order = [text.index(part) for part in parts]
    assert order == sorted(order)
    assert text.count("✓ agrees") >= 7
    assert "ReLU, leaky ReLU and tanh have equal ρ (every ρ is zero" in text
    assert "28000 of 28000 enumerations are complete" in text
    assert "3f9a1c52d07be846" in text


def test_the_page_is_self_contained_and_its_links_lead_somewhere(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    page = Page(text)
    images = page.all("img")
    assert len(images) == 7
    for image in images:
        assert (image["src"] or "").startswith("data:image/svg+xml;base64,")
        assert len(image["alt"] or "") > 40
    links = [attrs["href"] or "" for attrs in page.all("a")]
    assert len(links) > 30
    for link in links:
        assert (report.parent / link).is_file(), link
    assert not page.all("link")
    assert not [attrs for attrs in page.all("script") if attrs]
    assert not re.search(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", text)
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_every_table_sorts(report: Path) -> None:
    page = Page(report.read_text(encoding="utf-8"))
    heads = [attrs for attrs in page.all("th") if attrs.get("scope") == "col"]
    assert len(heads) == len(page.all("button")) > 20
    assert all(attrs["aria-sort"] == "none" for attrs in heads)
    cells = [attrs for attrs in page.all("td") if (attrs.get("class") or "") == "number"]
    assert len(cells) > 1000
    for attrs in cells:
        float(attrs["data-sort"] or "")  # numbers sort by their full value


def test_user_text_cannot_become_markup(folder_writer: Callable[..., Path], tmp_path: Path) -> None:
    label = "<script>alert('$x_1$')</script>"
    folder = folder_writer(tmp_path, keys=["relu"], extra=[('evil"><b>', label, lambda x: x + 0.3 * x**2)], points=21)
    path = reports.write_report(folder)
    text = path.read_text(encoding="utf-8")
    assert "<script>alert" not in text
    page = Page(text)
    assert len(page.all("script")) == 1
    assert label in page.text
    assert "&lt;script&gt;" in (folder / "figures" / "approach.svg").read_text(encoding="utf-8")
    table = subscripts("<i> R_tot and Θ_k, −E_∞")
    assert str(table) == "&lt;i&gt; R<sub>tot</sub> and Θ<sub>k</sub>, −E<sub>∞</sub>"


def test_missing_tables_are_told_and_nothing_fails(tmp_path: Path, default_folder: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    page = Page(reports.write_report(empty).read_text(encoding="utf-8"))
    assert "Not on this page" in page.text
    assert "data/simulation.csv" in page.text
    assert "No settings are stored" in page.text
    assert "No simulation is stored" in page.text
    part = tmp_path / "part"
    shutil.copytree(
        default_folder, part, ignore=shutil.ignore_patterns("figures", "index.html", "simulation.csv", "controls.csv")
    )
    (part / "summary.json").unlink()
    page = Page(reports.write_report(part).read_text(encoding="utf-8"))
    assert len(page.all("img")) == 6
    assert "Whether complete enumeration agrees with the exact theory” (without data/activations" not in page.text
    assert "(without data/simulation.csv)" in page.text
    assert "changes most for sigmoid at depth 4: by a factor 0.7062" in page.text
    assert reports.terminal_summary(part).splitlines()[-1] == str(part / "index.html")


def test_figures_can_be_chosen_and_earlier_ones_stay(tmp_path: Path, default_folder: Path) -> None:
    folder = tmp_path / "out"
    shutil.copytree(default_folder, folder, ignore=shutil.ignore_patterns("figures", "index.html"))
    reports.write_report(folder, figures=["approach"])
    page = Page(reports.write_report(folder, figures=["total-ratio"]).read_text(encoding="utf-8"))
    assert len(page.all("img")) == 2
    assert "not drawn in this run" in page.text
    with pytest.raises(ValueError, match=r"figures = 'aproach'.*did you mean 'approach'"):
        reports.write_report(folder, figures=["total-ratio", "aproach"])


def test_an_interrupted_run_keeps_what_it_finished(tmp_path: Path, default_folder: Path) -> None:
    folder = tmp_path / "out"
    shutil.copytree(default_folder, folder, ignore=shutil.ignore_patterns("figures", "index.html"))

    def interrupt(name: str) -> None:
        if name == "energy-ratio":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reports.write_report(folder, on_figure=interrupt)
    names = {p.stem for p in (folder / "figures").iterdir()}
    assert names == {"total-ratio", "energy-ratio"}


def test_a_disagreement_is_shown_everywhere(folder_writer: Callable[..., Path], tmp_path: Path) -> None:
    folder = folder_writer(tmp_path, keys=["relu", "gelu"], shift=8.0, points=21)
    text = Page(reports.write_report(folder, figures=["simulation"]).read_text(encoding="utf-8")).text
    assert "✗ Theory and simulation disagree." in text
    assert "✗ disagrees" in text
    assert "✓ Theory and simulation agree" not in text
    assert "DISAGREES" in reports.terminal_summary(folder)


def test_verdicts_follow_the_rows(default_folder: Path) -> None:
    source = ReportFolder(default_folder)
    records = verdict_rows(source)
    assert records[0]["label"] == "ReLU = leaky ReLU = tanh"
    assert all(record["row"]["n_spins"] == 6 and record["row"]["quantity"] == "total" for record in records)
    for record in records:
        rows = source.rows("simulation", group=record["row"]["group"])
        assert record["worst_z"] == max(abs(row["z"]) for row in rows)
        assert record["comparisons"] == len(rows)
    table = comparison_table(source)
    assert table is not None
    assert len(table.body) == 294
    assert "0.706" in answer(source)


def test_terminal_summary_is_short_plain_and_ends_with_the_page(
    folder_writer: Callable[..., Path], tmp_path: Path
) -> None:
    folder = folder_writer(
        tmp_path, keys=["relu", "tanh", "softplus"], extra=[("odd", "a\x1b[31m\tlabel", abs)], points=21
    )
    text = reports.terminal_summary(folder)
    lines = text.splitlines()
    assert lines[-1] == str(folder / "index.html")
    assert all(len(line) <= 100 for line in lines[:-1])
    assert "\x1b" not in text
    row = next(line for line in lines if line.startswith("softplus"))
    assert "0.8194" in row
    assert row.endswith("agrees")
    assert any(line.startswith("ReLU = tanh ") for line in lines)


def test_reports_recompute_nothing(default_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    shutil.copytree(default_folder, folder, ignore=shutil.ignore_patterns("figures", "index.html"))
    code = (
        "import sys; from spinglass import reports; reports.write_report(sys.argv[1], figures=['total-ratio']); "
        "own = ('spinglass.reports', 'spinglass.campaigns', 'spinglass._'); "
        "rooms = [m for m in sys.modules if m.startswith('spinglass.') and not m.startswith(own)]; "
        "assert not rooms, rooms; assert not {'matplotlib.pyplot', 'scipy.stats'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, timeout=120)
