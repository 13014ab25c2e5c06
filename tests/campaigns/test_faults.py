"""What a campaign survives: kills at any moment, full disks, damaged shards, dead workers, and its users."""

import errno
import json
import os
import resource
import shutil
import subprocess
import sys

import numpy as np
import pytest

from spinglass import ComputationError, InputError
from spinglass.campaigns import Campaign, Cell, Plan, Store, executor, merge

FUNCTION = "spinglass.campaigns.plan:sample_mean"


def _plan(samples=40, block_samples=4, seed=1, function=FUNCTION, parameters=None):
    return Plan.of(function, [Cell("a", parameters or {"draws": 3}, samples, block_samples, (0,))], seed)


def _files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("shards/*/*/*")}


def _begun(folder, plan=None):
    campaign = Campaign.begin(plan or _plan(), folder)
    campaign.run()
    return campaign


KILLED = """
import os, random, signal, sys, time
from pathlib import Path
from spinglass.campaigns import Campaign
import numpy.random, pyarrow.parquet  # once for all children
random.seed(5)
folder, left, between, before = sys.argv[1], 0, 0, 0
for kill in range(50):
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        Campaign.open(folder).run(progress=lambda done, total: os.write(tell, b"."))
        os._exit(0)
    os.close(tell)
    for _ in range(random.randrange(5)):  # none: while it still looks at what is there
        os.read(hear, 1)
    time.sleep(random.uniform(0.0, 0.006))  # as long as writing some shards takes
    if os.waitpid(child, os.WNOHANG)[0]:
        sys.exit("finished too early")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(hear)
    left, known = len(list(Path(folder).rglob(".incomplete-*"))), left
    between += left > known
    cell = Campaign.open(folder).status().cells[0]
    if cell.damaged or cell.blocks_done < before:
        sys.exit(f"lost: {cell}")
    before = cell.blocks_done
print(before, between)
"""


def test_fifty_kills_at_random_moments_lose_no_shard(tmp_path):
    plan = _plan(samples=400, block_samples=2)
    campaign = Campaign.begin(plan, tmp_path)
    run = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    done, between = map(int, run.stdout.split())
    assert 0 < done < plan.n_blocks
    assert between > 0  # so many were killed in the middle of a write
    for path in tmp_path.rglob(".incomplete-*"):
        os.utime(path, (0, 0))
    campaign.run()
    assert not list(tmp_path.rglob(".incomplete-*"))
    memory = Campaign(plan)
    memory.run()
    assert all(campaign.shard(block) == memory.shard(block) for block in plan.blocks)


def _damage(path, how):
    content = path.read_bytes()
    if how == "removed":
        path.unlink()
    elif how == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    else:
        path.write_bytes(content[:-20] + bytes([content[-20] ^ 1]) + content[-19:])


@pytest.mark.parametrize("name", ["samples.parquet", "block.json"])
@pytest.mark.parametrize("how", ["removed", "cut", "empty", "one bit"])
def test_a_damaged_shard_is_computed_again(tmp_path, name, how):
    campaign = _begun(tmp_path)
    files = _files(tmp_path)
    place = tmp_path / "shards" / "cell-0" / "block-00006"
    _damage(place / name, how)
    status = campaign.status()
    assert (status.blocks_done, status.cells[0].damaged) == (9, 1)
    assert "1 damaged" in status.text()
    times = {path: path.stat().st_mtime_ns for path in tmp_path.glob("shards/*/*/*")}
    campaign.run()
    assert _files(tmp_path) == files
    rewritten = {path.parent for path, time in times.items() if path.stat().st_mtime_ns != time}
    assert rewritten | {place} == {place}


def test_a_shard_in_the_place_of_another_is_computed_again(tmp_path):
    campaign = _begun(tmp_path)
    files = _files(tmp_path)
    cell = tmp_path / "shards" / "cell-0"
    shutil.rmtree(cell / "block-00001")
    shutil.copytree(cell / "block-00002", cell / "block-00001")
    assert campaign.status().cells[0].damaged == 1
    campaign.run()
    assert _files(tmp_path) == files


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_disk_loses_nothing_finished(tmp_path, monkeypatch, code):
    campaign = Campaign.begin(_plan(), tmp_path)
    calls = []
    sync = os.fsync

    def full(handle):
        calls.append(handle)
        if len(calls) > 20:
            raise OSError(code, os.strerror(code))
        sync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        reason = os.strerror(code) if code == errno.EIO else "the disk is full"
        with pytest.raises(ComputationError, match=f"block 4 of cell 0.*{reason}.*Finished blocks are kept"):
            campaign.run()
    kept = _files(tmp_path)
    assert campaign.status().blocks_done == 4
    assert not list(tmp_path.rglob(".incomplete-*"))
    campaign.run()
    memory = Campaign(campaign.plan)
    memory.run()
    assert kept.items() <= _files(tmp_path).items()
    assert all(campaign.shard(block) == memory.shard(block) for block in campaign.plan.blocks)


def test_a_file_that_the_system_refuses_to_grow(tmp_path):
    """The same with a real limit: the files of the second cell are larger than the system allows."""
    cells = [Cell("long", {"draws": 1}, 4000, 4000, (0,)), Cell("short", {"draws": 1}, 4, 2, (1,))]
    campaign = Campaign.begin(Plan.of(FUNCTION, cells, 0), tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    try:
        with pytest.raises(ComputationError, match=r"block 0 of cell 0 .* cannot be written"):
            campaign.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [cell.blocks_done for cell in campaign.status().cells] == [0, 2]
    campaign.run()
    assert campaign.status().finished


def test_blocks_of_workers_that_die_are_computed_again(toys, tmp_path):
    plan = _plan(3, 1, function="toys:dies_once", parameters={"mark": str(tmp_path / "mark-")})
    campaign = Campaign.begin(plan, tmp_path / "run")
    campaign.run(executor(2))
    assert len(list(tmp_path.glob("mark-*"))) == 3  # each sample has killed its worker once
    memory = Campaign(plan)
    memory.run()
    assert all(campaign.shard(block) == memory.shard(block) for block in plan.blocks)


def test_a_block_that_kills_its_workers_is_named_and_the_others_are_kept(toys, tmp_path):
    campaign = Campaign.begin(_plan(10, 2, function="toys:dies_at_seven"), tmp_path)
    with pytest.raises(
        ComputationError, match=r"worker processes died several times .* block 3 of cell 0 \(a\), samples 6"
    ):
        campaign.run(executor(2))
    missing = [block.number for block in campaign.plan.blocks if campaign.shard(block) is None]
    assert missing == [3]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_block_that_fails_is_named_and_the_others_are_kept(toys, tmp_path, workers):
    campaign = Campaign.begin(_plan(10, 2, function="toys:fails_at_seven"), tmp_path)
    with pytest.raises(
        ComputationError, match=r"block 3 of cell 0 .* sample 7: no convergence.* others? blocks are kept"
    ):
        campaign.run(executor(workers))
    assert campaign.status().blocks_done == 4


def test_two_runs_in_one_folder(tmp_path):
    campaign = Campaign.begin(_plan(), tmp_path)
    with Store(tmp_path).reserved():
        with pytest.raises(InputError, match="another run is writing into this folder"):
            campaign.run()
        with pytest.raises(InputError, match="another run"):
            merge([tmp_path], tmp_path)
        assert campaign.status().blocks_done == 0  # asking is allowed
    campaign.run()


def test_a_folder_of_another_campaign(tmp_path):
    campaign = _begun(tmp_path)
    for other, difference in [
        (_plan(seed=2), "its seed is 1, not 2"),
        (_plan(samples=44), "'a' has samples = 40, not 44"),
        (_plan(parameters={"draws": 4}), "has parameters = {'draws': 3}, not {'draws': 4}"),
        (_plan(function="spinglass.campaigns.plan:imported"), "sample_mean, not spinglass.campaigns.plan:imported"),
        (Plan.of(FUNCTION, list(campaign.plan.cells) * 2, 1), "it has 1 cells, not 2"),
    ]:
        with pytest.raises(InputError, match=f"holds another campaign: .*{difference}"):
            Campaign.begin(other, tmp_path)
    assert Campaign.begin(_plan(), tmp_path).status().finished
    (tmp_path / "plan.json").write_text(json.dumps(_plan(seed=2).to_json()))
    with pytest.raises(InputError, match="plan of another campaign"):
        campaign.run()


def test_a_folder_that_holds_other_files(tmp_path):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(InputError, match=r"'thesis.tex' and no campaign"):
        Campaign.begin(_plan(), tmp_path)
    with pytest.raises(InputError, match=r"no campaign \(no plan.json\)"):
        Campaign.open(tmp_path)
    for content in ("{", "[]", '{"format": "other"}'):
        (tmp_path / "plan.json").write_text(content)
        with pytest.raises(InputError, match="is not the plan of a campaign"):
            Campaign.open(tmp_path)


def test_other_code_is_refused_unless_told(tmp_path, monkeypatch):
    campaign = Campaign.begin(_plan(), tmp_path)
    campaign.run(part=(1, 2))
    monkeypatch.setattr("spinglass.campaigns.plan.source_digest", lambda: "0123456789abcdef")
    with pytest.raises(InputError, match=f"code = '0123456789abcdef'.*begun by other code .{campaign.plan.code}"):
        campaign.run()
    campaign.run(allow_other_code=True)
    status = campaign.status()
    assert status.finished
    assert status.other_code == 5
    assert "5 blocks were made by other code" in status.text()
    monkeypatch.undo()
    with pytest.raises(InputError, match=r"shard = .*made by other code \(0123456789abcdef"):
        campaign.run()
    with pytest.raises(InputError, match="made by other code"):
        merge([tmp_path], tmp_path / "merged")
    assert merge([tmp_path], tmp_path / "merged", allow_other_code=True).status().finished


def test_the_code_of_a_function_outside_the_package_counts(toys, tmp_path):
    plan = _plan(function="toys:walk", parameters={"scale": 1.0})
    file = toys.__file__
    with open(file, "a", encoding="utf-8") as source:
        source.write("# another version\n")
    assert _plan(function="toys:walk", parameters={"scale": 1.0}).code != plan.code != _plan().code


def test_shards_of_the_same_code_that_differ_are_not_merged(tmp_path, monkeypatch):
    _begun(tmp_path / "a")
    mean = "spinglass.campaigns.plan.sample_mean"
    monkeypatch.setattr(mean, lambda parameters, rng: {"samples": {"mean": float(rng.standard_normal())}})
    _begun(tmp_path / "b")
    with pytest.raises(ComputationError, match="differs from another one by the same code"):
        merge([tmp_path / "a", tmp_path / "b"], tmp_path / "c")


@pytest.mark.parametrize(
    ("tables", "named"),
    [
        ({"samples": {"x": 1.0, "y": np.zeros(2)}}, "differ in shape"),
        ({"samples": {"x": np.zeros((2, 2))}}, "differ in shape"),
    ],
)
def test_tables_that_are_none(monkeypatch, tables, named):
    monkeypatch.setattr("spinglass.campaigns.plan.sample_mean", lambda parameters, rng: tables)
    with pytest.raises(ComputationError, match=named):
        Campaign(_plan()).run()


def test_columns_that_change(monkeypatch):
    monkeypatch.setattr(
        "spinglass.campaigns.plan.sample_mean", lambda parameters, rng: {"samples": {f"x{int(rng.integers(9))}": 1.0}}
    )
    with pytest.raises(ComputationError, match="has columns"):
        Campaign(_plan()).run()
