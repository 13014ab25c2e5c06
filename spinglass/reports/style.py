"""The look of every figure: sizes, type, colours and markers, and labels that keep out of each other's way.

Colours are those of Okabe and Ito, "Color universal design" (2008). ReLU is always dark grey; every activation of the
catalogue has its own pair of colour and marker, every other activation a pair that depends on its name only (and on
which pairs the other names of the same folder have taken). matplotlib is imported inside functions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

SINGLE_COLUMN = 85.0  # mm
DOUBLE_COLUMN = 175.0  # mm
TEXT_SIZE = 8.5  # pt
SMALL_TEXT = 7.5  # pt
POINTS_PER_MM = 72 / 25.4
LINE_SPACING = 1.2

REFERENCE_GREY = "#404040"
INK = "#1a1a1a"
FAINT = "#8c8c8c"
GRID = "#e2e2e2"
ORANGE, SKY, GREEN, BLUE = "#E69F00", "#56B4E9", "#009E73", "#0072B2"
VERMILION, PURPLE, YELLOW, BLACK = "#D55E00", "#CC79A7", "#F0E442", "#000000"


class Mark(NamedTuple):
    """Colour and marker that stand for one activation."""

    colour: str
    marker: str


_CATALOGUE: dict[str, Mark] = {
    "relu": Mark(REFERENCE_GREY, "o"),
    "leaky-relu": Mark(SKY, "o"),
    "gelu": Mark(BLUE, "s"),
    "silu": Mark(VERMILION, "^"),
    "softplus": Mark(GREEN, "D"),
    "elu": Mark(ORANGE, "v"),
    "tanh": Mark(PURPLE, "o"),
    "sigmoid": Mark(PURPLE, "P"),
    "five-section": Mark(SKY, "X"),
    "hard-tanh": Mark(BLUE, "o"),
    "erf": Mark(GREEN, "o"),
    "gaussian": Mark(ORANGE, "s"),
    "linear": Mark(ORANGE, "o"),
    "identity": Mark(VERMILION, "o"),
    "selu": Mark(ORANGE, "^"),
    "celu": Mark(ORANGE, "P"),
    "mish": Mark(VERMILION, "s"),
    "swish": Mark(VERMILION, "v"),
    "hard-sigmoid": Mark(PURPLE, "s"),
    "hard-swish": Mark(VERMILION, "P"),
    "softsign": Mark(SKY, "s"),
    "sine": Mark(SKY, "^"),
    "arctan": Mark(BLUE, "v"),
    "relu6": Mark(GREEN, "s"),
}
_OTHER_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
_OTHER_MARKERS = ("<", ">", "p", "h", "d")


def marks(activations: Iterable[str]) -> dict[str, Mark]:
    """A pair of colour and marker for each activation, no pair twice, the same for the same set of names.

    >>> marks(["relu", "gelu"])["relu"].colour
    '#404040'
    """
    # Neighbours in this list differ in both colour and marker.
    pairs = [
        Mark(_OTHER_COLOURS[(row + column) % len(_OTHER_COLOURS)], marker)
        for column in range(len(_OTHER_COLOURS))
        for row, marker in enumerate(_OTHER_MARKERS)
    ]
    chosen: dict[str, Mark] = {}
    taken: set[Mark] = set()
    for name in sorted(set(activations)):
        if name in _CATALOGUE:
            chosen[name] = _CATALOGUE[name]
            continue
        slot = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
        for step in range(len(pairs)):
            mark = pairs[(slot + step) % len(pairs)]
            if mark not in taken:
                break
        taken.add(mark)
        chosen[name] = mark
    return chosen


# Steps of one sequential map from dark blue to olive, all dark enough to be read on white.
_INDEX_COLOURS = ("#1b1f5e", "#2f5d9e", "#3f93b5", "#58b899", "#8ac26b", "#b9b94a")
_INDEX_MARKERS = ("o", "s", "^", "D", "v", "P")


def index_mark(index: int) -> Mark:
    """Colour (one sequential map) and marker of critical points of an index."""
    return Mark(_INDEX_COLOURS[min(index, len(_INDEX_COLOURS) - 1)], _INDEX_MARKERS[index % len(_INDEX_MARKERS)])


def index_colour(index: int, count: int) -> tuple[float, float, float]:
    """Colour of one of `count` indices, spread over the whole sequential map."""
    from matplotlib.colors import LinearSegmentedColormap

    share = index / max(1, count - 1)
    red, green, blue, _ = LinearSegmentedColormap.from_list("index", _INDEX_COLOURS)(share)
    return float(red), float(green), float(blue)


def context() -> AbstractContextManager[None]:
    """matplotlib's settings for every figure of the package, in force inside a `with` block."""
    import matplotlib

    # STIX is shipped with matplotlib; the other names serve programs that open the SVG without it.
    family = ["STIXGeneral", "STIX Two Text", "Times New Roman", "DejaVu Sans"]
    available = _available_families()
    return matplotlib.rc_context(
        {
            "font.family": [name for name in family if name in available],
            "font.size": TEXT_SIZE,
            "mathtext.fontset": "stix",
            "axes.titlesize": TEXT_SIZE,
            "axes.titlelocation": "left",
            "axes.titlepad": 4,
            "axes.labelsize": TEXT_SIZE,
            "axes.labelpad": 2.5,
            "axes.linewidth": 0.6,
            "axes.edgecolor": INK,
            "axes.labelcolor": INK,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "axes.unicode_minus": True,
            "axes.formatter.useoffset": False,
            "text.color": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "xtick.labelsize": TEXT_SIZE,
            "ytick.labelsize": TEXT_SIZE,
            "xtick.major.width": 0.6,
            "ytick.major.width": 0.6,
            "xtick.minor.width": 0.4,
            "ytick.minor.width": 0.4,
            "xtick.major.size": 2.5,
            "ytick.major.size": 2.5,
            "xtick.minor.size": 1.5,
            "ytick.minor.size": 1.5,
            "xtick.major.pad": 2,
            "ytick.major.pad": 2,
            "grid.color": GRID,
            "grid.linewidth": 0.5,
            "lines.linewidth": 1.1,
            "lines.markersize": 4,
            "errorbar.capsize": 0,
            "hatch.linewidth": 0.5,
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "svg.fonttype": "none",  # text stays text
            "svg.hashsalt": "spinglass",  # same tables, same bytes
            "path.simplify": True,
        }
    )


@lru_cache(maxsize=1)
def _available_families() -> frozenset[str]:
    from matplotlib import font_manager

    return frozenset(entry.name for entry in font_manager.fontManager.ttflist)


def plain(text: str) -> str:
    """Text of a user, safe inside matplotlib strings: dollar signs are no mathematics, control characters go."""
    return "".join(c if c.isprintable() else " " for c in text).replace("$", r"\$")


def text_width(text: str, size: float = TEXT_SIZE) -> float:
    """Width of a line of text in mm as it will be set (call inside `context()`)."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    width, _, _ = text_to_path.get_text_width_height_descent(text, FontProperties(size=size), ismath=False)
    return float(width) / POINTS_PER_MM


def line_height(size: float = TEXT_SIZE) -> float:
    """Height of a line of text in mm."""
    return size * LINE_SPACING / POINTS_PER_MM


def wrapped(text: str, width: float, size: float = TEXT_SIZE, max_lines: int = 3) -> list[str]:
    """Text broken into lines no wider than `width` mm, at spaces where possible, elided after `max_lines`."""
    lines: list[str] = []
    current = ""
    for word in text.split():
        trial = f"{current} {word}" if current else word
        if text_width(trial, size) <= width:
            current = trial
            continue
        if current:
            lines.append(current)
        while text_width(word, size) > width and len(word) > 1:
            fits = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or text_width(word[:n], size) <= width)
            # Behind an operator or an opening bracket when that costs less than half of the line.
            cut = next((n for n in range(fits, fits // 2, -1) if word[n - 1] in "+-*/(,=" and word[n] != "*"), fits)
            lines.append(word[:cut])
            word = word[cut:]
        current = word
    lines.append(current)
    if len(lines) > max_lines:
        last = lines[max_lines - 1]
        while last and text_width(last + " …", size) > width:
            last = last[:-1].rstrip()
        lines = [*lines[: max_lines - 1], last + " …"]
    return lines


def spread(positions: Sequence[float], extents: Sequence[float], low: float, high: float) -> list[float]:
    """Centres nearest to `positions` (least squares) such that intervals of the given extents do not overlap.

    The intervals keep the order of the positions and stay within [low, high] when they fit. This is isotonic regression
    after subtracting the stacked extents, solved by pooling adjacent violators.
    """
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    offsets, total = [], 0.0
    for i in order:
        offsets.append(total + extents[i] / 2)
        total += extents[i]
    blocks: list[tuple[float, int]] = []
    for i, offset in zip(order, offsets, strict=True):
        blocks.append((positions[i] - offset, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, m), (b, n) = blocks[-2:]
            blocks[-2:] = [((a * m + b * n) / (m + n), m + n)]
    room = max(low, high - total)
    starts = [min(max(value, low), room) for value, count in blocks for _ in range(count)]
    centres = [0.0] * len(positions)
    for i, start, offset in zip(order, starts, offsets, strict=True):
        centres[i] = start + offset
    return centres


@dataclass(frozen=True)
class DirectLabel:
    """A label beside the end of a curve: text, mark, and the height (data units) it belongs to; None floats on top."""

    text: str
    mark: Mark
    height: float | None


class Sheet:
    """A figure laid out in millimetres from its top left corner."""

    def __init__(self, width: float, height: float, title: str = "") -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / 25.4, height / 25.4))
        FigureCanvasAgg(self.figure)
        if title:
            self.text(1.5, 4.6, title, weight="bold", size=TEXT_SIZE + 1)

    def axes(self, left: float, top: float, width: float, height: float, **options: Any) -> Any:
        """Axes whose frame has the given place and size."""
        bottom = self.height - top - height
        box = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(box, **options)

    def text(self, left: float, baseline: float, text: str, **options: Any) -> Any:
        """A line of text with its baseline the given distance below the top."""
        return self.figure.text(left / self.width, 1 - baseline / self.height, text, **options)

    def line(self, xs: Sequence[float], ys: Sequence[float], **options: Any) -> None:
        """A line through points given in millimetres from the top left corner, outside all axes."""
        from matplotlib.lines import Line2D

        x, y = [value / self.width for value in xs], [1 - value / self.height for value in ys]
        self.figure.add_artist(Line2D(x, y, transform=self.figure.transFigure, **options))

    def label_curves(self, axes: Any, labels: Sequence[DirectLabel], width: float, low: float, high: float) -> None:
        """Labels in a column to the right of axes, spread between `low` and `high` mm from the top, with leaders."""
        box = axes.get_position()
        right = box.x1 * self.width
        texts = [wrapped(label.text, width - 9.0, SMALL_TEXT, 3) for label in labels]
        extents = [len(lines) * line_height(SMALL_TEXT) + 0.7 for lines in texts]
        wanted = []
        for label in labels:
            if label.height is None:
                wanted.append(low)
            else:
                y = axes.transData.transform((axes.get_xlim()[0], label.height))[1] / self.figure.bbox.height
                wanted.append((1 - y) * self.height)
        centres = spread(wanted, extents, low, high)
        for label, lines, want, centre in zip(labels, texts, wanted, centres, strict=True):
            if label.height is not None:
                self.line([right + 0.5, right + 4.0], [want, centre], color=FAINT, lw=0.5)
            self.line([right + 4.3, right + 8.0], [centre, centre], color=label.mark.colour, lw=1.1)
            self.line([right + 6.15], [centre], color=label.mark.colour, marker=label.mark.marker, ms=4, ls="none")
            self.text(
                right + 9.0,
                centre,
                "\n".join(map(plain, lines)),
                va="center",
                ha="left",
                size=SMALL_TEXT,
                linespacing=LINE_SPACING,
            )


def labels_height(texts: Iterable[str], width: float) -> float:
    """Height in mm that a column of direct labels of this width needs."""
    return sum(len(wrapped(text, width - 9.0, SMALL_TEXT, 3)) * line_height(SMALL_TEXT) + 0.7 for text in texts)
