"""The tables that the figures and the page of a campaign are drawn from, whatever the campaign is of."""

from __future__ import annotations

from spinglass.campaigns import Campaign
from spinglass.claims.census_tables import Progress, write_census_tables
from spinglass.claims.search_tables import write_search_tables

_WRITERS = {
    "spinglass.claims.censuses:census_report": write_census_tables,
    "spinglass.claims.searches:search_report": write_search_tables,
}


def write_figure_tables(campaign: Campaign, progress: Progress | None = None) -> bool:
    """Write the tables of the figures into the folder of a campaign; False for campaigns that have no figures.

    See `census_tables` and `search_tables` for what they hold. The campaign needs a folder with a finished block.
    """
    writer = _WRITERS.get(campaign.plan.report)
    if writer is None or campaign.folder is None or not campaign.status().blocks_done:
        return False
    writer(campaign, progress)
    return True
