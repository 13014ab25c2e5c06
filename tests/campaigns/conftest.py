"""A module with functions for campaigns, which workers import by its name."""

import importlib
import sys

import pytest

TOYS = '''
import os, signal
import numpy as np
from spinglass import ComputationError

def walk(parameters, rng):
    """A random number of rows, sometimes none, and a row for the sample."""
    count = int(rng.integers(0, 4))
    height = rng.standard_normal(count)
    return {
        "samples": {"count": count, "even": count % 2 == 0, "lowest": float(height.min()) if count else np.nan},
        "points": {"height": height, "rank": np.argsort(height), "scale": np.full(count, parameters["scale"])},
    }

def dies_once(parameters, rng):
    """The worker is killed at the first attempt."""
    mark = parameters["mark"] + str(int(rng.integers(2**31)))
    if not os.path.exists(mark):
        open(mark, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"samples": {"x": float(rng.standard_normal())}}

def dies_at_seven(parameters, rng):
    """The worker of one particular sample is always killed."""
    if rng.bit_generator.seed_seq.spawn_key[-1] == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"samples": {"x": float(rng.standard_normal())}}

def fails_at_seven(parameters, rng):
    if rng.bit_generator.seed_seq.spawn_key[-1] == 7:
        raise ComputationError("no convergence")
    return {"samples": {"x": float(rng.standard_normal())}}
'''


@pytest.fixture
def toys(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("toys")
    (folder / "toys.py").write_text(TOYS)
    monkeypatch.syspath_prepend(str(folder))
    yield importlib.import_module("toys")
    sys.modules.pop("toys", None)
