"""Plans, shards and tables of campaigns, and what they do not depend on."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest
from pyarrow import parquet

from spinglass import InputError
from spinglass.campaigns import Campaign, Cell, Estimate, Estimates, Plan, dask_map, executor, merge, stream


def _plan(seed=3, samples=(23, 9)):
    cells = [
        Cell("small", {"scale": 1.0}, samples[0], 4, (1, 0)),
        Cell("large", {"scale": 2.5}, samples[1], 2, (1, 1)),
    ]
    return Plan.of("toys:walk", cells, seed)


def _files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("shards/*/*/*")}


def _run(plan, folder, **options):
    campaign = Campaign.begin(plan, folder)
    campaign.run(**options)
    return campaign


@pytest.fixture
def whole(toys, tmp_path):
    return _run(_plan(), tmp_path / "whole")


def test_a_plan_survives_its_file(toys):
    plan = _plan()
    again = Plan.from_json(json.loads(json.dumps(plan.to_json())))
    assert again == plan
    assert again.identity == plan.identity
    assert list(again.blocks) == list(plan.blocks)
    samples = {(block.cell, i) for block in plan.blocks for i in range(block.first, block.first + block.samples)}
    assert samples == {(0, i) for i in range(23)} | {(1, i) for i in range(9)}
    assert len(list(plan.blocks)) == plan.n_blocks == 11
    assert _plan(seed=4).identity != plan.identity != _plan(samples=(23, 10)).identity


def test_tables_hold_every_sample_in_order(whole):
    samples, points = whole.table("samples"), whole.table("points")
    assert samples["cell"].tolist() == [0] * 23 + [1] * 9
    assert samples["sample"].tolist() == [*range(23), *range(9)]
    assert samples["count"].sum() == len(points["height"])
    assert 0 in samples["count"]  # a sample without points is in no other table
    assert np.array_equal(np.isnan(samples["lowest"]), samples["count"] == 0)
    assert set(points["scale"][points["cell"] == 1]) == {2.5}
    assert whole.table("samples", 1)["sample"].tolist() == list(range(9))
    for i in np.flatnonzero(samples["count"]):
        own = (points["cell"] == samples["cell"][i]) & (points["sample"] == samples["sample"][i])
        assert points["height"][own].min() == samples["lowest"][i]


def test_a_sample_can_be_computed_again_alone(whole, toys):
    """By the plan, and by the recipe `stream(seed, *key of the cell, number of the sample)`."""
    points = whole.table("points")
    for cell, sample in ((0, 0), (0, 17), (1, 8)):
        own = (points["cell"] == cell) & (points["sample"] == sample)
        again = whole.plan.compute(cell, sample)["points"]
        by_hand = toys.walk(whole.plan.cells[cell].parameters, stream(3, 1, cell, sample))["points"]
        for column in ("height", "rank"):
            assert np.array_equal(points[column][own], again[column])
            assert np.array_equal(again[column], by_hand[column])
    with pytest.raises(InputError, match="sample = 23"):
        whole.plan.rng(0, 23)


def test_samples_do_not_depend_on_the_size_of_blocks(whole):
    cells = [Cell(cell.label, cell.parameters, cell.samples, 7, cell.key) for cell in whole.plan.cells]
    other = Campaign(Plan.of("toys:walk", cells, 3))
    other.run()
    for name in ("samples", "points"):
        for column, values in whole.table(name).items():
            assert np.array_equal(values, other.table(name)[column], equal_nan=values.dtype.kind == "f")


def test_shards_are_the_same_bytes_for_every_number_of_workers(whole, tmp_path):
    files = _files(whole.folder)
    assert len(files) == 3 * whole.plan.n_blocks
    for workers in (2, 3):
        other = _run(whole.plan, tmp_path / str(workers), executor=executor(workers))
        assert _files(other.folder) == files


def test_shards_are_the_same_bytes_on_a_dask_cluster(whole, tmp_path):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        other = _run(whole.plan, tmp_path / "dask", executor=executor(scheduler=cluster.scheduler_address))
    assert _files(other.folder) == _files(whole.folder)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("tcp://127.0.0.1:1", "no Dask scheduler can be reached there"),
        ("nonsense", "missing port number"),
        ("foo://a:1", "unknown address scheme"),
    ],
)
def test_a_scheduler_that_cannot_be_reached(address, reason):
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match=f"scheduler = '{address}'.*{reason}"):
        next(dask_map(abs, [1], address))


def test_dask_that_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"spinglass\[dask\]"):
        next(dask_map(abs, [1], "tcp://127.0.0.1:1"))
    with pytest.raises(InputError, match="workers = 2"):
        executor(2, "tcp://127.0.0.1:1")


def test_shards_describe_themselves_to_any_reader(whole):
    """A Parquet reader that knows nothing of the package finds columns and origin."""
    path = whole.folder / "shards" / "cell-0" / "block-00003" / "points.parquet"
    table = parquet.read_table(path)
    assert table.column_names == ["cell", "sample", "height", "rank", "scale"]
    origin = json.loads(parquet.read_schema(path).metadata[b"spinglass"])
    assert origin == {
        "campaign": whole.plan.identity,
        "cell": 0,
        "block": 3,
        "first": 12,
        "samples": 4,
        "code": whole.plan.code,
    }
    assert set(table["sample"].to_pylist()) <= set(range(12, 16))
    assert parquet.read_table(path.with_name("samples.parquet"))["lowest"].null_count == sum(
        count == 0 for count in whole.table("samples", 0)["count"][12:16]
    )


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_shards_become_one_file_per_table(whole, tmp_path, file_format):
    files = whole.write_tables(tmp_path / "tables", file_format)
    assert [path.name for path in files] == [f"points.{file_format}", f"samples.{file_format}"]
    points = whole.table("points")
    if file_format == "parquet":
        table = parquet.read_table(files[0])
        assert table["height"].to_pylist() == points["height"].tolist()
    else:
        with open(files[0], newline="") as file:
            rows = list(csv.DictReader(file))
        assert [float(row["height"]) for row in rows] == points["height"].tolist()
    assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == sorted(path.name for path in files)
    with pytest.raises(InputError, match="format = 'xls'"):
        whole.write_tables(tmp_path, "xls")


def test_parts_of_a_campaign_are_merged(whole, tmp_path):
    folders = []
    for i in (1, 2, 3):
        folders.append(tmp_path / f"part-{i}")
        campaign = _run(whole.plan, folders[-1], part=(i, 3))
        assert not campaign.status().finished
    merged = merge(folders[:2], tmp_path / "merged")
    assert merged.status().blocks_done == 8
    merged = merge(folders, tmp_path / "merged")  # shards that are there stay
    assert merged.status().finished
    assert _files(merged.folder) == _files(whole.folder)
    with pytest.raises(InputError, match="part"):
        campaign.run(part=(4, 3))
    other = _run(_plan(seed=4), tmp_path / "other", part=(1, 11))
    with pytest.raises(InputError, match=r"another campaign: its seed is 4, not 3"):
        merge([whole.folder, other.folder], tmp_path / "no")
    with pytest.raises(InputError, match="holds no campaign"):
        merge([tmp_path], tmp_path / "no")


def test_status_counts_samples_and_estimates(toys, tmp_path):
    campaign = _run(_plan(), tmp_path / "half", part=(1, 2))
    status = campaign.status()
    assert (status.blocks, status.blocks_done, status.finished) == (11, 6, False)
    assert [cell.samples_done for cell in status.cells] == [11, 5]
    for number in (0, 1):
        rows = campaign.table("samples", number)
        for column in ("count", "even", "lowest"):
            values = rows[column].astype(float)
            values = values[np.isfinite(values)]
            estimate = status.estimates.of(number, column)
            assert estimate.values == len(values)
            assert estimate.mean == pytest.approx(values.mean(), rel=1e-13)
            assert estimate.standard_error == pytest.approx(values.std(ddof=1) / np.sqrt(len(values)), rel=1e-12)
    assert "small: 11 of 23 samples" in status.text()
    assert json.loads(json.dumps(status.summary()))["cells"][1]["samples_done"] == 5


def test_estimates_without_values():
    assert Estimate().standard_error == np.inf
    assert Estimates().of(0, "x") == Estimate()
    empty = Estimates()
    empty.add(0, {"x": np.empty(0), "name": np.array(["a"]), "sample": np.array([1])})
    assert empty.of(0, "x").values == 0
    assert list(empty.by_cell[0]) == ["x"]


def test_progress_and_blocks_are_reported(toys, tmp_path):
    _run(_plan(), tmp_path, part=(1, 2))
    done, seen = [], []
    Campaign.open(tmp_path).run(progress=lambda *now: done.append(now), seen=lambda block, shard: seen.append(block))
    assert done == [(k, 11) for k in range(6, 12)]
    assert set(seen) == set(_plan().blocks)


def test_a_report_without_function_writes_tables(whole):
    report = whole.report()
    assert report.summary["finished"]
    assert "11 of 11 blocks done" in report.text
    assert (whole.folder / "data" / "samples.parquet").is_file()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"samples": 0}, "samples = 0"),
        ({"block_samples": 0}, "block_samples = 0"),
        ({"key": (-1,)}, "key = -1"),
        ({"label": 3}, "label = 3"),
        ({"parameters": {"scale": (1.0,)}}, "JSON"),
        ({"parameters": {"scale": float("nan")}}, "JSON"),
    ],
)
def test_bad_cells_are_refused(change, named):
    content = {"label": "a", "parameters": {}, "samples": 4, "block_samples": 2, "key": (0,)}
    with pytest.raises(InputError, match=named):
        Cell(**(content | change))


def test_bad_plans_are_refused(toys):
    cell = Cell("a", {}, 4, 2, (0,))
    for function in (lambda parameters, rng: {}, "toys:absent", "absent:walk", "__main__:walk"):
        with pytest.raises(InputError, match=r"function = .*imported"):
            Plan.of(function, [cell], 0)
    with pytest.raises(InputError, match="cells"):
        Plan.of(toys.walk, [], 0)
    with pytest.raises(InputError, match="seed"):
        Plan.of(toys.walk, [cell], -1)
    assert Plan.of(toys.walk, [cell], 0).function == "toys:walk"


def test_campaigns_are_cheap_to_import():
    code = (
        "import sys, spinglass.campaigns; print([m for m in ('pyarrow', 'numba', 'distributed') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
