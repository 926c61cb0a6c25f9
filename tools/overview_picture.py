"""Draw the pictures at the head of README.md, and their caption, from the default run: python tools/overview_picture.py DIR"""

from __future__ import annotations

import io
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path as Place
from typing import Any

ROOT = Place(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # run as a file, the project is not on the path yet
    sys.path.insert(0, str(ROOT))

import matplotlib as mpl  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.patches import Circle, PathPatch  # noqa: E402
from matplotlib.path import Path  # noqa: E402
from matplotlib.transforms import Affine2D  # noqa: E402

from analysis.page import chain_drawing, first  # noqa: E402
from analysis.page.figures import INK, NARROW, SOFT, style  # noqa: E402
from analysis.page.page import years  # noqa: E402
from analysis.page.quote import plain  # noqa: E402
from analysis.page.section import Chart, Page  # noqa: E402
from analysis.page.sections.chain import PROVES_NOTHING  # noqa: E402
from analysis.page.words import ORIGINS, span  # noqa: E402
from analysis.pipeline import tables_of  # noqa: E402
from analysis.results import finished  # noqa: E402
from analysis.tables.files import write_whole  # noqa: E402
from sim.world.errors import Refusal  # noqa: E402

README, PICTURES = ROOT / "README.md", ROOT / "docs" / "pictures"
NAMES = ("chain", "ranked")
BLOCK = re.compile(r"<!-- made: pictures (?P<place>[a-z0-9+-]+) -->\n.*?<!-- end -->\n", re.DOTALL)
DEFAULT = "python -m experiments.compare"
LANGUAGE = "en"
LETTERS, LINE, GAP = 40, 0.165, 0.12  # letters on a line beside a house, and inches
HOUSE, HEAD = 0.0085, 0.045  # inches of a unit of a house, and of the radius of a head
MOST_HEADS = 8  # of one household
TOKEN = re.compile(r"[A-Za-z]|-?\d+(?:\.\d+)?")


def outline(drawn: str) -> Path:
    """A shape of chain_drawing.SHAPES (the commands M, l, h, v, H, V and z of SVG) as a path, y upwards."""
    points, codes, at, command, tokens = [], [], (0.0, 0.0), "", TOKEN.findall(drawn)
    while tokens:
        if tokens[0].isalpha():
            command = tokens.pop(0)
        if command == "z":
            points.append(at)
            codes.append(Path.CLOSEPOLY)
            continue
        step = (at[0], at[1]) if command.islower() else (0.0, 0.0)
        x = float(tokens.pop(0)) + step[0] if command in "MLlhH" else at[0]
        y = float(tokens.pop(0)) + step[1] if command in "MLlvV" else at[1]
        at = (x, y)
        points.append(at)
        codes.append(Path.MOVETO if command == "M" else Path.LINETO)
        command = "L" if command == "M" else command
    return Path([(x, -y) for x, y in points], codes)


def links(page: Page) -> list[dict[str, Any]]:
    """The chain that the page draws, link by link. Raises Refusal where none was kept."""
    table = page.tables["chain_examples"]
    found: list[dict[str, Any]] = table[table["drawn"].astype(bool)].sort_values("link").to_dict("records")
    if not found:
        raise Refusal(f"{page.results.folder.path} has no chain to draw; run experiments.compare with ledger=all")
    return found


def told(page: Page, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(text, kind) of one link: why the home is free, what it is, and who moves in."""
    free = f"Free because of: {ORIGINS[row['origin']].en}" if row["link"] == 1 else "So this comes free:"
    rooms = f"{int(row['rooms'])} {'room' if row['rooms'] == 1 else 'rooms'}"
    yield free, "soft"
    yield chain_drawing.TYPES[row["type"]].en.capitalize(), "bold"
    yield f"{chain_drawing.TENURES[row['tenure']].en}, {rooms}, {page.area(str(row['area'])).en}", ""
    yield plain(chain_drawing.who(page, row)).en.strip(), "who"


def chain(page: Page, title: str) -> Figure:
    """The chain from above to below: a house for each home, a head for each person who moves in."""
    blocks = [(row, [(line, kind) for text, kind in told(page, row) for line in textwrap.wrap(text, LETTERS)]) for row in links(page)]
    end = textwrap.wrap(chain_drawing.FLAGS[blocks[-1][0]["end"]].en, LETTERS + 4)
    tall = sum(len(lines) * LINE + 2 * GAP for _, lines in blocks) + len(end) * LINE + 2 * GAP + 1.5 * LINE
    figure = Figure(figsize=(NARROW, tall))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, NARROW)
    ax.set_ylim(-tall, 0)
    ax.set_axis_off()
    ax.text(0.04, -0.5 * GAP, title, va="top", fontsize=9.5, weight="bold")
    y = -GAP - 1.5 * LINE
    for row, lines in blocks:
        shape = outline(chain_drawing.SHAPES[row["type"]]).transformed(Affine2D().scale(HOUSE).translate(0.04, y - 0.5 * LINE))
        ax.add_patch(PathPatch(shape, facecolor=INK, linewidth=0))
        for k in range(min(int(row["household_size"]), MOST_HEADS)):
            first_line = y - LINE * (next(n for n, (_, kind) in enumerate(lines) if kind == "who") + 0.5)
            ax.add_patch(Circle((0.09 + k % 4 * 2.3 * HEAD, first_line - k // 4 * 2.3 * HEAD), HEAD, facecolor=INK, linewidth=0))
        for text, kind in lines:
            look: dict[str, Any] = {"color": SOFT} if kind == "soft" else {"weight": "bold"} if kind == "bold" else {}
            ax.text(0.56, y, text, va="top", fontsize=9, **look)
            y -= LINE
        if row is not blocks[-1][0]:
            ax.annotate("", (0.24, y - 1.6 * GAP), (0.24, y + GAP), arrowprops={"arrowstyle": "-|>", "color": SOFT})
        y -= 2 * GAP
    for text in end:
        ax.text(0.04, y, text, va="top", fontsize=9, weight="bold")
        y -= LINE
    return figure


def titled(ranked: Chart, title: str) -> Figure:
    """The ranked picture of the page, as on a phone."""
    figure = ranked.draw(LANGUAGE, True)
    figure.axes[0].set_title(title, pad=8)
    return figure


def source(page: Page) -> str:
    """Place, years, date, number of runs and commit: the same words in the caption and in both files."""
    manifest = page.results.manifest
    commit = str(manifest.get("version", {}).get("commit", ""))[:7] or "unknown"
    return f"{page.results.place} {years(page)}, run of {str(manifest['date'])[:10]}, {len(page.results.seeds)} seeds, commit {commit}"


def svg(draw: Callable[[str], Figure], title: str, said: str) -> bytes:
    """A drawing under its title, whose letters are shapes, so that it is the same on each machine; its source stands inside."""
    with style(), mpl.rc_context({"svg.fonttype": "path"}):
        out = io.BytesIO()
        metadata = {"Title": title, "Description": said, "Date": None, "Creator": None, "Format": None, "Type": None}
        draw(title).savefig(out, format="svg", metadata=metadata)
    return out.getvalue().replace(b"\r\n", b"\n")


def caption(page: Page, ranked: Chart, place: str) -> str:
    """The block of README.md: both pictures side by side (below each other where there is no room), and what they show."""
    rows, finding, beside = links(page), plain(ranked.finding).en, plain(ranked.beside).en
    helped = " who was helped" if rows[0]["instruments"] else ""
    title = page.results.titles[str(rows[0]["scenario"])].en
    alt = (
        f"A chain of {len(rows)} moves, home by home: who moves in, when and why.",
        f"{finding}. {beside}",
    )
    shown = "\n".join(f'<img src="docs/pictures/{name}.svg" alt="{said}" align="top">' for name, said in zip(NAMES, alt, strict=True))
    chosen = (
        f"A chain from the ledger, run with {title}. "
        f"It is the first that a senior{helped} began, that ended and that has the median length. "
        f"{PROVES_NOTHING.en}"
    )
    said = f"{finding}. {plain(ranked.subtitle).en} The thin bar is provisional ([why](docs/knowledge.md))."
    lines = [*textwrap.wrap(f"*{chosen}*", 130), "", *textwrap.wrap(f"*{said}*", 130), "", f"*{source(page)}.*"]
    return f"<!-- made: pictures {place} -->\n{shown}\n\n" + "\n".join(lines) + "\n<!-- end -->\n"


def main(arguments: Sequence[str]) -> int:
    """Write both pictures and the block of README.md."""
    if len(arguments) != 1:
        print("usage: python tools/overview_picture.py DIR (folder of results of the default run)", file=sys.stderr)
        return 2
    try:
        results = finished(Place(arguments[0]))
        if results.config.get("command") != DEFAULT:
            raise Refusal(f"{arguments[0]} is of {results.config.get('command')!r}; the README shows the default run: {DEFAULT}")
        page = Page(results, tables_of(results))
        [ranked] = first.charts(page)
        titles = (f"A chain in {results.place}, home by home", f"Extra moves by seniors in {span(results.months).en}")
        draws = (partial(chain, page), partial(titled, ranked))
        made = {name: svg(draw, title, source(page)) for name, draw, title in zip(NAMES, draws, titles, strict=True)}
        block = caption(page, ranked, str(results.config["place"]))
    except Refusal as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for name, picture in made.items():
        (PICTURES / f"{name}.svg").write_bytes(picture)
    write_whole(README, BLOCK.sub(lambda _: block, README.read_text(encoding="utf-8"), count=1))
    print(README)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
