"""SVG files that look alike everywhere: text stays text, its font travels along, and the finding is told in words."""

from __future__ import annotations

import base64
import html
import io
import re
from functools import lru_cache
from importlib import import_module
from pathlib import Path

# The faces of matplotlib's own STIX font by what the SVG asks for.
_FACES = {
    ("normal", "400"): "STIXGeneral.ttf",
    ("italic", "400"): "STIXGeneralItalic.ttf",
    ("normal", "700"): "STIXGeneralBol.ttf",
}
_FALLBACK = "'STIXGeneral', 'STIX Two Text', 'Times New Roman', Times, 'DejaVu Sans', serif"


def finished_svg(svg: str, title: str, alternative: str) -> str:
    """The SVG with title and description for screen readers and the used part of its font embedded.

    The STIX fonts are shipped with matplotlib under a licence that allows embedding.
    """
    text = html.unescape("".join(re.findall(r">([^<>]*)</t(?:ext|span)>", svg)))
    letters = "".join(sorted({c for c in text if c.isprintable()}))
    faces = "".join(
        f"@font-face{{font-family:'STIXGeneral';font-style:{style};font-weight:{weight};{_source(name, letters)}}}"
        for (style, weight), name in _FACES.items()
    )
    words = f"<title>{html.escape(title)}</title>\n <desc>{html.escape(alternative)}</desc>"
    label = html.escape(alternative)
    svg = re.sub(r"'STIXGeneral'(?:, (?:'[^']*'|[\w-]+))*", lambda _: _FALLBACK, svg)
    return re.sub(
        r"<svg\b[^>]*>",
        lambda tag: f'{tag.group(0)[:-1]} role="img" aria-label="{label}">\n {words}\n <style>{faces}</style>',
        svg,
        count=1,
    )


def _source(name: str, letters: str) -> str:
    return f"src:url(data:font/woff;base64,{_subset(name, letters)})format('woff')"


@lru_cache(maxsize=32)
def _subset(name: str, letters: str) -> str:
    """A face cut down to some letters, as WOFF in base64."""
    import matplotlib

    subset = import_module("fontTools.subset")  # fontTools is a requirement of matplotlib; it has no type stubs
    load_font = import_module("fontTools.ttLib").TTFont
    options = subset.Options()
    options.flavor = "woff"
    options.hinting = False
    options.layout_features = []
    options.recalc_timestamp = False
    options.drop_tables = [*options.drop_tables, "FFTM"]
    font = load_font(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters)
    cutter.subset(font)
    font.flavor = "woff"
    buffer = io.BytesIO()
    font.save(buffer)
    return base64.b64encode(buffer.getvalue()).decode("ascii")
