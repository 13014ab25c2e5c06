"""Reading, grouping and writing of stored tables."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from spinglass import SpinGlassError
from spinglass.reports import tables
from spinglass.reports.tables import ReportFolder


def test_rows_are_typed_and_empty_cells_are_none(default_folder: Path) -> None:
    folder = ReportFolder(default_folder)
    row = folder.rows("activations", activation="softplus", depth=3)[0]
    assert isinstance(row["depth"], int)
    assert row["rho_4"] is None
    assert folder.levels == [1, 2, 3, 4]
    assert row["same_as_reference"] is False
    assert row["rho_1"] == pytest.approx(1.1988764384, rel=1e-9)
    sections = folder.rows("sections", activation="five-section")
    assert sections[0]["left"] == -math.inf
    assert sections[-1]["right"] == math.inf
    assert any(math.isinf(r["ratio"]) for r in folder.rows("ratio_curves", activation="softplus", depth=3))


def test_absent_tables_give_no_rows(tmp_path: Path) -> None:
    folder = ReportFolder(tmp_path)
    assert folder.rows("simulation") == []
    assert folder.settings == {}
    assert folder.missing(tables.table_names()) == list(tables.table_names())


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("p,value\n3,1.0\n", "'name'"),
        ("p,name,value\n3,E_inf,1.0\nthree,E_0,1.1\n", "line 3, column 'p'"),
        ("p,name,value\n3.5,E_inf,1.0\n", "must be an integer"),
        ("p,name,value\n3,E_inf,one\n", "column 'value'"),
    ],
)
def test_a_broken_table_is_named_with_line_and_column(tmp_path: Path, text: str, fragment: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thresholds.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SpinGlassError, match=r"thresholds\.csv") as caught:
        ReportFolder(tmp_path).rows("thresholds")
    assert fragment in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_a_folder_must_exist_and_json_must_be_an_object(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="existing folder"):
        ReportFolder(tmp_path / "nowhere")
    (tmp_path / "summary.json").write_text("[1, 2]", encoding="utf-8")
    with pytest.raises(ValueError, match="JSON object"):
        _ = ReportFolder(tmp_path).summary
    (tmp_path / "summary.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="valid JSON"):
        _ = ReportFolder(tmp_path).summary


def test_activations_of_one_group_stand_together_with_the_reference_first(default_folder: Path) -> None:
    groups = ReportFolder(default_folder).groups()
    assert groups[0].activations == ("relu", "leaky-relu", "tanh")
    assert groups[0].label == "ReLU = leaky ReLU = tanh"
    assert groups[0].is_reference
    assert [group.activations for group in groups[1:]] == [
        ("gelu",), ("silu",), ("softplus",), ("elu",), ("sigmoid",), ("five-section",)
    ]  # fmt: skip
    assert not any(group.is_reference for group in groups[1:])


def test_groups_that_differ_at_one_depth_are_kept_apart(folder_writer: Callable[..., Path], tmp_path: Path) -> None:
    folder = folder_writer(tmp_path, keys=["relu", "leaky-relu", "gelu"], points=21)
    path = folder / "data" / "activations.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    changed = [
        line.replace("group-0", "other").replace("true", "false")
        if line.startswith("leaky") and ",4,0.505" in line
        else line
        for line in lines
    ]
    assert changed != lines
    path.write_text("\n".join(changed) + "\n", encoding="utf-8")
    source = ReportFolder(folder)
    assert source.groups(3)[0].activations == ("relu", "leaky-relu")
    assert source.groups(4)[0].activations == ("relu",)
    assert [g.activations for g in source.groups()] == [("relu",), ("leaky-relu",), ("gelu",)]


def test_csv_keeps_every_digit_and_every_sign() -> None:
    rows = [
        {"label": 'x, "y"\nz', "value": 0.1 + 0.2, "kind": None},
        {"label": "b", "value": -math.inf, "kind": True, "more": 3},
    ]
    back = list(csv.DictReader(io.StringIO(tables.csv_text(rows))))
    assert back[0]["label"] == 'x, "y"\nz'
    assert float(back[0]["value"]) == 0.1 + 0.2
    assert back[0]["kind"] == ""
    assert back[1] == {"label": "b", "value": "-inf", "kind": "true", "more": "3"}


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.9757240, 4, "0.9757"), (-1.5, 3, "−1.50"), (51.0752, 5, "51.075"), (0.0, 4, "0"), (math.inf, 4, "∞"),
        (-math.inf, 4, "−∞"), (None, 4, "–"), (math.nan, 4, "–"), (3.2e-9, 3, "3.20e−9"), (1234567.0, 3, "1234567"),
        (9.99996, 4, "10.000"), (2.5e12, 2, "2.5e+12"),
    ],
)  # fmt: skip
def test_numbers_for_readers(value: float | None, digits: int, text: str) -> None:
    assert tables.number(value, digits).replace("e−09", "e−9") == text


def test_phrases() -> None:
    assert tables.listed([3]) == "3"
    assert tables.listed([3, 4, 8]) == "3, 4 and 8"
    assert tables.listed([]) == "none"
    assert tables.sizes([8, 3, 4, 5, 6, 7, 3]) == "3…8"
    assert tables.sizes([4, 8, 16, 32]) == "4, 8, 16 and 32"
    assert tables.shortest(0.01) == "0.01"
    assert tables.shortest(-2.0) == "−2"
    assert tables.shortest(-math.inf) == "−∞"
