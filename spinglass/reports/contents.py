"""What the pages of this room share: drawing their figures, and their lists of figures, settings and files."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from spinglass._errors import checked_choice
from spinglass.reports import figures as figure_registry
from spinglass.reports.tables import ReportFolder, listed, read_json, table_names

PAGE_NAME = "index.html"


def draw(
    folder: ReportFolder, collection: str, chosen: Iterable[str] | None, on_figure: Callable[[str], None] | None
) -> None:
    """Draw the chosen figures of a collection (default: all) whose tables are there.

    `on_figure` is called with the name of each when it is finished or left out.
    """
    known = figure_registry.names(collection)
    wanted = [checked_choice("figures", name, known) for name in (known if chosen is None else chosen)]
    for name in wanted:
        if not figure_registry.missing_tables(name, folder):
            figure_registry.write_figure(name, folder)
        if on_figure is not None:
            on_figure(name)


def template(name: str) -> Any:
    """A template of the room, ready to be rendered."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("spinglass.reports"),
        autoescape=True,  # labels and formulas are text of the user
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["subscripts"] = subscripts
    return environment.get_template(name)


def subscripts(text: str) -> str:
    """Escaped HTML in which R_tot, Θ_k, E_∞ and the like carry real subscripts."""
    import markupsafe

    escaped = str(markupsafe.escape(text))
    return markupsafe.Markup(re.sub(r"(?<!\w)(R|Θ|E|Crt)_(tot\b|∞|k\b|N\b|\d\b)", r"\1<sub>\2</sub>", escaped))


def written_figures(folder: ReportFolder, collection: str) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The written figures with all that the page needs of them, and the figures that are missing with the reason."""
    shown, absent = [], []
    for name in figure_registry.names(collection):
        subject = figure_registry.SUBJECTS[name]
        vector = folder.path / "figures" / f"{name}.svg"
        missing = folder.missing(subject.tables)
        if missing or not vector.exists():
            reason = (
                f"without {listed(f'data/{table}.csv' for table in missing)}" if missing else "not drawn in this run"
            )
            absent.append({"title": subject.title, "reason": reason})
            continue
        about = read_json(vector.with_suffix(".json"))
        shown.append(
            {
                "name": name,
                "title": subject.title,
                "caption": about.get("caption", ""),
                "alternative": about.get("alternative_text", subject.title),
                "uri": "data:image/svg+xml;base64," + base64.b64encode(vector.read_bytes()).decode("ascii"),
            }
        )
    return shown, absent


def settings(folder: ReportFolder) -> list[tuple[str, str]]:
    names = {
        "command": "command",
        "version": "spinglass",
        "code_digest": "code digest",
        "created": "created",
        "seed": "seed",
        "samples": "samples per size",
        "workers": "workers",
        "elapsed_seconds": "elapsed seconds",
        "depths": "depths p",
        "simulated_p": "p of the simulation",
        "sizes_density": "N of exact densities",
        "sizes_approach": "N of exact ratios",
        "sizes_simulation": "N of the simulation",
        "reference": "reference",
        "preactivation_law": "law of the pre-activations",
        "bias_scale": "scale of bias paths",
        "family_wise_error": "family-wise error rate",
        "n_comparisons": "comparisons",
        "z_critical": "bound on |z|",
    }
    ordered = [*names, *(key for key in folder.settings if key not in names)]
    return [
        (names.get(key, key.replace("_", " ")), _shown(folder.settings[key]))
        for key in ordered
        if key in folder.settings
    ]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def files(folder: ReportFolder, collection: str) -> list[tuple[str, list[str]]]:
    """Relative links to what lies beside the page."""
    data = [f"data/{name}.csv" for name in table_names() if (folder.path / "data" / f"{name}.csv").exists()]
    data += [name for name in ("data/settings.json", "summary.json") if (folder.path / name).exists()]
    drawn = [
        f"figures/{name}.{kind}"
        for name in figure_registry.names(collection)
        for kind in ("png", "svg", "csv", "json")
        if (folder.path / "figures" / f"{name}.{kind}").exists()
    ]
    return [("Tables", data), ("Figures and what they show", drawn)]
