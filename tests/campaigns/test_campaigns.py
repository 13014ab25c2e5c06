"""Streams, stores and process pools."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from spinglass import InputError
from spinglass.campaigns import Store, process_map, stream, write_whole


def _square_sum(cell):
    return float(stream(7, cell).standard_normal(50).sum())


def _fails_at_three(cell):
    if cell == 3:
        raise ValueError("cell 3")
    return cell


def test_streams_are_addressed_by_key():
    numbers = {key: stream(5, *key).standard_normal(4).tobytes() for key in [(0,), (1,), (0, 0), (0, 1), (1, 0)]}
    assert len(set(numbers.values())) == 5
    assert stream(5, 0, 1).standard_normal(4).tobytes() == numbers[0, 1]
    assert stream(6, 0, 1).standard_normal(4).tobytes() != numbers[0, 1]


@pytest.mark.parametrize("seed", [-1, 0.5, "a", None])
def test_bad_seeds_are_refused(seed):
    with pytest.raises(InputError, match="seed"):
        stream(seed)


def test_results_do_not_depend_on_the_number_of_workers():
    results = [dict(process_map(_square_sum, range(7), workers)) for workers in (1, 2, 3)]
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failing_cell_raises(workers):
    with pytest.raises(ValueError, match="cell 3"):
        list(process_map(_fails_at_three, range(6), workers))


def test_environment_is_restored(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    list(process_map(_square_sum, range(2), 2))
    assert os.environ["OMP_NUM_THREADS"] == "5"
    assert "NUMBA_NUM_THREADS" not in os.environ


def test_tables_keep_all_digits_and_mark_missing_values(tmp_path):
    store = Store(tmp_path / "new" / "folder")
    path = store.write_table(
        "data/t.csv", ["a", "b", "c"], [{"a": 0.1 + 0.2, "b": None, "c": True}, {"a": math.inf, "b": "x,y", "c": False}]
    )
    assert path.read_text() == 'a,b,c\n0.30000000000000004,,true\ninf,"x,y",false\n'


def test_json_has_no_nan(tmp_path):
    store = Store(tmp_path)
    assert json.loads(store.write_json("a.json", {"x": np.float64(-math.inf), "y": [np.int64(2)]}).read_text()) == {
        "x": "-inf",
        "y": [2],
    }
    with pytest.raises(ValueError, match="JSON"):
        store.write_json("b.json", {"x": math.nan})
    assert not (tmp_path / "b.json").exists()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()
    for folder in (blocked, blocked / "below"):
        with pytest.raises(InputError, match=r"out = .*cannot be written"):
            Store(folder)


def test_damaged_arrays_are_seen(tmp_path):
    store = Store(tmp_path)
    path = store.write_arrays("a.npz", x=np.arange(1000.0))
    assert np.array_equal(store.read_arrays("a.npz")["x"], np.arange(1000.0))
    content = bytearray(path.read_bytes())
    content[500] ^= 255
    path.write_bytes(content)
    assert store.read_arrays("a.npz") is None
    path.write_bytes(content[:300])
    assert store.read_arrays("a.npz") is None
    assert store.read_arrays("absent.npz") is None


def test_files_are_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "deep" / "table.csv"
    write_whole(path, "old\n")
    assert path.read_text(encoding="utf-8") == "old\n"

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            write_whole(path, "new\n")
    assert path.read_text(encoding="utf-8") == "old\n"
    assert [p.name for p in path.parent.iterdir()] == ["table.csv"]
    write_whole(path, b"new\n")
    assert path.read_bytes() == b"new\n"


def test_only_old_leftovers_are_removed(tmp_path):
    young, old = tmp_path / ".incomplete-young", tmp_path / "data" / ".incomplete-old"
    old.parent.mkdir()
    for path in (young, old):
        path.touch()
    os.utime(old, (0, 0))
    Store(tmp_path)  # the young one may be a file that another run is writing
    assert young.exists()
    assert not old.exists()


def test_a_folder_is_reserved_for_one_run(tmp_path):
    store = Store(tmp_path)
    with store.reserved(), pytest.raises(InputError, match="another run"), Store(tmp_path).reserved():
        pass
    with store.reserved():
        store.write_text("a.txt", "whole\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_an_empty_folder_name_is_refused():
    with pytest.raises(InputError, match="out = ''"):
        Store("")


WRITER = """
import sys, numpy as np
from spinglass.campaigns import Store
store = Store(sys.argv[1])
print("ready", flush=True)
i = 0
while True:
    store.write_arrays(f"block-{i % 5}.npz", x=np.full(200_000, float(i)))
    i += 1
"""


def test_a_killed_writer_leaves_whole_files(tmp_path):
    for delay in (0.02, 0.05, 0.11, 0.19):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        for path in tmp_path.glob(".incomplete-*"):  # what the killed run left half-written
            os.utime(path, (0, 0))
        store = Store(tmp_path)
        for path in tmp_path.iterdir():
            assert path.name.startswith("block-")
            block = store.read_arrays(path.name)
            assert block is not None
            assert np.ptp(block["x"]) == 0


PARENT = """
import time
from spinglass.campaigns import process_map
def work(cell):
    import os
    open(f"{folder}/{os.getpid()}", "w").close()
    time.sleep(60)
if __name__ == "__main__":
    list(process_map(work, range(4), 2))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the process table of Linux")
def test_workers_end_with_their_parent(tmp_path):
    pids = tmp_path / "pids"
    pids.mkdir()
    script = tmp_path / "parent.py"
    script.write_text(PARENT.replace("{folder}", str(pids)))
    process = subprocess.Popen([sys.executable, str(script)], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(list(pids.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    process.kill()
    process.wait()
    workers = [int(path.name) for path in pids.iterdir()]
    assert len(workers) == 2

    def alive(pid: int) -> bool:
        status = Path(f"/proc/{pid}/status")
        try:
            os.kill(pid, 0)
            return "\nState:\tZ" not in status.read_text()  # an orphan that has ended may wait to be collected
        except (ProcessLookupError, FileNotFoundError):
            return False

    while any(alive(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(alive(pid) for pid in workers)


INTERRUPTED = """
import signal, time
signal.signal(signal.SIGINT, signal.{disposition})
from spinglass.campaigns import process_map
def work(cell):
    open(f"{folder}/{cell}", "w").close()
    time.sleep({seconds})
if __name__ == "__main__":
    try:
        list(process_map(work, range(2), 2))
        print("finished")
    except KeyboardInterrupt:
        print("stopped")
"""


def _interrupted(folder, disposition, seconds):
    """What a parent with two workers prints when their group is interrupted; its handling of SIGINT is its own."""
    marks = folder / "marks"
    marks.mkdir()
    script = folder / "parent.py"
    text = INTERRUPTED.replace("{folder}", str(marks))
    script.write_text(text.replace("{disposition}", disposition).replace("{seconds}", str(seconds)))
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while len(list(marks.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    return process.communicate(timeout=30)


def test_an_interrupt_ends_parent_and_workers_without_a_word(tmp_path):
    assert _interrupted(tmp_path, "default_int_handler", 60) == ("stopped\n", "")


def test_workers_of_a_parent_that_ignores_interrupts_ignore_them_too(tmp_path):
    assert _interrupted(tmp_path, "SIG_IGN", 2) == ("finished\n", "")
