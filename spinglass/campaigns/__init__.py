"""Campaigns: keyed random streams, process pools, and files that are whole or absent."""

from spinglass.campaigns.executors import process_map
from spinglass.campaigns.store import Store, plain, table_text, write_whole
from spinglass.campaigns.streams import checked_seed, stream

__all__ = ["Store", "checked_seed", "plain", "process_map", "stream", "table_text", "write_whole"]
