"""The page of an atlas: the figures of the theory, each with what it shows in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from spinglass.campaigns import write_whole
from spinglass.reports.contents import PAGE_NAME, draw, files, settings, template, written_figures
from spinglass.reports.tables import ReportFolder


def write_atlas(
    folder: str | Path,
    *,
    figures: Iterable[str] | None = None,
    on_figure: Callable[[str], None] | None = None,
) -> Path:
    """Write the figures of the theory whose tables are in the folder, and the page; the path of the page.

    Arguments and errors as for `write_report`.
    """
    source = ReportFolder(Path(folder))
    draw(source, "atlas", figures, on_figure)
    shown, absent = written_figures(source, "atlas")
    subjects = "; ".join(figure["title"][0].lower() + figure["title"][1:] for figure in shown) or "no figure is drawn"
    text = template("atlas.html.j2").render(
        question="What does the theory say, and how far is the limit of many spins?",
        answer=f"On this page: {subjects}.",
        shown=shown,
        absent=absent,
        settings=settings(source),
        files=files(source, "atlas"),
    )
    return write_whole(source.path / PAGE_NAME, text)
