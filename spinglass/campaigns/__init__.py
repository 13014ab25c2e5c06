"""Campaigns: plans of samples with keyed random streams, computed by processes or a cluster, kept as whole shards."""

from spinglass.campaigns.campaign import Campaign, Report, merge
from spinglass.campaigns.estimates import Estimate, Estimates
from spinglass.campaigns.executors import Executor, dask_map, executor, process_map
from spinglass.campaigns.plan import Block, Cell, Plan
from spinglass.campaigns.shards import Shard
from spinglass.campaigns.status import CellStatus, Status
from spinglass.campaigns.store import Store, plain, table_text, write_whole
from spinglass.campaigns.streams import checked_seed, stream

__all__ = [
    "Block",
    "Campaign",
    "Cell",
    "CellStatus",
    "Estimate",
    "Estimates",
    "Executor",
    "Plan",
    "Report",
    "Shard",
    "Status",
    "Store",
    "checked_seed",
    "dask_map",
    "executor",
    "merge",
    "plain",
    "process_map",
    "stream",
    "table_text",
    "write_whole",
]
