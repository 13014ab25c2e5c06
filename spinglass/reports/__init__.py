"""Figures and pages from stored tables; nothing is recomputed here.

    write_report(folder)       all figures and the page; the path of the page
    write_atlas(folder)        the figures of the theory and their page
    write_campaign(folder)     the figures and the page of a campaign of censuses or searches
    terminal_summary(folder)   the verdict table in short
    figures.names()            names of the figures
    figures.write_figure(name, folder)

matplotlib and jinja2 are imported when something is written.
"""

from __future__ import annotations

from spinglass.reports import figures
from spinglass.reports.atlas_page import write_atlas
from spinglass.reports.campaign_page import campaign_kind, write_campaign
from spinglass.reports.page import write_page, write_report
from spinglass.reports.terminal import terminal_summary

__all__ = [
    "campaign_kind",
    "figures",
    "terminal_summary",
    "write_atlas",
    "write_campaign",
    "write_page",
    "write_report",
]
